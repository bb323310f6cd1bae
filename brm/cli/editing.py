"""``brm edit`` and ``brm token``: changes by hand, dated, attributed and undoable."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from brm.cli.session import Session, command

Values = Annotated[
    list[str] | None, typer.Argument(help="name=value, as JSON where it is not text", show_default=False)
]
From = Annotated[str | None, typer.Option("--from", help="Day or moment from which it holds", show_default=False)]
Until = Annotated[str | None, typer.Option("--to", help="Day or moment until which it holds", show_default=False)]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    edit = typer.Typer(help="Change people, seats, ties, roles, rivals, evidence.", no_args_is_help=True)
    token = typer.Typer(help="Bearer tokens of the HTTP service.", no_args_is_help=True)
    _register_nodes(edit)
    _register_links(edit)
    _register_events(edit)
    _register_tokens(token)
    app.add_typer(edit, name="edit")
    app.add_typer(token, name="token")


def _register_nodes(edit: typer.Typer) -> None:
    @command(edit, "upsert")
    def upsert(
        session: Session,
        type_: Annotated[str, typer.Argument(metavar="TYPE", help="Node type, e.g. person")],
        values: Values = None,
        id_: Annotated[str | None, typer.Option("--id", help="Id; default: a new one", show_default=False)] = None,
        valid_from: From = None,
    ) -> None:
        """Create a node, or with the id of an existing one give it new values from a date."""
        from brm.services import editing

        store, principal = session.workspace.store, session.principal
        given = parse_values(values, type_)
        start = _moment(session, valid_from, "--from")
        if id_ is not None and id_ in store.fetch([id_]):
            receipt = editing.revise(store, principal, id_, given, valid_from=start)
            _committed(session, id_, receipt)
        else:
            identity, receipt = editing.create_node(store, principal, type_, given, id_=id_, valid_from=start)
            _committed(session, identity, receipt)

    @command(edit, "correct")
    def correct(session: Session, id_: Annotated[str, typer.Argument(metavar="ID")], values: Values = None) -> None:
        """Replace values that were wrong all along."""
        from brm.services import editing

        store = session.workspace.store
        given = parse_values(values, editing.existing(store, id_).entity.type)
        _committed(session, id_, editing.revise(store, session.principal, id_, given, correct=True))

    @command(edit, "end")
    def end(
        session: Session,
        id_: Annotated[str, typer.Argument(metavar="ID", help="Node or edge id")],
        on: Annotated[str | None, typer.Option("--on", help="Day or moment; default now", show_default=False)] = None,
    ) -> None:
        """It no longer holds; its history stays."""
        from brm.services import editing

        at = _moment(session, on, "--on")
        _committed(session, id_, editing.end(session.workspace.store, session.principal, id_, at))

    @command(edit, "retract")
    def retract(
        session: Session,
        id_: Annotated[str, typer.Argument(metavar="ID", help="Node or edge id")],
        revision: Annotated[int | None, typer.Option(help="Only what this commit said", show_default=False)] = None,
    ) -> None:
        """It was an error: gone from every read, kept in history."""
        from brm.services import editing

        _committed(session, id_, editing.retract(session.workspace.store, session.principal, id_, revision))

    @command(edit, "undo")
    def undo(
        session: Session,
        revision: Annotated[int, typer.Argument(help="Number of the commit")],
        with_later: Annotated[bool, typer.Option("--with-later", help="Also what builds on it")] = False,
    ) -> None:
        """Take back one commit."""
        from brm.services import editing

        receipt = editing.undo(session.workspace.store, session.principal, revision, with_later=with_later)
        _committed(session, "", receipt)


def _register_links(edit: typer.Typer) -> None:
    @command(edit, "link")
    def link(
        session: Session,
        type_: Annotated[
            str, typer.Argument(metavar="TYPE", help="Edge type, e.g. holds, reports_to, plays, competes")
        ],
        source: Annotated[str, typer.Argument(metavar="FROM", help="Id it starts at")],
        target: Annotated[str, typer.Argument(metavar="TO", help="Id it ends at")],
        values: Values = None,
        valid_from: From = None,
        valid_to: Until = None,
    ) -> None:
        """Link two nodes from a date, or give the link new values."""
        from brm.services import editing

        edge, receipt = editing.link(
            session.workspace.store, session.principal, type_, source, target, parse_values(values, type_),
            valid_from=_moment(session, valid_from, "--from"), valid_to=_moment(session, valid_to, "--to"),
        )  # fmt: skip
        _committed(session, edge.id, receipt)


def _register_events(edit: typer.Typer) -> None:
    @command(edit, "observe")
    def observe(
        session: Session,
        kind: Annotated[str, typer.Argument(help="Observation kind, e.g. stance")],
        about: Annotated[str, typer.Argument(help="Id of the subject")],
        values: Values = None,
        toward: Annotated[str | None, typer.Option(help="Vendor or colleague", show_default=False)] = None,
        said_by: Annotated[str | None, typer.Option(help="Source person", show_default=False)] = None,
        concerns: Annotated[str | None, typer.Option(help="Account or opportunity", show_default=False)] = None,
        at: Annotated[str | None, typer.Option(help="When; default now", show_default=False)] = None,
    ) -> None:
        """Record an item of evidence."""
        from brm.services import editing

        given = {"kind": kind, **_at(session, at), **parse_values(values, "observation")}
        identity, receipt = editing.observe(
            session.workspace.store, session.principal, given, about=about, toward=toward, said_by=said_by,
            concerns=concerns,
        )  # fmt: skip
        _committed(session, identity, receipt)

    @command(edit, "interaction")
    def interaction(
        session: Session,
        channel: Annotated[str, typer.Argument(help="Channel, e.g. meeting, mail, call")],
        values: Values = None,
        part: Annotated[list[str] | None, typer.Option(help="PERSON or PERSON=role, e.g. p7=organiser")] = None,
        concerns: Annotated[list[str] | None, typer.Option(help="Account or opportunity")] = None,
        at: Annotated[str | None, typer.Option(help="When; default now", show_default=False)] = None,
    ) -> None:
        """Record a touchpoint with the people who took part."""
        from brm.services import editing, moments
        from graph_schema.values import iso_instant

        moment = _at(session, at) or {"at": iso_instant(moments.now())}
        given = {"channel": channel, **moment, **parse_values(values, "interaction")}
        people = dict(_participant(each) for each in part or [])
        identity, receipt = editing.log_interaction(
            session.workspace.store, session.principal, given, participants=people, concerns=tuple(concerns or ()),
        )  # fmt: skip
        _committed(session, identity, receipt)


def _register_tokens(token: typer.Typer) -> None:
    @command(token, "create")
    def create(
        session: Session,
        scope: Annotated[list[str], typer.Option(help="read, write, admin; may be repeated")],
        person: Annotated[str | None, typer.Option(help="Person it acts for", show_default=False)] = None,
        label: Annotated[str | None, typer.Option(help="What it is for", show_default=False)] = None,
        secret_file: Annotated[
            Path | None,
            typer.Option(
                help="Write it to this file, readable by its owner alone, unless the file holds one already",
                show_default=False,
            ),
        ] = None,
        renew: Annotated[
            bool,
            typer.Option(
                "--renew",
                help="Replace the token in that file if it is of another store, or revoked and none like it in force",
            ),
        ] = False,
    ) -> None:
        """Make a token; it is shown this once."""
        from brm.errors import InvalidInput
        from brm.services import tokens

        if secret_file is not None:
            _ensure_in_file(session, secret_file, scopes=tuple(scope), person=person, label=label, renew=renew)
            return
        if renew:
            raise InvalidInput("--renew is about a file", remedy="add --secret-file FILE", field="renew")
        made = tokens.create(
            session.workspace.store, session.principal, scopes=tuple(scope), person=person, label=label
        )
        shape = {"id": made.id, "secret": made.secret, "scopes": list(made.scopes), "person": made.person}
        session.output(shape, lambda shown: session.console.print(shown["secret"], soft_wrap=True))

    @command(token, "list")
    def list_tokens(session: Session) -> None:
        """List tokens without their secrets."""
        from brm.cli.tables import print_table
        from brm.services import tokens

        listed = tokens.listed(session.workspace.store, session.principal)
        columns = ("id", "scopes", "person", "label", "created_at", "revoked_at")
        session.items(listed, lambda items: print_table(session.console, columns, items))

    @command(token, "revoke")
    def revoke(session: Session, id_: Annotated[str, typer.Argument(metavar="ID")]) -> None:
        """The token works no longer."""
        from brm.services import tokens

        tokens.revoke(session.workspace.store, session.principal, id_)
        session.output({"id": id_, "revoked": True}, lambda shown: session.console.print(shown["id"]))


def _ensure_in_file(
    session: Session, path: Path, *, scopes: tuple[str, ...], person: str | None, label: str | None, renew: bool
) -> None:
    from brm.services import token_file

    store, principal = session.workspace.store, session.principal
    done = token_file.ensure(store, principal, path, scopes=scopes, person=person, label=label, renew=renew)
    made = done.token
    shape = {"id": made.id if made else None, "file": str(path), "created": made is not None, "state": done.state}
    shape["aside"] = str(done.aside) if done.aside else None
    said = session.texts.text(f"cli.token_{done.state}", file=path)
    if done.aside:
        said = f"{said} {session.texts.text('cli.token_aside', file=done.aside)}"
    session.output(shape, lambda _: session.console.print(said, soft_wrap=True))


def parse_values(values: list[str] | None, type_: str) -> dict[str, Any]:
    """``name=value`` pairs; text properties take the value as it is, the others as JSON if it is JSON."""
    from brm.errors import InvalidInput
    from graph_schema import registry

    registered = registry()
    spec = registered.nodes.get(type_) or registered.edges.get(type_)
    parsed: dict[str, Any] = {}
    for each in values or []:
        name, equals, text = each.partition("=")
        if not equals:
            raise InvalidInput(f"{each!r} is not name=value", remedy="write e.g. level=3 or name=张平", value=each)
        declared = spec.properties.get(name) if spec else None
        if text == "":
            parsed[name] = None
        elif declared is not None and declared.kind in ("integer", "real", "flag", "money", "codes", "texts", "any"):
            parsed[name] = _json_or_text(text, declared.kind)
        else:
            parsed[name] = text
    return parsed


def _json_or_text(text: str, kind: str) -> Any:
    if kind in ("codes", "texts") and not text.startswith("["):
        return [part for part in text.replace(";", ",").split(",") if part]
    if kind == "money" and " " in text and not text.startswith("{"):
        amount, _, currency = text.partition(" ")
        return {"amount": amount, "currency": currency}
    try:
        return json.loads(text)
    except ValueError:
        return text


def _moment(session: Session, text: str | None, field: str) -> int | None:
    from brm.services.moments import parse_moment

    return None if text is None else parse_moment(text, session.settings.zone, field)


def _at(session: Session, text: str | None) -> dict[str, str]:
    from graph_schema.values import iso_instant

    moment = _moment(session, text, "--at")
    return {} if moment is None else {"at": iso_instant(moment)}


def _participant(text: str) -> tuple[str, str]:
    person, _, role = text.partition("=")
    return person, role or "attendee"


def _committed(session: Session, identity: str, receipt: Any) -> None:
    from brm.services import shapes

    shape = {**({"id": identity} if identity else {}), **shapes.receipt(receipt)}
    session.output(shape, lambda shown: session.console.print(_sentence(session, shown), soft_wrap=True))


def _sentence(session: Session, shown: dict[str, Any]) -> str:
    kept = f" · {session.texts.text('cli.kept', ids=', '.join(shown['kept']))}" if shown["kept"] else ""
    done = session.texts.text("cli.committed", revision=shown["revision"], written=shown["written"])
    return f"{shown.get('id', '')} {done}{kept}".strip()
