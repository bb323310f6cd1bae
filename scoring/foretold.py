"""What was foretold of deals that have been decided since: their likelihoods as of an earlier moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from scoring.machinery.arrays import Flags, counts, lookup, run_starts
from scoring.machinery.awards import awarded
from scoring.machinery.concerns import customer_of
from scoring.machinery.contenders import contenders_of
from scoring.machinery.people import people_of
from scoring.machinery.scopes import is_open
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.snapshot import ALWAYS, Snapshot
from scoring.types import Floats, Ints
from scoring.win_evaluation import Bids


@dataclass(frozen=True, slots=True)
class Decided:
    """Deals that somebody won, by day of decision and key; ``account`` may be `NOBODY`."""

    key: Ints
    day: Ints
    winner: Ints
    account: Ints

    def __len__(self) -> int:
        return len(self.key)

    def kept(self, rows: Flags) -> Decided:
        """Some of the deals."""
        return Decided(self.key[rows], self.day[rows], self.winner[rows], self.account[rows])


def decided_deals(snapshot: Snapshot) -> Decided:
    """The closed deals whose winner is known; a deal won without a named winner is ours."""
    deals = snapshot.nodes["opportunity"]
    rows, winner = awarded(snapshot)
    order = np.lexsort((deals.key[rows], deals["closed_on"][rows]))
    key = deals.key[rows[order]]
    return Decided(key, deals["closed_on"][rows[order]], winner[order], customer_of(snapshot, key))


@dataclass(frozen=True, slots=True)
class Foretold:
    """The field of some deals at a moment, deal by deal: what `Bids` holds of them, without the outcome.

    By bid: ``deal`` is a place; ``own`` whether the vendor was known then without a date. By deal: ``key``, and
    whether its outcome could be known already (``told``).
    """

    key: Ints
    told: Flags
    nobody: Floats
    unknown: Floats
    deal: Ints
    vendor: Ints
    likelihood: Floats
    price: Floats
    undated: Flags


def foretold(snapshot: Snapshot, reference: Reference, parameters: Parameters, deals: Ints) -> Foretold:
    """The raw likelihood of every vendor in the field of some deals; deals that are not there are left out."""
    found = contenders_of(snapshot, reference, parameters, deals)
    table, measured = snapshot.nodes["opportunity"], found.measures
    row = table.rows(found.key)
    told = ~is_open(snapshot)[row] | (table["winner"][row] >= 0)
    phantom = found.players.case < 0
    return Foretold(
        key=found.key, told=told, nobody=found.nobody, unknown=found.probability[phantom], deal=found.deal,
        vendor=measured.vendor, likelihood=found.probability[found.player],
        price=_comparable(found.deal, measured.own_price, measured.median_price, len(found.key)),
        undated=_undated(snapshot, measured.opportunity, measured.vendor),
    )  # fmt: skip


def _comparable(deal: Ints, price: Floats, median: Floats, size: int) -> Floats:
    """The prices of deals in which all prices that can be compared are in one currency."""
    known = ~np.isnan(median)
    low, high = np.full(size, np.inf), np.full(size, -np.inf)
    np.minimum.at(low, deal[known], median[known])
    np.maximum.at(high, deal[known], median[known])
    return np.where((low == high)[deal], price, np.nan)


def _undated(snapshot: Snapshot, deal: Ints, vendor: Ints) -> Flags:
    """Which vendors compete since always, as nothing says since when."""
    competes, people = snapshot.edges["competes"], people_of(snapshot)
    rows = np.flatnonzero(competes.valid_from == ALWAYS)
    held = np.sort(competes.target[rows] * people.base + people.vendor(competes.source[rows]))
    return lookup(held, deal * people.base + vendor) >= 0


@dataclass(frozen=True, slots=True)
class Sifted:
    """Bids of the deals that can be compared, and how many deals were left out, by reason.

    ``unseen``: not on record then; ``told``: the outcome could be known by then; ``alone``: fewer than two known
    vendors; ``surprising``: the winner was not among them.
    """

    bids: Bids
    undated: int
    unseen: int
    told: int
    alone: int
    surprising: int


def sifted(decided: Decided, parts: Sequence[Foretold]) -> Sifted:
    """What was foretold beside what happened, for the deals in which there was something to foretell.

    Inputs: the decided deals; what was foretold of them, each deal at most once.
    Properties: the order of the parts changes nothing.
    """
    shift = np.cumsum([0, *(len(each.key) for each in parts)])
    key = _joined([each.key for each in parts], np.int64)
    deal = _joined([each.deal + at for each, at in zip(parts, shift, strict=False)], np.int64)
    vendor = _joined([each.vendor for each in parts], np.int64)
    told = _joined([each.told for each in parts], np.bool_)
    order = np.argsort(decided.key)
    at = order[lookup(decided.key[order], key)]
    won = vendor == decided.winner[at][deal]
    several = counts(deal, len(key)) > 1
    seen = np.zeros(len(key), dtype=bool)
    seen[deal[won]] = True
    kept = np.flatnonzero(~told & several & seen)
    kept = kept[np.lexsort((key[kept], decided.day[at[kept]]))]
    place = np.full(len(key), -1, dtype=np.int64)
    place[kept] = np.arange(len(kept))
    rows = np.flatnonzero(place[deal] >= 0)
    rows = rows[np.lexsort((vendor[rows], place[deal[rows]]))]

    def by_bid(name: str) -> Floats:
        return _joined([getattr(each, name) for each in parts], np.float64)[rows]

    bids = Bids(
        deal=place[deal[rows]], vendor=vendor[rows], won=won[rows], likelihood=by_bid("likelihood"),
        price=by_bid("price"), day=decided.day[at[kept]],
        nobody=_joined([each.nobody for each in parts], np.float64)[kept],
        unknown=_joined([each.unknown for each in parts], np.float64)[kept],
    )  # fmt: skip
    return Sifted(
        bids, undated=int(by_bid("undated").sum()), unseen=len(decided) - len(key), told=int(told.sum()),
        alone=int((~told & ~several).sum()), surprising=int((~told & several & ~seen).sum()),
    )  # fmt: skip


def _joined(parts: Sequence[np.ndarray[tuple[int], np.dtype[np.generic]]], dtype: type) -> np.ndarray:
    return np.concatenate([np.empty(0, dtype=dtype), *parts]).astype(dtype)


def runs_of(day: Ints, most: int) -> list[slice]:
    """The deals in at most so many runs of whole days, about equally many days each."""
    starts = run_starts(day)
    if not len(starts):
        return []
    number = np.arange(len(starts)) * min(most, len(starts)) // len(starts)
    edges = np.append(starts[run_starts(number)], len(day)).tolist()
    return [slice(begin, end) for begin, end in pairwise(edges)]
