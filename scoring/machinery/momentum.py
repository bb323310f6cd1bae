"""What gives a vendor momentum: ``1 - exp(-sum w 2^(-age/half-life)/scale)``, pilot 3, win 3, visit 1.

Read from observations of a tie by the words pilot, win and visit, and in an account from its closed deals
(who won them). Our own visits are on record: an interaction at a site counts as one. Reliability enters
the evidence, not the sum. Nothing recorded is nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.machinery.affiliations import site_visits
from scoring.machinery.arrays import Grouping, sums
from scoring.machinery.awards import awarded
from scoring.machinery.concerns import concerns_of, customer_of
from scoring.machinery.field import MOVES
from scoring.machinery.people import people_of
from scoring.machinery.statements import moves_of
from scoring.parameters import Parameters
from scoring.snapshot import Snapshot
from scoring.types import COMPANY, US, Floats, Ints


@dataclass(frozen=True, slots=True)
class Momentum:
    """By row: momentum 0..1 and evidence; and its terms: row, entity, weight, age, reliability."""

    value: Floats
    evidence: Floats
    row: Ints
    entity: Ints
    weight: Floats
    age: Ints
    reliability: Floats


@dataclass(frozen=True, slots=True)
class _Rows:
    scope_type: Ints
    scope: Ints
    account: Ints
    vendor: Ints
    base: int


def momentum_of(
    snapshot: Snapshot, scope_type: Ints, scope: Ints, account: Ints, vendor: Ints, parameters: Parameters
) -> Momentum:
    """The momentum of each row's vendor in its account or opportunity."""
    rows, given = _Rows(scope_type, scope, account, vendor, people_of(snapshot).base), parameters.competitor
    terms = [_moves(snapshot, rows, word, parameters) for word in MOVES]
    terms += [_wins(snapshot, rows, parameters), _visits(snapshot, rows, parameters)]
    row, entity, weight, age, reliability = (np.concatenate([each[at] for each in terms]) for at in range(5))
    decay = np.exp2(-age / parameters.evidence.half_life)
    total = sums(row, weight * decay, len(scope))
    return Momentum(
        value=-np.expm1(-total / given.momentum_scale),
        evidence=sums(row, reliability * decay, len(scope)),
        row=row,
        entity=entity,
        weight=weight,
        age=age,
        reliability=reliability,
    )


_Terms = tuple[Ints, Ints, Floats, Ints, Floats]


def _moves(snapshot: Snapshot, rows: _Rows, word: str, parameters: Parameters) -> _Terms:
    """Observed moves: all of the account; in a deal its own, and those of the account that are of no deal."""
    said, base = moves_of(snapshot, word, parameters), rows.base
    firms = np.flatnonzero(rows.scope_type == COMPANY)
    deals = np.flatnonzero(rows.scope_type != COMPANY)
    at = Grouping.of(said.at_account * base + said.vendor[said.at_row])
    of = Grouping.of(said.of_deal * base + said.vendor[said.of_row])
    place, pair = at.join(rows.account[firms] * base + rows.vendor[firms])
    own, owned = of.join(rows.scope[deals] * base + rows.vendor[deals])
    near, shared = at.join(rows.account[deals] * base + rows.vendor[deals])
    general = said.general[said.at_row[shared]]
    row = np.concatenate([firms[place], deals[own], deals[near[general]]])
    statement = np.concatenate([said.at_row[pair], said.of_row[owned], said.at_row[shared[general]]])
    return (
        row,
        snapshot.nodes["observation"].key[said.item[statement]],
        getattr(parameters.competitor, word) * said.value[statement],
        said.age[statement],
        said.reliability[statement],
    )


def _wins(snapshot: Snapshot, rows: _Rows, parameters: Parameters) -> _Terms:
    """Closed deals of accounts by who won them; a deal won without a named winner is ours."""
    deals, base = snapshot.nodes["opportunity"], rows.base
    chosen, winner = awarded(snapshot)
    firms = np.flatnonzero(rows.scope_type == COMPANY)
    code = customer_of(snapshot, deals.key[chosen]) * base + winner
    place, at = Grouping.of(code).join(rows.account[firms] * base + rows.vendor[firms])
    deal = chosen[at]
    age = np.maximum(snapshot.today - deals["closed_on"][deal], 0)
    return firms[place], deals.key[deal], np.full(len(deal), parameters.competitor.win), age, np.ones(len(deal))


def _visits(snapshot: Snapshot, rows: _Rows, parameters: Parameters) -> _Terms:
    """Visits of the account's people to a site, with us."""
    found, items = site_visits(snapshot), snapshot.nodes["interaction"]
    ours = np.flatnonzero(rows.vendor == US)
    place, at = Grouping.of(found.account).join(rows.account[ours])
    row, item = ours[place], found.item[at]
    deal = rows.scope_type[row] != COMPANY
    concerns = concerns_of(snapshot, "interaction")
    keep = ~deal
    keep[deal] = concerns.in_opportunity(item[deal], rows.scope[row[deal]], rows.account[row[deal]])
    row, item = row[keep], item[keep]
    age = snapshot.ages(items["at"][item])
    return row, items.key[item], np.full(len(item), parameters.competitor.visit), age, np.ones(len(item))
