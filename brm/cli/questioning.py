"""``brm questions``: the four questions and twenty criteria of a deal, and a way to answer them."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from brm.cli.asking import ParametersOption
from brm.cli.session import Session, command

MARKS = {"yes": "✓", "no": "✗", "unknown": "?"}
CLAIM_GAP = 0.3
"""A claim this far from the belief is told in words."""


def register(app: typer.Typer) -> None:
    """Add the command."""

    @command(app, "questions")
    def questions(
        session: Session,
        id_: Annotated[str, typer.Argument(metavar="ID", help="Deal")],
        answer: Annotated[
            list[str] | None, typer.Option(help="criterion=yes or criterion=no; several times", show_default=False)
        ] = None,
        vendor: Annotated[
            str | None, typer.Option(help="Whom the answers are about; default us", show_default=False)
        ] = None,
        note: Annotated[str | None, typer.Option(help="Why, in a few words", show_default=False)] = None,
        by: Annotated[str | None, typer.Option(help="Person who answers", show_default=False)] = None,
        evidence: Annotated[bool, typer.Option("--evidence", help="Show what each answer rests on")] = False,
        weeks: Annotated[int, typer.Option(help="Weeks of history")] = 8,
        parameters: ParametersOption = None,
    ) -> None:
        """Four questions, twenty criteria: us against each rival, blind spots, and how it stood before."""
        from brm.services import deal_rendering
        from brm.services import questions as asked

        if answer:
            _answer(session, id_, answer, vendor, note, by)
            return
        found = asked.questions(session.under(parameters), session.principal, id_, weeks=weeks, when=session.when)
        shape = deal_rendering.questions(found, session.texts)
        session.output(shape, lambda shown: _print(session, shown, evidence))


def _answer(session: Session, id_: str, pairs: list[str], vendor: str | None, note: str | None, by: str | None) -> None:
    from brm.services import questions as asked
    from brm.services import shapes

    ids, receipt = asked.answer(
        session.workspace, session.principal, id_, asked.told(pairs), vendor=vendor, note=note, said_by=by
    )
    session.output(
        {"ids": ids, **shapes.receipt(receipt)},
        lambda shown: session.console.print(
            session.texts.text("criteria.answered", count=len(ids), revision=shown["revision"]), soft_wrap=True
        ),
    )


def _print(session: Session, shape: dict[str, Any], evidence: bool) -> None:
    from brm.cli.tables import print_table

    texts, console, vendors = session.texts, session.console, shape["vendors"]
    rivals = sum(each["vendor"]["id"] != "us" for each in vendors)
    head = texts.text("criteria.head", deal=shape["subject"]["name"], day=shape["as_of"], rivals=rivals)
    console.print(head, style="bold", soft_wrap=True)
    if not vendors:
        return
    columns = ("criterion", *(each["vendor"]["id"] for each in vendors))
    titles = [texts.text("criteria.criterion"), *(each["vendor"]["name"] for each in vendors)]
    print_table(console, columns, _rows(vendors), titles)
    console.print(texts.text("criteria.legend"), style="dim", soft_wrap=True)
    _print_notes(session, vendors[0])
    if evidence:
        for each in vendors:
            _print_evidence(session, each)
    _print_inner(session, shape["inner_four"])
    if len(shape["history"]) > 1:
        _print_history(session, shape["history"])


def _rows(vendors: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A row per question, with its criteria below it, then one per control point."""
    rows: list[dict[str, Any]] = []
    for place, question in enumerate(vendors[0]["questions"]):
        told = {each["vendor"]["id"]: _cell(each["questions"][place]) for each in vendors}
        rows.append({"criterion": question["text"], **told})
        for at, criterion in enumerate(vendors[0]["criteria"]):
            if criterion["question"] == question["id"]:
                told = {each["vendor"]["id"]: _cell(each["criteria"][at]) for each in vendors}
                rows.append({"criterion": f"  {criterion['text']}", **told})
    for at, point in enumerate(vendors[0]["control_points"]):
        told = {each["vendor"]["id"]: MARKS[each["control_points"][at]["answer"]] for each in vendors}
        rows.append({"criterion": point["text"], **told})
    return rows


def _cell(told: dict[str, Any]) -> str:
    star = "*" if told.get("claim") is not None else ""
    return f"{MARKS[told['answer']]} {told['belief']:.0%}{star}"


def _print_notes(session: Session, ours: dict[str, Any]) -> None:
    """What of our own answers deserves words: what they wait for, claims that are far off, blind spots."""
    texts, console = session.texts, session.console
    named = {each["id"]: each["text"] for each in ours["criteria"]}
    waits = [each for question in ours["questions"] for each in question["waits_for"]]
    if waits:
        console.print(texts.text("criteria.waits", criteria=_listed(session, waits, named)), soft_wrap=True)
    for each in ours["criteria"]:
        if each["claim"] is not None and abs(each["claim"] - each["belief"]) >= CLAIM_GAP:
            line = texts.text("criteria.claim_line", criterion=each["text"], claim=each["claim"], belief=each["belief"])
            console.print(line, soft_wrap=True)
    spots = _listed(session, [each["criterion"] for each in ours["blind_spots"]], named)
    blind = texts.text("criteria.blind", criteria=spots) if spots else texts.text("criteria.no_blind")
    console.print(blind, soft_wrap=True)


def _listed(session: Session, ids: list[str], named: dict[str, str]) -> str:
    return session.texts.listed(named[each] for each in ids)


def _print_evidence(session: Session, vendor: dict[str, Any]) -> None:
    texts, console = session.texts, session.console
    console.print(f"\n{vendor['vendor']['name']}", style="bold", soft_wrap=True)
    for each in vendor["criteria"]:
        if each["items"] or each["items_hidden"]:
            said = texts.text(f"answer.{each['answer']}")
            console.print(f"{each['ask']} {said} ({each['belief']:.0%})", soft_wrap=True)
        for item in each["items"]:
            line = texts.text(
                "criteria.evidence_line",
                name=item["evidence"]["name"],
                type=item["evidence"]["type"],
                value=item["value"],
                weight=item["weight"],
            )
            console.print(f"    {line}", style="dim", soft_wrap=True)
        if each["items_hidden"]:
            console.print(f"    {texts.text('criteria.hidden', count=each['items_hidden'])}", soft_wrap=True)


def _print_inner(session: Session, inner: list[dict[str, Any]]) -> None:
    from brm.cli.tables import print_table

    texts = session.texts
    rows = [
        {
            "vendor": each["vendor"]["name"],
            "fit": f"{each['fit']['value']:.0%}",
            "closeness": f"{each['closeness']['value']:.0%}",
            "threat": None if each["threat"] is None else f"{each['threat']:.0f}",
        }
        for each in inner
    ]
    session.console.print(f"\n{texts.text('criteria.inner')}", style="bold", soft_wrap=True)
    titles = [texts.text(f"criteria.{name}") for name in ("vendor", "fit", "closeness", "threat")]
    print_table(session.console, ("vendor", "fit", "closeness", "threat"), rows, titles)


def _print_history(session: Session, history: list[dict[str, Any]]) -> None:
    """Our answer to each question, a line per week."""
    from brm.cli.tables import print_table

    texts, rows = session.texts, list[dict[str, Any]]()
    ids: list[str] = []
    for point in history:
        ours = point["vendors"][0] if point["vendors"] else None
        told = {} if ours is None else {id_: _cell(each) for id_, each in ours["questions"].items()}
        ids = list(told) or ids
        rows.append({"day": point["as_of"], **told})
    if not ids:
        return
    session.console.print(f"\n{texts.text('criteria.history')}", style="bold", soft_wrap=True)
    print_table(
        session.console,
        ("day", *ids),
        rows,
        [texts.text("criteria.day"), *(texts.text(f"question.{id_}") for id_ in ids)],
    )
