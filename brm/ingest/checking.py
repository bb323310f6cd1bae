"""Pass 1: read everything, write nothing, and say what is wrong with which row."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from brm.ingest.conflicts import Conflicts
from brm.ingest.index import HashIndex, Ints, hashes
from brm.ingest.layout import event_types
from brm.ingest.plans import Plan, Source, stranger_hint
from brm.ingest.readers import BATCH, Batch
from brm.ingest.rejects import RejectLog, Warnings, reject_of
from brm.ingest.rows import Facts, Reference, RowBuilder, Trouble
from brm.ingest.spool import spool
from brm.ingest.structure import Progress, Structure
from brm.store.protocol import Store
from graph_schema import registry
from graph_schema.values import ValueProblem

_CHUNK = 500
Waiting = tuple[str, int, int, str, list[str], str]
"""File, row, line, field, allowed types and id of a reference that was not resolved at once."""


@dataclass(slots=True)
class CheckReport:
    """What pass 1 found. ``facts`` counts the good versions per type, ``rejected`` the bad rows.

    Until pass 2 ``facts`` and ``undated`` count what several rows say once per row.
    """

    rows: int = 0
    rejected: int = 0
    undated: int = 0
    repeated: int = 0
    """Facts that an earlier row of the same file said already."""
    facts: Counter[str] = field(default_factory=Counter)
    rejects: RejectLog = field(default_factory=RejectLog)
    warnings: Warnings = field(default_factory=Warnings)
    verdicts: dict[str, bytearray] = field(default_factory=dict)
    """Per file one byte a row: 1 where it was rejected."""
    events: HashIndex = field(default_factory=HashIndex)
    """When each imported event happened, by the hash of its id."""


class Checker:
    """Checks the files of a plan against the declarations, one another and a store."""

    def __init__(self, plan: Plan, store: Store, progress: Progress | None = None) -> None:
        self.report = CheckReport()
        self._plan = plan
        self._store = store if store.info().facts else None
        self._progress = progress
        self._numbers = {name: at for at, name in enumerate(registry().nodes)}
        self._types = tuple(registry().nodes)
        self._nodes = HashIndex()
        self._held = HashIndex()
        self._structure = Structure([source.name for source in plan.sources])
        self._conflicts = Conflicts(plan)
        self._pending = _Pending()

    def run(self) -> CheckReport:
        """Check all files."""
        for name in self._plan.strangers:
            self.report.warnings.add("unknown_file", "a file is not part of the import", stranger_hint(name))
        done = 0
        for place, source in enumerate(self._plan.sources):
            self._file(place, source, done)
            done += source.path.stat().st_size
        self._settle_pending()
        self._structure.warn(self.report.warnings, self._store)
        if self.report.undated:
            self.report.warnings.add("undated", "facts have no date: they count as always known",
                                     self._plan.source, self.report.undated)  # fmt: skip
        return self.report

    def _file(self, place: int, source: Source, done: int) -> None:
        if source.unknown and not source.plan.native:
            for name in source.unknown:
                self.report.warnings.add("unmapped_column", "a column is not used", f"{source.name}: {name}")
        builder = RowBuilder(source, self._plan.zone, self._existing if self._store else None)
        verdicts = self.report.verdicts[source.name] = bytearray()
        said = [HashIndex() for _ in source.plan.entries]
        for batch in source.table.batches():
            verdicts.extend(bytes(len(batch.rows)))
            self._batch(place, source, batch, builder, said)
            if self._progress and self._plan.size:
                self._progress("check", source.name, min(1.0, (done + batch.position) / self._plan.size))
        if builder.left_out:
            self.report.warnings.add("cell_left_out", "a cell cannot be read and was left out", source.name,
                                     builder.left_out)  # fmt: skip

    def _batch(self, place: int, source: Source, batch: Batch, builder: RowBuilder, said: list[HashIndex]) -> None:
        report = self.report
        report.rows += len(batch.rows) + len(batch.unreadable)
        for line, name, value, problem in batch.unreadable:
            report.rejected += 1
            report.rejects.add(reject_of(source.name, line, name, value, problem))
        if batch.formulas:
            report.warnings.add("formula_cell", "a formula cell gave its calculated value", source.name, batch.formulas)
        found, troubles = builder.build(batch)
        bad = self._reject(source, batch, troubles, set())
        for facts, known in zip(found, said, strict=True):
            bad |= self._reject(source, batch, self._differing(facts.without(bad), known), bad)
        for facts in found:
            if facts.spec.sort == "node":
                bad |= self._reject(source, batch, self._add_nodes(facts.without(bad)), bad)
        for facts in found:
            good = facts.without(bad)
            troubles = [each for reference in good.references()
                        for each in self._resolve(good, reference, source, batch)]  # fmt: skip
            bad |= self._reject(source, batch, troubles, bad)
        for facts in found:
            good = facts.without(bad)
            self._count(good, place, batch.lines)
            self._conflicts.take(good, source.name, batch.lines, report.warnings)

    def _reject(self, source: Source, batch: Batch, troubles: Iterable[Trouble], bad: set[int]) -> set[int]:
        rows: set[int] = set()
        verdicts = self.report.verdicts[source.name]
        told: set[tuple[int, str, str]] = set()
        for row, name, value, problem in sorted(troubles, key=lambda each: each[0]):
            if (row, name, problem.code) in told:
                continue
            told.add((row, name, problem.code))
            self.report.rejects.add(reject_of(source.name, batch.lines[row], name, value, problem))
            if row not in rows and row not in bad:
                self.report.rejected += 1
                verdicts[batch.first + row] = 1
            rows.add(row)
        return rows

    def _differing(self, facts: Facts, known: HashIndex) -> list[Trouble]:
        """Rows that say something else of an entity than an earlier row, with the same stamps."""
        if facts.entry.repeat == "first" or not len(facts):
            return []
        keys = hashes(facts.identities(), len(facts))
        told = zip(facts.contents(), facts.valid_to, strict=True)
        contents = hashes(told, len(facts)) if not _unhashable(facts) else hashes(map(repr, told), len(facts))
        found, earlier = known.find(keys)
        differing = found & (earlier != contents)
        first: dict[int, int] = {}
        for at, (key, content) in enumerate(zip(keys.tolist(), contents.tolist(), strict=True)):
            differing[at] |= first.setdefault(key, content) != content
        self.report.repeated += int(found.sum()) + len(keys) - len(first)
        fresh = ~found
        known.add(keys[fresh], contents[fresh])
        what = "edge" if facts.spec.sort == "edge" else "id"
        return [
            (facts.rows[at], "id" if what == "id" else "to", facts.ids[-1][at],
             ValueProblem("duplicate_content", f"an earlier row has the same {what} with other content"))
            for at in np.flatnonzero(differing).tolist()
        ]  # fmt: skip

    def _add_nodes(self, facts: Facts) -> list[Trouble]:
        if not facts.entry.creates or not len(facts):
            return []
        keys = hashes(facts.ids[0], len(facts))
        number = self._numbers[facts.spec.name]
        found, types = self._types_of(facts.ids[0], keys)
        other = found & (types != number)
        fresh = ~found
        self._nodes.add(keys[fresh], np.full(int(fresh.sum()), number, dtype=np.int64))
        if facts.spec.name in event_types() and "at" in facts.names:
            at = np.array([each or 0 for each in facts.values[facts.names.index("at")]], dtype=np.int64)
            new = ~self.report.events.find(keys)[0]
            self.report.events.add(keys[new], at[new])
        return [
            (facts.rows[at], "id", facts.ids[0][at],
             ValueProblem("other_type", f"this is the id of a {self._types[types[at]]} already"))
            for at in np.flatnonzero(other).tolist()
        ]  # fmt: skip

    def _types_of(self, ids: list[str], keys: Ints) -> tuple[np.ndarray[tuple[int], np.dtype[np.bool_]], Ints]:
        found, types = self._nodes.find(keys)
        if self._store is None or found.all():
            return found, types
        held, held_types = self._held.find(keys)
        missing = np.flatnonzero(~found & ~held)
        if len(missing):
            self._look_up({ids[at] for at in missing.tolist()})
            held, held_types = self._held.find(keys)
        types[~found] = held_types[~found]
        return found | held, types

    def _look_up(self, ids: set[str]) -> None:
        """Ask the store for node ids and remember the types of those it has."""
        if self._store is None:
            return
        wanted = sorted(ids)
        for at in range(0, len(wanted), _CHUNK):
            known = node_types(self._store, wanted[at : at + _CHUNK])
            numbers = np.array([self._numbers[each] for each in known.values()], dtype=np.int64)
            self._held.add(hashes(known, len(known)), numbers)

    def _existing(self, ids: list[str]) -> Iterable[str]:
        found = [node_types(self._store, ids[at : at + _CHUNK]) for at in range(0, len(ids), _CHUNK) if self._store]
        return {identity for part in found for identity in part}

    def _resolve(self, facts: Facts, reference: Reference, source: Source, batch: Batch) -> list[Trouble]:
        given = [(row, identity) for row, identity in zip(facts.rows, reference.ids, strict=True) if identity]
        if not given:
            return []
        ids = [identity for _, identity in given]
        found, types = self._types_of(ids, hashes(ids, len(ids)))
        allowed = np.isin(types, [self._numbers[name] for name in reference.types])
        for at in np.flatnonzero(~found).tolist():
            row, identity = given[at]
            self._pending.add(source.name, batch.first + row, batch.lines[row], reference, identity)
        return [
            (given[at][0], reference.field, given[at][1], _wrong_type(reference, self._types[types[at]]))
            for at in np.flatnonzero(found & ~allowed).tolist()
        ]

    def _settle_pending(self) -> None:
        """Ids that no file had offered when they were met: by now all files were read."""
        waiting = iter(self._pending)
        while part := list(islice(waiting, BATCH)):
            found, numbers = self._nodes.find(hashes((each[-1] for each in part), len(part)))
            for item, here, number in zip(part, found.tolist(), numbers.tolist(), strict=True):
                self._settle(item, self._types[number] if here else None)

    def _settle(self, item: Waiting, actual: str | None) -> None:
        name, row, line, field_, types, identity = item
        if actual in types:
            return
        if actual is None:
            problem = ValueProblem("dangling_reference", f"there is no node {identity!r}", id=identity)
        else:
            problem = _wrong_type(Reference(field_, [], tuple(types)), actual)
        self.report.rejects.add(reject_of(name, line, field_, identity, problem))
        if not self.report.verdicts[name][row]:
            self.report.verdicts[name][row] = 1
            self.report.rejected += 1

    def _count(self, facts: Facts, place: int, lines: list[int]) -> None:
        self.report.facts[facts.spec.name] += len(facts)
        if not facts.dated_by_event:
            self.report.undated += facts.valid_from.count(None)
        self._structure.take(facts, place, lines)


def node_types(store: Store, ids: list[str]) -> dict[str, str]:
    """The types of those ids that belong to a node which exists at some time, now or not."""
    types = {given: state.entity.type for given, state in store.fetch(ids).items()}
    for identity in store.keys([each for each in ids if each not in types]):
        versions = store.history(identity)
        if any(each.void_revision is None and each.verb == "set" for each in versions):
            types[identity] = versions[0].entity.type
    return types


def _unhashable(facts: Facts) -> bool:
    return "extra" in facts.names


def _wrong_type(reference: Reference, actual: str) -> ValueProblem:
    text = f"{reference.field} is a {' or '.join(reference.types)}, not a {actual}"
    return ValueProblem("wrong_end_type", text, allowed=reference.types, actual=actual)


class _Pending:
    """References to settle at the end, kept in a file once they are many."""

    def __init__(self) -> None:
        self._spool = spool(self)

    def add(self, name: str, row: int, line: int, reference: Reference, identity: str) -> None:
        item = (name, row, line, reference.field, reference.types, identity)
        self._spool.write(json.dumps(item) + "\n")

    def __iter__(self) -> Iterator[Waiting]:
        self._spool.seek(0)
        for line in self._spool:
            yield tuple(json.loads(line))
