"""The people of all accounts as we stand with them: what both what fades and whom to touch are read from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.machinery.arrays import Flags
from scoring.machinery.capital import values_by_scope
from scoring.machinery.chain import PERSON
from scoring.machinery.closeness import warmth_of
from scoring.machinery.people import people_of
from scoring.machinery.scopes import accounts_among
from scoring.machinery.standings import Standings, standings_of
from scoring.machinery.ties import Places
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.snapshot import Snapshot
from scoring.types import US, Floats, Ints

POINTS = 100.0


@dataclass(frozen=True, slots=True)
class Members:
    """Persons in accounts, by account and person: keys, and row of the persons.

    ``influence`` is that in the account's chain, ``value`` the account's by the Reference's basis (its median where
    unknown), ``key`` whether they are key people there (``coverage.key_share``). ``best`` holds the strongest ``tie``
    (`NOBODY`: none has any); ``met`` are the days since somebody of ours met them.
    """

    places: Places
    account: Ints
    person: Ints
    influence: Floats
    value: Floats
    key: Flags
    stance: Floats
    tie: Floats
    best: Ints
    breadth: Ints
    depth: Floats
    warmth: Floats
    met: Ints

    def __len__(self) -> int:
        return len(self.account)

    def rows(self, account: Ints, person: Ints) -> Ints:
        """The row of each account and person, -1 for none."""
        base = max(int(self.person.max(initial=0)), int(person.max(initial=0))) + 1
        codes, wanted = self.account * base + self.person, account * base + person
        at = np.searchsorted(codes, wanted).clip(0, max(len(codes) - 1, 0))
        return np.where(codes[at] == wanted if len(codes) else False, at, -1)

    def person_points(self, rows: Ints, warmth: Floats | float, parameters: Parameters) -> Floats:
        """Points of the account's customer score by which it moves when the warmth of a person there moves.

        ``A = 100 (.35 sum I_p W_p (1 + s_p)/2 + ...)`` is linear in each W, so with all else as it is this is exact.
        """
        lever = parameters.customer.key * self.influence[rows] * (1 + self.stance[rows]) / 2
        found: Floats = POINTS * lever * warmth
        return found


def members_of(snapshot: Snapshot, reference: Reference, parameters: Parameters) -> Members:
    """The people of all accounts, made once per snapshot, Reference and parameters; none where there is no us."""
    name = ("members", reference.digest, parameters)

    def build(each: Snapshot) -> Members:
        return _build(each, standings_of(each, reference, parameters), reference, parameters)

    return snapshot.derived(name, build)


def _build(snapshot: Snapshot, standings: Standings, reference: Reference, parameters: Parameters) -> Members:
    chains = standings.chains
    firms = accounts_among(snapshot, chains.scopes)
    person = chains.placeholder[standings.member] == PERSON
    rows = np.flatnonzero(person & (standings.vendor == US) & np.isin(chains.scope[standings.member], firms))
    member = standings.member[rows]
    scope = chains.scope[member]
    account, key = chains.scopes.key[scope], people_of(snapshot).key[chains.person[member]]
    order = np.lexsort((key, account))
    rows, member, scope, account, key = rows[order], member[order], scope[order], account[order], key[order]
    number = np.diff(chains.start)[scope]
    influence = chains.influence[member]
    return Members(
        places=chains.places(member),
        account=account,
        person=key,
        influence=influence,
        value=values_by_scope(snapshot, reference, chains.scopes, parameters)[scope],
        # equal shares that were summed in another order still count as equal
        key=influence >= parameters.coverage.key_share / np.maximum(number, 1) - 1e-12,
        stance=standings.stance[rows],
        tie=standings.tie[rows],
        best=standings.best[rows],
        breadth=standings.breadth[rows],
        depth=standings.depth[rows],
        warmth=warmth_of(standings, rows, parameters).total(parameters),
        met=standings.since_met[rows],
    )
