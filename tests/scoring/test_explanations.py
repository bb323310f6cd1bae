"""Each score worked out again from its explanation alone, after a trip through JSON."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring import DEFAULTS, SCORERS, US, Explanation, reduce_reference
from tests.scoring.random_worlds import random_world
from tests.scoring.recompute import decision_chain, key_person
from tests.scoring.recompute_accounts import competitor, customer, employee, our_company
from tests.scoring.recompute_likelihood import likelihood
from tests.worlds.named import WORLDS, worked

seeds = st.integers(0, 10_000)
checked = settings(max_examples=8, deadline=None)


def told(explanation: Explanation) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(explanation.as_dict()))
    return found


RECOMPUTE = {
    "key_person": key_person,
    "decision_chain": decision_chain,
    "customer": customer,
    "employee": employee,
    "our_company": our_company,
    "competitor": competitor,
    "likelihood": likelihood,
}


def recomputed(kind: str, explanation: dict[str, Any]) -> None:
    found = RECOMPUTE[kind](explanation)
    if found is None:
        assert math.isnan(explanation["score"])
    else:
        assert found == pytest.approx(explanation["score"], abs=1e-9)


def test_every_scorer_can_be_recomputed() -> None:
    assert set(RECOMPUTE) == set(SCORERS)


@pytest.mark.parametrize("kind", SCORERS)
@given(seeds)
@checked
def test_random_worlds(kind: str, seed: int) -> None:
    snapshot = random_world(seed).snapshot()
    frame = SCORERS[kind].score(snapshot, reduce_reference(snapshot, DEFAULTS), DEFAULTS)
    for i in range(0, len(frame), 3 if kind == "key_person" else 1):
        recomputed(kind, told(frame.explain(i)))


@pytest.mark.parametrize("kind", SCORERS)
@pytest.mark.parametrize("name", WORLDS)
def test_named_worlds(kind: str, name: str) -> None:
    snapshot = WORLDS[name]().snapshot()
    frame = SCORERS[kind].score(snapshot, reduce_reference(snapshot, DEFAULTS), DEFAULTS)
    for i in range(len(frame)):
        recomputed(kind, told(frame.explain(i)))


def test_evidence_is_named() -> None:
    world = worked(veto=True)
    snapshot = world.snapshot()
    reference = reduce_reference(snapshot, DEFAULTS)
    frame = SCORERS["decision_chain"].score(snapshot, reference, DEFAULTS, vendor=US)
    parts = {(p.factor, p.subject): p for p in frame.explain(0).contributions}
    decider, deal = world.names["D"], world.names["deal"]
    said = parts["stance", decider].evidence
    about = {source for source, target, *_ in world.edges["about"] if target == decider}
    assert said
    assert set(said) <= about
    assert ("plays", decider, deal) in parts["knowledge", None].evidence
    assert parts["veto", world.names["X"]].effect == 0.0
    assert [p.factor for p in frame.explain(0).contributions][-5:] == [
        "rule", "tie", "champion", "knowledge", "veto"
    ]  # fmt: skip


def test_a_row_that_is_not_there_is_refused() -> None:
    snapshot = worked().snapshot()
    frame = SCORERS["key_person"].score(snapshot, reduce_reference(snapshot, DEFAULTS), DEFAULTS)
    with pytest.raises(IndexError):
        frame.explain(len(frame))
