"""How well likelihoods foretold who won: proper scores against named baselines, with intervals by deal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scoring.evaluation import HIGH, LOW, REPLICATES, SEED, Estimate, Flags
from scoring.machinery.arrays import counts, run_starts, sums
from scoring.types import Floats, Ints

LEAST = 0.001
"""A probability counts as at least this in a logarithm, as in a likelihood's logit."""
RATE_BIDS = 4.0
"""Bids that the mean win rate weighs as much as in a vendor's own."""
EDGES = np.array([0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])
"""Lower ends of the bins of a reliability table."""
BLOCK = 1 << 22
"""Numbers held at once while deals are drawn anew."""


@dataclass(frozen=True, slots=True)
class Bids:
    """The vendors of decided deals, deal by deal.

    By bid: ``deal`` (place, ascending from 0), ``vendor`` key, whether it ``won`` (one per deal), ``likelihood``
    (raw, 0..1) and ``price`` (NaN where not comparable with another of its deal). By deal: ``day`` of the decision
    and the likelihood of ``nobody`` (no decision) and of a rival ``unknown``.
    """

    deal: Ints
    vendor: Ints
    won: Flags
    likelihood: Floats
    price: Floats
    day: Ints
    nobody: Floats
    unknown: Floats

    @property
    def size(self) -> Ints:
        """Bids of each deal."""
        return counts(self.deal, len(self.day))


def shares(bids: Bids) -> Floats:
    """The likelihood that each vendor wins, given that one of the deal's known vendors does.

    Properties: sums to 1 in every deal; the order of a deal's vendors stays.
    """
    total = sums(bids.deal, bids.likelihood, len(bids.day))[bids.deal]
    return np.divide(bids.likelihood, total, out=even_chances(bids), where=total > 0)


def even_chances(bids: Bids) -> Floats:
    """Baseline: one over the number of bidders."""
    found: Floats = 1.0 / bids.size[bids.deal]
    return found


def win_rates(bids: Bids) -> Floats:
    """Baseline: the vendor's smoothed win rate so far, made to sum to 1 in its deal.

    Model: ``(wins + k r)/(bids + k)`` over the deals decided before the day of the deal, k `RATE_BIDS`, r all wins
    over all bids by then (one half before any).
    Properties: what is decided on the day or later changes nothing.
    """
    day = bids.day[bids.deal]
    won, made = _before(bids.vendor, day, bids.won), _before(bids.vendor, day, np.ones(len(day)))
    one = np.zeros(len(day), dtype=np.int64)
    all_won, all_made = _before(one, day, bids.won), _before(one, day, np.ones(len(day)))
    mean = np.divide(all_won, all_made, out=np.full(len(day), 0.5), where=all_made > 0)
    rate = (won + RATE_BIDS * mean) / (made + RATE_BIDS)
    found: Floats = rate / sums(bids.deal, rate, len(bids.day))[bids.deal]
    return found


def lowest_price(bids: Bids) -> Floats:
    """Baseline: the lowest price wins as often as it did so far; NaN in deals without comparable prices.

    Model: q for the lowest price (shared where equal), ``(1 - q)/others`` for each other bid; q the share of the
    deals decided before that day, with comparable prices, that the lowest price won, smoothed by one deal either way.
    """
    number = len(bids.day)
    least = np.full(number, np.inf)
    known = ~np.isnan(bids.price)
    np.minimum.at(least, bids.deal[known], bids.price[known])
    lowest = known & (bids.price == least[bids.deal])
    ties, size = sums(bids.deal, lowest.astype(np.float64), number), bids.size
    priced = sums(bids.deal, known.astype(np.float64), number) > 1
    hit = sums(bids.deal, (lowest & bids.won).astype(np.float64), number)
    one = np.zeros(int(priced.sum()), dtype=np.int64)
    before = (_before(one, bids.day[priced], values) for values in (hit[priced], np.ones(len(one))))
    share = np.full(number, np.nan)
    hits, deals = before
    share[priced] = (hits + 1) / (deals + 2)
    others = size - ties
    top = np.where(others > 0, share, 1.0)[bids.deal] / np.maximum(ties, 1)[bids.deal]
    rest = (1 - share)[bids.deal] / np.maximum(others, 1)[bids.deal]
    return np.where(priced[bids.deal], np.where(lowest, top, rest), np.nan)


def _before(group: Ints, day: Ints, values: npt.NDArray[np.generic]) -> Floats:
    """The sum of the values of the same group on earlier days, by row."""
    order = np.lexsort((day, group))
    ordered = values[order].astype(np.float64)
    total = np.cumsum(ordered) - ordered
    first_of_day = run_starts(group[order], day[order])
    same_day = np.repeat(first_of_day, np.diff(np.append(first_of_day, len(order))))
    first_of_group = run_starts(group[order])
    same_group = np.repeat(first_of_group, np.diff(np.append(first_of_group, len(order))))
    found = np.empty(len(order))
    found[order] = total[same_day] - total[same_group]
    return found


@dataclass(frozen=True, slots=True)
class Scored:
    """What a forecast scores in each deal; ``above`` of ``pairs`` other bidders lie below the winner, ties half."""

    log_loss: Floats
    brier: Floats
    first: Floats
    above: Floats
    pairs: Floats


def scored(bids: Bids, chance: Floats, beside: Floats | None = None) -> Scored:
    """The scores of a forecast in each deal.

    Model: log-loss ``-ln P(winner)`` (P at least `LEAST`); Brier score ``sum (P - won)^2`` over the bidders and over
    ``beside``, what is foretold of outcomes that did not come; ``first`` is 1 where the winner has the largest P,
    ``1/k`` among k that share it.
    Inputs: P by bid; ``beside`` a row per deal, 0..1.
    Returns: log-loss in nats 0..6.9, Brier 0..2, first 0..1.
    Properties: log-loss and Brier are proper: the truth scores best on average. Adding the same to every U
    changes nothing.
    References: Gneiting T., Raftery A. (2007), Strictly proper scoring rules, J. Am. Stat. Assoc. 102:359-378.
    """
    number = len(bids.day)
    of_winner = sums(bids.deal, np.where(bids.won, chance, 0.0), number)
    brier = sums(bids.deal, (chance - bids.won) ** 2, number)
    if beside is not None:
        brier = brier + (beside**2).sum(axis=1)
    # likelihoods that were summed in another order still count as equal
    ranked, top = chance.round(12), np.full(number, -np.inf)
    np.maximum.at(top, bids.deal, ranked)
    best = ranked == top[bids.deal]
    shared = sums(bids.deal, best.astype(np.float64), number)
    winner = of_winner.round(12)[bids.deal]
    below = np.where(bids.won, 0.0, (ranked < winner) + 0.5 * (ranked == winner))
    return Scored(
        log_loss=-np.log(np.maximum(of_winner, LEAST)),
        brier=brier,
        first=sums(bids.deal, (best & bids.won).astype(np.float64), number) / np.maximum(shared, 1),
        above=sums(bids.deal, below, number),
        pairs=(bids.size - 1).astype(np.float64),
    )


class Redrawn:
    """The deals drawn anew with replacement, the same draws for every metric."""

    def __init__(self, deals: int, *, seed: int = SEED, replicates: int = REPLICATES) -> None:
        self._deals, self._seed, self._replicates = deals, seed, replicates

    def ratio(self, upper: Floats, lower: Floats) -> Estimate:
        """``sum upper / sum lower`` over the deals, with P10 and P90 of the replicates in which it is defined.

        Properties: the same seed gives the same interval; NaN where no deal counts.
        """
        total = float(lower.sum())
        if not self._deals or total == 0:
            return Estimate(float("nan"), float("nan"), float("nan"))
        found = np.concatenate([
            np.divide(times @ upper, bottom, out=np.full(len(times), np.nan), where=bottom > 0)
            for times in self._draws()
            for bottom in [times @ lower]
        ])  # fmt: skip
        low, high = np.quantile(found[~np.isnan(found)], (LOW, HIGH))
        return Estimate(float(upper.sum()) / total, float(low), float(high))

    def mean(self, values: Floats) -> Estimate:
        """The mean over the deals."""
        return self.ratio(values, np.ones(len(values)))

    def _draws(self) -> Iterator[Floats]:
        """How often each deal was drawn, a row per replicate, in blocks."""
        random, done = np.random.default_rng(self._seed), 0
        block = max(1, BLOCK // self._deals)
        even = np.full(self._deals, 1 / self._deals)
        while done < self._replicates:
            size = min(block, self._replicates - done)
            yield random.multinomial(self._deals, even, size=size).astype(np.float64)
            done += size


@dataclass(frozen=True, slots=True)
class Bin:
    """One row of a reliability table: bids with P from ``low``, their mean P, and the share of them that won."""

    low: float
    high: float
    number: int
    foretold: float
    happened: Estimate


def reliability(bids: Bids, chance: Floats, redrawn: Redrawn) -> list[Bin]:
    """How often bids won by how likely that was; bins of one tenth, without the empty ones.

    Properties: the numbers add up to all bids. A forecast that is right wins as often as foretold.
    """
    at, number = np.searchsorted(EDGES, chance, side="right") - 1, len(bids.day)
    found = []
    for place, low in enumerate(EDGES.tolist()):
        own = at == place
        if own.any():
            made = sums(bids.deal[own], np.ones(int(own.sum())), number)
            won = sums(bids.deal[own], bids.won[own].astype(np.float64), number)
            high = float(np.append(EDGES, 1.0)[place + 1])
            found.append(Bin(low, high, int(own.sum()), float(chance[own].mean()), redrawn.ratio(won, made)))
    return found
