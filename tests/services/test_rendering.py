"""Asks name the person whom the first one really knows."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from brm.i18n import catalogue
from brm.services.rendering import path_item


def _route(*names: str) -> dict[str, Any]:
    people = [{"id": name, "name": name} for name in names]
    hops = [
        {"from": a, "to": b, "tie": "tie", "how": None, "strength": 0.5, "evidence": [], "between": []}
        for a, b in pairwise(names)
    ]
    return {"people": people, "hops": hops, "strength": 0.5}


@pytest.mark.parametrize(
    ("names", "english", "chinese"),
    [
        (("A", "D"), "A knows D: please arrange a meeting.", "A与D有直接往来，请安排见面。"),
        (("A", "B", "D"), "A: please ask B to introduce you to D.", "请A托B引荐D。"),
        (("A", "B", "C", "D"), "A: please ask B to lead you through C to D.", "请A先找B，再经C引荐D。"),
    ],
)
def test_the_ask_follows_the_route(names: tuple[str, ...], english: str, chinese: str) -> None:
    assert path_item(_route(*names), catalogue("en"))["ask"] == english
    assert path_item(_route(*names), catalogue("zh-CN"))["ask"] == chinese
