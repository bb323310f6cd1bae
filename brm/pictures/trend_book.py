"""Scores over the weeks as workbooks: one subject with its interval and bands, or all subjects side by side."""

from __future__ import annotations

from brm.i18n import Catalogue
from brm.pictures import Shape, palette
from brm.pictures.heat_book import origin
from brm.pictures.trend import in_points
from brm.pictures.workbook import POINTS, SHARE, Book, colour, fit_columns, write, write_number

WEEKLY = ("week", "score", "p10", "p90", "completeness", "band")
RUNS = ("band", "from", "to")
WHO = ("subject", "scope", "band_since")


def trend_xlsx(shape: Shape, texts: Catalogue) -> bytes:
    """The bytes of the workbook of one series, in the shape of ``brm trend``; probabilities in points of 100."""
    kind = texts.text(f"kind.{shape['kind']}")
    title = texts.text("score.headline", kind=kind, subject=shape["subject"]["name"], vendor=shape["vendor"]["name"])
    shape = in_points(shape)
    book = Book(title, shape["items"][-1]["as_of"])
    sheet = book.sheet(texts.text("sheet.trend"), [texts.text(f"sheet.{name}") for name in WEEKLY])
    for row, item in enumerate(shape["items"], 2):
        write(sheet, row, 1, item["as_of"])
        write_number(sheet, row, 2, item["score"], POINTS)
        write(sheet, row, 3, item["interval"]["p10"], POINTS)
        write(sheet, row, 4, item["interval"]["p90"], POINTS)
        write(sheet, row, 5, item["completeness"], SHARE)
        write(sheet, row, 6, item["band"] and texts.text(f"band.{item['band']}"))
    if shape["bands"]:
        colour(sheet, (2, 2), len(shape["items"]), palette.heat_limits(palette.heat_edges(shape["bands"]), 100))
    fit_columns(sheet)
    runs = book.sheet(texts.text("sheet.periods"), [texts.text(f"sheet.{name}") for name in RUNS])
    for row, period in enumerate(shape["periods"], 2):
        for column, fact in enumerate((texts.text(f"band.{period['band']}"), period["from"], period["to"]), 1):
            write(runs, row, column, fact)
    fit_columns(runs)
    book.explain(texts, [(kind, title), *_meanings(shape, texts)])
    return book.content()


def trends_xlsx(shape: Shape, texts: Catalogue) -> bytes:
    """The bytes of the workbook of all series, in the shape of ``brm trend KIND --all``: a column per week."""
    kind, points = texts.text(f"kind.{shape['kind']}"), 100 if shape["link"] == "logit" else 1
    book = Book(kind, shape["weeks"][-1])
    heads = [texts.text(f"sheet.{name}") for name in WHO] + list(shape["weeks"])
    sheet = book.sheet(texts.text("sheet.trend"), heads, frozen="D2")
    for row, item in enumerate(shape["items"], 2):
        write(sheet, row, 1, item["subject"]["name"])
        write(sheet, row, 2, item["scope"]["name"] if item["scope"]["id"] != item["subject"]["id"] else None)
        last = item["periods"][-1] if item["periods"] else None
        since = last and texts.text("trend.since", band=texts.text(f"band.{last['band']}"), day=last["from"])
        write(sheet, row, 3, since)
        for column, score in enumerate(item["scores"], len(WHO) + 1):
            write_number(sheet, row, column, None if score is None else points * score, POINTS)
    if shape["bands"]:
        limits = palette.heat_limits(palette.heat_edges(shape["bands"]), 100)
        colour(sheet, (len(WHO) + 1, len(heads)), len(shape["items"]), limits)
    fit_columns(sheet)
    book.explain(texts, [(kind, "{} – {}".format(shape["weeks"][0], shape["weeks"][-1])), *_meanings(shape, texts)])
    return book.content()


def _meanings(shape: Shape, texts: Catalogue) -> list[tuple[str, str]]:
    """What the numbers are; probabilities have no bands."""
    meaning = (
        texts.text("sheet.score_meaning", **shape["bands"]) if shape["bands"] else texts.text("sheet.percent_meaning")
    )
    return [
        (texts.text("sheet.score"), meaning),
        ("P10–P90", texts.text("sheet.interval_meaning")),
        ("—", texts.text("sheet.no_score_meaning")),
        *origin(shape, texts),
    ]
