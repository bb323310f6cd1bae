"""Decision chains: who belongs to each scope, with which rights, and who listens to whom.

An opportunity's chain: everyone who plays a buying role in it, both ends of an INFLUENCES edge of its
scope, and everyone else whom a role holder listens to directly through an INFLUENCES edge of the
account or of no scope. An account's chain: everyone seated there, everyone who plays a role in its
open deals and those closed within 24 months, and those whom they listen to directly. Colleagues of
ours are in no chain. An expected role without a holder is held by a placeholder; a scope without any
person has one placeholder that holds everything. Deals in which nobody's role is known say nothing
about an account's rights; an account without other deals goes by level of seat.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from graph_schema.vocabulary import VOCABULARIES, code_number
from scoring.machinery.arrays import Flags, Grouping, counts, distinct, expand, lookup, sums
from scoring.machinery.concerns import concerns_of
from scoring.machinery.evidence import observations_of
from scoring.machinery.influence import effective_influence, listening_matrix
from scoring.machinery.listening import conflicts, listening_edges
from scoring.machinery.people import current, people_of
from scoring.machinery.scopes import (
    BUYING_ROLES,
    Deals,
    RoleRows,
    Scopes,
    deals_of,
    expected_roles,
    role_rows,
)
from scoring.machinery.ties import Places
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.snapshot import Snapshot, category_code
from scoring.types import COMPANY, NOBODY, OPPORTUNITY, Floats, Ints

PERSON, EVERYBODY = -1, len(BUYING_ROLES)
"""What `Chains.placeholder` holds for a person, and for the placeholder of a scope without people."""
STATUS_WORDS = VOCABULARIES["political_status"]
INNER = code_number("political_status", "inner_circle")
OUTSIDE = code_number("political_status", "outside")


@dataclass(frozen=True, slots=True)
class Chains:
    """The members of every scope's chain, scope by scope, persons first, then placeholders.

    ``scope`` is a place in ``scopes``; members of scope i stand at ``start[i]:start[i + 1]``.
    ``roles`` is a mask of buying roles, ``status`` a political status or -1. ``know`` is by scope:
    the share of expected roles identified with evidence; ``known_roles`` and ``expected`` are masks.
    """

    scopes: Scopes
    start: Ints
    scope: Ints
    person: Ints
    placeholder: Ints
    roles: Ints
    status: Ints
    rights: Floats
    susceptibility: Floats
    listening: sparse.csr_array
    influence: Floats
    expected: Ints
    known_roles: Ints
    know: Floats

    def __len__(self) -> int:
        return len(self.scope)

    def places(self, rows: Ints) -> Places:
        """Where evidence about some members, all persons, is gathered."""
        at = self.scope[rows]
        return Places(self.person[rows], self.scopes.type[at], self.scopes.key[at], self.scopes.account[at])


@dataclass(frozen=True, slots=True)
class _Rights:
    """Decision rights per deal: of role holders (by role row), and of placeholders."""

    of_row: Floats
    held: Flags
    gap_deal: Ints
    gap_role: Ints
    gap: Floats


def build_chains(snapshot: Snapshot, reference: Reference, parameters: Parameters, scopes: Scopes) -> Chains:
    """The chains of all scopes with their effective influence."""
    deals = deals_of(snapshot, scopes, parameters)
    roles = role_rows(snapshot, deals)
    expected = expected_roles(reference, deals.kind)
    rights = _deal_rights(deals, roles, expected, parameters)
    row, scope = _scope_rows(scopes, deals, roles)
    base = people_of(snapshot).base
    code = _persons(snapshot, scopes, scope, roles.person[row], base)
    held, gaps = _scope_rights(scopes, deals, roles, rights, row, scope, code, base)
    member_scope, person, placeholder, omega = _with_placeholders(scopes, code, held, gaps, base)
    size = len(member_scope)
    mask = np.zeros(size, dtype=np.int64)
    persons = np.flatnonzero(placeholder == PERSON)
    at = persons[lookup(code, scope * base + roles.person[row])]
    np.bitwise_or.at(mask, at, 1 << roles.role[row])
    status = np.full(size, -1, dtype=np.int64)
    omega = _seat_rights(snapshot, scopes, member_scope, person, omega, status, persons, parameters)
    susceptibility = _susceptibility(mask, status, parameters)
    listening = _listening(snapshot, scopes, member_scope[persons], code, persons, base, size, parameters)
    wanted, known = _role_masks(scopes, deals, roles, expected)
    asked = np.array([int(mask_).bit_count() for mask_ in wanted], dtype=np.float64)
    met = np.array([int(mask_).bit_count() for mask_ in (wanted & known)], dtype=np.float64)
    return Chains(
        scopes=scopes,
        start=np.searchsorted(member_scope, np.arange(len(scopes) + 1)),
        scope=member_scope,
        person=person,
        placeholder=placeholder,
        roles=mask,
        status=status,
        rights=omega,
        susceptibility=susceptibility,
        listening=listening,
        influence=effective_influence(listening, susceptibility, omega),
        expected=wanted,
        known_roles=known,
        know=np.divide(met, asked, out=np.zeros(len(scopes)), where=asked > 0),
    )


def _deal_rights(deals: Deals, roles: RoleRows, expected: npt.NDArray[np.bool_], parameters: Parameters) -> _Rights:
    """Formal rights of each role row: the role's share of the roles there, split by its holders."""
    kinds, number = len(BUYING_ROLES), len(deals.key)
    weight = np.array([getattr(parameters.decision_rights, role, 0.0) for role in BUYING_ROLES])
    holders = counts(roles.deal * kinds + roles.role, number * kinds).reshape(number, kinds)
    present: Flags = holders > 0
    total = (present | expected) @ weight
    scale = np.divide(1.0, total, out=np.zeros(number), where=total > 0)
    of_row = weight[roles.role] * scale[roles.deal] / holders[roles.deal, roles.role]
    gap_deal, gap_role = np.nonzero(expected & ~present)
    held: Flags = np.asarray(present.any(axis=1))
    return _Rights(of_row, held, gap_deal, gap_role, weight[gap_role] * scale[gap_deal])


def _scope_rows(scopes: Scopes, deals: Deals, roles: RoleRows) -> tuple[Ints, Ints]:
    """Role row and scope (place): each role counts in its opportunity and in its account."""
    firms = int((scopes.type == COMPANY).sum())
    direct = lookup(scopes.key[firms:], deals.key)[roles.deal]
    through = np.where(deals.weight > 0, lookup(scopes.key[:firms], deals.account), -1)[roles.deal]
    a, b = np.flatnonzero(direct >= 0), np.flatnonzero(through >= 0)
    return np.concatenate([a, b]), np.concatenate([direct[a] + firms, through[b]])


def _persons(snapshot: Snapshot, scopes: Scopes, scope: Ints, person: Ints, base: int) -> Ints:
    """The ascending codes ``scope * base + person row`` of all persons in the chains."""
    people = people_of(snapshot)
    firms = int((scopes.type == COMPANY).sum())
    seat = lookup(scopes.key[:firms], people.seat_company)
    seated = (seat >= 0) & people.customer[people.seat_person]
    core = distinct(np.concatenate([scope * base + person, seat[seated] * base + people.seat_person[seated]]))
    influences, holds = current(snapshot, "influences")
    speaker = people.rows(influences.source)
    listener = people.rows(influences.target)
    holds = holds & (speaker >= 0) & (listener >= 0)
    restriction = influences["scope"]
    of_deal = lookup(scopes.key[firms:], restriction)
    own = holds & (of_deal >= 0)
    rows = np.flatnonzero(holds)
    at, member = Grouping.of(core % base).join(listener[rows])
    edge, place = rows[at], core[member] // base
    applies = _applies(scopes, place, restriction[edge])
    codes = np.concatenate([
        core,
        (of_deal[own] + firms) * base + speaker[own],
        (of_deal[own] + firms) * base + listener[own],
        place[applies] * base + speaker[edge[applies]],
    ])  # fmt: skip
    found = distinct(codes)
    outsider: Ints = found[~people.colleague[found % base]]
    return outsider


def _applies(scopes: Scopes, place: Ints, restriction: Ints) -> Flags:
    """Whether an edge restricted to an account or opportunity holds in a scope."""
    found: Flags = (restriction == NOBODY) | (restriction == scopes.key[place]) | (restriction == scopes.account[place])
    return found


def _scope_rights(
    scopes: Scopes,
    deals: Deals,
    roles: RoleRows,
    rights: _Rights,
    row: Ints,
    scope: Ints,
    code: Ints,
    base: int,
) -> tuple[Floats, tuple[Ints, Ints, Floats]]:
    """Rights of the persons by code, and scope, role and rights of the placeholders.

    An account takes the weighted mean over its deals, an opportunity its own.
    """
    firms = int((scopes.type == COMPANY).sum())
    weight = np.where(rights.held, deals.weight, 0.0)
    account = lookup(scopes.key[:firms], deals.account)
    own = lookup(scopes.key[firms:], deals.key)
    total = sums(account[account >= 0], weight[account >= 0], max(firms, 1))
    share = np.divide(weight, total[account], out=np.zeros(len(weight)), where=total[account] > 0)
    of_row = rights.of_row[row] * np.where(scope < firms, share[roles.deal[row]], 1.0)
    held = sums(lookup(code, scope * base + roles.person[row]), of_row, len(code))
    gap_own, gap_firm = own[rights.gap_deal], account[rights.gap_deal]
    a, b = np.flatnonzero(gap_own >= 0), np.flatnonzero((gap_firm >= 0) & (weight[rights.gap_deal] > 0))
    place = np.concatenate([gap_own[a] + firms, gap_firm[b]])
    role = np.concatenate([rights.gap_role[a], rights.gap_role[b]])
    omega = np.concatenate([rights.gap[a], rights.gap[b] * share[rights.gap_deal[b]]])
    kinds = len(BUYING_ROLES)
    codes, inverse = np.unique(place * kinds + role, return_inverse=True)
    return held, (codes // kinds, codes % kinds, sums(inverse, omega, len(codes)))


def _with_placeholders(
    scopes: Scopes, code: Ints, held: Floats, gaps: tuple[Ints, Ints, Floats], base: int
) -> tuple[Ints, Ints, Ints, Floats]:
    """Scope, person, placeholder and rights of all members, persons before placeholders."""
    scope = code // base
    empty = np.flatnonzero(counts(scope, len(scopes)) == 0)
    kept = ~np.isin(gaps[0], empty)
    scopes_ = np.concatenate([scope, gaps[0][kept], empty])
    placeholder = np.concatenate([
        np.full(len(code), PERSON), gaps[1][kept], np.full(len(empty), EVERYBODY)
    ])  # fmt: skip
    person = np.concatenate([code % base, np.full(len(scopes_) - len(code), NOBODY)])
    omega = np.concatenate([held, gaps[2][kept], np.ones(len(empty))])
    order = np.lexsort((placeholder, person == NOBODY, scopes_))
    # persons are ascending by code already; a stable sort keeps them so
    return scopes_[order], person[order], placeholder[order], omega[order]


def _seat_rights(
    snapshot: Snapshot,
    scopes: Scopes,
    scope: Ints,
    person: Ints,
    omega: Floats,
    status: Ints,
    persons: Ints,
    parameters: Parameters,
) -> Floats:
    """Fills in political status, and the rights where no deal gives any: by level, else equal."""
    rights, people = parameters.decision_rights, people_of(snapshot)
    at = scope[persons]
    status[persons] = _political_status(snapshot, scopes.account[at], person[persons], parameters)
    bare = sums(scope, omega, len(scopes)) <= 0
    seats = people.seat_person * people.base + people.seat_company
    seat = lookup(seats, person[persons] * people.base + scopes.account[at])
    seated = (seat >= 0) & (scopes.type[at] == COMPANY)
    level = people.seat_level[seat] if len(people.seat_level) else np.full(len(seat), np.nan)
    by_level = rights.level_base ** np.where(np.isnan(level), rights.unknown_level, level)
    factor = np.array([1.0] * (len(STATUS_WORDS) + 1))
    factor[INNER], factor[OUTSIDE] = rights.inner_circle, rights.outside
    weight = np.zeros(len(scope))
    weight[persons] = np.where(seated, by_level * factor[status[persons]], 0.0)
    unranked = sums(scope, weight, len(scopes)) <= 0
    weight[persons] = np.where(unranked[at], 1.0, weight[persons])
    total = sums(scope, weight, len(scopes))[scope]
    share = np.divide(weight, total, out=np.zeros(len(scope)), where=total > 0)
    found: Floats = np.where(bare[scope], share, omega)
    return found


def _political_status(snapshot: Snapshot, account: Ints, person: Ints, parameters: Parameters) -> Ints:
    """The status with the greatest weight of evidence, the first of equal ones, -1 for none."""
    seen = observations_of(snapshot, "political_status", parameters)
    concerns = concerns_of(snapshot, "observation")
    owner, row = Grouping.of(seen.person).join(person)
    keep = concerns.in_company(seen.item[row], account[owner])
    owner, row = owner[keep], row[keep]
    word = snapshot.nodes["observation"]["word"][seen.item[row]]
    votes = np.zeros((len(person), len(STATUS_WORDS)))
    for place, status in enumerate(STATUS_WORDS):
        said = word == category_code(status)
        votes[:, place] = sums(owner[said], seen.weight[row[said]], len(person))
    found: Ints = np.where(votes.max(axis=1, initial=0.0) > 0, votes.argmax(axis=1), -1).astype(np.int64)
    return found


def _susceptibility(roles: Ints, status: Ints, parameters: Parameters) -> Floats:
    """The highest of the roles', moved by political status, within its limits."""
    given = parameters.susceptibility
    found = np.full(len(roles), -1.0)
    for place, role in enumerate(BUYING_ROLES):
        value = getattr(given, role, None)
        if value is not None:
            found = np.where((roles >> place) & 1 == 1, np.maximum(found, value), found)
    found = np.where(found < 0, given.none, found)
    found += np.where(status == INNER, given.inner_circle, 0.0)
    found += np.where(status == OUTSIDE, given.outside, 0.0)
    moved: Floats = np.clip(found, given.low, given.high)
    return moved


def _listening(
    snapshot: Snapshot,
    scopes: Scopes,
    scope: Ints,
    code: Ints,
    persons: Ints,
    base: int,
    size: int,
    parameters: Parameters,
) -> sparse.csr_array:
    """W over all members; an edge holds in every scope that has both its ends and its restriction."""
    edges = listening_edges(snapshot, parameters)
    by_person = Grouping.of(code % base)

    def within(near: Ints, far: Ints) -> tuple[Ints, Ints, Ints]:
        edge, member = by_person.join(near)
        other = lookup(code, scope[member] * base + far[edge])
        both = other >= 0
        return edge[both], member[both], other[both]

    edge, listener, speaker = within(edges.listener, edges.speaker)
    applies = _applies(scopes, scope[listener], edges.restriction[edge])
    _, a, b = within(*conflicts(snapshot))
    return listening_matrix(
        size,
        persons[listener[applies]],
        persons[speaker[applies]],
        edges.weight[edge[applies]],
        (persons[a], persons[b]),
        parameters.listening.conflict,
    )


def _role_masks(scopes: Scopes, deals: Deals, roles: RoleRows, expected: npt.NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """Masks of the roles expected and of those identified with evidence, by scope (opportunities)."""
    wanted, known = np.zeros(len(scopes), dtype=np.int64), np.zeros(len(scopes), dtype=np.int64)
    bits = 1 << np.arange(len(BUYING_ROLES))
    place = np.flatnonzero(scopes.type == OPPORTUNITY)
    deal = lookup(deals.key, scopes.key[place])
    wanted[place] = (expected * bits).sum(axis=1)[deal]
    found = np.zeros(len(deals.key), dtype=np.int64)
    np.bitwise_or.at(found, roles.deal[roles.evident], 1 << roles.role[roles.evident])
    known[place] = found[deal]
    return wanted, known


def members_of(chains: Chains, scope: Ints) -> tuple[Ints, Ints]:
    """Owner (place in ``scope``) and member row of every member of the given scopes."""
    return expand(chains.start[scope], chains.start[scope + 1] - chains.start[scope])
