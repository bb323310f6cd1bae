"""``brm deal``: one deal for its review."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from brm.cli.saving import OutOption, SvgOption, saved, saved_as
from brm.cli.session import Session, command, json_text

if TYPE_CHECKING:
    from rich.table import Table

BAR = 30
"""Characters that stand for 100 points."""


def register(app: typer.Typer) -> None:
    """Add the command."""

    @command(app, "deal")
    def deal(
        session: Session,
        id_: Annotated[str, typer.Argument(metavar="ID", help="Opportunity")],
        vendor: Annotated[str | None, typer.Option(help="Vendor; default us", show_default=False)] = None,
        change: Annotated[bool, typer.Option(help="Why it moved over the last 30 and 90 days")] = True,
        svg: SvgOption = None,
        out: OutOption = None,
    ) -> None:
        """Will we win this deal: likelihood with its reasons, field, gate, control points, and what changed."""
        from brm.guidance import deals
        from brm.pictures.waterfall import waterfall_svg
        from brm.services import deal_rendering

        if out is not None:
            _write_brief(session, id_, vendor, out)
            return
        found = deals.likelihood(
            session.workspace, session.principal, id_, vendor=vendor, when=session.when, change=change
        )
        shape = deal_rendering.review(found, session.texts)
        if not saved(session, svg, lambda: waterfall_svg(shape, session.texts)):
            session.output(shape, lambda shown: print_deal(session, shown))


def _write_brief(session: Session, id_: str, vendor: str | None, out: str) -> None:
    """The one-page brief as a file; with ``--json`` its data are printed, too."""
    from brm.errors import InvalidInput
    from brm.guidance.brief import brief
    from brm.pictures.brief_book import brief_xlsx
    from brm.pictures.brief_md import brief_md
    from brm.services import brief_rendering
    from brm.services.subjects import OUR_VENDOR

    if vendor not in (None, OUR_VENDOR):
        raise InvalidInput("the brief of a deal is about us", remedy="leave --vendor out", field="vendor", value=vendor)
    texts = session.texts
    shape = brief_rendering.brief(brief(session.workspace, session.principal, id_, when=session.when), texts)
    makers: dict[str, Callable[[], str | bytes]] = {
        "md": lambda: brief_md(shape, texts),
        "json": lambda: json_text(shape),
        "xlsx": lambda: brief_xlsx(shape, texts),
    }
    if not saved_as(session, out, makers) and session.as_json:
        session.output(shape, lambda _: None)


def print_deal(session: Session, shape: dict[str, Any]) -> None:
    """The likelihood, who else is in the field, the control points, why it moved, where the deal stands."""
    from brm.cli.asking import print_changes
    from brm.cli.moving import print_week
    from brm.cli.staging import print_standing

    print_likelihood(session, shape)
    session.console.print(_field(session, shape))
    session.console.print(_control_points(session, shape))
    print_changes(session, shape)
    if "week" in shape:
        print_week(session, shape["week"])
    print_standing(session, shape["process"])


def print_likelihood(session: Session, shape: dict[str, Any]) -> None:
    """A probability, what a gate shows of it, and the waterfall of points that leads to it."""
    from rich.table import Table

    from brm.pictures.waterfall import steps

    texts = session.texts
    kind = texts.text(f"kind.{shape['kind']}")
    headline = texts.text("score.headline", kind=kind, subject=shape["subject"]["name"], vendor=shape["vendor"]["name"])
    session.console.print(headline, style="bold", soft_wrap=True)
    interval = {name: 100 * each for name, each in shape["interval"].items()}
    value = texts.text(
        "deal.value", score=100 * shape["score"], completeness=shape["completeness"], day=shape["as_of"], **interval
    )
    session.console.print(value, soft_wrap=True)
    session.console.print(texts.text(f"deal.label.{shape['label']}", n=shape["n"]), soft_wrap=True)
    if shape["gate_text"]:
        session.console.print(shape["gate_text"], soft_wrap=True)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(texts.text("score.contributions"), overflow="fold")
    table.add_column(texts.text("score.effect"), justify="right")
    table.add_column("", no_wrap=True)
    for step in steps(shape, texts):
        _add(table, step.text, step.start, step.end, total=step.total)
    session.console.print(table)


def _add(table: Table, text: str, start: float, end: float, *, total: bool) -> None:
    """A row of the waterfall: a bar from where the row above ends to where this one does."""
    from brm.cli.tables import bold

    left, right = sorted((start, end))
    bar = " " * round(left * BAR / 100) + "█" * max(1, round((right - left) * BAR / 100))
    if total:
        table.add_row(bold(text), bold(f"{end:.1f}"), bar)
    else:
        table.add_row(text, f"{end - start:+.1f}".replace("-", "−"), bar)


def _field(session: Session, shape: dict[str, Any]) -> Table:
    from rich.table import Table

    texts = session.texts
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(texts.text("deal.vendor"), overflow="fold")
    for title in (texts.text("deal.raw"), texts.text("deal.gated")):
        table.add_column(title, justify="right")
    for each in shape["field"]:
        shown = "—" if each["gated"] is None else f"{each['gated']:.1%}"
        table.add_row(each["vendor"]["name"], f"{each['raw']:.1%}", shown)
    return table


def _control_points(session: Session, shape: dict[str, Any]) -> Table:
    from rich.table import Table

    texts = session.texts
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(texts.text("deal.control"), overflow="fold")
    vendors = shape["control_points"]
    for each in vendors:
        table.add_column(each["vendor"]["name"])
    for at, point in enumerate(vendors[0]["points"]):
        answers = (texts.text(f"answer.{each['points'][at]['answer']}") for each in vendors)
        table.add_row(texts.text(f"control.{point['point']}"), *answers)
    return table
