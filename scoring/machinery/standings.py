"""Everything measured about persons in scopes towards vendors: what both scores and views read.

A case is one vendor in one scope; a standing is one member of the scope's chain in one case. Cases
are us (where a company of ours exists) and every rival that competes in an opportunity; a rival in an
account is asked for by name.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt

from scoring.machinery.arrays import Flags, expand, lookup
from scoring.machinery.chain import PERSON, Chains, build_chains, members_of
from scoring.machinery.concerns import concerns_of
from scoring.machinery.contact import NEVER, CapturedSpans, ContactShares, captured_share, contacts
from scoring.machinery.evidence import known_share
from scoring.machinery.influence import settled_opinions
from scoring.machinery.people import people_of
from scoring.machinery.rivals import rival_ties
from scoring.machinery.scopes import rivals_in, scopes_of
from scoring.machinery.shares import installed_share, segment_of
from scoring.machinery.stance import depths, stances
from scoring.machinery.ties import PairTies, Places, pair_ties
from scoring.machinery.touches import encounters_of, meetings_of
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.snapshot import Snapshot
from scoring.types import NOBODY, US, Floats, Ints, Vendor

Columns = dict[str, npt.NDArray[Any]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cases:
    """Scope (place in the chains' scopes) and vendor of each case, and where its standings begin."""

    scope: Ints
    vendor: Ints
    start: Ints

    def __len__(self) -> int:
        return len(self.scope)


@dataclass(frozen=True, slots=True)
class Standings:
    """Measures by standing, ordered by case and member; those of placeholders are at their priors.

    ``tie`` 0..1 counts the prior of a rival, ``tie_prior`` is that prior and ``observed_tie`` the part
    from evidence; ``best`` is the key of who holds the strongest tie; ``captured`` the share of the
    last H days on record; ``known_*`` are completeness q, ``*_evidence`` effective numbers. ``pairs`` are
    our colleagues' ties (owners are places in `our_rows`), ``shares`` the encounters by the colleague who
    alone took part (owners likewise).
    """

    chains: Chains
    cases: Cases
    case: Ints
    member: Ints
    vendor: Ints
    tie: Floats
    observed_tie: Floats
    tie_prior: Floats
    best: Ints
    breadth: Ints
    tie_evidence: Floats
    captured: Floats
    incoming: Ints
    outgoing: Ints
    since_first: Ints
    since_met: Ints
    depth: Floats
    depth_evidence: Floats
    stance: Floats
    general_stance: Floats
    stance_evidence: Floats
    backed: Flags
    pairs: PairTies
    pair_member: Ints
    shares: ContactShares
    kept: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def derived(self, name: Hashable, build: Callable[[], T]) -> T:
        """The value that ``build`` makes of these standings, made once."""
        if name not in self.kept:
            self.kept[name] = build()
        return cast(T, self.kept[name])

    def __len__(self) -> int:
        return len(self.case)

    @property
    def our_rows(self) -> Ints:
        """The standings of persons towards us."""
        person = self.chains.placeholder[self.member] == PERSON
        return np.flatnonzero(person & (self.vendor == US))

    @property
    def person_rows(self) -> Ints:
        """The standings of persons."""
        return np.flatnonzero(self.chains.placeholder[self.member] == PERSON)

    def cases_of(self, scope: int, vendor: int) -> Ints:
        """The case of a vendor in the scope with a key, if there is one."""
        place = np.flatnonzero(self.chains.scopes.key == scope)
        found: Ints = np.flatnonzero(np.isin(self.cases.scope, place) & (self.cases.vendor == vendor))
        return found

    def known_tie(self, parameters: Parameters) -> Floats:
        """Completeness of the tie quantities, 0..1."""
        return np.maximum(known_share(self.tie_evidence, parameters), self.captured)

    def known_depth(self, parameters: Parameters) -> Floats:
        """Completeness of depth, 0..1."""
        return np.maximum(known_share(self.depth_evidence, parameters), self.captured)

    def known_stance(self, parameters: Parameters) -> Floats:
        """Completeness of stance, 0..1."""
        return known_share(self.stance_evidence, parameters)

    def stance_variance(self, parameters: Parameters) -> Floats:
        """Beta variance of the stance: ``(1 - s^2)/(kappa + n + 1)``."""
        return (1 - self.stance**2) / (parameters.stance.kappa + self.stance_evidence + 1)


def standings_of(
    snapshot: Snapshot,
    reference: Reference,
    parameters: Parameters,
    scopes: Ints | None = None,
    vendor: Vendor | None = None,
) -> Standings:
    """The standings of the given scopes, or of all; those of all are made once per snapshot."""
    if scopes is not None:
        return _build(snapshot, reference, parameters, scopes, vendor)
    name = ("standings", reference.digest, parameters, vendor)
    return snapshot.derived(name, lambda each: _build(each, reference, parameters, None, vendor))


def known_standings(snapshot: Snapshot, reference: Reference, parameters: Parameters) -> Standings | None:
    """The standings of everything, where they have been made already."""
    found: Standings | None = snapshot.made(("standings", reference.digest, parameters, None))
    return found


def _build(
    snapshot: Snapshot,
    reference: Reference,
    parameters: Parameters,
    scopes: Ints | None,
    vendor: Vendor | None,
) -> Standings:
    chains = chains_of(snapshot, reference, parameters, scopes)
    cases = _cases(snapshot, chains, vendor)
    case, member = members_of(chains, cases.scope)
    vendors = cases.vendor[case]
    person = chains.placeholder[member] == PERSON
    found = _blank(len(case))
    found["stance"][:] = parameters.stance.placeholder
    us, rivals = np.flatnonzero(person & (vendors == US)), np.flatnonzero(person & (vendors != US))
    pairs, shares = _ours(snapshot, reference.captured, chains, member, us, found, parameters)
    _theirs(snapshot, reference, chains, member, vendors, rivals, found, parameters)
    for rows in (us, rivals):
        _attitudes(snapshot, chains.places(member[rows]), vendors[rows], rows, found, parameters)
    return Standings(
        chains=chains, cases=cases, case=case, member=member, vendor=vendors, pairs=pairs,
        pair_member=member[us][pairs.owner], shares=shares, backed=found.pop("backed").astype(bool), **found,
    )  # fmt: skip


def chains_of(snapshot: Snapshot, reference: Reference, parameters: Parameters, scopes: Ints | None) -> Chains:
    """The chains of the given scopes, or of all; those of all are made once for all that they depend on."""
    if scopes is not None:
        return build_chains(snapshot, reference, parameters, scopes_of(snapshot, scopes))
    given = (parameters.decision_rights, parameters.susceptibility, parameters.listening, parameters.evidence)
    return snapshot.derived(
        ("chains", reference.expected_roles, *given),
        lambda each: build_chains(each, reference, parameters, scopes_of(each)),
    )


def _cases(snapshot: Snapshot, chains: Chains, vendor: Vendor | None) -> Cases:
    every = np.arange(len(chains.scopes), dtype=np.int64)
    if vendor is not None:
        scope, vendors = every, np.full(len(every), vendor, dtype=np.int64)
    else:
        scope, vendors = rivals_in(snapshot, chains.scopes)
        if len(people_of(snapshot).ours):
            scope, vendors = np.concatenate([every, scope]), np.concatenate([np.full(len(every), US), vendors])
    order = np.lexsort((vendors, scope))
    scope, vendors = scope[order], vendors[order]
    size = chains.start[scope + 1] - chains.start[scope]
    return Cases(scope, vendors, np.append(0, np.cumsum(size)))


def _blank(size: int) -> Columns:
    reals = (
        "tie", "observed_tie", "tie_prior", "tie_evidence", "captured", "depth", "depth_evidence",
        "stance", "general_stance", "stance_evidence",
    )  # fmt: skip
    found: Columns = {name: np.zeros(size) for name in reals}
    found |= {name: np.zeros(size, dtype=np.int64) for name in ("breadth", "incoming", "outgoing", "backed")}
    found |= {name: np.full(size, NEVER) for name in ("since_first", "since_met")}
    found["best"] = np.full(size, NOBODY, dtype=np.int64)
    return found


def _ours(
    snapshot: Snapshot,
    spans: CapturedSpans,
    chains: Chains,
    member: Ints,
    rows: Ints,
    found: Columns,
    parameters: Parameters,
) -> tuple[PairTies, ContactShares]:
    meetings, concerns = meetings_of(snapshot), concerns_of(snapshot, "interaction")
    places = chains.places(member[rows])
    pairs = pair_ties(meetings, concerns, places, snapshot.today, parameters)
    best, top, breadth = best_ties(pairs, len(rows), meetings.colleagues, parameters)
    contact = contacts(encounters_of(snapshot), concerns, places, snapshot.today, parameters)
    found["tie"][rows] = found["observed_tie"][rows] = top
    found["best"][rows], found["breadth"][rows] = best, breadth
    found["tie_evidence"][rows] = contact.evidence
    found["incoming"][rows], found["outgoing"][rows] = contact.incoming, contact.outgoing
    found["since_first"][rows], found["since_met"][rows] = contact.since_first, contact.since_met
    scope = chains.scope[member[rows]]
    found["captured"][rows] = captured_share(snapshot, spans, places, scope, pairs, parameters)
    return pairs, contact.shares


def best_ties(pairs: PairTies, size: int, colleagues: Ints, parameters: Parameters) -> tuple[Ints, Floats, Ints]:
    """Key of the strongest colleague, that strength, and the number of active ties, by place."""
    top = np.zeros(size)
    np.maximum.at(top, pairs.owner, pairs.strength)
    best = np.full(size, NOBODY, dtype=np.int64)
    leading = np.flatnonzero((pairs.strength == top[pairs.owner]) & (pairs.strength > 0))[::-1]
    best[pairs.owner[leading]] = colleagues[pairs.colleague[leading]]
    active = pairs.strength >= parameters.tie.active
    return best, top, np.bincount(pairs.owner[active], minlength=size).astype(np.int64)


def _theirs(
    snapshot: Snapshot,
    reference: Reference,
    chains: Chains,
    member: Ints,
    vendors: Ints,
    rows: Ints,
    found: Columns,
    parameters: Parameters,
) -> None:
    places, vendor = chains.places(member[rows]), vendors[rows]
    ties = rival_ties(snapshot, places, vendor, parameters)
    segment = segment_of(snapshot, places.account)
    prior = installed_share(snapshot, places.account, vendor, reference.installed_share(segment, vendor))
    found["observed_tie"][rows], found["tie_prior"][rows] = ties.strength, prior
    found["tie"][rows] = np.maximum(ties.strength, prior)
    found["best"][rows], found["breadth"][rows] = ties.best, ties.breadth
    found["tie_evidence"][rows] = ties.evidence
    found["since_first"][rows] = ties.since_first


def _attitudes(
    snapshot: Snapshot,
    places: Places,
    vendor: Ints,
    rows: Ints,
    found: Columns,
    parameters: Parameters,
) -> None:
    depth = depths(snapshot, places, vendor, np.asarray(found["since_met"][rows]), parameters)
    stance = stances(snapshot, places, vendor, parameters)
    found["depth"][rows], found["depth_evidence"][rows] = depth.value, depth.evidence
    found["stance"][rows], found["general_stance"][rows] = stance.value, stance.general
    found["stance_evidence"][rows], found["backed"][rows] = stance.evidence, stance.backed


def opinions(standings: Standings, scopes: Ints) -> tuple[Ints, Floats]:
    """Standings of the given ascending scopes (places) and the opinions ``y`` they settle at."""
    chains, cases = standings.chains, standings.cases
    left, right = np.searchsorted(cases.scope, scopes), np.searchsorted(cases.scope, scopes, "right")
    _, asked = expand(left, right - left)
    _, rows = expand(cases.start[asked], cases.start[asked + 1] - cases.start[asked])
    _, members = members_of(chains, scopes)
    first_case = np.searchsorted(cases.scope, np.arange(len(chains.scopes)))
    column = np.arange(len(cases)) - first_case[cases.scope]
    stance = np.zeros((len(members), int(column.max(initial=0)) + 1))
    at = lookup(members, standings.member[rows]), column[standings.case[rows]]
    stance[at] = standings.stance[rows]
    listening = chains.listening if len(members) == len(chains) else chains.listening[members][:, members]
    settled = settled_opinions(listening, chains.susceptibility[members], stance)
    return rows, settled[at]
