"""``brm demo, init, serve, doctor, settings, migrate``: getting it to run and seeing that it does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from brm.cli.session import REJECTED, Session, command

if TYPE_CHECKING:
    from brm.services.workspace import Workspace


def register(app: typer.Typer) -> None:
    """Add the commands."""
    _register_demo(app)
    _register_server(app)
    _register_care(app)


def _register_demo(app: typer.Typer) -> None:
    @command(app, "demo")
    def demo(
        session: Session,
        load_only: Annotated[bool, typer.Option("--load-only", help="Load and explain, do not serve")] = False,
        anchor: Annotated[str | None, typer.Option(help="Day the history ends before", show_default=False)] = None,
    ) -> None:
        """Load a made-up world, explain one deal, and serve it on the loopback."""
        from brm.cli.demonstration import load_world, show_sample

        session.make_room()
        workspace = session.workspace
        load_world(session, workspace, anchor)
        show_sample(session, workspace)
        if not load_only:
            _serve(session, workspace, session.settings.host, session.settings.port)


def _register_server(app: typer.Typer) -> None:
    @command(app, "serve")
    def serve(
        session: Session,
        host: Annotated[str | None, typer.Option(help="Address to listen on", show_default=False)] = None,
        port: Annotated[int | None, typer.Option(help="Port; 0 takes any free one", show_default=False)] = None,
    ) -> None:
        """Serve the HTTP interface."""
        settings = session.settings
        session.make_room()
        _serve(session, session.workspace, host or settings.host, settings.port if port is None else port)


def _register_care(app: typer.Typer) -> None:
    @command(app, "init")
    def init(session: Session) -> None:
        """Create an empty store where the settings say."""
        session.make_room()
        store = session.workspace.store
        shape = {"store": session.settings.store, "engine": store.info().engine, "revision": store.revision()}
        session.output(shape, lambda shown: session.console.print(session.texts.text("cli.initialised", **shown)))

    @command(app, "doctor")
    def doctor(session: Session) -> int:
        """Count what the store holds and check that it is sound."""
        from brm.services.doctor import examine

        with session.diagnostics.status(session.texts.text("cli.doctor_looking")):
            found = examine(session.workspace, session.principal, session.texts)
        session.output(found, lambda shown: _print_health(session, shown))
        return REJECTED if any(not check["ok"] for check in found["checks"]) else 0

    @command(app, "settings")
    def settings(session: Session) -> None:
        """Print each setting, its value and where it came from."""
        from brm.cli.tables import print_table
        from brm.settings import load_with_origins

        _, origins = load_with_origins(session.config, **session.flags)
        rows = [{"setting": o.name, "value": o.value, "origin": o.origin, "meaning": o.description} for o in origins]
        columns = ("setting", "value", "origin", "meaning")
        session.output({"items": rows}, lambda shown: print_table(session.console, columns, shown["items"]))

    @command(app, "migrate")
    def migrate(
        session: Session,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done")] = False,
    ) -> None:
        """Bring the store to this program's schema."""
        from brm.services.migrating import migrate as carry_out

        done = carry_out(session.workspace.store, session.principal, dry_run=dry_run)
        shape = {"steps": list(done.steps), "applied": done.applied}
        session.output(shape, lambda shown: _print_migration(session, shown))


def _print_migration(session: Session, shown: dict[str, Any]) -> None:
    texts = session.texts
    for step in shown["steps"]:
        session.console.print(step)
    if not shown["steps"]:
        session.console.print(texts.text("cli.migrate_nothing"))
    elif not shown["applied"]:
        session.console.print(texts.text("cli.migrate_pending"))


def _print_health(session: Session, found: dict[str, Any]) -> None:
    from brm.cli.tables import print_table

    session.console.print(f"brm {found['version']}, {found['engine']}, {found['location']}", soft_wrap=True)
    counts = [{"type": name, "count": number} for name, number in found["counts"].items()]
    print_table(session.console, ("type", "count"), counts)
    session.console.print()
    checks = [
        {
            "check": c["id"],
            "ok": "✓" if c["ok"] else "✗",
            "detail": " → ".join(filter(None, (c["detail"], c["remedy"]))),
        }
        for c in found["checks"]
    ]
    print_table(session.console, ("check", "ok", "detail"), checks)


def _serve(session: Session, workspace: Workspace, host: str, port: int) -> None:
    from brm.cli.serving import serve

    serve(session, workspace, host, port)
