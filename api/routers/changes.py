"""Change sets of any node or edge, the feed of changes, undo, and edges by id."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from api.answers import Listing, Neighbourhood
from api.dependencies import ItemId, Moment, Reader, Space, Writer, WriteTerms
from api.models import ChangeSetBody, Entity, ReceiptBody, UndoBody
from api.problems import PROBLEMS
from brm.services import changesets, editing, reading, shapes
from brm.services.editing import Terms

router = APIRouter(tags=["changes"], responses=PROBLEMS)


@router.post("/changes", status_code=201, operation_id="apply_changes")
def apply_changes(space: Space, principal: Writer, terms: WriteTerms, body: ChangeSetBody) -> ReceiptBody:
    """Apply changes together or not at all: nodes by id, edges by from and to."""
    changes = [each.model_dump(by_alias=True, exclude_unset=True) for each in body.changes]
    bound = Terms(expected=body.expected, idempotency_key=terms.idempotency_key)
    return ReceiptBody(**shapes.receipt(changesets.apply_json(space.store, principal, changes, bound)))


@router.get("/changes", operation_id="read_feed", response_model=Listing, response_model_exclude_unset=True)
def read_feed(
    space: Space,
    principal: Reader,
    since: Annotated[int, Query(ge=0, le=2**62, description="Revision after which to read")] = 0,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 500,
) -> dict[str, Any]:
    """Entities touched after a revision, in commit order."""
    touched = space.store.changes(since, limit)
    items = [{**shapes.identity(each.entity), "revision": each.revision} for each in touched]
    return {"items": items, "next": None, "revision": space.store.revision()}


@router.post("/changes/undo", operation_id="undo_commit")
def undo_commit(space: Space, principal: Writer, body: UndoBody) -> ReceiptBody:
    """Take back one commit; later edits stay and are listed as kept."""
    receipt = editing.undo(space.store, principal, body.revision, with_later=body.with_later)
    return ReceiptBody(**shapes.receipt(receipt))


@router.get("/commits", operation_id="list_commits", response_model=Listing, response_model_exclude_unset=True)
def list_commits(
    space: Space,
    principal: Reader,
    since: Annotated[int, Query(ge=0, le=2**62)] = 0,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
) -> dict[str, Any]:
    """Who wrote when, from which source."""
    items = [shapes.commit(each) for each in space.store.commits(since=since, limit=limit)]
    return {"items": items, "next": None, "revision": space.store.revision()}


@router.get("/edges/{id}", operation_id="read_edge", response_model_exclude_unset=True)
def read_edge(
    space: Space,
    principal: Reader,
    when: Moment,
    id: ItemId,
    response: Response,
) -> Entity:
    """One edge by its id."""
    state = reading.entity(space.store, principal, id, when)
    response.headers["ETag"] = f'"{state.revision}"'
    return Entity.model_validate(shapes.state(state, principal))


@router.get(
    "/neighbourhoods/{id}",
    operation_id="read_neighbourhood",
    response_model=Neighbourhood,
    response_model_exclude_unset=True,
)
def read_neighbourhood(space: Space, principal: Reader, when: Moment, id: ItemId) -> dict[str, Any]:
    """An entity with the edges at it and the names at their ends."""
    found = reading.neighbourhood(space.store, principal, id, when)
    return {
        "entity": shapes.state(found.entity, principal),
        "edges": [shapes.state(edge, principal) for edge in found.edges],
        "names": found.names,
        "more": found.more,
        "revision": space.store.revision(),
    }
