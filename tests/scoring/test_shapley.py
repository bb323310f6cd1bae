"""Shapley's value: worked games, and what holds of every game."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.shapley import EXACT, coalitions, shapley


def test_a_game_worked_by_hand() -> None:
    """Glove game, v = 1 where a left glove (0 or 1) meets the right one (2): 1/6, 1/6, 2/3."""

    def pairs(made: frozenset[int]) -> np.ndarray:
        return np.array([1.0 if 2 in made and made & {0, 1} else 0.0])

    assert shapley(3, pairs)[0] == pytest.approx([1 / 6, 1 / 6, 2 / 3])


@given(number=st.integers(0, 7), seed=st.integers(0, 2**32 - 1))
def test_parts_sum_and_what_does_nothing_has_no_part(number: int, seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=(2**number, 3))

    def game(made: frozenset[int]) -> np.ndarray:
        # the last thing changes nothing
        found: np.ndarray = values[sum(1 << each for each in made if each != number - 1)]
        return found

    parts = shapley(number, game)
    every = frozenset(range(number))
    assert parts.sum(axis=-1) == pytest.approx(game(every) - game(frozenset()), abs=1e-12)
    if number:
        assert parts[..., -1] == pytest.approx(np.zeros(3), abs=1e-12)


@given(number=st.integers(0, 9))
def test_it_looks_at_no_other_sets_than_it_says(number: int) -> None:
    asked: set[frozenset[int]] = set()

    def game(made: frozenset[int]) -> np.ndarray:
        asked.add(made)
        return np.zeros(1)

    shapley(number, game)
    told = coalitions(number)
    assert (told[0], told[-1]) == (frozenset(), frozenset(range(number)))
    assert asked == set(told)
    assert len(told) == (2**number if number <= EXACT else 2 * number)
