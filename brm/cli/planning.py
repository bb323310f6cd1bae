"""``brm plan``: an account's living plan; ``brm planning``: the parts of it that people write."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from brm.cli.saving import saved
from brm.cli.session import Session, command, print_written
from brm.errors import InvalidInput

Audience = Literal["internal", "customer"]
FORMS = (".md", ".json", ".xlsx", ".pptx")
Account = Annotated[str, typer.Argument(metavar="ACCOUNT", help="Company")]
Owner = Annotated[str | None, typer.Option(help="Who is accountable: a person or unit of ours", show_default=False)]
Due = Annotated[str | None, typer.Option(help="Day by which", show_default=False)]
Kind = Annotated[str | None, typer.Option("--score", help="Kind of score that it is to move", show_default=False)]
Evidence = Annotated[
    list[str] | None, typer.Option("--evidence", help="Interaction or observation that came of it", show_default=False)
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    _register_plan(app)
    group = typer.Typer(
        help="Write objectives, notes and actions of account plans; review plans.", no_args_is_help=True
    )
    _register_writing(group)
    _register_actions(group)
    _register_results(group)
    _register_reviews(group)
    app.add_typer(group, name="planning")


def _register_plan(app: typer.Typer) -> None:
    @command(app, "plan")
    def plan(
        session: Session,
        account: Account,
        out: Annotated[
            str | None,
            typer.Option(
                "--out", metavar="FILE", help=f"Write it into this file: {', '.join(FORMS)}", show_default=False
            ),
        ] = None,
        audience: Annotated[Audience, typer.Option(help="For us, or safe to give to the customer")] = "internal",
    ) -> None:
        """The account plan: who the customer is, coverage, white space, strategy, and how it goes."""
        from brm.cli.reading_out import print_document
        from brm.plans import exporting

        form = "" if out is None else Path(out).suffix.lower()
        if form not in ("", *FORMS) or (out is not None and not form):
            raise InvalidInput(
                f"a plan cannot be written as {form or out!r}", remedy=f"name a file that ends in {', '.join(FORMS)}",
                field="out", value=out,
            )  # fmt: skip
        shape = exporting.plan_for(
            session.workspace, session.principal, account, session.texts, audience, session.when, form[1:]
        )
        if out is None:
            session.output(
                shape, lambda shown: print_document(session.console, exporting.document(shown, session.texts))
            )
            return
        saved(session, out, lambda: exporting.exported(shape, form[1:], session.texts))


def _register_writing(group: typer.Typer) -> None:
    @command(group, "objective")
    def objective(
        session: Session,
        account: Account,
        name: Annotated[str, typer.Argument(help="The aim")],
        kind: Annotated[str, typer.Option(help="revenue, development or relationship")],
        target: Annotated[float | None, typer.Option(help="Number to reach", show_default=False)] = None,
        due: Due = None,
        owner: Owner = None,
        score: Kind = None,
    ) -> None:
        """Add an aim to an account's plan."""
        from brm.plans import planning

        told = planning.add_objective(
            session.workspace, session.principal, account, name, kind=kind, target=target, due=due, owner=owner,
            score_kind=score,
        )  # fmt: skip
        print_written(session, *told)

    @command(group, "note")
    def note(
        session: Session,
        account: Account,
        text: Annotated[str, typer.Argument(help="The note")],
        topic: Annotated[str, typer.Option(help="strategy, risk, customer_goal or support")] = "strategy",
        restricted: Annotated[bool, typer.Option("--restricted", help="For admins alone")] = False,
    ) -> None:
        """Add a note to an account's plan."""
        from brm.plans import planning

        told = planning.add_note(
            session.workspace, session.principal, account, text, topic=topic, restricted=restricted
        )
        print_written(session, *told)


def _register_actions(group: typer.Typer) -> None:
    @command(group, "action")
    def action(
        session: Session,
        scope: Annotated[str, typer.Argument(metavar="ACCOUNT|OPPORTUNITY", help="Where it belongs")],
        name: Annotated[str, typer.Argument(help="What is to be done")],
        owner: Annotated[str, typer.Option(help="Who is accountable: a person or unit of ours")],
        due: Annotated[str, typer.Option(help="Day by which")],
        promised_to: Annotated[
            str | None, typer.Option(help="Person of the customer that it is promised to", show_default=False)
        ] = None,
        hours: Annotated[float | None, typer.Option(help="Effort", show_default=False)] = None,
        aims_at: Annotated[
            str | None,
            typer.Option(help="Person, company or opportunity whose score it is to move", show_default=False),
        ] = None,
        score: Kind = None,
        expected: Annotated[float | None, typer.Option(help="Points expected of it", show_default=False)] = None,
    ) -> None:
        """Add an action to the plan of an account, or of one of its deals."""
        from brm.plans import planning

        told = planning.add_action(
            session.workspace, session.principal, scope, name, owner=owner, due=due, promised_to=promised_to,
            hours=hours, aims_at=aims_at, score_kind=score, effect=expected,
        )  # fmt: skip
        print_written(session, *told)


def _register_results(group: typer.Typer) -> None:
    @command(group, "done")
    def done(
        session: Session,
        id_: Annotated[str, typer.Argument(metavar="ACTION", help="Action")],
        on: Annotated[str | None, typer.Option("--on", help="Day; default today", show_default=False)] = None,
        evidence: Evidence = None,
    ) -> None:
        """Mark an action as done, with what came of it."""
        from brm.plans import planning

        receipt = planning.finish(session.workspace, session.principal, id_, done=on, evidence=evidence or ())
        print_written(session, id_, receipt)

    @command(group, "attach")
    def attach(
        session: Session,
        id_: Annotated[str, typer.Argument(metavar="ACTION", help="Action")],
        evidence: Annotated[list[str], typer.Argument(help="Interactions or observations that came of it")],
    ) -> None:
        """Say which facts came of an action, so that its effect can be measured."""
        from brm.plans import planning

        print_written(session, id_, planning.attach(session.workspace, session.principal, id_, evidence))


def _register_reviews(group: typer.Typer) -> None:
    @command(group, "review")
    def review(
        session: Session,
        account: Account,
        verdict: Annotated[str, typer.Option(help="approved or changes_asked")],
        comment: Annotated[str | None, typer.Option(help="What is to be said", show_default=False)] = None,
    ) -> None:
        """Freeze the plan of an account as a reviewed version."""
        from brm.plans import versions

        shape = versions.review(
            session.workspace, session.principal, account, verdict=verdict, comment=comment, when=session.when
        )
        session.output(shape, lambda shown: _print_version(session, shown))

    @command(group, "versions")
    def list_versions(session: Session, account: Account) -> None:
        """The reviewed versions of an account's plan."""
        from brm.plans import versions

        found = versions.listed(session.workspace, session.principal, account)
        session.items(found, lambda items: _print_versions(session, items))

    @command(group, "version")
    def version(session: Session, id_: Annotated[str, typer.Argument(metavar="ID", help="Version")]) -> None:
        """A reviewed version of a plan, as it was shown."""
        from brm.cli.reading_out import print_document
        from brm.plans import exporting, rendering, versions

        shape = versions.shown(session.workspace, session.principal, id_)
        shape = {
            **shape,
            "plan": rendering.plan(shape["plan"], session.texts, session.workspace.parameters.employee.currency),
        }

        def human(shown: dict[str, Any]) -> None:
            _print_version(session, shown)
            print_document(session.console, exporting.document(shown["plan"], session.texts))

        session.output(shape, human)


def _print_versions(session: Session, items: list[dict[str, Any]]) -> None:
    if not items:
        session.console.print(session.texts.text("plan.no_versions"), soft_wrap=True)
    for each in items:
        _print_version(session, each)


def _print_version(session: Session, each: dict[str, Any]) -> None:
    texts = session.texts
    head = texts.text(
        "plan.version", id=each["id"], verdict=texts.word("plan_verdict", each["verdict"]), day=each["as_of"],
        reviewer=each["reviewer"],
    )  # fmt: skip
    session.console.print(head, markup=False, soft_wrap=True)
    if each["comment"]:
        session.console.print(each["comment"], markup=False, soft_wrap=True)
