"""Slides of native, editable shapes: texts, boxes, connectors, tables and charts.

Needs the extra ``office``; lengths are in points of a slide 960 wide and 540 high.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

from brm.documents.document import Table, written_value
from brm.errors import InvalidInput
from brm.pictures.palette import GRID, INK, MUTED, PAPER
from brm.pictures.workbook import printable

if TYPE_CHECKING:
    from pptx.slide import Slide

WIDTH, HEIGHT, MARGIN, TOP = 960.0, 540.0, 36.0, 84.0
HEAD_FILL = "#E8EBEF"
LONGEST_TITLE = 255
"""Characters that the properties of a presentation have room for."""
MOST_ROWS = 16
"""Rows of a table on one slide."""
BODY, SMALL = 11.0, 9.0


class Deck:
    """A presentation as of a day, filled slide by slide."""

    def __init__(self, title: str, day: str) -> None:
        try:
            from pptx import Presentation
            from pptx.util import Pt
        except ImportError:
            raise InvalidInput(
                "slides need a package that is not installed",
                remedy="install it with pip install 'brm[office]'",
                code="extra_missing",
                field="format",
            ) from None
        self._made = Presentation()
        self._made.slide_width, self._made.slide_height = Pt(WIDTH), Pt(HEIGHT)
        core = self._made.core_properties
        core.title, core.author, core.last_modified_by = printable(title)[:LONGEST_TITLE], "brm", "brm"
        core.created = core.modified = datetime.combine(date.fromisoformat(day), time(), UTC).replace(tzinfo=None)

    def page(self, title: str, about: str = "") -> Page:
        """A new slide with its title."""
        blank = self._made.slide_layouts[6]
        page = Page(self._made.slides.add_slide(blank))
        page.text(title, (MARGIN, 24, WIDTH - 2 * MARGIN, 34), size=22, bold=True)
        if about:
            page.text(about, (MARGIN, 56, WIDTH - 2 * MARGIN, 22), size=SMALL, colour=MUTED)
        return page

    def tables(self, title: str, tables: Sequence[Table], about: str = "") -> None:
        """Slides with tables one below the other, on as many slides as they need."""
        page, y = None, HEIGHT
        for table in tables:
            for begin in range(0, max(len(table.rows), 1), MOST_ROWS):
                rows = table.rows[begin : begin + MOST_ROWS]
                height = 20.0 * (len(rows) + 1) + (22 if table.title else 0)
                if page is None or y + height > HEIGHT - 30:
                    page, y = self.page(title, about), TOP
                y = page.table(Table(table.columns, rows, table.title), y) + 16

    def content(self) -> bytes:
        """The file."""
        written = io.BytesIO()
        self._made.save(written)
        return written.getvalue()


Box = tuple[float, float, float, float]
"""Left, top, width, height."""


class Page:
    """One slide."""

    def __init__(self, slide: Slide) -> None:
        # the library declares its types in part only
        self._shapes: Any = slide.shapes

    def text(self, text: str, box: Box, *, size: float = BODY, bold: bool = False, colour: str = INK) -> None:
        """A text in a box."""
        from pptx.util import Pt

        shape = self._shapes.add_textbox(*(Pt(each) for each in box))
        _write(shape.text_frame, text, size=size, bold=bold, colour=colour)

    def card(self, lines: Sequence[str], box: Box, *, fill: str = PAPER, ink: str = INK, edge: str = GRID,
             dashed: bool = False, size: float = SMALL) -> Any:  # fmt: skip
        """A rounded box with lines of text, the first one bold; what connectors are tied to."""
        from pptx.enum.dml import MSO_LINE
        from pptx.enum.shapes import MSO_SHAPE
        from pptx.util import Pt

        shape = self._shapes.add_shape(MSO_SHAPE.ROUNDED_RECTANGLE, *(Pt(each) for each in box))
        shape.adjustments[0] = 0.08
        shape.fill.solid()
        shape.fill.fore_color.rgb = _rgb(fill)
        shape.line.color.rgb, shape.line.width = _rgb(edge), Pt(1.25)
        if dashed:
            shape.line.dash_style = MSO_LINE.DASH
        shape.shadow.inherit = False
        frame = shape.text_frame
        frame.margin_left = frame.margin_right = Pt(4)
        frame.margin_top = frame.margin_bottom = Pt(2)
        _write(frame, "\n".join(lines), size=size, bold=False, colour=ink, first_bold=True)
        return shape

    def connect(self, upper: Any, lower: Any) -> None:
        """An elbow from the bottom of one card to the top of another; it follows when they are moved."""
        from pptx.enum.shapes import MSO_CONNECTOR
        from pptx.util import Pt

        line = self._shapes.add_connector(MSO_CONNECTOR.ELBOW, 0, 0, 0, 0)
        line.begin_connect(upper, 2)
        line.end_connect(lower, 0)
        line.line.color.rgb, line.line.width = _rgb(MUTED), Pt(1)

    def table(self, table: Table, y: float) -> float:
        """A table across the slide; where it ends."""
        from pptx.enum.text import PP_ALIGN
        from pptx.util import Pt

        if table.title:
            self.text(table.title, (MARGIN, y, WIDTH - 2 * MARGIN, 20), size=BODY, bold=True)
            y += 22
        down, across = len(table.rows) + 1, len(table.columns)
        room = WIDTH - 2 * MARGIN
        frame = self._shapes.add_table(down, across, Pt(MARGIN), Pt(y), Pt(room), Pt(20.0 * down))
        grid = frame.table
        grid.horz_banding = False
        for column, width in enumerate(_widths(table, room)):
            grid.columns[column].width = Pt(width)
        texts = [[column.title for column in table.columns]]
        texts += [
            [written_value(value, column.format) for value, column in zip(row, table.columns, strict=True)]
            for row in table.rows
        ]
        for row, values in enumerate(texts):
            grid.rows[row].height = Pt(20)
            for column, value in enumerate(values):
                cell = grid.cell(row, column)
                cell.margin_top = cell.margin_bottom = Pt(1)
                cell.margin_left = cell.margin_right = Pt(4)
                cell.fill.solid()
                cell.fill.fore_color.rgb = _rgb(HEAD_FILL if row == 0 else PAPER)
                _write(cell.text_frame, value, size=SMALL, bold=row == 0, colour=INK)
                if table.columns[column].format != "text":
                    cell.text_frame.paragraphs[0].alignment = PP_ALIGN.RIGHT
        return y + 20.0 * down

    def chart(self, names: Sequence[str], series: Sequence[tuple[str, Sequence[float | None], str | None]], box: Box, *,
                stacked: bool = False, number_format: str = "0.0") -> None:  # fmt: skip
        """A chart with its data inside: columns side by side, or ``stacked`` bars from the top down.

        A series without a colour is not seen; it lifts the next one. None leaves a gap.
        """
        from pptx.chart.data import CategoryChartData
        from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
        from pptx.util import Pt

        data: Any = CategoryChartData(number_format=number_format)  # type: ignore[no-untyped-call]
        data.categories = [printable(each) for each in names]
        for name, values, _ in series:
            data.add_series(printable(name), list(values))
        kind = XL_CHART_TYPE.BAR_STACKED if stacked else XL_CHART_TYPE.COLUMN_CLUSTERED
        chart = self._shapes.add_chart(kind, *(Pt(each) for each in box), data).chart
        chart.font.size = Pt(SMALL)
        chart.has_title = False
        chart.has_legend = True
        chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
        plot = chart.plots[0]
        plot.gap_width = 40
        if stacked:
            plot.overlap = 100
            chart.category_axis.reverse_order = True
        for made, (_, _, colour) in zip(plot.series, series, strict=True):
            if colour is None:
                made.format.fill.background()
            else:
                made.format.fill.solid()
                made.format.fill.fore_color.rgb = _rgb(colour)


def _widths(table: Table, room: float) -> list[float]:
    """Columns by the longest of their texts, within limits."""
    from brm.pictures.svg import text_width

    longest = []
    for at, column in enumerate(table.columns):
        texts = [column.title, *(written_value(row[at], column.format) for row in table.rows)]
        longest.append(min(max(text_width(each, SMALL) for each in texts) + 14, 260.0))
    scale = room / sum(longest)
    return [each * scale for each in longest]


def _write(frame: Any, text: str, *, size: float, bold: bool, colour: str, first_bold: bool = False) -> None:
    from pptx.util import Pt

    frame.word_wrap = True
    frame.text = printable(text)
    for at, paragraph in enumerate(frame.paragraphs):
        paragraph.font.size, paragraph.font.bold = Pt(size), bold or (first_bold and at == 0)
        paragraph.font.color.rgb = _rgb(colour)


def _rgb(colour: str) -> Any:
    from pptx.dml.color import RGBColor

    made: Any = RGBColor
    return made.from_string(colour.lstrip("#").upper())
