"""``brm import, export, restore, backup``: data in and out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from brm.cli.session import Session, command

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
        session: Session,
        file: Annotated[
            Path, typer.Argument(help="File to write, one JSON object a line; compressed when it ends in .gz")
        ],
    ) -> None:
        """Write the whole graph with its history to a file."""
        from brm.store import files

        with session.diagnostics.status(session.texts.text("cli.writing", file=file)):
            done = files.write(file, session.workspace.store.export(), compress=file.suffix == ".gz")
        shape = {"file": str(file), "rows": done.rows, "digest": done.digest}
        session.output(shape, lambda s: session.console.print(session.texts.text("cli.exported", **s), soft_wrap=True))

    @command(app, "restore")
    def restore(
        session: Session, file: Annotated[Path, typer.Argument(help="File written by brm export or brm backup")]
    ) -> None:
        """Fill an empty store from an export or a backup."""
        from brm.services import shapes
        from brm.store import files

        files.opened(file).close()
        session.make_room()
        with session.diagnostics.status(session.texts.text("cli.restoring", file=file)):
            receipt = session.workspace.store.load(files.read(file))
        session.output(
            shapes.receipt(receipt),
            lambda s: session.console.print(
                session.texts.text("cli.committed", revision=s["revision"], written=s["written"])
            ),
        )

    @command(app, "backup")
    def backup(session: Session, file: Annotated[Path, typer.Argument(help="File to write")]) -> None:
        """Copy the store consistently while it is in use, and read the copy through."""
        with session.diagnostics.status(session.texts.text("cli.writing", file=file)):
            digest = session.workspace.store.backup(str(file))
        session.output({"file": str(file), "digest": digest}, lambda s: _print_backup(session, s))


def _print_backup(session: Session, shown: dict[str, Any]) -> None:
    text = session.texts.text("cli.backed_up" if shown["digest"] else "cli.backed_up_older", **shown)
    session.console.print(text, soft_wrap=True)
