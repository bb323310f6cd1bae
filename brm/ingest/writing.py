"""Pass 2: write the good rows in change sets under one import id, nodes before edges."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from brm.errors import InvalidInput
from brm.ingest.checking import CheckReport
from brm.ingest.index import HashIndex, hashes
from brm.ingest.plans import Plan, Source
from brm.ingest.rejects import Reject, shown
from brm.ingest.rows import Facts, RowBuilder
from brm.ingest.structure import Progress
from brm.store.protocol import Store, When
from graph_schema.changes import Change, ChangeSet, EdgeRef

MOST_FACTS = 1_000
MOST_FACTS_EMPTY = 5_000
PAUSE = 0.005
"""Seconds that a filled store is left to other writers after each commit."""
_CHUNK = 500


@dataclass(slots=True)
class Buffer:
    """Changes waiting to be written, and the row that each came from."""

    changes: list[Change] = field(default_factory=list)
    origins: list[tuple[str, int]] = field(default_factory=list)


def good_facts(plan: Plan, report: CheckReport, store: Store, progress: Progress | None = None
               ) -> Iterator[tuple[Source, list[int], Facts]]:  # fmt: skip
    """The facts of all rows that passed, nodes before edges, each said once, and counted anew."""
    moments = _EventTimes(report, store)
    parts = [(phase, source) for phase in range(3) for source in plan.sources
             if any(entry.phase == phase for entry in source.plan.entries)]  # fmt: skip
    report.facts.clear()
    report.undated = 0
    total = sum(source.path.stat().st_size for _, source in parts) or 1
    done = 0
    for phase, source in parts:
        builder = RowBuilder(source, plan.zone, event_times=moments, phase=phase)
        said = [HashIndex() for entry in source.plan.entries if entry.phase == phase]
        verdicts = report.verdicts[source.name]
        for batch in source.table.batches():
            bad = {row for row in range(len(batch.rows)) if verdicts[batch.first + row]}
            for facts, known in zip(builder.build(batch)[0], said, strict=True):
                fresh = _unsaid(facts.without(bad), known)
                report.facts[fresh.spec.name] += len(fresh)
                report.undated += fresh.valid_from.count(None)
                yield source, batch.lines, fresh
            if progress:
                progress("write", source.name, min(1.0, (done + batch.position) / total))
        done += source.path.stat().st_size


def _unsaid(facts: Facts, known: HashIndex) -> Facts:
    keys = hashes(facts.identities(), len(facts))
    fresh = ~known.find(keys)[0]
    seen: set[int] = set()
    for at, key in enumerate(keys.tolist()):
        if key in seen:
            fresh[at] = False
        seen.add(key)
    known.add(keys)
    return facts if fresh.all() else facts.select(fresh.tolist())


class _EventTimes:
    """When events happened: those of the import from the check, others from the store."""

    def __init__(self, report: CheckReport, store: Store) -> None:
        self._events = report.events
        self._store = store

    def __call__(self, ids: list[str]) -> list[int | None]:
        found, moments = self._events.find(hashes(ids, len(ids)))
        missing = sorted({identity for identity, hit in zip(ids, found.tolist(), strict=True) if not hit})
        held: dict[str, int | None] = {}
        for at in range(0, len(missing), _CHUNK):
            states = self._store.fetch(missing[at : at + _CHUNK])
            held.update({identity: state.properties.get("at") for identity, state in states.items()})
        times = zip(ids, found.tolist(), moments.tolist(), strict=True)
        return [moment if hit else held.get(identity) for identity, hit, moment in times]


class Writer:
    """Applies facts to a store and keeps count of what they did."""

    def __init__(self, store: Store, actor: str, source: str, import_id: str, report: CheckReport) -> None:
        self._store = store
        self._actor = actor
        self._source = source
        self._import_id = import_id
        self._report = report
        self._empty = store.info().facts == 0
        self._limit = MOST_FACTS_EMPTY if self._empty else MOST_FACTS
        self._buffer = Buffer()
        self.written = 0
        self.unchanged = 0

    def add(self, source: Source, lines: list[int], facts: Facts) -> None:
        """Queue facts and write them when they are enough for a commit."""
        buffer = self._buffer
        for row, change in zip(facts.rows, facts.changes(), strict=True):
            buffer.changes.append(change)
            buffer.origins.append((source.name, lines[row]))
            if len(buffer.changes) >= self._limit:
                self.flush()
                buffer = self._buffer

    def flush(self) -> None:
        """Commit what is queued. Rows that the store refuses are rejected, the others go in."""
        buffer, self._buffer = self._buffer, Buffer()
        while buffer.changes:
            try:
                receipt = self._store.apply(ChangeSet(actor=self._actor, source=self._source,
                                                      changes=tuple(buffer.changes),
                                                      import_id=self._import_id))  # fmt: skip
            except InvalidInput as error:
                buffer = self._without_refused(buffer, error)
                continue
            self.written += receipt.written
            self.unchanged += receipt.unchanged
            if not self._empty:
                time.sleep(PAUSE)
            return

    def _without_refused(self, buffer: Buffer, error: InvalidInput) -> Buffer:
        problems = error.detail.get("problems") or []
        refused = {each.index for each in problems}
        if not refused:
            raise error
        for each in problems:
            file, line = buffer.origins[each.index]
            code = "dangling_reference" if each.code == "dangling" else each.code
            params = {"remedy": each.remedy}
            self._report.rejects.add(Reject(file, line, each.field, shown(each.value), code, each.message, params))
        self._report.rejected += len({buffer.origins[at] for at in refused})
        kept = [at for at in range(len(buffer.changes)) if at not in refused]
        return Buffer([buffer.changes[at] for at in kept], [buffer.origins[at] for at in kept])


class Comparer:
    """Tells, without writing, what facts would do to a store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._empty = store.info().facts == 0
        self.new: Counter[str] = Counter()
        self.changed: Counter[str] = Counter()
        self.unchanged: Counter[str] = Counter()

    def add(self, facts: Facts) -> None:
        """Count facts as new (of an unknown entity), changed or unchanged."""
        type_ = facts.spec.name
        if self._empty:
            self.new[type_] += len(facts)
            return
        changes = list(facts.changes())
        for at in range(0, len(changes), _CHUNK):
            part = changes[at : at + _CHUNK]
            ids = [each.entity.source if isinstance(each.entity, EdgeRef) else each.entity.id for each in part]
            known = self._store.keys(list(dict.fromkeys(ids)))
            for identity, change in zip(ids, part, strict=True):
                self._verdict(change, identity in known)[type_] += 1

    def _verdict(self, change: Change, known: bool) -> Counter[str]:
        from brm.errors import NotFound

        if not known:
            return self.new
        identity = change.entity.id
        try:
            versions = [each for each in self._store.history(identity) if each.void_revision is None]
        except NotFound:
            return self.new
        if not versions:
            return self.new
        if change.recorded_at is None:
            state = self._store.fetch([identity], When(as_of=change.valid_from)).get(identity)
            held = state is not None and _says(state.properties, change)
            return self.unchanged if held else self.changed
        held = any(each.valid_from == change.valid_from and each.recorded_at == change.recorded_at
                   and _says(each.properties, change) for each in versions)  # fmt: skip
        return self.unchanged if held else self.changed


def _says(held: Any, change: Change) -> bool:
    return all(held.get(name) == value for name, value in change.properties.items())
