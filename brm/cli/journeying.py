"""``brm journey``: everything that happened with a customer; ``brm ticket``: what they raised."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from brm.cli.session import Session, command, print_written

OPEN = ("promises", "tickets", "deliveries", "payments")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    _register_journey(app)
    group = typer.Typer(help="Open and close tickets that were raised in a contact.", no_args_is_help=True)
    _register_tickets(group)
    app.add_typer(group, name="ticket")


def _register_journey(app: typer.Typer) -> None:
    @command(app, "journey")
    def journey(
        session: Session,
        id_: Annotated[str, typer.Argument(metavar="ACCOUNT", help="Company")],
        kind: Annotated[str | None, typer.Option(help="Only these items", show_default=False)] = None,
        channel: Annotated[
            str | None, typer.Option(help="Only touchpoints of this channel", show_default=False)
        ] = None,
        purpose: Annotated[
            str | None, typer.Option(help="Only touchpoints of this purpose", show_default=False)
        ] = None,
        limit: Annotated[int | None, typer.Option(help="Most items; default all", show_default=False)] = None,
    ) -> None:
        """Touchpoints, lifecycle, deals, papers and promises of an account on one line, the latest first."""
        from brm.services import journey as line
        from brm.services import journey_rendering

        found = line.journey(
            session.workspace, session.principal, id_, kind=kind, channel=channel, purpose=purpose, limit=limit,
            when=session.when,
        )  # fmt: skip
        shape = journey_rendering.journey({**found, "next": None}, session.texts)
        session.output(shape, lambda shown: _print(session, shown))


def _print(session: Session, shape: dict[str, Any]) -> None:
    texts = session.texts
    head = texts.text("journey.head", account=shape["subject"]["name"], day=shape["as_of"], total=shape["total"])
    session.console.print(head, style="bold", markup=False, soft_wrap=True)
    counts = {name: len(shape["open"][name]) for name in OPEN}
    late = sum(bool(each.get("days_late")) for name in OPEN for each in shape["open"][name])
    session.console.print(texts.text("journey.open", **counts, late=late), style="dim", markup=False, soft_wrap=True)
    for each in shape["items"]:
        session.console.print(f"{each['day']}  {each['text']}", markup=False, soft_wrap=True)


def _register_tickets(group: typer.Typer) -> None:
    @command(group, "open")
    def open_(
        session: Session,
        interaction: Annotated[str, typer.Argument(metavar="INTERACTION", help="Contact in which it was raised")],
        name: Annotated[str, typer.Argument(help="What it is about")],
        account: Annotated[
            str | None, typer.Option(help="Account or deal; default what the contact concerns", show_default=False)
        ] = None,
        severity: Annotated[int | None, typer.Option(help="1 slight to 5 grave", show_default=False)] = None,
        complaint: Annotated[bool, typer.Option("--complaint", help="The customer complains")] = False,
        owner: Annotated[str | None, typer.Option(help="Who handles it", show_default=False)] = None,
    ) -> None:
        """Open a ticket that was raised in a contact."""
        from brm.services import tickets

        id_, receipt = tickets.open_ticket(
            session.workspace, session.principal, interaction, name, account=account, severity=severity,
            complaint=complaint, owner=owner,
        )  # fmt: skip
        print_written(session, id_, receipt)

    @command(group, "close")
    def close(
        session: Session,
        id_: Annotated[str, typer.Argument(metavar="TICKET", help="Ticket")],
        on: Annotated[str | None, typer.Option("--on", help="Day; default today", show_default=False)] = None,
        satisfaction: Annotated[
            float | None, typer.Option(help="How content the customer is, 0 to 1", show_default=False)
        ] = None,
    ) -> None:
        """The ticket was handled."""
        from brm.services import tickets

        receipt = tickets.close_ticket(session.workspace, session.principal, id_, on=on, satisfaction=satisfaction)
        print_written(session, id_, receipt)
