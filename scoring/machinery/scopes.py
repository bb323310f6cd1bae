"""The scopes that scores are made for: accounts and opportunities, and the deals behind them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from graph_schema.vocabulary import VOCABULARIES, code_number
from scoring.machinery.arrays import Flags, lookup
from scoring.machinery.concerns import customer_of
from scoring.machinery.people import current, people_of
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.snapshot import MISSING, Snapshot
from scoring.types import COMPANY, NOBODY, OPPORTUNITY, US, Floats, Ints

BUYING_ROLES = VOCABULARIES["buying_role"]
OPEN_STATUS = code_number("opportunity_status", "open")
DAYS_A_MONTH = 365.25 / 12


@dataclass(frozen=True, slots=True)
class Scopes:
    """Accounts, then opportunities, each ascending by key; ``account`` is the customer's key."""

    type: Ints
    key: Ints
    account: Ints
    kind: Ints

    def __len__(self) -> int:
        return len(self.key)


@dataclass(frozen=True, slots=True)
class Deals:
    """Opportunities as decisions: deal type and weight in their account's mean of rights."""

    key: Ints
    account: Ints
    kind: Ints
    weight: Floats


@dataclass(frozen=True, slots=True)
class RoleRows:
    """Buying roles: deal (place in `Deals`), person row, role code, and whether evidence backs it."""

    deal: Ints
    person: Ints
    role: Ints
    evident: Flags


def deal_kinds(snapshot: Snapshot, opportunities: Ints) -> Ints:
    """The deal type of each opportunity, -1 where unknown."""
    table = snapshot.nodes["opportunity"]
    at = table.rows(opportunities)
    found: Ints = np.where(at >= 0, table["kind"][at] if len(table) else -1, -1).astype(np.int64)
    return found


def is_open(snapshot: Snapshot) -> Flags:
    """Which opportunities are open; without a status they are."""
    status = snapshot.nodes["opportunity"]["status"]
    found: Flags = (status == OPEN_STATUS) | (status < 0)
    return found


def scopes_of(snapshot: Snapshot, keys: Ints | None = None) -> Scopes:
    """The scopes with the given keys, or all accounts and all open opportunities.

    Accounts are the companies, other than ours and mere rivals, where somebody is seated or a deal is.
    """
    people, deals = people_of(snapshot), snapshot.nodes["opportunity"]
    if keys is None:
        opportunities = deals.key[is_open(snapshot)]
        firms = np.unique(np.concatenate([people.seat_company, customer_of(snapshot, deals.key)]))
        firms = firms[(firms != NOBODY) & ~np.isin(firms, np.concatenate([people.ours, people.rivals]))]
    else:
        keys = np.unique(keys)
        opportunities = keys[lookup(deals.key, keys) >= 0]
        firms = keys[lookup(snapshot.nodes["company"].key, keys) >= 0]
    return Scopes(
        type=np.repeat([COMPANY, OPPORTUNITY], [len(firms), len(opportunities)]),
        key=np.concatenate([firms, opportunities]),
        account=np.concatenate([firms, customer_of(snapshot, opportunities)]),
        kind=np.concatenate([np.full(len(firms), -1), deal_kinds(snapshot, opportunities)]),
    )


def deals_at(snapshot: Snapshot, accounts: Ints) -> Ints:
    """The opportunities of some accounts, by key."""
    table, holds = current(snapshot, "for")
    found: Ints = table.source[holds & np.isin(table.target, accounts)]
    return found


def accounts_among(snapshot: Snapshot, scopes: Scopes) -> Ints:
    """The scopes (places) that are accounts: companies other than ours and mere rivals."""
    people = people_of(snapshot)
    firms = np.flatnonzero(scopes.type == COMPANY)
    return firms[~np.isin(scopes.key[firms], np.concatenate([people.ours, people.rivals]))]


def served(snapshot: Snapshot, scopes: Scopes) -> Ints:
    """The scopes (places) that are accounts or opportunities."""
    return np.concatenate([accounts_among(snapshot, scopes), np.flatnonzero(scopes.type == OPPORTUNITY)])


def _is_recent(snapshot: Snapshot, parameters: Parameters) -> tuple[Flags, Ints]:
    """Which opportunities were closed recently enough to count, and the days since then."""
    closed = snapshot.nodes["opportunity"]["closed_on"]
    past = (closed != MISSING) & (closed <= snapshot.day("opportunity"))
    age = np.where(past, np.maximum(snapshot.today - closed, 0), 0)
    recent: Flags = past & (age <= parameters.decision_rights.closed_months * DAYS_A_MONTH)
    return recent, age


def recent_deals(snapshot: Snapshot, parameters: Parameters) -> Ints:
    """The opportunities that are open or were closed recently enough to count in their account."""
    found: Ints = snapshot.nodes["opportunity"].key[is_open(snapshot) | _is_recent(snapshot, parameters)[0]]
    return found


def deals_of(snapshot: Snapshot, scopes: Scopes, parameters: Parameters) -> Deals:
    """The deals that the scopes need: their opportunities, and the recent ones of their accounts."""
    table, rights = snapshot.nodes["opportunity"], parameters.decision_rights
    opened = is_open(snapshot)
    recent, age = _is_recent(snapshot, parameters)
    account = customer_of(snapshot, table.key)
    in_account = np.isin(account, scopes.key[scopes.type == COMPANY]) & (opened | recent)
    asked = np.isin(table.key, scopes.key[scopes.type == OPPORTUNITY])
    rows = np.flatnonzero(in_account | asked)
    weight = np.where(opened, 1.0, np.exp2(-np.maximum(age, 0) / rights.closed_half_life))
    return Deals(
        key=table.key[rows],
        account=account[rows],
        kind=table["kind"][rows].astype(np.int64),
        weight=np.where(in_account, weight, 0.0)[rows],
    )


def role_rows(snapshot: Snapshot, deals: Deals) -> RoleRows:
    """Who plays which role in the deals; colleagues of ours play none.

    A role is identified with evidence unless an opinion is all that stands behind it.
    """
    people = people_of(snapshot)
    plays, holds = current(snapshot, "plays")
    deal, person = lookup(deals.key, plays.target), people.rows(plays.source)
    keep = holds & (deal >= 0) & (person >= 0)
    keep[keep] = ~people.colleague[person[keep]]
    source = plays["source_class"][keep]
    return RoleRows(
        deal[keep],
        person[keep],
        plays["role"][keep].astype(np.int64),
        source != code_number("source_class", "opinion"),
    )


def expected_roles(reference: Reference, kinds: Ints) -> npt.NDArray[np.bool_]:
    """Which buying roles each deal type is expected to have, a row per deal; -1 is unknown."""
    table = np.zeros((len(reference.expected_roles), len(BUYING_ROLES)), dtype=bool)
    for place, roles in enumerate(reference.expected_roles):
        table[place, [BUYING_ROLES.index(role) for role in roles]] = True
    found: npt.NDArray[np.bool_] = table[kinds]
    return found


def rivals_in(snapshot: Snapshot, scopes: Scopes) -> tuple[Ints, Ints]:
    """Scope (place) and vendor key of every rival that competes in an opportunity."""
    people = people_of(snapshot)
    competes, holds = current(snapshot, "competes")
    vendor = people.vendor(competes.source[holds])
    firms = int((scopes.type == COMPANY).sum())
    place = lookup(scopes.key[firms:], competes.target[holds])
    rival = (place >= 0) & (vendor != US)
    pair = np.unique((place[rival] + firms) * people.base + vendor[rival])
    return pair // people.base, pair % people.base
