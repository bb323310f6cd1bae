"""The trend: gaps where there is no score, the bands, the last value."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brm.i18n import catalogue
from brm.pictures import palette
from brm.pictures.trend import height, trend_svg
from tests.pictures.reading import SPACE, Picture, is_standalone, points_of
from tests.pictures.shapes import NASTY, series

EN, ZH = catalogue("en"), catalogue("zh-CN")


def draw(shape: dict[str, Any], texts: Any = EN) -> Picture:
    return Picture(trend_svg(shape, texts))


@given(st.lists(st.none() | st.floats(0, 100), min_size=2, max_size=45))
def test_every_score_is_a_point_and_a_null_breaks_the_line(scores: list[float | None]) -> None:
    picture = draw(series(*scores))
    points = [
        float(circle.attrib["cy"]) for group in picture.groups("point") for circle in group.iter(f"{SPACE}circle")
    ]
    known = [score for score in scores if score is not None]
    assert points == pytest.approx([height(score) for score in known], abs=0.01)
    runs = [len(points_of(path)) for group in picture.groups("line") for path in group]
    expected = [len(run) for run in "".join("." if s is None else "x" for s in scores).replace(".", " ").split()]
    assert runs == [run for run in expected if run > 1]
    assert len(picture.groups("last")) == (1 if known else 0)
    assert is_standalone(picture)


def test_the_interval_goes_along_the_top_and_back_along_the_bottom() -> None:
    """Scores 50 and 30, 8 points each way: 300 px for 100 points, from y = 396 upwards."""
    picture = draw(series(50.0, 30.0))
    (group,) = picture.groups("interval")
    ys = [y for _, y in points_of(group[0])]
    assert ys == pytest.approx([396 - 3 * 58, 396 - 3 * 38, 396 - 3 * 22, 396 - 3 * 42])


def test_bands_are_drawn_where_the_shape_has_them() -> None:
    def dashed(shape: dict[str, Any]) -> list[float]:
        picture = draw(shape)
        top = [each for each in picture.root if each.get("stroke-dasharray") == "6 4" and each.tag == f"{SPACE}path"]
        return [points_of(each)[0][1] for each in top][:2]

    assert dashed(series(50.0, 50.0)) == [276.0, 216.0]
    assert dashed(series(50.0, 50.0, bands={"warm": 30.0, "hot": 70.0})) == [306.0, 186.0]


@pytest.mark.parametrize(("texts", "band", "interval"), [(EN, "hot", "80 %: 54–70"), (ZH, "热", "80% 区间 54–70")])
def test_the_last_known_value_is_labelled(texts: Any, band: str, interval: str) -> None:
    picture = draw(series(40.0, 62.1, None), texts)
    (group,) = picture.groups("last")
    assert [each.text for each in group.iter(f"{SPACE}text")] == ["62.1", band, interval]
    assert any("▲ +22.1" in text for text in picture.texts())


def test_no_score_at_all_is_said() -> None:
    picture = draw(series(None, None))
    assert "To 2026-01-08: no score in any week" in picture.texts()


@pytest.mark.parametrize(("kind", "colour"), [("customer", palette.HEAT[5]), ("competitor", palette.HEAT[0])])
def test_a_threat_is_coloured_the_other_way_round(kind: str, colour: str) -> None:
    picture = draw(series(90.0, 90.0, kind=kind))
    assert {c.attrib["fill"] for g in picture.groups("point") for c in g.iter(f"{SPACE}circle")} == {colour}
    assert (EN.text("picture.threat_note") in picture.texts()) == (kind == "competitor")


def test_weeks_are_ticked_and_labelled_without_running_into_each_other() -> None:
    for weeks in (2, 12, 26, 60, 200):
        picture = draw(series(*[50.0] * (weeks + 1)))
        days = [
            float(each.attrib["x"])
            for each in picture.root.iter(f"{SPACE}text")
            if each.get("font-size") == "9.5"
        ]  # fmt: skip
        assert len(days) >= 2
        assert min(b - a for a, b in pairwise(days)) >= 60


def test_names_are_escaped() -> None:
    picture = draw(series(50.0, 60.0, subject={"type": "company", "id": "c", "name": NASTY}))
    assert is_standalone(picture)
