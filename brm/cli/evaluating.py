"""``brm evaluate``: how well what is computed agrees with what is known from elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from brm.cli.session import REJECTED, Session, command

METRICS = ("known", "close", "order")
SCORES = ("log_loss", "brier", "accuracy", "within")
Folder = Annotated[
    Path | None,
    typer.Argument(metavar="DIR", help="Folder to import into memory; default the store", show_default=False),
]
Mapping = Annotated[
    Path | None, typer.Option(help="Mapping file or name; default the native layout", show_default=False)
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="How well what is computed agrees with what is known.", no_args_is_help=True)
    app.add_typer(group, name="evaluate")

    @command(group, "ties")
    def ties(session: Session, folder: Folder = None, mapping: Mapping = None) -> int | None:
        """Compare computed ties with what people said of how well they know each other."""
        from brm.services import evaluating, telling

        _together(folder, mapping)
        if folder is None:
            found = evaluating.ties(session.workspace, session.principal, when=session.when)
        else:
            found = evaluating.ties_of_folder(session.settings, session.principal, folder, mapping, when=session.when)
        shape = telling.evaluation(found, session.texts)
        session.output(shape, lambda shown: _print(session, shown))
        return REJECTED if found.get("rejected") else None

    @command(group, "win")
    def win(session: Session, folder: Folder = None, mapping: Mapping = None) -> int | None:
        """Compare the win likelihood on the eve of each decision with who won, and with simple baselines."""
        from brm.services import telling, win_evaluating

        _together(folder, mapping)
        if folder is None:
            found = win_evaluating.win(session.workspace, session.principal, when=session.when)
        else:
            found = win_evaluating.win_of_folder(
                session.settings, session.principal, folder, mapping, when=session.when
            )
        shape = telling.win_evaluation(found, session.texts)
        session.output(shape, lambda shown: _print_win(session, shown))
        return REJECTED if found.get("rejected") else None


def _together(folder: Path | None, mapping: Path | None) -> None:
    from brm.errors import InvalidInput

    if folder is None and mapping is not None:
        raise InvalidInput("--mapping belongs to a folder", remedy="name the folder too", field="mapping")


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


def _print_win(session: Session, shape: dict[str, Any]) -> None:
    """The forecasts side by side, what the likelihood gains over each baseline, its reliability, and the verdict."""
    from brm.cli.tables import print_table

    texts, console = session.texts, session.console
    heads = [texts.text(f"evaluate.win.{each}") for each in ("forecast", *SCORES)]
    console.print(shape["text"], soft_wrap=True)
    rows = [
        {"forecast": each["text"], **{name: _ranged(each[name]) for name in SCORES}, "n": each["deals"]}
        for each in shape["items"]
    ]
    print_table(console, ("forecast", *SCORES, "n"), rows, [*heads, "n"])
    for each in shape["gains"]:
        console.print(each["text"], soft_wrap=True)
    console.print(texts.text("evaluate.win.reliability"), soft_wrap=True)
    table = [
        {"from": f"{each['from']:.1f}–{each['to']:.1f}", "foretold": f"{each['foretold']:.1%}",
         "happened": "{value:.1%}".format(**each["happened"]),
         "range": "{p10:.1%}–{p90:.1%}".format(**each["happened"]["interval"]), "n": each["number"]}
        for each in shape["reliability"]
    ]  # fmt: skip
    columns = ("from", "foretold", "happened", "range", "n")
    print_table(
        console, columns, table, [*(texts.text(f"evaluate.win.{each}") for each in columns[:3]), "p10–p90", "n"]
    )
    console.print(shape["verdict_text"], style="bold", soft_wrap=True)
    for line in (shape["left_out_text"], shape["limits"], shape["method"]):
        console.print(line, style="dim", soft_wrap=True)


def _ranged(each: dict[str, Any]) -> str:
    if each["value"] is None:
        return "—"
    return "{value:.3f} ({p10:.3f}–{p90:.3f})".format(value=each["value"], **each["interval"])
