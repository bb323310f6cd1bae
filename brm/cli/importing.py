"""The imports of the command line: progress, what was written, every rejected row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from brm.cli.session import REJECTED, Session
from brm.errors import InvalidInput

if TYPE_CHECKING:
    from brm.ingest import ImportReport


def run(
    session: Session, folder: Path, mapping: Path | None, rejects: Path | None, source: str | None, *, dry_run: bool,
    strict: bool,
) -> int | None:  # fmt: skip
    """Import a folder; 1 when rows were rejected."""
    from brm import ingest
    from brm.services.imports import report_shape

    plan = ingest.load_plan(folder, mapping, zone=ZoneInfo(session.settings.zone))
    principal = session.principal
    principal.require("write")
    with _progress(session) as advance:
        report = ingest.run(
            plan, session.workspace.store, principal.person_id or principal.id, source, dry_run=dry_run, strict=strict,
            progress=advance,
        )  # fmt: skip
    if rejects is not None:
        report.write_rejects(rejects)
    session.output(report_shape(report), lambda shown: _print(session, report, shown))
    return REJECTED if report.rejected else None


def show_all(session: Session) -> None:
    """List the imports."""
    from brm import ingest
    from brm.cli.tables import print_table
    from brm.services.imports import batch_shape

    items = [batch_shape(each) for each in ingest.list_imports(session.workspace.store)]
    columns = ("id", "source", "status", "started_at", "facts", "rejected", "undated")
    session.items(items, lambda shown: print_table(session.console, columns, shown))


def show_one(session: Session, id_: str | None) -> None:
    """Show one import."""
    from brm import ingest
    from brm.cli.tables import print_table
    from brm.services.imports import batch_shape

    found = batch_shape(ingest.show_import(session.workspace.store, _given(id_, "show")))
    rows = [{"field": name, "value": value} for name, value in found.items()]
    session.output(found, lambda _: print_table(session.console, ("field", "value"), rows))


def undo(session: Session, id_: str | None) -> None:
    """Take one import back."""
    from brm import ingest
    from brm.services import shapes

    session.principal.require("write")
    identity = _given(id_, "undo")
    receipt = ingest.undo_import(session.workspace.store, identity, session.principal.id)
    shape = {"id": identity, **shapes.receipt(receipt)}

    def show(shown: dict[str, Any]) -> None:
        session.console.print(session.texts.text("import.undone", id=shown["id"]), soft_wrap=True)
        if shown["kept"]:
            session.console.print(session.texts.text("cli.kept", ids=", ".join(shown["kept"])), soft_wrap=True)

    session.output(shape, show)


def _given(id_: str | None, verb: str) -> str:
    if id_ is None:
        raise InvalidInput(f"brm import {verb} needs an import id", remedy="brm import list shows them")
    return id_


def _print(session: Session, report: ImportReport, shape: dict[str, Any]) -> None:
    texts, console = session.texts, session.console
    for each in shape["rejects"]:
        console.print(_reject_line(session, each), soft_wrap=True, markup=False)
    if report.rejected > len(shape["rejects"]):
        console.print(texts.text("import.more_rejects", count=report.rejected - len(shape["rejects"])))
    for warning in shape["warnings"]:
        meaning = texts.text(f"warning.{warning['code']}")
        console.print(texts.text("import.warning", count=warning["count"], warning=meaning), soft_wrap=True)
    if report.dry_run:
        counts = {"created": report.new.total(), "changed": report.changed.total(), "unchanged": report.same.total()}
        console.print(texts.text("import.dry"))
    else:
        counts = {"created": report.written, "changed": 0, "unchanged": report.unchanged}
        status = texts.text("import.refused") if report.refused else texts.word("import_status", "complete")
        console.print(texts.text("import.id", id=report.import_id or "—", status=status), soft_wrap=True)
    console.print(
        texts.text("import.summary", **counts, rejected=report.rejected, undated=report.undated), soft_wrap=True
    )


def _reject_line(session: Session, each: dict[str, Any]) -> str:
    texts, code = session.texts, each["code"]
    known = f"reject.{code}" in texts.messages
    nearest = each["params"].get("nearest")
    reason = texts.text(f"reject.{code}" if known else "reject.row")
    remedy = texts.text(f"remedy.{code}") if known else texts.text("remedy.row")
    if nearest:
        remedy = f"{texts.text('import.nearest', word=nearest)} {remedy}"
    words = {"file": each["file"], "line": each["line"], "field": each["field"], "value": each["value"]}
    return texts.text("import.rejected", **words, reason=reason, remedy=remedy)


@contextmanager
def _progress(session: Session) -> Iterator[Any]:
    if session.as_json or not session.diagnostics.is_terminal:
        yield None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=session.diagnostics, transient=True) as bar:
        tasks: dict[str, Any] = {}

        def advance(phase: str, file: str, share: float) -> None:
            name = f"{phase} {file}"
            if name not in tasks:
                tasks[name] = bar.add_task(name, total=1.0)
            bar.update(tasks[name], completed=share)

        yield advance
