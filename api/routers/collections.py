"""Collections of nodes: list, create, read, revise, end, history. One set of routes per node type."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field, create_model

from api.answers import Listing
from api.dependencies import (
    IfMatch,
    ItemId,
    Moment,
    Reader,
    Space,
    Writer,
    WriteTerms,
    decode_cursor,
    encode_cursor,
    expected_revision,
    foreign_cursor,
    receipted,
)
from api.models import Dated, Entity, EntityPage, Id, ReceiptBody, properties_model
from api.problems import PROBLEMS
from brm.services import editing, reading, shapes
from brm.services.editing import Terms
from brm.services.moments import parse_moment
from brm.store.protocol import Query as StoreQuery
from brm.store.protocol import When
from graph_schema.changes import path_segment

COLLECTIONS = {
    "companies": "company", "people": "person", "positions": "position", "org-units": "org_unit",
    "opportunities": "opportunity", "interactions": "interaction", "observations": "observation",
    "offerings": "offering", "objectives": "objective", "actions": "action", "resources": "resource",
    "requirements": "requirement", "contracts": "contract", "deliveries": "delivery", "tickets": "ticket",
    "payments": "payment",
}  # fmt: skip


class _Create(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: Id | None = Field(default=None, description="Own id; default: a new one")
    valid_from: Dated | None = None


class _Revise(BaseModel):
    model_config = ConfigDict(extra="forbid")

    valid_from: Dated | None = Field(default=None, description="From when the new values hold; default now")
    correct: bool = Field(default=False, description="The old values were wrong all along")


class InteractionLinks(BaseModel):
    """Who took part in an interaction and what it concerns."""

    participants: dict[str, Literal["from", "to", "cc", "organiser", "attendee"]] = Field(
        min_length=1, description="Person id -> part taken"
    )
    concerns: list[Id] = Field(default_factory=list, description="Company or opportunity ids")


class ObservationLinks(BaseModel):
    """What an observation is about, towards whom, by whom, in which scope."""

    about: Id
    toward: Id | None = None
    said_by: Id | None = None
    concerns: Id | None = None


def create_model_for(type_: str) -> type[BaseModel]:
    """The body that creates a node of this type."""
    links: dict[str, type[BaseModel]] = {"interaction": InteractionLinks, "observation": ObservationLinks}
    extra = (links[type_],) if type_ in links else ()
    made: type[BaseModel] = create_model(
        f"New{properties_model(type_, partial=False).__name__.removesuffix('Properties')}",
        __base__=(_Create, *extra),
        properties=(properties_model(type_, partial=False), ...),
    )
    return made


def collection_router(segment: str, type_: str) -> APIRouter:
    """The routes of one collection."""
    router = APIRouter(prefix=f"/{segment}", tags=[segment], responses=PROBLEMS)
    singular = type_
    noun, nouns = type_.replace("_", " "), segment.replace("-", " ")
    NewItem = create_model_for(type_)  # noqa: N806
    Changes = create_model(  # noqa: N806
        f"Revise{NewItem.__name__.removeprefix('New')}",
        __base__=_Revise,
        properties=(properties_model(type_, partial=True), ...),
    )

    @router.get(
        "",
        operation_id=f"list_{segment.replace('-', '_')}",
        summary=f"List {nouns}",
        description="By name or id, a page at a time; with `q` those whose name holds it, also in pinyin.",
        response_model_exclude_unset=True,
    )
    def list_items(
        space: Space,
        principal: Reader,
        when: Moment,
        q: Annotated[str | None, Query(max_length=200, description="Part of a name, also in pinyin")] = None,
        sort: Annotated[Literal["name", "id"], Query()] = "name",
        limit: Annotated[int, Query(ge=1, le=reading.MOST_ITEMS)] = 50,
        cursor: Annotated[str | None, Query(max_length=2_000)] = None,
    ) -> EntityPage:
        after, moment = None, when
        if cursor is not None:
            after, moment = _cursor_parts(cursor)
        page = reading.search(
            space.store, principal, StoreQuery(type=type_, text=q, sort=sort, after=after, limit=limit, when=moment)
        )
        pinned = {"a": page.next, "t": moment.as_of, "k": moment.known_at}
        return EntityPage(
            items=[Entity.model_validate(shapes.state(item, principal)) for item in page.items],
            next=encode_cursor(pinned) if page.next else None,
            revision=page.revision,
        )

    @router.post(
        "",
        status_code=201,
        operation_id=f"create_{singular}",
        summary=f"Create one {noun}",
        description="With an own id or a new one; the answer's Location is the path of what was created.",
    )
    def create_item(
        space: Space,
        principal: Writer,
        terms: WriteTerms,
        body: NewItem,  # type: ignore[valid-type]
        response: Response,
    ) -> ReceiptBody:
        given: dict[str, Any] = body.model_dump(exclude_unset=True)  # type: ignore[attr-defined]
        values = {name: value for name, value in given["properties"].items() if value is not None}
        identity, receipt = _create(space, principal, type_, given, values, terms)
        response.headers["Location"] = f"/api/v1/{segment}/{path_segment(identity)}"
        return receipted(response, identity, receipt)

    @router.get(
        "/{id}",
        operation_id=f"read_{singular}",
        summary=f"Read one {noun}",
        description="As it stood at `as_of`; its ETag is the revision to send back as If-Match.",
        response_model_exclude_unset=True,
    )
    def read_item(space: Space, principal: Reader, when: Moment, id: ItemId, response: Response) -> Entity:
        state = reading.entity(space.store, principal, id, when, type_)
        response.headers["ETag"] = f'"{state.revision}"'
        return Entity.model_validate(shapes.state(state, principal))

    @router.patch(
        "/{id}",
        operation_id=f"revise_{singular}",
        summary=f"Revise one {noun}",
        description="New values from a date; null makes a value unknown; `correct` replaces values wrong all along.",
    )
    def revise_item(
        space: Space,
        principal: Writer,
        terms: WriteTerms,
        id: ItemId,
        body: Changes,
        response: Response,
        if_match: IfMatch = None,
    ) -> ReceiptBody:
        reading.entity(space.store, principal, id, type_=type_)
        given: dict[str, Any] = body.model_dump(exclude_unset=True)
        start = given.get("valid_from")
        receipt = editing.revise(
            space.store, principal, id, given["properties"],
            valid_from=None if start is None else parse_moment(start, principal.zone, "valid_from"),
            correct=bool(given.get("correct")),
            terms=Terms(expected=expected_revision(if_match, id), idempotency_key=terms.idempotency_key),
        )  # fmt: skip
        return receipted(response, id, receipt)

    @router.delete(
        "/{id}",
        operation_id=f"end_{singular}",
        summary=f"End or retract one {noun}",
        description="It holds no longer from now on; with `mode=retract` it was an error and is gone from every read.",
    )
    def end_item(
        space: Space, principal: Writer, terms: WriteTerms, id: ItemId, if_match: IfMatch = None,
        mode: Annotated[Literal["end", "retract"], Query(description="retract withdraws an error")] = "end",
    ) -> ReceiptBody:  # fmt: skip
        reading.entity(space.store, principal, id, type_=type_)
        bound = Terms(expected=expected_revision(if_match, id), idempotency_key=terms.idempotency_key)
        if mode == "retract":
            receipt = editing.retract(space.store, principal, id, terms=bound)
        else:
            receipt = editing.end(space.store, principal, id, terms=bound)
        return ReceiptBody(id=id, **shapes.receipt(receipt))

    @router.get(
        "/{id}/history",
        operation_id=f"history_of_{singular}",
        summary=f"History of one {noun}",
        description="All versions, void ones included, with who wrote them.",
        response_model=Listing,
    )
    def read_history(space: Space, principal: Reader, id: ItemId) -> dict[str, Any]:
        versions = reading.history(space.store, principal, id)
        return {
            "items": [shapes.version(each, principal) for each in versions],
            "next": None,
            "revision": space.store.revision(),
        }

    return router


def _cursor_parts(cursor: str) -> tuple[tuple[str, str], When]:
    parts = decode_cursor(cursor)
    after = parts.get("a")
    moments_given = all(parts.get(each) is None or isinstance(parts.get(each), int) for each in ("t", "k"))
    if not (isinstance(after, list) and len(after) == 2 and all(isinstance(x, str) for x in after) and moments_given):
        raise foreign_cursor()
    return (after[0], after[1]), When(parts.get("t"), parts.get("k"))


def _create(space: Any, principal: Any, type_: str, given: dict[str, Any], values: dict[str, Any], terms: Terms) -> Any:
    if type_ == "interaction":
        return editing.log_interaction(
            space.store, principal, values, participants=given["participants"],
            concerns=tuple(given.get("concerns", ())), id_=given.get("id"), terms=terms,
        )  # fmt: skip
    if type_ == "observation":
        return editing.observe(
            space.store, principal, values, id_=given.get("id"), terms=terms, about=given["about"],
            toward=given.get("toward"), said_by=given.get("said_by"), concerns=given.get("concerns"),
        )  # fmt: skip
    start = given.get("valid_from")
    return editing.create_node(
        space.store, principal, type_, values, id_=given.get("id"), terms=terms,
        valid_from=None if start is None else parse_moment(start, principal.zone, "valid_from"),
    )  # fmt: skip
