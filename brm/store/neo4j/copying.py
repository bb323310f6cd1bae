"""A consistent copy while others write: read it through, then read again what was touched meanwhile."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from heapq import merge
from operator import itemgetter
from typing import IO, Any

from neo4j import ManagedTransaction, Transaction

from brm.store.history import Entry
from brm.store.neo4j.codec import codec
from brm.store.neo4j.connecting import Server
from brm.store.neo4j.deadline import Pulse
from brm.store.neo4j.session import Session
from brm.store.protocol import Commit, RecordState
from graph_schema import registry
from graph_schema.changes import EdgeRef, EntityRef, NodeRef, edge_ref

Place = tuple[int, ...]
"""Where an entity stands in an export: a node's key, or an edge's type, ends and key code."""
_MEMORY = 1 << 24


@dataclass(slots=True)
class Copy:
    """The part of a view that an export reads. The lines of the file are in order, most of them still right."""

    lines: IO[str]
    nodes_end: int
    again: Mapping[str, tuple[Place, EntityRef, Entry]]
    state: tuple[int, int]
    commit_list: list[Commit]
    alias_map: Mapping[str, str]
    record_lists: Mapping[str, list[RecordState]]

    def last(self) -> tuple[int, int]:
        """Number and time of the last commit."""
        return self.state

    def aliases(self) -> Mapping[str, str]:
        """The id that each alias stands for."""
        return self.alias_map

    def commits(self, since: int, import_id: str | None, limit: int | None) -> list[Commit]:
        """Commits after a revision, oldest first."""
        return [c for c in self.commit_list if c.revision > since][:limit]

    def records(self, type_: str, ids: Collection[str] | None) -> list[RecordState]:
        """All records of a type."""
        return self.record_lists[type_]

    def all_nodes(self) -> Iterator[tuple[NodeRef, Entry]]:
        """Every node by key."""
        for _, ref, entry in self._merged(0, self.nodes_end, NodeRef):
            yield ref, entry

    def all_edges(self) -> Iterator[tuple[EdgeRef, Entry]]:
        """Every edge by type, ends and key code."""
        for _, ref, entry in self._merged(self.nodes_end, None, EdgeRef):
            yield ref, entry

    def _merged(self, start: int, end: int | None, kind: type[Any]) -> Iterator[tuple[Place, Any, Entry]]:
        again = sorted((each for each in self.again.values() if isinstance(each[1], kind)), key=itemgetter(0))
        return merge(self._read(start, end), again, key=itemgetter(0))

    def _read(self, start: int, end: int | None) -> Iterator[tuple[Place, Any, Entry]]:
        self.lines.seek(start)
        while (end is None or self.lines.tell() < end) and (line := self.lines.readline()):
            place, type_, identity, touched, history = json.loads(line)
            if identity in self.again:
                continue
            c = codec(type_)
            ref = NodeRef(type_, identity) if c.spec.sort == "node" else edge_ref(identity)
            yield tuple(place), ref, Entry([c.fact(text) for text in history], touched)


Opener = Callable[..., Session]


@contextmanager
def copied(server: Server, opened: Opener) -> Iterator[Copy]:
    """A copy of the store as it is when the reading ends. Writers wait only for the second, short part."""
    with tempfile.SpooledTemporaryFile(max_size=_MEMORY, mode="w+", encoding="utf-8", newline="\n") as lines:

        def first(transaction: Transaction | ManagedTransaction, pulse: Pulse) -> tuple[int, int]:
            session = opened(transaction, pulse, locking=False)
            lines.seek(0)
            lines.truncate()
            for node, entry in session.all_nodes():
                _put(lines, (session.key_of(node.id),), node, entry)
            end = lines.tell()
            for edge, entry in session.all_edges():
                _put(lines, _place(session, edge), edge, entry)
            return session.last()[0], end

        since, end = server.read(first)

        def second(transaction: Transaction | ManagedTransaction, pulse: Pulse) -> Copy:
            session = opened(transaction, pulse, locking=True)
            touched = session.touched_since(since)
            again = {ref.id: (_place(session, ref), ref, entry) for ref, entry in session.entries(touched).items()}
            records = {name: session.records(name, None) for name, spec in registry().records.items() if spec.exported}
            return Copy(
                lines, end, again, session.last(), session.commits(0, None, None), dict(session.aliases()), records
            )

        copy, _ = server.write(second)
        yield copy


def _put(lines: IO[str], place: Place, ref: EntityRef, entry: Entry) -> None:
    c = codec(ref.type)
    lines.write(json.dumps([place, ref.type, ref.id, entry.touched, [c.version(f) for f in entry.facts]]) + "\n")


def _place(session: Session, ref: EntityRef) -> Place:
    if isinstance(ref, NodeRef):
        return (session.key_of(ref.id),)
    return (list(registry().edges).index(ref.type), *session.triple(ref))
