"""The one registry of scorers, so that one suite of checks and one command cover them all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from scoring import decision_chain, key_person
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.snapshot import Snapshot
from scoring.types import Ints, ScoreFrame


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
        vendor: int | None = None,
    ) -> ScoreFrame: ...


@dataclass(frozen=True, slots=True)
class Scorer:
    """A kind of score: its function, the message codes it uses, and what never lowers it.

    ``subject`` is the node type scored, ``scoped`` the types of scope its rows have, ``monotone`` the
    observation kinds of which a better value for the vendor never lowers the score under the default
    parameters.
    """

    kind: str
    score: Score
    subject: str
    scoped: tuple[str, ...]
    codes: tuple[str, ...]
    monotone: tuple[str, ...]


SCORERS: Mapping[str, Scorer] = MappingProxyType({
    each.kind: each
    for each in (
        Scorer(
            kind=key_person.KIND,
            score=key_person.score,
            subject="person",
            scoped=("company", "opportunity"),
            codes=tuple(f"{key_person.KIND}.{factor}" for factor in key_person.FACTORS),
            monotone=("stance", "depth"),
        ),
        Scorer(
            kind=decision_chain.KIND,
            score=decision_chain.score,
            subject="opportunity",
            scoped=("opportunity",),
            codes=(
                *(f"{decision_chain.KIND}.{factor}" for factor in decision_chain.FACTORS),
                f"{decision_chain.KIND}.placeholder",
            ),
            monotone=("stance", "depth"),
        ),
    )
})  # fmt: skip
