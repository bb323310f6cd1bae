"""Pictures and workbooks as answers: ``?format=svg``, ``?format=xlsx``."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Query, Response

SVG = "image/svg+xml"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
DOWNLOADS = {"xlsx": XLSX, "pptx": PPTX}
MARKDOWN = "text/markdown"
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_GUARD = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff"}

PictureFormat = Annotated[
    Literal["json", "svg"], Query(description="svg: a picture in the language of Accept-Language")
]
SheetFormat = Annotated[
    Literal["json", "svg", "xlsx"],
    Query(description="svg: a picture, xlsx: a workbook, in the language of Accept-Language"),
]


def _answer(*media_types: str) -> dict[int | str, dict[str, Any]]:
    schemas = {
        SVG: {"schema": {"type": "string"}},
        MARKDOWN: {"schema": {"type": "string"}},
        **{each: {"schema": {"type": "string", "format": "binary"}} for each in (XLSX, PPTX)},
    }
    return {200: {"content": {each: schemas[each] for each in media_types}}}


PICTURE, SHEET, DOCUMENT = _answer(SVG), _answer(SVG, XLSX), _answer(MARKDOWN, XLSX, PPTX)
"""What operations that take a `PictureFormat`, a `SheetFormat` or a document's format answer beside JSON."""


def picture(svg: str) -> Response:
    """An SVG as an answer that may load and run nothing."""
    return Response(svg, media_type=SVG, headers=_GUARD)


def document(text: str, media_type: str) -> Response:
    """A text that people read, as it is."""
    return Response(text, media_type=media_type, headers=_GUARD)


def workbook(content: bytes, name: str) -> Response:
    """A workbook as an answer that a browser saves under this name, which is plain ASCII."""
    return download(content, name, "xlsx")


def download(content: bytes, name: str, form: str) -> Response:
    """A file as an answer that a browser saves under this name and the ending of its form."""
    headers = {**_GUARD, "Content-Disposition": f'attachment; filename="{name}.{form}"'}
    return Response(content, media_type=DOWNLOADS[form], headers=headers)
