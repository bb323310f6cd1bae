"""What the tables of the whole company answer: heat, coverage, gaps, assets, hand-over, what changed."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.answers import Answer, ChangePart, Interval, Named, ParametersUsed, Vendor

Band = Literal["cold", "warm", "hot"]
Basis = Literal["margin", "potential", "revenue", "one"]


class Amount(Answer):
    """An amount of money."""

    amount: str
    currency: str


class Worth(Answer):
    """A worth in the basis of value: a currency, or ``accounts`` where every account counts alike."""

    value: float
    unit: str


class HeatCell(Answer):
    """One relationship of an account; ``change`` is null where there was none on the earlier day."""

    score: float
    interval: Interval
    completeness: float
    change: float | None
    band: Band


class ThreatCell(HeatCell):
    """The strongest rival; the higher, the worse for us."""

    vendor: Vendor


class HeatCells(Answer):
    """The six relationships; null where the account has no subject of the kind."""

    key_person: HeatCell | None
    decision_chain: HeatCell | None
    customer: HeatCell | None
    employee: HeatCell | None = Field(description="Resilience: what does not hang on one colleague")
    our_company: HeatCell | None
    competitor: ThreatCell | None


class HeatItem(Answer):
    """An account of the heat table."""

    account: Named
    owner: Named | None
    industry: str | None
    region: str | None
    grade: str | None
    value: Amount | None = Field(description="By the basis; null where it is not known")
    cells: HeatCells


class TableHead(Answer):
    """Of when and by what: ``since`` is the day that changes count from."""

    as_of: str
    since: str
    kinds: list[str]
    basis: Basis
    bands: dict[str, float] = Field(description="From which scores on an account is warm and hot")
    parameters: ParametersUsed


class Heat(TableHead):
    """A page of the heat table."""

    items: list[HeatItem]
    next: str | None
    total: int
    revision: int


class AccountHeat(TableHead, HeatItem):
    """The heat of one account."""

    revision: int


class Gap(Answer):
    """Something at an account that we do not reach; ``who`` says who is nearest to closing it."""

    kind: Literal["cell", "person", "role", "single"]
    account: Named
    subject: Named | None = Field(description="Unit of a cell, person, or the colleague on whom the account hangs")
    level: int | None
    role: str | None
    people: list[Named]
    share: float = Field(description="Influence out of reach, or the dependence, 0 to 1")
    value: Amount | None = Field(description="At stake: the share of the account's value")
    assumed: bool = Field(description="The account's own value is not known; the median of all stands in")
    owner: Named | None
    colleague: Named | None
    tie: float | None
    text: str
    who: str


class GapList(Answer):
    """Gaps of all accounts, what is most at stake first."""

    items: list[Gap]
    next: str | None
    total: int
    basis: Basis
    revision: int


class Identity(Answer):
    """Somebody or something by id and name."""

    id: str
    name: str


class CoveredPerson(Identity):
    """A person of the account; ``stance`` is null where nothing is known."""

    title: str | None
    unit: str | None
    level: int | None
    roles: list[str]
    influence: float
    tie: float
    depth: float
    stance: float | None


class CoverageTie(Answer):
    """A colleague's tie with a person."""

    colleague: str
    person: str
    strength: float


class GridCell(Answer):
    """A department x level cell; ``level`` is null where it is not known."""

    department: str
    level: int | None
    seats: int
    people: int
    covered: bool
    strength: float


class Grid(Answer):
    """The cells of an account."""

    departments: list[Identity]
    levels: list[int | None]
    cells: list[GridCell]


class Coverage(Answer):
    """Whom of an account we reach: people by influence, colleagues by the sum of their ties."""

    account: Named
    as_of: str
    colleagues: list[Identity]
    people: list[CoveredPerson]
    ties: list[CoverageTie]
    grid: Grid
    gaps: list[Gap]
    revision: int


class AssetRank(Answer):
    """The place within the job role, from the top, and the percentile."""

    position: int
    of: int
    percent: float


class Asset(Answer):
    """What a colleague's relationships are worth; ``rank`` is null where too little is known to rank."""

    colleague: Named
    own: bool = Field(description="The reader's own")
    role: str | None
    capital: Worth
    alone: Worth = Field(description="In ties that no other colleague has")
    ties: int
    ties_alone: int
    dependence: float = Field(description="The most that any account hangs on the colleague, 0 to 1")
    account: Named | None = Field(description="The account that does")
    rank: AssetRank | None
    completeness: float


class AssetList(Answer):
    """Relationship assets: the reader's own first, then by worth."""

    as_of: str
    basis: Basis
    items: list[Asset]
    next: str | None
    total: int
    notice: str
    revision: int


class HandoverTie(Answer):
    """A tie to hand over; ``left`` is the firm's tie without the colleague, ``known`` the successor's own."""

    person: Named
    account: Named
    strength: float
    share: float
    worth: Worth
    left: float
    successor: Named | None
    reason: Literal["knows_them", "knows_account", "covers_account", "nobody"]
    known: float
    text: str


class WithAndWithout(Answer):
    """A score with the colleague and without."""

    before: float | None
    after: float | None


class HandoverAccount(Answer):
    """What an account falls to without the colleague, when nobody takes over."""

    account: Named
    ties: int
    owned: bool
    next_owner: Named | None
    scores: dict[str, WithAndWithout]


class Handover(Answer):
    """The plan for a colleague's ties."""

    as_of: str
    basis: Basis
    colleague: Named
    worth: Worth
    ties: list[HandoverTie]
    accounts: list[HandoverAccount]
    notice: str
    revision: int


class Totals(Answer):
    """A score on both days, and the band that it was in and is in."""

    before: float
    after: float
    total: float
    bands: list[Band]


class Move(Answer):
    """How a score moved and why; null totals where it is not on both days."""

    kind: str
    subject: Named | None = None
    scope: Named | None = None
    before: float | None = None
    after: float | None = None
    total: float | None
    bands: list[Band] = Field(default=[])
    parts: list[ChangePart] = Field(default=[])


class MovedAccount(Answer):
    """An account whose cells moved."""

    account: Named
    cells: dict[str, Totals | None]


class Capital(Answer):
    """Relationship capital on both days."""

    before: float
    after: float
    unit: str


class MovedColleague(Answer):
    """A colleague whose relationships are worth more or less."""

    colleague: Named
    capital: Capital


class FactNews(Answer):
    """Facts of a type that are new, gone or revised: how many, and the first that the reader may see."""

    type: str
    change: Literal["new", "gone", "revised"]
    count: int
    items: list[Answer]
    text: str


class Moves(Answer):
    """What changed between two days."""

    subject: Named | None
    from_: str = Field(alias="from")
    to: str
    scores: list[Move] = Field(default=[])
    people: list[Move] = Field(default=[])
    deals: list[Move] = Field(default=[])
    accounts: list[MovedAccount] = Field(default=[])
    colleagues: list[MovedColleague] = Field(default=[])
    facts: list[FactNews]
    revision: int
