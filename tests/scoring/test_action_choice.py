"""The best set of actions equals trying every set; what recorded actions teach lies between both ends."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring import DEFAULTS
from scoring.action_choice import best_set
from scoring.action_record import record_of
from scoring.deal_worth import MARGIN, RATE, UNKNOWN, worth_of
from scoring.snapshot import Snapshot, category_code
from tests.worlds.builder import TODAY, World

CNY = category_code("CNY")
actions = st.lists(
    st.tuples(st.integers(-50, 500), st.integers(0, 40), st.sampled_from("abcdefgh")), min_size=0, max_size=12
)


def _best(told: list[tuple[int, int, str]], available: float, most: int) -> float:
    """The most that any allowed set gains."""
    best = 0.0
    for size in range(1, most + 1):
        for chosen in combinations(told, size):
            once = len({name for _, _, name in chosen}) == size
            if once and sum(hours for _, hours, _ in chosen) <= available:
                best = max(best, float(sum(gain for gain, _, _ in chosen)))
    return best


@given(actions, st.integers(0, 80), st.integers(1, 5))
def test_the_set_equals_trying_every_set(told: list[tuple[int, int, str]], available: int, most: int) -> None:
    gain, hours = (np.array([each[at] for each in told], dtype=np.float64) for at in (0, 1))
    names = [each[2] for each in told]
    found = best_set(gain, hours, names, float(available), most).tolist()
    assert len(found) <= most
    assert len({names[at] for at in found}) == len(found) == len(set(found))
    assert hours[found].sum() <= available
    assert all(gain[at] > 0 for at in found)
    assert gain[found].tolist() == sorted(gain[found], reverse=True)
    assert gain[found].sum() == pytest.approx(_best(told, available, most), abs=1e-6)


def test_nothing_to_choose_from() -> None:
    assert best_set(np.empty(0), np.empty(0), [], 20.0, 5).tolist() == []
    assert best_set(np.array([-1.0, 5.0]), np.array([1.0, 30.0]), ["a", "b"], 20.0, 5).tolist() == []


def _acted(*told: tuple[str, str, float | None]) -> Snapshot:
    world = World()
    for play, status, hours in told:
        world.node("action", play=play, status=status, **({} if hours is None else {"hours": hours}))
    return world.snapshot()


def test_success_and_hours_are_learnt_with_shrinkage() -> None:
    """win_over, .4 and 6 hours: 3 done of 5 → (10·.4 + 3)/15; hours 2, 4 → (60 + 6)/12. Open ones do not count."""
    snapshot = _acted(
        ("win_over", "done", 2.0), ("win_over", "done", 4.0), ("win_over", "done", None), ("win_over", "ignored", 9.0),
        ("win_over", "cancelled", None), ("win_over", "open", 1.0), ("meet", "done", 1.0),
    )  # fmt: skip
    found = record_of(snapshot, "win_over", DEFAULTS)
    assert (found.ended, found.done, found.timed) == (5, 3, 2)
    assert found.success == pytest.approx(7 / 15)
    assert found.hours == pytest.approx(66 / 12)
    never = record_of(snapshot, "prove_fit", DEFAULTS)
    assert (never.success, never.hours, never.ended) == (
        DEFAULTS.actions.prove_fit_success, DEFAULTS.actions.prove_fit_hours, 0,
    )  # fmt: skip


def _dealt(**values: object) -> tuple[Snapshot, int]:
    world = World()
    deal = world.node("opportunity", status="open", **values)
    for margin in (20, 30, 70):
        world.node(
            "opportunity",
            status="won",
            amount=100.0,
            amount_currency=CNY,
            margin=float(margin),
            margin_currency=CNY,
        )
    return world.snapshot(), deal


def _worth(**values: object) -> tuple[str, float | None, float]:
    snapshot, deal = _dealt(**values)
    found = worth_of(snapshot, snapshot, deal, DEFAULTS)
    return found.basis, found.value, found.years


def test_worth_is_the_discounted_margin() -> None:
    """Margin 110 in a year at 10 %: 100. Without it the median rate .3 of 200: 60, in 180 days."""
    money = {"margin": 110.0, "margin_currency": CNY}
    basis, value, years = _worth(**money, expected_close_on=TODAY + 365)
    assert (basis, years) == (MARGIN, 1.0)
    assert value == pytest.approx(100.0)
    assert _worth(**money, expected_close_on=TODAY - 5)[1] == pytest.approx(110.0)
    basis, value, years = _worth(amount=200.0, amount_currency=CNY)
    assert (basis, years) == (RATE, 180 / 365)
    assert value == pytest.approx(60.0 * 1.1 ** (-180 / 365))
    assert _worth(amount=200.0, amount_currency=category_code("USD"))[:2] == (UNKNOWN, None)
    assert _worth()[:2] == (UNKNOWN, None)
