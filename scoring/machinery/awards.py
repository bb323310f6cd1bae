"""Who won the deals that have been decided, and what that says of who supplies a need today.

Where nothing states whether a vendor supplies a need, the account's earlier awards may tell: the vendor's share of
them, decayed, among those that need the same offerings where there are any.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graph_schema.vocabulary import code_number
from scoring.machinery.arrays import Flags, Grouping, lookup, sums
from scoring.machinery.concerns import customer_of
from scoring.machinery.people import current, people_of
from scoring.parameters import Parameters
from scoring.snapshot import MISSING, Snapshot
from scoring.types import US, Floats, Ints

WON = code_number("opportunity_status", "won")


def awarded(snapshot: Snapshot) -> tuple[Ints, Ints]:
    """The rows of the closed deals whose winner is known, and the winner; one won without a name is ours."""
    deals = snapshot.nodes["opportunity"]
    closed = (deals["closed_on"] != MISSING) & (deals["closed_on"] <= snapshot.day("opportunity"))
    named = deals["winner"] >= 0
    rows = np.flatnonzero(closed & (named | (deals["status"] == WON)))
    return rows, np.where(named[rows], people_of(snapshot).vendor(deals["winner"][rows]), US)


@dataclass(frozen=True, slots=True)
class EarlierAwards:
    """By case: the vendor's share of the awards (NaN: none) and evidence; the awards behind it, by ``case``.

    ``deal`` is the earlier deal's key, ``won`` whether the vendor won it, ``age`` in days.
    """

    share: Floats
    evidence: Floats
    case: Ints
    deal: Ints
    won: Flags
    age: Ints
    weight: Floats


def earlier_awards(
    snapshot: Snapshot, deal: Ints, account: Ints, vendor: Ints, parameters: Parameters
) -> EarlierAwards:
    """What the account's earlier awards say of each case's vendor.

    Model: ``share = sum_won d/sum d``, ``evidence = award sum d``, ``d = 2^(-age/half-life)``, over the deals of the
    account closed before this one, with a known winner; those with an offering in common where there are any.
    """
    deals, size = snapshot.nodes["opportunity"], len(deal)
    rows, winner = awarded(snapshot)
    case, at = Grouping.of(customer_of(snapshot, deals.key[rows])).join(np.where(account > 0, account, MISSING))
    own = deals["closed_on"][deals.rows(deal)]
    closed = deals["closed_on"][rows[at]]
    before = (deals.key[rows[at]] != deal[case]) & ((own[case] == MISSING) | (closed < own[case]))
    case, at = case[before], at[before]
    alike = _alike(snapshot, deal[case], deals.key[rows[at]])
    narrowed = sums(case, alike.astype(np.float64), size) > 0
    kept = alike | ~narrowed[case]
    case, at = case[kept], at[kept]
    age = np.maximum(snapshot.today - deals["closed_on"][rows[at]], 0)
    won, decay = winner[at] == vendor[case], np.exp2(-age / parameters.evidence.half_life)
    total = sums(case, decay, size)
    share = np.divide(sums(case, decay * won, size), total, out=np.full(size, np.nan), where=total > 0)
    weight = parameters.selection.award * decay
    return EarlierAwards(share, sums(case, weight, size), case, deals.key[rows[at]], won, age, weight)


def _alike(snapshot: Snapshot, deal: Ints, other: Ints) -> Flags:
    """Which pairs of deals need an offering in common."""
    base, (needs, holds) = people_of(snapshot).base, current(snapshot, "needs")
    source, target = needs.source[holds], needs.target[holds]
    pair, row = Grouping.of(source).join(deal)
    shared = lookup(np.sort(source * base + target), other[pair] * base + target[row]) >= 0
    found = np.zeros(len(deal), dtype=bool)
    found[pair[shared]] = True
    return found
