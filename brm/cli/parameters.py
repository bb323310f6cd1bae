"""``brm params``: the versions of the parameters, what a change would do, how far rankings depend on them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from brm.cli.session import Session, command

MOST_IMPORTANT = 3
"""How many parameters of each kind a sensitivity report shows."""
Values = Annotated[list[str] | None, typer.Argument(metavar="KEY=VALUE", help="E.g. tie.video=1.5", show_default=False)]
File = Annotated[Path | None, typer.Option(help="TOML file with values, like BRM_PARAMS", show_default=False)]
Base = Annotated[
    str | None, typer.Option(help="Version that the values are replaced in; default the active one", show_default=False)
]
Kinds = Annotated[
    list[str] | None,
    typer.Option("--kind", help="Rank the subjects of this score; default accounts by all six", show_default=False),
]
Note = Annotated[str | None, typer.Option(help="What it is for", show_default=False)]
HEAD = ("version", "active", "changed", "base", "author", "created_at", "note")
DESCRIBED = ("name", "value", "default", "range", "unit", "evidence", "source", "doc")
MOVER = ("name", "scope", "rank", "score", "band")
VARIED = ("name", "value", "tau", "spearman", "top", "move", "shift")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="The parameters of scores and rules, by version.", no_args_is_help=True)
    app.add_typer(group, name="params")
    _register_reading(group)
    _register_trying(group)
    _register_changing(group)


def _register_reading(group: typer.Typer) -> None:
    @command(group, "list")
    def list_(session: Session) -> None:
        """All versions, and which one scores are computed with."""
        from brm.cli.tables import print_table
        from brm.services import parameters

        def show(items: list[dict[str, Any]]) -> None:
            rows = [{**each, "active": "✓" if each["active"] else ""} for each in items]
            print_table(session.console, HEAD, rows, _titles(session, HEAD))

        session.items(parameters.listed(session.workspace, session.principal), show)

    @command(group, "history")
    def history(session: Session) -> None:
        """Who activated which version when, the last first."""
        from brm.cli.tables import print_table
        from brm.services import parameters

        columns = ("at", "version", "actor", "note")
        items = parameters.history(session.workspace, session.principal)
        session.items(items, lambda rows: print_table(session.console, columns, rows, _titles(session, columns)))

    @command(group, "show")
    def show(
        session: Session,
        version: Annotated[str | None, typer.Argument(help="Default the active one", show_default=False)] = None,
        changed: Annotated[bool, typer.Option("--changed", help="Only those that differ from the defaults")] = False,
    ) -> None:
        """Each parameter of a version: value, default, unit, range, source and kind of evidence."""
        from brm.services import parameters

        found = parameters.shown(session.workspace, session.principal, version, changed=changed)
        session.output(found, lambda shape: _print_version(session, shape))

    @command(group, "diff")
    def diff(
        session: Session,
        first: Annotated[str, typer.Argument(metavar="A", help="Version")],
        second: Annotated[str, typer.Argument(metavar="B", help="Version")],
    ) -> None:
        """The parameters in which two versions differ."""
        from brm.services import parameters

        found = parameters.difference(session.workspace, session.principal, first, second)
        session.output(found, lambda shape: _print_differences(session, shape["items"]))


def _register_trying(group: typer.Typer) -> None:
    @command(group, "try")
    def try_(
        session: Session,
        values: Values = None,
        file: File = None,
        base: Base = None,
        kind: Kinds = None,
        limit: Annotated[int, typer.Option(help="Most movers shown of each kind")] = 5,
    ) -> None:
        """Rankings and scores before and after a change; nothing is written."""
        from brm.services import telling, trying

        found = trying.attempt(
            session.workspace, session.principal, _given(values, file), base=base, kinds=kind or (), most=limit,
            when=session.when,
        )  # fmt: skip
        session.output(telling.trial(found, session.texts), lambda shape: _print_trial(session, shape))

    @command(group, "sensitivity")
    def sensitivity(
        session: Session,
        kind: Kinds = None,
        base: Annotated[
            str | None, typer.Option(help="Version that is varied; default the active one", show_default=False)
        ] = None,
    ) -> None:
        """How far each ranking holds when each susceptibility and weight is halved or raised by half."""
        from brm.services import telling, trying

        with _progress(session) as advance:
            found = trying.robustness(
                session.workspace, session.principal, base=base, kinds=kind or (), when=session.when, advance=advance
            )
        session.output(telling.robustness(found, session.texts), lambda shape: _print_robustness(session, shape))


def _register_changing(group: typer.Typer) -> None:
    @command(group, "save")
    def save(
        session: Session,
        values: Values = None,
        file: File = None,
        base: Base = None,
        note: Note = None,
    ) -> None:
        """Save a version with some values replaced; scores stay as they are until it is activated."""
        from brm.services import parameters

        given = _given(values, file)
        found = parameters.save(session.workspace, session.principal, given, base=base, note=note)
        session.output(
            found,
            lambda shape: session.console.print(session.texts.text("params.saved", **_words(shape)), soft_wrap=True),
        )

    @command(group, "activate")
    def activate(
        session: Session,
        version: Annotated[str, typer.Argument(help="Version, an earlier one too")],
        note: Annotated[str | None, typer.Option(help="Why", show_default=False)] = None,
    ) -> None:
        """Compute all scores with this version from now on."""
        from brm.services import parameters

        found = parameters.activate(session.workspace, session.principal, version, note=note)
        session.output(
            found,
            lambda shape: session.console.print(
                session.texts.text("params.activated", **_words(shape)), soft_wrap=True
            ),
        )


def _given(values: list[str] | None, file: Path | None) -> dict[str, Any]:
    """The values of a file, then those given one by one."""
    from brm.errors import InvalidInput
    from brm.services.parameter_sets import file_values

    given = {} if file is None else file_values(file)
    for each in values or ():
        name, equals, text = each.partition("=")
        if not equals or not name or not text:
            raise InvalidInput(f"{each!r} is not KEY=VALUE", remedy="write e.g. tie.video=1.5", field="values")
        given[name.strip()] = _value(text.strip())
    if not given:
        raise InvalidInput("no value is given", remedy="name KEY=VALUE, or a file with --file", field="values")
    return given


def _value(text: str) -> Any:
    """A number where it is one, several words where it has commas, else the text."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return [part.strip() for part in text.split(",")] if "," in text else text


def _titles(session: Session, columns: tuple[str, ...]) -> list[str]:
    return [session.texts.text(f"params.column.{each}") for each in columns]


def _print_version(session: Session, shape: dict[str, Any]) -> None:
    from brm.cli.tables import print_table

    texts = session.texts
    state = texts.text("params.is_active") if shape["active"] else texts.text("params.is_not_active")
    session.console.print(texts.text("params.head", state=state, **_words(shape)), soft_wrap=True)
    if shape["note"]:
        session.console.print(shape["note"], soft_wrap=True, markup=False)
    if shape["digest_saved"] not in (None, shape["digest"]):
        session.console.print(texts.text("params.drifted"), soft_wrap=True)
    rows = [
        {
            **each,
            "value": _number(each["value"]),
            "default": _number(each["default"]),
            "range": "" if each["low"] is None else f"{each['low']:g}–{each['high']:g}",
        }
        for each in shape["items"]
    ]
    if rows:
        print_table(session.console, DESCRIBED, rows, _titles(session, DESCRIBED))


def _number(value: Any) -> str:
    """A value as people write it."""
    return ", ".join(value) if isinstance(value, list) else f"{value:g}" if isinstance(value, float) else str(value)


def _print_differences(session: Session, items: list[dict[str, Any]]) -> None:
    from brm.cli.tables import print_table

    if not items:
        session.console.print(session.texts.text("params.same"))
        return
    columns = ("name", "before", "after", "unit", "doc")
    rows = [{**each, "before": _number(each["before"]), "after": _number(each["after"])} for each in items]
    print_table(session.console, columns, rows, _titles(session, columns))


def _print_trial(session: Session, shape: dict[str, Any]) -> None:
    from brm.cli.tables import print_table

    texts, console = session.texts, session.console
    version, day = shape["parameters"]["version"], shape["as_of"]
    console.print(texts.text("params.trial", version=version, day=day), soft_wrap=True)
    _print_differences(session, shape["changes"])
    _print_ranked(session, shape)
    for each in shape["kinds"]:
        console.print(f"\n{each['text']}", style="bold", soft_wrap=True)
        for crossed in each["bands"]:
            ends = {end: texts.text(f"band.{crossed[end]}") for end in ("from", "to")}
            console.print(texts.text("params.crossed", number=crossed["number"], old=ends["from"], new=ends["to"]))
        if each["items"]:
            rows = [_mover(session, item) for item in each["items"]]
            print_table(console, MOVER, rows, _titles(session, MOVER))
        if "notice" in each:
            console.print(each["notice"], style="dim", soft_wrap=True)
    console.print(f"\n{texts.text('params.nothing_written')}", style="dim", soft_wrap=True)


def _print_ranked(session: Session, shape: dict[str, Any]) -> None:
    if shape["ranked"] == "accounts":
        session.console.print(session.texts.text("params.accounts"), style="dim", soft_wrap=True)


def _mover(session: Session, item: dict[str, Any]) -> dict[str, Any]:
    old, new = item["before"], item["after"]
    bands = [session.texts.text(f"band.{end['band']}") for end in (old, new) if end["band"]]
    others = [item["vendor"]["name"]] if item["vendor"] and item["vendor"]["id"] != "us" else []
    named = [*others, *([] if item["scope"]["id"] == item["subject"]["id"] else [item["scope"]["name"]])]
    return {
        "name": item["subject"]["name"],
        "scope": " · ".join(named),
        "rank": f"{old['rank']} → {new['rank']}",
        "score": f"{old['score']:.1f} → {new['score']:.1f}",
        "band": " → ".join(dict.fromkeys(bands)) or None,
    }


def _print_robustness(session: Session, shape: dict[str, Any]) -> None:
    from brm.cli.tables import print_table

    texts, console = session.texts, session.console
    version, day = shape["parameters"]["version"], shape["as_of"]
    console.print(texts.text("params.sensitivity", version=version, day=day), soft_wrap=True)
    _print_ranked(session, shape)
    for each in shape["kinds"]:
        console.print(f"\n{each['text']}", style="bold", soft_wrap=True)
        rows = [
            {
                "name": item["parameter"],
                "value": f"{item['value']:g} (×{item['factor']:g})",
                "tau": "—" if item["tau"] is None else f"{item['tau']:.3f}",
                "spearman": "—" if item["spearman"] is None else f"{item['spearman']:.3f}",
                "top": f"{item['top']}/{item['of']}",
                "move": item["move"],
                "shift": item["shift"],
            }
            for item in each["items"][:MOST_IMPORTANT]
        ]
        print_table(console, VARIED, rows, _titles(session, VARIED))
    console.print(f"\n{shape['method']}", style="dim", soft_wrap=True)


def _words(shape: dict[str, Any]) -> dict[str, Any]:
    return {"version": shape["version"], "digest": shape["digest"][:12], "changed": shape["changed"]}


@contextmanager
def _progress(session: Session) -> Iterator[Any]:
    if session.as_json or not session.diagnostics.is_terminal:
        yield None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=session.diagnostics, transient=True) as bar:
        task = bar.add_task(session.texts.text("params.varying"), total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)
