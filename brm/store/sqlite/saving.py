"""Histories into the file: every touched entity is written anew, many rows per statement."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from itertools import compress
from operator import itemgetter
from typing import Any

from brm.store.history import FACT_VERBS, Entry, Fact
from brm.store.ledger import Known, Outcome, Remembered
from brm.store.protocol import Commit
from brm.store.searching import display_name, search_text, sort_name
from brm.store.sqlite.codec import Codec, codec
from brm.store.sqlite.reading import Reader
from brm.store.writing import KEPT_MICROSECONDS
from graph_schema import registry
from graph_schema.changes import EntityRef, NodeRef, RecordChange
from graph_schema.values import to_json

_VERB_NUMBER = {verb: number for number, verb in enumerate(FACT_VERBS)}
_PUT_COMMIT = "INSERT INTO commits (revision, committed_at, actor, source, import_id, kind, undone_by) VALUES (?, ?, ?, ?, ?, ?, ?)"  # fmt: skip # noqa: E501


def is_single(entry: Entry) -> bool:
    """Whether one row says it all: a single set that nobody withdrew or touched again.

    A set that removes a value is told from one that does not name it only in a version's row.
    """
    if len(entry.facts) != 1:
        return False
    fact = entry.facts[0]
    untouched = fact.void_revision is None and fact.revision == entry.touched
    return fact.verb == "set" and untouched and None not in fact.values.values()


class Writer(Reader):
    """Stores outcomes through the reader's connection."""

    purging = False
    """Removed values must be overwritten in the files after this transaction."""
    only_created = True
    """Nodes were created, but none that existed was changed."""

    def save(self, outcome: Outcome) -> None:
        """Store it within the transaction."""
        self._save_nodes(outcome)
        by_type: dict[str, list[EntityRef]] = {}
        for ref in outcome.entries:
            by_type.setdefault(ref.type, []).append(ref)
        for type_, refs in by_type.items():
            c = codec(type_)
            identified = sorted(zip(self.identities(c.spec, refs), refs, strict=True), key=itemgetter(0))
            self._save_type(c, [each for each, _ in identified], [ref for _, ref in identified], outcome)
        if outcome.commit is not None:
            self.put_commits([outcome.commit])
        for revision in outcome.undone:
            self.connection.execute(
                "UPDATE commits SET undone_by = ? WHERE revision = ?", (outcome.receipt.revision, revision)
            )
        for record in outcome.records:
            self._save_record(record, outcome.receipt.revision)
        for revision in outcome.forgotten:
            self.connection.execute("DELETE FROM idempotency WHERE revision = ?", (revision,))
        if outcome.remembered is not None:
            self._remember(outcome.remembered)
        self.trim()

    def _save_nodes(self, outcome: Outcome) -> None:
        created: list[tuple[str, Entry, NodeRef]] = []
        changed: list[tuple[int, int, int]] = []
        for ref, entry in outcome.entries.items():
            if isinstance(ref, NodeRef):
                if ref in outcome.stored:
                    changed.append((entry.alive, bool(entry.ends), self.key_of(ref.id)))
                else:
                    created.append((ref.id, entry, ref))
        if created:
            first = self.connection.execute("SELECT ifnull(max(key), 0) + 1 FROM entity").fetchone()[0]
            rows = []
            for key, (identity, entry, ref) in enumerate(created, start=first):
                single = is_single(entry)
                known = Known(ref.type, single or entry.alive, not single and bool(entry.ends))
                self.learn(identity, key, known)
                rows.append((key, identity, ref.type, known.alive, known.ended))
            self.connection.executemany("INSERT INTO entity (key, id, type, alive, ended) VALUES (?, ?, ?, ?, ?)", rows)
        if changed:
            self.only_created = False
            self.connection.executemany("UPDATE entity SET alive = ?, ended = ? WHERE key = ?", changed)

    def _save_type(self, c: Codec, identities: list[tuple[int, ...]], refs: list[EntityRef], outcome: Outcome) -> None:
        """Write the histories of entities of one type, in the order of their keys: a page is then visited once."""
        if outcome.stored:
            replaced = [each for each, ref in zip(identities, refs, strict=True) if ref in outcome.stored]
            self.connection.executemany(c.delete, replaced)
            self.connection.executemany(c.delete_versions, replaced)
        entries = list(map(outcome.entries.__getitem__, refs))
        single = list(map(is_single, entries))
        if any(single):
            facts = [entry.facts[0] for entry in compress(entries, single)]
            self._insert_singles(c, list(compress(identities, single)), facts)
        versions = [
            (*identity, *self._version_cells(c, fact, entry))
            for identity, entry, alone in zip(identities, entries, single, strict=True)
            if not alone
            for fact in entry.facts
        ]
        if versions:
            self.connection.executemany(c.insert_version, versions)

    def _insert_singles(self, c: Codec, identities: list[tuple[int, ...]], facts: list[Fact]) -> None:
        values = [fact.values for fact in facts]
        columns: list[Iterable[Any]] = [*zip(*identities, strict=True), *c.encode_all(values, self.key_of)]
        if c.searched:
            columns += [[search_text(c.spec, each) for each in values], [sort_name(c.spec, each) for each in values]]
        columns += [
            [fact.valid_from for fact in facts],
            [fact.valid_to for fact in facts],
            [fact.recorded_at for fact in facts],
            [fact.revision for fact in facts],
        ]
        self.connection.executemany(c.insert, zip(*columns, strict=False))

    def _version_cells(self, c: Codec, fact: Fact, entry: Entry) -> tuple[Any, ...]:
        search = (search_text(c.spec, fact.values), _version_sort(c, fact, entry)) if c.searched else ()
        return (
            _VERB_NUMBER[fact.verb],
            " ".join(fact.values),
            *c.encode(fact.values, self.key_of),
            *search,
            fact.valid_from,
            fact.valid_to,
            fact.recorded_at,
            fact.revision,
            fact.ordinal,
            fact.void_revision,
            entry.touched,
        )

    def _save_record(self, record: RecordChange, revision: int) -> None:
        where = (record.type, record.id)
        if record.body is None:
            self.connection.execute("DELETE FROM record WHERE type = ? AND id = ?", where)
            return
        spec = registry().records[record.type]
        plain = {name: to_json(spec.properties[name].kind, value) for name, value in record.body.items()}
        self.connection.execute(
            "INSERT OR REPLACE INTO record (type, id, body, revision) VALUES (?, ?, ?, ?)",
            (*where, json.dumps(plain, ensure_ascii=False), revision),
        )

    def _remember(self, remembered: Remembered) -> None:
        oldest = remembered.at - KEPT_MICROSECONDS
        self.connection.execute("DELETE FROM idempotency WHERE at <= ?", (oldest,))
        receipt = remembered.receipt
        self.connection.execute(
            "INSERT OR REPLACE INTO idempotency (key, digest, at, revision, receipt) VALUES (?, ?, ?, ?, ?)",
            (remembered.key, remembered.digest, remembered.at, receipt.revision, json.dumps(asdict(receipt))),
        )

    def put_commits(self, commits: list[Commit]) -> None:
        """Add commits."""
        rows = [(c.revision, c.committed_at, c.actor, c.source, c.import_id, c.kind, c.undone_by) for c in commits]
        self.connection.executemany(_PUT_COMMIT, rows)

    def put_aliases(self, aliases: Mapping[str, str]) -> None:
        """Add aliases."""
        self.only_created = False
        self.connection.executemany("INSERT INTO alias (alias, id) VALUES (?, ?)", list(aliases.items()))

    def purge_traces(self) -> None:
        """Remember that removed values must not stay readable in files after this write."""
        self.purging = True


def _version_sort(c: Codec, fact: Fact, entry: Entry) -> str | None:
    """What a version contributes to the order of lists.

    A version that names no name has no place of its own where another one, seen whenever it is
    seen, names it; else it stands where nameless entities stand.
    """
    if display_name(c.spec, fact.values):
        return sort_name(c.spec, fact.values)
    name = c.spec.searched[0].name
    named = any(
        f.values.get(name) and f.void_revision is None
        and f.recorded_at <= fact.recorded_at and f.valid_from <= fact.valid_from
        for f in entry.facts
    )  # fmt: skip
    return None if named and name not in fact.values else ""
