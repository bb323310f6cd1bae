"""What the pictures that are tables share: heat cells, their legend, numbers as they are written there."""

from __future__ import annotations

from collections.abc import Sequence

from brm.i18n import Catalogue
from brm.pictures.legend import Entry
from brm.pictures.palette import HEAT, HEAT_INK, LITTLE_KNOWN, MUTED, PAPER, UNKNOWN
from brm.pictures.svg import Drawing, text_width

NOTHING = "—"


def draw_heat_cell(
    drawing: Drawing, x: float, y: float, width: float, height: float, bin_: int, text: str, beside: str = "",
    *, little_known: bool = False,
) -> None:  # fmt: skip
    """A number on its heat colour, with something smaller beside it, hatched in a corner if little is known."""
    ink = HEAT_INK[bin_]
    drawing.rect(x, y, width, height, fill=HEAT[bin_])
    base = y + height / 2 + 4.5
    if beside:
        wide = text_width(text, 13, bold=True)
        left = x + (width - wide - 5 - text_width(beside, 10.5)) / 2
        drawing.label(left, base, text, size=13, fill=ink, bold=True)
        drawing.label(left + wide + 5, base, beside, size=10.5, fill=ink)
    else:
        drawing.label(x + width / 2, base, text, size=13, fill=ink, bold=True, anchor="middle")
    if little_known:
        draw_hatch(drawing, x + width, y + height, ink)


def draw_hatch(drawing: Drawing, right: float, bottom: float, ink: str) -> None:
    """Three slanting lines in a lower right corner: this rests on little evidence."""
    for reach in (4.0, 8.0, 12.0):
        drawing.line([(right - reach, bottom - 1), (right - 1, bottom - reach)], stroke=ink, line=1.1)


def draw_no_data(drawing: Drawing, x: float, y: float, width: float, height: float) -> None:
    """White, dashed and a dash: there is nothing to score, which is not 0."""
    drawing.rect(x + 1, y + 1, width - 2, height - 2, fill=PAPER, stroke=UNKNOWN, line=1, dash="4 3")
    drawing.label(x + width / 2, y + height / 2 + 4.5, NOTHING, size=13, fill=MUTED, anchor="middle")


def heat_legend(label: str, limits: Sequence[str], *, threat: bool = False) -> Entry:
    """The six heat colours with the limits between them; turned round for a threat."""
    wide, colours = 42.0, tuple(reversed(HEAT)) if threat else HEAT

    def draw(drawing: Drawing, x: float, y: float) -> None:
        drawing.label(x, y + 4, label, size=11.5, fill=MUTED)
        left = x + text_width(label, 11.5) + 8
        inks = tuple(reversed(HEAT_INK)) if threat else HEAT_INK
        for at, (colour, ink, limit) in enumerate(zip(colours, inks, limits, strict=True)):
            drawing.rect(left + at * wide, y - 9, wide, 18, fill=colour)
            drawing.label(left + at * wide + wide / 2, y + 4, limit, size=10, fill=ink, anchor="middle")

    return Entry("", text_width(label, 11.5) + 8 + wide * len(HEAT), draw)


def nothing_entry(texts: Catalogue) -> Entry:
    """What the dashed cell means."""
    return Entry(texts.text("picture.legend.nothing"), 30, lambda d, x, y: draw_no_data(d, x, y - 9, 30, 18))


def little_known_entry(texts: Catalogue) -> Entry:
    """What the hatched corner means."""

    def draw(drawing: Drawing, x: float, y: float) -> None:
        drawing.rect(x, y - 9, 24, 18, fill=HEAT[1])
        draw_hatch(drawing, x + 24, y + 9, HEAT_INK[1])

    return Entry(texts.text("picture.legend.little_known", least=LITTLE_KNOWN), 24, draw)
