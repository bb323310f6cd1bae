"""Which of our people look after which accounts and deals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graph_schema.vocabulary import code_number
from scoring.machinery.arrays import Flags, expand
from scoring.machinery.people import current, people_of
from scoring.snapshot import Snapshot
from scoring.types import NOBODY, Ints


@dataclass(frozen=True, slots=True)
class Duties:
    """Company or opportunity and colleague, ordered by it, owners before backups, then team role and key."""

    scope: Ints
    colleague: Ints
    backup: Flags

    def owner(self, scopes: Ints) -> Ints:
        """The first owner of each, `NOBODY` where nobody owns it."""
        owned = ~self.backup
        scope, colleague = self.scope[owned], self.colleague[owned]
        at = np.searchsorted(scope, scopes)
        inside = at.clip(0, max(len(scope) - 1, 0))
        known = (at < len(scope)) & (scope[inside] == scopes if len(scope) else False)
        return np.where(known, colleague[inside] if len(scope) else NOBODY, NOBODY)

    def other_than(self, colleague: int, scopes: Ints) -> Ints:
        """The first owner or backup of each who is not the colleague, `NOBODY` for none."""
        others = self.colleague != colleague
        return Duties(self.scope[others], self.colleague[others], np.zeros(int(others.sum()), dtype=bool)).owner(scopes)

    def owned_by(self, colleague: int) -> Ints:
        """What the colleague owns."""
        found: Ints = np.unique(self.scope[(self.colleague == colleague) & ~self.backup])
        return found

    def of(self, scope: int) -> Ints:
        """All who look after one account or deal, owners first, each once."""
        start, stop = np.searchsorted(self.scope, [scope, scope + 1])
        _, rows = expand(np.array([start]), np.array([stop - start]))
        _, first = np.unique(self.colleague[rows], return_index=True)
        found: Ints = self.colleague[rows[np.sort(first)]]
        return found


def duties_of(snapshot: Snapshot) -> Duties:
    """The duties of our own people that hold at the snapshot's date, made once; partners' are left out."""
    return snapshot.derived("duties", _build)


def _build(snapshot: Snapshot) -> Duties:
    covers, holds = current(snapshot, "covers")
    people = people_of(snapshot)
    at = people.rows(covers.source)
    keep = holds & (at >= 0) & (covers["team_role"] != code_number("team_role", "partner"))
    keep[keep] = people.colleague[at[keep]]
    scope, colleague = covers.target[keep], covers.source[keep]
    backup, role = covers["backup"][keep] == 1, covers["team_role"][keep]
    order = np.lexsort((colleague, role, backup, scope))
    return Duties(scope[order], colleague[order], backup[order])
