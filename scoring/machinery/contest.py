"""The contest of vendors for a deal: who wins, over all sets of vendors that may be in it.

Model: ``P_v = P_go c_v E_B[e^{U_v} / (e^{U_v} + sum_{k != v} B_k e^{U_k})]``, ``B_k ~ Bernoulli(c_k)``;
``P(no decision) = 1 - P_go + P_go prod_k (1 - c_k)``. Players are the vendors of a deal and the phantom
rival, deal by deal; who cannot be there (c = 0) drops out, who is there for certain (c = 1) is in every set,
and the sets of the others are enumerated. Beyond ``likelihood.enumerated`` of those the same expectation is
read as an integral, ``E_B[1/(1 + sum B_k a_k)] = int_0^1 prod_k (1 - c_k + c_k x^{a_k}) dx``, with a
tanh-sinh rule whose error is below 1e-9.
References: McFadden (1974), conditional logit; Takahasi & Mori (1974), double exponential formulas.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scoring.machinery.arrays import counts, expand, sums
from scoring.parameters import Parameters
from scoring.types import Floats, Ints

LARGEST = 600.0
"""Differences of utility count up to here, so that none overflows."""
STEP, REACH = 1 / 16, 3.9
"""Width of the tanh-sinh rule's steps, and how far it goes."""


@dataclass(frozen=True, slots=True)
class Rivalry:
    """Rows of players that are alike: each with ``certain`` rivals who are there, then others who may be.

    ``row`` is a place among the rows asked for, ``player`` its player, ``others`` has a column per row.
    """

    row: Ints
    player: Ints
    others: Ints
    certain: int


def rivalries(deal: Ints, certain: Ints, absent: Ints, order: Ints, player: Ints, chunk: int) -> Iterator[Rivalry]:
    """The players asked for by number of rivals, in chunks.

    Inputs: ``deal`` of each player, ascending from 0; whether it is there for certain, or certainly not;
    ``order``, the rank in which rivals are listed; the players asked for.
    """
    size = int(deal[-1]) + 1 if len(deal) else 0
    number = counts(deal, size)
    start = np.cumsum(number) - number
    row, other = expand(start[deal[player]], number[deal[player]])
    keep = (other != player[row]) & (absent[other] == 0)
    row, other = row[keep], other[keep]
    listed = np.lexsort((order[other], 1 - certain[other], row))
    row, other = row[listed], other[listed]
    total = counts(row, len(player))
    sure = sums(row, certain[other].astype(np.float64), len(player)).astype(np.int64)
    first = np.cumsum(total) - total
    code = total * (int(total.max(initial=0)) + 1) + sure
    for each in np.unique(code):
        alike = np.flatnonzero(code == each)
        many = int(total[alike[0]])
        for begin in range(0, len(alike), chunk):
            rows = alike[begin : begin + chunk]
            places = first[rows] + np.arange(many)[:, None]
            others = other[places] if many else np.empty((0, len(rows)), dtype=np.int64)
            yield Rivalry(rows, player[rows], others, int(sure[alike[0]]))


def expected_share(ratio: Floats, chance: Floats, certain: int, parameters: Parameters) -> Floats:
    """``E_B[1/(1 + sum_k B_k ratio_k)]`` along the first axis, of whose entries ``certain`` are there for sure.

    ``ratio`` is ``e^{U_k - U_v}``; ``chance`` has a first axis of the others alone, and may have other axes
    that broadcast against the ratios'.
    """
    total = 1.0 + ratio[:certain].sum(axis=0)
    uncertain = len(ratio) - certain
    if uncertain > parameters.likelihood.enumerated:
        return _integrated(total, ratio[certain:], chance)
    sets: list[tuple[Floats, Floats | float]] = [(total, 1.0)]
    for rival, there in zip(ratio[certain:], chance, strict=True):
        sets = [
            part
            for held, weight in sets
            for part in ((held, weight * (1 - there)), (held + rival, weight * there))
        ]  # fmt: skip
    found: Floats = np.zeros(np.broadcast_shapes(total.shape, chance.shape[1:]))
    for held, weight in sets:
        found += weight / held
    return found


def _integrated(total: Floats, ratio: Floats, chance: Floats) -> Floats:
    """The same by quadrature of ``int_0^1 x^{total - 1} prod_k (1 - c_k + c_k x^{a_k}) dx``."""
    node = np.arange(-REACH, REACH + STEP / 2, STEP)
    bend = np.pi / 2 * np.sinh(node)
    # log x and 1 - x are taken apart, as x is next to 0 or 1 at most nodes
    log_x = -np.log1p(np.exp(-2 * bend))
    weight = STEP * np.pi / 2 * np.cosh(node) / (2 * np.cosh(bend) ** 2)
    found: Floats = np.zeros(np.broadcast_shapes(total.shape, chance.shape[1:]))
    for log, share in zip(log_x, weight, strict=True):
        product = np.exp((total - 1) * log)
        for rival, there in zip(ratio, chance, strict=True):
            product = product * (1 - there + there * np.exp(rival * log))
        found += share * product
    return found


def ratios(utility: Floats, other: Floats) -> Floats:
    """``e^{other - utility}``, kept from overflowing."""
    found: Floats = np.exp(np.clip(other - utility, -LARGEST, LARGEST))
    return found


def contest(deal: Ints, utility: Floats, chance: Floats, go: Floats, parameters: Parameters) -> tuple[Floats, Floats]:
    """Probability of each player, and of no decision of each deal: they sum to 1 in every deal.

    Inputs: ``deal`` of each player, ascending from 0; utilities on the logit scale; c and P_go, 0..1.
    Properties: raising a player's utility or c never lowers its own probability, nor raises another's.
    """
    found = np.zeros(len(deal))
    certain, absent = (chance == 1).astype(np.int64), (chance == 0).astype(np.int64)
    every = np.arange(len(deal))
    for group in rivalries(deal, certain, absent, every, every, 1 << 13):
        own = group.player
        share = expected_share(
            ratios(utility[own], utility[group.others]),
            chance[group.others[group.certain :]],
            group.certain,
            parameters,
        )
        found[own] = go[deal[own]] * chance[own] * share
    return found, 1 - go + go * _nobody(deal, chance, len(go))


def _nobody(deal: Ints, chance: Floats, size: int) -> Floats:
    """``prod_k (1 - c_k)`` by deal."""
    left: Floats = np.ones(size)
    np.multiply.at(left, deal, 1 - chance)
    return left


Cube = npt.NDArray[np.float64]
"""Values of every coalition of groups: an axis of two, reference and actual, per group, then the rows."""


def coalition_ratios(reference: Floats, steps: list[Floats]) -> Cube:
    """``e^{reference + sum of the steps taken}`` for every set of steps: an axis of two per step.

    ``reference`` is a difference of utilities with an axis of rivals and one of rows; a step is what a group
    adds to it.
    """
    rivals, rows = reference.shape
    found = np.exp(np.clip(reference, -LARGEST, LARGEST))[:, None]
    for place, step in enumerate(steps, start=1):
        moved = found * np.exp(np.clip(step, -LARGEST, LARGEST))[:, None]
        found = np.stack([found, moved], axis=-2).reshape(rivals, 1 << place, rows)
    return found.reshape(rivals, *(2,) * len(steps), rows)
