"""Installed shares of vendors at accounts, and the segment an account belongs to."""

from __future__ import annotations

import numpy as np

from scoring.machinery.arrays import Flags, lookup, run_starts
from scoring.machinery.people import current, people_of
from scoring.snapshot import MISSING, Snapshot
from scoring.types import Floats, Ints


def segment_of(snapshot: Snapshot, accounts: Ints) -> Ints:
    """The industry code of each account, MISSING where unknown."""
    companies = snapshot.nodes["company"]
    at = companies.rows(accounts)
    found: Ints = np.where(at >= 0, companies["industry"][at] if len(companies) else MISSING, MISSING)
    return found


def account_shares(snapshot: Snapshot, counted: Flags) -> tuple[Ints, Ints, Floats]:
    """Account, vendor and mean installed share over its offerings, of the BUYS rows that count."""
    buys = snapshot.edges["buys"]
    rows = np.flatnonzero(counted & (buys["vendor"] >= 0) & ~np.isnan(buys["installed_share"]))
    account, vendor = buys.source[rows], people_of(snapshot).vendor(buys["vendor"][rows])
    share = buys["installed_share"][rows]
    order = np.lexsort((share, vendor, account))
    account, vendor, share = account[order], vendor[order], share[order]
    starts = run_starts(account, vendor)
    if not len(starts):
        return starts, starts, np.empty(0)
    number = np.diff(np.append(starts, len(account)))
    return account[starts], vendor[starts], np.add.reduceat(share, starts) / number


def installed_share(snapshot: Snapshot, accounts: Ints, vendors: Ints, segment_mean: Floats) -> Floats:
    """Each vendor's installed share at the account, else ``segment_mean``."""
    base = people_of(snapshot).base
    _, holds = current(snapshot, "buys")
    account, vendor, share = account_shares(snapshot, holds)
    at = lookup(account * base + vendor, accounts * base + vendors)
    known = at >= 0
    found = segment_mean.copy()
    found[known] = share[at[known]]
    return found
