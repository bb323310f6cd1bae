"""What the companies around a customer answer."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.answers import Answer, Named

Relation = Literal[
    "supplies", "resells", "represents", "uses", "serves", "pays_commission", "part_of", "sister", "partners"
]


class CompanyTie(Answer):
    """Our strongest tie with somebody who holds a seat there."""

    strength: float
    people: int = Field(description="People there with an active tie to one of ours")
    colleague: Named
    person: Named


class KnownCompany(Answer):
    """A company and what we have there."""

    company: Named
    kinds: list[str]
    ours: bool
    customer: Literal["kind", "deal", "tie", "chain"] | None = Field(
        description="By what it is a customer in the broad sense; null: by nothing, or it is ours"
    )
    tie: CompanyTie | None
    tie_text: str
    score: float | None = Field(description="The customer score; null where it has none")


class JoinedCompany(KnownCompany):
    """A company that a chain, a group or deals join to the one asked about. The edge runs `from` -> `to`."""

    relation: Relation
    direction: Literal["in", "out", "across"] = Field(description="in: the edge comes from it; out: it goes to it")
    depth: int = Field(ge=1, le=3)
    through: list[Named] = Field(description="The companies between, from the one asked about on")
    from_: Named = Field(alias="from")
    to: Named
    role: str | None = Field(description="Of a partner: what it does")
    vendor: Named | None = Field(description="Of a partner: for whom; null: not said")
    deals: list[Named] = Field(description="Of a partner: on which deals")
    evidence: list[str]
    text: str


class CompanyNetwork(Answer):
    """The companies around one, the nearest first."""

    subject: Named
    as_of: str
    company: KnownCompany
    items: list[JoinedCompany]
    next: str | None
    total: int
    revision: int
