"""Histories into the database: every touched entity is written anew, all of a write in few statements."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from brm.store.history import Entry, Fact, fold
from brm.store.ledger import Known, Outcome, Remembered
from brm.store.neo4j.codec import Codec, codec, is_plain
from brm.store.neo4j.reading import Reader, by_eid
from brm.store.neo4j.scripting import Script
from brm.store.protocol import Commit
from brm.store.searching import display_name, search_text, sort_name
from brm.store.writing import KEPT_MICROSECONDS
from graph_schema import TypeSpec, registry
from graph_schema.changes import EdgeRef, EntityRef, NodeRef, RecordChange
from graph_schema.ddl.neo4j import PAST, VERSIONED
from graph_schema.values import to_json

LONGEST_SORTED, LONGEST_SEARCHED = 500, 8_000
"""Characters of a name or of a search text that an index takes for certain."""
_UNORDERED = "\ue000"
"""From here on the server sorts by code points and compares by UTF-16 units."""


class Writer(Reader):
    """Stores outcomes through the reader's transaction. ``now`` is the moment of the write."""

    now = 0
    keys_given = 0
    """The greatest key of a node so far."""
    noting = True
    """Commits are noted on what they touch; a migration changes only how it is stored."""
    attempt: str | None = None
    """Marks the commit, so that one whose answer was lost is found again."""

    def save(self, outcome: Outcome) -> None:
        """Store it within the transaction."""
        self.now = max(self.now, outcome.receipt.committed_at)
        script = Script()
        self._save_nodes(script, outcome)
        self._save_edges(script, outcome)
        if self.noting:
            self._note_touched(script, outcome)
        if outcome.commit is not None:
            self._add_commits(script, [outcome.commit])
        if outcome.undone:
            undone = [{"revision": each, "by": outcome.receipt.revision} for each in outcome.undone]
            script.add("UNWIND $rows AS r MATCH (c:Commit {revision: r.revision}) SET c.undone_by = r.by", undone)
        self._save_records(script, outcome.records, outcome.receipt.revision)
        if outcome.forgotten:
            forget = "UNWIND $rows AS r MATCH (i:Idempotency) WHERE i.revision = r DELETE i"
            script.add(forget, sorted(outcome.forgotten))
        if outcome.remembered is not None:
            self._remember(script, outcome.remembered)
        script.run(self)

    def _save_nodes(self, script: Script, outcome: Outcome) -> None:
        created: dict[tuple[str, str], list[dict[str, Any]]] = {}
        changed: dict[tuple[str, str], list[dict[str, Any]]] = {}
        nodes = [(ref, entry) for ref, entry in outcome.entries.items() if isinstance(ref, NodeRef)]
        for ref, entry in nodes:
            if ref not in outcome.stored:
                self.keys_given += 1
                self.learn(ref.id, self.keys_given, Known(ref.type, entry.alive, bool(entry.ends)))
        for (ref, _), (form, properties) in zip(nodes, self._node_forms(nodes), strict=True):
            target = changed if ref in outcome.stored else created
            target.setdefault((ref.type, form), []).append(properties)
        for (type_, form), rows in created.items():
            labels = _labels(registry().nodes[type_], form)
            script.add(f"UNWIND $rows AS r CREATE (n:Entity{labels}) SET n = r", rows, nodes=1)
        for (type_, form), rows in changed.items():
            spec = registry().nodes[type_]
            script.add(
                f"UNWIND $rows AS r MATCH (n:Entity {{_key: r._key}}) USING INDEX n:Entity(_key)"
                f" REMOVE n:{spec.label}:{VERSIONED}"
                f" SET n = r SET n{_labels(spec, form)}",
                rows,
            )

    def _node_forms(self, nodes: Sequence[tuple[NodeRef, Entry]]) -> list[tuple[str, dict[str, Any]]]:
        """How each node is stored: ``plain``, ``versioned`` (exists now) or ``past``, and its properties."""
        blobs = self._blobs([(ref, entry) for ref, entry in nodes if is_plain(entry, self.now)])
        found = []
        for ref, entry in nodes:
            c, key = codec(ref.type), self.key_of(ref.id)
            head = {"id": ref.id, "_key": key, "_type": ref.type}
            blob = blobs.get(ref)
            if blob is not None:
                values = entry.facts[0].values
                found.append(("plain", {**c.readable(values), **head, "_row": blob, **_searched(ref, c.spec, entry)}))
                continue
            current = fold(entry.facts, self.now, self.now)
            shown = {} if current is None else c.readable(current.values)
            flags = {"_alive": entry.alive, "_ended": bool(entry.ends)}
            properties = {
                **shown,
                **head,
                **flags,
                **_ever(c, entry),
                **_history(c, entry),
                **_searched(ref, c.spec, entry),
            }
            found.append(("past" if current is None else "versioned", properties))
        return found

    def _blobs(self, plain: Sequence[tuple[EntityRef, Entry]]) -> dict[EntityRef, bytes]:
        """``_row`` of plain entities, made type by type."""
        by_type: dict[str, list[tuple[EntityRef, Entry]]] = {}
        for ref, entry in plain:
            by_type.setdefault(ref.type, []).append((ref, entry))
        found: dict[EntityRef, bytes] = {}
        for type_, group in by_type.items():
            refs = [ref for ref, _ in group]
            heads = [self.triple(ref) if isinstance(ref, EdgeRef) else (self.key_of(ref.id),) for ref in refs]
            blobs = codec(type_).rows(refs, [entry.facts[0] for _, entry in group], heads, self.key_of)
            found.update(zip(refs, blobs, strict=True))
        return found

    def _save_edges(self, script: Script, outcome: Outcome) -> None:
        edges = [(ref, entry) for ref, entry in outcome.entries.items() if isinstance(ref, EdgeRef)]
        self.look_up({end for ref, _ in edges for end in (ref.source, ref.target)})
        blobs = self._blobs([(ref, entry) for ref, entry in edges if is_plain(entry, self.now)])
        created: dict[str, list[list[Any]]] = {}
        changed: dict[str, list[dict[str, Any]]] = {}
        moved: dict[str, list[str]] = {}
        for ref, entry in edges:
            label, properties = self._edge_form(ref, entry, blobs.get(ref))
            held = PAST if ref.id in self.past else registry().edges[ref.type].label
            if ref in outcome.stored and held == label:
                changed.setdefault(label, []).append(properties)
                continue
            if ref in outcome.stored:
                moved.setdefault(held, []).append(ref.id)
            source, target, _ = self.triple(ref)
            created.setdefault(label, []).append([source, target, properties])
        for label, ids in moved.items():
            script.add(f"{by_eid(label, '$rows')} DELETE r", ids)
        for label, rows in changed.items():
            script.add(f"UNWIND $rows AS e {by_eid(label, '[toString(e.eid)]')} SET r = e", rows)
        for label, pairs in created.items():
            script.add(
                "UNWIND $rows AS r MATCH (a:Entity {_key: r[0]}) USING INDEX a:Entity(_key)"
                " MATCH (b:Entity {_key: r[1]}) USING INDEX b:Entity(_key)"
                f" CREATE (a)-[e:{label}]->(b) SET e = r[2]",
                pairs,
                relationships=1,
            )

    def _edge_form(self, ref: EdgeRef, entry: Entry, blob: bytes | None) -> tuple[str, dict[str, Any]]:
        """The relationship type an edge is stored under, and its properties."""
        c = codec(ref.type)
        head = {"eid": ref.id, **({c.spec.key: ref.key} if c.spec.key and ref.key else {})}
        if blob is not None:
            return c.spec.label, {**c.readable(entry.facts[0].values), **head, "_row": blob}
        ends = {"_ends": list(self.triple(ref))}
        current = fold(entry.facts, self.now, self.now)
        if current is None:
            return PAST, {**head, "_type": ref.type, **ends, **_history(c, entry)}
        return c.spec.label, {**c.readable(current.values), **head, **ends, **_history(c, entry)}

    def _note_touched(self, script: Script, outcome: Outcome) -> None:
        """Which entities each commit touched: what the change feed and undo read."""
        touched: dict[int, tuple[list[str], list[str]]] = {}
        for ref, entry in outcome.entries.items():
            for revision in _revisions(entry, outcome.commit):
                nodes, edges = touched.setdefault(revision, ([], []))
                (nodes if isinstance(ref, NodeRef) else edges).append(ref.id)
        rows = [{"revision": r, "nodes": nodes, "edges": edges} for r, (nodes, edges) in touched.items()]
        if rows:
            script.add("UNWIND $rows AS r CREATE (t:Touched) SET t = r", rows, nodes=1)

    def _add_commits(self, script: Script, commits: Sequence[Commit]) -> None:
        rows = [{**asdict(each), "attempt": self.attempt} for each in commits]
        script.add("UNWIND $rows AS r CREATE (c:Commit) SET c = r", rows, nodes=1)
        last = {"revision": commits[-1].revision, "at": commits[-1].committed_at, "keys": self.keys_given}
        script.add(
            "UNWIND $rows AS r MATCH (s:Store) SET s.revision = r.revision, s.committed_at = r.at, s.keys = r.keys",
            [last],
        )

    def _save_records(self, script: Script, records: Sequence[RecordChange], revision: int) -> None:
        gone = [{"type": each.type, "id": each.id} for each in records if each.body is None]
        kept = [
            {"type": each.type, "id": each.id, "body": _body(each), "revision": revision}
            for each in records
            if each.body is not None
        ]
        script.add("UNWIND $rows AS r MATCH (n:Record {type: r.type, id: r.id}) DELETE n", gone)
        script.add("UNWIND $rows AS r MERGE (n:Record {type: r.type, id: r.id}) SET n = r", kept, merged=1)

    def _remember(self, script: Script, remembered: Remembered) -> None:
        row = {"key": remembered.key, "digest": remembered.digest, "at": remembered.at,
               "oldest": remembered.at - KEPT_MICROSECONDS, "revision": remembered.receipt.revision,
               "receipt": json.dumps(asdict(remembered.receipt))}  # fmt: skip
        script.add("UNWIND $rows AS r MATCH (i:Idempotency) WHERE i.at <= r.oldest OR i.key = r.key DELETE i", [row])
        script.add("UNWIND $rows AS r CREATE (i:Idempotency) SET i = r REMOVE i.oldest", [row], nodes=1)

    def put_commits(self, commits: list[Commit]) -> None:
        """Add commits that another store made."""
        script = Script()
        if commits:
            self._add_commits(script, commits)
        script.run(self)

    def put_aliases(self, aliases: Mapping[str, str]) -> None:
        """Add aliases."""
        script = Script()
        rows = [{"alias": alias, "id": identity} for alias, identity in aliases.items()]
        script.add("UNWIND $rows AS r CREATE (a:Alias) SET a = r", rows, nodes=1)
        script.run(self)

    def purge_traces(self) -> None:
        """Nothing more can be done from here: the server overwrites its files and prunes its logs by its own rules."""


def _labels(spec: TypeSpec, form: str) -> str:
    """The labels of a node beside the common one: its type where it exists now."""
    current = "" if form == "past" else f":{spec.label}"
    return current if form == "plain" else f"{current}:{VERSIONED}"


def _history(c: Codec, entry: Entry) -> dict[str, Any]:
    return {"_history": [c.version(fact) for fact in entry.facts], "_touched": entry.touched}


def _ever(c: Codec, entry: Entry) -> dict[str, Any]:
    """Every word that a set of codes had at some moment."""
    return {
        f"_ever_{prop.name}": sorted({word for fact in entry.facts for word in fact.values.get(prop.name) or ()})
        for prop in c.properties
        if prop.kind == "codes"
    }


def _searched(ref: NodeRef, spec: TypeSpec, entry: Entry) -> dict[str, Any]:
    """What finds a node by text, by name and by id.

    ``_search`` holds the texts of all versions. A node is ``_odd``, and looked at whenever its type is
    searched, when other names stand for it at other moments, when a text is too long for an index, or when
    its name or id holds a character that the server compares in another order than it sorts.
    """
    search = sort = ""
    names: set[str] = set()
    if spec.searched:
        facts = [fact for fact in entry.facts if fact.verb != "end"]
        search = "\n".join(dict.fromkeys(search_text(spec, fact.values) for fact in facts))
        names = {sort_name(spec, fact.values) for fact in facts if _names(spec, fact)}
        if any(not _named(spec, fact, facts) for fact in facts):
            names.add("")
        sort = next(iter(names), "")
    too_long = len(sort) > LONGEST_SORTED or len(search) > LONGEST_SEARCHED
    if len(names) > 1 or too_long or max(sort, default="") >= _UNORDERED or max(ref.id) >= _UNORDERED:
        return {"_odd": True}
    return {"_search": search, "_sort": sort} if spec.searched else {}


def _names(spec: TypeSpec, fact: Fact) -> bool:
    return spec.searched[0].name in fact.values


def _named(spec: TypeSpec, fact: Fact, facts: Sequence[Fact]) -> bool:
    """Whether a name is seen wherever the version is seen: its own or an earlier one's."""
    return _names(spec, fact) or any(
        display_name(spec, f.values) is not None
        and f.void_revision is None
        and f.recorded_at <= fact.recorded_at
        and f.valid_from <= fact.valid_from
        for f in facts
    )


def _revisions(entry: Entry, commit: Commit | None) -> set[int]:
    """The commits that touched an entity: the one being made, or for a loaded history all that left a trace."""
    if commit is not None:
        return {commit.revision}
    stamps = {revision for fact in entry.facts for revision in (fact.revision, fact.void_revision)}
    return {revision for revision in stamps if revision is not None} | {entry.touched}


def _body(record: RecordChange) -> str:
    spec = registry().records[record.type]
    body = record.body or {}
    return json.dumps(
        {name: to_json(spec.properties[name].kind, value) for name, value in body.items()}, ensure_ascii=False
    )
