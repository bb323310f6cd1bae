"""Ties that partners hold with the people of an account.

A company is a partner at an account if a chain of SUPPLIES (supplies, resells, represents or serves) joins
the two, in either direction, and it is a channel or partner of ours; or if it works for us (PARTNERS, for no
other vendor) on a deal of the account that is open or was closed recently. Neither a company of ours nor any
rival is one. Its people are the holders of its seats, and who covers (COVERS) the account or such a deal in
the role ``partner``; colleagues of ours and holders of a seat at the account are not among them.

A tie is theirs with somebody who holds a seat or plays a role at the account and is no partner's person.

Model: per person of the partner ``T = 1 - exp(-E/scale)`` in the account's scope, with E the sum of what
`scoring.machinery.ties` counts in interactions that both took part in, of ``observed_tie * rho * 2^(-age/H)``
of tie observations toward that person or the company (which as such counts as one person; a win or a visit
is no tie), and of ``acquaintance * strength * rho`` of KNOWS edges. The strongest counts.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from graph_schema.vocabulary import VOCABULARIES, code_number
from scoring.machinery.affiliations import affiliations_of
from scoring.machinery.arrays import Flags, Grouping, distinct, lookup, run_starts, run_sums, sums
from scoring.machinery.concerns import concerns_of, customer_of
from scoring.machinery.evidence import observations_of, reliability_of
from scoring.machinery.people import RIVAL, current, people_of
from scoring.machinery.scopes import recent_deals
from scoring.machinery.ties import Places, Terms, energies_of, half_lives, strength_of, terms_of
from scoring.machinery.touches import Meetings, meetings_with
from scoring.parameters import Parameters
from scoring.snapshot import Snapshot, category_code
from scoring.types import NOBODY, Floats, Ints

CHANNEL = (1 << code_number("company_kind", "channel")) | (1 << code_number("company_kind", "partner"))
JOINING = tuple(code_number("supply_kind", word) for word in ("supplies", "resells", "represents", "serves"))
_PARTNER = code_number("team_role", "partner")
_MOMENTUM = tuple(category_code(word) for word in VOCABULARIES["tie_evidence"] if word in ("win", "visit"))
_NOTHING: Ints = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Partners:
    """Who works with us at which account: ascending codes ``account * base + key``, of companies and persons."""

    company: Ints
    staff: Ints
    base: int

    def has_company(self, account: Ints, key: Ints) -> Flags:
        """Whether each company is a partner at the account."""
        found: Flags = lookup(self.company, account * self.base + key) >= 0
        return found

    def has_person(self, account: Ints, key: Ints) -> Flags:
        """Whether each person is a partner's at the account."""
        found: Flags = lookup(self.staff, account * self.base + key) >= 0
        return found


@dataclass(frozen=True, slots=True)
class Stated:
    """Ties that were told: place, who holds it, energy, age (-1 where it has none), weight, observation or `NOBODY`."""

    owner: Ints
    holder: Ints
    energy: Floats
    age: Ints
    weight: Floats
    observation: Ints


@dataclass(frozen=True, slots=True)
class PartnerTerms:
    """Everything that the ties of partners rest on; the colleagues of ``met`` are places in ``staff``."""

    staff: Ints
    met: tuple[Terms, Terms, Terms]
    stated: Stated


@dataclass(frozen=True, slots=True)
class PartnerTies:
    """Ties by place and holder, a person or a company (keys), ordered by both."""

    owner: Ints
    holder: Ints
    strength: Floats


def partners_of(snapshot: Snapshot, parameters: Parameters) -> Partners:
    """The partners at all accounts, made once per snapshot."""
    name = ("partners", parameters.decision_rights)
    return snapshot.derived(name, lambda each: _partners(each, parameters))


def _partners(snapshot: Snapshot, parameters: Parameters) -> Partners:
    people, companies = people_of(snapshot), snapshot.nodes["company"]
    recent = recent_deals(snapshot, parameters)
    parts = [_joined(snapshot), _working(snapshot, recent)]
    account, company = (np.concatenate([part[at] for part in parts]) for at in range(2))
    fits = (account != NOBODY) & (account != company)
    fits &= ~np.isin(account, people.ours) & ~np.isin(company, people.ours)
    kinds = companies["kinds"]
    fits &= ~np.isin(company, companies.key[(kinds & RIVAL) > 0])
    account, company = account[fits], company[fits]
    owner, seat = Grouping.of(people.seat_company).join(company)
    covered, coverer = _covering(snapshot, recent)
    place = np.concatenate([account[owner], covered])
    person = np.concatenate([people.seat_person[seat], coverer])
    seats = distinct(people.seat_person * people.base + people.seat_company)
    outside = ~people.colleague[person] & (lookup(seats, person * people.base + place) < 0)
    return Partners(
        distinct(account * people.base + company),
        distinct(place[outside] * people.base + people.key[person[outside]]),
        people.base,
    )


def _joined(snapshot: Snapshot) -> tuple[Ints, Ints]:
    """Account and channel or partner at the other end of a chain."""
    table, holds = current(snapshot, "supplies")
    rows = np.flatnonzero(holds & np.isin(table["kind"], JOINING))
    companies = snapshot.nodes["company"]
    channel = companies.key[(companies["kinds"] & CHANNEL) > 0]
    ends = table.source[rows], table.target[rows]
    account, company = np.concatenate(ends), np.concatenate(ends[::-1])
    fits = np.isin(company, channel)
    return account[fits], company[fits]


def _working(snapshot: Snapshot, recent: Ints) -> tuple[Ints, Ints]:
    """Account and company that works for us on one of its recent deals."""
    table, holds = current(snapshot, "partners")
    ours = np.append(people_of(snapshot).ours, NOBODY)
    rows = np.flatnonzero(holds & np.isin(table["vendor"], ours) & np.isin(table.target, recent))
    return customer_of(snapshot, table.target[rows]), table.source[rows]


def _covering(snapshot: Snapshot, recent: Ints) -> tuple[Ints, Ints]:
    """Account and person (row) who covers it, or one of its recent deals, as a partner."""
    table, holds = current(snapshot, "covers")
    person = people_of(snapshot).rows(table.source)
    rows = np.flatnonzero(holds & (table["team_role"] == _PARTNER) & (person >= 0))
    target = table.target[rows]
    deal = lookup(snapshot.nodes["opportunity"].key, target) >= 0
    account = np.where(deal, customer_of(snapshot, target), target)
    known = (account != NOBODY) & (~deal | np.isin(target, recent))
    return account[known], person[rows[known]]


def reachable(snapshot: Snapshot, partners: Partners, places: Places) -> Ints:
    """The places, all of accounts, that a partner may hold a tie at: the account's own people where it has partners."""
    base = partners.base
    served = distinct(np.concatenate([partners.company, partners.staff]) // base)
    members = affiliations_of(snapshot)
    own = lookup(members.person * base + members.account, places.person * base + places.account) >= 0
    person = people_of(snapshot).key[places.person]
    theirs = partners.has_person(places.account, person)
    return np.flatnonzero(own & ~theirs & (lookup(served, places.account) >= 0))


def partner_terms(snapshot: Snapshot, places: Places, parameters: Parameters) -> PartnerTerms:
    """What the partners' ties with the people in some places, all of accounts, rest on."""
    partners = partners_of(snapshot, parameters)
    staff = distinct(partners.staff % partners.base)
    rows = reachable(snapshot, partners, places)
    chosen = places.take(rows)
    meetings = _meetings(snapshot, staff, parameters)
    sorts = terms_of(meetings, concerns_of(snapshot, "interaction"), chosen, snapshot.today, parameters)
    met = tuple(
        _taken(each, partners.has_person(chosen.account[each.owner], staff[each.colleague]), rows) for each in sorts
    )
    told = [_observed(snapshot, partners, chosen, parameters), _known(snapshot, partners, chosen, parameters)]
    stated = Stated(*(np.concatenate([getattr(each, name) for each in told]) for name in Stated.__slots__))
    return PartnerTerms(staff, (met[0], met[1], met[2]), _moved(stated, rows))


def _meetings(snapshot: Snapshot, staff: Ints, parameters: Parameters) -> Meetings:
    name = ("partners' meetings", parameters.decision_rights)
    return snapshot.derived(name, lambda each: meetings_with(each, staff))


def _taken(terms: Terms, keep: Flags, rows: Ints) -> Terms:
    """Some of the terms, at the places that their owners are among ``rows``."""
    columns = {each.name: getattr(terms, each.name) for each in fields(Terms)}
    kept = {name: column if name == "sort" else column[keep] for name, column in columns.items()}
    return Terms(**{**kept, "owner": rows[kept["owner"]]})


def _moved(stated: Stated, rows: Ints) -> Stated:
    columns = {name: getattr(stated, name) for name in Stated.__slots__}
    return Stated(**{**columns, "owner": rows[stated.owner]})


def _observed(snapshot: Snapshot, partners: Partners, places: Places, parameters: Parameters) -> Stated:
    """Tie observations toward a partner's person, or toward a partner."""
    seen = observations_of(snapshot, "tie", parameters)
    owner, row = Grouping.of(seen.person).join(places.person)
    toward, vendor = seen.toward[row], seen.vendor[row]
    account = places.account[owner]
    named = toward != NOBODY
    keep = np.where(named, partners.has_person(account, toward), partners.has_company(account, vendor))
    keep &= places.counted(concerns_of(snapshot, "observation"), owner, seen.item[row])
    keep &= ~np.isin(snapshot.nodes["observation"]["word"][seen.item[row]], _MOMENTUM)
    owner, row, holder = owner[keep], row[keep], np.where(named, toward, vendor)[keep]
    # who holds seats at several companies is meant once
    order = np.lexsort((seen.item[row], holder, owner))
    first = order[run_starts(owner[order], holder[order], seen.item[row][order])]
    owner, row, holder = owner[first], row[first], holder[first]
    decay = np.exp2(-seen.age[row] / half_lives(places, parameters)[owner])
    return Stated(
        owner=owner,
        holder=holder,
        energy=parameters.tie.observed_tie * seen.reliability[row] * decay,
        age=seen.age[row],
        weight=seen.weight[row],
        observation=snapshot.nodes["observation"].key[seen.item[row]],
    )


def _known(snapshot: Snapshot, partners: Partners, places: Places, parameters: Parameters) -> Stated:
    """KNOWS edges with a partner's person."""
    people = people_of(snapshot)
    knows, holds = current(snapshot, "knows")
    ends = knows.source[holds], knows.target[holds]
    near, far = np.concatenate(ends), np.concatenate(ends[::-1])
    edge = np.tile(np.flatnonzero(holds), 2)
    owner, row = Grouping.of(near).join(people.key[places.person])
    keep = partners.has_person(places.account[owner], far[row])
    owner, row = owner[keep], row[keep]
    stated = knows["strength"][edge[row]]
    rho = reliability_of(knows["source_class"][edge[row]].astype(np.int64), knows["confidence"][edge[row]], parameters)
    size = len(owner)
    return Stated(
        owner=owner,
        holder=far[row],
        energy=parameters.tie.acquaintance * np.where(np.isnan(stated), 1.0, stated) * rho,
        age=np.full(size, -1),
        weight=rho,
        observation=np.full(size, NOBODY),
    )


def partner_ties(terms: PartnerTerms, parameters: Parameters) -> PartnerTies:
    """The strength of every tie that has terms."""
    size = max(len(terms.staff), 1)
    met, stated = energies_of(terms.met, size), terms.stated
    owner = np.concatenate([met.owner, stated.owner])
    holder = np.concatenate([terms.staff[met.colleague] if len(terms.staff) else _NOTHING, stated.holder])
    energy = np.concatenate([met.total(parameters), stated.energy])
    order = np.lexsort((energy, holder, owner))
    starts = run_starts(owner[order], holder[order])
    first = order[starts]
    return PartnerTies(owner[first], holder[first], strength_of(run_sums(energy[order], starts), parameters))


def evidence_of_terms(terms: PartnerTerms, size: int, parameters: Parameters) -> Floats:
    """The effective number of items behind all ties at each place."""
    life = parameters.evidence.half_life
    met = [(each.owner, np.exp2(-each.age / life)) for each in terms.met]
    owner = np.concatenate([terms.stated.owner, *(each for each, _ in met)])
    return sums(owner, np.concatenate([terms.stated.weight, *(weight for _, weight in met)]), size)
