"""What decision-chain maps answer."""

from __future__ import annotations

from pydantic import Field

from api.answers import Answer, Named


class BestTie(Answer):
    """Which colleague knows somebody best, and how well."""

    colleague: Named
    strength: float = Field(description="0..1")


class MapPerson(Answer):
    """A person of a decision chain with those who report to them."""

    id: str
    name: str
    title: str | None
    level: int | None
    roles: list[str]
    veto: bool = Field(description="May forbid it by law")
    influence: float
    stance: float | None = Field(description="null where nothing is known")
    tie: float
    depth: float
    best_tie: BestTie | None
    our_ties: int = Field(description="Colleagues with an active tie")
    rival_ties: int = Field(description="Rivals with an active tie, by evidence")
    conflicts: list[str] = Field(description="Ids of the people of the chain whom they are in conflict with")
    indirect_superior: str | None = Field(
        description="Nearest person of the chain above, where the one directly above does not belong to it"
    )
    reports: list[MapPerson]
    cycle: bool = Field(description="A circle of reporting lines is cut here")


class VacantSeat(Answer):
    """A seat that nobody holds."""

    id: str
    title: str
    level: int | None
    reports_to: str | None = Field(description="The next vacant seat or person of the chain above")
    reports: list[str] = Field(description="Ids of the people who report to it")


class ChainMap(Answer):
    """A decision chain as trees along the reporting lines."""

    subject: Named
    as_of: str = Field(description="Local day that was looked at")
    people: list[MapPerson]
    missing_roles: list[str] = Field(description="Roles that somebody should play and nobody is known for")
    vacant_seats: list[VacantSeat] = Field(
        description="Of the account; in an opportunity those that somebody of the chain reports to"
    )
    revision: int
