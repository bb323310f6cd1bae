"""``brm erase`` and ``brm audit``: personal data and who changed what."""

from __future__ import annotations

from typing import Annotated

import typer

from brm.cli.session import Session, command


def register(app: typer.Typer) -> None:
    """Add the commands."""

    @command(app, "erase")
    def erase(
        session: Session,
        person: Annotated[str, typer.Argument(metavar="PERSON", help="Id of the person")],
        yes: Annotated[bool, typer.Option("--yes", help="Do not ask")] = False,
    ) -> None:
        """Remove a person's values physically from the store and its history; this cannot be undone."""
        from brm.services import erasing, shapes

        name = erasing.name_of(session.workspace.store, session.principal, person)
        if not yes:
            typer.confirm(session.texts.text("cli.erase_confirm", name=name, id=person), abort=True, err=True)
        receipt = erasing.erase(session.workspace.store, session.principal, person)
        shape = {"id": person, **shapes.receipt(receipt)}
        session.output(shape, lambda shown: session.console.print(session.texts.text("cli.erased", id=shown["id"])))

    @command(app, "audit")
    def audit(
        session: Session,
        since: Annotated[int, typer.Option(help="Only commits after this one")] = 0,
        limit: Annotated[int, typer.Option(help="Most commits")] = 100,
    ) -> None:
        """Who wrote when, from which source, and what was undone."""
        from brm.cli.tables import print_table
        from brm.services import shapes

        session.principal.require("admin")
        items = [shapes.commit(each) for each in session.workspace.store.commits(since=since, limit=limit)]
        columns = ("revision", "committed_at", "actor", "source", "import_id", "kind", "undone_by")
        session.items(items, lambda shown: print_table(session.console, columns, shown))
