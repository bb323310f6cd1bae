"""Bounded trails along edges."""

from __future__ import annotations

from brm.store.history import state_of
from brm.store.protocol import Expansion, State, Trail
from brm.store.view import Moment, View
from graph_schema import registry
from graph_schema.changes import EdgeRef


def trails(view: View, expansion: Expansion, moment: Moment) -> list[Trail]:
    """Trails of 1 to ``hops`` distinct edges, by length, then edge ids, then start."""
    types = expansion.edge_types or tuple(registry().edges)
    aliases = view.aliases()
    starts = dict.fromkeys(aliases.get(each, each) for each in expansion.starts)
    level: list[tuple[tuple[str, ...], str, str, Trail]] = [((), each, each, ()) for each in starts]
    found: list[Trail] = []
    for _ in range(expansion.hops):
        steps = _steps(view, {node for _, _, node, _ in level}, types, expansion.direction, moment)
        level = [
            ((*ids, edge.entity.id), start, there, (*trail, edge))
            for ids, start, node, trail in level
            for edge, there in steps.get(node, ())
            if edge.entity.id not in ids
        ]
        level.sort(key=lambda each: each[:2])
        found += [trail for _, _, _, trail in level[: expansion.limit - len(found)]]
        if not level or len(found) >= expansion.limit:
            break
    return found


def _steps(
    view: View, nodes: set[str], types: tuple[str, ...], direction: str, moment: Moment
) -> dict[str, list[tuple[State, str]]]:
    """From each node: the edges that exist and the node at their other end."""
    found: dict[str, list[tuple[State, str]]] = {}
    for ref, entry in view.incident(nodes, types).items():
        state = state_of(ref, entry, moment.at, moment.known_at)
        if state is None:
            continue
        for here, there in _ways(ref, direction):
            if here in nodes:
                found.setdefault(here, []).append((state, there))
    return found


def _ways(ref: EdgeRef, direction: str) -> list[tuple[str, str]]:
    ways = []
    symmetric = registry().edges[ref.type].symmetric
    if direction in ("out", "both") or symmetric:
        ways.append((ref.source, ref.target))
    if (direction in ("in", "both") or symmetric) and ref.source != ref.target:
        ways.append((ref.target, ref.source))
    return ways
