"""One line: the likelihood over the weeks, stages and control points below it, and what moved it most.

Moves are numbered in a lane above the plot, spread so that no two signs touch, and told in a list below it. Nothing is
said by colour alone: a control point held is a solid bar, one not held a hollow one, one not known a dotted line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from brm.i18n import Catalogue
from brm.pictures import Shape
from brm.pictures.legend import Entry, draw_legend
from brm.pictures.moves import causes_of, facts_of, signed
from brm.pictures.palette import GRID, INK, MUTED, PAPER
from brm.pictures.svg import Drawing, fitted, text_width
from brm.pictures.trend import LEFT, PLOT, RIGHT, TOP, WIDTH, Point, draw_trend, height, trend_legend, trend_svg

DISC, APART, LANE = 9.0, 24.0, TOP - 11
STAGES, STAGE, ROW, BAR = TOP + PLOT + 34, 18.0, 15.0, 7.0
FACTS = 2
"""Facts that are told of each move."""
ANSWERS = ("yes", "no", "unknown")
SHADES = ("#eef0f3", PAPER)


def series_svg(shape: Shape, texts: Catalogue) -> str:
    """The SVG of a series: of a likelihood with what moved it, of other scores the trend."""
    return line_svg(shape, texts) if "moves" in shape else trend_svg(shape, texts)


def line_svg(shape: Shape, texts: Catalogue) -> str:
    """The SVG of a likelihood's series in the shape of ``brm trend likelihood``."""
    drawing, points = draw_trend(shape, texts)
    marks = [(at, move) for move in shape["moves"] for at in [_place(points, move)] if at is not None]
    for number, (x, (at, _)) in enumerate(zip(spread([points[at][0] for at, _ in marks]), marks, strict=True), 1):
        _mark(drawing, number, x, points[at])
    _stages(drawing, points, texts)
    y = _control_points(drawing, points, texts)
    y = _moves(drawing, [move for _, move in marks], y + 26, texts)
    moved = Entry(texts.text("picture.legend.move"), 20, _move_sign)
    held = [Entry(texts.text(f"picture.legend.control_{each}"), 30, _bar_sign(each)) for each in ANSWERS]
    end = draw_legend(drawing, [[*trend_legend(shape, texts), moved], held], 28, y, WIDTH - 56)
    return drawing.document(WIDTH, end + 6)


def _place(points: Sequence[Point], move: Shape) -> int | None:
    """Where the week ends in which a move was made."""
    return next((at for at, (_, item) in enumerate(points) if item["as_of"] == move["to"] and at), None)


def spread(places: Sequence[float]) -> list[float]:
    """The places, ascending, moved as little as that takes for no two to be nearer than signs are wide."""
    found: list[float] = []
    for place in places:
        found.append(max(place, found[-1] + APART) if found else place)
    room = WIDTH - RIGHT
    for at in range(len(found) - 1, -1, -1):
        found[at] = min(found[at], room)
        room = found[at] - APART
    return found


def _mark(drawing: Drawing, number: int, x: float, point: Point) -> None:
    to, y = point[0], height(point[1]["score"])
    with drawing.group(class_="mark"):
        drawing.line([(x, LANE + DISC), (to, TOP + 6), (to, y - 7)], stroke=MUTED, dash="2 3")
        _disc(drawing, number, x, LANE)


def _disc(drawing: Drawing, number: int, x: float, y: float) -> None:
    drawing.circle(x, y, DISC, fill=INK)
    drawing.label(x, y + 4, f"{number}", size=11.5, fill=PAPER, bold=True, anchor="middle")


def _runs(told: Sequence[tuple[float, str | None]]) -> Iterator[tuple[float, float, str | None]]:
    """From where to where the same is told; a week reaches half of the way to its neighbours."""
    half = (told[1][0] - told[0][0]) / 2 if len(told) > 1 else 6.0
    for value, run in groupby(told, key=lambda each: each[1]):
        kept = [x for x, _ in run]
        yield max(kept[0] - half, LEFT), min(kept[-1] + half, WIDTH - RIGHT), value


def _stages(drawing: Drawing, points: Sequence[Point], texts: Catalogue) -> None:
    for number, (left, right, stage) in enumerate(_runs([(x, item["stage"]) for x, item in points])):
        if stage is None:
            continue
        word = texts.word("stage", stage)
        with drawing.group(word, class_="stage"):
            drawing.rect(left, STAGES, right - left, STAGE, fill=SHADES[number % 2], stroke=GRID)
            if text_width(fitted(word, 10.5, right - left - 6), 10.5) > APART:
                drawing.label(left + 4, STAGES + 13, fitted(word, 10.5, right - left - 6), size=10.5)
    last = points[-1][1]["stage"] if points else None
    now = (
        texts.text("picture.no_stage") if last is None else texts.text("picture.stage", stage=texts.word("stage", last))
    )
    drawing.label(WIDTH - RIGHT + 10, STAGES + 13, fitted(now, 10.5, RIGHT - 14), size=10.5, fill=MUTED)


def _control_points(drawing: Drawing, points: Sequence[Point], texts: Catalogue) -> float:
    """A row per control point; where they end."""
    y = STAGES + STAGE + 14
    names = next((list(item["control_points"]) for _, item in points if item["control_points"]), [])
    for name in names:
        label = texts.text(f"control.{name}")
        answers = [(x, (item["control_points"] or {}).get(name)) for x, item in points]
        for left, right, answer in _runs(answers):
            if answer is not None:
                with drawing.group(f"{label}: {texts.text(f'answer.{answer}')}", class_="control"):
                    _bar(drawing, answer, left, y, right - left)
        drawing.label(WIDTH - RIGHT + 10, y + 4, fitted(label, 10, RIGHT - 14), size=10, fill=MUTED)
        y += ROW
    return y


def _bar(drawing: Drawing, answer: str, x: float, y: float, width: float) -> None:
    if answer == "unknown":
        drawing.line([(x, y), (x + width, y)], stroke=MUTED, line=1.4, dash="1.5 4")
    else:
        fill = INK if answer == "yes" else PAPER
        drawing.rect(x, y - BAR / 2, width, BAR, fill=fill, stroke=INK)


def _moves(drawing: Drawing, moves: Sequence[Shape], y: float, texts: Catalogue) -> float:
    """The list of moves by number, each with causes and facts; where it ends."""
    room = WIDTH - 56 - 30
    heads = [texts.text("moved.step", start=each["from"], end=each["to"], total=each["total"]) for each in moves]
    left = 58 + max((text_width(head, 12.5) for head in heads), default=0.0) + 12
    for number, (head, move) in enumerate(zip(heads, moves, strict=True), 1):
        causes = " · ".join(f"{text} {signed(effect)}" for text, effect in causes_of(move))
        with drawing.group(class_="move"):
            _disc(drawing, number, 28 + DISC, y - 4)
            drawing.label(58, y, fitted(head, 12.5, room, bold=True), size=12.5, bold=True)
            drawing.label(left, y, fitted(causes, 12, WIDTH - 28 - left), size=12)
            for line in facts_of(move, texts, FACTS):
                y += 17
                drawing.label(58, y, fitted(line, 11.5, room), size=11.5, fill=MUTED)
        y += 25
    return y


def _move_sign(drawing: Drawing, x: float, y: float) -> None:
    _disc(drawing, 1, x + DISC, y)


def _bar_sign(answer: str) -> Callable[[Drawing, float, float], None]:
    return lambda drawing, x, y: _bar(drawing, answer, x, y, 28)
