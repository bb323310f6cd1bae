"""``brm heat, coverage, assets, handover, changes``: the whole company's relationships at a glance."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from brm.cli.asking import ParametersOption
from brm.cli.saving import SvgOption, XlsxOption, saved
from brm.cli.session import Session, command
from brm.errors import InvalidInput

LEAST_SHOWN = 0.05
Limit = Annotated[int | None, typer.Option(help="Most rows; default all", show_default=False)]
Since = Annotated[str | None, typer.Option("--since", help="Day that changes count from", show_default=False)]
Owner = Annotated[str | None, typer.Option(help="Only accounts that this colleague owns", show_default=False)]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    _register_tables(app)
    _register_people(app)


def _register_tables(app: typer.Typer) -> None:
    @command(app, "heat")
    def heat(
        session: Session,
        owner: Owner = None,
        region: Annotated[str | None, typer.Option(help="Only this region", show_default=False)] = None,
        industry: Annotated[str | None, typer.Option(help="Only this industry", show_default=False)] = None,
        segment: Annotated[str | None, typer.Option(help="Only this segment", show_default=False)] = None,
        grade: Annotated[str | None, typer.Option(help="Only this grade", show_default=False)] = None,
        sort: Annotated[str, typer.Option(help="value, name, a kind, KIND.change, KIND.completeness; - greatest first")]
        = "-value",
        since: Since = None,
        limit: Limit = None,
        svg: SvgOption = None,
        xlsx: XlsxOption = None,
        parameters: ParametersOption = None,
    ) -> None:  # fmt: skip
        """How warm all accounts are: six relationships side by side, with their change."""
        from brm.pictures.heat import heat_svg
        from brm.pictures.heat_book import heat_xlsx
        from brm.services import heat as table
        from brm.services import rendering

        filters = table.Filters(owner=owner, region=region, industry=industry, segment=segment, grade=grade)
        found = table.page(
            session.under(parameters),
            session.principal,
            when=session.when,
            since=since,
            filters=filters,
            sort=sort,
            limit=limit,
        )
        shape, texts = rendering.heat({**found, "next": None}, session.texts), session.texts
        drawn = saved(session, svg, lambda: heat_svg(shape, texts))
        if not (saved(session, xlsx, lambda: heat_xlsx(shape, texts)) or drawn):
            session.output(shape, lambda shown: _print_heat(session, shown))

    @command(app, "coverage")
    def coverage(
        session: Session,
        account: Annotated[
            str | None, typer.Argument(help="Account; without one, the gaps of all by value", show_default=False)
        ] = None,
        owner: Owner = None,
        kind: Annotated[
            str | None, typer.Option(help="Only these gaps: cell, person, role or single", show_default=False)
        ] = None,
        limit: Limit = None,
        svg: SvgOption = None,
        xlsx: XlsxOption = None,
        parameters: ParametersOption = None,
    ) -> None:
        """Whom we reach: our people by theirs, departments by levels, and what is out of reach."""
        from brm.services import coverage as covering
        from brm.services import gap_list, rendering

        if account is not None:
            found = covering.coverage(session.under(parameters), session.principal, account, when=session.when)
            found["gaps"] = [rendering.gap(each, session.texts) for each in found["gaps"]]
            _show_coverage(session, found, svg, xlsx)
            return
        if svg or xlsx:
            raise InvalidInput("the list of gaps is no picture", remedy="name the account whose coverage is drawn")
        page = gap_list.page(
            session.under(parameters), session.principal, when=session.when, owner=owner, kind=kind, limit=limit
        )
        items = [rendering.gap(each, session.texts) for each in page["items"]]
        session.output({**page, "items": items, "next": None}, lambda shown: _print_gaps(session, shown["items"]))

    @command(app, "changes")
    def changes(
        session: Session,
        id_: Annotated[
            str | None, typer.Argument(metavar="ID", help="Account, deal, person or colleague", show_default=False)
        ] = None,
        since: Annotated[
            str | None, typer.Option("--from", help="Day to compare with; default a week before", show_default=False)
        ] = None,
        parameters: ParametersOption = None,
    ) -> None:
        """What changed since last week: scores with their causes, and new facts; without an ID, everywhere."""
        from brm.services import moving, rendering

        found = moving.moves(session.under(parameters), session.principal, id_, since=since, when=session.when)
        session.output(rendering.moves(found, session.texts), lambda shown: _print_moves(session, shown))


def _register_people(app: typer.Typer) -> None:
    @command(app, "assets")
    def assets(session: Session, limit: Limit = None, parameters: ParametersOption = None) -> None:
        """What each colleague's relationships are worth, and what hangs on one person."""
        from brm.services import assets as holding
        from brm.services import rendering

        found = holding.page(session.under(parameters), session.principal, when=session.when, limit=limit)
        shown = rendering.assets({**found, "next": None}, session.texts)
        session.output(shown, lambda each: _print_assets(session, each))

    @command(app, "handover")
    def handover(
        session: Session,
        person: Annotated[str, typer.Argument(metavar="PERSON", help="Colleague who leaves")],
        parameters: ParametersOption = None,
    ) -> None:
        """The plan for a colleague's ties when they leave, and what each account falls to."""
        from brm.services import assets as holding
        from brm.services import rendering

        found = holding.handover(session.under(parameters), session.principal, person, when=session.when)
        session.output(rendering.handover(found, session.texts), lambda shown: _print_handover(session, shown))


def _print_heat(session: Session, shape: dict[str, Any]) -> None:
    from brm.cli.tables import print_table

    texts = session.texts
    session.console.print(texts.text("heat.head", day=shape["as_of"], since=shape["since"]), soft_wrap=True)
    rows = [
        {
            "account": each["account"]["name"],
            "owner": each["owner"]["name"] if each["owner"] else None,
            "value": texts.money(float(each["value"]["amount"]), each["value"]["currency"]) if each["value"] else None,
            **{kind: _heat_cell(cell) for kind, cell in each["cells"].items()},
        }
        for each in shape["items"]
    ]
    titles = [texts.text("heat.account"), texts.text("heat.owner"), texts.text("heat.value")]
    titles += [texts.text(f"heat.kind.{kind}") for kind in shape["kinds"]]
    print_table(session.console, ("account", "owner", "value", *shape["kinds"]), rows, titles)
    session.console.print(texts.text("heat.total", total=shape["total"]), style="dim", soft_wrap=True)


def _heat_cell(cell: dict[str, Any] | None) -> str | None:
    """The score, an arrow and by how much it moved; ? where little is known."""
    if cell is None:
        return None
    thin = "?" if cell["completeness"] < 0.4 else ""
    change = cell["change"]
    moved = "" if change is None or abs(change) < LEAST_SHOWN else f" {'▲' if change > 0 else '▼'}{abs(change):.1f}"
    return f"{cell['score']:.0f}{thin}{moved}"


def _show_coverage(session: Session, shape: dict[str, Any], svg: str | None, xlsx: str | None) -> None:
    from brm.pictures.coverage import coverage_svg
    from brm.pictures.coverage_book import coverage_xlsx

    drawn = saved(session, svg, lambda: coverage_svg(shape, session.texts))
    if not (saved(session, xlsx, lambda: coverage_xlsx(shape, session.texts)) or drawn):
        session.output(shape, lambda shown: _print_coverage(session, shown))


def _print_coverage(session: Session, shape: dict[str, Any]) -> None:
    from brm.cli.tables import bold, print_table

    texts, ties = session.texts, {(each["colleague"], each["person"]): each["strength"] for each in shape["ties"]}
    session.console.print(bold(shape["account"]["name"], f" · {shape['as_of']}"), soft_wrap=True)
    colleagues = shape["colleagues"]
    rows = [
        {
            "person": f"{each['name']}" + (f" ({each['title']})" if each["title"] else ""),
            "influence": f"{each['influence']:.0%}",
            **{one["id"]: _tie(ties.get((one["id"], each["id"]))) for one in colleagues},
        }
        for each in shape["people"]
    ]
    titles = [texts.text("coverage.person"), texts.text("coverage.influence"), *(one["name"] for one in colleagues)]
    print_table(session.console, ("person", "influence", *(one["id"] for one in colleagues)), rows, titles)
    _print_grid(session, shape["grid"])
    _print_gaps(session, shape["gaps"])


def _tie(strength: float | None) -> str | None:
    return None if strength is None else f"{strength:.2f}"


def _print_grid(session: Session, grid: dict[str, Any]) -> None:
    """A department per row, a level per column: covered ●, out of reach ○, no seat blank."""
    from brm.cli.tables import print_table

    texts = session.texts
    cells = {(each["department"], each["level"]): each for each in grid["cells"]}
    rows = []
    for department in grid["departments"]:
        row: dict[str, Any] = {"department": department["name"]}
        for level in grid["levels"]:
            cell = cells.get((department["id"], level))
            row[str(level)] = (
                "" if cell is None else f"{'●' if cell['covered'] else '○'} {cell['people']}/{cell['seats']}"
            )
        rows.append(row)
    titles = [
        texts.text("coverage.department"),
        *(texts.text(f"level.{level or 'unknown'}") for level in grid["levels"]),
    ]
    session.console.print()
    print_table(session.console, ("department", *map(str, grid["levels"])), rows, titles)
    session.console.print(texts.text("coverage.legend"), style="dim", soft_wrap=True)


def _grid_cell(cell: dict[str, Any] | None) -> str:
    return "" if cell is None else f"{'●' if cell['covered'] else '○'} {cell['people']}/{cell['seats']}"


def _print_gaps(session: Session, items: list[dict[str, Any]]) -> None:
    from brm.cli.tables import bold

    texts = session.texts
    if not items:
        session.console.print(texts.text("gap.none"), soft_wrap=True)
    for each in items:
        value = texts.money(float(each["value"]["amount"]), each["value"]["currency"]) if each["value"] else ""
        assumed = texts.text("gap.assumed") if each["assumed"] and value else ""
        told = "".join(f" {part}" for part in (value, assumed) if part)
        session.console.print(bold(each["account"]["name"], f"{told} · {each['text']} {each['who']}"), soft_wrap=True)


def _worth(session: Session, worth: dict[str, Any]) -> str:
    if worth["unit"] == "accounts":
        return session.texts.text("assets.accounts", number=worth["value"])
    return session.texts.money(worth["value"], worth["unit"])


def _print_assets(session: Session, shape: dict[str, Any]) -> None:
    from brm.cli.tables import print_table

    texts = session.texts
    rows = [
        {
            "colleague": each["colleague"]["name"],
            "role": each["role"],
            "capital": _worth(session, each["capital"]),
            "alone": _worth(session, each["alone"]),
            "ties": f"{each['ties']} / {each['ties_alone']}",
            "dependence": f"{each['dependence']:.0%}" + (f" {each['account']['name']}" if each["account"] else ""),
            "rank": None if each["rank"] is None else "{position}/{of}".format(**each["rank"]),
            "complete": f"{each['completeness']:.0%}",
        }
        for each in shape["items"]
    ]
    names = ("colleague", "role", "capital", "alone", "ties", "dependence", "rank", "complete")
    print_table(session.console, names, rows, [texts.text(f"assets.{name}") for name in names])
    session.console.print(shape["notice"], style="dim", soft_wrap=True)


def _print_handover(session: Session, shape: dict[str, Any]) -> None:
    from brm.cli.tables import print_table

    texts = session.texts
    total = _worth(session, shape["worth"])
    head = texts.text("handover.head", colleague=shape["colleague"]["name"], number=len(shape["ties"]), worth=total)
    session.console.print(head, style="bold", soft_wrap=True)
    for each in shape["ties"]:
        where = f"{each['account']['name']} · {_worth(session, each['worth'])}"
        session.console.print(f"{where} · {each['text']}", soft_wrap=True)
    rows = [
        {
            "account": each["account"]["name"],
            "next_owner": each["next_owner"]["name"] if each["next_owner"] else None,
            **{kind: _fall(score) for kind, score in each["scores"].items()},
        }
        for each in shape["accounts"]
    ]
    if rows:
        kinds = [name for name in rows[0] if name not in ("account", "next_owner")]
        titles = [
            texts.text("heat.account"),
            texts.text("handover.next_owner"),
            *(texts.text(f"kind.{k}") for k in kinds),
        ]
        session.console.print()
        print_table(session.console, ("account", "next_owner", *kinds), rows, titles)
    session.console.print(shape["notice"], style="dim", soft_wrap=True)


def _fall(score: dict[str, Any]) -> str | None:
    if score["before"] is None or score["after"] is None:
        return None
    return f"{score['before']:.1f} → {score['after']:.1f}"


def _print_moves(session: Session, shape: dict[str, Any]) -> None:
    texts = session.texts
    name = shape["subject"]["name"] if shape["subject"] else texts.text("moves.everywhere")
    head = texts.text("moves.head", subject=name, start=shape["from"], end=shape["to"])
    session.console.print(head, style="bold", soft_wrap=True)
    for part in ("scores", "people", "deals"):
        for each in shape.get(part, ()):
            _print_move(session, each)
    for each in shape.get("accounts", ()):
        moved = [
            f"{texts.text(f'heat.kind.{kind}')} {cell['after']:.0f} ({cell['total']:+.1f})"
            for kind, cell in each["cells"].items()
            if cell is not None and abs(cell["total"]) >= LEAST_SHOWN
        ]
        session.console.print(" · ".join([each["account"]["name"], *moved]), soft_wrap=True)
    for each in shape.get("colleagues", ()):
        capital = each["capital"]
        before, after = (_worth(session, {"value": capital[k], "unit": capital["unit"]}) for k in ("before", "after"))
        line = texts.text("moves.capital", colleague=each["colleague"]["name"], before=before, after=after)
        session.console.print(line, soft_wrap=True)
    for each in shape["facts"]:
        session.console.print(each["text"], style="dim", soft_wrap=True)


def _print_move(session: Session, each: dict[str, Any]) -> None:
    texts = session.texts
    if each["total"] is None:
        return
    kind = texts.text(f"kind.{each['kind']}")
    parts = sorted(each["parts"], key=lambda part: -abs(part["effect"]))
    named = [f"{part['text']} {part['effect']:+.1f}" for part in parts if abs(part["effect"]) >= LEAST_SHOWN]
    where = "" if each["scope"]["id"] == each["subject"]["id"] else f" ({each['scope']['name']})"
    line = f"{kind} {each['subject']['name']}{where} {each['before']:.1f} → {each['after']:.1f}"
    session.console.print(" · ".join([line, *named]), soft_wrap=True)
