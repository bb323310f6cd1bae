"""The contest of one deal and its attribution in plain Python, coalition by coalition: the oracle of the fast code.

It starts from what each vendor brings (parts of its utility, c, and what both are at the reference) and works
the field and the Shapley values out with loops over sets, as the definition says.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from scoring.machinery.contenders import PARTS, Contenders

GROUPS = ("need", "shortlist", "rivals", "people", "fit", "incumbency", "price", "control")
CLIP = 0.001


@dataclass(frozen=True)
class Player:
    """One vendor, or the phantom rival: (reference, actual) of each part of its utility, and of c."""

    utility: dict[str, tuple[float, float]]
    chance: tuple[float, float]
    phantom: bool


@dataclass(frozen=True)
class Deal:
    """One deal: its players, the phantom last, and (reference, actual) of P_go."""

    players: list[Player]
    go: tuple[float, float]


def deals_of(found: Contenders) -> Iterator[Deal]:
    """The deals of a contest as plain values."""
    for deal in range(len(found.key)):
        listed = []
        for at in found.players_of(deal):
            ends = zip(found.players.reference[at].tolist(), found.players.utility[at].tolist(), strict=True)
            chance = float(found.players.chance_reference[at]), float(found.players.chance[at])
            listed.append(Player(dict(zip(PARTS, ends, strict=True)), chance, found.players.case[at] < 0))
        go = tuple(1 / (1 + math.exp(-float(each[deal]))) for each in (found.decision.reference, found.decision.logit))
        yield Deal(listed, (go[0], go[1]))


def share(own: float, others: list[tuple[float, float]]) -> float:
    """``E_B[e^U/(e^U + sum B_k e^{U_k})]`` over every subset of the (utility, c) of the others."""
    total = 0.0
    for there in itertools.product((False, True), repeat=len(others)):
        chance, held = 1.0, math.exp(own)
        for present, (utility, c) in zip(there, others, strict=True):
            chance *= c if present else 1 - c
            held += math.exp(utility) if present else 0.0
        if chance:
            total += chance * math.exp(own) / held
    return total


def field(deal: Deal) -> list[float]:
    """Probability of each player, then of no decision."""
    players = [(sum(actual for _, actual in p.utility.values()), p.chance[1]) for p in deal.players]
    found = []
    for at, (utility, chance) in enumerate(players):
        found.append(deal.go[1] * chance * share(utility, players[:at] + players[at + 1 :]))
    return [*found, 1 - deal.go[1] + deal.go[1] * math.prod(1 - c for _, c in players)]


def likelihood(deal: Deal, asked: int, coalition: frozenset[str]) -> float:
    """P of one player with only the groups of a coalition as measured."""

    def utility(at: int) -> float:
        total = 0.0
        for part, ends in deal.players[at].utility.items():
            group = part if part != "people" or at == asked else "rivals"
            total += ends[group in coalition]
        return total

    def chance(at: int) -> float:
        return deal.players[at].chance["rivals" in coalition if deal.players[at].phantom else "shortlist" in coalition]

    others = [(utility(at), chance(at)) for at in range(len(deal.players)) if at != asked]
    return deal.go["need" in coalition] * chance(asked) * share(utility(asked), others)


def logit(chance: float) -> float:
    clipped = min(max(chance, CLIP), 1 - CLIP)
    return math.log(clipped / (1 - clipped))


def attribution(deal: Deal, asked: int) -> tuple[dict[str, float], dict[str, float]]:
    """Shapley values of the groups on the logit, and in points."""
    every = [frozenset(c) for n in range(len(GROUPS) + 1) for c in itertools.combinations(GROUPS, n)]
    value = {coalition: likelihood(deal, asked, coalition) for coalition in every}
    effect, points = dict.fromkeys(GROUPS, 0.0), dict.fromkeys(GROUPS, 0.0)
    size = math.factorial(len(GROUPS))
    for group in GROUPS:
        for coalition in every:
            if group not in coalition:
                orders = math.factorial(len(coalition)) * math.factorial(len(GROUPS) - len(coalition) - 1) / size
                before, after = value[coalition], value[coalition | {group}]
                effect[group] += orders * (logit(after) - logit(before))
                points[group] += orders * 100 * (after - before)
    return effect, points


def random_deal(rng: np.random.Generator, vendors: int) -> Deal:
    """Vendors of whom anything may be true, some of them there for certain, some certainly not."""

    def ends(low: float, high: float) -> tuple[float, float]:
        a, b = rng.uniform(low, high, 2)
        return float(a), float(b)

    def chance() -> tuple[float, float]:
        sure = rng.random()
        return (1.0, 1.0) if sure < 0.4 else (1.0, 0.0) if sure < 0.5 else ends(0, 1)

    players = [Player({part: ends(-1.5, 1.5) for part in PARTS}, chance(), False) for _ in range(vendors)]
    blank = dict.fromkeys(PARTS, (0.0, 0.0))
    players.append(Player({**blank, "fit": (1.0, 1.0)}, ends(0, 1), True))
    return Deal(players, ends(0, 1))
