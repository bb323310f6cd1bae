"""What belongs to the partition of an account, as data: which edges are followed from where.

Sets of nodes grow step by step, beginning with ``accounts``. Engines that can read a neighbourhood in one
statement make it of the same steps, so what a partition holds is said here only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Side = Literal["source", "target"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Follow the edges of a type that have a node of the ``start`` sets on a side.

    The nodes across, of type ``only`` if given, join the set ``into``. ``of`` takes only the start nodes
    of a type, ``without`` leaves those of a set out. ``again`` repeats the step from every new node that
    is in none of the ``known`` sets. The edges belong to the partition unless ``peek``.
    """

    edge: str
    side: Side
    start: tuple[str, ...]
    into: str | None = None
    only: str | None = None
    of: str | None = None
    without: str | None = None
    again: bool = False
    known: tuple[str, ...] = ()
    peek: bool = False


SCOPES = ("accounts", "opportunities")
SUBJECTS = ("persons", "linked", "accounts", "units", "seats", "opportunities", "requirements")
OWN = (*SUBJECTS, "interactions", "observations", "work")
REACHED = (*OWN, "vendors", "tied")
NAMED = ("played",)
"""Sets of nodes that only edges are asked for; nothing of the nodes themselves counts."""
CHAINS = ("supplies", "buys", "part_of")
"""Edge types whose both ends are always there."""


def _both(edge: str, *start: str, into: str | None = None) -> tuple[Step, Step]:
    one, other = (Step(edge=edge, side=side, start=start, into=into) for side in _SIDES)
    return one, other


_SIDES: tuple[Side, Side] = ("source", "target")

_STRUCTURE = (
    Step(edge="part_of", side="source", start=("accounts",)),
    *_both("supplies", "accounts"),
    Step(edge="buys", side="source", start=("accounts",)),
    Step(edge="part_of", side="target", start=("accounts",), into="units", only="org_unit", again=True),
    Step(edge="seat_in", side="target", start=("accounts", "units"), into="seats"),
)
_DEALS = (
    Step(edge="for", side="target", start=("accounts",), into="opportunities"),
    Step(edge="holds", side="target", start=("seats",), into="persons"),
    Step(edge="plays", side="target", start=("opportunities",), into="persons"),
    # whom somebody listens to is in the chain without a seat or a role there
    *_both("influences", "persons", into="linked"),
    Step(edge="requires", side="source", start=("opportunities",), into="requirements"),
    Step(edge="competes", side="target", start=("opportunities",), into="vendors"),
    Step(edge="partners", side="target", start=("opportunities",), into="vendors"),
    Step(edge="meets", side="target", start=("requirements",), into="vendors"),
)
_EVIDENCE = (
    # all who took part in these are followed below, those of `persons` and `linked` among them
    Step(edge="took_part", side="source", start=("persons", "linked"), into="interactions", peek=True),
    Step(edge="concerns", side="target", start=SCOPES, into="interactions", only="interaction", peek=True),
    Step(edge="about", side="target", start=SUBJECTS, into="observations"),
    Step(edge="belongs_to", side="target", start=SCOPES, into="work"),
)
_TIED = (
    Step(edge="took_part", side="target", start=("interactions",), into="tied"),
    Step(edge="concerns", side="source", start=("interactions", "observations"), into="tied"),
    *(Step(edge=edge, side="source", start=("observations",), into="tied") for edge in ("about", "toward", "said_by")),
    Step(edge="covers", side="target", start=SCOPES, into="tied"),
    *(Step(edge=edge, side="source", start=("work",), into="tied") for edge in ("owned_by", "promised_to")),
    Step(edge="needs", side="source", start=SCOPES, into="tied"),
    *(step for edge in ("influences", "knows", "conflicts_with") for step in _both(edge, "persons", into="tied")),
)
_REFERENCES = (
    # who plays a role anywhere is a customer's person, without a seat as well
    Step(edge="plays", side="source", start=REACHED, of="person", without="persons", into="played"),
    Step(edge="holds", side="source", start=REACHED, of="person", into="their_seats"),
    *_both("reports_to", *REACHED, "their_seats"),
    Step(edge="seat_in", side="source", start=(*REACHED, "their_seats"), into="places"),
    # An interaction may concern another account's deal; whose deal it is decides where it counts.
    Step(edge="for", side="source", start=REACHED, of="opportunity", into="customers"),
    Step(
        edge="part_of", side="source", start=("places",), into="above", again=True,
        known=(*REACHED, "their_seats", "places", "customers"),
    ),
    *(
        Step(edge=edge, side="source", start=REACHED, of="person", without="persons")
        for edge in ("knows", "influences", "conflicts_with")
    ),
)  # fmt: skip
STEPS = (*_STRUCTURE, *_DEALS, *_EVIDENCE, *_TIED, *_REFERENCES)
SETS = ("accounts", *dict.fromkeys(step.into for step in STEPS if step.into is not None))
