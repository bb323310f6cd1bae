"""``brm import, export, restore, backup``: data in and out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer

from brm.cli.session import Session, command

SQLITE_HEADER = b"SQLite format 3\x00"
LIST, SHOW, UNDO = "list", "show", "undo"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    _register_import(app)
    _register_export(app)


def _register_import(app: typer.Typer) -> None:
    @command(app, "import")
    def import_(
        session: Session,
        target: Annotated[str, typer.Argument(metavar="DIR|list|show|undo", help="Folder or file to import")],
        id_: Annotated[
            str | None, typer.Argument(metavar="ID", help="Import to show or undo", show_default=False)
        ] = None,
        mapping: Annotated[
            Path | None, typer.Option(help="Mapping file, or the name of a shipped one", show_default=False)
        ] = None,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change")] = False,
        strict: Annotated[bool, typer.Option("--strict", help="All rows or none")] = False,
        rejects: Annotated[
            Path | None, typer.Option(help="Write rejected rows to this CSV", show_default=False)
        ] = None,
        source: Annotated[str | None, typer.Option(help="Name of the source", show_default=False)] = None,
    ) -> int | None:
        """Import a folder; or list imports, show or undo one."""
        from brm.cli import importing

        if target == LIST:
            importing.show_all(session)
        elif target == SHOW:
            importing.show_one(session, id_)
        elif target == UNDO:
            importing.undo(session, id_)
        else:
            session.make_room()
            return importing.run(session, Path(target), mapping, rejects, source, dry_run=dry_run, strict=strict)
        return None


def _register_export(app: typer.Typer) -> None:
    @command(app, "export")
    def export(
        session: Session, file: Annotated[Path, typer.Argument(help="File to write, one JSON object a line")]
    ) -> None:
        """Write the whole graph with its history to a file."""
        number = 0
        partial = file.with_name(f"{file.name}.partial")
        with _writing(partial) as out:
            for row in session.workspace.store.export():
                out.write(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n")
                number += 1
        partial.replace(file)
        shape = {"file": str(file), "rows": number}
        session.output(shape, lambda s: session.console.print(session.texts.text("cli.exported", **s), soft_wrap=True))

    @command(app, "restore")
    def restore(
        session: Session, file: Annotated[Path, typer.Argument(help="File written by brm export or brm backup")]
    ) -> None:
        """Fill an empty store from an export or a backup."""
        from brm.services import shapes

        session.make_room()
        receipt = session.workspace.store.load(_rows(session, file))
        session.output(
            shapes.receipt(receipt),
            lambda s: session.console.print(
                session.texts.text("cli.committed", revision=s["revision"], written=s["written"])
            ),
        )

    @command(app, "backup")
    def backup(session: Session, file: Annotated[Path, typer.Argument(help="File to write")]) -> None:
        """Copy the store consistently while it is in use."""
        session.workspace.store.backup(str(file))
        session.output({"file": str(file)}, lambda s: session.console.print(s["file"], soft_wrap=True))


def _rows(session: Session, file: Path) -> Iterator[Any]:
    """The rows of an export, or of a backup, which is a store file of its own."""
    from brm.store import open_store

    with _reading(file, "rb") as binary:
        is_backup = binary.read(len(SQLITE_HEADER)) == SQLITE_HEADER
    if not is_backup:
        with _reading(file) as lines:
            yield from _parsed(file, lines)
        return
    backup = open_store(f"sqlite:///{quote(str(file))}", zone=session.settings.zone)
    try:
        yield from backup.export()
    finally:
        backup.close()


def _writing(path: Path) -> Any:
    from brm.errors import StoreUnusable

    try:
        return path.open("w", encoding="utf-8")
    except OSError as problem:
        raise StoreUnusable(f"cannot write {path}: {problem.strerror}", remedy="choose another file") from None


def _reading(path: Path, mode: str = "r") -> Any:
    from brm.errors import StoreUnusable

    try:
        return path.open(mode, encoding=None if "b" in mode else "utf-8")
    except OSError as problem:
        raise StoreUnusable(f"cannot read {path}: {problem.strerror}", remedy="check the path") from None


def _parsed(path: Path, lines: Any) -> Any:
    from brm.errors import InvalidInput

    number = 0
    try:
        for line in lines:
            number += 1
            yield json.loads(line)
    except ValueError:
        raise InvalidInput(
            f"{path}, line {max(number, 1)}: not a JSON object",
            remedy="the file is cut off or not an export; export again",
            code="export_unreadable",
        ) from None
