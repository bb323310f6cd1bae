"""The one registry of scorers, so that one suite of checks and one command cover them all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from scoring import competitor, customer, decision_chain, employee, key_person, likelihood, our_company
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.snapshot import Snapshot
from scoring.types import Ints, ScoreFrame, Vendor


class Score(Protocol):
    """What every scorer's function looks like."""

    def __call__(
        self,
        snapshot: Snapshot,
        reference: Reference,
        parameters: Parameters,
        *,
        scopes: Ints | None = None,
        subjects: Ints | None = None,
        vendor: Vendor | None = None,
    ) -> ScoreFrame: ...


@dataclass(frozen=True, slots=True)
class Scorer:
    """A kind of score: its function, the message codes it uses, and what never lowers it.

    ``subjects`` are the node types scored, ``scoped`` the types of scope its rows have, ``rivals`` whether
    rivals have it too. ``monotone`` are the observation kinds of which a better value for the vendor never
    lowers the score under the default parameters. ``whole``: it needs the snapshot of all accounts.
    """

    kind: str
    score: Score
    subjects: tuple[str, ...]
    scoped: tuple[str, ...]
    rivals: bool
    codes: tuple[str, ...]
    monotone: tuple[str, ...]
    whole: bool = False


SCORERS: Mapping[str, Scorer] = MappingProxyType({
    each.kind: each
    for each in (
        Scorer(
            kind=key_person.KIND,
            score=key_person.score,
            subjects=("person",),
            scoped=("company", "opportunity"),
            rivals=True,
            codes=tuple(f"{key_person.KIND}.{factor}" for factor in key_person.FACTORS),
            monotone=("stance", "depth"),
        ),
        Scorer(
            kind=decision_chain.KIND,
            score=decision_chain.score,
            subjects=("opportunity",),
            scoped=("opportunity",),
            rivals=True,
            codes=(
                *(f"{decision_chain.KIND}.{factor}" for factor in decision_chain.FACTORS),
                f"{decision_chain.KIND}.placeholder",
            ),
            monotone=("stance", "depth"),
        ),
        Scorer(
            kind=customer.KIND,
            score=customer.score,
            subjects=("company",),
            scoped=("company",),
            rivals=False,
            codes=tuple(f"{customer.KIND}.{factor}" for factor in customer.FACTORS),
            monotone=("stance", "depth"),
        ),
        Scorer(
            kind=employee.KIND,
            score=employee.score,
            subjects=("person",),
            scoped=("company",),
            rivals=False,
            codes=tuple(f"{employee.KIND}.{factor}" for factor in employee.FACTORS),
            monotone=(),
            whole=True,
        ),
        Scorer(
            kind=our_company.KIND,
            score=our_company.score,
            subjects=("company", "opportunity"),
            scoped=("company", "opportunity"),
            rivals=False,
            codes=tuple(f"{our_company.KIND}.{factor}" for factor in our_company.FACTORS),
            monotone=("stance",),
        ),
        Scorer(
            kind=competitor.KIND,
            score=competitor.score,
            subjects=("company", "opportunity"),
            scoped=("company", "opportunity"),
            rivals=True,
            codes=tuple(f"{competitor.KIND}.{factor}" for factor in competitor.FACTORS),
            monotone=("stance",),
        ),
        Scorer(
            kind=likelihood.KIND,
            score=likelihood.score,
            subjects=("opportunity",),
            scoped=("opportunity",),
            rivals=True,
            codes=(
                *(f"{likelihood.KIND}.{factor}" for factor in likelihood.FACTORS),
                f"{likelihood.KIND}.placeholder",
            ),
            monotone=("stance", "depth"),
        ),
    )
})  # fmt: skip
RELATIONSHIPS = tuple(kind for kind in SCORERS if kind != likelihood.KIND)
"""The six kinds of relationship, on one scale of 0..100; the likelihood is a probability made from them."""
