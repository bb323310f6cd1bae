"""Who of ours knows whom at an account, and which departments and levels nobody covers."""

from __future__ import annotations

from typing import Any

from brm.i18n import Catalogue
from brm.pictures import Shape, palette
from brm.pictures.chain_cards import HIGH_STEP, draw_influence
from brm.pictures.legend import Entry, draw_legend
from brm.pictures.palette import GRID, INK, MUTED, PAPER, TIE_EDGES, UNKNOWN
from brm.pictures.svg import Drawing, fitted
from brm.pictures.tables import draw_heat_cell, heat_legend

MARGIN, TOP, NAME, INFLUENCE, CELL, ROW = 28.0, 128.0, 250.0, 40.0, 94.0, 36.0
LEVEL, DEPARTMENT = 126.0, 250.0
NARROWEST = 900.0


def coverage_svg(shape: Shape, texts: Catalogue) -> str:
    """The SVG of an account's coverage: our people by theirs, and departments by levels."""
    colleagues, people = shape["colleagues"], by_influence(shape["people"])
    levels = shape["grid"]["levels"]
    width = 2 * MARGIN + max(
        NARROWEST, NAME + INFLUENCE + CELL * len(colleagues), DEPARTMENT + LEVEL * len(levels)
    )  # fmt: skip
    title = texts.text("picture.coverage_title", account=shape["account"]["name"])
    about = about_coverage(shape, texts)
    drawing = Drawing(title, about, texts.language)
    drawing.label(MARGIN, 44, fitted(title, 22, width - 2 * MARGIN, bold=True), size=22, bold=True)
    drawing.label(MARGIN, 68, fitted(about, 12.5, width - 2 * MARGIN), size=12.5, fill=MUTED)
    _matrix(drawing, shape, people, texts)
    y = TOP + ROW * len(people) + 44
    y = _grid(drawing, shape["grid"], y, texts)
    end = draw_legend(drawing, _legend(texts), MARGIN, y + 18, width - 2 * MARGIN)
    return drawing.document(width, end + 6)


def by_influence(people: list[Any]) -> list[Any]:
    """The most influential first."""
    return sorted(people, key=lambda each: (-each["influence"], each["id"]))


def gaps_of(grid: Shape) -> list[Any]:
    """The cells that should be covered and are not."""
    return [cell for cell in grid["cells"] if is_expected(cell) and not cell["covered"]]


def is_expected(cell: Shape) -> bool:
    """Whether a cell should be covered; a shape that does not tell lists only those that should."""
    return bool(cell.get("expected", True))


def about_coverage(shape: Shape, texts: Catalogue) -> str:
    """Date and counts: their people, those of ours, uncovered cells."""
    return texts.text(
        "picture.coverage_about", day=shape["as_of"], people=len(shape["people"]), ours=len(shape["colleagues"]),
        gaps=len(gaps_of(shape["grid"])),
    )  # fmt: skip


def _matrix(drawing: Drawing, shape: Shape, people: list[Any], texts: Catalogue) -> None:
    left = MARGIN + NAME + INFLUENCE
    drawing.label(MARGIN, TOP - 12, texts.text("picture.their_people"), size=12, bold=True)
    columns = {each["id"]: left + at * CELL for at, each in enumerate(shape["colleagues"])}
    for each in shape["colleagues"]:
        with drawing.group(each["name"], class_="colleague", data_id=each["id"]):
            name = fitted(each["name"], 12, CELL - 6, bold=True)
            drawing.label(columns[each["id"]] + CELL / 2, TOP - 12, name, size=12, bold=True, anchor="middle")
    ties = {(tie["person"], tie["colleague"]): tie for tie in shape["ties"]}
    for at, person in enumerate(people):
        y = TOP + at * ROW
        with drawing.group(class_="row", data_id=person["id"]):
            known = any(tie["strength"] >= TIE_EDGES[0] for tie in shape["ties"] if tie["person"] == person["id"])
            _person(drawing, person, y, len(people), texts, known=known)
            for colleague, x in columns.items():
                tie = ties.get((person["id"], colleague))
                with drawing.group(class_="tie", data_colleague=colleague):
                    _tie(drawing, tie, x + 1, y + 1, texts)


def _person(drawing: Drawing, person: Shape, y: float, people: int, texts: Catalogue, *, known: bool) -> None:
    step = palette.influence_step(person["influence"], people)
    warning = "" if known or step < HIGH_STEP else f"⚠ {texts.text('picture.tag.unmet')}"
    below = " · ".join(
        each for each in (
            person["title"], person["unit"], *(texts.word("buying_role", role) for role in person["roles"])
        ) if each
    )  # fmt: skip
    drawing.label(
        MARGIN, y + (16 if below else 22), fitted(person["name"], 13, NAME - 12, bold=True), size=13, bold=True
    )
    if below:
        drawing.label(MARGIN, y + 30, fitted(below, 10.5, NAME - 12), size=10.5, fill=MUTED)
    draw_influence(drawing, MARGIN + NAME, y + 24, step)
    drawing.label(MARGIN + NAME - 10, y + 16, warning, size=11, bold=True, anchor="end")
    drawing.line([(MARGIN, y + ROW), (MARGIN + NAME + INFLUENCE - 10, y + ROW)], stroke=GRID, line=0.6)


def _tie(drawing: Drawing, tie: Shape | None, x: float, y: float, texts: Catalogue) -> None:
    if tie is None:
        drawing.rect(x, y, CELL - 2, ROW - 2, fill="#f7f8f9")
        return
    depth = "" if tie.get("depth") is None else texts.text("picture.depth", depth=tie["depth"])
    bin_ = palette.heat_bin(tie["strength"], TIE_EDGES)
    draw_heat_cell(drawing, x, y, CELL - 2, ROW - 2, bin_, f"{tie['strength']:.0%}", depth)


def _grid(drawing: Drawing, grid: Shape, y: float, texts: Catalogue) -> float:
    """Departments by levels below the matrix; where it ends."""
    drawing.label(MARGIN, y, texts.text("picture.department_grid"), size=14, bold=True)
    top = y + 34
    left = MARGIN + DEPARTMENT
    for at, level in enumerate(grid["levels"]):
        label = fitted(texts.text(f"level.{level or 'unknown'}"), 12, LEVEL - 6, bold=True)
        drawing.label(left + at * LEVEL + LEVEL / 2, top - 10, label, size=12, bold=True, anchor="middle")
    cells = {(cell["department"], cell["level"]): cell for cell in grid["cells"]}
    for row, department in enumerate(grid["departments"]):
        below = top + row * ROW
        drawing.label(MARGIN, below + 22, fitted(department["name"], 13, DEPARTMENT - 12), size=13)
        for column, level in enumerate(grid["levels"]):
            cell = cells.get((department["id"], level))
            with drawing.group(class_="grid", data_department=department["id"], data_level=f"{level or ''}"):
                _grid_cell(drawing, cell, left + column * LEVEL + 1, below + 1, texts)
    return top + ROW * len(grid["departments"])


def _grid_cell(drawing: Drawing, cell: Shape | None, x: float, y: float, texts: Catalogue) -> None:
    width, height = LEVEL - 2, ROW - 2
    if cell is None or not (is_expected(cell) or cell["seats"] or cell["people"]):
        drawing.rect(x, y, width, height, fill="#f7f8f9")
        return
    count = texts.text("picture.filled_seats", people=cell["people"], seats=cell["seats"])
    if cell["covered"]:
        bin_ = palette.heat_bin(cell["strength"] or 0.0, TIE_EDGES)
        draw_heat_cell(drawing, x, y, width, height, bin_, f"{cell['strength'] or 0.0:.0%}", count)
        return
    expected = is_expected(cell)
    dash = "4 3" if expected else None
    stroke = INK if expected else GRID
    drawing.rect(x + 1, y + 1, width - 2, height - 2, fill=PAPER, stroke=stroke, line=1.2, dash=dash)
    text = f"⚠ {texts.text('picture.gap')}" if expected else count
    drawing.label(x + width / 2, y + height / 2 + 4, text, size=11.5, bold=expected, anchor="middle")


def _legend(texts: Catalogue) -> list[list[Entry]]:
    limits = [f"{low:.0%}–{high:.0%}".replace("%–", "–") for low, high in palette.heat_limits(TIE_EDGES, 1)]
    gap = Entry(
        texts.text("picture.legend.gap_cell"),
        30,
        lambda d, x, y: d.rect(x, y - 8, 28, 16, fill=PAPER, stroke=INK, line=1.2, dash="4 3"),
    )
    blank = Entry(
        texts.text("picture.legend.no_seat"),
        30,
        lambda d, x, y: d.rect(x, y - 8, 28, 16, fill="#f7f8f9", stroke=UNKNOWN, line=0.5),
    )
    influence = Entry(texts.text("picture.legend.influence"), 24, lambda d, x, y: draw_influence(d, x, y + 6, 3))
    return [[heat_legend(texts.text("picture.legend.strength"), limits), influence], [gap, blank]]
