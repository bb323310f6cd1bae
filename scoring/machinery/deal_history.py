"""What closed and open deals teach about deals in general; see `scoring.deal_priors`."""

from __future__ import annotations

import numpy as np

from graph_schema.vocabulary import code_number
from scoring.deal_priors import KINDS, OURS, RIVALS
from scoring.machinery.arrays import Flags
from scoring.machinery.chain import Chains
from scoring.machinery.concerns import customer_of
from scoring.machinery.people import people_of
from scoring.machinery.scopes import is_open, rivals_in
from scoring.machinery.support import support_of
from scoring.parameters import Parameters
from scoring.snapshot import MISSING, Snapshot
from scoring.types import NOBODY, OPPORTUNITY, US, Floats, Ints

NO_DECISION = code_number("opportunity_status", "no_decision")


def decisions_of(snapshot: Snapshot) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """The columns of `DealPriors` that count closed deals, from those closed by the snapshot's day."""
    deals = snapshot.nodes["opportunity"]
    closed = (deals["closed_on"] != MISSING) & (deals["closed_on"] <= snapshot.today) & ~is_open(snapshot)
    account = customer_of(snapshot, deals.key[closed])
    kind = deals["kind"][closed].astype(np.int64)
    kind = np.where(kind < 0, KINDS - 1, kind)
    decided: Flags = deals["status"][closed] != NO_DECISION
    known = account != NOBODY
    code, at = np.unique(account[known] * KINDS + kind[known], return_inverse=True)
    return (
        code,
        np.bincount(at, minlength=len(code)).astype(np.int64),
        np.bincount(at[decided[known]], minlength=len(code)).astype(np.int64),
        np.bincount(kind, minlength=KINDS).astype(np.int64),
        np.bincount(kind[decided], minlength=KINDS).astype(np.int64),
    )


def supports_of(snapshot: Snapshot, chains: Chains, parameters: Parameters) -> tuple[Ints, Ints, Floats]:
    """Account, side (`OURS` or `RIVALS`) and S of every vendor in every deal of the chains."""
    scopes, base = chains.scopes, people_of(snapshot).base
    place, vendor = rivals_in(snapshot, scopes)
    code = place * base + vendor
    if len(people_of(snapshot).ours):
        code = np.union1d(code, np.flatnonzero(scopes.type == OPPORTUNITY) * base + US)
    place, vendor = code // base, code % base
    found = support_of(snapshot, chains, place, vendor, parameters)
    return scopes.account[place], np.where(vendor == US, OURS, RIVALS), found.value
