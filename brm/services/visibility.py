"""What a principal may see: everything but what is restricted, which only an admin sees.

Scores are computed on all facts; what is hidden is left out of what is rendered, and counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from brm.principal import Principal
from brm.store.protocol import NOW, State, Store, When
from graph_schema.changes import EdgeRef

RESTRICTED = "restricted"
PERSONAL_TIES = frozenset({"knows", "influences", "conflicts_with"})


def visible(state: State, principal: Principal) -> bool:
    """Whether the principal may see a tie or statement; a restricted person's ties are what is hidden."""
    if principal.allows("admin") or state.entity.type == "person":
        return True
    return state.properties.get("sensitivity") != RESTRICTED


def visible_edges(store: Store, principal: Principal, edges: Iterable[State], when: When = NOW) -> list[State]:
    """The edges that the principal may see.

    Hidden are restricted ones, edges at a restricted statement, and personal ties of a restricted person.
    """
    seen = [edge for edge in edges if visible(edge, principal)]
    if principal.allows("admin"):
        return seen
    ends = {
        end for edge in seen if isinstance(edge.entity, EdgeRef) for end in (edge.entity.source, edge.entity.target)
    }
    closed = {
        id_: state.entity.type
        for id_, state in store.fetch(sorted(ends), when).items()
        if state.properties.get("sensitivity") == RESTRICTED
    }
    return [edge for edge in seen if not _closed(edge, closed)]


def _closed(edge: State, closed: Mapping[str, str]) -> bool:
    if not isinstance(edge.entity, EdgeRef):
        return False
    types = [closed[end] for end in (edge.entity.source, edge.entity.target) if end in closed]
    return any(type_ != "person" or edge.entity.type in PERSONAL_TIES for type_ in types)


def hidden_ids(store: Store, principal: Principal, ids: Iterable[str], when: When = NOW) -> set[str]:
    """Those of the ids of statements and ties that the principal may not see."""
    if principal.allows("admin"):
        return set()
    states = store.fetch(sorted(set(ids)), when)
    shown = {state.entity for state in visible_edges(store, principal, states.values(), when)}
    return {id_ for id_, state in states.items() if state.entity not in shown}


def without_hidden(shape: Mapping[str, Any], hidden: set[str]) -> dict[str, Any]:
    """A contribution or finding without hidden evidence, which is counted in ``evidence_hidden``."""
    evidence = [each for each in shape["evidence"] if each not in hidden]
    return {**shape, "evidence": evidence, "evidence_hidden": len(shape["evidence"]) - len(evidence)}


def blanked(tree: Any, hidden: set[str]) -> Any:
    """Raw inputs with hidden ids replaced by None; the numbers stay, so that the score can be recomputed."""
    if isinstance(tree, Mapping):
        return {name: blanked(value, hidden) for name, value in tree.items()}
    if isinstance(tree, list | tuple):
        return [blanked(value, hidden) for value in tree]
    return None if isinstance(tree, str) and tree in hidden else tree
