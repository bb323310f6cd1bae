"""What a colleague would leave behind, and who could take over each tie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from scoring.duties import duties_of
from scoring.frames import account_rows, picked
from scoring.leaving import without_colleague
from scoring.machinery.arrays import lookup, sums
from scoring.machinery.capital import Capital, capital_of
from scoring.machinery.closeness import Closeness, closeness_of
from scoring.machinery.people import people_of
from scoring.machinery.standings import standings_of
from scoring.machinery.touches import meetings_of
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.registry import SCORERS
from scoring.snapshot import Snapshot
from scoring.types import NOBODY, US, Floats, Ints

REASONS = ("knows_them", "knows_account", "covers_account", "nobody")
"""Why somebody is the successor of a tie, the best reason first."""
KINDS = ("customer", "our_company")
"""The scores of an account that are told with and without the colleague."""


@dataclass(frozen=True, slots=True)
class Ties:
    """The colleague's ties, the one worth most first.

    ``person`` and ``account`` are keys; ``strength`` 0..1, ``share`` of the firm's tie 0..1, ``worth`` in the
    basis of value, ``left`` the firm's tie without the colleague. ``successor`` is a colleague's key or
    `NOBODY`, ``reason`` a place in `REASONS`, ``known`` the successor's own tie with the person.
    """

    person: Ints
    account: Ints
    strength: Floats
    share: Floats
    worth: Floats
    left: Floats
    successor: Ints
    reason: Ints
    known: Floats

    def __len__(self) -> int:
        return len(self.person)


@dataclass(frozen=True, slots=True)
class Falls:
    """Accounts where the colleague has a part, and each of `KINDS` with and without them (NaN: no score)."""

    account: Ints
    before: Mapping[str, Floats]
    after: Mapping[str, Floats]


def ties_of(snapshot: Snapshot, reference: Reference, parameters: Parameters, colleague: int) -> Ties:
    """The ties of a colleague with the people of accounts, and the best successor of each.

    Model: of the others the one with the strongest active tie with the person; else the one whose ties at the
    account are worth most; else who looks after the account; else nobody.
    Inputs: a snapshot of all accounts, the Reference, the parameters; ``colleague`` by key.
    Returns: `Ties`, empty for somebody without ties.
    References: domain.md section 5.4.
    """
    standings = standings_of(snapshot, reference, parameters)
    found, close = capital_of(snapshot, reference, standings, parameters), closeness_of(standings, parameters)
    keys = meetings_of(snapshot).colleagues
    own = np.flatnonzero((keys[found.colleague] == colleague) & (found.strength > 0))
    own = own[np.lexsort((found.place[own], -found.worth[own]))]
    place = found.place[own]
    person = people_of(snapshot).key[standings.chains.person[standings.member[close.rows[place]]]]
    account = standings.chains.scopes.key[close.scope[place]]
    successor, reason, known = _successors(snapshot, found, close, place, account, colleague, parameters)
    carried = parameters.employee.carried
    left = 1 - (1 - close.firm[place]) / np.maximum(1 - carried * found.strength[own], 1e-300)
    return Ties(
        person=person,
        account=account,
        strength=found.strength[own],
        share=found.share[own],
        worth=found.worth[own],
        left=np.clip(left, 0.0, 1.0),
        successor=successor,
        reason=reason,
        known=known,
    )


def _successors(
    snapshot: Snapshot,
    found: Capital,
    close: Closeness,
    place: Ints,
    account: Ints,
    colleague: int,
    parameters: Parameters,
) -> tuple[Ints, Ints, Floats]:
    keys = meetings_of(snapshot).colleagues
    others = np.flatnonzero(keys[found.colleague] != colleague)
    active = others[found.strength[others] >= parameters.tie.active]
    candidates = (
        _strongest(place, found.place[active], found.colleague[active], found.strength[active], keys),
        _strongest(
            close.scope[place], close.scope[found.place[others]], found.colleague[others], found.worth[others], keys
        ),
        duties_of(snapshot).other_than(colleague, account),
    )
    successor = np.full(len(place), NOBODY, dtype=np.int64)
    reason, known = np.full(len(place), REASONS.index("nobody")), np.zeros(len(place))
    for number, candidate in reversed(list(enumerate(candidates))):
        named = candidate != NOBODY
        successor[named], reason[named] = candidate[named], number
    width = max(len(keys), 1)
    code = found.place * width + found.colleague
    order = np.argsort(code)
    at = lookup(code[order], place * width + lookup(keys, successor))
    known[at >= 0] = found.strength[order[at[at >= 0]]]
    return successor, reason, known


def _strongest(wanted: Ints, at: Ints, colleague: Ints, weight: Floats, keys: Ints) -> Ints:
    """The key of the colleague with the greatest total weight at each wanted place, `NOBODY` where none has any."""
    width = max(len(keys), 1)
    code, row = np.unique(at * width + colleague, return_inverse=True)
    total = sums(row, weight, len(code))
    order = np.lexsort((-code, total))
    order = order[total[order] > 0]
    places = np.unique(code[order] // width)
    best = np.full(len(places) + 1, NOBODY, dtype=np.int64)
    # the greatest is written last; the last place stands for those without any
    best[lookup(places, code[order] // width)] = keys[code[order] % width]
    return best[lookup(places, wanted)]


def falls_of(snapshot: Snapshot, reference: Reference, parameters: Parameters, colleague: int, accounts: Ints) -> Falls:
    """The scores of accounts with the colleague and without, recomputed on the edited snapshot.

    Model: see `scoring.leaving`. Inputs: ``accounts`` by key. Limits: nobody takes over, and the Reference
    stays as it is.
    """
    asked = np.unique(accounts)
    without = without_colleague(snapshot, colleague)
    before, after = (
        {kind: _scores(each, reference, parameters, kind, asked) for kind in KINDS} for each in (snapshot, without)
    )
    return Falls(asked, before, after)


def _scores(snapshot: Snapshot, reference: Reference, parameters: Parameters, kind: str, accounts: Ints) -> Floats:
    frame = SCORERS[kind].score(snapshot, reference, parameters, scopes=accounts, vendor=US)
    return picked(frame.score, account_rows(frame, accounts))
