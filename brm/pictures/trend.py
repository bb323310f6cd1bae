"""One score over the weeks: the line, its 80 % interval, the bands it lies in."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from brm.i18n import Catalogue
from brm.pictures import Shape, palette
from brm.pictures.legend import Entry, draw_legend
from brm.pictures.palette import GRID, HEAT, INK, MUTED, PAPER
from brm.pictures.svg import Drawing, fitted, number, text_width

WIDTH, LEFT, RIGHT, TOP, PLOT, TICK = 980.0, 62.0, 150.0, 96.0, 300.0, 64.0
INTERVAL, LITTLE = "#c3cad4", 0.05
"""Colour of the interval; a change too small to be called one."""
Point = tuple[float, dict[str, Any]]


def trend_svg(shape: Shape, texts: Catalogue) -> str:
    """The SVG of a series in the shape of ``brm trend``."""
    drawing, _ = draw_trend(shape, texts)
    end = draw_legend(drawing, [trend_legend(shape, texts)], 28, TOP + PLOT + 48, WIDTH - 56)
    return drawing.document(WIDTH, end + 6)


def draw_trend(shape: Shape, texts: Catalogue) -> tuple[Drawing, list[Point]]:
    """Title, scales and curve of a series, and where each of its weeks stands, its numbers in points of 100."""
    title = texts.text(
        "score.headline", kind=texts.text(f"kind.{shape['kind']}"), subject=shape["subject"]["name"],
        vendor=shape["vendor"]["name"],
    )  # fmt: skip
    shape = in_points(shape)
    about = _about(shape, texts)
    drawing = Drawing(title, about, texts.language)
    drawing.label(28, 44, fitted(title, 20, WIDTH - 56, bold=True), size=20, bold=True)
    drawing.label(28, 68, fitted(about, 12.5, WIDTH - 56), size=12.5, fill=MUTED)
    items = shape["items"]
    step = (WIDTH - LEFT - RIGHT) / max(1, len(items) - 1)
    points = [(LEFT + at * step, item) for at, item in enumerate(items)]
    _scales(drawing, points)
    if shape["bands"]:
        _bands(drawing, shape["bands"], texts)
    for known in _known(points):
        _draw_run(drawing, known)
    _draw_values(drawing, shape, points)
    _label_last(drawing, points, texts)
    return drawing, points


def in_points(shape: Shape) -> Shape:
    """A series of probabilities as one of points of 100; others as they are."""
    if shape.get("link") != "logit":
        return shape

    def scaled(value: float | None) -> float | None:
        return None if value is None else 100 * value

    items = [
        {
            **item,
            "score": scaled(item["score"]),
            "interval": {name: scaled(value) for name, value in item["interval"].items()},
        }
        for item in shape["items"]
    ]
    return {**shape, "items": items}


def height(score: float) -> float:
    """Where a score 0..100 stands."""
    return TOP + PLOT * (1 - score / 100)


def _about(shape: Shape, texts: Catalogue) -> str:
    known = [item for item in shape["items"] if item["score"] is not None]
    day = shape["items"][-1]["as_of"]
    if not known:
        return texts.text("picture.trend_unknown", day=day)
    change = known[-1]["score"] - known[0]["score"]
    return texts.text(
        "picture.trend_about", first=known[0]["as_of"], day=day, change=changed(change, texts),
        gaps=len(shape["items"]) - len(known),
    )  # fmt: skip


def changed(change: float, texts: Catalogue) -> str:
    """A change as ▲ or ▼ with its signed number; neutral, since red means up in one market and down in another."""
    if abs(change) < LITTLE:
        return texts.text("picture.unchanged")
    return texts.text("picture.up" if change > 0 else "picture.down", change=change)


def _scales(drawing: Drawing, points: list[Point]) -> None:
    right = WIDTH - RIGHT
    for score in (0, 20, 40, 60, 80, 100):
        drawing.line([(LEFT, height(score)), (right, height(score))], stroke=GRID)
        drawing.label(LEFT - 10, height(score) + 4, f"{score}", size=11, fill=MUTED, anchor="end")
    every = next(n for n in (1, 2, 4, 13, 26, 52, 104) if (len(points) - 1) / n <= (right - LEFT) / TICK)
    shown = {len(points) - 1 - back for back in range(0, len(points), every)}
    for at, (x, item) in enumerate(points):
        drawing.line([(x, TOP + PLOT), (x, TOP + PLOT + (6 if at in shown else 3))], stroke=MUTED)
        if at in shown:
            drawing.label(x, TOP + PLOT + 20, item["as_of"], size=9.5, fill=MUTED, anchor="middle")


def _bands(drawing: Drawing, bands: Shape, texts: Catalogue) -> None:
    for start, below, above in ((bands["warm"], "cold", "warm"), (bands["hot"], "", "hot")):
        y = height(start)
        drawing.line([(LEFT, y), (WIDTH - RIGHT, y)], stroke=MUTED, line=1.3, dash="6 4")
        drawing.label(LEFT - 10, y - 10, texts.text(f"band.{above}"), size=11, bold=True, anchor="end")
        if below:
            drawing.label(LEFT - 10, y + 19, texts.text(f"band.{below}"), size=11, bold=True, anchor="end")


def _known(points: list[Point]) -> Iterator[list[Point]]:
    """The runs of weeks that have a score."""
    for known, run in groupby(points, key=lambda point: point[1]["score"] is not None):
        if known:
            yield list(run)


def _draw_run(drawing: Drawing, run: list[Point]) -> None:
    """Interval and line of weeks without a gap; one week alone has its interval as a bar."""
    upper = [(x, height(item["interval"]["p90"])) for x, item in run]
    lower = [(x, height(item["interval"]["p10"])) for x, item in run]
    if len(run) == 1:
        drawing.line([upper[0], lower[0]], stroke=INTERVAL, line=5)
        return
    outline = " L".join(f"{number(x)} {number(y)}" for x, y in (*upper, *reversed(lower)))
    with drawing.group(class_="interval"):
        drawing.path(f"M{outline} Z", fill=INTERVAL, opacity=0.6)
    with drawing.group(class_="line"):
        drawing.line([(x, height(item["score"])) for x, item in run], stroke=INK, line=2.2)


def _draw_values(drawing: Drawing, shape: Shape, points: list[Point]) -> None:
    edges = palette.heat_edges(shape["bands"]) if shape["bands"] else None
    radius = 4.5 if len(points) <= 40 else 2.5
    for x, item in points:
        if item["score"] is None:
            continue
        told = f"{item['as_of']} · {item['score']:.1f} ({item['interval']['p10']:.1f}–{item['interval']['p90']:.1f})"
        threat = shape["kind"] == "competitor"
        fill = PAPER if edges is None else HEAT[palette.heat_bin(item["score"], edges, threat=threat)]
        with drawing.group(told, class_="point"):
            drawing.circle(x, height(item["score"]), radius, fill=fill, stroke=INK, line=1.4)


def _label_last(drawing: Drawing, points: list[Point], texts: Catalogue) -> None:
    known = [(x, item) for x, item in points if item["score"] is not None]
    if not known:
        return
    x, item = known[-1]
    score = f"{item['score']:.1f}"
    y = min(max(height(item["score"]) + 6, TOP + 14), TOP + PLOT - 16)
    band = texts.text(f"band.{item['band']}") if item["band"] else "%"
    interval = "{p10:.0f}–{p90:.0f}".format(**item["interval"])
    with drawing.group(class_="last"):
        drawing.label(x + 12, y, score, size=20, bold=True)
        drawing.label(x + 18 + text_width(score, 20, bold=True), y, band, size=13)
        drawing.label(x + 12, y + 17, texts.text("picture.interval", interval=interval), size=11, fill=MUTED)


def trend_legend(shape: Shape, texts: Catalogue) -> list[Entry]:
    """What the signs of a trend mean."""
    entries = [
        Entry(texts.text("picture.legend.score"), 30, _line_sign),
        Entry(
            texts.text("picture.legend.interval"), 28,
            lambda d, x, y: d.rect(x, y - 7, 26, 14, fill="#dbdfe5"),
        ),
    ]  # fmt: skip
    if shape["bands"]:
        entries.append(Entry(texts.text("picture.legend.bands"), 30, _band_sign))
    entries.append(Entry(texts.text("picture.legend.gap"), 0, lambda d, x, y: None))
    if shape["kind"] == "competitor":
        entries.append(Entry(texts.text("picture.threat_note"), 0, lambda d, x, y: None))
    return entries


def _band_sign(drawing: Drawing, x: float, y: float) -> None:
    drawing.line([(x, y), (x + 30, y)], stroke=MUTED, line=1.3, dash="6 4")


def _line_sign(drawing: Drawing, x: float, y: float) -> None:
    drawing.line([(x, y), (x + 30, y)], stroke=INK, line=2.2)
    drawing.circle(x + 15, y, 4.5, fill=PAPER, stroke=INK, line=1.4)
