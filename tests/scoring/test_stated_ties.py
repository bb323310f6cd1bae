"""Pairs of an evaluation of ties, against plain loops over the same graph."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from scoring import DEFAULTS
from scoring.machinery.affiliations import affiliations_of
from scoring.machinery.people import people_of
from scoring.snapshot import Snapshot
from scoring.stated_ties import Pairs, compare, influence_pairs, tie_pairs
from scoring.ties import colleague_ties
from tests.scoring.random_worlds import random_world
from tests.worlds.builder import World

Plain = dict[tuple[int, int], tuple[float, bool, float]]


def accounts_of(snapshot: Snapshot) -> dict[int, set[int]]:
    people, members = people_of(snapshot), affiliations_of(snapshot)
    found: dict[int, set[int]] = {}
    for row, account in zip(members.person.tolist(), members.account.tolist(), strict=True):
        found.setdefault(account, set()).add(int(people.key[row]))
    return found


def said_of(world: World) -> dict[tuple[int, int], float]:
    said: dict[tuple[int, int], float] = {}
    for one, other, values, _, _ in world.edges.get("knows", ()):
        pair = (min(one, other), max(one, other))
        stated = values.get("strength")
        known = [each for each in (said.get(pair, math.nan), math.nan if stated is None else stated) if each == each]
        said[pair] = max(known, default=math.nan)
    return said


def plainly(
    pairs: set[tuple[int, int]], weight: dict[tuple[int, int], float], said: dict[tuple[int, int], float]
) -> Plain:
    return {pair: (weight.get(pair, 0.0), pair in said, said.get(pair, math.nan)) for pair in pairs}


def plain_influence(world: World, snapshot: Snapshot) -> Plain:
    said, weight = said_of(world), {}
    for one, other, values, _, _ in world.edges.get("influences", ()):
        pair = (min(one, other), max(one, other))
        given = values.get("weight")
        weight[pair] = weight.get(pair, 0.0) + (1.0 if given is None else given) / 2
    active = {person for pair in (*said, *weight) for person in pair}
    pairs = {
        pair for people in accounts_of(snapshot).values() for pair in itertools.combinations(sorted(people & active), 2)
    }
    return plainly(pairs, weight, said)


def plain_tie(world: World, snapshot: Snapshot) -> Plain:
    people = people_of(snapshot)
    ours = set(people.key[people.colleague].tolist())
    said = {pair: close for pair, close in said_of(world).items() if len(ours & set(pair)) == 1}
    ties = zip(*(each.tolist() for each in colleague_ties(snapshot, DEFAULTS)), strict=True)
    weight = {(min(c, p), max(c, p)): t for c, p, t in ties}
    pairs = set()
    for people_there in accounts_of(snapshot).values():
        touched = [pair for pair in (*weight, *said) if (set(pair) - ours) & people_there]
        there = {person for pair in touched for person in set(pair) & ours}
        pairs |= {(min(c, p), max(c, p)) for c in there for p in people_there - ours}
    kept = {pair: close for pair, close in said.items() if pair in pairs}
    return plainly(pairs, weight, kept)


def as_plain(pairs: Pairs) -> Plain:
    columns = (pairs.first, pairs.second, pairs.weight, pairs.said, pairs.closeness)
    return {(a, b): (w, s, c) for a, b, w, s, c in zip(*(each.tolist() for each in columns), strict=True)}


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("measure", ["tie", "influence"])
def test_all_pairs_with_what_is_computed_and_said(seed: int, measure: str) -> None:
    world = random_world(seed, accounts=3)
    snapshot = world.snapshot()
    make, plain = (tie_pairs, plain_tie) if measure == "tie" else (influence_pairs, plain_influence)
    found, expected = as_plain(make(snapshot, DEFAULTS)), plain(world, snapshot)
    assert set(found) == set(expected)
    for pair, numbers in expected.items():
        assert found[pair] == pytest.approx(numbers, nan_ok=True), pair
    assert any(weight > 0 for weight, _, _ in found.values())
    assert any(said for _, said, _ in found.values())


def test_of_too_many_pairs_those_that_are_said_all_stay() -> None:
    world = random_world(1, accounts=3)
    snapshot = world.snapshot()
    whole, part = influence_pairs(snapshot, DEFAULTS), influence_pairs(snapshot, DEFAULTS, most=10)
    assert (whole.sampled, part.sampled) == (False, True)
    assert part.said.sum() == whole.said.sum()
    assert len(part) < len(whole)
    again = influence_pairs(snapshot, DEFAULTS, most=10)
    assert part.first.tolist() == again.first.tolist()
    assert set(as_plain(part)) < set(as_plain(whole))


def close_firm(strengths: dict[str, tuple[float, float | None]]) -> Snapshot:
    """People A..F of one account; for a pair like "AB" the influence weight and the stated closeness."""
    world = World()
    firm = world.company("firm", "customer")
    people = {name: world.person(name, firm) for name in "ABCDEF"}
    for pair, (weight, stated) in strengths.items():
        one, other = people[pair[0]], people[pair[1]]
        if weight:
            world.edge("influences", one, other, weight=2 * weight)
        if stated is not None:
            world.edge("knows", one, other, kind="work", strength=stated)
    return world.snapshot()


def test_a_comparison_by_hand() -> None:
    """Weights .1 .4 .3 .2 with closeness .2 .4 .6 .8, and .3 for CD and FA, which nobody said.

    Of 15 pairs 4 are said. Against the 11 others (9 at 0, two at .3): .4 beats 11; .3 beats 9 and ties 2;
    .2 and .1 beat 9: (11 + 10 + 9 + 9)/44. Close is the median .5 and above: .3, .2 against .4, .1: 2 of 4.
    Ranks of the weights 1 4 3 2, of the closeness 1 2 3 4: 1 - 6*(4 + 4)/(4*15) = .2.
    """
    snapshot = close_firm({
        "AB": (0.1, 0.2), "BC": (0.4, 0.4), "DE": (0.3, 0.6), "EF": (0.2, 0.8), "CD": (0.3, None), "FA": (0.3, None),
    })  # fmt: skip
    found = compare(influence_pairs(snapshot, DEFAULTS))
    assert (found.people, found.pairs, found.said, found.stated) == (6, 15, 4, 4)
    assert (found.threshold, found.strong, found.weak) == (pytest.approx(0.5), 2, 2)
    assert found.known.value == pytest.approx(39 / 44)
    assert found.close.value == pytest.approx(0.5)
    assert found.order.value == pytest.approx(0.2)
    assert found.known.p10 <= found.known.value <= found.known.p90


def test_close_lies_above_the_median_where_nothing_lies_below() -> None:
    snapshot = close_firm({"AB": (0.1, 0.5), "BC": (0.4, 0.5), "DE": (0.3, 0.9)})
    found = compare(influence_pairs(snapshot, DEFAULTS))
    assert (found.threshold, found.strong, found.weak) == (pytest.approx(0.9), 1, 2)


def test_an_empty_graph_has_nothing_to_compare() -> None:
    snapshot = World().snapshot()
    for make in (tie_pairs, influence_pairs):
        found = compare(make(snapshot, DEFAULTS))
        assert (found.pairs, found.stated) == (0, 0)
        assert np.isnan(found.known.value)
