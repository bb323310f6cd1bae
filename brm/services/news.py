"""The facts that are new, gone or revised between two moments, as they are told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from brm.principal import Principal
from brm.services.reading import display_name
from brm.services.shapes import named
from brm.services.visibility import PERSONAL_TIES, hidden_ids
from brm.services.workspace import Workspace
from brm.store.protocol import State, When
from graph_schema.values import iso_instant
from scoring.moves import TOLD_EDGES, TOLD_NODES, edge_moves, node_moves
from scoring.snapshot import Snapshot
from scoring.types import Ints

MOST_FACTS = 10


def facts(
    workspace: Workspace, principal: Principal, snapshots: tuple[Snapshot, Snapshot], moments: tuple[When, When],
    about: int | None,
) -> list[dict[str, Any]]:  # fmt: skip
    """By type how many facts are new, gone or revised between two moments, and the first of them.

    ``about`` keeps those of one person. What the principal may not see is counted, not named.
    """
    old, new = snapshots
    told: list[dict[str, Any]] = []
    for type_ in TOLD_NODES:
        found = node_moves(old, new, type_)
        for change, keys in (("new", found.new), ("gone", found.gone), ("revised", found.revised)):
            kept = keys if about is None else _around(new if change != "gone" else old, type_, keys, about)
            if len(kept):
                told.append({"type": type_, "change": change, "count": len(kept), "keys": kept[:MOST_FACTS]})
    for type_ in TOLD_EDGES:
        pairs = edge_moves(old, new, type_)
        for change, ends in (("new", pairs.new), ("gone", pairs.gone)):
            kept = ends if about is None else ends[(ends == about).any(axis=1)]
            if len(kept):
                told.append({"type": type_, "change": change, "count": len(kept), "pairs": kept[:MOST_FACTS]})
    return _rendered(workspace, principal, told, moments)


def _around(snapshot: Snapshot, type_: str, keys: Ints, person: int) -> Ints:
    """Those of the nodes that are about a person: themselves, what they took part in, what is observed of them."""
    edge, end = {"interaction": ("took_part", "target"), "observation": ("about", "source")}.get(type_, (None, ""))
    if edge is None:
        own: Ints = keys[keys == person]
        return own
    table = snapshot.edges[edge]
    mine = (table.source == person) if end == "target" else (table.target == person)
    found: Ints = np.intersect1d(keys, getattr(table, end)[mine])
    return found


def _rendered(
    workspace: Workspace, principal: Principal, told: list[dict[str, Any]], moments: tuple[When, When]
) -> list[dict[str, Any]]:
    earlier, when = moments
    keys = {int(key) for each in told for key in np.ravel(each["keys"] if "keys" in each else each["pairs"])}
    # what is gone had its name earlier
    names = workspace.store.names(keys, earlier) | workspace.store.names(keys, when)
    ids = [names[int(key)].id for each in told if "keys" in each for key in each["keys"]]
    states = workspace.store.fetch(ids, earlier) | workspace.store.fetch(ids, when)
    # what is gone was hidden earlier, if it was
    hidden = hidden_ids(workspace.store, principal, ids, earlier) | hidden_ids(workspace.store, principal, ids, when)
    shapes = []
    for each in told:
        head = {"type": each["type"], "change": each["change"], "count": each["count"]}
        if "keys" in each:
            shown = [names[int(key)].id for key in each["keys"]]
            items = [_item(id_, states) for id_ in shown if id_ not in hidden]
        elif each["type"] in PERSONAL_TIES and not principal.allows("admin"):
            items = []
        else:
            items = [{"from": named(names[int(a)]), "to": named(names[int(b)])} for a, b in each["pairs"]]
        shapes.append({**head, "items": items})
    return shapes


def _item(id_: str, states: Mapping[str, State]) -> dict[str, Any]:
    state = states.get(id_)
    at = None if state is None else state.properties.get("at")
    return {
        "id": id_,
        "name": id_ if state is None else display_name(state),
        "at": None if at is None else iso_instant(at),
    }
