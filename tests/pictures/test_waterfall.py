"""The waterfall of a likelihood: every bar starts where the one above ends, and the last is the likelihood."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brm.i18n import catalogue
from brm.pictures.waterfall import MOST, Scale, steps, waterfall_svg
from tests.pictures.reading import SPACE, Picture, is_standalone, rectangle
from tests.pictures.shapes import NASTY

EN, ZH = catalogue("en"), catalogue("zh-CN")


def shape(base: float, *points: float, text: str = "part") -> dict[str, Any]:
    total = base + sum(points)
    return {
        "kind": "likelihood", "subject": {"type": "opportunity", "id": "d1", "name": "扩建项目"},
        "vendor": {"id": "us", "name": "us"}, "as_of": "2026-06-30", "score": total / 100, "base_points": base,
        "interval": {"p10": 0.2, "p90": 0.6},
        "contributions": [{"text": f"{text} {at}", "points": each} for at, each in enumerate(points)],
    }  # fmt: skip


def bars(picture: Picture, class_: str) -> list[tuple[float, float]]:
    rectangles = [rectangle(next(group.iter(f"{SPACE}rect"))) for group in picture.groups(class_)]
    return [(each.x, each.width) for each in rectangles]


@given(st.floats(0, 100), st.lists(st.floats(-30, 30), max_size=20))
def test_the_steps_lead_from_the_base_to_the_likelihood(base: float, points: list[float]) -> None:
    listed = steps(shape(base, *points), EN)
    first, *parts, last = listed
    assert (first.start, first.end, last.start) == (0.0, base, 0.0)
    at = base
    for step in parts:
        assert step.start == pytest.approx(at)
        at = step.end
    # parts of less than a hundredth of a point are not told
    assert last.end == pytest.approx(at, abs=0.005 * len(points) + 1e-9)
    assert len(parts) <= MOST + 1
    picture = Picture(waterfall_svg(shape(base, *points), EN))
    assert len(bars(picture, "part")) == len(parts)
    assert len(bars(picture, "total")) == 2
    assert is_standalone(picture)


def test_bars_stand_where_the_numbers_say() -> None:
    """480 px for 100 points from x = 430: 30 +20 −10 = 40."""
    picture = Picture(waterfall_svg(shape(30.0, -10.0, 20.0), EN))
    assert bars(picture, "total") == [(430.0, 144.0), (430.0, 192.0)]
    assert bars(picture, "part") == [(574.0, 96.0), (622.0, 48.0)]
    assert {"+20.0", "−10.0", "30.0", "40.0"} <= set(picture.texts())


def test_the_way_may_lead_below_zero() -> None:
    listed = steps(shape(20.0, -40.0, 30.0), EN)
    scale = Scale.of(listed)
    assert (scale.low, scale.high) == (-20.0, 100.0)
    assert scale.place(-20.0) == 430.0
    assert scale.place(100.0) == 910.0


@pytest.mark.parametrize("text", NASTY)
def test_nasty_texts_stay_text(text: str) -> None:
    assert is_standalone(Picture(waterfall_svg(shape(50.0, 5.0, text=text), EN)))


def test_both_languages() -> None:
    picture = Picture(waterfall_svg(shape(50.0, 5.0), ZH))
    assert "起点：一切按常态" in picture.texts()
    assert "赢率（%）" in picture.texts()
