"""The waterfall of a likelihood: from the usual to the deal at hand, in points, part by part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from brm.i18n import Catalogue
from brm.pictures import Shape
from brm.pictures.legend import Entry, draw_legend
from brm.pictures.palette import GRID, INK, MUTED
from brm.pictures.svg import Drawing, fitted

WIDTH, TOP, ROW, BAR, TEXT, RIGHT = 980.0, 100.0, 30.0, 18.0, 430.0, 70.0
RAISES, LOWERS, TOTAL = "#2f78b7", "#d98200", "#59616d"
DIRECTIONS = (("raises", RAISES), ("lowers", LOWERS))
MOST = 12
"""Parts that are told one by one; the smaller ones are told together."""
LEAST = 0.005
"""Points below which a part is not told at all."""


@dataclass(frozen=True, slots=True)
class Step:
    """A bar from where the one before ends, in points 0..100; a total starts at 0."""

    text: str
    start: float
    end: float
    total: bool = False


def steps(shape: Shape, texts: Catalogue) -> list[Step]:
    """The bars: the starting point, the parts by size, the smaller ones together, and the likelihood."""
    at = shape["base_points"]
    found = [Step(texts.text("deal.base"), 0.0, at, total=True)]
    told = [each for each in shape["contributions"] if abs(each["points"]) >= LEAST]
    parts = sorted(told, key=lambda each: -abs(each["points"]))
    listed = [(each["text"], each["points"]) for each in parts[:MOST]]
    if len(parts) > MOST:
        rest = parts[MOST:]
        listed.append((texts.text("deal.rest", count=len(rest)), sum(each["points"] for each in rest)))
    for text, points in listed:
        found.append(Step(text, at, at + points))
        at += points
    return [*found, Step(texts.text("deal.total"), 0.0, 100 * shape["score"], total=True)]


def waterfall_svg(shape: Shape, texts: Catalogue) -> str:
    """The SVG of an explained likelihood."""
    title = texts.text(
        "score.headline", kind=texts.text(f"kind.{shape['kind']}"), subject=shape["subject"]["name"],
        vendor=shape["vendor"]["name"],
    )  # fmt: skip
    interval = {name: 100 * each for name, each in shape["interval"].items()}
    about = texts.text("picture.waterfall_about", day=shape["as_of"], **interval)
    drawing = Drawing(title, about, texts.language)
    drawing.label(28, 44, fitted(title, 20, WIDTH - 56, bold=True), size=20, bold=True)
    drawing.label(28, 68, fitted(about, 12.5, WIDTH - 56), size=12.5, fill=MUTED)
    listed = steps(shape, texts)
    bottom, scale = TOP + ROW * len(listed), Scale.of(listed)
    for mark in (0, 25, 50, 75, 100):
        x = scale.place(mark)
        drawing.line([(x, TOP - 8), (x, bottom)], stroke=GRID)
        drawing.label(x, TOP - 14, f"{mark}", size=10.5, fill=MUTED, anchor="middle")
    for row, step in enumerate(listed):
        _draw(drawing, scale, step, TOP + ROW * row, last=row + 1 == len(listed))
    entries = [Entry(texts.text(f"picture.legend.{name}"), 22, _sign(fill)) for name, fill in DIRECTIONS]
    end = draw_legend(drawing, [entries], 28, bottom + 18, WIDTH - 56)
    return drawing.document(WIDTH, end + 6)


@dataclass(frozen=True, slots=True)
class Scale:
    """From points to places; parts on the way may lead below 0 or above 100."""

    low: float
    high: float

    @classmethod
    def of(cls, listed: list[Step]) -> Scale:
        """The scale that holds all bars."""
        return cls(min(0.0, *(step.end for step in listed)), max(100.0, *(step.end for step in listed)))

    def place(self, points: float) -> float:
        """Where a number of points stands, from left to right."""
        return TEXT + (WIDTH - TEXT - RIGHT) * (points - self.low) / (self.high - self.low)


def _draw(drawing: Drawing, scale: Scale, step: Step, y: float, *, last: bool) -> None:
    change = step.end - step.start
    fill = TOTAL if step.total else RAISES if change >= 0 else LOWERS
    value = f"{step.end:.1f}" if step.total else f"{change:+.1f}".replace("-", "−")
    left, right = sorted((scale.place(step.start), scale.place(step.end)))
    drawing.label(28, y + 14, fitted(step.text, 12.5, TEXT - 44, bold=step.total), size=12.5, bold=step.total)
    with drawing.group(f"{step.text}: {value}", class_="total" if step.total else "part"):
        drawing.rect(left, y, max(right - left, 1.0), BAR, fill=fill)
    drawing.label(right + 6, y + 14, value, size=12, fill=INK, bold=step.total)
    if not last:
        x = scale.place(step.end)
        drawing.line([(x, y + BAR), (x, y + ROW)], stroke=MUTED)


def _sign(fill: str) -> Callable[[Drawing, float, float], None]:
    return lambda drawing, x, y: drawing.rect(x, y - 6, 20, 12, fill=fill)
