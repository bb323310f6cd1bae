"""Change sets as they come in from outside, in JSON form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from brm.errors import InvalidInput
from brm.principal import Principal
from brm.services.editing import Terms, canonical_properties, commit, edge_spec, node_spec
from brm.services.moments import now, parse_moment
from brm.store.protocol import Store
from graph_schema.changes import Change, EdgeRef, NodeRef, Receipt, edge_ref


def apply_json(store: Store, principal: Principal, changes: Sequence[Mapping[str, Any]], terms: Terms) -> Receipt:
    """Apply changes given as mappings with verb, type, id or from and to, properties and dates.

    A `set` of an edge without date holds from now, of a node always; an `end` without date is of now.
    """
    principal.require("write")
    return commit(store, principal, tuple(_change(i, each, principal.zone) for i, each in enumerate(changes)), terms)


def _change(index: int, body: Mapping[str, Any], zone: str) -> Change:
    entity = entity_of(index, body)
    spec = (edge_spec if isinstance(entity, EdgeRef) else node_spec)(entity.type)
    start = _moment(body.get("valid_from"), zone, f"changes[{index}].valid_from")
    if start is None and (body["verb"] == "end" or (body["verb"] == "set" and isinstance(entity, EdgeRef))):
        start = now()
    return Change(
        body["verb"],
        entity,
        canonical_properties(spec, body.get("properties") or {}),
        valid_from=start,
        valid_to=_moment(body.get("valid_to"), zone, f"changes[{index}].valid_to"),
        revision=body.get("revision"),
    )


def _moment(text: str | None, zone: str, field: str) -> int | None:
    return None if text is None else parse_moment(text, zone, field)


def entity_of(index: int, body: Mapping[str, Any]) -> NodeRef | EdgeRef:
    """The node or edge that a change names."""
    type_, source, target = body["type"], body.get("from"), body.get("to")
    if source is not None and target is not None:
        spec = edge_spec(type_)
        key = str((body.get("properties") or {}).get(spec.key) or "") if spec.key else ""
        if spec.symmetric and source > target:
            source, target = target, source
        return EdgeRef(type_, source, target, key)
    identity = body.get("id")
    if identity is None:
        raise InvalidInput(
            f"changes[{index}] names no entity", remedy="give id, or from and to", field=f"changes[{index}].id"
        )
    edge = edge_ref(identity)
    if edge is not None and edge.type == type_:
        return edge
    node_spec(type_)
    return NodeRef(type_, identity)
