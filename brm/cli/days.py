"""``brm due``, ``brm my-day``: what is due in our relationships, and what one colleague does today."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from brm.cli.session import Session, command

Limit = Annotated[int | None, typer.Option(help="Most items; default all", show_default=False)]


def register(app: typer.Typer) -> None:
    """Add the commands."""

    @command(app, "due")
    def due_(
        session: Session,
        owner: Annotated[str | None, typer.Option(help="Only what this colleague is to do", show_default=False)] = None,
        account: Annotated[str | None, typer.Option(help="Only what is at this account", show_default=False)] = None,
        kind: Annotated[
            str | None,
            typer.Option(help="Only touch, tie, judgement, promise, action or occasion", show_default=False),
        ] = None,
        limit: Limit = None,
    ) -> None:
        """What is late or comes due: touches, fading ties, judgements to confirm, promises, actions, occasions."""
        from brm.network import due, telling

        found = due.due(
            session.workspace, session.principal, owner=owner, account=account, kind=kind, limit=limit,
            when=session.when,
        )  # fmt: skip
        session.output(telling.due({**found, "next": None}, session.texts), lambda shown: _print_due(session, shown))

    @command(app, "my-day")
    def my_day(
        session: Session,
        person: Annotated[
            str | None, typer.Option(help="Colleague; default the one who asks", show_default=False)
        ] = None,
        kind: Annotated[
            str | None,
            typer.Option(help="Only this kind, as of brm due, or finding or next_action", show_default=False),
        ] = None,
        limit: Limit = None,
    ) -> None:
        """What one colleague does today, in one order: dated work first, then what gains most."""
        from brm.network import day, telling

        found = day.day(session.workspace, session.principal, person, kind=kind, limit=limit, when=session.when)
        session.output(telling.day(found, session.texts), lambda shown: _print_day(session, shown))


def _print_due(session: Session, shape: dict[str, Any]) -> None:
    head = session.texts.text("day.due.head", day=shape["as_of"], total=shape["total"])
    _print_head(session, head, shape)
    for each in shape["items"]:
        _print_item(session, each, owner=True)
    _print_hidden(session, shape)


def _print_day(session: Session, shape: dict[str, Any]) -> None:
    texts = session.texts
    head = texts.text("day.head", person=shape["person"]["name"], day=shape["as_of"], total=shape["total"])
    _print_head(session, head, shape)
    for number, each in enumerate(shape["items"], 1):
        _print_item(session, each, number=number)
    _print_hidden(session, shape)
    for line in (texts.text("day.looked", **shape["looked"]), shape["order_text"]):
        session.console.print(line, style="dim", markup=False, soft_wrap=True)


def _print_head(session: Session, head: str, shape: dict[str, Any]) -> None:
    texts = session.texts
    session.console.print(head, style="bold", markup=False, soft_wrap=True)
    counts = [
        texts.text("day.counts", number=number, kind=texts.text(f"day.kind.{kind}"))
        for kind, number in shape["counts"].items()
        if number
    ]
    line = " · ".join(counts) or texts.text("day.nothing")
    session.console.print(line, style="dim", markup=False, soft_wrap=True)


def _print_item(session: Session, each: dict[str, Any], *, number: int | None = None, owner: bool = False) -> None:
    """What to do; then by when, whose it is and what it gains; then why, and whom to ask."""
    texts, console = session.texts, session.console
    place = "" if number is None else f"{number}. "
    console.print(f"{place}{each['text']}", style="bold" if number else None, markup=False, soft_wrap=True)
    facts = [_when(each, texts)]
    where = (each["deal"] or each["account"] or {}).get("name")
    if where is not None and where not in each["text"]:
        facts.append(where)
    if owner and each["owner"] is not None:
        facts.append(each["owner"]["name"])
    if each["gain"] is not None:
        gain = texts.money(float(each["gain"]["amount"]), each["gain"]["currency"])
        facts.append(texts.text("day.gain", gain=gain))
    lines = [" · ".join(facts), each["reason"], each.get("waits_text"), each["introduces_text"]]
    lines += [one["text"] for one in each.get("asks", ())]
    lines += [one["text"] for one in each.get("also", ())]
    for line in lines:
        if line:
            console.print(f"   {line}", style="dim", markup=False, soft_wrap=True)


def _when(each: dict[str, Any], texts: Any) -> str:
    if each["due"] is None:
        return str(texts.text("day.due.at_once" if each["kind"] == "touch" else "day.due.none"))
    if each["days_late"]:
        return str(texts.text("day.due.late", late=each["days_late"]))
    return str(texts.text("day.due.day", day=each["due"]))


def _print_hidden(session: Session, shape: dict[str, Any]) -> None:
    if shape["hidden"]:
        text = session.texts.text("day.hidden", number=shape["hidden"])
        session.console.print(text, style="dim", markup=False, soft_wrap=True)
