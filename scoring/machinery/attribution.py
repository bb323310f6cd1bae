"""What each group of causes adds to a likelihood, and how sure the likelihood is.

Groups: need and funds; shortlist and requirements; rivals' people (the phantom among them); own people; fit;
incumbency; price; control points. A coalition has its groups as measured and the others at their reference.
P is worked out for all 256 coalitions, and each group's Shapley value taken on the logit of P and on P.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from scoring.machinery.contenders import CONTROL, FIT, INCUMBENCY, PEOPLE, PRICE, Contenders
from scoring.machinery.contest import Cube, Rivalry, coalition_ratios, expected_share, ratios, rivalries
from scoring.machinery.decision import logit, sigmoid
from scoring.machinery.shapley import shapley
from scoring.parameters import Parameters
from scoring.types import Floats, Ints

GROUPS = ("need", "shortlist", "rivals", "people", "fit", "incumbency", "price", "control")
PHANTOM_SLOT, OWN_SLOT = 0, 1
OWN_PEOPLE = GROUPS.index("people")
CHUNK = 256
"""Rows worked out at a time, so that all coalitions stay in cache."""
SAME, NUDGE = 1e-6, 1e-4
"""Supports nearer than the first count as equal; there the slope is taken over the second."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """By row: P and its logit with all groups at their reference, and each group's effect (axis 0).

    ``effect`` is on the logit, ``points`` in points of 100 P; ``slope`` and ``slope_points`` are what a unit
    of S adds to each.
    """

    base: Floats
    base_points: Floats
    effect: Floats
    points: Floats
    slope: Floats
    slope_points: Floats


def attribution(found: Contenders, case: Ints, parameters: Parameters) -> Attribution:
    """The attribution of the likelihood of each case."""
    size, weight = len(case), parameters.selection.stance
    effect, points = np.zeros((len(GROUPS), size)), np.zeros((len(GROUPS), size))
    base, base_points = np.zeros(size), np.zeros(size)
    slope, slope_points = np.zeros(size), np.zeros(size)
    for group in _rivalries(found, case, parameters):
        mean, own = found.mean_stance[case[group.row]], found.measures.support[case[group.row]]
        chance = coalitions(found, group, np.zeros(len(group.row)), parameters)
        at_link = logit(chance, parameters)
        effect[:, group.row], points[:, group.row] = shapley(at_link), 100 * shapley(chance)
        base[group.row], base_points[group.row] = at_link[0], 100 * chance[0]
        moved = own - mean
        near = np.abs(moved) < SAME
        if near.any():
            nudge = np.where(near, weight * NUDGE, 0.0)
            chance = coalitions(found, group, nudge, parameters)
            moved = np.where(near, moved + NUDGE, moved)
            slopes = shapley(logit(chance, parameters))[OWN_PEOPLE], 100 * shapley(chance)[OWN_PEOPLE]
        else:
            slopes = effect[OWN_PEOPLE, group.row], points[OWN_PEOPLE, group.row]
        slope[group.row], slope_points[group.row] = (each / moved for each in slopes)
    return Attribution(base, base_points, effect, points, slope, slope_points)


def _rivalries(found: Contenders, case: Ints, parameters: Parameters, chunk: int = CHUNK) -> Iterator[Rivalry]:
    """The players of the cases; one is there for certain where it is so as measured and at the reference."""
    players = found.players
    sure = (players.chance == 1) & (players.chance_reference == 1) & (players.chance_spread == 0)
    never = (players.chance == 0) & (players.chance_reference == 0)
    return rivalries(
        players.deal, sure.astype(np.int64), never.astype(np.int64), players.rank, found.player[case], chunk
    )


def coalitions(found: Contenders, group: Rivalry, nudge: Floats, parameters: Parameters) -> Cube:
    """P of every coalition (axis 0), by row; ``nudge`` is added to what own people bring."""
    players, own, others = found.players, group.player, group.others
    step = players.utility - players.reference
    zero = np.zeros(others.shape)
    taken = [step[others, PEOPLE], zero - step[own, PEOPLE] - nudge]
    taken += [step[others, part] - step[own, part] for part in (FIT, INCUMBENCY, PRICE, CONTROL)]
    start = players.reference[others].sum(axis=-1) - players.reference[own].sum(axis=-1)
    ratio = coalition_ratios(start, taken)
    uncertain = others[group.certain :]
    share = expected_share(ratio[:, None], _chances(found, uncertain), group.certain, parameters)
    presence = np.stack([players.chance_reference[own], players.chance[own]])
    deal = players.deal[own]
    go = sigmoid(np.stack([found.decision.reference[deal], found.decision.logit[deal]]))
    several = (2, *(1,) * (share.ndim - 2), len(own))
    total = go.reshape(2, *(1,) * (share.ndim - 1), len(own)) * (presence.reshape(several) * share)
    return total.reshape(1 << len(GROUPS), len(own))


def _chances(found: Contenders, others: Ints) -> Cube:
    """c of the others by coalition: a vendor's goes with the shortlist, the phantom's with rivals' people."""
    players = found.players
    before, after = players.chance_reference[others], players.chance[others]
    phantom = players.case[others] < 0
    chance = np.empty((len(others), 2, 2, others.shape[1]))
    for listed in (0, 1):
        for people in (0, 1):
            chance[:, listed, people] = np.where(np.where(phantom, people == 1, listed == 1), after, before)
    return chance.reshape(len(others), 2, 2, 1, 1, 1, 1, 1, others.shape[1])


def intervals(found: Contenders, case: Ints, parameters: Parameters) -> tuple[Floats, Floats]:
    """P10 and P90 of the likelihood of each case, by seeded sampling.

    Model: utilities, c and the logit of P_go are drawn from normal distributions of their spread, c within
    0..1. Every case takes the same draws: the phantom the first, the vendor asked for the second, its rivals
    the others by utility; so an interval depends on nothing but the deal. The stated probability is never
    outside.
    Limits: the tie with the approver, prices and control points are taken as known.
    """
    low, high = np.zeros(len(case)), np.zeros(len(case))
    players, number = found.players, int(parameters.likelihood.draws)
    slots = int(players.rank.max(initial=0)) + 2
    seed = int(parameters.likelihood.seed)
    go, utility, chance = (
        np.random.default_rng((seed, stream)).standard_normal((size, number))
        for stream, size in enumerate((1, slots, slots))
    )
    places = [int(0.1 * (number - 1)), int(np.ceil(0.9 * (number - 1)))]
    for group in _rivalries(found, case, parameters):
        drawn = np.sort(_drawn(found, group, go[0], utility, chance, parameters), axis=0)
        low[group.row], high[group.row] = drawn[places[0]], drawn[places[1]]
    stated = found.probability[found.player[case]]
    return np.minimum(low, stated), np.maximum(high, stated)


def _drawn(
    found: Contenders, group: Rivalry, go: Floats, utility: Floats, chance: Floats, parameters: Parameters
) -> Floats:
    """P of every draw (axis 0), by row."""
    players, own, others = found.players, group.player, group.others

    rank = players.rank[others]
    theirs = np.where(players.case[others] < 0, PHANTOM_SLOT, rank + OWN_SLOT - (rank > players.rank[own]))
    mine = np.full(len(own), OWN_SLOT)

    def utilities(rows: Ints, slot: Ints) -> Floats:
        at = utility[slot] * players.spread[rows][..., None]
        total: Floats = players.utility[rows].sum(axis=-1)[..., None] + at
        return np.moveaxis(total, -1, -2)

    def chances(rows: Ints, slot: Ints) -> Floats:
        at = chance[slot] * players.chance_spread[rows][..., None]
        return np.moveaxis(np.clip(players.chance[rows][..., None] + at, 0.0, 1.0), -1, -2)

    share = expected_share(
        ratios(utilities(own, mine), utilities(others, theirs)),
        chances(others[group.certain :], theirs[group.certain :]),
        group.certain,
        parameters,
    )
    deal = players.deal[own]
    moved = found.decision.logit[deal] + go[:, None] * found.decision.spread[deal]
    found_: Floats = sigmoid(moved) * chances(own, mine) * share
    return found_
