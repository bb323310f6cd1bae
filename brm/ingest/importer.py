"""Import a folder: check it, write it as one revertible batch, list and undo batches."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import structlog

from brm.errors import Conflict, NotFound
from brm.ingest.checking import Checker, CheckReport
from brm.ingest.plans import Plan, load_plan
from brm.ingest.rejects import RejectLog, Warnings
from brm.ingest.structure import Progress
from brm.ingest.writing import Comparer, Writer, good_facts
from brm.store.protocol import Store
from graph_schema.changes import ChangeSet, Receipt, RecordChange

__all__ = [
    "ImportBatchInfo",
    "ImportReport",
    "Plan",
    "check",
    "list_imports",
    "load_plan",
    "run",
    "show_import",
    "undo_import",
]

log = structlog.get_logger()
_RECORD = "import_batch"
STALE = 60_000_000
"""Microseconds without a commit after which a running import counts as killed."""


@dataclass(slots=True)
class ImportReport:
    """What an import did, or with a dry run would do. ``refused``: strict, and a row was bad."""

    import_id: str | None
    rows: int
    rejected: int
    undated: int
    repeated: int
    facts: Counter[str]
    rejects: RejectLog
    warnings: Warnings
    written: int = 0
    unchanged: int = 0
    new: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    same: Counter[str] = field(default_factory=Counter)
    dry_run: bool = False
    refused: bool = False
    seconds: float = 0.0

    @property
    def clean(self) -> bool:
        """No row was rejected."""
        return not self.rejected

    def write_rejects(self, path: str | Path) -> None:
        """Write all rejected rows as CSV."""
        self.rejects.write(Path(path))


@dataclass(frozen=True, slots=True)
class ImportBatchInfo:
    """One import as `list_imports` shows it; ``status`` tells a killed one from a running one."""

    id: str
    source: str
    status: str
    actor: str
    started_at: int
    finished_at: int | None
    facts: int
    unchanged: int
    rejected: int
    undated: int
    digest: str | None


def check(plan: Plan, store: Store, progress: Progress | None = None) -> CheckReport:
    """Pass 1 alone: validate all files against the declarations, one another and the store."""
    return Checker(plan, store, progress).run()


def run(plan: Plan, store: Store, actor: str, source: str | None = None, *, dry_run: bool = False,
        strict: bool = False, progress: Progress | None = None) -> ImportReport:  # fmt: skip
    """Check the plan and write its good rows; importing the same again changes nothing.

    ``strict`` writes nothing when any row is rejected. An import that was killed goes on where it
    stopped when it is run again.
    """
    began = time.perf_counter()
    if source is not None and source != plan.source:
        plan = replace(plan, source=source)
    found = check(plan, store, progress)
    report = ImportReport(None, found.rows, found.rejected, found.undated, found.repeated, found.facts,
                          found.rejects, found.warnings, dry_run=dry_run)  # fmt: skip
    report.refused = strict and bool(found.rejected)
    if dry_run:
        comparer = Comparer(store)
        for _, _, facts in good_facts(plan, found, store, progress):
            comparer.add(facts)
        report.new, report.changed, report.same = comparer.new, comparer.changed, comparer.unchanged
    elif not report.refused:
        _write(plan, store, actor, found, report, strict, progress)
    report.rejected, report.undated = found.rejected, found.undated
    if "undated" in found.warnings:
        found.warnings["undated"].count = found.undated or found.warnings["undated"].count
    report.seconds = time.perf_counter() - began
    _log("refused" if report.refused else "dry_run" if dry_run else "complete", report)
    return report


def _log(status: str, report: ImportReport) -> None:
    log.info(
        "import", status=status, import_id=report.import_id, rows=report.rows, written=report.written,
        unchanged=report.unchanged, rejected=report.rejected, seconds=round(report.seconds, 3),
    )  # fmt: skip


def _write(plan: Plan, store: Store, actor: str, found: CheckReport, report: ImportReport, strict: bool,
           progress: Progress | None) -> None:  # fmt: skip
    batch = _Batch(store, plan, actor, found)
    report.import_id = batch.id
    batch.start()
    writer = Writer(store, actor, plan.source, batch.id, found)
    try:
        for source, lines, facts in good_facts(plan, found, store, progress):
            writer.add(source, lines, facts)
        writer.flush()
    except BaseException as error:
        log.info("import", status="incomplete", import_id=batch.id, written=writer.written, error=type(error).__name__)
        batch.save("incomplete", writer)
        raise
    report.written, report.unchanged = writer.written, writer.unchanged
    if strict and found.rejected:
        report.refused = True
        batch.save("complete", writer)
        undo_import(store, batch.id, actor)
    else:
        batch.finish(writer)


class _Batch:
    """The record of one import. The same files under the same mapping continue the same one."""

    def __init__(self, store: Store, plan: Plan, actor: str, found: CheckReport) -> None:
        self._store = store
        self._actor = actor
        self._found = found
        digest = plan.digest()
        earlier = [each for each in store.records(_RECORD) if each.body.get("digest") == digest]
        open_ = [each for each in earlier if each.body["status"] != "undone"]
        self._was: dict[str, Any] = dict(open_[-1].body) if open_ else {}
        number = len(earlier) + 1
        fresh = f"import:{digest[:16]}" + (f"-{number}" if number > 1 else "")
        self.id = open_[-1].id if open_ else fresh
        self._body = self._was or {
            "source": plan.source, "actor": actor, "digest": digest, "started_at": _now(), "facts": 0,
        }  # fmt: skip

    def start(self) -> None:
        """Record that it runs, unless it was complete before."""
        if self._was.get("status") != "complete":
            self._put("running", 0, 0)

    def finish(self, writer: Writer) -> None:
        """Record that it is complete; one that changed nothing leaves its record as it was."""
        if self._was.get("status") != "complete" or writer.written:
            self.save("complete", writer)

    def save(self, status: str, writer: Writer) -> None:
        """Record how far it got."""
        self._put(status, writer.written, writer.unchanged)

    def _put(self, status: str, written: int, unchanged: int) -> None:
        body = {
            **self._body,
            "status": status,
            "finished_at": None if status == "running" else _now(),
            "facts": self._body["facts"] + written,
            "unchanged": unchanged,
            "rejected": self._found.rejected,
            "undated": self._found.undated,
        }
        self._store.apply(ChangeSet(actor=self._actor, source=str(body["source"]),
                                    records=(RecordChange(_RECORD, self.id, body),)))  # fmt: skip


def list_imports(store: Store, *, now: int | None = None) -> list[ImportBatchInfo]:
    """All imports, oldest first. One that says it runs but has been silent counts as incomplete."""
    moment = _now() if now is None else now
    found = []
    for record in store.records(_RECORD):
        body = dict(record.body)
        status = str(body["status"])
        if status == "running":
            commits = store.commits(import_id=record.id, limit=1_000_000)
            last = max([body["started_at"], *(each.committed_at for each in commits)])
            status = "running" if moment - last < STALE else "incomplete"
        counts = {name: int(body.get(name, 0)) for name in ("facts", "unchanged", "rejected", "undated")}
        found.append(ImportBatchInfo(
            id=record.id, source=body["source"], status=status, actor=body["actor"], started_at=body["started_at"],
            finished_at=body.get("finished_at"), digest=body.get("digest"), **counts,
        ))  # fmt: skip
    return sorted(found, key=lambda each: (each.started_at, each.id))


def undo_import(store: Store, import_id: str, actor: str, *, with_later: bool = False) -> Receipt:
    """Withdraw everything an import wrote and revive what it replaced; later edits stay.

    NotFound for an unknown import, Conflict when it was undone before.
    """
    records = store.records(_RECORD, [import_id])
    if not records:
        raise NotFound(f"There is no import {import_id!r}.", remedy="`brm import list` shows the imports.")
    body = dict(records[0].body)
    if body["status"] == "undone":
        raise Conflict(f"The import {import_id} was undone already.", remedy="Import the files again if need be.",
                       code="already_undone")  # fmt: skip
    undo = ChangeSet(actor=actor, source="undo", undo_import=import_id, with_later=with_later)
    try:
        receipt = store.apply(undo)
    except (NotFound, Conflict) as error:
        # Nothing was written, or a crash came between the undo and its record.
        if isinstance(error, Conflict) and error.code != "already_undone":
            raise
        receipt = Receipt(store.revision(), _now(), 0)
    mark = RecordChange(_RECORD, import_id, {**body, "status": "undone", "finished_at": _now()})
    store.apply(ChangeSet(actor=actor, source="undo", records=(mark,)))
    return receipt


def show_import(store: Store, import_id: str) -> ImportBatchInfo:
    """One import; NotFound when there is none of that id."""
    for each in list_imports(store):
        if each.id == import_id:
            return each
    raise NotFound(f"There is no import {import_id!r}.", remedy="`brm import list` shows the imports.")


def _now() -> int:
    return time.time_ns() // 1_000
