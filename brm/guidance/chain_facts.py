"""What surrounds the people of a chain: their seats, vacant seats, conflicts, rivals' ties."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from brm.guidance.assembling import SOLID
from brm.guidance.standing import Standing
from brm.principal import Principal
from brm.services.visibility import hidden_ids
from brm.store.protocol import Names, Store, When
from graph_schema.changes import EdgeRef
from scoring.machinery.field import rivals_of
from scoring.machinery.people import company_of, current, people_of
from scoring.machinery.scopes import scopes_of
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.snapshot import Snapshot
from scoring.types import NOBODY
from scoring.view import chain_view


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainFacts:
    """Snapshot keys throughout: person -> seat, seat -> holder, seat -> seat above, levels of seats.

    ``vacant`` are seats that nobody holds. ``rival_ties`` counts the rivals that have an active tie by
    evidence with a person.
    """

    seats: Mapping[int, int]
    holder: Mapping[int, int]
    above: Mapping[int, int]
    levels: Mapping[int, int]
    vacant: tuple[int, ...]
    rival_ties: Mapping[int, int]

    def chain_above(self, seat: int) -> Iterator[int]:
        """Along the solid lines above a seat, nearest first: the holder of each seat, or the seat if vacant."""
        passed = {seat}
        while (seat := self.above.get(seat, NOBODY)) != NOBODY and seat not in passed:
            passed.add(seat)
            yield self.holder.get(seat, seat)


def gather(snapshot: Snapshot, reference: Reference, parameters: Parameters, standing: Standing) -> ChainFacts:
    """The facts around the people of a standing."""
    holds, held = current(snapshot, "holds")
    reports, reporting = current(snapshot, "reports_to")
    solid = reporting & (reports["kind"] == SOLID)
    known = people_of(snapshot).key
    taken = [(int(p), int(s)) for p, s in zip(holds.source[held], holds.target[held], strict=True)]
    seats: dict[int, int] = {}
    for person, seat in taken:
        if person in known:
            seats.setdefault(person, seat)
    above = {int(s): int(t) for s, t in zip(reports.source[solid], reports.target[solid], strict=True)}
    positions = snapshot.nodes["position"]
    known_levels = ~np.isnan(positions["level"])
    levels = dict(zip(positions.key[known_levels].tolist(), positions["level"][known_levels].tolist(), strict=True))
    members = [person.key for person in standing.people]
    return ChainFacts(
        seats={person: seat for person, seat in seats.items() if person in members},
        holder={seat: person for person, seat in reversed(taken)},
        above=above,
        levels={seat: int(level) for seat, level in levels.items()},
        vacant=_vacant(
            snapshot, standing, {seat for _, seat in taken}, {above.get(seats.get(p, NOBODY)) for p in members}
        ),
        rival_ties=_rival_ties(snapshot, reference, parameters, standing),
    )


def _vacant(snapshot: Snapshot, standing: Standing, taken: set[int], reported_to: set[int | None]) -> tuple[int, ...]:
    seat_in, placed = current(snapshot, "seat_in")
    inside = seat_in.source[placed][company_of(snapshot, seat_in.target[placed]) == standing.account]
    empty = [int(seat) for seat in np.unique(inside) if int(seat) not in taken]
    whole = standing.scope_type == "company"
    return tuple(seat for seat in empty if whole or seat in reported_to)


def _rival_ties(snapshot: Snapshot, reference: Reference, parameters: Parameters, standing: Standing) -> dict[int, int]:
    scopes = scopes_of(snapshot, np.array([standing.scope]))
    _, rivals = rivals_of(snapshot, scopes, np.arange(len(scopes)), parameters)
    counts: dict[int, int] = {}
    for rival in rivals.tolist():
        if rival == standing.account:
            continue
        view = chain_view(snapshot, reference, parameters, standing.scope, rival)
        for person in view.person[(view.observed_tie >= parameters.tie.active) & (view.person != NOBODY)].tolist():
            counts[person] = counts.get(person, 0) + 1
    return counts


def seen_conflicts(
    standing: Standing, names: Mapping[int, Names], store: Store, principal: Principal, when: When
) -> dict[int, set[int]]:
    """With whom each person is in conflict, as far as the principal may see it."""
    ids = {EdgeRef("conflicts_with", *sorted((names[a].id, names[b].id))).id: (a, b) for a, b in standing.conflicts}
    against: dict[int, set[int]] = {}
    for id_ in ids.keys() - hidden_ids(store, principal, ids, when):
        a, b = ids[id_]
        against.setdefault(a, set()).add(b)
        against.setdefault(b, set()).add(a)
    return against
