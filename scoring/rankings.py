"""Rankings of a kind of score, and how far two rankings of the same subjects agree."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.frames import points
from scoring.heat import Heat
from scoring.types import COMPANY, NOBODY, US, Floats, Ints, ScoreFrame

EXACT = 9
"""Decimals that count: a score's parts add up to it to as many."""
TOP = 10
"""How many of the best are compared as a set."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Subjects that are ranked against each other, with their scores: all arrays by row.

    ``vendor`` is `NOBODY` for the cell of an account, which may be of another rival each time. Scores are in
    points of 100; ``banded`` says whether they have bands, which probabilities have not.
    """

    kind: str
    subject: Ints
    vendor: Ints
    scope: Ints
    score: Floats
    banded: bool = True

    def __len__(self) -> int:
        return len(self.subject)


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two rankings of ``number`` subjects agree.

    ``tau`` is Kendall's tau-b and ``spearman`` Spearman's rho, -1..1, NaN where they are not defined;
    ``top`` how many of the ``of`` best stay among the best; ``move`` the most ranks that any subject moves;
    ``shift`` the mean difference of the scores, in points, without sign.
    """

    number: int
    tau: float
    spearman: float
    top: int
    of: int
    move: int
    shift: float


def ranking(frame: ScoreFrame) -> Ranking:
    """The rows of a frame of everybody that are ranked against each other.

    Ours (rivals' of `competitor`), in accounts where the kind is scored there, else in open deals; scores
    that may not be stated are left out.
    """
    rows = ~np.isnan(frame.score)
    if frame.kind != "competitor":
        rows &= frame.vendor == US
    firms = frame.scope_type == COMPANY
    if firms.any():
        rows &= firms
    at = np.flatnonzero(rows)
    return Ranking(
        frame.kind, frame.subject[at], frame.vendor[at], frame.scope[at], points(frame)[at], frame.link == "identity"
    )


def cell_rankings(heat: Heat) -> dict[str, Ranking]:
    """The accounts ranked by each of their six cells; those without a cell are left out of its ranking."""
    found = {}
    for kind, cells in heat.cells.items():
        at = np.flatnonzero(~np.isnan(cells.score))
        account = heat.account[at]
        found[kind] = Ranking(kind, account, np.full(len(at), NOBODY), account, cells.score[at])
    return found


def aligned(before: Ranking, after: Ranking) -> tuple[Ints, Ints]:
    """The rows of both rankings that are of the same subject, vendor and scope, in the order of ``before``."""
    keys = [np.column_stack([each.subject, each.vendor, each.scope]) for each in (before, after)]
    if np.array_equal(keys[0], keys[1]):
        every = np.arange(len(before), dtype=np.int64)
        return every, every
    _, code = np.unique(np.concatenate(keys), axis=0, return_inverse=True)
    old, new = code.ravel()[: len(before)], code.ravel()[len(before) :]
    _, first, second = np.intersect1d(old, new, assume_unique=True, return_indices=True)
    order = np.argsort(first)
    return first[order].astype(np.int64), second[order].astype(np.int64)


def ranks(score: Floats) -> Ints:
    """The rank of each score, 1 for the highest; equal ones share the best of their ranks."""
    exact = np.round(score, EXACT)
    found: Ints = 1 + len(exact) - np.searchsorted(np.sort(exact), exact, side="right").astype(np.int64)
    return found


def agreement(before: Floats, after: Floats) -> Agreement:
    """How far the scores of the same subjects rank them alike.

    Model: Kendall's ``tau_b = (C - D)/sqrt((n0 - n1)(n0 - n2))`` over the pairs of subjects, C in the same
    and D in the opposite order, n1 and n2 the pairs tied in one ranking; Spearman's rho is the correlation of
    the mean ranks. The same order throughout, ties included, is 1.
    Inputs: two arrays of equal length, in points.
    Properties: unchanged by any increasing map of either side; swapping the sides changes nothing but the
    sign of moves; without ties reversing one side negates tau and rho.
    Limits: with all scores of a side equal there is no order to agree with, so tau and rho are NaN, unless
    both sides are so.
    References: Kendall M. (1945), The treatment of ties in ranking problems, Biometrika 33(3):239-251.
    """
    from scipy.stats import kendalltau, spearmanr

    first, second = ranks(before), ranks(after)
    size = len(first)
    of = min(TOP, size)
    best = [np.argsort(each, kind="stable")[:of] for each in (first, second)]
    if np.array_equal(first, second):
        tau = rho = 1.0 if size else np.nan
    elif len(np.unique(first)) == 1 or len(np.unique(second)) == 1:
        tau = rho = np.nan
    else:
        tau, rho = float(kendalltau(first, second).statistic), float(spearmanr(first, second).statistic)
    return Agreement(
        number=size,
        tau=tau,
        spearman=rho,
        top=len(np.intersect1d(best[0], best[1])),
        of=of,
        move=int(np.abs(second - first).max(initial=0)),
        shift=float(np.abs(after - before).mean()) if size else 0.0,
    )
