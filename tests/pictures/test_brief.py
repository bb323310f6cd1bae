"""The one-page brief: it fits, its sums hold, its numbers stay numbers, and names do no harm."""

from __future__ import annotations

import io
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from brm.i18n import LANGUAGES, catalogue
from brm.pictures.brief_book import brief_xlsx
from brm.pictures.brief_md import brief_md, escaped
from brm.services import brief_rendering
from brm.services.brief_rendering import BLIND_SPOTS, ENTRIES, FACTS, PARTS, RIVALS
from tests.pictures.shapes import NASTY
from tests.pictures.test_one_line import move

EN = catalogue("en")
PAGE = 70
"""Lines of Markdown that a page of A4 holds."""


def vendor(id_: str, name: str | None = None) -> dict[str, Any]:
    return {"id": id_, "name": name or id_}


def bar(text: str, points: float) -> dict[str, Any]:
    return {"text": text, "points": points}


def action(at: int, **given: Any) -> dict[str, Any]:
    return {
        "text": f"Do {at}", "owner": {"id": "s", "name": "Sun"}, "due": "2026-07-06", "path": {"text": "Sun → Li"},
        "gain": {"amount": "1234.50", "currency": "CNY"}, "points": 0.5, "success": 0.4, "hours": 6.0,
        "likelihood": {"before": 0.31, "after": 0.325}, **given,
    }  # fmt: skip


def page(**given: Any) -> dict[str, Any]:
    """The longest that is answered."""
    vendors = [vendor("us"), *(vendor(f"r{at}", f"Rival {at}") for at in range(RIVALS))]
    answers = [{"answer": "yes", "belief": 0.7}, *([{"answer": "unknown", "belief": 0.5}] * RIVALS)]
    points = [{"answer": "no"}] * (RIVALS + 1)
    names = ["us", *(f"Rival {at}" for at in range(ENTRIES)), "2 more rivals", "unknown", "none"]
    day = {"stage": "bidding", "since": "2026-06-01", "until": None, "days": 28}
    person = {"id": "s", "name": "Sun"}
    work = {"action": {"id": "x", "name": "Send offer"}, "kind": "request", "owner": person, "promised_to": None,
            "due": "2026-06-20", "days_late": 9}  # fmt: skip
    return {
        "subject": {"type": "opportunity", "id": "d", "name": "Deal"}, "vendor": vendor("us"), "as_of": "2026-06-29",
        "score": 0.31, "interval": {"p10": 0.1, "p90": 0.5}, "completeness": 0.3, "label": "prior", "n": 12,
        "gate": "no_event", "gate_text": "No compelling event", "gated": None,
        "waterfall": {"base": bar("Start", 40.0), "total": bar("Total", 31.0),
                      "parts": [bar(f"Part {at}", -1.5) for at in range(PARTS)] + [bar("Rest", 0.0)]},
        "field": [{"vendor": vendor(name), "raw": 0.1, "gated": None} for name in names],
        "vendors": vendors,
        "questions": [{"id": f"q{at}", "text": f"Question {at}", "answers": answers} for at in range(4)],
        "control_points": [{"id": f"c{at}", "text": f"Point {at}", "answers": points} for at in range(4)],
        "blind_spots": [{"criterion": "x", "weight": 1.0, "text": f"Spot {at}"} for at in range(BLIND_SPOTS)],
        "process": {
            "status": "open", "stage": "bidding", "stays": [day],
            "dwell": {"days": 28, "usual_days": 7.0, "n": 3, "basis": "stage", "stuck": True},
            "expected_close": {"day": "2026-08-01", "moved_days": 30, "passed_days": 0},
            "tier": {"recorded": "A", "proposed": "B", "route": "full", "text": "full process"},
            "team": [{"person": person, "role": "sales", "part": None, "backup": False}] * 5, "open_work": [work] * 5,
        },
        "findings": [{"title": f"Finding {at}", "severity": "high"} for at in range(3)], "findings_more": 9,
        "week": move("2026-06-22", "2026-06-29", facts_more=2, facts_hidden=1),
        "actions": [action(at) for at in range(5)], "basis_text": "Model-based", "parameters":
        {"version": "1", "digest": "abc"}, "revision": 9, **given,
    }  # fmt: skip


def read(shape: dict[str, Any], language: Any = "en") -> Worksheet:
    book = load_workbook(io.BytesIO(brief_xlsx(shape, catalogue(language))))
    assert len(book.worksheets) == 1
    return book.worksheets[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_longest_page_fits_and_says_all(language: Any) -> None:
    texts = catalogue(language)
    week = page()["week"]
    text = brief_md(page(week={**week, "facts": [week["facts"][0]] * FACTS}), texts)
    lines = text.splitlines()
    assert len(lines) <= PAGE, len(lines)
    assert lines[0].startswith("# ")
    assert all(each in text for each in ("Do 4", "Spot 4", "Finding 2", "Rival 2", "Question 3", "Point 3"))
    assert texts.text("brief.footer", day="2026-06-29", revision=9, version="1", digest="abc") in text
    assert f"| {texts.money(1234.5, 'CNY')} | +0.5 | 31.0% | 32.5% | 40.0% |" in text
    assert "{" not in text


def test_every_row_of_a_table_has_its_columns() -> None:
    lines = [line for line in brief_md(page(), EN).splitlines() if line.startswith("|")]
    width = 0
    for before, line in zip(["", *lines], lines, strict=False):
        if line.startswith("| **"):
            width = line.count("|")
        assert line.count("|") == width, (before, line)


def test_names_mean_themselves() -> None:
    shape = page(vendors=[vendor("us"), vendor("r", "A|B `x` <b> [y](z)\n# h")], actions=[action(1, text=NASTY)])
    for each in (*shape["questions"], *shape["control_points"]):
        each["answers"] = each["answers"][:2]
    text = brief_md(shape, EN)
    assert "A\\|B \\`x\\` \\<b\\> \\[y\\](z) \\# h" in text
    assert "\n# h" not in text
    assert "<b>" not in text.replace("\\<b\\>", "")
    assert escaped("a*b_c") == "a\\*b\\_c"


def test_the_sheet_prints_on_one_page_of_a4() -> None:
    sheet = read(page())
    assert sheet.sheet_properties.pageSetUpPr is not None
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight, sheet.page_setup.paperSize) == (1, 1, 9)
    assert sheet.print_area == f"'{sheet.title}'!$A$1:$H${sheet.max_row}"


def test_numbers_are_numbers_and_texts_are_texts() -> None:
    shape = page(subject={"type": "opportunity", "id": "d", "name": "=1+1"}, actions=[action(1, text="=HYPERLINK(1)")])
    shape["vendors"][1]["name"] = "+cmd|' /C calc'!A0"
    sheet = read(shape)
    texts = [each for row in sheet.iter_rows() for each in row if isinstance(each.value, str)]
    assert {each.data_type for each in texts} == {"s"}
    assert sum(each.value[:2] in ("=1", "=H", "+c") or "=1+1" in each.value for each in texts) >= 3
    (start,) = (row for row in sheet.iter_rows(values_only=True) if row[0] == "Start")
    assert start[1] == 40.0
    (told,) = (row for row in sheet.iter_rows() if str(row[0].value).startswith("=HYPERLINK"))
    assert [each.value for each in told[3:]] == [1234.5, 0.5, 0.31, 0.325, 0.4]
    assert told[3].number_format == '"CNY" #,##0'
    assert told[4].number_format == "+0.0;-0.0;0.0"


def test_the_same_page_gives_the_same_bytes() -> None:
    assert brief_xlsx(page(), EN) == brief_xlsx(page(), EN)


def test_what_is_left_out_of_the_waterfall_and_the_field_is_added_up() -> None:
    """Twelve parts of which seven fall away, and six rivals of which three are told together."""
    likely = {
        "base_points": 40.0, "score": 0.31,
        "contributions": [{"text": f"p{at}", "points": (-1) ** at * (12.0 - at) / 3} for at in range(12)],
    }  # fmt: skip
    fall = brief_rendering._waterfall(likely, EN)
    assert [each["text"] for each in fall["parts"]] == [*(f"p{at}" for at in range(PARTS)), "Smaller parts together: 6"]
    assert sum(each["points"] for each in fall["parts"]) == pytest.approx(sum(
        each["points"] for each in likely["contributions"]  # type: ignore[attr-defined]
    ))  # fmt: skip
    raw = {"us": 0.3, **{f"r{at}": 0.02 * (at + 1) for at in range(6)}, "unknown": 0.2, "none": 0.08}
    field = [{"vendor": vendor(name), "raw": each, "gated": each} for name, each in raw.items()]
    told = brief_rendering._field(field, EN)
    assert [each["vendor"]["name"] for each in told] == ["us", "r5", "r4", "r3", "3 more rivals", "unknown", "none"]
    assert sum(each["raw"] for each in told) == pytest.approx(1.0)
    assert sum(each["gated"] for each in told) == pytest.approx(1.0)


def test_nothing_to_do_and_no_week_before_are_said() -> None:
    text = brief_md(page(actions=[], week=None), EN)
    assert EN.text("brief.no_action") in text
    assert EN.text("moved.new") in text
