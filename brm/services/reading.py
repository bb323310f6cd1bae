"""Reading entities, their neighbourhoods and histories."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from brm.errors import InvalidInput, NotFound
from brm.principal import Principal
from brm.services.visibility import RESTRICTED, visible, visible_edges
from brm.store.protocol import NOW, Expansion, Page, Query, State, Store, Version, When
from graph_schema import registry
from graph_schema.changes import EdgeRef

Way = Literal["out", "in", "both"]
MOST_ITEMS = 500
NEIGHBOURS = 200


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """An entity, its edges, and the names of the nodes at their ends. ``more`` edges were left out."""

    entity: State
    edges: tuple[State, ...]
    names: dict[str, str]
    more: bool


def display_name(state: State) -> str:
    """The name that people know a node by; its id where it has none."""
    for name in ("name", "title", "text", "kind", "channel"):
        if state.properties.get(name):
            return str(state.properties[name])
    return state.entity.id


def entity(store: Store, principal: Principal, entity_id: str, when: When = NOW, type_: str | None = None) -> State:
    """One entity at a moment; NotFound when it does not exist then, is hidden or is of another type."""
    principal.require("read")
    found = store.fetch([entity_id], when).get(entity_id)
    if found is None or not visible(found, principal) or (type_ is not None and found.entity.type != type_):
        kind = (type_ or "entity").replace("_", " ")
        raise NotFound(
            f"there is no {kind} {entity_id} at that date",
            remedy="check the id and the date, or look for it by name",
            id=entity_id,
        )
    return found


def names_of(store: Store, ids: Iterable[str], when: When = NOW) -> dict[str, str]:
    """Id -> display name of the nodes that exist; the id itself for the others."""
    wanted = list(dict.fromkeys(ids))
    found = store.fetch(wanted, when)
    return {each: display_name(found[each]) if each in found else each for each in wanted}


def edges_at(
    store: Store, starts: Iterable[str], types: tuple[str, ...], way: Way, when: When = NOW
) -> list[tuple[State, EdgeRef]]:
    """The edges of some types from some nodes, or to them."""
    nodes = tuple(starts)
    if not nodes:
        return []
    trails = store.expand(Expansion(starts=nodes, edge_types=types, direction=way, hops=1, when=when))
    return [(trail[0], trail[0].entity) for trail in trails if isinstance(trail[0].entity, EdgeRef)]


def check_word(field: str, value: str | None, known: Iterable[str]) -> None:
    """InvalidInput for a word that is none of those known; None names none."""
    words = tuple(known)
    if value is not None and value not in words:
        raise InvalidInput(
            f"there is no {field} {value!r}", remedy=f"use one of {', '.join(words)}", field=field, value=value
        )


def neighbourhood(store: Store, principal: Principal, entity_id: str, when: When = NOW) -> Neighbourhood:
    """An entity with the edges at it."""
    found = entity(store, principal, entity_id, when)
    if isinstance(found.entity, EdgeRef):
        ends = names_of(store, (found.entity.source, found.entity.target), when)
        return Neighbourhood(found, (), ends, False)
    trails = store.expand(Expansion(starts=(found.entity.id,), limit=NEIGHBOURS + 1, when=when))
    edges = tuple(visible_edges(store, principal, (trail[0] for trail in trails[:NEIGHBOURS]), when))
    ends_of = [
        end for edge in edges if isinstance(edge.entity, EdgeRef) for end in (edge.entity.source, edge.entity.target)
    ]
    return Neighbourhood(found, edges, names_of(store, ends_of, when), len(trails) > NEIGHBOURS)


def history(store: Store, principal: Principal, entity_id: str) -> tuple[Version, ...]:
    """All versions of an entity, void ones included."""
    principal.require("read")
    versions = store.history(entity_id)
    if not versions or _closed(versions[-1], principal):
        raise NotFound(f"there is no {entity_id}", remedy="check the id", id=entity_id)
    return versions


def _closed(version: Version, principal: Principal) -> bool:
    restricted = version.properties.get("sensitivity") == RESTRICTED and version.entity.type != "person"
    return restricted and not principal.allows("admin")


def check_limit(limit: int | None) -> None:
    """InvalidInput for a page of more or fewer items than are listed at once; None asks for all."""
    if limit is not None and not 1 <= limit <= MOST_ITEMS:
        raise InvalidInput(f"limit {limit} is outside 1..{MOST_ITEMS}", remedy="ask for fewer items", field="limit")


def search(store: Store, principal: Principal, query: Query) -> Page:
    """A page of nodes of one type; what the principal may not see is left out."""
    principal.require("read")
    if query.type not in registry().nodes:
        raise InvalidInput(f"there is no node type {query.type!r}", remedy=f"use one of {', '.join(registry().nodes)}")
    check_limit(query.limit)
    page = store.find(query)
    return Page(tuple(item for item in page.items if visible(item, principal)), page.next, page.revision)
