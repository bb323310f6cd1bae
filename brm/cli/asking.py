"""``brm score, explain, findings, path, map``: what the graph says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from brm.cli.saving import SvgOption, XlsxOption, saved
from brm.cli.session import Session, command

if TYPE_CHECKING:
    from rich.tree import Tree

    from brm.services.workspace import Workspace

SMALLEST_SHOWN = 0.05
BARS = "▁▂▃▄▅▆▇█"
Vendor = Annotated[str | None, typer.Option(help="Vendor; default us, for competitor all rivals", show_default=False)]
ScopeOption = Annotated[str | None, typer.Option(help="Account or opportunity", show_default=False)]
ParametersOption = Annotated[
    str | None,
    typer.Option("--parameters", help="Version of the parameters; default the active one", show_default=False),
]
KINDS = "key_person, decision_chain, customer, employee, our_company, competitor or likelihood"
KindArgument = Annotated[str, typer.Argument(help=KINDS)]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    _register_scores(app)
    _register_advice(app)


def _register_scores(app: typer.Typer) -> None:
    @command(app, "score")
    def score(
        session: Session,
        kind: KindArgument,
        ids: Annotated[
            list[str] | None, typer.Argument(help="People, accounts or opportunities", show_default=False)
        ] = None,
        everything: Annotated[bool, typer.Option("--all", help="Every subject")] = False,
        vendor: Vendor = None,
        scope: ScopeOption = None,
        parameters: ParametersOption = None,
        limit: Annotated[int | None, typer.Option(help="Most rows; default all", show_default=False)] = None,
    ) -> None:
        """Score people, accounts or opportunities, best first."""
        from brm.errors import InvalidInput
        from brm.services import rendering, scores

        if not ids and not everything and scope is None:
            raise InvalidInput("nothing to score is named", remedy="name ids, or use --all")
        workspace = session.under(parameters)
        found = scores.score(
            workspace, session.principal, kind, ids or (), vendor=vendor, scope=scope, when=session.when
        )
        shapes = [rendering.score(each, session.texts) for each in scores.shapes(workspace, found, limit)]
        session.items(shapes, lambda items: _print_scores(session, items))

    @command(app, "explain")
    def explain(
        session: Session,
        kind: KindArgument,
        id_: Annotated[str, typer.Argument(metavar="ID")],
        vendor: Vendor = None,
        scope: ScopeOption = None,
        parameters: ParametersOption = None,
        change: Annotated[bool, typer.Option(help="Why it moved over the last 30 and 90 days")] = True,
    ) -> None:
        """Explain one score: what adds up to it, from which evidence, and why it moved."""
        from brm.guidance import engine
        from brm.services import rendering

        shape = engine.explain(
            session.under(parameters),
            session.principal,
            kind,
            id_,
            vendor=vendor,
            scope=scope,
            when=session.when,
            change=change,
        )
        session.output(rendering.score(shape, session.texts), lambda shown: print_explanation(session, shown))

    @command(app, "trend")
    def trend(
        session: Session,
        kind: KindArgument,
        id_: Annotated[str | None, typer.Argument(metavar="ID", show_default=False)] = None,
        everything: Annotated[bool, typer.Option("--all", help="Every subject")] = False,
        vendor: Vendor = None,
        scope: ScopeOption = None,
        parameters: ParametersOption = None,
        weeks: Annotated[int, typer.Option(help="How many weeks back")] = 12,
        limit: Annotated[int | None, typer.Option(help="With --all: most rows", show_default=False)] = None,
        moves: Annotated[int, typer.Option(help="Of a likelihood: weeks marked with what moved it, 0 to 5")] = 5,
        svg: SvgOption = None,
        xlsx: XlsxOption = None,
    ) -> None:
        """One score week by week, or those of all, read against the Reference of the last day."""
        from brm.errors import InvalidInput
        from brm.pictures.one_line import series_svg
        from brm.pictures.trend_book import trend_xlsx
        from brm.services import changing, deal_rendering

        if id_ is None or everything:
            if id_ is not None or not everything or scope is not None or svg is not None:
                raise InvalidInput("a trend is of one id, or of all", remedy="name an id, or use --all alone")
            _show_all_trends(session, session.under(parameters), kind, vendor, (weeks, limit), xlsx)
            return
        found = changing.series(
            session.under(parameters), session.principal, kind, id_, vendor=vendor, scope=scope, weeks=weeks,
            moves=moves, when=session.when,
        )  # fmt: skip
        shape = deal_rendering.series(found, session.texts)
        drawn = saved(session, svg, lambda: series_svg(shape, session.texts))
        if not (saved(session, xlsx, lambda: trend_xlsx(shape, session.texts)) or drawn):
            session.output(shape, lambda shown: print_trend(session, shown))


def _register_advice(app: typer.Typer) -> None:
    @command(app, "findings")
    def findings(
        session: Session,
        id_: Annotated[str, typer.Argument(metavar="ID", help="Person, account or opportunity")],
    ) -> None:
        """What needs attention there, and what to do about it."""
        from brm.guidance import engine
        from brm.services import rendering

        found = engine.findings(session.workspace, session.principal, id_, when=session.when)
        shapes = [rendering.finding(each, session.texts) for each in found]
        session.items(shapes, lambda items: print_findings(session, items))

    @command(app, "path")
    def path(
        session: Session,
        to: Annotated[str, typer.Argument(metavar="TO", help="Person to reach")],
        start: Annotated[
            str | None, typer.Option("--from", help="One of ours; default anybody", show_default=False)
        ] = None,
        max_hops: Annotated[int, typer.Option(help="Longest path")] = 4,
    ) -> None:
        """Who of ours reaches this person, and how."""
        from brm.services import paths, rendering

        found = paths.paths(session.workspace, session.principal, to, start=start, max_hops=max_hops, when=session.when)
        found["items"] = [rendering.path_item(each, session.texts) for each in found["items"]]
        session.output(found, lambda shown: _print_paths(session, shown))

    @command(app, "map")
    def map_(
        session: Session,
        id_: Annotated[str, typer.Argument(metavar="ID", help="Account or opportunity")],
        svg: SvgOption = None,
    ) -> None:
        """The decision chain as a tree, or drawn as an organisation chart."""
        from brm.guidance.chain_map import chain_map
        from brm.pictures.chain import chain_svg

        shape = chain_map(session.workspace, session.principal, id_, when=session.when)
        if not saved(session, svg, lambda: chain_svg(shape, session.texts)):
            session.output(shape, lambda shown: print_map(session, shown))


def _print_scores(session: Session, items: list[dict[str, Any]]) -> None:
    from brm.cli.tables import print_table

    if not items:
        session.console.print(session.texts.text("cli.nothing_found"))
        return
    rows = [
        {
            "subject": each["subject"]["name"],
            "id": each["subject"]["id"],
            **({"scope": each["scope"]["name"]} if each["scope"]["id"] != each["subject"]["id"] else {}),
            **({"vendor": each["vendor"]["name"]} if each["kind"] == "competitor" else {}),
            **(_likely(each) if each["link"] == "logit" else _scored(each, session)),
            "complete": f"{each['completeness']:.0%}",
        }
        for each in items
    ]
    print_table(session.console, tuple(rows[0]), rows)


def _scored(each: dict[str, Any], session: Session) -> dict[str, Any]:
    return {
        "score": each["score"],
        "p10–p90": None if each["score"] is None else "{p10:.0f}–{p90:.0f}".format(**each["interval"]),
        "band": None if each["band"] is None else session.texts.text(f"band.{each['band']}"),
    }


def _likely(each: dict[str, Any]) -> dict[str, Any]:
    return {
        "likelihood": f"{each['raw']:.1%}",
        "p10–p90": "{p10:.0%}–{p90:.0%}".format(**each["interval"]),
        "shown": None if each["gated"] is None else f"{each['gated']:.1%}",
    }


def print_explanation(session: Session, shape: dict[str, Any]) -> None:
    """A score, the parts that add up to it, and how sure it is."""
    from rich.table import Table

    from brm.cli.dealing import print_likelihood

    if shape["link"] == "logit":
        print_likelihood(session, shape)
        print_changes(session, shape)
        return
    texts = session.texts
    kind = texts.text(f"kind.{shape['kind']}")
    headline = texts.text("score.headline", kind=kind, subject=shape["subject"]["name"], vendor=shape["vendor"]["name"])
    session.console.print(headline, style="bold", soft_wrap=True)
    if shape["score"] is None:
        session.console.print(texts.text("score.unstated", completeness=shape["completeness"]), soft_wrap=True)
        session.console.print(shape["notice"], soft_wrap=True)
        return
    value = texts.text(
        "score.value", score=shape["score"], band=texts.text(f"band.{shape['band']}"), day=shape["as_of"],
        completeness=shape["completeness"], **shape["interval"],
    )  # fmt: skip
    session.console.print(value, soft_wrap=True)
    if shape.get("gap") is not None:
        session.console.print(texts.text("score.gap", gap=shape["gap"]), soft_wrap=True)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(texts.text("score.contributions"), overflow="fold")
    table.add_column(texts.text("score.effect"), justify="right")
    table.add_row(texts.text("score.base"), f"{shape['base']:.1f}")
    for each in sorted(shape["contributions"], key=lambda c: -abs(c["effect"])):
        table.add_row(each["text"], _points(each["effect"]))
    table.add_row(texts.text("score.total"), f"{shape['score']:.1f}", style="bold")
    session.console.print(table)
    print_changes(session, shape)
    if "notice" in shape:
        session.console.print(shape["notice"], style="dim", soft_wrap=True)


def print_changes(session: Session, shape: dict[str, Any]) -> None:
    """Since when the score moved by how much, and through what; causes without effect are left out."""
    texts = session.texts
    for change in shape.get("changes", ()):
        parts = sorted(change["parts"], key=lambda part: -abs(part["effect"]))
        named = [f"{part['text']} {_points(part['effect'])}" for part in parts if abs(part["effect"]) >= SMALLEST_SHOWN]
        total = change["total"] if abs(change["total"]) >= SMALLEST_SHOWN else 0.0
        line = texts.text("change.since", day=change["since"], total=total)
        session.console.print(" · ".join([line, *named]), soft_wrap=True)


def _show_all_trends(
    session: Session, workspace: Workspace, kind: str, vendor: str | None, size: tuple[int, int | None],
    xlsx: str | None,
) -> None:  # fmt: skip
    """A line per subject: its scores as bars, the last one, and since when it has been in its band."""
    from brm.pictures.trend_book import trends_xlsx
    from brm.services import rendering, trends

    weeks, limit = size
    found = trends.all_series(
        workspace, session.principal, kind, vendor=vendor, weeks=weeks, when=session.when, limit=limit
    )
    items = [rendering.series(each, session.texts) for each in found["items"]]
    shape = {**found, "items": items, "next": None}
    if not saved(session, xlsx, lambda: trends_xlsx(shape, session.texts)):
        session.output(shape, lambda shown: _print_all_trends(session, shown))


def _print_all_trends(session: Session, shape: dict[str, Any]) -> None:
    from brm.cli.tables import print_table

    texts, points = session.texts, 100 if shape["link"] == "logit" else 1
    rows = [
        {
            "subject": each["subject"]["name"],
            "scope": each["scope"]["name"] if each["scope"]["id"] != each["subject"]["id"] else None,
            "weeks": "".join(" " if one is None else BARS[min(int(points * one / 12.5), 7)] for one in each["scores"]),
            "score": points * each["scores"][-1],
            "band": _since(session, each["periods"]),
        }
        for each in shape["items"]
    ]
    titles = [texts.text(f"trend.{name}") for name in ("subject", "scope", "weeks", "score", "band")]
    print_table(session.console, ("subject", "scope", "weeks", "score", "band"), rows, titles)


def _since(session: Session, periods: list[dict[str, Any]]) -> str | None:
    if not periods:
        return None
    last = periods[-1]
    return session.texts.text("trend.since", band=session.texts.text(f"band.{last['band']}"), day=last["from"])


def print_trend(session: Session, shape: dict[str, Any]) -> None:
    """A line per week with a bar as long as the score; of a likelihood, the weeks in which it moved most."""
    from brm.cli.moving import print_moves
    from brm.cli.tables import print_table

    percent = 100 if shape["link"] == "logit" else 1
    rows = [
        {
            "week": each["as_of"],
            "score": None if each["score"] is None else percent * each["score"],
            "": "" if each["score"] is None else "█" * round(percent * each["score"] / 2),
            "complete": None if each["completeness"] is None else f"{each['completeness']:.0%}",
        }
        for each in shape["items"]
    ]
    kind = session.texts.text(f"kind.{shape['kind']}")
    headline = {"kind": kind, "subject": shape["subject"]["name"], "vendor": shape["vendor"]["name"]}
    session.console.print(session.texts.text("score.headline", **headline), style="bold", soft_wrap=True)
    print_table(session.console, tuple(rows[0]), rows)
    if since := _since(session, shape["periods"]):
        session.console.print(since, soft_wrap=True)
    print_moves(session, shape.get("moves", []))


def _points(effect: float) -> str:
    return "0.0" if abs(effect) < SMALLEST_SHOWN else f"{effect:+.1f}".replace("-", "−")


def print_findings(session: Session, items: list[dict[str, Any]]) -> None:
    """Findings with reason, advice, owner, due day, way in and expected effect."""
    from brm.cli.tables import bold

    texts = session.texts
    if not items:
        session.console.print(texts.text("cli.nothing_found"))
    for each in items:
        advice = each["advice"]
        severity = texts.text(f"severity.{each['severity']}")
        session.console.print(bold(f"● {each['title']}", f" · {severity}"), soft_wrap=True)
        session.console.print(f"  {each['why']}", soft_wrap=True)
        owner = advice["owner"]["name"] if advice["owner"] else "—"
        line = texts.text("advice.line", ask=advice["text"], owner=owner, due=advice["due"])
        session.console.print(f"  → {line}", soft_wrap=True)
        if advice["path"]:
            session.console.print(f"  {texts.text('advice.route', route=advice['path']['text'])}", soft_wrap=True)
        effect = advice["effect"]
        if effect:
            words = {**effect, "kind": texts.text(f"kind.{effect['kind']}")}
            session.console.print(f"  {texts.text('advice.effect', **words)}", soft_wrap=True)
        else:
            session.console.print(f"  {texts.text('advice.no_effect')}", soft_wrap=True)


def _print_paths(session: Session, shape: dict[str, Any]) -> None:
    texts, target = session.texts, shape["target"]["name"]
    if not shape["items"]:
        session.console.print(texts.text("path.none", target=target, hops=shape["max_hops"]))
        return
    session.console.print(texts.text("path.headline", target=target), style="bold")
    for item in shape["items"]:
        strength = texts.text("path.strength", strength=item["strength"])
        session.console.print(f"{item['text']} · {strength}", soft_wrap=True)
        session.console.print(f"  {' · '.join(hop['text'] for hop in item['hops'])}", soft_wrap=True)
        session.console.print(f"  → {item['ask']}", soft_wrap=True)


def print_map(session: Session, shape: dict[str, Any]) -> None:
    """The tree of people, each with title, roles, influence and stance."""
    from rich.tree import Tree

    from brm.cli.tables import bold

    tree = Tree(bold(shape["subject"]["name"]), guide_style="dim")
    for person in shape["people"]:
        _branch(session, tree, person)
    session.console.print(tree, soft_wrap=True)
    if shape["missing_roles"]:
        roles = ", ".join(session.texts.word("buying_role", role) for role in shape["missing_roles"])
        session.console.print(session.texts.text("map.roles", roles=roles))


def _branch(session: Session, tree: Tree, person: dict[str, Any]) -> None:
    texts = session.texts
    roles = "/".join(texts.word("buying_role", role) for role in person["roles"])
    stance, title = person["stance"], f" ({person['title']})" if person["title"] else ""
    parts = [
        f"{person['name']}{title}",
        roles,
        texts.text("map.influence", influence=person["influence"]),
        texts.text("map.unknown") if stance is None else texts.text("map.stance", stance=stance),
        texts.text("map.cycle") if person["cycle"] else "",
    ]
    branch = tree.add(" · ".join(part for part in parts if part))
    for report in person["reports"]:
        _branch(session, branch, report)
