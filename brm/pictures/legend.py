"""Legends: rows of small signs, each with what it means."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from brm.pictures.palette import GRID, MUTED
from brm.pictures.svg import Drawing, text_width

SIZE, LINE, APART = 11.5, 26.0, 20.0


@dataclass(frozen=True, slots=True)
class Entry:
    """A sign of some width, drawn from its left at its middle height, and its meaning."""

    label: str
    width: float
    draw: Callable[[Drawing, float, float], object]


def draw_legend(drawing: Drawing, rows: Iterable[Iterable[Entry]], left: float, top: float, room: float) -> float:
    """The entries row by row, wrapped where they are wider than the room; where the legend ends."""
    drawing.line([(left, top), (left + room, top)], stroke=GRID)
    y = top + LINE * 0.9
    for row in rows:
        x = left
        for entry in row:
            width = entry.width + 7 + text_width(entry.label, SIZE)
            if x > left and x + width > left + room:
                x, y = left, y + LINE
            entry.draw(drawing, x, y)
            drawing.label(x + entry.width + 7, y + 4, entry.label, size=SIZE, fill=MUTED)
            x += width + APART
        y += LINE
    return y
