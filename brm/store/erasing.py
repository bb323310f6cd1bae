"""Erase a person: the values go from every version, the shape of the graph stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from brm.errors import NotFound
from brm.store.history import Fact
from brm.store.ledger import Outcome
from brm.store.planning import Histories
from brm.store.protocol import Commit
from brm.store.view import View
from graph_schema import registry
from graph_schema.changes import EdgeRef, EntityRef, NodeRef, Receipt, RecordChange


def erase(view: View, person_id: str, actor: str, clock: int) -> Receipt:
    """Blank the person, the free text of ties to the person, notes about the person, and the name in records."""
    last, last_at = view.last()
    revision, now = last + 1, max(clock, last_at + 1)
    histories = Histories(view, revision)
    identity = histories.aliases.get(person_id, person_id)
    known = histories.node(identity)
    if known is None or known.type != "person":
        raise NotFound(f"there is no person {person_id!r}", remedy="Check the id; search finds it by name.")
    forgotten: set[int] = set()
    _blank(histories, NodeRef("person", identity), None, forgotten)
    edges = histories.edges_at(identity)
    histories.prefetch(edges, ())
    for edge in edges:
        _blank(histories, edge, {"extra", "part"}, forgotten)
    for note in [edge for edge in edges if edge.type == "about" and edge.target == identity]:
        _blank(histories, NodeRef("observation", note.source), {"note"}, forgotten)
    body = {"erased_at": now, "actor": actor}
    receipt = Receipt(revision, now, 0)
    view.save(
        Outcome(
            receipt=receipt,
            commit=Commit(revision, now, actor, "erase", None, "erase"),
            entries=histories.dirty,
            stored=histories.stored,
            records=(RecordChange("tombstone", identity, body), *_records(view, {person_id, identity})),
            forgotten=frozenset(forgotten),
        )
    )
    view.purge_traces()
    return receipt


def _records(view: View, ids: set[str]) -> Iterator[RecordChange]:
    """The records that name the person, such as plans that were frozen, without the name."""
    for type_ in registry().records:
        for record in view.records(type_, None):
            body = _unnamed(record.body, ids)
            if body != record.body:
                yield RecordChange(type_, record.id, body)


def _unnamed(tree: Any, ids: set[str]) -> Any:
    if isinstance(tree, Mapping):
        found = {name: _unnamed(value, ids) for name, value in tree.items()}
        id_ = found.get("id")
        return {**found, "name": id_} if isinstance(id_, str) and id_ in ids and "name" in found else found
    return [_unnamed(each, ids) for each in tree] if isinstance(tree, list | tuple) else tree


def _blank(histories: Histories, ref: EntityRef, names: set[str] | None, forgotten: set[int]) -> None:
    entry = histories.get(ref)
    if entry is None:
        return
    forgotten.update(fact.revision for fact in entry.facts)
    blanked = [_without(fact, names) for fact in entry.facts]
    if blanked != entry.facts or not isinstance(ref, EdgeRef):
        histories.writable(ref).facts = blanked


def _without(fact: Fact, names: set[str] | None) -> Fact:
    kept = {} if names is None else {name: v for name, v in fact.values.items() if name not in names}
    return replace(fact, values=kept)
