"""``brm stage``: where a deal stands in its process, and what happened in it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from brm.cli.asking import ParametersOption
from brm.cli.questioning import MARKS
from brm.cli.session import Session, command
from brm.pictures import standing


def register(app: typer.Typer) -> None:
    """Add the command."""

    @command(app, "stage")
    def stage(
        session: Session,
        id_: Annotated[str, typer.Argument(metavar="ID", help="Deal")],
        timeline: Annotated[bool, typer.Option("--timeline", help="What happened, the latest first")] = False,
        limit: Annotated[
            int | None, typer.Option(help="Most items of the timeline; default all", show_default=False)
        ] = None,
        parameters: ParametersOption = None,
    ) -> None:
        """Stage and its checks, dwell, tier, five steps, team, open work, partners, what follows the award."""
        from brm.services import deal_rendering
        from brm.services import process as going
        from brm.services import timeline as line

        workspace = session.under(parameters)
        if timeline:
            found = line.timeline(workspace, session.principal, id_, limit=limit, when=session.when)
            shape = deal_rendering.timeline({**found, "next": None}, session.texts)
            session.output(shape, lambda shown: _print_timeline(session, shown))
            return
        found = going.process(workspace, session.principal, id_, when=session.when)
        session.output(deal_rendering.process(found, session.texts), lambda shown: print_process(session, shown))


def print_standing(session: Session, shape: dict[str, Any]) -> None:
    """What a review wants to know of the process: stage, tier, team, and what is open."""
    _print_stage(session, shape)
    team = standing.team_lines(shape, session.texts)
    if team:
        session.console.print(f"{session.texts.text('process.team')}: {'; '.join(team)}", soft_wrap=True, markup=False)
    _section(session, session.texts.text("process.work"), standing.work_lines(shape, session.texts))


def print_process(session: Session, shape: dict[str, Any]) -> None:
    """The process of a deal, section by section; the sections of which nothing is known are left out."""
    from brm.cli.tables import bold

    session.console.print(bold(shape["subject"]["name"], f" · {shape['as_of']}"), soft_wrap=True)
    _print_stage(session, shape)
    if shape["checks"] is not None:
        entry, leaving = shape["checks"]["entry"], shape["checks"]["exit"]
        _section(session, session.texts.text("process.entry"), [_check(each) for each in entry])
        _section(session, session.texts.text("process.exit"), [_check(each) for each in leaving])
    steps = [f"{'✓' if each['taken'] else '○'} {each['text']} {each['value']:.0%}" for each in shape["steps"]]
    _section(session, session.texts.text("process.steps"), steps)
    _section(session, session.texts.text("process.checks"), [_check(each) for each in shape["project_checks"]])
    _section(session, session.texts.text("process.team"), standing.team_lines(shape, session.texts))
    _section(session, session.texts.text("process.work"), standing.work_lines(shape, session.texts))
    _section(session, session.texts.text("process.partners"), _partners(session, shape["partners"]))
    _section(session, session.texts.text("process.after"), _after(session, shape["after_award"]))


def _section(session: Session, title: str, lines: list[str]) -> None:
    if lines:
        session.console.print(title, style="bold", soft_wrap=True)
    for line in lines:
        session.console.print(f"  {line}", soft_wrap=True, markup=False)


def _print_stage(session: Session, shape: dict[str, Any]) -> None:
    texts = session.texts
    session.console.print(standing.stage_line(shape, texts), soft_wrap=True)
    if stuck := standing.stuck_line(shape, texts):
        session.console.print(stuck, style="bold", soft_wrap=True)
    for line in (standing.close_line(shape, texts), standing.tier_line(shape, texts)):
        if line is not None:
            session.console.print(line, soft_wrap=True)


def _check(each: dict[str, Any]) -> str:
    return f"{MARKS[each['answer']]} {each['text']}"


def _partners(session: Session, rows: list[dict[str, Any]]) -> list[str]:
    texts, lines = session.texts, []
    for each in rows:
        vendor = texts.text("vendor.us") if each["vendor"] is None else each["vendor"]["name"]
        role = texts.word("partner_role", each["role"])
        lines.append(texts.text("process.partner", company=each["company"]["name"], role=role, vendor=vendor))
        lines += [
            "  "
            + texts.text(
                "process.knows",
                partner_person=tie["partner_person"]["name"],
                person=tie["person"]["name"],
                kind=texts.word("knows_kind", tie["kind"]),
            )
            for tie in each["ties"]
        ]
    return lines


def _after(session: Session, shape: dict[str, Any]) -> list[str]:
    texts, lines = session.texts, []
    for plural, type_, first in (
        ("contracts", "contract", "signed_on"), ("deliveries", "delivery", "due_on"), ("payments", "payment", "due_on"),
        ("tickets", "ticket", "opened_on"),
    ):  # fmt: skip
        for each in shape[plural]:
            name = "" if each["name"] == each["id"] else each["name"]
            line = texts.text(f"process.paper.{type_}", name=name, day=each[first] or texts.text("process.no_day"))
            late = each["days_late"]
            lines.append(texts.text("process.late", line=line, days=late) if late else line)
    return lines + [texts.text("process.next_need", name=each["name"]) for each in shape["next_needs"]]


def _print_timeline(session: Session, shape: dict[str, Any]) -> None:
    session.console.print(shape["subject"]["name"], style="bold", soft_wrap=True)
    for each in shape["items"]:
        session.console.print(f"{each['day']}  {each['text']}", soft_wrap=True, markup=False)
