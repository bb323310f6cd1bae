"""Introduction paths against an exhaustive search."""

from __future__ import annotations

from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.routes import Network, best_routes


def _network(ties: list[tuple[int, int, float]], starts: list[int], avoid: list[int] | None = None) -> Network:
    first, second, strength = (np.array(column) for column in zip(*ties, strict=True))
    return Network(first, second, strength.astype(float), np.array(starts), np.array(avoid or [-1]))


def test_two_weak_hops_beat_one_weaker() -> None:
    network = _network([(1, 9, 0.2), (2, 5, 0.8), (5, 9, 0.5)], [1, 2])
    routes = best_routes(network, 9)
    assert [(route.people, pytest.approx(route.strength)) for route in routes] == [((2, 5, 9), 0.4), ((1, 9), 0.2)]
    assert routes[0].ties == (1, 2)


def test_hops_are_bounded_and_opponents_avoided() -> None:
    ties = [(1, 2, 0.9), (2, 3, 0.9), (3, 4, 0.9), (4, 5, 0.9), (5, 6, 0.9)]
    network = _network(ties, [1])
    assert [route.people for route in best_routes(network, 5)] == [(1, 2, 3, 4, 5)]
    assert best_routes(network, 6) == []
    blocked = _network(ties, [1], avoid=[3])
    assert best_routes(blocked, 5) == []
    assert [route.people for route in best_routes(blocked, 3)] == [(1, 2, 3)]


def test_unknown_target_and_a_target_that_is_itself_a_start() -> None:
    network = _network([(1, 2, 0.9)], [1, 2])
    assert best_routes(network, 7) == []
    assert [route.people for route in best_routes(network, 2)] == [(1, 2)]


@st.composite
def _graphs(draw: st.DrawFn) -> tuple[list[tuple[int, int, float]], list[int], int]:
    size = draw(st.integers(3, 9))
    pairs = [(a, b) for a in range(size) for b in range(a)]
    chosen = draw(st.lists(st.sampled_from(pairs), min_size=1, max_size=16, unique=True))
    ties = [(a, b, draw(st.floats(0.05, 1.0))) for a, b in chosen]
    starts = draw(st.lists(st.integers(0, size - 1), min_size=1, max_size=3, unique=True))
    return ties, starts, draw(st.integers(0, size - 1))


@given(_graphs())
def test_the_best_routes_are_those_of_an_exhaustive_search(
    graph: tuple[list[tuple[int, int, float]], list[int], int],
) -> None:
    ties, starts, target = graph
    plain = nx.Graph()
    plain.add_weighted_edges_from(ties)
    strengths = []
    for start in starts:
        if start != target and start in plain and target in plain:
            paths = nx.all_simple_paths(plain, start, target, cutoff=4)
            direct = [path for path in paths if not set(path[1:-1]) & set(starts)]
            strengths += [float(np.prod([plain[a][b]["weight"] for a, b in pairwise(path)])) for path in direct]
    found = [route.strength for route in best_routes(_network(ties, starts), target)]
    assert found == pytest.approx(sorted(strengths, reverse=True)[:5])
