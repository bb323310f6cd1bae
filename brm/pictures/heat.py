"""Accounts by kind of relationship, each cell as warm as the relationship is."""

from __future__ import annotations

from typing import Any

from brm.i18n import Catalogue
from brm.pictures import Shape, palette
from brm.pictures.legend import draw_legend
from brm.pictures.palette import GRID, LITTLE_KNOWN, MUTED
from brm.pictures.svg import Drawing, fitted, text_width
from brm.pictures.tables import NOTHING, draw_heat_cell, draw_no_data, heat_legend, little_known_entry, nothing_entry
from brm.pictures.trend import changed

MARGIN, NAME, CELL, ROW, APART, OWNER, VALUE, TOP = 28.0, 212.0, 116.0, 32.0, 14.0, 100.0, 96.0, 138.0
THREAT = "competitor"


def heat_svg(shape: Shape, texts: Catalogue) -> str:
    """The SVG of the heat table: a row for each account of the shape, in its order."""
    kinds, items = shape["kinds"], shape["items"]
    edges = palette.heat_edges(shape.get("bands"))
    lefts = _lefts(kinds)
    right = max(lefts.values()) + CELL
    width = right + 16 + OWNER + VALUE + MARGIN
    title, about = texts.text("picture.heat_title"), about_heat(shape, texts)
    drawing = Drawing(title, f"{about} {texts.text('picture.heat_desc')}", texts.language)
    drawing.label(MARGIN, 44, title, size=22, bold=True)
    drawing.label(MARGIN, 68, fitted(about, 12.5, width - 2 * MARGIN), size=12.5, fill=MUTED)
    _heads(drawing, lefts, right, texts)
    for at, item in enumerate(items):
        y = TOP + at * ROW
        with drawing.group(class_="row", data_id=item["account"]["id"]):
            _row(drawing, item, right, y, texts)
            for kind, x in lefts.items():
                with drawing.group(_told(kind, item, shape["as_of"], texts), class_="cell", data_kind=kind):
                    _cell(drawing, kind, item["cells"].get(kind), x + 1, y + 1, edges, texts)
    end = draw_legend(
        drawing, _legend(edges, texts, threat=THREAT in kinds), MARGIN, TOP + len(items) * ROW + 22, width - 2 * MARGIN
    )
    return drawing.document(width, end + 6)


def about_heat(shape: Shape, texts: Catalogue) -> str:
    """Date, comparison and how many accounts are shown out of how many."""
    return texts.text(
        "picture.heat_about", day=shape["as_of"], since=shape["since"], shown=len(shape["items"]), total=shape["total"]
    )


def kind_label(kind: str, texts: Catalogue) -> str:
    """The name of a column; the rival's is a threat."""
    return texts.text("picture.threat" if kind == THREAT else f"kind.{kind}")


def _lefts(kinds: list[str]) -> dict[str, float]:
    """Where each column begins; the threat stands apart, since its scale is turned round."""
    lefts, x = {}, MARGIN + NAME
    for kind in kinds:
        x += APART if kind == THREAT else 0
        lefts[kind] = x
        x += CELL
    return lefts


def _heads(drawing: Drawing, lefts: dict[str, float], right: float, texts: Catalogue) -> None:
    y = TOP - 12
    drawing.label(MARGIN, y, texts.text("picture.account"), size=12, bold=True)
    for kind, x in lefts.items():
        lines = _two_lines(kind_label(kind, texts), CELL - 4)
        for back, line in enumerate(reversed(lines)):
            drawing.label(x + CELL / 2, y - 15 * back, line, size=12, bold=True, anchor="middle")
        if kind == THREAT:
            note = fitted(texts.text("picture.threat_short"), 10, CELL + 2 * APART)
            drawing.label(x + CELL / 2, y - 16 * len(lines), note, size=10, fill=MUTED, anchor="middle")
    drawing.label(right + 16, y, texts.text("picture.owner"), size=12, bold=True)
    drawing.label(right + 16 + OWNER + VALUE, y, texts.text("picture.value"), size=12, bold=True, anchor="end")


def _two_lines(text: str, room: float) -> list[str]:
    """A heading in one line, or broken at its last space where it is too wide."""
    first, _, second = text.rpartition(" ")
    if not first or text_width(text, 12, bold=True) <= room:
        return [fitted(text, 12, room, bold=True)]
    return [fitted(each, 12, room, bold=True) for each in (first, second)]


def _row(drawing: Drawing, item: Shape, right: float, y: float, texts: Catalogue) -> None:
    """What stands left and right of the cells."""
    base = y + ROW / 2 + 4.5
    grade = texts.word("grade", item["grade"]) if item["grade"] else ""
    room = NAME - 18 - text_width(grade, 10.5)
    drawing.label(MARGIN, base, fitted(item["account"]["name"], 13, room), size=13)
    drawing.label(MARGIN + NAME - 10, base, grade, size=10.5, fill=MUTED, anchor="end")
    owner = item["owner"]["name"] if item["owner"] else NOTHING
    drawing.label(right + 16, base, fitted(owner, 12, OWNER - 8), size=12)
    drawing.label(right + 16 + OWNER + VALUE, base, money(item["value"], texts), size=12, anchor="end")
    drawing.line([(MARGIN, y + ROW), (MARGIN + NAME - 10, y + ROW)], stroke=GRID, line=0.6)


def money(value: Shape | None, texts: Catalogue) -> str:
    """An amount as people write it."""
    return NOTHING if value is None else texts.money(float(value["amount"]), value["currency"])


def _cell(
    drawing: Drawing, kind: str, cell: Any, x: float, y: float, edges: tuple[float, ...], texts: Catalogue
) -> None:
    if cell is None or cell["score"] is None:
        draw_no_data(drawing, x, y, CELL - 2, ROW - 2)
        return
    bin_ = palette.heat_bin(cell["score"], edges, threat=kind == THREAT)
    change = "" if cell["change"] is None else changed(cell["change"], texts)
    draw_heat_cell(
        drawing, x, y, CELL - 2, ROW - 2, bin_, f"{cell['score']:.1f}", change,
        little_known=cell["completeness"] < LITTLE_KNOWN,
    )  # fmt: skip


def _told(kind: str, item: Shape, day: str, texts: Catalogue) -> str:
    """A cell in words: account, kind, who the rival is, score, interval, completeness."""
    cell = item["cells"].get(kind)
    parts = [item["account"]["name"], kind_label(kind, texts)]
    if cell is None or cell["score"] is None:
        return " · ".join([*parts, texts.text("picture.legend.nothing")])
    vendor = cell.get("vendor")
    if vendor:
        parts.append(str(vendor["name"]))
    words = texts.text(
        "score.value", score=cell["score"], band=texts.text(f"band.{cell['band']}"), day=day,
        completeness=cell["completeness"], **cell["interval"],
    )  # fmt: skip
    return " · ".join([*parts, words])


def _legend(edges: tuple[float, ...], texts: Catalogue, *, threat: bool) -> list[list[Any]]:
    limits = [f"{low:g}–{high:g}" for low, high in palette.heat_limits(edges, 100)]
    rows = [[heat_legend(texts.text("picture.legend.heat"), limits), nothing_entry(texts), little_known_entry(texts)]]
    if threat:
        rows.append([heat_legend(texts.text("picture.threat_note"), limits, threat=True)])
    return rows
