"""How we stand with everybody in one account or deal: the one view that all rules read."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonStanding:
    """One person of the chain, seen from us. Keys are snapshot keys.

    ``rival_stance`` is the greatest stance towards any rival and ``rival`` whose it is.
    ``superior`` is the person that this one's seat reports to by a solid line. ``breadth`` counts the
    colleagues with an active tie.
    """

    key: int
    influence: float
    stance: float
    depth: float
    tie: float
    tie_before: float
    best_colleague: int | None = None
    breadth: int = 0
    roles: frozenset[str] = frozenset()
    level: float | None = None
    stance_evidence: int = 0
    only_opinion: bool = False
    claimed: float | None = None
    rival: int | None = None
    rival_stance: float | None = None
    superior: int | None = None
    evidence: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """Somebody of the chain's account whose tenure ended, and where they sit now, if known."""

    person: int
    days_ago: int
    now_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A promise to a person that is overdue."""

    action: int
    person: int
    days_late: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Something to be done for a deal that is overdue, and who owns it."""

    action: int
    owner: int | None
    days_late: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DealStanding:
    """Where an open deal stands in its process.

    ``days`` in its stage beside the ``usual`` ones; ``moved``: days that the expected close moved later,
    ``passed``: days since it was expected; ``missing`` are the entry checks of its stage that are not answered
    yes; ``parts_owned``: somebody of the team owns a named part.
    """

    stage: str | None = None
    days: int | None = None
    usual: float | None = None
    moved: int = 0
    passed: int = 0
    missing: tuple[str, ...] = ()
    requests: tuple[Request, ...] = ()
    parts_owned: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One account or opportunity. ``owners`` are the colleagues who cover it.

    ``executive_age`` is the days since executives of both sides met, None when never recorded.
    ``rivals_known`` says whether any rival is named in the field. ``deal`` is there for an open opportunity.
    """

    scope_type: str
    scope: int
    account: int | None
    people: tuple[PersonStanding, ...]
    owners: tuple[int, ...] = ()
    missing_roles: tuple[str, ...] = ()
    conflicts: tuple[tuple[int, int], ...] = ()
    rivals_known: bool = True
    executive_age: int | None = None
    departures: tuple[Departure, ...] = ()
    promises: tuple[Promise, ...] = ()
    deal: DealStanding | None = None
    names: dict[int, str] = field(default_factory=dict)

    def person(self, key: int) -> PersonStanding | None:
        """The person with this key."""
        return next((each for each in self.people if each.key == key), None)
