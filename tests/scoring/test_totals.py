"""Totals of change: the difference of two frames, score by score."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.change import State, changes, totals
from scoring.parameters import Parameters
from scoring.population import reduce_reference
from scoring.registry import SCORERS
from scoring.snapshot import MICROSECONDS_A_DAY
from tests.scoring.random_worlds import random_world

PARAMETERS = Parameters()


@settings(max_examples=10)
@given(seed=st.integers(0, 200), days=st.integers(1, 200))
def test_totals_are_those_of_changes_taken_apart(seed: int, days: int) -> None:
    new = random_world(seed).snapshot()
    old = new.seen_at(new.as_of - days * MICROSECONDS_A_DAY)
    states = [State(each, reduce_reference(each, PARAMETERS), PARAMETERS) for each in (old, new)]
    for scorer in SCORERS.values():
        frames = [scorer.score(each.snapshot, each.reference, each.parameters) for each in states]
        found, expected = totals(*frames), changes(scorer, *states)
        np.testing.assert_array_equal(found.subject, expected.subject)
        np.testing.assert_array_equal(found.vendor, expected.vendor)
        np.testing.assert_array_equal(found.scope, expected.scope)
        np.testing.assert_allclose(found.total, expected.total, rtol=0, atol=1e-12)
        assert found.parts.shape == (len(found), 0)


def test_what_one_of_the_frames_has_not_is_left_out() -> None:
    world = random_world(3).snapshot()
    reference, scorer = reduce_reference(world, PARAMETERS), SCORERS["customer"]
    whole = scorer.score(world, reference, PARAMETERS)
    first = scorer.score(world, reference, PARAMETERS, scopes=whole.subject[:1])
    nobody = scorer.score(world, reference, PARAMETERS, scopes=np.array([1]))
    assert len(nobody) == 0
    for old, new in ((whole, first), (first, whole)):
        found = totals(old, new)
        assert found.subject.tolist() == whole.subject[:1].tolist()
        assert found.before[0] == pytest.approx(found.after[0], abs=1e-12)
    assert len(totals(nobody, whole)) == len(totals(whole, nobody)) == 0
