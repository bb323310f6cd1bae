"""``brm review``: what a deal looked like when it was reviewed, who committed to what, and what came of it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from brm.cli.drafting import where, whose
from brm.cli.session import Session, command

LEAST_SHOWN, MOST_SHOWN = 0.05, 12
Review = Annotated[str, typer.Argument(metavar="REVIEW", help="Id of a review, or a deal: its last one")]
Text = Annotated[str, typer.Argument(metavar="TEXT")]
HEAD = ("opportunity", "as_of", "author", "notes", "decisions", "commitments", "id")
MOVED = ("kind", "subject", "scope", "frozen", "now", "total", "parts")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Deal reviews: frozen scores, decisions, commitments and what came of them.",
                        no_args_is_help=True)  # fmt: skip
    app.add_typer(group, name="review")
    _register_reading(group)
    _register_recording(group)
    _register_commitments(group)


def _register_reading(group: typer.Typer) -> None:
    @command(group, "list")
    def list_(
        session: Session, deal: Annotated[str | None, typer.Option(help="Of this deal", show_default=False)] = None
    ) -> None:
        """All reviews, the last first."""
        from brm.cli.tables import print_table
        from brm.services import reviews

        def show(items: list[dict[str, Any]]) -> None:
            rows = [{**each, **each["numbers"], "opportunity": each["opportunity"]["name"]} for each in items]
            print_table(session.console, HEAD, rows, _titles(session, HEAD))

        session.items(reviews.listed(session.workspace, session.principal, deal=deal), show)

    @command(group, "show")
    def show(session: Session, review: Review) -> None:
        """A review, and what moved its scores since: which causes, and which commitments."""
        from brm.services import following_up, reviews, telling

        id_ = reviews.identify(session.workspace, review)
        found = following_up.follow_up(session.workspace, session.principal, id_, when=session.when)
        session.output(telling.follow_up(found, session.texts), lambda shape: _print_follow_up(session, shape))


def _register_recording(group: typer.Typer) -> None:
    @command(group, "start")
    def start(session: Session, deal: Annotated[str, typer.Argument(metavar="DEAL", help="Opportunity")]) -> None:
        """Freeze the scores of a deal, its account and its people as they stand."""
        from brm.services import reviews

        _recorded(session, reviews.start(session.workspace, session.principal, deal, when=session.when))

    @command(group, "note")
    def note(session: Session, review: Review, text: Text) -> None:
        """Record what was said."""
        from brm.services import reviews

        id_ = reviews.identify(session.workspace, review)
        _recorded(session, reviews.note(session.workspace, session.principal, id_, text))

    @command(group, "decide")
    def decide(session: Session, review: Review, text: Text) -> None:
        """Record what was decided."""
        from brm.services import reviews

        id_ = reviews.identify(session.workspace, review)
        _recorded(session, reviews.decide(session.workspace, session.principal, id_, text))


def _register_commitments(group: typer.Typer) -> None:
    @command(group, "commit")
    def commit(
        session: Session,
        review: Review,
        text: Text,
        owner: Annotated[str, typer.Option(help="Person or unit of ours")],
        due: Annotated[str, typer.Option(help="Day by which it is due")],
        promised_to: Annotated[
            str | None, typer.Option(help="Person of the customer whom it is promised to", show_default=False)
        ] = None,
    ) -> None:
        """Record a commitment: it becomes an action of the plan."""
        from brm.services import reviews

        id_ = reviews.identify(session.workspace, review)
        _recorded(session, reviews.commit(
            session.workspace, session.principal, id_, text, owner=owner, due=due, promised_to=promised_to
        ))  # fmt: skip

    @command(group, "evidence")
    def evidence(
        session: Session,
        commitment: Annotated[str, typer.Argument(metavar="COMMITMENT", help="Id of the commitment's action")],
        ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Facts that came of it, e.g. interactions")],
    ) -> None:
        """Say which facts came of a commitment, so that what they moved is told as its doing."""
        from brm.services import reviews

        _recorded(session, reviews.attach(session.workspace, session.principal, commitment, ids))


def _titles(session: Session, columns: tuple[str, ...]) -> list[str]:
    return [session.texts.text(f"review.column.{each}") for each in columns]


def _recorded(session: Session, shape: dict[str, Any]) -> None:
    session.output(shape, lambda shown: _print_review(session, shown))


def _print_review(session: Session, shape: dict[str, Any]) -> None:
    texts, console = session.texts, session.console
    head = texts.text("review.head", deal=shape["opportunity"]["name"], day=shape["as_of"], id=shape["id"])
    console.print(head, style="bold", soft_wrap=True, markup=False)
    for name, title in (("notes", texts.text("review.notes")), ("decisions", texts.text("review.decisions"))):
        if shape[name]:
            console.print(title)
        for each in shape[name]:
            console.print(f"  {each['text']}", soft_wrap=True, markup=False)
    if shape["commitments"]:
        console.print(texts.text("review.commitments"))
    for each in shape["commitments"]:
        status = texts.word("work_status", each["status"]) if each["status"] else "—"
        line = texts.text(
            "review.commitment", text=each["text"], due=each["due_on"] or "—", status=status,
            evidence=len(each["evidence"]) + each["evidence_hidden"], id=each["id"],
        )  # fmt: skip
        console.print(f"  {line}", soft_wrap=True, markup=False)


def _print_follow_up(session: Session, shape: dict[str, Any]) -> None:
    from brm.cli.tables import print_table

    _print_review(session, shape)
    moved = [each for each in shape["scores"] if _moved(each)]
    rows = [_row(session, each, shape["opportunity"]) for each in moved[:MOST_SHOWN]]
    session.console.print()
    if rows:
        print_table(session.console, MOVED, rows, _titles(session, MOVED))
    else:
        session.console.print(session.texts.text("review.unmoved", number=len(shape["scores"])), soft_wrap=True)
    if len(moved) > len(rows):
        more = session.texts.text("review.more", number=len(moved) - len(rows))
        session.console.print(more, style="dim", soft_wrap=True)


def _moved(each: dict[str, Any]) -> bool:
    """Whether it moved and is ours, or a rival's as a whole: not the rivals' ties to each person."""
    if each["kind"] == "key_person" and each["vendor"]["id"] != "us":
        return False
    return each["now"] is None or abs(each["total"]) >= LEAST_SHOWN


def _row(session: Session, each: dict[str, Any], deal: dict[str, Any]) -> dict[str, Any]:
    shown = [part for part in each["parts"] if abs(part["effect"]) >= LEAST_SHOWN]
    return {
        "kind": session.texts.text(f"kind.{each['kind']}"),
        "subject": whose(session, each, deal),
        "scope": where(session, each, deal),
        "frozen": _number(each, each["score"]),
        "now": "—" if each["now"] is None else _number(each, each["now"]),
        "total": "—" if each["total"] is None else f"{each['total']:+.1f}",
        "parts": "\n".join(f"{part['effect']:+.1f} {part['text']}" for part in shown),
    }


def _number(each: dict[str, Any], value: float) -> str:
    return f"{value:.1%}" if each["link"] == "logit" else f"{value:.1f}"
