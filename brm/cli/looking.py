"""``brm show`` and ``brm find``: entities, their edges and histories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from brm.cli.session import Session, command

_MOMENTS = ("valid_from", "valid_to", "recorded_at", "superseded_at")

if TYPE_CHECKING:
    from brm.services.reading import Neighbourhood


def register(app: typer.Typer) -> None:
    """Add the commands."""

    @command(app, "show")
    def show(
        session: Session,
        id_: Annotated[str, typer.Argument(metavar="ID")],
        history: Annotated[bool, typer.Option("--history", help="All versions, with who wrote them")] = False,
    ) -> None:
        """Show an entity with the edges at it, or its history."""
        from brm.services import reading, shapes

        store, principal = session.workspace.store, session.principal
        if history:
            versions = [shapes.version(each, principal) for each in reading.history(store, principal, id_)]
            session.items(versions, lambda items: _print_history(session, items))
            return
        found = reading.neighbourhood(store, principal, id_, session.when)
        shape = {
            "entity": shapes.state(found.entity, principal),
            "edges": [shapes.state(edge, principal) for edge in found.edges],
            "names": found.names,
            "more": found.more,
        }
        session.output(shape, lambda shown: _print_entity(session, found, shown))

    @command(app, "find")
    def find(
        session: Session,
        type_: Annotated[str, typer.Argument(metavar="TYPE", help="Node type, e.g. company, person, opportunity")],
        text: Annotated[str | None, typer.Argument(help="Part of a name, also in pinyin", show_default=False)] = None,
        limit: Annotated[int | None, typer.Option(help="Most items; default all", show_default=False)] = None,
    ) -> None:
        """Find nodes of a type by name."""
        from brm.services import shapes

        states = _all(session, type_, text, limit)
        items = [shapes.state(each, session.principal) for each in states]
        session.items(items, lambda shown: _print_found(session, shown))


def _all(session: Session, type_: str, text: str | None, limit: int | None) -> list[Any]:
    from brm.services import reading
    from brm.store.protocol import Query

    found: list[Any] = []
    after = None
    while limit is None or len(found) < limit:
        size = reading.MOST_ITEMS if limit is None else min(reading.MOST_ITEMS, limit - len(found))
        query = Query(type=type_, text=text, after=after, limit=size, when=session.when)
        page = reading.search(session.workspace.store, session.principal, query)
        found += page.items
        after = page.next
        if after is None:
            break
    return found


def _label(item: dict[str, Any]) -> str:
    properties = item["properties"]
    return str(next((properties[n] for n in ("name", "title", "text", "kind", "channel") if properties.get(n)), ""))


def _print_found(session: Session, items: list[dict[str, Any]]) -> None:
    from brm.cli.tables import print_table

    if not items:
        session.console.print(session.texts.text("cli.nothing_found"))
        return
    print_table(session.console, ("name", "id"), [{"name": _label(item), "id": item["id"]} for item in items])


def _print_entity(session: Session, found: Neighbourhood, shape: dict[str, Any]) -> None:
    from brm.cli.tables import bold, print_table

    entity = shape["entity"]
    session.console.print(bold(_label(entity) or entity["id"], f"  {entity['type']}  {entity['id']}"), soft_wrap=True)
    rows = [{"property": name, "value": value} for name, value in entity["properties"].items()]
    print_table(session.console, ("property", "value"), rows)
    if shape["edges"]:
        session.console.print()
        print_table(
            session.console,
            ("edge", "with", "properties", "from", "to"),
            [_edge(session, found, edge) for edge in shape["edges"]],
        )
    if shape["more"]:
        session.console.print("…")


def _edge(session: Session, found: Neighbourhood, edge: dict[str, Any]) -> dict[str, Any]:
    outwards = edge["from"] == found.entity.entity.id
    other = edge["to"] if outwards else edge["from"]
    properties = ", ".join(f"{name}={value}" for name, value in edge["properties"].items())
    return {
        "edge": f"{'→' if outwards else '←'} {edge['type']}",
        "with": f"{found.names.get(other, other)} ({other})",
        "properties": properties,
        "from": _local(session, edge["valid_from"])[:10],
        "to": _local(session, edge["valid_to"])[:10],
    }


def _local(session: Session, moment: str | None) -> str:
    """Day and minute in the installation's zone; empty where there is no bound."""
    from zoneinfo import ZoneInfo

    from graph_schema.values import datetime_of, parse_instant

    if moment is None:
        return ""
    return f"{datetime_of(parse_instant(moment)).astimezone(ZoneInfo(session.settings.zone)):%Y-%m-%d %H:%M}"


def _print_history(session: Session, versions: list[dict[str, Any]]) -> None:
    from brm.cli.tables import print_table

    rows = [
        {
            **version,
            **{name: _local(session, version[name]) or None for name in _MOMENTS},
            "said": ", ".join(f"{n}={version['properties'].get(n)}" for n in version["named"]),
            "commit": version["revision"],
            "void": version["void_revision"],
        }
        for version in versions
    ]
    columns = (
        "commit",
        "verb",
        "said",
        "valid_from",
        "valid_to",
        "recorded_at",
        "superseded_at",
        "void",
        "actor",
        "source",
    )
    print_table(session.console, columns, rows)
