"""The one-page brief of a deal as blocks of lines and tables, which Markdown and workbook write each in its way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from brm.i18n import Catalogue
from brm.pictures import Shape
from brm.pictures.moves import causes_of, facts_of, level, signed
from brm.pictures.standing import close_line, stage_line, stuck_line, team_lines, tier_line, work_lines
from brm.pictures.workbook import NOTHING

MARKS = {"yes": "✓", "no": "✗", "unknown": "?"}
COLUMNS = ("owner", "due", "gain", "points", "before", "after", "success")
"""Of the table of actions, after what is to be done."""
FEW = 3
"""Members of the team, and open requests, that a line holds."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that stays one: a share 0..1, points, points with sign, or money; None where there is none."""

    value: float | None
    kind: Literal["share", "points", "signed", "money"]
    currency: str = ""

    def text(self, texts: Catalogue) -> str:
        """As people read it."""
        if self.value is None:
            return NOTHING
        if self.kind == "money":
            return texts.money(self.value, self.currency)
        if self.kind == "share":
            return f"{100 * self.value:.1f}%"
        return signed(self.value) if self.kind == "signed" else f"{self.value:.1f}"


Entry = str | Figure


@dataclass(frozen=True, slots=True)
class Block:
    """A part of the page: its title, a table (its first column under the title), and lines below it."""

    title: str
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[Entry, ...], ...] = ()
    lines: tuple[str, ...] = ()


def title(shape: Shape, texts: Catalogue) -> str:
    """What the page is."""
    return texts.text("brief.title", subject=shape["subject"]["name"])


def blocks(shape: Shape, texts: Catalogue) -> list[Block]:
    """The page from top to bottom."""
    return [
        _likelihood(shape, texts),
        _why(shape, texts),
        _field(shape, texts),
        _questions(shape, texts),
        _standing(shape, texts),
        _week(shape, texts),
        _actions(shape, texts),
    ]


def footer(shape: Shape, texts: Catalogue) -> str:
    """Of which day, which data and which parameters the page is."""
    return texts.text("brief.footer", day=shape["as_of"], revision=shape["revision"], **shape["parameters"])


def _likelihood(shape: Shape, texts: Catalogue) -> Block:
    interval = {name: 100 * each for name, each in shape["interval"].items()}
    value = texts.text(
        "deal.value", score=100 * shape["score"], completeness=shape["completeness"], day=shape["as_of"], **interval
    )
    label = texts.text(f"deal.label.{shape['label']}", n=shape["n"])
    told = f"{value} · {texts.text('brief.meaning')}"
    lines = (told, f"{shape['label']} · {label}", *([shape["gate_text"]] if shape["gate_text"] else []))
    return Block(texts.text("kind.likelihood"), lines=lines)


def _why(shape: Shape, texts: Catalogue) -> Block:
    fall = shape["waterfall"]
    rows: list[tuple[Entry, ...]] = [(fall["base"]["text"], Figure(fall["base"]["points"], "points"))]
    rows += [(each["text"], Figure(each["points"], "signed")) for each in fall["parts"]]
    rows.append((fall["total"]["text"], Figure(fall["total"]["points"], "points")))
    return Block(texts.text("brief.why"), (texts.text("score.effect"),), tuple(rows))


def _field(shape: Shape, texts: Catalogue) -> Block:
    heads = tuple(texts.text(f"deal.{name}") for name in ("raw", "gated"))
    rows = tuple(
        (each["vendor"]["name"], Figure(each["raw"], "share"), Figure(each["gated"], "share"))
        for each in shape["field"]
    )
    return Block(texts.text("brief.field"), heads, rows)


def _questions(shape: Shape, texts: Catalogue) -> Block:
    heads = tuple(each["name"] for each in shape["vendors"])
    rows = [
        (row["text"], *(_answer(each, texts) for each in row["answers"]))
        for row in (*shape["questions"], *shape["control_points"])
    ]
    separator = "、" if texts.language == "zh-CN" else ", "
    spots = separator.join(each["text"] for each in shape["blind_spots"])
    lines = (texts.text("brief.blind_spots", criteria=spots),) if spots else ()
    return Block(texts.text("brief.questions"), heads, tuple(rows), lines)


def _answer(each: Shape, texts: Catalogue) -> str:
    answer = each["answer"]
    mark = f"{MARKS[answer]} {texts.text(f'answer.{answer}')}"
    return f"{mark} {100 * each['belief']:.0f}%" if "belief" in each else mark


def _standing(shape: Shape, texts: Catalogue) -> Block:
    process = shape["process"]
    stage = [stage_line(process, texts), stuck_line(process, texts), close_line(process, texts)]
    lines = [" ".join(each for each in stage if each)]
    if tier := tier_line(process, texts):
        lines.append(tier)
    team = _few(texts.text("process.team"), team_lines(process, texts), texts)
    lines += [_joined([*team, *_few(texts.text("process.work"), work_lines(process, texts), texts)], texts)]
    for each in shape["findings"]:
        lines.append(
            texts.text("brief.finding", title=each["title"], severity=texts.text(f"severity.{each['severity']}"))
        )
    if shape["findings_more"]:
        lines.append(texts.text("brief.more_findings", number=shape["findings_more"]))
    return Block(texts.text("brief.standing"), lines=tuple(line for line in lines if line))


def _few(name: str, told: Sequence[str], texts: Catalogue) -> list[str]:
    """A few of several things in one line, and how many more there are."""
    if not told:
        return []
    more = [texts.text("moved.more", number=len(told) - FEW)] if len(told) > FEW else []
    return [texts.text("brief.listed", name=name, items=_joined([*told[:FEW], *more], texts))]


def _joined(told: Sequence[str], texts: Catalogue) -> str:
    return ("；" if texts.language == "zh-CN" else "; ").join(told)


def _week(shape: Shape, texts: Catalogue) -> Block:
    week = shape["week"]
    if week is None:
        return Block(texts.text("brief.week"), lines=(texts.text("moved.new"),))
    head = texts.text("moved.step", start=week["from"], end=week["to"], total=level(week["total"]))
    causes = [f"{text} {signed(effect)}" for text, effect in causes_of(week)]
    number = len(week["facts"])
    facts = facts_of(week, texts, number)
    beside = [" · ".join(facts[number:])] if facts[number:] else []
    return Block(texts.text("brief.week"), lines=(" · ".join([head, *causes]), *facts[:number], *beside))


def _actions(shape: Shape, texts: Catalogue) -> Block:
    if not shape["actions"]:
        return Block(texts.text("brief.actions"), lines=(texts.text("brief.no_action"),))
    heads = tuple(texts.text(f"brief.{name}") for name in COLUMNS)
    rows = tuple(
        (
            each["text"]
            if each["path"] is None
            else texts.text("brief.via", action=each["text"], path=each["path"]["text"]),
            each["owner"]["name"] if each["owner"] else NOTHING,
            each["due"],
            _money(each["gain"]),
            Figure(each["points"], "signed"),
            Figure(each["likelihood"]["before"], "share"),
            Figure(each["likelihood"]["after"], "share"),
            Figure(each["success"], "share"),
        )
        for each in shape["actions"]
    )
    return Block(texts.text("brief.actions"), heads, rows, (shape["basis_text"],))


def _money(money: Shape | None) -> Figure:
    return Figure(None, "money") if money is None else Figure(float(money["amount"]), "money", money["currency"])
