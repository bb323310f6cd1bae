"""A small SVG writer: rectangles, lines, circles and text with their widths, all as plain attributes.

Nothing else is used (no script, style sheet, marker, font or reference), so that the file means the same in a
browser, an office program and an image viewer.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from html import escape

from brm.pictures.palette import INK, PAPER

FONTS = (
    "'Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei','PingFang SC','WenQuanYi Micro Hei',"
    "'Segoe UI','Helvetica Neue',Arial,'DejaVu Sans',sans-serif"
)
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NARROW, _SLIM, _WIDE = frozenset("ijl.,:;'|!()[]{}I·"), frozenset('frt-/" '), frozenset("mwMW@%&—…▲▼")
_BOLDER = 1.05


def clean(text: str) -> str:
    """One line of text without characters that XML cannot hold."""
    return " ".join(_NOT_XML.sub("\ufffd", text).split())


@cache
def _em(character: str) -> float:
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    if unicodedata.combining(character):
        return 0.0
    if character in _NARROW:
        return 0.36
    if character in _SLIM:
        return 0.43
    if character in _WIDE:
        return 0.98
    return 0.7 if character.isupper() else 0.58


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """How wide a text is drawn, in pixels; a little more than in the usual fonts."""
    return sum(map(_em, text)) * size * (_BOLDER if bold else 1.0)


def fitted(text: str, size: float, room: float, *, bold: bool = False) -> str:
    """The text, cut with an ellipsis where it is wider than the room."""
    text = clean(text)
    if text_width(text, size, bold=bold) <= room:
        return text
    while text and text_width(f"{text}…", size, bold=bold) > room:
        text = text[:-1]
    return f"{text.rstrip()}…"


def number(value: float) -> str:
    """A coordinate, to a hundredth of a pixel."""
    return f"{round(value, 2) + 0.0:.2f}".rstrip("0").rstrip(".")


class Drawing:
    """Shapes in the order in which they are painted."""

    def __init__(self, title: str, description: str, language: str) -> None:
        self.title, self.description, self.language = title, description, language
        self._parts: list[str] = []

    def _add(self, tag: str, **attributes: str | float | None) -> None:
        self._parts.append(f"<{tag}{_attributes(attributes)}/>")

    def rect(
        self, x: float, y: float, width: float, height: float, *, fill: str = "none", stroke: str | None = None,
        line: float = 1, dash: str | None = None, radius: float = 0,
    ) -> None:  # fmt: skip
        """A rectangle with round corners where a radius is given."""
        self._add(
            "rect", x=x, y=y, width=width, height=height, rx=radius or None, fill=fill, stroke=stroke,
            stroke_width=line if stroke else None, stroke_dasharray=dash,
        )  # fmt: skip

    def circle(
        self, x: float, y: float, radius: float, *, fill: str, stroke: str | None = None, line: float = 1,
        dash: str | None = None,
    ) -> None:  # fmt: skip
        """A disc or ring."""
        self._add(
            "circle", cx=x, cy=y, r=radius, fill=fill, stroke=stroke, stroke_width=line if stroke else None,
            stroke_dasharray=dash,
        )  # fmt: skip

    def path(
        self, data: str, *, stroke: str | None = None, line: float = 1, dash: str | None = None, fill: str = "none",
        opacity: float | None = None,
    ) -> None:  # fmt: skip
        """A path in SVG's own notation."""
        self._add(
            "path", d=data, fill=fill, fill_opacity=opacity, stroke=stroke, stroke_width=line if stroke else None,
            stroke_dasharray=dash, stroke_linejoin="round" if stroke else None,
        )  # fmt: skip

    def line(
        self, points: Iterable[tuple[float, float]], *, stroke: str, line: float = 1, dash: str | None = None
    ) -> None:
        """Straight lines from point to point."""
        data = " ".join(f"{'L' if at else 'M'}{number(x)} {number(y)}" for at, (x, y) in enumerate(points))
        self.path(data, stroke=stroke, line=line, dash=dash)

    def label(
        self, x: float, y: float, text: str, *, size: float = 12, fill: str = INK, bold: bool = False,
        anchor: str | None = None,
    ) -> None:  # fmt: skip
        """One line of text; ``y`` is its base line, ``anchor`` middle or end instead of start."""
        given = _attributes({
            "x": x, "y": y, "font_size": size, "fill": fill, "font_weight": "600" if bold else None,
            "text_anchor": anchor,
        })  # fmt: skip
        self._parts.append(f"<text{given}>{escape(clean(text))}</text>")

    @contextmanager
    def group(self, title: str | None = None, **attributes: str) -> Iterator[None]:
        """Shapes that belong together, with a title that is shown when pointed at."""
        self._parts.append(f"<g{_attributes(attributes)}>")
        if title is not None:
            self._parts.append(f"<title>{escape(clean(title))}</title>")
        yield
        self._parts.append("</g>")

    def document(self, width: float, height: float) -> str:
        """The whole file."""
        size = f'width="{number(width)}" height="{number(height)}" viewBox="0 0 {number(width)} {number(height)}"'
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title desc" '
            f'xml:lang="{self.language}" font-family="{FONTS}">',
            f'<title id="title">{escape(clean(self.title))}</title>',
            f'<desc id="desc">{escape(clean(self.description))}</desc>',
            f'<rect width="{number(width)}" height="{number(height)}" fill="{PAPER}"/>',
        )
        return "\n".join((*head, *self._parts, "</svg>")) + "\n"


def _attributes(given: dict[str, str | float | None] | dict[str, str]) -> str:
    return "".join(
        f' {name.strip("_").replace("_", "-")}="{_value(value)}"' for name, value in given.items() if value is not None
    )


def _value(value: str | float) -> str:
    return escape(clean(value)) if isinstance(value, str) else number(value)
