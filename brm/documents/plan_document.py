"""An account plan as a document: who, coverage, how, strategy, evaluate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brm.documents import Shape
from brm.documents.document import Column, Document, Format, Section
from brm.i18n import Catalogue

PEOPLE_SHOWN, GAPS_SHOWN, MOVES_SHOWN = 12, 8, 5
LEAST_SHOWN = 0.05
COLUMNS = {
    "people": ("person", "title", "roles", "influence:share", "tie:share", "depth:points", "stance:signed"),
    "white_space": ("unit", "offering", "potential", "current", "white", "share:share", "rivals", "deals", "deciders"),
    "touches": ("what", "due", "owner", "why"),
    "objectives": ("objective", "kind", "target", "progress", "share_done:share", "due", "owner", "status"),
    "actions": ("action", "owner", "due", "status", "expected:signed", "measured"),
    "past": ("quarter", "forecast", "actual"),
}
"""Columns by table, ``name:format`` where it is no text."""
FORMATS: dict[str, Format] = {"points": "points", "signed": "signed", "share": "share", "number": "number"}


def plan_document(shape: Shape, texts: Catalogue) -> Document:
    """The internal plan, its five elements in order; people's parts are marked as written."""
    document = Document(texts.text("plan.title", account=shape["account"]["name"]), shape["as_of"])
    document.head.append(texts.text(
        "plan.head", day=shape["as_of"], revision=shape["revision"], parameters=shape["parameters"]["version"]
    ))  # fmt: skip
    document.head.append(texts.text("plan.marks"))
    _who(document.section(texts.text("plan.who")), shape["who"], texts)
    _coverage(document.section(texts.text("plan.coverage")), shape["coverage"], texts)
    _how(document.section(texts.text("plan.how")), shape["how"], texts)
    _strategy(document, shape["strategy"], texts)
    _evaluate(document.section(texts.text("plan.evaluate")), shape["evaluate"], texts)
    return document


def _who(section: Section, who: Shape, texts: Catalogue) -> None:
    facts = {name: value for name, value in who["facts"].items() if value is not None}
    amounts = {name: texts.amount(value) for name, value in who["amounts"].items() if value is not None}
    recorded = [texts.text(f"plan.fact.{name}", value=value) for name, value in (facts | amounts).items()]
    if recorded:
        section.line(" · ".join(recorded))
    claimed = {"klass": "class"}
    told = [
        texts.text(f"plan.claimed.{name}", value=texts.word(claimed.get(name, name), value))
        for name, value in who["claimed"].items()
        if value is not None
    ]
    if told:
        section.line(" · ".join(told))
    if who["grading"] is not None:
        _grading(section, who["grading"], texts)
    if who["portraits"]:
        section.line(texts.text("plan.portraits", names=texts.listed(who["portraits"])))
    owner = who["owner"]["name"] if who["owner"] else texts.text("plan.nobody")
    worth = texts.amount(who["value"]) or "—"
    section.line(texts.text("plan.owner", owner=owner, worth=worth))
    columns = [
        Column(texts.text("plan.column.relationship")), Column(texts.text("plan.column.score"), "points"),
        Column(texts.text("plan.column.change", day=who["since"]), "signed"),
        Column(texts.text("plan.column.band")), Column(texts.text("plan.column.complete"), "share"),
    ]  # fmt: skip
    section.table(columns, [_cell(kind, cell, texts) for kind, cell in who["cells"].items() if cell is not None])


def _grading(section: Section, grading: Shape, texts: Catalogue) -> None:
    """Grade with its distance to the next one, lifecycle and list with why."""
    since = texts.text("plan.since", day=grading["since"]) if grading["since"] else ""
    section.line(texts.text(
        "plan.grade", grade=texts.word("grade", grading["grade"]), score=grading["score"],
        focus=grading["focus"]["label"], lifecycle=texts.word("lifecycle", grading["lifecycle"]),
    ) + since)  # fmt: skip
    if grading["next"] is not None:
        section.line(_distance(grading["next"], grading["currency"], texts))
    if grading["list"] is not None:
        why = texts.listed([each["text"] for each in grading["why"]]) or "—"
        section.line(texts.text("list.head", list=texts.text(f"list.{grading['list']}"), why=why))


def _distance(far: Shape, currency: str, texts: Catalogue) -> str:
    """What is missing to the next grade: points and where they come from most easily, and entry rules."""
    told = []
    if far["points"] >= LEAST_SHOWN:
        parts = texts.listed([texts.text(f"grade.part.{each['part']}") for each in far["steps"]])
        told.append(texts.text("plan.points_missing", points=far["points"], parts=parts or "—"))
    for each in far["entry"]:
        name, rule = texts.text(f"grade.entry.{each['rule']}"), each["rule"]
        missing, needed = (
            f"{value:.0f}" if rule == "leads" else texts.money(value, currency)
            for value in (each["missing"], each["needed"])
        )
        told.append(texts.text("grade.missing", rule=name, missing=missing, needed=needed))
    grade = texts.word("grade", far["grade"])
    return texts.text(
        "plan.next_grade", grade=grade, missing=("；" if texts.language == "zh-CN" else "; ").join(told) or "—"
    )


def _columns(texts: Catalogue, table: str) -> list[Column]:
    """The columns of a table."""
    parts = [each.partition(":") for each in COLUMNS[table]]
    return [Column(texts.text(f"plan.column.{name}"), FORMATS.get(format_, "text")) for name, _, format_ in parts]


def _cell(kind: str, cell: Shape, texts: Catalogue) -> tuple[Any, ...]:
    name = texts.text(f"heat.kind.{kind}")
    if "vendor" in cell:
        name = texts.text("plan.threat", kind=name, vendor=cell["vendor"]["name"])
    return name, cell["score"], cell["change"], texts.text(f"band.{cell['band']}"), cell["completeness"]


def _coverage(section: Section, coverage: Shape, texts: Catalogue) -> None:
    team = [(each["person"] or {}).get("name") for each in coverage["team"]]
    roles = [
        texts.text("plan.backup", role=texts.word("team_role", each["role"])) if each["backup"]
        else texts.word("team_role", each["role"])
        for each in coverage["team"]
    ]  # fmt: skip
    section.table(
        [Column(texts.text("plan.column.colleague")), Column(texts.text("plan.column.role"))],
        list(zip(team, roles, strict=True)), texts.text("plan.table.team"),
    )  # fmt: skip
    section.table(
        _columns(texts, "people"),
        [
            (each["name"], each["title"], " · ".join(texts.word("buying_role", role) for role in each["roles"]) or None,
             each["influence"], each["tie"], each["depth"], each["stance"])
            for each in coverage["people"][:PEOPLE_SHOWN]
        ],
        texts.text("plan.table.people"),
    )  # fmt: skip
    section.table(
        [Column(texts.text("plan.column.role")), Column(texts.text("plan.column.level")),
         Column(texts.text("plan.column.people"), "number"), Column(texts.text("plan.column.reached"), "number"),
         Column(texts.text("plan.column.tie"), "share")],
        [
            (texts.word("buying_role", each["role"]), texts.text(f"level.{each['level'] or 'unknown'}"),
             each["people"], each["reached"], each["tie"])
            for each in coverage["matrix"]
        ],
        texts.text("plan.table.matrix"),
    )  # fmt: skip
    for each in coverage["gaps"][:GAPS_SHOWN]:
        section.line(f"{each['text']} {each['who']}")
    if not section.blocks:
        section.line(texts.text("plan.nobody_known"))


def _how(section: Section, how: Shape, texts: Catalogue) -> None:
    grid = how["white_space"]
    units = {each["id"]: each["name"] for each in grid["units"]}
    offerings = {each["id"]: each["name"] for each in grid["offerings"]}
    section.table(
        _columns(texts, "white_space"),
        [
            (
                units[each["unit"]], offerings[each["offering"]], texts.amount(each["potential"]),
                texts.amount(each["current"]), texts.amount(each["white"]), each["installed_share"],
                _rivals(each["rivals"], texts), _names(each["deals"], texts), _names(each["deciders"], texts),
            )
            for each in grid["cells"]
        ],
        texts.text("plan.table.white_space"),
    )  # fmt: skip
    if not grid["cells"]:
        section.line(texts.text("plan.no_white_space"))
    section.table(
        _columns(texts, "touches"),
        [
            (each["text"], _due(each, texts), (each["owner"] or {}).get("name"), each["reason"])
            for each in how["due"]
        ],
        texts.text("plan.table.touches"),
    )  # fmt: skip


def _due(each: Shape, texts: Catalogue) -> str | None:
    if each["days_late"]:
        return texts.text("plan.late", days=each["days_late"])
    return None if each["due"] is None else str(each["due"])


def _rivals(rivals: list[Mapping[str, Any]], texts: Catalogue) -> str | None:
    told = [
        each["vendor"]["name"] if each["installed_share"] is None
        else f"{each['vendor']['name']} {each['installed_share']:.0%}"
        for each in rivals
    ]  # fmt: skip
    return texts.listed(told) or None


def _names(items: list[Mapping[str, Any]], texts: Catalogue) -> str | None:
    return texts.listed(each["name"] for each in items) or None


def _strategy(document: Document, strategy: Shape, texts: Catalogue) -> None:
    section = document.section(texts.text("plan.strategy"), written=True)
    section.table(
        _columns(texts, "objectives"),
        [
            (
                each["name"], each["kind"] and texts.word("objective_kind", each["kind"]),
                _measure(each["target"], each["unit"], texts), _measure(each["progress"], each["unit"], texts),
                each["share"], each["due"], (each["owner"] or {}).get("name"),
                each["status"] and texts.word("work_status", each["status"]),
            )
            for each in strategy["objectives"]
        ],
        texts.text("plan.table.objectives"),
    )  # fmt: skip
    for each in strategy["notes"]:
        topic = texts.word("note_topic", each["topic"]) if each["topic"] else texts.text("plan.note")
        section.line(texts.text("plan.noted", topic=topic, text=each["text"]))
    section.table(
        _columns(texts, "actions"),
        [
            (
                _action(each, texts), (each["owner"] or {}).get("name"), each["due"], _status(each, texts),
                each["expected_effect"], _effect(each["measured"], texts),
            )
            for each in strategy["actions"]
        ],
        texts.text("plan.table.actions"),
    )  # fmt: skip
    if not any(strategy.values()):
        section.line(texts.text("plan.nothing_written"))


def _measure(value: float | None, unit: str | None, texts: Catalogue) -> str | None:
    """A target or progress in its unit: money, offerings in use, points."""
    if value is None or unit is None:
        return None if value is None else f"{value:g}"
    if unit in ("offerings", "points"):
        return texts.text(f"plan.unit.{unit}", value=value)
    return texts.money(value, unit)


def _action(each: Shape, texts: Catalogue) -> str:
    if each["promised_to"] is None:
        return str(each["name"])
    return texts.text("plan.promise", name=each["name"], person=each["promised_to"]["name"])


def _status(each: Shape, texts: Catalogue) -> str | None:
    if each["days_late"]:
        return texts.text("plan.late", days=each["days_late"])
    return each["status"] and texts.word("work_status", each["status"])


def _effect(measured: Shape | None, texts: Catalogue) -> str | None:
    """What an action did, or why that cannot be told yet."""
    if measured is None:
        return None
    kind = texts.text(f"kind.{measured['score_kind']}")
    if measured["state"] != "measured":
        return texts.text(f"plan.effect.{measured['state']}", kind=kind, day=measured["on"])
    return texts.text("plan.effect.measured", kind=kind, effect=measured["effect"], day=measured["on"])


def _evaluate(section: Section, evaluate: Shape, texts: Catalogue) -> None:
    changes = evaluate["changes"]
    section.line(texts.text("plan.changes", start=changes["from"], end=changes["to"]))
    for each in [*changes["scores"], *changes["deals"], *changes["people"]][:MOVES_SHOWN]:
        if each["total"] is not None and abs(each["total"]) >= LEAST_SHOWN:
            section.line(_move(each, texts))
    for each in changes["facts"]:
        section.line(each["text"])
    _outlook(section, evaluate["outlook"], texts)
    grades = [
        f"{each['quarter']} {texts.word('grade', each['grade']) if each['grade'] else '—'}"
        for each in evaluate["grades"]
    ]
    section.line(texts.text("plan.grades", grades=texts.listed(grades)))
    adherence = evaluate["adherence"]
    told = texts.text("plan.adherence", **adherence) if adherence["due"] else ""
    section.line(told or texts.text("plan.adherence_none", days=adherence["days"]))


def _move(each: Shape, texts: Catalogue) -> str:
    parts = sorted(each["parts"], key=lambda part: -abs(part["effect"]))
    told = texts.listed([f"{p['text']} {p['effect']:+.1f}" for p in parts if abs(p["effect"]) >= LEAST_SHOWN])
    return texts.text(
        "plan.moved", kind=texts.text(f"kind.{each['kind']}"), subject=each["subject"]["name"], before=each["before"],
        after=each["after"], causes=told or "—",
    )  # fmt: skip


def _outlook(section: Section, outlook: Shape, texts: Catalogue) -> None:
    section.table(
        _columns(texts, "past"),
        [
            (
                texts.text("plan.running", quarter=each["quarter"]) if each["running"] else each["quarter"],
                texts.amount(each["forecast"]), texts.amount(each["actual"]),
            )
            for each in outlook["quarters"]
        ],
        texts.text("plan.table.past"),
    )  # fmt: skip
    section.table(
        [Column(texts.text("plan.column.quarter")), Column(texts.text("plan.column.forecast")),
         Column(texts.text("plan.column.deals"), "number")],
        [(each["quarter"], texts.amount(each["forecast"]), each["deals"]) for each in outlook["ahead"]],
        texts.text("plan.table.ahead"),
    )  # fmt: skip
    section.table(
        [Column(texts.text("plan.column.deal")), Column(texts.text("plan.column.likelihood"), "share"),
         Column(texts.text("plan.column.amount")), Column(texts.text("plan.column.expected_amount")),
         Column(texts.text("plan.column.closes"))],
        [
            (
                each["name"], each["likelihood"], texts.amount(each["amount"]), texts.amount(each["expected"]),
                texts.text("plan.overdue", day=each["closes_on"]) if each["late"] else each["closes_on"],
            )
            for each in outlook["deals"]
        ],
        texts.text("plan.table.deals"),
    )  # fmt: skip
    section.line(texts.text("plan.forecast_is"), quiet=True)
