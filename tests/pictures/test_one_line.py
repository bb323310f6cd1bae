"""The one line: numbered moves that do not overlap, stages and control points that need no colour."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brm.i18n import LANGUAGES, catalogue
from brm.pictures.one_line import APART, DISC, LANE, series_svg, spread
from brm.pictures.trend import LEFT, RIGHT, WIDTH
from scoring.causes import CAUSES
from scoring.machinery.control_points import POINTS
from tests.pictures.reading import SPACE, Picture, is_standalone
from tests.pictures.shapes import NASTY, series

EN = catalogue("en")


def move(start: str, end: str, **given: Any) -> dict[str, Any]:
    parts = [{"part": cause, "text": EN.text(f"cause.{cause}"), "effect": 0.0} for cause in CAUSES]
    parts[CAUSES.index("stance")]["effect"] = -8.0
    parts[CAUSES.index("clock")]["effect"] = -1.2
    facts = [{"effect": -6.0, "day": end, "text": "stance of A"}, {"effect": -2.0, "day": None, "text": "B: buyer"}]
    return {
        "from": start, "to": end, "before": 40.0, "after": 30.8, "total": -9.2, "parts": parts, "facts": facts,
        "facts_more": 0, "facts_hidden": 0, **given,
    }  # fmt: skip


def line(*scores: float | None, marked: tuple[int, ...] = (), **given: Any) -> dict[str, Any]:
    shape = series(*scores, kind="likelihood", link="logit", bands=None)
    for at, item in enumerate(shape["items"]):
        known = item["score"] is not None
        answers = ("yes" if at > 2 else "unknown", "no", "unknown", "no")
        item |= {"stage": ("verify", "needs")[at > 3] if known else None, "band": None}
        item |= {"control_points": dict(zip(POINTS, answers, strict=True)) if known else None}
        if known:
            item["interval"] = {"p10": max(item["score"] - 0.1, 0.0), "p90": min(item["score"] + 0.1, 1.0)}
    days = [item["as_of"] for item in shape["items"]]
    return {**shape, "moves": [move(days[at - 1], days[at]) for at in marked], **given}


def draw(shape: dict[str, Any], language: Any = "en") -> Picture:
    return Picture(series_svg(shape, catalogue(language)))


@given(st.lists(st.floats(LEFT, WIDTH - RIGHT), min_size=1, max_size=5))
def test_signs_never_touch_and_stay_near(places: list[float]) -> None:
    places.sort()
    found = spread(places)
    assert all(b - a >= APART - 1e-9 for a, b in pairwise(found))
    assert found[-1] <= WIDTH - RIGHT
    assert all(abs(a - b) <= APART * len(places) for a, b in zip(found, places, strict=True))
    if all(b - a >= APART for a, b in pairwise(places)):
        assert found == places


@pytest.mark.parametrize("language", LANGUAGES)
def test_moves_are_numbered_in_the_lane_and_told_below(language: Any) -> None:
    picture = draw(line(0.5, 0.4, 0.42, 0.3, 0.31, 0.2, 0.25, 0.1, marked=(1, 2, 3, 5, 7)), language)
    discs = [each for group in picture.groups("mark") for each in group.iter(f"{SPACE}circle")]
    places = [float(each.attrib["cx"]) for each in discs]
    assert [float(each.attrib["cy"]) for each in discs] == [LANE] * 5
    assert all(b - a > 2 * DISC for a, b in pairwise(places))
    assert len(picture.groups("move")) == 5
    texts = picture.texts()
    assert [each for each in texts if each in ("1", "2", "3", "4", "5")] == [*"12345", *"12345", "1"]
    assert catalogue(language).text("moved.step", start="2026-01-01", end="2026-01-08", total=-9.2) in texts
    assert "−6.0 2026-01-08 stance of A" in texts
    assert is_standalone(picture)


def test_stages_and_control_points_follow_the_weeks() -> None:
    picture = draw(line(None, 0.4, 0.4, 0.4, 0.4, 0.4))
    assert [group.find(f"{SPACE}title").text for group in picture.groups("stage")] == ["verify", "needs"]  # type: ignore[union-attr]
    told = [group.find(f"{SPACE}title").text for group in picture.groups("control")]  # type: ignore[union-attr]
    assert told == [
        "Compelling event known: unknown", "Compelling event known: yes", "Inside source present: no",
        "Among the top three: unknown", "Value proposition beats the top two rivals: no",
    ]  # fmt: skip
    held, open_ = (picture.groups("control")[at].find(f"{SPACE}rect") for at in (1, 2))
    assert held is not None
    assert open_ is not None
    assert held.attrib["fill"] != open_.attrib["fill"]
    assert picture.groups("control")[0].find(f"{SPACE}rect") is None


def test_all_that_the_picture_says_is_grey() -> None:
    """It is printed: red equals green equals blue, to a tenth."""
    source = series_svg(line(0.5, 0.4, 0.42, marked=(1,)), EN)
    colours = {part[:6] for part in source.split("#")[1:]}
    assert colours
    for each in colours:
        red, green, blue = (int(each[at : at + 2], 16) for at in (0, 2, 4))
        assert max(red, green, blue) - min(red, green, blue) <= 26, each


def test_other_scores_are_drawn_as_before_and_names_do_no_harm() -> None:
    assert draw(series(40.0, 50.0)).groups("stage") == []
    shape = line(0.5, 0.4, marked=(1,))
    shape["moves"][0]["facts"][0]["text"] = NASTY
    assert is_standalone(draw(shape))
