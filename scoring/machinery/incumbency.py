"""Who supplies a need today: ``1 if the vendor supplies it x its installed share``.

The share is the mean over the account's BUYS edges of the vendor, in an opportunity over those of the
offerings that it needs where there are any. COMPETES says whether the vendor is the incumbent; where it
does not, who has a share supplies. A stated incumbent without a known share supplies all of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from scoring.machinery.arrays import Grouping, lookup, sums
from scoring.machinery.concerns import customer_of
from scoring.machinery.evidence import reliability_of
from scoring.machinery.people import current, people_of
from scoring.machinery.scopes import recent_deals
from scoring.parameters import Parameters
from scoring.snapshot import ALWAYS, Snapshot
from scoring.types import COMPANY, Floats, Ints


@dataclass(frozen=True, slots=True)
class Incumbency:
    """By row: what was observed 0..1 (NaN: nothing), its evidence, the statement and the share.

    ``share_*`` and ``offer_*`` list the BUYS and COMPETES rows behind it, with row, age and reliability.
    """

    observed: Floats
    evidence: Floats
    stated: Floats
    share: Floats
    share_row: Ints
    share_edge: Ints
    share_age: Ints
    offer_row: Ints
    offer_edge: Ints
    offer_weight: Floats


def offers(snapshot: Snapshot, deal: Ints, vendor: Ints) -> tuple[Ints, Ints]:
    """Place and COMPETES row of each vendor's offer in each deal."""
    people = people_of(snapshot)
    competes, holds = current(snapshot, "competes")
    rows = np.flatnonzero(holds)
    code = competes.target[rows] * people.base + people.vendor(competes.source[rows])
    place, at = Grouping.of(code).join(deal * people.base + vendor)
    return place, rows[at]


def stated_incumbents(
    snapshot: Snapshot, deal: Ints, vendor: Ints, parameters: Parameters
) -> tuple[Ints, Ints, Floats]:
    """Place, COMPETES row and weight of every offer that says whether its vendor is the incumbent."""
    competes = snapshot.edges["competes"]
    place, row = offers(snapshot, deal, vendor)
    stated = competes["incumbent"][row] >= 0
    place, row = place[stated], row[stated]
    rho = reliability_of(competes["source_class"][row].astype(np.int64), competes["confidence"][row], parameters)
    return place, row, rho * np.exp2(-edge_ages(snapshot, competes.valid_from[row]) / parameters.evidence.half_life)


def edge_ages(snapshot: Snapshot, since: Ints) -> Ints:
    """Days since edges began to hold, 0 for those that always did."""
    return np.where(since == ALWAYS, 0, snapshot.ages(np.where(since == ALWAYS, snapshot.as_of, since)))


def incumbency_of(
    snapshot: Snapshot, scope_type: Ints, scope: Ints, account: Ints, vendor: Ints, parameters: Parameters
) -> Incumbency:
    """The incumbency of each row's vendor in its account or opportunity."""
    size, competes = len(scope), snapshot.edges["competes"]
    share_row, edge = _shares(snapshot, scope_type, scope, account, vendor)
    buys = snapshot.edges["buys"]
    number = sums(share_row, np.ones(len(edge)), size)
    share = np.divide(
        sums(share_row, buys["installed_share"][edge], size), number, out=np.full(size, np.nan), where=number > 0
    )
    age = edge_ages(snapshot, buys.valid_from[edge])
    row, deal = _deals(snapshot, scope_type, scope, parameters)
    place, offer, weight = stated_incumbents(snapshot, deal, vendor[row], parameters)
    offer_row = row[place]
    stated = np.full(size, -1.0)
    np.maximum.at(stated, offer_row, competes["incumbent"][offer].astype(np.float64))
    supplied = np.where(np.isnan(share), 1.0, share)
    known = np.where(stated >= 0, stated * supplied, share)
    # an account's shares say it all; what is stated in its deals only fills in for them
    firm = (scope_type == COMPANY) & ~np.isnan(share)
    decay = np.exp2(-age / parameters.evidence.half_life)
    return Incumbency(
        observed=np.where(firm, share, known),
        evidence=sums(share_row, decay, size) + sums(offer_row, weight, size),
        stated=np.where(stated >= 0, stated, np.nan),
        share=share,
        share_row=share_row,
        share_edge=edge,
        share_age=age,
        offer_row=offer_row,
        offer_edge=offer,
        offer_weight=weight,
    )


def _deals(snapshot: Snapshot, scope_type: Ints, scope: Ints, parameters: Parameters) -> tuple[Ints, Ints]:
    """Row and deal: an opportunity itself, an account's open and recent ones."""
    firms, own = np.flatnonzero(scope_type == COMPANY), np.flatnonzero(scope_type != COMPANY)
    if not len(firms):
        return own, scope[own]
    deals = recent_deals(snapshot, parameters)
    at, place = Grouping.of(customer_of(snapshot, deals)).join(scope[firms])
    return np.concatenate([firms[at], own]), np.concatenate([deals[place], scope[own]])


def _shares(snapshot: Snapshot, scope_type: Ints, scope: Ints, account: Ints, vendor: Ints) -> tuple[Ints, Ints]:
    """Row and BUYS row of the shares that count for each row's vendor."""
    base, (buys, holds) = people_of(snapshot).base, current(snapshot, "buys")
    rows = np.flatnonzero(holds & (buys["vendor"] >= 0) & ~np.isnan(buys["installed_share"]))
    code = buys.source[rows] * base + people_of(snapshot).vendor(buys["vendor"][rows])
    row, at = Grouping.of(code).join(account * base + vendor)
    edge = rows[at]
    needs, needed = current(snapshot, "needs")
    wanted = np.sort(needs.source[needed] * base + needs.target[needed])
    fits = (scope_type[row] != COMPANY) & (lookup(wanted, scope[row] * base + buys.target[edge]) >= 0)
    narrowed = sums(row, fits.astype(np.float64), len(scope)) > 0
    keep = fits | ~narrowed[row]
    return row[keep], edge[keep]


def shares_told(snapshot: Snapshot, found: Incumbency, row: int) -> list[dict[str, Any]]:
    """The installed shares behind a row."""
    buys, places = snapshot.edges["buys"], np.flatnonzero(found.share_row == row)
    return [
        {
            "offering": int(buys.target[found.share_edge[at]]),
            "share": float(buys["installed_share"][found.share_edge[at]]),
            "age": int(found.share_age[at]),
        }
        for at in places
    ]


def stated_told(snapshot: Snapshot, found: Incumbency, row: int) -> list[dict[str, Any]]:
    """The offers of a row's vendor that say whether it is the incumbent."""
    competes, places = snapshot.edges["competes"], np.flatnonzero(found.offer_row == row)
    return [
        {
            "opportunity": int(competes.target[found.offer_edge[at]]),
            "incumbent": bool(competes["incumbent"][found.offer_edge[at]]),
            "weight": float(found.offer_weight[at]),
        }
        for at in places
    ]
