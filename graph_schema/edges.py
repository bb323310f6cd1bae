"""The edge types of the relationship graph. ``FROM`` and ``TO`` name the node types at the ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated as A
from typing import ClassVar

from graph_schema.markers import Bounds, Code, Doc, Edge, Money, Points, Ref, Unit, Words

SourceClass = A[Code | None, Doc("Where the statement comes from"), Words("source_class")]
Confidence = A[float | None, Doc("How sure the source is"), Bounds(0, 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Holds(Edge):
    """A person holds a seat: a tenure."""

    FROM: ClassVar = ("person",)
    TO: ClassVar = ("position",)
    share: A[float | None, Doc("Share of working time"), Bounds(0, 1)] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatIn(Edge):
    """A seat belongs to a unit, or directly to a company."""

    FROM: ClassVar = ("position",)
    TO: ClassVar = ("org_unit", "company")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportsTo(Edge):
    """A seat reports to another seat; stable, of the account."""

    FROM: ClassVar = ("position",)
    TO: ClassVar = ("position",)
    KEY: ClassVar = "kind"
    kind: A[Code, Doc("Solid or dotted line"), Words("report_kind")]
    source_class: SourceClass = None
    confidence: Confidence = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartOf(Edge):
    """A unit is part of a company or larger unit; a company is part of a group."""

    FROM: ClassVar = ("org_unit", "company")
    TO: ClassVar = ("org_unit", "company")


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplies(Edge):
    """A chain between companies: who supplies, resells to, represents, uses, serves or pays whom."""

    FROM: ClassVar = ("company",)
    TO: ClassVar = ("company",)
    KEY: ClassVar = "kind"
    kind: A[Code, Doc("Sort of link"), Words("supply_kind")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Knows(Edge):
    """Two people know each other; the same edge read from either side."""

    FROM: ClassVar = ("person",)
    TO: ClassVar = ("person",)
    KEY: ClassVar = "kind"
    SYMMETRIC: ClassVar = True
    kind: A[Code, Doc("How they know each other"), Words("knows_kind")]
    strength: A[float | None, Doc("Stated closeness"), Bounds(0, 1)] = None
    sensitivity: A[Code | None, Doc("Who may see it"), Words("sensitivity")] = None
    source_class: SourceClass = None
    confidence: Confidence = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Influences(Edge):
    """The second person listens to the first, in the account or in one opportunity."""

    FROM: ClassVar = ("person",)
    TO: ClassVar = ("person",)
    KEY: ClassVar = "scope"
    scope: A[Ref | None, Doc("The account or opportunity it holds in; absent = everywhere"),
             Points(("company", "opportunity"))] = None  # fmt: skip
    weight: A[float | None, Doc("How much the second listens to the first; absent = 1"), Bounds(0, None)] = None
    source_class: SourceClass = None
    confidence: Confidence = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictsWith(Edge):
    """Two people are in conflict."""

    FROM: ClassVar = ("person",)
    TO: ClassVar = ("person",)
    SYMMETRIC: ClassVar = True
    sensitivity: A[Code | None, Doc("Who may see it"), Words("sensitivity")] = None
    source_class: SourceClass = None
    confidence: Confidence = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plays(Edge):
    """A person plays a buying role in one opportunity; several roles are several edges."""

    FROM: ClassVar = ("person",)
    TO: ClassVar = ("opportunity",)
    KEY: ClassVar = "role"
    role: A[Code, Doc("Buying role"), Words("buying_role")]
    source_class: SourceClass = None
    confidence: Confidence = None


@dataclass(frozen=True, slots=True, kw_only=True)
class For(Edge):
    """The customer that the opportunity is at; at most one at a time."""

    FROM: ClassVar = ("opportunity",)
    TO: ClassVar = ("company",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs(Edge):
    """The opportunity needs an offering."""

    FROM: ClassVar = ("opportunity",)
    TO: ClassVar = ("offering",)
    quantity: A[float | None, Doc("Quantity"), Bounds(0, None)] = None
    amount: A[Money | None, Doc("Amount")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Requires(Edge):
    """The opportunity sets a requirement."""

    FROM: ClassVar = ("opportunity",)
    TO: ClassVar = ("requirement",)


@dataclass(frozen=True, slots=True, kw_only=True)
class BelongsTo(Edge):
    """Work or paper belongs to a company or an opportunity."""

    FROM: ClassVar = ("contract", "delivery", "ticket", "payment", "objective", "action", "note")
    TO: ClassVar = ("company", "opportunity")


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnedBy(Edge):
    """A person or unit of ours is accountable for it."""

    FROM: ClassVar = ("action", "objective", "ticket", "resource")
    TO: ClassVar = ("person", "org_unit")


@dataclass(frozen=True, slots=True, kw_only=True)
class PromisedTo(Edge):
    """The action was promised to this person of the customer."""

    FROM: ClassVar = ("action",)
    TO: ClassVar = ("person",)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultsFrom(Edge):
    """Evidence that came of an action; without it the action's effect is measured."""

    FROM: ClassVar = ("interaction", "observation")
    TO: ClassVar = ("action",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Competes(Edge):
    """A vendor competes for the opportunity."""

    FROM: ClassVar = ("company",)
    TO: ClassVar = ("opportunity",)
    price: A[Money | None, Doc("Price offered, as far as known")] = None
    incumbent: A[bool | None, Doc("Supplies this need today")] = None
    shortlisted: A[bool | None, Doc("On the customer's shortlist")] = None
    source_class: SourceClass = None
    confidence: Confidence = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Partners(Edge):
    """A company works on the opportunity for one of the vendors."""

    FROM: ClassVar = ("company",)
    TO: ClassVar = ("opportunity",)
    KEY: ClassVar = "role"
    role: A[Code, Doc("What the partner does"), Words("partner_role")]
    vendor: A[Ref | None, Doc("For which vendor"), Points(("company",))] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Meets(Edge):
    """A vendor meets a requirement, and how that is proven."""

    FROM: ClassVar = ("company",)
    TO: ClassVar = ("requirement",)
    met: A[float | None, Doc("Share of the requirement met"), Bounds(0, 1)] = None
    proof: A[Code | None, Doc("Proof"), Words("proof")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Covers(Edge):
    """A person of ours, or a partner's, looks after a company or an opportunity."""

    FROM: ClassVar = ("person",)
    TO: ClassVar = ("company", "opportunity")
    KEY: ClassVar = "team_role"
    team_role: A[Code, Doc("Role in the team"), Words("team_role")]
    backup: A[bool | None, Doc("Stands in for the owner")] = None
    part: A[str | None, Doc("Part owned")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TookPart(Edge):
    """A person took part in an interaction."""

    FROM: ClassVar = ("person",)
    TO: ClassVar = ("interaction",)
    role: A[Code | None, Doc("As what"), Words("took_part_role")] = None
    response: A[Code | None, Doc("Reply to the invitation"), Words("response")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Concerns(Edge):
    """The company or opportunity that an interaction or observation is about: its scope."""

    FROM: ClassVar = ("interaction", "observation")
    TO: ClassVar = ("company", "opportunity")


@dataclass(frozen=True, slots=True, kw_only=True)
class About(Edge):
    """The subject of an observation."""

    FROM: ClassVar = ("observation",)
    TO: ClassVar = ("person", "company", "org_unit", "position", "opportunity", "requirement")


@dataclass(frozen=True, slots=True, kw_only=True)
class Toward(Edge):
    """The vendor, or one colleague, that an observed stance, tie or depth is towards."""

    FROM: ClassVar = ("observation",)
    TO: ClassVar = ("company", "person")


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidBy(Edge):
    """The person who said or saw it."""

    FROM: ClassVar = ("observation",)
    TO: ClassVar = ("person",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Buys(Edge):
    """What a company, or a unit of it, could buy, buys and has of an offering, per vendor."""

    FROM: ClassVar = ("company", "org_unit")
    TO: ClassVar = ("offering",)
    KEY: ClassVar = "vendor"
    vendor: A[Ref | None, Doc("Vendor whose share this is"), Points(("company",))] = None
    potential: A[Money | None, Doc("Yearly potential")] = None
    current: A[Money | None, Doc("Bought in the last twelve months")] = None
    installed: A[float | None, Doc("Installed units"), Unit("units"), Bounds(0, None)] = None
    installed_share: A[float | None, Doc("This vendor's share of what is installed"), Bounds(0, 1)] = None


EDGES: tuple[type[Edge], ...] = (
    Holds, SeatIn, ReportsTo, PartOf, Supplies, Knows, Influences, ConflictsWith, Plays, For, Needs,
    Requires, BelongsTo, OwnedBy, PromisedTo, Competes, Partners, Meets, Covers, TookPart, Concerns,
    About, Toward, SaidBy, Buys, ResultsFrom,
)  # fmt: skip
