"""Which rivals are in the field of an account or opportunity.

In an opportunity: those that compete for it. In an account: those that compete for one of its open or
recent deals, have a share installed there, or are observed there (a stance, tie, pilot, win or visit).
In both: the customer itself, which may build what it needs; its own company is that vendor.
"""

from __future__ import annotations

import numpy as np

from scoring.machinery.affiliations import affiliations_of
from scoring.machinery.arrays import distinct, lookup
from scoring.machinery.concerns import concerns_of, customer_of
from scoring.machinery.evidence import observations_of
from scoring.machinery.people import current, people_of
from scoring.machinery.scopes import Scopes, recent_deals, rivals_in
from scoring.machinery.statements import moves_of
from scoring.parameters import Parameters
from scoring.snapshot import Snapshot
from scoring.types import COMPANY, NOBODY, US, Ints

MOVES = ("pilot", "win", "visit")


def rivals_of(snapshot: Snapshot, scopes: Scopes, rows: Ints, parameters: Parameters) -> tuple[Ints, Ints]:
    """Scope (place) and vendor of every rival in the chosen scopes, ordered by both."""
    base = people_of(snapshot).base
    place, vendor = rivals_in(snapshot, scopes)
    firms = np.flatnonzero(scopes.type == COMPANY)
    account, rival = _at_accounts(snapshot, parameters)
    at = lookup(scopes.key[firms], account)
    itself = np.flatnonzero(scopes.account != NOBODY)
    code = distinct(
        np.concatenate([
            place * base + vendor,
            firms[at[at >= 0]] * base + rival[at >= 0],
            itself * base + scopes.account[itself],
        ])
    )  # fmt: skip
    kept = np.isin(code // base, rows)
    return code[kept] // base, code[kept] % base


def _at_accounts(snapshot: Snapshot, parameters: Parameters) -> tuple[Ints, Ints]:
    """Account and rival of everything that shows a rival there; made once."""
    given = (parameters.evidence, parameters.decision_rights)
    return snapshot.derived(("rivals at accounts", *given), lambda each: _shown(each, parameters))


def _shown(snapshot: Snapshot, parameters: Parameters) -> tuple[Ints, Ints]:
    people = people_of(snapshot)
    competes, holds = current(snapshot, "competes")
    deals = recent_deals(snapshot, parameters)
    recent = holds & (lookup(deals, competes.target) >= 0)
    buys, bought = current(snapshot, "buys")
    bought = bought & (buys["vendor"] >= 0) & (buys["installed_share"] > 0)
    found = [
        (customer_of(snapshot, competes.target[recent]), people.vendor(competes.source[recent])),
        (buys.source[bought], people.vendor(buys["vendor"][bought])),
        *(_observed(snapshot, kind, parameters) for kind in ("stance", "tie")),
    ]
    for word in MOVES:
        said = moves_of(snapshot, word, parameters)
        found.append((said.at_account, said.vendor[said.at_row]))
    account, vendor = (np.concatenate([each[side] for each in found]) for side in (0, 1))
    kept = (account != NOBODY) & (vendor != US)
    code = distinct(account[kept] * people.base + vendor[kept])
    return code // people.base, code % people.base


def _observed(snapshot: Snapshot, kind: str, parameters: Parameters) -> tuple[Ints, Ints]:
    """Account and vendor of the observations of a kind about people who belong to it."""
    seen = observations_of(snapshot, kind, parameters)
    theirs = np.flatnonzero(seen.vendor != US)
    owner, account = affiliations_of(snapshot).of(seen.person[theirs])
    row = theirs[owner]
    counted = concerns_of(snapshot, "observation").in_company(seen.item[row], account)
    return account[counted], seen.vendor[row[counted]]
