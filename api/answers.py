"""What the reading operations answer. The same shapes as the command line prints with ``--json``."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.models import Entity


class Answer(BaseModel):
    """An answer; fields beyond those described may be added, and are passed on."""

    model_config = ConfigDict(extra="allow")


class Named(Answer):
    """Something in the graph, as it is shown."""

    type: str | None = None
    id: str | None
    name: str | None


class Vendor(Named):
    """A vendor; ``itself``: the customer, which may build what it needs."""

    itself: bool = False


class Interval(Answer):
    """The middle four fifths of where the value may lie."""

    p10: float | None
    p90: float | None


class ParametersUsed(Answer):
    """The parameter set a score was computed with."""

    version: str
    digest: str


class Contribution(Answer):
    """One part of a score: what was observed, and what it adds."""

    factor: str
    value: float | None
    unit: str | None
    prior: float | None
    weight: float | None
    effect: float = Field(description="What it adds on the scale of the link")
    code: str = Field(description="Message code of the text")
    subject: Named | None
    evidence: list[str] = Field(description="Ids of the facts behind it")
    evidence_hidden: int = Field(default=0, description="How many more the reader may not see")
    inputs: dict[str, Any] = Field(description="Every raw input and constant that entered")
    points: float = Field(default=0.0, description="Part of a probability in points of 100; only where it is one")
    text: str


class ChangePart(Answer):
    """What one cause did to a score between two dates."""

    part: Literal["clock", "people", "structure", "interactions", "stance", "facts", "reference", "parameters"]
    effect: float
    text: str


class Change(Answer):
    """How a score moved since a day: ``total`` is the sum of the parts."""

    since: str
    before: float
    total: float
    parts: list[ChangePart]


class MovingFact(Answer):
    """A fact that entered, ended or was revised between two days, and its share in its cause's part, in points."""

    part: str = Field(description="The cause it belongs to")
    type: str
    change: Literal["new", "gone", "revised"]
    id: str | None = Field(description="null for an edge")
    day: str | None = Field(description="When it happened or was observed")
    about: list[Named]
    effect: float
    text: str


class Moved(Answer):
    """How a score moved between two days: ``total`` is the sum of the parts; facts and a rest make up a part."""

    from_: str = Field(alias="from")
    to: str
    before: float
    after: float
    total: float
    parts: list[ChangePart]
    facts: list[MovingFact] = Field(description="The greatest first")
    facts_more: int = Field(description="How many smaller ones are left out")
    facts_hidden: int = Field(description="How many the reader may not see")


class FieldEntry(Answer):
    """One who may win a deal; ``gated`` is null where a gate makes it not computable."""

    vendor: Vendor = Field(description="none: no decision; unknown: rivals nobody knows of")
    raw: float
    gated: float | None


class Score(Answer):
    """One score. ``link(score) = base + sum of effects``; contributions, inputs and reference when explained.

    On the logit link score, interval, ``raw`` and ``gated`` are probabilities 0..1, changes are in points of 100.
    """

    kind: str
    subject: Named
    vendor: Vendor
    scope: Named
    as_of: str = Field(description="Local day that was looked at")
    moment: str
    score: float | None = Field(description="null where too little is known to state one")
    interval: Interval
    completeness: float = Field(description="Share of the evidence that there could be")
    band: Literal["cold", "warm", "hot"] | None
    rank: dict[str, int] | None
    link: Literal["identity", "logit"]
    base: float | None
    raw: float = Field(default=0.0, description="Only of a likelihood: the probability before gates")
    gate: Literal["no_event", "no_inside_source", "not_in_top_three"] | None = Field(
        default=None, description="Only of a likelihood: the gate that is closed"
    )
    gate_text: str | None = Field(default=None, description="Only of a likelihood: what the closed gate means")
    gated: float | None = Field(default=None, description="Only of a likelihood: what a review shows")
    base_points: float = Field(default=0.0, description="Only of a likelihood: its base in points of 100")
    label: Literal["prior"] = Field(default="prior", description="Only of a likelihood: what it rests on")
    n: int = Field(default=0, description="Only of a likelihood: closed deals behind the base rate")
    field: list[FieldEntry] = Field(default=[], description="Only of a likelihood: who may win; raw sums to 1")
    gap: float | None = Field(default=None, description="Our score less the rival's; only when one is explained")
    notice: str = Field(default="", description="What the score is for, where that must be said")
    change: Change | None = Field(description="Over the last 30 days; only when one is explained")
    changes: list[Change] = Field(default=[], description="Over the last 30 and 90 days; only when one is explained")
    parameters: ParametersUsed
    revision: int
    contributions: list[Contribution] = Field(default=[], description="Only when one score is explained")
    inputs: dict[str, Any] = Field(default={}, description="Only when one score is explained")
    reference: str = Field(default="", description="Digest of the population quantities; only when one is explained")
    findings: list[str] = Field(default=[], description="Ids of findings about it; only when one is explained")


class ControlPoint(Answer):
    """Whether a vendor holds one of the four control points of a deal."""

    point: Literal["event", "inside", "top_three", "value"]
    answer: Literal["yes", "no", "unknown"]


class VendorPoints(Answer):
    """The control points of one vendor."""

    vendor: Vendor
    points: list[ControlPoint]


class Likelihood(Score):
    """The explained likelihood of a vendor in a deal, with the control points of everybody in the field."""

    control_points: list[VendorPoints]
    week: Moved | None = Field(default=None, description="The last seven days; null if there was no likelihood before")
    process: dict[str, Any] = Field(description="Stage, dwell, tier, team and open work, as `…/process` has them")


class Point(Answer):
    """A score at the end of one local day; null where there was none."""

    as_of: str
    score: float | None
    interval: Interval
    completeness: float | None
    band: Literal["cold", "warm", "hot"] | None
    stage: str | None = Field(default=None, description="Only of a likelihood: the deal's stage")
    control_points: dict[str, Literal["yes", "no", "unknown"]] | None = Field(
        default=None, description="Only of a likelihood: the vendor's control points"
    )


class Bands(Answer):
    """Where the bands of a score begin."""

    warm: float
    hot: float


class Period(Answer):
    """A run of weeks in one band, with the first and the last day on which it was seen."""

    band: Literal["cold", "warm", "hot"]
    from_: str = Field(alias="from")
    to: str


class SeriesItem(Answer):
    """The scores of one subject, one per day of ``weeks``; null where it had none."""

    subject: Named
    vendor: Vendor
    scope: Named
    scores: list[float | None]
    periods: list[Period]


class SeriesList(Answer):
    """Scores of all subjects of a kind over weeks, best at the end first; ``weeks`` are the days."""

    kind: str
    link: Literal["identity", "logit"] = Field(description="logit: scores are probabilities 0..1")
    weeks: list[str]
    bands: Bands | None = Field(description="null for probabilities, which have none")
    items: list[SeriesItem]
    next: str | None
    total: int
    revision: int


class Series(Answer):
    """One score week by week, the last day last."""

    kind: str
    subject: Named
    vendor: Vendor
    scope: Named
    link: Literal["identity", "logit"] = Field(description="logit: scores are probabilities 0..1")
    weeks: int
    bands: Bands | None = Field(description="null for probabilities, which have none")
    periods: list[Period] = Field(description="Since when the subject has been in which band")
    items: list[Point]
    moves: list[Moved] = Field(default=[], description="Only of a likelihood: the weeks in which it moved most")
    next: str | None
    revision: int


class Listing(Answer):
    """A list. ``next`` is the cursor of the next page; null at the end."""

    items: list[dict[str, Any]]
    next: str | None
    revision: int


class ScoreList(Answer):
    """Scores, best first; ``total`` counts those beyond the limit too."""

    items: list[Score]
    next: str | None
    total: int
    revision: int


class Hop(Answer):
    """One tie of an introduction path. A tie between our own people has no measured strength.

    ``between`` names the two companies of a hop along a chain (`supply`) or within a group (`group`).
    """

    source: str = Field(alias="from")
    target: str = Field(alias="to")
    tie: str
    how: str | None
    strength: float | None
    evidence: list[str]
    between: list[Named]
    text: str


class Route(Answer):
    """An introduction path with the ask that opens it."""

    people: list[Named]
    hops: list[Hop]
    strength: float
    ask: str
    text: str


class Routes(Answer):
    """The strongest introduction paths to a person."""

    target: Named
    max_hops: int
    items: list[Route]
    next: str | None
    revision: int


class Effect(Answer):
    """What an action is expected to change: the same score before and after."""

    kind: str
    before: float
    after: float
    delta: float


class Advice(Answer):
    """What to do: who, by when, through whom, what for."""

    play: str
    owner: Named | None
    due: str
    path: Route | None
    effect: Effect | None
    text: str


class Finding(Answer):
    """What needs attention. Its id is the same whenever it is computed again."""

    id: str
    rule: str
    severity: Literal["high", "medium", "low"]
    subject: Named
    target: Named | None
    others: list[Named]
    numbers: dict[str, Any]
    evidence: list[str]
    evidence_hidden: int = Field(default=0, description="How many more the reader may not see")
    advice: Advice
    title: str
    why: str


class FindingList(Answer):
    """Findings, the gravest first."""

    items: list[Finding]
    next: str | None
    revision: int


class Neighbourhood(Answer):
    """An entity with the edges at it; ``more``: there are edges beyond those listed."""

    entity: Entity
    edges: list[Entity]
    names: dict[str, str]
    more: bool
    revision: int
