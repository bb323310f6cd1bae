"""Beliefs about deals: how likely something is, from observations of it.

A belief is a Beta distribution: a prior of some mean and strength, moved by every observation of the kind
about the deal (or concerning it) that counts, each with weight ``rho * 2^(-age/180)``. An observation's value
is the answer, 1 yes and 0 no; without one it is a yes. Of opinions only the latest of a source person about
one subject and vendor in one scope counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from scoring.machinery.arrays import Grouping, sums
from scoring.machinery.people import people_of
from scoring.machinery.statements import statements_of
from scoring.parameters import Parameters
from scoring.snapshot import Snapshot
from scoring.types import US, Floats, Ints

YES, UNKNOWN, NO = 1, 0, -1


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed without evidence, 0..1, and the items of evidence that it weighs as much as."""

    mean: float
    strength: float


UNIFORM = Prior(0.5, 2.0)
"""Beta(1, 1): everything is as likely."""


@dataclass(frozen=True, slots=True)
class Items:
    """Items of evidence: the belief (row) each moves, its answer 0..1, reliability, age in days and weight.

    ``observation`` is the entity behind it; an item that is no observation has what it rests on there.
    """

    row: Ints
    observation: Ints
    value: Floats
    reliability: Floats
    age: Ints
    weight: Floats

    def of(self, row: int) -> Ints:
        """The items of one belief."""
        return np.flatnonzero(self.row == row)


@dataclass(frozen=True, slots=True)
class Beliefs:
    """By row: probability 0..1, evidence ``sum rho * 2^(-age/180)``, Beta variance; and the items behind."""

    mean: Floats
    evidence: Floats
    variance: Floats
    prior: Prior
    items: Items


def items_about(snapshot: Snapshot, kind: str, deal: Ints, vendor: Ints | None, parameters: Parameters) -> Items:
    """The observations of a kind about each deal and vendor; without vendors, whomever they mean."""
    said = statements_of(snapshot, kind, parameters, toward=vendor is not None)
    base = people_of(snapshot).base
    code = said.of_deal * base + said.vendor[said.of_row]
    wanted = np.full(len(deal), US) if vendor is None else vendor
    row, at = Grouping.of(code).join(deal * base + wanted)
    statement = said.of_row[at]
    return Items(
        row=row,
        observation=snapshot.nodes["observation"].key[said.item[statement]],
        value=np.clip(said.value[statement], 0.0, 1.0),
        reliability=said.reliability[statement],
        age=said.age[statement],
        weight=said.weight[statement],
    )


def joined(first: Items, second: Items) -> Items:
    """Both lists of items."""
    return Items(**{name: np.concatenate([getattr(first, name), getattr(second, name)]) for name in Items.__slots__})


def believed(items: Items, size: int, prior: Prior) -> Beliefs:
    """The beliefs that items of evidence support.

    Model: ``P = (m s + sum w x)/(s + sum w)``, m and s the prior's mean and strength; variance
    ``P (1 - P)/(s + sum w + 1)``.
    """
    evidence = sums(items.row, items.weight, size)
    total = prior.strength + evidence
    start = prior.mean * prior.strength + sums(items.row, items.weight * items.value, size)
    mean = np.divide(start, total, out=np.full(size, prior.mean), where=total > 0)
    return Beliefs(mean, evidence, mean * (1 - mean) / (total + 1), prior, items)


def beliefs_of(
    snapshot: Snapshot, kind: str, deal: Ints, vendor: Ints | None, parameters: Parameters, prior: Prior = UNIFORM
) -> Beliefs:
    """What observations of a kind let us believe of each deal and vendor.

    Inputs: ``kind`` as recorded (``funds``, ``event``, ``shortlist``, ``criterion:<id>``); deal and vendor keys by
    row, ``vendor=None`` for what is true of the deal, whomever an observation is towards; the prior.
    Returns: beliefs by row.
    Properties: a yes never lowers P, a no never raises it; without evidence P is the prior's mean.
    References: domain.md sections 2 and 6.
    """
    return believed(items_about(snapshot, kind, deal, vendor, parameters), len(deal), prior)


def answers(beliefs: Beliefs, parameters: Parameters) -> Ints:
    """`YES`, `NO` or `UNKNOWN` by row: yes above one bound with enough evidence, no below the other with any."""
    given = parameters.likelihood
    yes = (beliefs.mean > given.yes) & (beliefs.evidence >= given.yes_evidence)
    no = (beliefs.mean < given.no) & (beliefs.evidence > 0)
    return np.where(yes, YES, np.where(no, NO, UNKNOWN))


def belief_told(beliefs: Beliefs, row: int) -> dict[str, Any]:
    """One belief as plain values: the prior and every item behind it."""
    items = beliefs.items
    return {
        "prior": beliefs.prior.mean,
        "strength": beliefs.prior.strength,
        "items": [
            {
                "item": int(items.observation[at]),
                "value": float(items.value[at]),
                "reliability": float(items.reliability[at]),
                "age": int(items.age[at]),
                "weight": float(items.weight[at]),
            }
            for at in items.of(row)
        ],
    }
