"""What-if drafts: proposals that are not facts, their effect on every score, and what becomes of them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.answers import Answer, Named, ParametersUsed, Vendor
from api.dependencies import IfMatch, ItemId, Moment, Reader, Space, Texts, Writer, expected_revision
from api.models import ChangeBody, Dated, Id
from api.problems import PROBLEMS
from brm.services import approving, drafts, telling, whatif
from brm.services.drafts import LONGEST_NAME, MOST_PROPOSALS
from brm.services.proposing import KINDS

router = APIRouter(prefix="/drafts", tags=["drafts"], responses=PROBLEMS)
What: Any = Literal[tuple(KINDS)]
Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, pattern=r"\S", examples=["Win over the director"])]
Share = Annotated[float, Field(ge=0, le=1)]


class ProposalBody(BaseModel):
    """A proposal: what, and the fields that it needs. ``on`` is the day from which it is to hold."""

    model_config = ConfigDict(extra="forbid")

    what: What = Field(description="What is proposed; `changes` takes changes of any kind", examples=["stance"])
    person: Id | None = Field(default=None, description="Of a stance, depth, role, influence, conflict, tie or seat")
    other: Id | None = Field(default=None, description="The second person of an influence, conflict or tie")
    value: float | None = Field(default=None, ge=-1, le=5, description="A stance -1..1 or a depth 0..5")
    vendor: Id | None = Field(default=None, description="Towards or of whom; default us. Of a rival: the company")
    source: Literal["observed", "inside", "opinion"] | None = Field(default=None, description="Default observed")
    role: str | None = Field(default=None, description="Buying role")
    kind: str | None = Field(default=None, description="How two people know each other")
    weight: float | None = Field(default=None, ge=0)
    strength: Share | None = None
    position: Id | None = None
    id: Id | None = Field(default=None, description="Id of a new person; default a new one")
    name: str | None = Field(default=None, min_length=1, max_length=LONGEST_NAME, description="Of a new person")
    people: list[Id] | None = Field(default=None, max_length=50, description="The customer's people of a meeting")
    colleagues: list[Id] | None = Field(default=None, max_length=50, description="Ours; the first calls the meeting")
    channel: str | None = None
    executive: bool | None = None
    deal: Id | None = Field(default=None, description="Opportunity, where the draft is about an account")
    incumbent: bool | None = None
    shortlisted: bool | None = None
    amount: str | None = Field(default=None, pattern=r"^\d{1,14}(\.\d{1,4})?$", description="A price")
    currency: str | None = Field(default=None, pattern="^[A-Z]{3}$")
    requirement: Id | None = None
    met: Share | None = Field(default=None, description="Share of the requirement that is met")
    proof: str | None = None
    remove: bool | None = Field(default=None, description="The role, influence, conflict, tie, seat or rival goes")
    changes: list[ChangeBody] | None = Field(default=None, max_length=100)
    on: Dated | None = None
    note: str | None = Field(default=None, max_length=1_000)

    def plain(self) -> dict[str, Any]:
        """The fields that were given."""
        return self.model_dump(by_alias=True, exclude_none=True, exclude_unset=True)


class NewDraft(BaseModel):
    """A draft to begin, with proposals if there are any yet."""

    model_config = ConfigDict(extra="forbid")

    scope: Id = Field(description="Opportunity or account that it is about", examples=["demo:opportunity/17"])
    name: Name
    add: list[ProposalBody] = Field(default=[], max_length=MOST_PROPOSALS)


class DraftChanges(BaseModel):
    """Proposals to add, numbers of proposals to drop, another name."""

    model_config = ConfigDict(extra="forbid")

    add: list[ProposalBody] = Field(default=[], max_length=MOST_PROPOSALS)
    drop: list[int] = Field(default=[], max_length=MOST_PROPOSALS)
    name: Name | None = None


class Approval(BaseModel):
    """What the proposals are to become."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    form: Literal["facts", "actions"] = Field(default="facts", alias="as", description="Facts, or actions of the plan")
    owner: Id | None = Field(default=None, description="Who owns the actions; default the approver")
    due: str | None = Field(default=None, pattern=r"^\d{4}-\d{2}-\d{2}$", description="Day by which they are due")


class DraftHead(Answer):
    """A draft without its proposals; ``revision`` is its ETag, ``base`` the store's when it was made."""

    id: str
    name: str
    scope: Named
    status: Literal["open", "approved", "discarded"]
    number: int = Field(description="How many proposals it has")
    base: int
    author: str
    created_at: str
    updated_at: str
    closed_by: str | None
    closed_at: str | None
    outcome: dict[str, Any] | None = Field(description="Facts, or the actions by number of proposal")
    revision: int


class Proposal(Answer):
    """One proposal; ``hidden`` where it is about what the reader may not see."""

    number: int
    what: str
    hidden: bool
    given: dict[str, Any]
    changes: list[dict[str, Any]]
    text: str


class DraftFull(DraftHead):
    """A draft with its proposals."""

    items: list[Proposal]
    names: dict[str, str] = Field(description="Names of what the proposals mention, by id")
    replayed: bool = Field(default=False, description="It had been approved before")


class DraftList(Answer):
    """Drafts, the last changed first."""

    items: list[DraftHead]
    next: str | None
    revision: int


class ProposalFate(Proposal):
    """A proposal on the graph as it stands."""

    state: Literal["applies", "unchanged", "refused"]
    reason: str | None = Field(description="Why it no longer applies")
    moved: list[str] = Field(description="Ids of what it changes that were changed since it was proposed")


class ProposalPart(Answer):
    """What one proposal does to a number."""

    number: int
    effect: float


class MovedScore(Answer):
    """A number that the draft moves; null where there is none before or after, then without parts.

    A probability is in points of 100 (unit `percent`).
    """

    kind: str
    measure: Literal["score", "capital"] = Field(description="Of colleagues the capital that they hold there")
    unit: str
    subject: Named
    vendor: Vendor
    scope: Named
    before: float | None
    after: float | None
    total: float | None = Field(description="The sum of the parts")
    bands: list[str | None] | None
    parts: list[ProposalPart]


class DraftEffect(Answer):
    """What a draft would do to the graph as it stands."""

    draft: DraftHead
    as_of: str
    moment: str
    base: int
    revision: int
    items: list[ProposalFate]
    names: dict[str, str]
    scores: list[MovedScore]
    notices: list[str]
    parameters: ParametersUsed


def _tagged(response: Response, shape: dict[str, Any]) -> dict[str, Any]:
    response.headers["ETag"] = f'"{shape["revision"]}"'
    return shape


def _seen(if_match: str | None, id_: str) -> int | None:
    return expected_revision(if_match, id_).get(id_)


@router.post("", status_code=201, operation_id="create_draft", response_model=DraftFull)
def create_draft(space: Space, principal: Writer, texts: Texts, body: NewDraft, response: Response) -> dict[str, Any]:
    """Begin a draft about an opportunity or account; nothing of it is a fact."""
    shape = drafts.start(space, principal, body.scope, body.name, [each.plain() for each in body.add])
    return _tagged(response, telling.draft(shape, texts))


@router.get("", operation_id="list_drafts", response_model=DraftList)
def list_drafts(
    space: Space,
    principal: Reader,
    scope: Annotated[str | None, Query(max_length=200, description="About this account or opportunity")] = None,
    status: Annotated[
        Literal["open", "approved", "discarded"] | None, Query(description="What became of it; default all")
    ] = None,
) -> dict[str, Any]:
    """All drafts, the last changed first."""
    items = drafts.listed(space, principal, scope=scope, status=status)
    return {"items": items, "next": None, "revision": space.store.revision()}


@router.get("/{id}", operation_id="read_draft", response_model=DraftFull)
def read_draft(space: Space, principal: Reader, texts: Texts, id: ItemId, response: Response) -> dict[str, Any]:
    """A draft with its proposals."""
    return _tagged(response, telling.draft(drafts.shown(space, principal, id), texts))


@router.post("/{id}/changes", operation_id="change_draft", response_model=DraftFull)
def change_draft(
    space: Space, principal: Writer, texts: Texts, id: ItemId, body: DraftChanges, response: Response,
    if_match: IfMatch = None,
) -> dict[str, Any]:  # fmt: skip
    """Add proposals to one's own open draft, drop some by number, or rename it."""
    shape = drafts.change(
        space, principal, id, add=[each.plain() for each in body.add], drop=body.drop, name=body.name,
        seen=_seen(if_match, id),
    )  # fmt: skip
    return _tagged(response, telling.draft(shape, texts))


@router.get("/{id}/effect", operation_id="read_draft_effect", response_model=DraftEffect)
def read_draft_effect(space: Space, principal: Reader, texts: Texts, when: Moment, id: ItemId) -> dict[str, Any]:
    """Every score that the draft would move, before and after, and the part of each proposal."""
    return telling.draft_effect(whatif.effect(space, principal, id, when=when), texts)


@router.post("/{id}/refresh", operation_id="refresh_draft", response_model=DraftFull)
def refresh_draft(
    space: Space, principal: Writer, texts: Texts, id: ItemId, response: Response, if_match: IfMatch = None
) -> dict[str, Any]:
    """Rest one's own draft on the graph as it stands, after what changed meanwhile was looked at."""
    shape = drafts.refresh(space, principal, id, seen=_seen(if_match, id))
    return _tagged(response, telling.draft(shape, texts))


@router.post("/{id}/approve", operation_id="approve_draft", response_model=DraftFull)
def approve_draft(
    space: Space, principal: Writer, texts: Texts, id: ItemId, body: Approval, response: Response,
    if_match: IfMatch = None,
) -> dict[str, Any]:  # fmt: skip
    """Make all that a draft proposes facts, or actions of the plan; conflicts are listed and nothing is done."""
    shape = approving.approve(
        space, principal, id, texts, form=body.form, owner=body.owner, due=body.due, seen=_seen(if_match, id)
    )
    return _tagged(response, telling.draft(shape, texts))


@router.delete("/{id}", operation_id="discard_draft", response_model=DraftFull)
def discard_draft(
    space: Space, principal: Writer, texts: Texts, id: ItemId, response: Response, if_match: IfMatch = None
) -> dict[str, Any]:
    """Close one's own draft without doing anything; it stays readable."""
    shape = drafts.discard(space, principal, id, seen=_seen(if_match, id))
    return _tagged(response, telling.draft(shape, texts))
