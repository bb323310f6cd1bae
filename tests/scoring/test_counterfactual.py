"""Worlds side by side are scored as each is by itself, and edits share what they do."""

from __future__ import annotations

import numpy as np
import pytest

from scoring import counterfactual
from scoring.counterfactual import moved
from scoring.parameters import Parameters
from scoring.population import reduce_reference
from scoring.registry import SCORERS
from scoring.series import side_by_side
from scoring.snapshot import Snapshot
from tests.worlds.named import hold, worked

DEFAULTS = Parameters()


def _graph(made: frozenset[int]) -> Snapshot:
    """The worked oracle with more stances: towards us of A and X, and of D towards the first rival."""
    world = worked(veto=True)
    names, deal = world.names, world.names["deal"]
    for place, (person, vendor, stance) in enumerate((("A", "us", 0.5), ("X", "us", -0.5), ("D", "rival 1", 0.5))):
        if place in made:
            hold(world, names[person], names[vendor], stance, deal)
    return world.snapshot()


def test_a_world_is_scored_as_it_is_alone() -> None:
    sets = [frozenset[int](), frozenset([0]), frozenset([0, 2])]
    graphs = [_graph(each) for each in sets]
    reference = reduce_reference(graphs[0], DEFAULTS)
    series = side_by_side(graphs)
    laid_out, tiled = series.laid_out(), series.reference(reference)
    for scorer in SCORERS.values():
        frame = scorer.score(laid_out, tiled, DEFAULTS)
        for place, graph in enumerate(graphs):
            alone = scorer.score(graph, reference, DEFAULTS)
            rows = np.flatnonzero(series.place_of(frame.scope) == place)
            for name in ("subject", "vendor", "scope"):
                assert series.given(getattr(frame, name)[rows]).tolist() == getattr(alone, name).tolist()
            assert frame.score[rows] == pytest.approx(alone.score, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize("rows", [1, 10**9])
def test_parts_are_those_of_scoring_each_set_by_itself(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether sets are scored one by one or together; the share of an edit is worked out over all orders."""
    monkeypatch.setattr(counterfactual, "MOST_ROWS", rows)
    none = _graph(frozenset())
    reference = reduce_reference(none, DEFAULTS)
    keys = {name: none.nodes[kind].key for kind, name in (("company", "firms"), ("opportunity", "deals"))}
    found = moved(
        [SCORERS["decision_chain"]], _graph, 3, reference, DEFAULTS, np.empty(0, dtype=np.int64), keys["deals"]
    )[0]

    def chain(*made: int) -> float:
        frame = SCORERS["decision_chain"].score(_graph(frozenset(made)), reference, DEFAULTS)
        return float(frame.score[frame.rows(vendor=0)[0]])

    (row,) = np.flatnonzero(found.vendor == 0)
    first = (
        (chain(0) - chain()) / 3
        + (chain(0, 1) - chain(1)) / 6
        + (chain(0, 2) - chain(2)) / 6
        + (chain(0, 1, 2) - chain(1, 2)) / 3
    )
    assert found.parts[row, 0] == pytest.approx(first, abs=1e-9)
    assert found.parts[row, 2] == pytest.approx(0.0, abs=1e-9)
    assert found.parts.sum(axis=1) == pytest.approx(found.total, abs=1e-9)
    assert (found.before[row], found.after[row]) == pytest.approx((chain(), chain(0, 1, 2)), abs=1e-9)
