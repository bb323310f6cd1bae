"""``brm guide``: what to do next in a deal."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from brm.cli.session import Session, command

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
        accept: Annotated[
            int | None,
            typer.Option(metavar="N", help="Take the Nth of these actions into the plan", show_default=False),
        ] = None,
        owner: Annotated[
            str | None, typer.Option(help="With --accept: who does it; default as advised", show_default=False)
        ] = None,
        due: Annotated[
            str | None, typer.Option(help="With --accept: by which day; default as advised", show_default=False)
        ] = None,
    ) -> None:
        """What to do next in this deal: the best actions within the hours, each with owner, day, path and gain."""
        from brm.errors import InvalidInput
        from brm.guidance import accepting, next_actions
        from brm.services import advising

        found = next_actions.guidance(
            session.workspace, session.principal, id_, hours=hours, limit=limit, when=session.when
        )
        if accept is None:
            if owner is not None or due is not None:
                raise InvalidInput("--owner and --due belong to --accept", remedy="say which action: --accept N")
            session.output(advising.guidance(found, session.texts), lambda shown: print_guidance(session, shown))
            return
        if not 1 <= accept <= len(found["items"]):
            raise InvalidInput(
                f"there is no action {accept}: {len(found['items'])} are advised",
                remedy="take a number from brm guide with the same --hours and --limit",
                field="accept", value=accept,
            )  # fmt: skip
        key = found["items"][accept - 1]["key"]
        taken = accepting.accept(
            session.workspace, session.principal, id_, key, session.texts, owner=owner, due=due, when=session.when
        )
        session.output(taken, lambda shown: _print_accepted(session, shown))


def _print_accepted(session: Session, shape: dict[str, Any]) -> None:
    owners = ", ".join(each["name"] for each in shape["owners"]) or "—"
    text = session.texts.text(
        "guide.accepted" if shape["created"] else "guide.accepted_already",
        action=shape["action"]["name"],
        id=shape["action"]["id"],
        owner=owners,
        due=shape["due"] or "—",
    )
    session.console.print(text, soft_wrap=True)


def print_guidance(session: Session, shape: dict[str, Any]) -> None:
    """The likelihood now, the actions, what they gain together, and what stands behind each."""
    texts, console = session.texts, session.console
    hours = shape["hours"]
    console.print(shape["subject"]["name"], style="bold", soft_wrap=True)
    console.print(texts.text("guide.now", score=100 * shape["likelihood"], day=shape["as_of"]), soft_wrap=True)
    if not shape["items"]:
        console.print(texts.text("guide.none", number=shape["candidates"], hours=hours["available"]), soft_wrap=True)
        return
    together = shape["together"]
    sums = {
        "gain": _money(session, together["gain"]), "points": together["points"], "used": hours["used"],
        "available": hours["available"],
    }  # fmt: skip
    together_text = texts.text("guide.together", **sums)
    shared = {
        one["code"]: one["text"] for one in shape["items"][0]["assumptions"] if one["code"].startswith(OF_THE_DEAL)
    }
    for number, each in enumerate(shape["items"], 1):
        console.print(f"{number}. {each['text']}", style="bold", soft_wrap=True)
        own = (one["text"] for one in each["assumptions"] if one["code"] not in shared)
        lines = [_numbers(session, each), each["why"]["text"], *own]
        if each["path"] is not None:
            lines.insert(2, each["path"]["ask"])
        for line in lines:
            console.print(f"   {line}", soft_wrap=True)
    for line in (together_text, *shared.values(), shape["effects_text"], shape["basis_text"]):
        console.print(line, soft_wrap=True)


def _numbers(session: Session, each: dict[str, Any]) -> str:
    """Who, by when, what it is worth and what it takes, in one line."""
    return session.texts.text(
        "guide.line",
        owner=each["owner"]["name"] if each["owner"] else "—",
        due=each["due"],
        gain=_money(session, each["gain"]),
        points=f"{each['points']:+.2f}".replace("-", "−"),
        before=100 * each["likelihood"]["before"],
        after=100 * each["likelihood"]["after"],
        success=each["success"],
        hours=each["hours"],
        cost=_money(session, each["cost"]),
    )


def _money(session: Session, money: dict[str, str] | None) -> str:
    return "—" if money is None else session.texts.money(float(money["amount"]), money["currency"])
