"""Relationship capital: what the ties of each colleague are worth.

Model: ``RC_e = sum_p value_p T_p share_ep``, ``share_ep = T_ep^2 / sum_e T_ep^2``, T_p the firm's tie,
value_p the person's influence in the account times the account's value. Ties are the account's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.machinery.arrays import Grouping, lookup, sums
from scoring.machinery.closeness import closeness_of
from scoring.machinery.contact import CapturedSpans
from scoring.machinery.evidence import known_share
from scoring.machinery.firm import FirmTies
from scoring.machinery.people import current, people_of
from scoring.machinery.scopes import Scopes
from scoring.machinery.shares import segment_of
from scoring.machinery.standings import Standings
from scoring.machinery.touches import meetings_of
from scoring.machinery.values import BASES, account_values
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.snapshot import MISSING, Snapshot
from scoring.types import COMPANY, Floats, Ints


@dataclass(frozen=True, slots=True)
class Capital:
    """Ties by worth: place in the ties, colleague (place in `Meetings.colleagues`), share and RC.

    ``account_value`` is by scope (NaN for deals), ``value`` by place in the ties.
    """

    place: Ints
    colleague: Ints
    strength: Floats
    share: Floats
    worth: Floats
    account_value: Floats
    value: Floats
    total: Floats


def capital_of(snapshot: Snapshot, reference: Reference, standings: Standings, parameters: Parameters) -> Capital:
    """The relationship capital of all colleagues, made once."""
    close = closeness_of(standings, parameters)
    return standings.derived("capital", lambda: capital_in(snapshot, reference, close.ties, parameters))


def values_by_scope(snapshot: Snapshot, reference: Reference, scopes: Scopes, parameters: Parameters) -> Floats:
    """The value of each account by the Reference's basis, its median where unknown; NaN for deals."""
    firms = np.flatnonzero(scopes.type == COMPANY)
    accounts = scopes.key[firms]
    likelihood = reference.win_rate(segment_of(snapshot, accounts))
    column = account_values(snapshot, accounts, likelihood, parameters)[:, BASES.index(reference.basis)]
    found = np.full(len(scopes), np.nan)
    found[firms] = np.where(np.isnan(column), reference.basis_median, column)
    return found


def capital_in(snapshot: Snapshot, reference: Reference, ties: FirmTies, parameters: Parameters) -> Capital:
    """The relationship capital that lies in some ties."""
    pairs, by_scope = ties.pairs, values_by_scope(snapshot, reference, ties.chains.scopes, parameters)
    value = ties.influence * by_scope[ties.scope]
    inside = np.flatnonzero(~np.isnan(by_scope[ties.scope])[pairs.owner])
    place, colleague, strength = pairs.owner[inside], pairs.colleague[inside], pairs.strength[inside]
    squares = sums(place, strength**2, len(ties))[place]
    share = np.divide(strength**2, squares, out=np.zeros(len(place)), where=squares > 0)
    worth = value[place] * ties.firm[place] * share
    total = sums(colleague, worth, len(meetings_of(snapshot).colleagues))
    return Capital(place, colleague, strength, share, worth, by_scope, value, total)


def job_roles(snapshot: Snapshot) -> Ints:
    """The function of each colleague's highest seat with us, MISSING where unknown; made once."""
    return snapshot.derived("job roles", _job_roles)


def _job_roles(snapshot: Snapshot) -> Ints:
    people, positions = people_of(snapshot), snapshot.nodes["position"]
    colleagues = meetings_of(snapshot).colleagues
    found = np.full(len(colleagues), MISSING, dtype=np.int64)
    seats, placed = current(snapshot, "seat_in")
    parents, inside = current(snapshot, "part_of")
    units = people.ours
    for _ in range(16):
        below = parents.source[inside & np.isin(parents.target, units)]
        if not len(np.setdiff1d(below, units)):
            break
        units = np.union1d(units, below)
    own = Grouping.of(seats.source[placed & np.isin(seats.target, units)])
    holds, held = current(snapshot, "holds")
    owner, _ = own.join(holds.target[held])
    place = lookup(colleagues, holds.source[held][owner])
    row = positions.rows(holds.target[held][owner])
    keep = (place >= 0) & (row >= 0)
    place, row = place[keep], row[keep]
    function, level = positions["function"][row], np.nan_to_num(positions["level"][row])
    # the highest seat, of equal ones the function of the smallest code, is written last
    order = np.lexsort((-function, function != MISSING, level, place))
    found[place[order]] = function[order]
    return found


def colleague_completeness(snapshot: Snapshot, spans: CapturedSpans, parameters: Parameters) -> Floats:
    """q of each colleague's ties: evidence of their interactions, or how far their record is captured."""
    meetings = meetings_of(snapshot)
    age = np.maximum(snapshot.today - meetings.host_day.astype(np.int64), 0)
    decay = np.exp2(-age / parameters.evidence.half_life)
    evidence = sums(meetings.host.astype(np.int64), decay, len(meetings.colleagues))
    days = int(np.ceil(parameters.tie.half_life_account))
    started, ended = spans.of(meetings.colleagues)
    first, last = np.maximum(started, snapshot.today - days), np.minimum(ended, snapshot.today - 1)
    share = np.where(started <= ended, np.maximum(last - first + 1, 0) / days, 0.0)
    found: Floats = np.maximum(known_share(evidence, parameters), np.minimum(share, 1.0))
    return found
