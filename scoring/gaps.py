"""Where we do not reach what matters at our accounts, and what is at stake there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from scoring.machinery.arrays import Flags, Grouping, counts, lookup, sums
from scoring.machinery.capital import capital_of, values_by_scope
from scoring.machinery.chain import EVERYBODY, PERSON
from scoring.machinery.closeness import closeness_of
from scoring.machinery.coverage import cells_of, coverage_of
from scoring.machinery.dependence import SEVERAL, dependence_of
from scoring.machinery.people import people_of
from scoring.machinery.scopes import accounts_among
from scoring.machinery.shares import segment_of
from scoring.machinery.standings import Standings, standings_of
from scoring.machinery.touches import meetings_of
from scoring.machinery.values import BASES, account_values
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.snapshot import Snapshot
from scoring.types import NOBODY, US, Floats, Ints

KINDS = ("cell", "person", "role", "single")
CELL, PERSON_GAP, ROLE, SINGLE = range(len(KINDS))


@dataclass(frozen=True, slots=True)
class Gaps:
    """Gaps of all accounts, what is most at stake first.

    ``kind`` is a place in `KINDS`. ``subject`` is the unit of a cell (with its ``level``, 0 unknown), the
    person, or the colleague on whom the account hangs, `NOBODY` for a role, whose place in the vocabulary
    ``role`` is. ``share`` 0..1 is the influence out of reach, or the dependence; ``value`` share times the
    account's value, ``assumed`` where that is not known and the median stands in. ``colleague`` is who is
    nearest to closing it (`NOBODY`: nobody), with the tie that they have there. The people of gap i stand
    at ``start[i]:start[i + 1]`` of ``person``.
    """

    kind: Ints
    account: Ints
    subject: Ints
    level: Ints
    role: Ints
    share: Floats
    value: Floats
    assumed: Flags
    colleague: Ints
    tie: Floats
    start: Ints
    person: Ints
    basis: str

    def __len__(self) -> int:
        return len(self.kind)


@dataclass(frozen=True, slots=True)
class _Found:
    """Gaps of one kind, unordered; ``holder`` and ``place`` pair a gap with the people (closeness) it is about."""

    kind: int
    scope: Ints
    subject: Ints
    level: Ints
    role: Ints
    share: Floats
    holder: Ints
    place: Ints


def gaps(snapshot: Snapshot, reference: Reference, parameters: Parameters, scopes: Ints | None = None) -> Gaps:
    """All gaps of the given accounts, or of all.

    Model: *cell*: a department x level cell with a seat in which nobody has a tie above
    ``coverage.covered``, at stake the influence of those who sit there; *person*: somebody of high influence
    (``I >= guidance.influence_high/n``) without such a tie, whose cell is covered through others or who has
    none; *role*: an expected buying role that nobody is known to hold, at stake its placeholder's influence;
    *single*: ``max Dep >= coverage.single``, at stake the dependence. Value at stake = share x the account's
    value by the Reference's basis.
    Inputs: a snapshot, the Reference, the parameters.
    Returns: `Gaps`; none where there is no us.
    References: domain.md sections 5.3 to 5.5; machinery.coverage, machinery.dependence.
    """
    standings = standings_of(snapshot, reference, parameters, scopes)
    firms = accounts_among(snapshot, standings.chains.scopes)
    if US not in standings.cases.vendor:
        firms = firms[:0]
    parts = (
        _cells(snapshot, standings, firms, parameters),
        _persons(snapshot, standings, firms, parameters),
        _roles(standings, firms),
        _single(snapshot, standings, firms, parameters),
    )
    return _ordered(snapshot, reference, standings, parts, parameters)


def _cells(snapshot: Snapshot, standings: Standings, firms: Ints, parameters: Parameters) -> _Found:
    coverage, cells = coverage_of(snapshot, standings, parameters), cells_of(snapshot)
    close = closeness_of(standings, parameters)
    slot = np.flatnonzero(~coverage.covered & np.isin(coverage.slot_scope, firms))
    at = lookup(slot, coverage.sitter_slot)
    holder, place = at[at >= 0], coverage.sitter[at >= 0]
    return _Found(
        kind=CELL,
        scope=coverage.slot_scope[slot],
        subject=cells.unit[coverage.slot_cell[slot]],
        level=cells.level[coverage.slot_cell[slot]],
        role=np.full(len(slot), NOBODY),
        share=sums(holder, close.influence[place], len(slot)),
        holder=holder,
        place=place,
    )


def _persons(snapshot: Snapshot, standings: Standings, firms: Ints, parameters: Parameters) -> _Found:
    close, coverage = closeness_of(standings, parameters), coverage_of(snapshot, standings, parameters)
    number = np.diff(standings.chains.start)[close.scope]
    # equal shares that were summed in another order still count as equal
    high = close.influence >= parameters.guidance.influence_high / np.maximum(number, 1) - 1e-12
    weak = standings.tie[close.rows] <= parameters.coverage.covered
    in_gap = np.zeros(len(close), dtype=bool)
    in_gap[coverage.sitter[~coverage.covered[coverage.sitter_slot]]] = True
    place = np.flatnonzero(high & weak & ~in_gap & np.isin(close.scope, firms))
    person = people_of(snapshot).key[standings.chains.person[standings.member[close.rows[place]]]]
    none = np.full(len(place), NOBODY)
    return _Found(
        kind=PERSON_GAP,
        scope=close.scope[place],
        subject=person,
        level=np.zeros(len(place), dtype=np.int64),
        role=none,
        share=close.influence[place],
        holder=np.arange(len(place)),
        place=place,
    )


def _roles(standings: Standings, firms: Ints) -> _Found:
    chains = standings.chains
    member = np.flatnonzero(chains.placeholder != PERSON)
    member = member[np.isin(chains.scope[member], firms) & (chains.placeholder[member] < EVERYBODY)]
    none = np.full(len(member), NOBODY)
    return _Found(
        kind=ROLE,
        scope=chains.scope[member],
        subject=none,
        level=np.zeros(len(member), dtype=np.int64),
        role=chains.placeholder[member],
        share=chains.influence[member],
        holder=none[:0],
        place=none[:0],
    )


def _single(snapshot: Snapshot, standings: Standings, firms: Ints, parameters: Parameters) -> _Found:
    dependence = dependence_of(snapshot, standings, parameters)
    hanging = (dependence.most[firms] >= parameters.coverage.single) & (dependence.most_on[firms] != SEVERAL)
    scope = firms[hanging]
    none = np.full(len(scope), NOBODY)
    return _Found(
        kind=SINGLE,
        scope=scope,
        subject=meetings_of(snapshot).colleagues[dependence.most_on[scope]],
        level=np.zeros(len(scope), dtype=np.int64),
        role=none,
        share=dependence.most[scope],
        holder=none[:0],
        place=none[:0],
    )


def _ordered(
    snapshot: Snapshot, reference: Reference, standings: Standings, parts: tuple[_Found, ...], parameters: Parameters
) -> Gaps:
    scopes = standings.chains.scopes
    joined: dict[str, Any] = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in ("scope", "subject", "level", "role", "share", "place")
    }
    size = np.array([len(part.scope) for part in parts])
    holder = np.concatenate([part.holder + first for part, first in zip(parts, np.cumsum(size) - size, strict=True)])
    kind = np.repeat([part.kind for part in parts], size)
    worth = values_by_scope(snapshot, reference, scopes, parameters)
    value = joined["share"] * worth[joined["scope"]]
    account = scopes.key[joined["scope"]]
    order = np.lexsort((joined["subject"], joined["role"], joined["level"], kind, account, -joined["share"], -value))
    people = Grouping.of(holder)
    owner, row = people.join(order)
    place = joined["place"][row]
    colleague, tie = _nearest(snapshot, reference, standings, kind, joined, (holder, joined["place"]), parameters)
    standing = closeness_of(standings, parameters).rows[place]
    person = people_of(snapshot).key[standings.chains.person[standings.member[standing]]]
    return Gaps(
        kind=kind[order],
        account=account[order],
        subject=joined["subject"][order],
        level=joined["level"][order],
        role=joined["role"][order],
        share=joined["share"][order],
        value=value[order],
        assumed=_assumed(snapshot, reference, account[order], parameters),
        colleague=colleague[order],
        tie=tie[order],
        start=np.append(0, np.cumsum(counts(owner, len(order)))),
        person=person,
        basis=reference.basis,
    )


def _assumed(snapshot: Snapshot, reference: Reference, account: Ints, parameters: Parameters) -> Flags:
    """Where an account's own value is not known."""
    known = account_values(snapshot, account, reference.win_rate(segment_of(snapshot, account)), parameters)
    found: Flags = np.isnan(known[:, BASES.index(reference.basis)])
    return found


def _nearest(
    snapshot: Snapshot,
    reference: Reference,
    standings: Standings,
    kind: Ints,
    joined: Mapping[str, Any],
    about: tuple[Ints, Ints],
    parameters: Parameters,
) -> tuple[Ints, Floats]:
    """Who has the strongest tie with the people of a gap, else the one whose ties at the account weigh most.

    Where an account hangs on one colleague it is the next one after them.
    """
    keys, pairs = meetings_of(snapshot).colleagues, standings.pairs
    best, tie = np.full(len(kind), NOBODY, dtype=np.int64), np.zeros(len(kind))
    owner, pair = Grouping.of(pairs.owner).join(about[1])
    gap, who, strength = about[0][owner], pairs.colleague[pair], pairs.strength[pair]
    order = np.lexsort((-who, strength, gap))
    # the strongest is written last
    best[gap[order]], tie[gap[order]] = keys[who[order]], strength[order]
    leading, second = _leading(snapshot, reference, standings, parameters)
    without = (best == NOBODY) & (kind != SINGLE)
    best[without] = leading[joined["scope"][without]]
    single = kind == SINGLE
    place = joined["scope"][single]
    best[single] = np.where(leading[place] == joined["subject"][single], second[place], leading[place])
    return best, tie


def _leading(
    snapshot: Snapshot, reference: Reference, standings: Standings, parameters: Parameters
) -> tuple[Ints, Ints]:
    """By scope: the colleagues whose ties weigh most and second most there."""
    keys, held = meetings_of(snapshot).colleagues, capital_of(snapshot, reference, standings, parameters)
    scope = closeness_of(standings, parameters).scope[held.place]
    width = max(len(keys), 1)
    code, at = np.unique(scope * width + held.colleague, return_inverse=True)
    order = np.lexsort((-code, sums(at, held.worth, len(code))))
    place, who = code[order] // width, keys[code[order] % width]
    first, second = (np.full(len(standings.chains.scopes), NOBODY, dtype=np.int64) for _ in range(2))
    # the greatest is written last
    first[place] = who
    others = who != first[place]
    second[place[others]] = who[others]
    return first, second
