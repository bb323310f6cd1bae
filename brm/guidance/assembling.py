"""Puts a standing together from snapshots: now, and as it was some time ago."""

from __future__ import annotations

import numpy as np

from brm.guidance.standing import Departure, PersonStanding, Promise, Standing
from graph_schema.vocabulary import VOCABULARIES, code_number
from scoring.machinery.concerns import customer_of
from scoring.machinery.evidence import OPINION, observations_of
from scoring.machinery.people import company_of, current, people_of
from scoring.machinery.touches import encounters_of, meetings_of
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.snapshot import MISSING, Ints, Snapshot
from scoring.types import NOBODY, US
from scoring.view import ChainView, chain_view

SOLID = code_number("report_kind", "solid")
DONE = tuple(code_number("work_status", word) for word in ("done", "ignored", "cancelled"))


def assemble(
    scope: int, snapshot: Snapshot, before: Snapshot, earlier: Snapshot, reference: Reference, parameters: Parameters
) -> Standing:
    """The standing in an account or opportunity.

    ``before`` is the snapshot that ties are compared with, ``earlier`` the one that tenures are.
    KeyError when the snapshot has no such account or opportunity.
    """
    view = chain_view(snapshot, reference, parameters, scope, US)
    is_deal = bool(snapshot.nodes["opportunity"].rows(np.array([scope]))[0] >= 0)
    account = int(customer_of(snapshot, np.array([scope]))[0]) if is_deal else scope
    rivals = _rivals(snapshot, scope) if is_deal else np.empty(0, dtype=np.int64)
    members = tuple(int(person) for person in view.person if person != NOBODY)
    missing = tuple(role for role in view.expected_roles if role not in view.identified_roles)
    return Standing(
        scope_type="opportunity" if is_deal else "company",
        scope=scope,
        account=None if account == NOBODY else account,
        people=_people(view, snapshot, before, reference, parameters, [int(rival) for rival in rivals]),
        owners=owners_of(snapshot, scope, account),
        missing_roles=missing if is_deal else (),
        conflicts=conflicts_among(snapshot, members),
        rivals_known=bool(len(rivals)),
        executive_age=_executive_age(snapshot, account),
        departures=_departures(snapshot, earlier, account),
        promises=_promises(snapshot, members),
    )


def _rivals(snapshot: Snapshot, deal: int) -> Ints:
    competes, holds = current(snapshot, "competes")
    vendors = np.unique(competes.source[holds & (competes.target == deal)])
    return vendors[~np.isin(vendors, people_of(snapshot).ours)]


def _people(
    view: ChainView,
    snapshot: Snapshot,
    before: Snapshot,
    reference: Reference,
    parameters: Parameters,
    rivals: list[int],
) -> tuple[PersonStanding, ...]:
    ties_before = _ties_before(before, reference, parameters, view.scope)
    theirs = {rival: _stances(snapshot, reference, parameters, view.scope, rival) for rival in rivals}
    levels, superiors = levels_of(snapshot, view.person), superiors_of(snapshot)
    claims, evidence = _claims(snapshot, parameters, view.person)
    found = []
    for at in range(len(view.person)):
        person = int(view.person[at])
        if person == NOBODY:
            continue
        best_rival = max(theirs, key=lambda r: (theirs[r].get(person, -2.0), -r), default=None)
        found.append(
            PersonStanding(
                key=person,
                influence=float(view.influence[at]),
                stance=float(view.stance[at]),
                depth=float(view.depth[at]),
                tie=float(view.tie[at]),
                tie_before=ties_before.get(person, 0.0),
                best_colleague=int(view.best[at]) if view.best[at] != NOBODY else None,
                breadth=int(view.breadth[at]),
                roles=frozenset(r for i, r in enumerate(VOCABULARIES["buying_role"]) if int(view.roles[at]) >> i & 1),
                level=levels.get(person),
                stance_evidence=len(evidence.get(person, ())),
                only_opinion=bool(view.only_opinion[at]),
                claimed=claims.get(person),
                rival=best_rival,
                rival_stance=None if best_rival is None else theirs[best_rival].get(person),
                superior=superiors.get(person),
                evidence=evidence.get(person, ()),
            )
        )
    return tuple(found)


def _ties_before(before: Snapshot, reference: Reference, parameters: Parameters, scope: int) -> dict[int, float]:
    try:
        view = chain_view(before, reference, parameters, scope, US)
    except KeyError:
        return {}
    return {int(p): float(t) for p, t in zip(view.person, view.tie, strict=True) if p != NOBODY}


def _stances(
    snapshot: Snapshot, reference: Reference, parameters: Parameters, scope: int, vendor: int
) -> dict[int, float]:
    view = chain_view(snapshot, reference, parameters, scope, vendor)
    known = view.stance_evidence > 0
    return {int(p): float(s) for p, s, k in zip(view.person, view.stance, known, strict=True) if p != NOBODY and k}


def levels_of(snapshot: Snapshot, persons: Ints) -> dict[int, float]:
    """The highest level of the seats of each person; without those whose level is unknown."""
    people = people_of(snapshot)
    keys = people.key[people.seat_person]
    wanted = np.isin(keys, persons) & ~np.isnan(people.seat_level)
    levels: dict[int, float] = {}
    for person, level in zip(keys[wanted], people.seat_level[wanted], strict=True):
        levels[int(person)] = max(float(level), levels.get(int(person), 0.0))
    return levels


def superiors_of(snapshot: Snapshot) -> dict[int, int]:
    """Whom each person reports to by a solid line."""
    holds, held = current(snapshot, "holds")
    holder: dict[int, int] = {}
    seats: dict[int, int] = {}
    for person, seat in zip(holds.source[held], holds.target[held], strict=True):
        holder.setdefault(int(seat), int(person))
        seats.setdefault(int(person), int(seat))
    reports, reporting = current(snapshot, "reports_to")
    solid = reporting & (reports["kind"] == SOLID)
    above = {int(s): int(t) for s, t in zip(reports.source[solid], reports.target[solid], strict=True)}
    return {p: holder[above[s]] for p, s in seats.items() if s in above and above[s] in holder}


def _claims(
    snapshot: Snapshot, parameters: Parameters, persons: Ints
) -> tuple[dict[int, float], dict[int, tuple[int, ...]]]:
    """Each person's latest opinion of a colleague on the stance towards us, and all stance evidence."""
    people, seen = people_of(snapshot), observations_of(snapshot, "stance", parameters)
    ours = np.flatnonzero((seen.vendor == US) & np.isin(people.key[seen.person], persons))
    keys = snapshot.nodes["observation"].key
    claims: dict[int, tuple[int, float]] = {}
    evidence: dict[int, tuple[int, ...]] = {}
    for row in ours:
        person = int(people.key[seen.person[row]])
        evidence[person] = (*evidence.get(person, ()), int(keys[seen.item[row]]))
        if seen.source_class[row] == OPINION and (person not in claims or seen.age[row] < claims[person][0]):
            claims[person] = (int(seen.age[row]), float(seen.value[row]))
    return {person: value for person, (_, value) in claims.items()}, evidence


def owners_of(snapshot: Snapshot, scope: int, account: int) -> tuple[int, ...]:
    """The colleagues who cover the account or deal, by their role in the team."""
    covers, holds = current(snapshot, "covers")
    mine = holds & np.isin(covers.target, [scope, account])
    order = np.argsort(covers.key[mine], kind="stable")
    return tuple(dict.fromkeys(int(person) for person in covers.source[mine][order]))


def conflicts_among(snapshot: Snapshot, members: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    """The pairs of some people who are in conflict."""
    edges, holds = current(snapshot, "conflicts_with")
    among = holds & np.isin(edges.source, members) & np.isin(edges.target, members)
    return tuple((int(a), int(b)) for a, b in zip(edges.source[among], edges.target[among], strict=True))


def _executive_age(snapshot: Snapshot, account: int) -> int | None:
    people, meetings = people_of(snapshot), meetings_of(snapshot)
    staff = people.seat_person[people.seat_company == account]
    encounters = encounters_of(snapshot)
    items = [encounters.item[encounters.start[p] : encounters.start[p + 1]] for p in staff]
    if not items:
        return None
    met = np.concatenate(items).astype(np.int64)
    met = met[meetings.executive[met]]
    ages = snapshot.ages(snapshot.nodes["interaction"]["at"][met])
    return int(ages.min()) if len(ages) else None


def _seats_at(snapshot: Snapshot, account: int) -> dict[int, set[int]]:
    """Person -> seats held in the account."""
    holds, held = current(snapshot, "holds")
    seat_in, placed = current(snapshot, "seat_in")
    inside = seat_in.source[placed][company_of(snapshot, seat_in.target[placed]) == account]
    found: dict[int, set[int]] = {}
    for person, seat in zip(holds.source[held], holds.target[held], strict=True):
        if seat in inside:
            found.setdefault(int(person), set()).add(int(seat))
    return found


def _departures(snapshot: Snapshot, earlier: Snapshot, account: int) -> tuple[Departure, ...]:
    then, now = _seats_at(earlier, account), _seats_at(snapshot, account)
    people = people_of(snapshot)
    days = snapshot.today - earlier.today
    left = []
    for person in sorted(then):
        if then[person] <= now.get(person, set()):
            continue
        row = int(people.rows(np.array([person]))[0])
        elsewhere = people.seat_company[(people.seat_person == row) & (people.seat_company != account)]
        left.append(Departure(person=person, days_ago=days, now_at=int(elsewhere[0]) if len(elsewhere) else None))
    return tuple(left)


def _promises(snapshot: Snapshot, members: tuple[int, ...]) -> tuple[Promise, ...]:
    promised, holds = current(snapshot, "promised_to")
    actions = snapshot.nodes["action"]
    late = []
    for action, person in zip(promised.source[holds], promised.target[holds], strict=True):
        row = int(actions.rows(np.array([action]))[0])
        if row < 0 or int(person) not in members or actions["due_on"][row] == MISSING:
            continue
        days = snapshot.today - int(actions["due_on"][row])
        finished = actions["done_on"][row] != MISSING or int(actions["status"][row]) in DONE
        if days > 0 and not finished:
            late.append(Promise(action=int(action), person=int(person), days_late=days))
    return tuple(late)
