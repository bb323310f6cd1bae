"""``brm accounts, grade, segments``: who the customers are, and what the value hangs on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from brm.cli.asking import ParametersOption
from brm.cli.session import Session, command

if TYPE_CHECKING:
    from brm.i18n import Catalogue

FocusOption = Annotated[
    str | None, typer.Option("--focus", help="Focus profile to grade by; default the active one", show_default=False)
]
Limit = Annotated[int | None, typer.Option(help="Most rows; default all", show_default=False)]
COLUMNS = ("account", "segment", "grade", "recorded", "score", "lifecycle", "list", "value")
PARTS = ("part", "value", "prior", "known", "effect", "text")
SHARES = ("accounts", "value", "share", "in_most", "gini")


def register(app: typer.Typer) -> None:
    """Add the commands."""

    @command(app, "accounts")
    def accounts(
        session: Session,
        segment: Annotated[str | None, typer.Option(help="Only this segment", show_default=False)] = None,
        list_: Annotated[
            str | None, typer.Option("--list", help="Only to win, keep, develop or release", show_default=False)
        ] = None,
        grade: Annotated[str | None, typer.Option(help="Only this grade", show_default=False)] = None,
        lifecycle: Annotated[
            str | None, typer.Option(help="Only those that stand there in their life with us", show_default=False)
        ] = None,
        owner: Annotated[
            str | None, typer.Option(help="Only accounts that this colleague owns", show_default=False)
        ] = None,
        sort: Annotated[str, typer.Option(help="-value, -score or name")] = "-value",
        focus: FocusOption = None,
        limit: Limit = None,
        parameters: ParametersOption = None,
    ) -> None:
        """All customers with grade, lifecycle, list and value, the most valuable first."""
        from brm.services import customer_telling
        from brm.services import customers as listing

        workspace = session.under(parameters)
        filters = listing.Filters(segment=segment, list=list_, grade=grade, lifecycle=lifecycle, owner=owner)
        found = listing.page(
            workspace, session.principal, when=session.when, filters=filters, focus=focus, sort=sort, limit=limit
        )
        shape = customer_telling.customers(
            {**found, "next": None}, session.texts, workspace.parameters.employee.currency
        )
        session.output(shape, lambda shown: _print_accounts(session, shown, why=list_ is not None))

    @command(app, "grade")
    def grade_(
        session: Session,
        id_: Annotated[str, typer.Argument(metavar="ID", help="Account")],
        focus: FocusOption = None,
        parameters: ParametersOption = None,
    ) -> None:
        """Who one customer is: its grade and why, what it may have, how far the next grade is, its life with us."""
        from brm.services import customer_telling, grading

        workspace = session.under(parameters)
        found = grading.grade(workspace, session.principal, id_, focus=focus, when=session.when)
        shape = customer_telling.grade(found, session.texts, workspace.parameters.employee.currency)
        session.output(shape, lambda shown: _print_grade(session, shown))

    @command(app, "segments")
    def segments(
        session: Session, focus: FocusOption = None, limit: Limit = None, parameters: ParametersOption = None
    ) -> None:
        """Eighty of twenty: which few accounts bring most of the value, by segment and grade."""
        from brm.services import customer_telling
        from brm.services import segments as spreading

        workspace = session.under(parameters)
        found = spreading.segments(workspace, session.principal, focus=focus, when=session.when, limit=limit)
        shape = customer_telling.concentration(
            {**found, "next": None}, session.texts, workspace.parameters.employee.currency
        )
        session.output(shape, lambda shown: _print_segments(session, shown))


def titles(texts: Catalogue, columns: tuple[str, ...]) -> list[str]:
    """The headings of a table about customers."""
    return [texts.text(f"customers.column.{each}") for each in columns]


def _head(session: Session, shape: dict[str, Any]) -> None:
    texts = session.texts
    basis = texts.text(f"value.basis.{shape['basis']}")
    line = texts.text("customers.head", day=shape["as_of"], focus=shape["focus"]["label"], basis=basis)
    session.console.print(line, soft_wrap=True)


def _print_accounts(session: Session, shape: dict[str, Any], *, why: bool) -> None:
    from brm.cli.tables import print_table
    from brm.services.customer_telling import grade_word

    texts = session.texts
    _head(session, shape)
    rows = [
        {
            "account": each["account"]["name"],
            "segment": each["segment"],
            "grade": grade_word(each["grade"], texts),
            "recorded": grade_word(each["recorded_grade"], texts),
            "score": each["score"],
            "lifecycle": texts.word("lifecycle", each["lifecycle"]),
            "list": None if each["list"] is None else texts.text(f"list.{each['list']}"),
            "value": texts.amount(each["value"]),
            "why": texts.text("customers.comma").join(reason["text"] for reason in each["why"]),
        }
        for each in shape["items"]
    ]
    columns = (*(each for each in COLUMNS if not (why and each in ("recorded", "list"))), *(("why",) if why else ()))
    print_table(session.console, columns, rows, titles(texts, columns))
    numbers = {each["list"]: each["number"] for each in shape["lists"]}
    session.console.print(texts.text("customers.total", total=shape["total"], **numbers), style="dim", soft_wrap=True)


def _print_grade(session: Session, shape: dict[str, Any]) -> None:
    from brm.cli.tables import bold
    from brm.services.customer_telling import grade_word

    texts, out = session.texts, session.console
    out.print(bold(shape["account"]["name"], f" · {shape['as_of']} · {shape['focus']['label']}"), soft_wrap=True)
    told = texts.text(
        "grade.head",
        grade=grade_word(shape["grade"], texts),
        score=shape["score"],
        low=shape["interval"]["p10"],
        high=shape["interval"]["p90"],
        completeness=shape["completeness"],
        recorded=grade_word(shape["recorded_grade"], texts),
    )
    out.print(told, soft_wrap=True)
    _print_parts(session, shape)
    _print_rules(session, shape)
    _print_next(session, shape)
    _print_life(session, shape)


def _print_parts(session: Session, shape: dict[str, Any]) -> None:
    from brm.cli.tables import print_table

    texts = session.texts
    rows = [{"part": texts.text("grade.base"), "effect": f"{shape['base']:.1f}"}]
    rows += [
        {
            "part": each["label"],
            "value": f"{each['value']:.2f}",
            "prior": f"{each['prior']:.2f}",
            "known": f"{each['known']:.0%}",
            "effect": texts.text("focus.effect", effect=each["effect"]),
            "text": each["text"],
        }
        for each in shape["contributions"]
    ]
    print_table(session.console, PARTS, rows, titles(texts, PARTS))


def _rule(session: Session, shape: dict[str, Any], rule: str, value: float | None) -> str:
    """A number of an entry rule: money, or opportunities."""
    if value is None:
        return session.texts.text("grade.told.unknown")
    return f"{value:.0f}" if rule == "leads" else session.texts.money(value, shape["currency"])


def _print_rules(session: Session, shape: dict[str, Any]) -> None:
    from brm.services.customer_telling import grade_word

    texts, out = session.texts, session.console
    for each in shape["entry"]:
        needed, have = (_rule(session, shape, each["rule"], each[name]) for name in ("needed", "have"))
        name = texts.text(f"grade.entry.{each['rule']}")
        mark = "✓" if each["met"] else "✗"
        told = {"grade": grade_word(each["grade"], texts), "rule": name, "needed": needed}
        known = each["have"] is not None
        line = texts.text("grade.rule", have=have, **told) if known else texts.text("grade.rule_unknown", **told)
        out.print(f"{mark} {line}", soft_wrap=True)
    out.print(texts.text("grade.entitled", **shape["entitlements"]), soft_wrap=True)


def _print_next(session: Session, shape: dict[str, Any]) -> None:
    from brm.services.customer_telling import grade_word

    texts, out, far = session.texts, session.console, shape["next"]
    if far is None:
        out.print(texts.text("grade.highest"), soft_wrap=True)
        return
    out.print(texts.text("grade.next", grade=grade_word(far["grade"], texts), points=far["points"]), soft_wrap=True)
    for each in far["entry"]:
        needed, missing = (_rule(session, shape, each["rule"], each[name]) for name in ("needed", "missing"))
        rule = texts.text(f"grade.entry.{each['rule']}")
        out.print("  " + texts.text("grade.missing", rule=rule, missing=missing, needed=needed), soft_wrap=True)
    for each in far["steps"]:
        part = texts.text(f"grade.part.{each['part']}")
        told = texts.text("grade.step", part=part, rise=each["rise"], points=each["points"], hours=each["hours"])
        out.print(f"  {told}", soft_wrap=True)
    if not far["reachable"]:
        out.print("  " + texts.text("grade.out_of_reach"), soft_wrap=True)


def _print_life(session: Session, shape: dict[str, Any]) -> None:
    texts, out = session.texts, session.console
    recorded = shape["recorded_lifecycle"]
    told = texts.text(
        "lifecycle.head",
        state=texts.word("lifecycle", shape["lifecycle"]),
        recorded="—" if recorded is None else texts.word("lifecycle", recorded),
    )
    out.print(told, soft_wrap=True)
    for each in shape["transitions"]:
        start = each["from"] or texts.text("lifecycle.always")
        out.print(f"  {start}  {texts.word('lifecycle', each['state'])}", soft_wrap=True)
    if shape["list"] is not None:
        why = texts.text("customers.comma").join(each["text"] for each in shape["why"])
        out.print(texts.text("list.head", list=texts.text(f"list.{shape['list']}"), why=why), soft_wrap=True)


def _print_segments(session: Session, shape: dict[str, Any]) -> None:
    from brm.cli.tables import print_table
    from brm.services.customer_telling import grade_word

    texts = session.texts
    _head(session, shape)
    session.console.print(shape["text"], soft_wrap=True)
    for name, groups in (("segment", shape["segments"]), ("grade", shape["grades"])):
        rows = [
            {
                **each,
                name: grade_word(each[name], texts) if name == "grade" else each[name],
                "value": texts.amount(each["value"]),
                "share": f"{each['share']:.0%}",
                "gini": None if each["gini"] is None else f"{each['gini']:.2f}",
            }
            for each in groups
        ]
        session.console.print()
        print_table(session.console, (name, *SHARES), rows, titles(texts, (name, *SHARES)))
    columns = ("account", "grade", "value", "share", "cumulative")
    rows = [
        {
            "account": each["account"]["name"],
            "grade": grade_word(each["grade"], texts),
            "value": texts.amount(each["value"]),
            "share": f"{each['share']:.1%}",
            "cumulative": f"{each['cumulative']:.1%}" + (" ●" if each["in_most"] else ""),
        }
        for each in shape["items"]
    ]
    session.console.print()
    print_table(session.console, columns, rows, titles(texts, columns))
