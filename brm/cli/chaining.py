"""``brm network``: the companies around a customer, and who of ours has a tie there."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from brm.cli.session import Session, command


def register(app: typer.Typer) -> None:
    """Add the command."""

    @command(app, "network")
    def network(
        session: Session,
        id_: Annotated[str, typer.Argument(metavar="ACCOUNT", help="Company")],
    ) -> None:
        """Who supplies, resells, represents, serves and pays whom around a customer, its group and partners."""
        from brm.services import chain_rendering, chains

        found = chains.network(session.workspace, session.principal, id_, when=session.when)
        session.output(chain_rendering.network(found, session.texts), lambda shown: _print(session, shown))


def _print(session: Session, shape: dict[str, Any]) -> None:
    from brm.cli.tables import print_table

    texts, own = session.texts, shape["company"]
    head = texts.text("network.head", account=shape["subject"]["name"], day=shape["as_of"], total=shape["total"])
    session.console.print(head, style="bold", markup=False, soft_wrap=True)
    session.console.print(f"{_customer(own, session)} · {own['tie_text']}", style="dim", markup=False, soft_wrap=True)
    if not shape["items"]:
        session.console.print(texts.text("network.none"))
        return
    rows = [
        {
            "company": each["company"]["name"], "link": each["text"], "customer": _customer(each, session),
            "score": each["score"], "tie": each["tie_text"],
        }
        for each in shape["items"]
    ]  # fmt: skip
    columns = ("company", "link", "customer", "score", "tie")
    print_table(session.console, columns, rows, [texts.text(f"network.column.{name}") for name in columns])


def _customer(each: dict[str, Any], session: Session) -> str:
    if each["ours"]:
        return session.texts.text("network.ours")
    return session.texts.text(f"network.customer.{each['customer'] or 'none'}")
