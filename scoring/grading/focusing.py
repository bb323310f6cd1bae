"""What another focus profile, or other weights, would do to the grades of all accounts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from scoring.grading.grades import Graded, Grades, grades
from scoring.grading.profiles import PARTS, Focus
from scoring.parameters import Parameters
from scoring.rankings import Agreement, agreement
from scoring.types import Floats, Ints

FACTORS = (0.5, 0.8, 1.2, 1.5)
"""By what each weight is multiplied, one at a time: 20 and 50 % less and more."""


@dataclass(frozen=True, slots=True)
class Switch:
    """What a change of profile does: the rows whose grade changes, those whose score gains most first, last those
    that only one of the profiles looks at.

    ``parts`` are the points by which each part moves each score (all rows, a column per part of `PARTS`); they sum
    to the difference of the scores. ``agreement`` is that of the two orders of accounts looked at both times.
    """

    before: Grades
    after: Grades
    moved: Ints
    parts: Floats
    agreement: Agreement


def switch(given: Graded, before: Focus, after: Focus, parameters: Parameters) -> Switch:
    """Who moves between grades when the profile is changed, and why.

    Model: both scores are ``100 sum w_k x_k`` over the same parts, so part k moves a score by ``100 (w'_k - w_k) x_k``.
    Inputs: the parts of all accounts, both profiles, the parameters.
    Properties: the parts sum to the difference; switching back negates them; a profile to itself moves nobody.
    References: domain.md section 7.
    """
    old, new = grades(given, before, parameters), grades(given, after, parameters)
    changed = np.flatnonzero(old.grade != new.grade)
    gained = new.score - old.score
    both = (old.grade >= 0) & (new.grade >= 0)
    order = np.lexsort((given.account[changed], -gained[changed], ~both[changed]))
    parts = 100 * (after.shares - before.shares) * given.parts
    return Switch(old, new, changed[order], parts, agreement(old.score[both], new.score[both]))


@dataclass(frozen=True, slots=True)
class Varied:
    """One weight times a factor: how many accounts change grade, up and down, and how far the order holds."""

    part: str
    factor: float
    up: int
    down: int
    agreement: Agreement


def weight_sensitivity(given: Graded, focus: Focus, parameters: Parameters) -> Iterator[Varied]:
    """How many accounts change grade when one weight at a time is 20 or 50 % less or more.

    Model: the weights count by proportion, so what one gains the others lose. The order's agreement is Kendall's
    tau-b (`scoring.rankings.agreement`) over the accounts that the profile looks at.
    Inputs: the parts of all accounts, the profile, the parameters.
    Returns: an entry per part of positive weight and factor of `FACTORS`.
    Properties: with one part of positive weight nothing changes.
    References: Saltelli A. et al. (2008), Global Sensitivity Analysis, ch. 1.2 (one factor at a time).
    """
    own = grades(given, focus, parameters)
    seen = own.grade >= 0
    for part in PARTS:
        weight = focus.weights.get(part, 0.0)
        for factor in FACTORS if weight > 0 else ():
            varied = grades(given, replace(focus, weights={**focus.weights, part: factor * weight}), parameters)
            yield Varied(
                part,
                factor,
                int((varied.grade < own.grade).sum()),
                int((varied.grade > own.grade).sum()),
                agreement(own.score[seen], varied.score[seen]),
            )
