"""``brm focus, portrait``: points of view that customers are graded from, and whom we look for."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from brm.cli.customers import titles
from brm.cli.session import Session, command

Name = Annotated[str, typer.Argument(help="Name of the profile")]
Note = Annotated[str | None, typer.Option(help="What it is for", show_default=False)]
PROFILES = ("name", "active", *("value", "potential", "strategic", "relationship", "cost", "risk"), "kinds", "note")
MOVED = ("account", "before", "after", "total", "text")
VARIED = ("part", "factor", "up", "down", "tau", "move")
PORTRAITS = ("name", "count", "predicates", "note")
HELD = ("account", "lifecycle")
TESTED = ("group", "accounts", "bought", "share", "interval")
Where = Annotated[
    list[str] | None,
    typer.Argument(metavar="CONDITION", help="E.g. industry=energy employees>=5000", show_default=False),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    focus = typer.Typer(help="Points of view that customers are graded from.", no_args_is_help=True)
    app.add_typer(focus, name="focus")
    _register_profiles(focus)
    _register_effects(focus)
    portrait = typer.Typer(help="Customer portraits: whom we look for.", no_args_is_help=True)
    app.add_typer(portrait, name="portrait")
    _register_portraits(portrait)


def _register_profiles(group: typer.Typer) -> None:
    @command(group, "list")
    def list_(session: Session) -> None:
        """All focus profiles with their weights, and which one rules."""
        from brm.cli.tables import print_table
        from brm.services import customer_telling, focus_profiles

        found = focus_profiles.listed(session.workspace, session.principal, when=session.when)

        def show(shape: dict[str, Any]) -> None:
            rows = [_profile(session, each) for each in shape["items"]]
            print_table(session.console, PROFILES, rows, titles(session.texts, PROFILES))

        session.output({**customer_telling.profiles(found, session.texts), "next": None}, show)

    @command(group, "show")
    def show(session: Session, name: Name) -> None:
        """One focus profile."""
        from brm.cli.tables import print_table
        from brm.services import customer_telling, focus_profiles

        found = focus_profiles.shown(session.workspace, session.principal, name, when=session.when)
        session.output(
            customer_telling.focus(found, session.texts),
            lambda shape: print_table(
                session.console, PROFILES, [_profile(session, shape)], titles(session.texts, PROFILES)
            ),
        )

    @command(group, "save")
    def save(
        session: Session,
        name: Name,
        weights: Annotated[list[str], typer.Argument(metavar="PART=WEIGHT", help="E.g. value=3 risk=1")],
        kind: Annotated[
            list[str] | None,
            typer.Option("--kind", help="Look only at companies of this kind; may be repeated", show_default=False),
        ] = None,
        note: Note = None,
    ) -> None:
        """Save a focus profile; customers are graded as before until it is activated."""
        from brm.services import customer_telling, focus_profiles

        found = focus_profiles.save(
            session.workspace, session.principal, name, _weights(weights), kinds=kind or (), note=note
        )
        session.output(
            customer_telling.focus(found, session.texts),
            lambda shape: session.console.print(session.texts.text("focus.saved", name=shape["name"]), soft_wrap=True),
        )

    @command(group, "activate")
    def activate(
        session: Session,
        name: Name,
        since: Annotated[
            str | None, typer.Option("--from", help="First day; default from now on", show_default=False)
        ] = None,
        note: Annotated[str | None, typer.Option(help="Why", show_default=False)] = None,
    ) -> None:
        """Grade customers by this profile from a day on."""
        from brm.services import customer_telling, focus_profiles

        found = focus_profiles.activate(session.workspace, session.principal, name, since=since, note=note)
        session.output(
            customer_telling.focus(found, session.texts),
            lambda shape: session.console.print(
                session.texts.text("focus.activated", name=shape["label"], since=since or "—"), soft_wrap=True
            ),
        )


def _register_effects(group: typer.Typer) -> None:
    @command(group, "switch")
    def switch(
        session: Session,
        name: Name,
        base: Annotated[
            str | None, typer.Option("--from", help="Profile to compare with; default the active one",
                                     show_default=False)
        ] = None,
        limit: Annotated[int | None, typer.Option(help="Most rows; default all", show_default=False)] = None,
    ) -> None:  # fmt: skip
        """Who would move between grades were this profile to rule, and why; nothing is written."""
        from brm.services import customer_telling, focus_effects

        found = focus_effects.preview(
            session.workspace, session.principal, name, base=base, when=session.when, limit=limit
        )
        session.output(
            customer_telling.switch({**found, "next": None}, session.texts), lambda shape: _print_switch(session, shape)
        )

    @command(group, "sensitivity")
    def sensitivity(
        session: Session,
        name: Annotated[str | None, typer.Argument(help="Profile; default the active one", show_default=False)] = None,
    ) -> None:
        """How many customers change grade when each weight is 20 or 50 % less or more."""
        from brm.services import customer_telling, focus_effects

        found = focus_effects.sensitivity(session.workspace, session.principal, name, when=session.when)
        session.output(
            customer_telling.sensitivity(found, session.texts), lambda shape: _print_sensitivity(session, shape)
        )


def _register_portraits(group: typer.Typer) -> None:
    @command(group, "list")
    def list_(session: Session) -> None:
        """All portraits, and how many accounts each holds for."""
        from brm.cli.tables import print_table
        from brm.services import portraits

        found = portraits.listed(session.workspace, session.principal, when=session.when)

        def show(shape: dict[str, Any]) -> None:
            rows = [{**each, "predicates": _conditions(each["predicates"])} for each in shape["items"]]
            print_table(session.console, PORTRAITS, rows, titles(session.texts, PORTRAITS))

        session.output({**found, "next": None}, show)

    @command(group, "show")
    def show(
        session: Session,
        name: Annotated[str, typer.Argument(help="Name of the portrait")],
        limit: Annotated[int | None, typer.Option(help="Most rows; default all", show_default=False)] = None,
    ) -> None:
        """A portrait with the accounts that it holds for."""
        from brm.services import portraits

        found = portraits.shown(session.workspace, session.principal, name, when=session.when, limit=limit)
        session.output({**found, "next": None}, lambda shape: _print_portrait(session, shape))

    @command(group, "try")
    def try_(
        session: Session,
        conditions: Where = None,
        limit: Annotated[int | None, typer.Option(help="Most rows; default all", show_default=False)] = None,
    ) -> None:
        """The accounts that some conditions hold for; nothing is written."""
        from brm.services import portraits

        asked = portraits.parse(conditions or ())
        found = portraits.counted(session.workspace, session.principal, asked, when=session.when, limit=limit)
        session.output({**found, "next": None}, lambda shape: _print_portrait(session, shape))

    @command(group, "save")
    def save(
        session: Session,
        name: Annotated[str, typer.Argument(help="Name of the portrait")],
        conditions: Where = None,
        note: Note = None,
    ) -> None:
        """Save a portrait: all conditions must hold."""
        from brm.services import portraits

        asked = portraits.parse(conditions or ())
        found = portraits.save(session.workspace, session.principal, name, asked, note=note)
        text = session.texts.text("portrait.saved", name=found["name"], count=found["count"], of=found["accounts"])
        session.output(found, lambda _: session.console.print(text, soft_wrap=True))

    @command(group, "backtest")
    def backtest(
        session: Session,
        name: Annotated[str, typer.Argument(help="Name of the portrait")],
        months: Annotated[int, typer.Option(help="Within how many months they bought")] = 12,
        at: Annotated[
            str | None, typer.Option("--at", help="Day it is read on; default so many months ago", show_default=False)
        ] = None,
    ) -> None:
        """Whether the portrait told on an earlier day who would buy, against those it did not hold for."""
        from brm.services import portraits

        found = portraits.backtest(session.workspace, session.principal, name, months=months, at=at, when=session.when)
        session.output(found, lambda shape: _print_backtest(session, shape))


def _weights(given: list[str]) -> dict[str, Any]:
    from brm.errors import InvalidInput

    found: dict[str, Any] = {}
    for each in given:
        part, _, text = each.partition("=")
        try:
            found[part.strip()] = float(text)
        except ValueError:
            raise InvalidInput(
                f"{each!r} is not PART=WEIGHT", remedy="write e.g. value=3 risk=1", field="weights", value=each
            ) from None
    return found


def _profile(session: Session, each: dict[str, Any]) -> dict[str, Any]:
    label = each["label"] if each["label"] == each["name"] else f"{each['name']} ({each['label']})"
    kinds = [session.texts.word("company_kind", kind) for kind in each["kinds"]]
    weights = {part: f"{share:.0%}" for part, share in each["weights"].items()}
    return {**weights, "name": label, "active": "✓" if each["active"] else "", "kinds": kinds or None,
            "note": each["note"]}  # fmt: skip


def _print_switch(session: Session, shape: dict[str, Any]) -> None:
    from brm.cli.tables import print_table
    from brm.services.customer_telling import grade_word

    texts = session.texts
    told = {"start": shape["from"]["label"], "end": shape["to"]["label"]}
    tau = "—" if shape["tau"] is None else f"{shape['tau']:.2f}"
    line = texts.text("focus.switch", day=shape["as_of"], moved=shape["moved"], of=shape["accounts"], tau=tau, **told)
    session.console.print(line, soft_wrap=True)
    for each in shape["moves"]:
        start, end = grade_word(each["from"], texts), grade_word(each["to"], texts)
        session.console.print(f"  {start} → {end}: {each['number']}", soft_wrap=True)
    rows = [
        {
            "account": each["account"]["name"],
            "before": _standing(each["before"], session),
            "after": _standing(each["after"], session),
            "total": None if each["total"] is None else texts.text("focus.effect", effect=each["total"]),
            "text": each["text"],
        }
        for each in shape["items"]
    ]
    if rows:
        print_table(session.console, MOVED, rows, titles(texts, MOVED))


def _standing(end: dict[str, Any], session: Session) -> str:
    from brm.services.customer_telling import grade_word

    score = "" if end["score"] is None else f" {end['score']:.1f}"
    return grade_word(end["grade"], session.texts) + score


def _print_sensitivity(session: Session, shape: dict[str, Any]) -> None:
    from brm.cli.tables import print_table

    texts = session.texts
    line = texts.text("focus.sensitivity", day=shape["as_of"], focus=shape["focus"]["label"], of=shape["accounts"])
    session.console.print(line, soft_wrap=True)
    rows = [
        {
            **each,
            "part": each["label"],
            "factor": f"{each['factor'] - 1:+.0%}",
            "tau": None if each["tau"] is None else f"{each['tau']:.3f}",
        }
        for each in shape["items"]
    ]
    print_table(session.console, VARIED, rows, titles(texts, VARIED))


def _conditions(predicates: list[dict[str, Any]]) -> str:
    from brm.services.portraits import typed

    return " · ".join(typed(each) for each in predicates)


def _print_portrait(session: Session, shape: dict[str, Any]) -> None:
    from brm.cli.tables import print_table

    texts = session.texts
    line = texts.text(
        "portrait.count", conditions=_conditions(shape["predicates"]), count=shape["count"], of=shape["accounts"]
    )
    session.console.print(line, soft_wrap=True, markup=False)
    for predicate, number in zip(shape["predicates"], shape["alone"], strict=True):
        session.console.print(f"  {_conditions([predicate])}: {number}", soft_wrap=True, markup=False)
    rows = [
        {"account": each["account"]["name"], "lifecycle": texts.word("lifecycle", each["lifecycle"])}
        for each in shape["items"]
    ]
    if rows:
        print_table(session.console, HELD, rows, titles(texts, HELD))


def _print_backtest(session: Session, shape: dict[str, Any]) -> None:
    from brm.cli.tables import print_table

    texts = session.texts
    line = texts.text("portrait.tested", start=shape["at"], end=shape["until"], buyers=shape["buyers"])
    session.console.print(line, soft_wrap=True)
    rows = [
        {
            "group": texts.text(f"portrait.{name}"),
            "accounts": shape[name]["number"],
            "bought": shape[name]["bought"],
            "share": None if shape[name]["share"] is None else f"{shape[name]['share']:.0%}",
            "interval": _interval(shape[name]["interval"]),
        }
        for name in ("matched", "others")
    ]
    print_table(session.console, TESTED, rows, titles(texts, TESTED))
    if shape["lift"] is not None:
        session.console.print(texts.text("portrait.lift", lift=shape["lift"]), soft_wrap=True)
    if shape["overlap"]:
        session.console.print(texts.text("portrait.overlap"), soft_wrap=True)


def _interval(interval: dict[str, float] | None) -> str | None:
    return None if interval is None else f"{interval['p10']:.0%}–{interval['p90']:.0%}"
