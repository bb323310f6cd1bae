"""``brm evaluate``: how well what is computed agrees with what is known from elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from brm.cli.session import REJECTED, Session, command

METRICS = ("known", "close", "order")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="How well what is computed agrees with what is known.", no_args_is_help=True)
    app.add_typer(group, name="evaluate")

    @command(group, "ties")
    def ties(
        session: Session,
        folder: Annotated[
            Path | None,
            typer.Argument(metavar="DIR", help="Folder to import into memory; default the store", show_default=False),
        ] = None,
        mapping: Annotated[
            Path | None, typer.Option(help="Mapping file or name; default the native layout", show_default=False)
        ] = None,
    ) -> int | None:
        """Compare computed ties with what people said of how well they know each other."""
        from brm.errors import InvalidInput
        from brm.services import evaluating, telling

        if folder is None and mapping is not None:
            raise InvalidInput("--mapping belongs to a folder", remedy="name the folder too", field="mapping")
        if folder is None:
            found = evaluating.ties(session.workspace, session.principal, when=session.when)
        else:
            found = evaluating.ties_of_folder(session.settings, session.principal, folder, mapping, when=session.when)
        shape = telling.evaluation(found, session.texts)
        session.output(shape, lambda shown: _print(session, shown))
        return REJECTED if found.get("rejected") else None


def _print(session: Session, shape: dict[str, Any]) -> None:
    from brm.cli.tables import print_table

    texts, console = session.texts, session.console
    columns = ("metric", "value", "p10–p90", "n")
    for item in shape["items"]:
        console.print(item["text"], soft_wrap=True)
        numbers = {"known": item["pairs"], "close": item["stated"], "order": item["stated"]}
        rows = [
            {
                "metric": texts.text(f"evaluate.{name}", threshold=item["threshold"]),
                "value": f"{item[name]['value']:.3f}",
                "p10–p90": "{p10:.3f}–{p90:.3f}".format(**item[name]["interval"]),
                "n": numbers[name],
            }
            for name in METRICS
            if item[name]["value"] is not None
        ]
        print_table(console, columns, rows, [texts.text("evaluate.metric"), texts.text("evaluate.value"), *columns[2:]])
        console.print(item["limits"], style="dim", soft_wrap=True)
    console.print(shape["method"], style="dim", soft_wrap=True)
    if "undated" in shape:
        counted = {"rejected": shape["rejected"], "undated": shape["undated"]}
        console.print(texts.text("evaluate.read", **counted), style="dim", soft_wrap=True)
