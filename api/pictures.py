"""Pictures, pages and workbooks as answers: ``?format=svg``, ``?format=md``, ``?format=xlsx``."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Query, Response

SVG = "image/svg+xml"
MARKDOWN = "text/markdown"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
DOWNLOADS = {"xlsx": XLSX, "pptx": PPTX}
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_GUARD = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff"}

PictureFormat = Annotated[
    Literal["json", "svg"], Query(description="svg: a picture in the language of Accept-Language")
]
SheetFormat = Annotated[
    Literal["json", "svg", "xlsx"],
    Query(description="svg: a picture, xlsx: a workbook, in the language of Accept-Language"),
]

PageFormat = Annotated[
    Literal["json", "md", "xlsx"],
    Query(description="md: one page of Markdown, xlsx: one printable sheet, in the language of Accept-Language"),
]


def _answer(*media_types: str) -> dict[int | str, dict[str, Any]]:
    text = {"schema": {"type": "string"}}
    binary = {"schema": {"type": "string", "format": "binary"}}
    schemas = {SVG: text, MARKDOWN: text, XLSX: binary, PPTX: binary}
    return {200: {"content": {each: schemas[each] for each in media_types}}}


PICTURE, SHEET, PAGE = _answer(SVG), _answer(SVG, XLSX), _answer(MARKDOWN, XLSX)
"""What operations with a `PictureFormat`, `SheetFormat` or `PageFormat` answer beside JSON: their ``responses``."""
DOCUMENT = _answer(MARKDOWN, XLSX, PPTX)
"""What operations with every form of a document answer beside JSON."""


def picture(svg: str) -> Response:
    """An SVG as an answer that may load and run nothing."""
    return Response(svg, media_type=SVG, headers=_GUARD)


def page(text: str) -> Response:
    """Markdown as an answer that is nothing but text."""
    return Response(text, media_type=MARKDOWN, headers=_GUARD)


def workbook(content: bytes, name: str) -> Response:
    """A workbook as an answer that a browser saves under this name, which is plain ASCII."""
    return download(content, name, "xlsx")


def download(content: bytes, name: str, form: str) -> Response:
    """A file as an answer that a browser saves under this name and the ending of its form."""
    headers = {**_GUARD, "Content-Disposition": f'attachment; filename="{name}.{form}"'}
    return Response(content, media_type=DOWNLOADS[form], headers=headers)
