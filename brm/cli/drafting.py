"""``brm whatif``: drafts of what could be, their effect on every score, and what becomes of them."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from brm.cli.session import Session, command

LEAST_SHOWN = 0.05
Draft = Annotated[str, typer.Argument(metavar="DRAFT", help="Id or name of a draft")]
HEAD = ("name", "scope", "status", "number", "author", "updated_at", "id")
SCORE = ("kind", "subject", "scope", "before", "after", "total", "parts")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="What would be if: drafts that are not facts until they are approved.",
                        no_args_is_help=True)  # fmt: skip
    app.add_typer(group, name="whatif")
    _register_reading(group)
    _register_setting(group)
    _register_changing(group)
    _register_closing(group)


def _register_reading(group: typer.Typer) -> None:
    @command(group, "list")
    def list_(
        session: Session,
        scope: Annotated[str | None, typer.Option(help="Account or opportunity", show_default=False)] = None,
        status: Annotated[
            str | None, typer.Option(help="open, approved or discarded; default all", show_default=False)
        ] = None,
    ) -> None:
        """All drafts, the last changed first."""
        from brm.cli.tables import print_table
        from brm.services import drafts

        def show(items: list[dict[str, Any]]) -> None:
            rows = [{**each, "scope": each["scope"]["name"], "status": _status(session, each)} for each in items]
            print_table(session.console, HEAD, rows, _titles(session, HEAD))

        session.items(drafts.listed(session.workspace, session.principal, scope=scope, status=status), show)

    @command(group, "show")
    def show(session: Session, draft: Draft) -> None:
        """A draft and what it proposes."""
        from brm.services import drafts, telling

        found = drafts.shown(session.workspace, session.principal, drafts.identify(session.workspace, draft))
        session.output(telling.draft(found, session.texts), lambda shape: _print_draft(session, shape))

    @command(group, "effect")
    def effect(session: Session, draft: Draft) -> None:
        """Every score that a draft would move, before and after, and which proposal moves it by how much."""
        from brm.services import drafts, telling, whatif

        id_ = drafts.identify(session.workspace, draft)
        found = whatif.effect(session.workspace, session.principal, id_, when=session.when)
        session.output(telling.draft_effect(found, session.texts), lambda shape: _print_effect(session, shape))


def _register_setting(group: typer.Typer) -> None:
    @command(group, "set")
    def set_(
        session: Session,
        draft: Draft,
        what: Annotated[
            str,
            typer.Argument(
                metavar="WHAT",
                help="stance PERSON VALUE, depth PERSON VALUE, role PERSON ROLE, influence PERSON LISTENER, "
                "conflict PERSON PERSON, tie PERSON PERSON KIND, seat PERSON POSITION, person NAME, "
                "meeting PERSON..., rival COMPANY, price AMOUNT, fit REQUIREMENT SHARE or changes JSON",
            ),
        ],
        values: Annotated[list[str], typer.Argument(metavar="VALUE...", help="As WHAT asks for")],
        vendor: Annotated[str | None, typer.Option(help="Towards or of whom; default us", show_default=False)] = None,
        deal: Annotated[
            str | None, typer.Option(help="Opportunity, where the draft is about an account", show_default=False)
        ] = None,
        remove: Annotated[bool, typer.Option("--remove", help="The role, tie, seat or rival goes")] = False,
        colleague: Annotated[
            list[str] | None, typer.Option("--with", help="Colleague who meets; may be repeated", show_default=False)
        ] = None,
        channel: Annotated[str | None, typer.Option(help="How they meet", show_default=False)] = None,
        executive: Annotated[bool, typer.Option("--executive", help="Executives of both sides meet")] = False,
        proof: Annotated[
            str | None, typer.Option(help="claimed, documented, tested or delivered", show_default=False)
        ] = None,
        amount: Annotated[str | None, typer.Option(help="Price of a rival", show_default=False)] = None,
        currency: Annotated[str | None, typer.Option(help="Of the price", show_default=False)] = None,
        incumbent: Annotated[bool | None, typer.Option(help="Supplies the need today", show_default=False)] = None,
        shortlisted: Annotated[bool | None, typer.Option(help="On the shortlist", show_default=False)] = None,
        weight: Annotated[float | None, typer.Option(help="Of an influence", show_default=False)] = None,
        strength: Annotated[float | None, typer.Option(help="Of a tie, 0 to 1", show_default=False)] = None,
        source: Annotated[
            str | None, typer.Option(help="observed, inside or opinion; default observed", show_default=False)
        ] = None,
        role: Annotated[str | None, typer.Option(help="Of a new person", show_default=False)] = None,
        position: Annotated[str | None, typer.Option(help="Seat of a new person", show_default=False)] = None,
        on: Annotated[
            str | None, typer.Option(help="From which day; default when it is approved", show_default=False)
        ] = None,
        note: Annotated[str | None, typer.Option(help="Why", show_default=False)] = None,
    ) -> None:
        """Propose a change: of a stance, role, tie, seat, rival, price, fit, or a meeting."""
        from brm.services import drafts, telling

        options = {
            "vendor": vendor, "deal": deal, "remove": remove or None, "colleagues": colleague, "channel": channel,
            "executive": executive or None, "proof": proof, "currency": currency, "incumbent": incumbent,
            "shortlisted": shortlisted, "weight": weight, "strength": strength, "source": source, "role": role,
            "position": position, "on": on, "note": note, "amount": amount,
        }  # fmt: skip
        known = {name: value for name, value in options.items() if value is not None}
        body = {**known, "what": what, **_named(what, values)}
        id_ = drafts.identify(session.workspace, draft)
        found = drafts.change(session.workspace, session.principal, id_, add=[body])
        session.output(telling.draft(found, session.texts), lambda shape: _print_draft(session, shape))


def _register_changing(group: typer.Typer) -> None:
    @command(group, "new")
    def new(
        session: Session,
        scope: Annotated[str, typer.Argument(metavar="ID", help="Opportunity or account")],
        name: Annotated[str, typer.Option(help="What it is called")],
    ) -> None:
        """Begin a draft about an opportunity or account."""
        from brm.services import drafts, telling

        found = drafts.start(session.workspace, session.principal, scope, name)
        session.output(telling.draft(found, session.texts), lambda shape: _print_draft(session, shape))

    @command(group, "drop")
    def drop(
        session: Session,
        draft: Draft,
        numbers: Annotated[list[int], typer.Argument(metavar="NUMBER...", help="Numbers of proposals")],
    ) -> None:
        """Take proposals out of a draft."""
        from brm.services import drafts, telling

        id_ = drafts.identify(session.workspace, draft)
        found = drafts.change(session.workspace, session.principal, id_, drop=numbers)
        session.output(telling.draft(found, session.texts), lambda shape: _print_draft(session, shape))

    @command(group, "refresh")
    def refresh(session: Session, draft: Draft) -> None:
        """Rest a draft on the graph as it stands, after what changed meanwhile was looked at."""
        from brm.services import drafts, telling

        found = drafts.refresh(session.workspace, session.principal, drafts.identify(session.workspace, draft))
        session.output(telling.draft(found, session.texts), lambda shape: _print_draft(session, shape))


def _register_closing(group: typer.Typer) -> None:
    @command(group, "approve")
    def approve(
        session: Session,
        draft: Draft,
        form: Annotated[str, typer.Option("--as", help="facts or actions")] = "facts",
        owner: Annotated[
            str | None, typer.Option(help="Person or unit of ours that owns the actions", show_default=False)
        ] = None,
        due: Annotated[str | None, typer.Option(help="Day by which the actions are due", show_default=False)] = None,
    ) -> None:
        """Make what a draft proposes facts from now on, or actions of the plan."""
        from brm.services import approving, drafts, telling

        found = approving.approve(
            session.workspace, session.principal, drafts.identify(session.workspace, draft), session.texts,
            form=form, owner=owner, due=due,  # type: ignore[arg-type]
        )  # fmt: skip
        session.output(telling.draft(found, session.texts), lambda shape: _print_closed(session, shape))

    @command(group, "discard")
    def discard(session: Session, draft: Draft) -> None:
        """Close a draft without doing anything; it stays readable."""
        from brm.services import drafts, telling

        found = drafts.discard(session.workspace, session.principal, drafts.identify(session.workspace, draft))
        session.output(telling.draft(found, session.texts), lambda shape: _print_closed(session, shape))


def _named(what: str, values: list[str]) -> dict[str, Any]:
    """The positional values by the names that the proposal asks for."""
    from brm.errors import InvalidInput
    from brm.services.proposing import KINDS

    if what == "meeting":
        return {"people": values}
    if what == "changes":
        try:
            given = json.loads(" ".join(values))
        except ValueError:
            raise InvalidInput(
                "the changes are not JSON",
                remedy="give a list of changes, as POST /changes takes them",
                field="changes",
            ) from None
        return {"changes": given}
    needed = KINDS[what][0] if what in KINDS else ()
    if what in KINDS and len(values) != len(needed):
        raise InvalidInput(
            f"{what} takes {len(needed)} values, not {len(values)}", remedy=f"give {' '.join(needed).upper()}",
            field="values",
        )  # fmt: skip
    return dict(zip(needed, values, strict=False))


def _titles(session: Session, columns: tuple[str, ...]) -> list[str]:
    return [session.texts.text(f"whatif.column.{each}") for each in columns]


def _status(session: Session, shape: dict[str, Any]) -> str:
    return session.texts.word("draft_status", shape["status"])


def _print_head(session: Session, shape: dict[str, Any]) -> None:
    session.console.print(
        session.texts.text(
            "whatif.head", name=shape["name"], scope=shape["scope"]["name"], status=_status(session, shape)
        ),
        style="bold",
        soft_wrap=True,
        markup=False,
    )


def _print_draft(session: Session, shape: dict[str, Any]) -> None:
    _print_head(session, shape)
    if not shape["items"]:
        session.console.print(session.texts.text("whatif.nothing"), style="dim", soft_wrap=True)
    for each in shape["items"]:
        session.console.print(f"{each['number']:>2}  {each['text']}", soft_wrap=True, markup=False)


def _print_closed(session: Session, shape: dict[str, Any]) -> None:
    _print_draft(session, shape)
    for number, action in ((shape["outcome"] or {}).get("actions") or {}).items():
        session.console.print(
            session.texts.text("whatif.action", number=number, action=action), soft_wrap=True, markup=False
        )


def _print_effect(session: Session, shape: dict[str, Any]) -> None:
    from brm.cli.tables import print_table

    texts, console = session.texts, session.console
    _print_head(session, shape["draft"])
    for each in shape["items"]:
        console.print(f"{each['number']:>2}  {each['text']}{_fate(session, each)}", soft_wrap=True, markup=False)
    console.print()
    shown = [each for each in shape["scores"] if _matters(each)]
    rows = [_row(session, each, shape["draft"]["scope"]) for each in sorted(shown, key=_rank)]
    if rows:
        print_table(console, SCORE, rows, _titles(session, SCORE))
    else:
        console.print(texts.text("whatif.no_effect"), soft_wrap=True)
    if len(shape["scores"]) > len(rows):
        console.print(texts.text("whatif.more", number=len(shape["scores"]) - len(rows)), style="dim", soft_wrap=True)
    foot = texts.text("whatif.foot", day=shape["as_of"], base=shape["base"], revision=shape["revision"])
    console.print(f"\n{foot}", style="dim", soft_wrap=True)
    for notice in shape["notices"]:
        console.print(notice, style="dim", soft_wrap=True)


def _matters(each: dict[str, Any]) -> bool:
    """What people read first: not the rivals' ties to each person, and nothing that hardly moves."""
    if each["kind"] == "key_person" and each["vendor"]["id"] != "us":
        return False
    return each["total"] is None or each["measure"] != "score" or abs(each["total"]) >= LEAST_SHOWN


def _rank(each: dict[str, Any]) -> int:
    """The likelihood first, then the deal and the account, then people."""
    if each["measure"] != "score":
        return 3
    return {"likelihood": 0, "key_person": 2}.get(each["kind"], 1)


def _fate(session: Session, each: dict[str, Any]) -> str:
    """What there is to say of a proposal that does not simply apply."""
    state = each["state"]
    said = "" if state == "applies" else f" · {session.texts.text(f'whatif.state.{state}')}"
    reason = f": {each['reason']}" if each["reason"] else ""
    moved = f" · {session.texts.text('whatif.moved', ids=', '.join(each['moved']))}" if each["moved"] else ""
    return f"{said}{reason}{moved}"


def whose(session: Session, each: dict[str, Any], scope: dict[str, Any]) -> str:
    """Whose score it is: what the page is about goes without its name."""
    about = each["subject"]["id"] == scope["id"]
    vendor = [each["vendor"]["name"]] if each["vendor"]["id"] != "us" else []
    subject = session.texts.text(f"whatif.scope.{scope['type']}") if about else each["subject"]["name"]
    return " · ".join([subject, *vendor])


def where(session: Session, each: dict[str, Any], scope: dict[str, Any]) -> str:
    """Where a score of a person is measured: in the deal of the page, another one, or an account."""
    if each["scope"]["id"] == each["subject"]["id"]:
        return ""
    if each["scope"]["id"] == scope["id"] or each["scope"]["type"] == "company":
        return session.texts.text(f"whatif.scope.{each['scope']['type']}")
    return str(each["scope"]["name"])


def _row(session: Session, each: dict[str, Any], scope: dict[str, Any]) -> dict[str, Any]:
    texts, whole = session.texts, each["measure"] != "score"
    label = texts.text(f"kind.{each['kind']}")

    def number(value: float | None) -> str:
        if value is None:
            return "—"
        percent = "%" if each["unit"] == "percent" else ""
        return _amount(session, value, each["unit"]) if whole else f"{value:.1f}{percent}"

    def signed(value: float) -> str:
        sign = "+" if value >= 0 else "−"
        return f"{sign}{number(abs(value)).removesuffix('%')}"

    parts = each["parts"] if len(each["parts"]) > 1 else []
    return {
        "kind": texts.text("whatif.capital") if whole else label,
        "subject": whose(session, each, scope),
        "scope": where(session, each, scope),
        "before": number(each["before"]),
        "after": number(each["after"]),
        "total": "—" if each["total"] is None else signed(each["total"]),
        "parts": ", ".join(f"{part['number']}: {signed(part['effect'])}" for part in parts),
    }


def _amount(session: Session, value: float, unit: str) -> str:
    return f"{value:.2f}" if unit == "accounts" else session.texts.money(value, unit)
