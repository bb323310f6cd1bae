"""``brm guide``: what to do next in a deal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from brm.cli.session import Session, command

if TYPE_CHECKING:
    from rich.table import Table

OF_THE_DEAL = ("margin_", "close_")
"""Assumptions that all actions of a deal share, and that are told once."""


def register(app: typer.Typer) -> None:
    """Add the command."""

    @command(app, "guide")
    def guide(
        session: Session,
        id_: Annotated[str, typer.Argument(metavar="ID", help="Opportunity")],
        hours: Annotated[
            float | None, typer.Option(help="Hours to spend; default actions.hours", show_default=False)
        ] = None,
        limit: Annotated[
            int | None, typer.Option(help="Most actions, 1 to 5; default actions.shown", show_default=False)
        ] = None,
    ) -> None:
        """What to do next in this deal: the best actions within the hours, each with owner, day, path and gain."""
        from brm.guidance import next_actions
        from brm.services import advising

        found = next_actions.guidance(
            session.workspace, session.principal, id_, hours=hours, limit=limit, when=session.when
        )
        session.output(advising.guidance(found, session.texts), lambda shown: print_guidance(session, shown))


def print_guidance(session: Session, shape: dict[str, Any]) -> None:
    """The likelihood now, the actions, what they gain together, and what stands behind each."""
    texts, console = session.texts, session.console
    hours = shape["hours"]
    console.print(f"[bold]{shape['subject']['name']}[/bold]", soft_wrap=True)
    console.print(texts.text("guide.now", score=100 * shape["likelihood"], day=shape["as_of"]), soft_wrap=True)
    if not shape["items"]:
        console.print(texts.text("guide.none", number=shape["candidates"], hours=hours["available"]), soft_wrap=True)
        return
    console.print(_table(session, shape["items"]))
    together = shape["together"]
    sums = {
        "gain": _money(session, together["gain"]), "points": together["points"], "used": hours["used"],
        "available": hours["available"],
    }  # fmt: skip
    console.print(texts.text("guide.together", **sums), soft_wrap=True)
    shared = {
        one["code"]: one["text"] for one in shape["items"][0]["assumptions"] if one["code"].startswith(OF_THE_DEAL)
    }
    for number, each in enumerate(shape["items"], 1):
        console.print(f"[bold]{number}. {each['text']}[/bold]", soft_wrap=True)
        own = (one["text"] for one in each["assumptions"] if one["code"] not in shared)
        lines = [each["why"]["text"], *own]
        if each["path"] is not None:
            lines.insert(1, each["path"]["ask"])
        for line in lines:
            console.print(f"   {line}", soft_wrap=True)
    for line in (*shared.values(), shape["basis_text"]):
        console.print(line, soft_wrap=True)


def _table(session: Session, items: list[dict[str, Any]]) -> Table:
    from rich.table import Table

    texts = session.texts
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("")
    for title in (texts.text("guide.action"), texts.text("guide.owner")):
        table.add_column(title, overflow="fold")
    table.add_column(texts.text("guide.due"), no_wrap=True)
    for title in (
        texts.text("guide.gain"), texts.text("guide.points"), texts.text("guide.after"), texts.text("guide.success"),
        texts.text("guide.hours"), texts.text("guide.cost"),
    ):  # fmt: skip
        table.add_column(title, justify="right", no_wrap=True)
    for number, each in enumerate(items, 1):
        likelihood = f"{each['likelihood']['before']:.1%} → {each['likelihood']['after']:.1%}"
        points = f"{each['points']:+.2f}".replace("-", "−")
        table.add_row(
            str(number), each["text"], each["owner"]["name"] if each["owner"] else "—", each["due"],
            _money(session, each["gain"]), points, likelihood, f"{each['success']:.0%}", f"{each['hours']:.1f}",
            _money(session, each["cost"]),
        )  # fmt: skip
    return table


def _money(session: Session, money: dict[str, str] | None) -> str:
    return "—" if money is None else session.texts.money(float(money["amount"]), money["currency"])
