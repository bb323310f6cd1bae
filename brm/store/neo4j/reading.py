"""Histories out of the database: few statements, each with few records that carry lists."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from neo4j import ManagedTransaction, Transaction
from neo4j import Record as Row

from brm.store.history import Entry
from brm.store.ledger import Known
from brm.store.neo4j.codec import codec
from brm.store.neo4j.deadline import Pulse
from graph_schema import registry
from graph_schema.changes import EdgeRef, EntityRef, NodeRef, edge_ref
from graph_schema.ddl.neo4j import PAST
from scoring.snapshot import edge_key_code

CHUNK = 5_000
"""Most items that one statement is given."""
FEW = 50
"""So many nodes are read whole when only their types are asked for, since their histories are asked for next."""
_NODES = (
    "COLLECT { MATCH (n:Entity) USING INDEX n:Entity(id) WHERE n.id IN $nodes RETURN properties(n) } AS nodes,"
    " COLLECT { MATCH (n:Entity) USING INDEX n:Entity(id) WHERE n.id IN $ids"
    " RETURN [n.id, n._key, n._type, n._alive, n._ended] } AS known"
)
_BY_KEY = (
    "UNWIND $keys AS k MATCH (n:Entity {_key: k}) USING INDEX n:Entity(_key)"
    " RETURN collect([n._key, n.id, n._type]) AS found"
)
_known = lru_cache(maxsize=256)(Known)


def chunks(items: Collection[Any], size: int = CHUNK) -> Iterable[list[Any]]:
    """The items in lists that a statement can take."""
    listed = list(items)
    return (listed[at : at + size] for at in range(0, len(listed), size))


def stored_edge(eid: str) -> EdgeRef:
    """The edge that a stored id names."""
    ref = edge_ref(eid)
    if ref is None:
        raise AssertionError(f"{eid!r} is stored as an edge's id")
    return ref


def by_eid(label: str, ids: str) -> str:
    """Match the relationships ``r`` with these ids.

    The index is named, since the server looks through all relationships of a type while it believes that
    there are few. All ids go into one look-up: row by row, 5,000 of them took 13 seconds instead of 0.1.
    """
    return f"MATCH ()-[r:{label}]->() USING INDEX r:{label}(eid) WHERE r.eid IN {ids}"


@lru_cache(maxsize=512)
def _lookup(types: tuple[str, ...]) -> str:
    """Nodes and edges of these types by id, in one statement."""
    parts = [_NODES]
    for type_ in types:
        label = registry().edges[type_].label
        found = by_eid(label, f"$e_{type_}")
        parts.append(f"COLLECT {{ {found} RETURN properties(r) }} AS e_{type_}")
    if types:
        parts.append(f"COLLECT {{ {by_eid(PAST, '$past')} RETURN properties(r) }} AS past")
    return f"RETURN {', '.join(parts)}"


class Reader:
    """Reads inside one transaction, remembering ids, keys and how each edge is stored."""

    def __init__(self, transaction: Transaction | ManagedTransaction, pulse: Pulse) -> None:
        self.transaction = transaction
        self.pulse = pulse
        self._known: dict[str, tuple[int, Known]] = {}
        self._absent: set[str] = set()
        self._ids: dict[int, tuple[str, str]] = {}
        self._entries_of: dict[str, tuple[NodeRef, Entry]] = {}
        self.past: set[str] = set()
        """Ids of the edges read that are stored as past."""

    def query(self, cypher: str, **parameters: Any) -> list[Row]:
        """All records of a statement."""
        self.pulse.beat()
        found = []
        for row in self.transaction.run(cypher, parameters):
            self.pulse.beat()
            found.append(row)
        return found

    def one(self, cypher: str, **parameters: Any) -> Row:
        """The only record of a statement."""
        return self.query(cypher, **parameters)[0]

    def look_up(self, ids: Iterable[str]) -> None:
        """Learn keys and types of many ids at once."""
        missing = [each for each in ids if each not in self._known and each not in self._absent]
        for part in chunks(missing):
            self._learn_found(part, self.one(_lookup(()), nodes=[], ids=part)["known"])

    def _learn_found(self, asked: Iterable[str], found: Iterable[Sequence[Any]]) -> None:
        for identity, key, type_, alive, ended in found:
            self.learn(identity, key, _known(type_, alive is not False, bool(ended)))
        self._absent.update(each for each in asked if each not in self._known)

    def look_up_keys(self, keys: Iterable[int]) -> None:
        """Learn ids and types of many keys at once."""
        for part in chunks({key for key in keys if key not in self._ids}):
            for key, identity, type_ in self.one(_BY_KEY, keys=part)["found"]:
                self._ids[key] = (identity, type_)

    def learn(self, identity: str, key: int, known: Known) -> None:
        """Remember a node."""
        self._known[identity] = (key, known)
        self._ids[key] = (identity, known.type)
        self._absent.discard(identity)

    def node_is(self, ref: NodeRef, key: int, entry: Entry) -> None:
        """Remember a node that was read in another way."""
        self.learn(ref.id, key, _known(ref.type, entry.alive, bool(entry.ends)))

    def adopt(self, known: dict[str, tuple[int, Known]], ids: dict[int, tuple[str, str]]) -> None:
        """Go on with what an earlier transaction knew of nodes."""
        self._known, self._ids = known, ids

    def key_of(self, identity: str) -> int:
        """The key of a node id that exists."""
        if identity not in self._known:
            self.look_up((identity,))
        return self._known[identity][0]

    def key_or_none(self, identity: str) -> int | None:
        """The key of a node id, None when there is none."""
        self.look_up((identity,))
        found = self._known.get(identity)
        return None if found is None else found[0]

    def nodes(self, ids: Collection[str]) -> dict[str, Known]:
        """Those of the node ids that the store knows; of a few, their histories are read along."""
        if len(ids) <= FEW:
            asked = [each for each in ids if each not in self._known and each not in self._absent]
            if asked:
                self._read_nodes(asked, self.one(_lookup(()), nodes=asked, ids=[])["nodes"])
        self.look_up(ids)
        return {each: self._known[each][1] for each in ids if each in self._known}

    def keys(self, ids: Collection[str]) -> dict[str, int]:
        """The key of each node id that is known."""
        self.look_up(ids)
        return {each: self._known[each][0] for each in ids if each in self._known}

    def by_key(self, keys: Iterable[int]) -> dict[int, NodeRef]:
        """The node behind each key that is known."""
        wanted = list(keys)
        self.look_up_keys(wanted)
        return {key: NodeRef(self._ids[key][1], self._ids[key][0]) for key in wanted if key in self._ids}

    def entries(self, refs: Collection[EntityRef]) -> dict[EntityRef, Entry]:
        """The histories of those of the entities that the store knows."""
        found: dict[EntityRef, Entry] = {}
        for part in chunks(refs):
            found.update(self._entries(part))
        return {ref: found[ref] for ref in refs if ref in found}

    def _entries(self, refs: Sequence[EntityRef]) -> dict[EntityRef, Entry]:
        wanted = [ref.id for ref in refs if isinstance(ref, NodeRef)]
        nodes = [each for each in wanted if each not in self._entries_of and each not in self._absent]
        edges: dict[str, list[str]] = {}
        ends: dict[str, None] = {}
        for ref in refs:
            if isinstance(ref, EdgeRef):
                edges.setdefault(ref.type, []).append(ref.id)
                ends.update({ref.source: None, ref.target: None})
        asked = [each for each in ends if each not in self._known and each not in self._absent]
        types = tuple(name for name in registry().edges if name in edges)
        found: dict[EntityRef, Entry] = {}
        if nodes or types:
            given = {f"e_{type_}": edges[type_] for type_ in types}
            past = [eid for type_ in types for eid in edges[type_]]
            row = self.one(_lookup(types), nodes=nodes, ids=asked, past=past, **given)
            self._learn_found(asked, row["known"])
            self._read_nodes(nodes, row["nodes"])
            for type_ in types:
                found.update(self.edge_entry(properties, past=False) for properties in row[f"e_{type_}"])
            if types:
                found.update(self.edge_entry(properties, past=True) for properties in row["past"])
        found.update(self._entries_of[each] for each in wanted if each in self._entries_of)
        return found

    def _read_nodes(self, asked: Iterable[str], found: Iterable[Mapping[str, Any]]) -> None:
        self._entries_of.update((properties["id"], self.node_entry(properties)) for properties in found)
        self._absent.update(each for each in asked if each not in self._known)

    def node_entry(self, properties: Mapping[str, Any]) -> tuple[NodeRef, Entry]:
        """The node behind its properties, and its history."""
        ref = NodeRef(properties["_type"], properties["id"])
        alive, ended = properties.get("_alive", True), properties.get("_ended", False)
        self.learn(ref.id, properties["_key"], _known(ref.type, alive, ended))
        return ref, codec(ref.type).entry(properties)

    def edge_entry(self, properties: Mapping[str, Any], *, past: bool) -> tuple[EdgeRef, Entry]:
        """The edge behind a relationship's properties, and its history."""
        ref = stored_edge(properties["eid"])
        if past:
            self.past.add(properties["eid"])
        return ref, codec(ref.type).entry(properties)

    def incident(self, ids: Collection[str], types: Collection[str]) -> dict[EdgeRef, Entry]:
        """The edges of these types at the nodes, with their histories."""
        wanted = [name for name in registry().edges if name in types]
        if not wanted:
            return {}
        labels = "|".join([*(registry().edges[name].label for name in wanted), PAST])
        cypher = (
            f"MATCH (n:Entity)-[r:{labels}]-() USING INDEX n:Entity(id)"
            " WHERE n.id IN $ids AND (r._type IS NULL OR r._type IN $types)"
            " WITH DISTINCT r RETURN collect([type(r), properties(r)]) AS found"
        )
        found: dict[EdgeRef, Entry] = {}
        for part in chunks(ids, 500):
            for label, properties in self.one(cypher, ids=part, types=wanted)["found"]:
                ref, entry = self.edge_entry(properties, past=label == PAST)
                found[ref] = entry
        return found

    def edges_of(self, ids: Collection[str]) -> list[EdgeRef]:
        """Every edge at one of the nodes, whatever its state."""
        found: dict[EdgeRef, None] = {}
        cypher = (
            "MATCH (n:Entity)-[r]-() USING INDEX n:Entity(id) WHERE n.id IN $ids RETURN collect(DISTINCT r.eid) AS eids"
        )
        for part in chunks(ids, 500):
            refs = map(edge_ref, self.one(cypher, ids=part)["eids"])
            found.update((ref, None) for ref in refs if ref is not None)
        return list(found)

    def triple(self, edge: EdgeRef) -> tuple[int, int, int]:
        """An edge's identity in keys; its ends exist."""
        spec = registry().edges[edge.type]
        return self.key_of(edge.source), self.key_of(edge.target), edge_key_code(spec, edge.key, self.key_of)
