"""Rivals' ties: what was observed of them, whom they know, and a prior from what they have installed.

A tie observation carries ``observed_tie * rho`` and decays like any tie in scope; wins and visits of a
rival are momentum of the rival, not ties. A KNOWS edge with a person on the rival's staff carries
``acquaintance * strength * confidence * rho`` and stands as long as it holds. Energies add up per
person of the vendor; those towards the vendor as such count as one person of it. The strongest
counts, never below the vendor's installed share at the account, else in the segment.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graph_schema.vocabulary import VOCABULARIES
from scoring.machinery.arrays import Grouping, run_starts, run_sums, sums
from scoring.machinery.concerns import concerns_of
from scoring.machinery.contact import NEVER
from scoring.machinery.evidence import observations_of, reliability_of
from scoring.machinery.people import current, people_of
from scoring.machinery.ties import Places, half_lives, strength_of
from scoring.parameters import Parameters
from scoring.snapshot import Snapshot, category_code
from scoring.types import NOBODY, Floats, Ints

_MOMENTUM = tuple(category_code(word) for word in VOCABULARIES["tie_evidence"] if word in ("win", "visit"))


@dataclass(frozen=True, slots=True)
class RivalTies:
    """Ties of rivals by row: strength and best person from evidence alone, breadth, evidence, age."""

    strength: Floats
    best: Ints
    breadth: Ints
    evidence: Floats
    since_first: Ints


@dataclass(frozen=True, slots=True)
class RivalTerms:
    """Summands: row, person of the vendor, energy, age, reliability, evidence entity or -1."""

    owner: Ints
    staff: Ints
    energy: Floats
    age: Ints
    weight: Floats
    observation: Ints


@dataclass(frozen=True, slots=True)
class Acquaintances:
    """KNOWS edges from persons to vendors' staff."""

    person: Ints
    staff: Ints
    energy: Floats
    by_vendor: Grouping


def acquaintances_of(snapshot: Snapshot, parameters: Parameters) -> Acquaintances:
    """Whom the staff of each competing vendor knows, made once per snapshot and parameters."""
    return snapshot.derived(
        ("acquaintances", parameters.tie, parameters.evidence),
        lambda each: _acquaintances(each, parameters),
    )


def _acquaintances(snapshot: Snapshot, parameters: Parameters) -> Acquaintances:
    people = people_of(snapshot)
    knows, holds = current(snapshot, "knows")
    near = np.concatenate([people.rows(knows.source), people.rows(knows.target)])
    far = np.concatenate([people.rows(knows.target), people.rows(knows.source)])
    edge = np.tile(np.arange(len(knows)), 2)
    keep = np.tile(holds, 2) & (near >= 0) & (far >= 0)
    near, far, edge = near[keep], far[keep], edge[keep]
    competitor = np.isin(people.seat_company, snapshot.edges["competes"].source)
    competitor &= ~np.isin(people.seat_company, people.ours)
    owner, seat = Grouping.of(people.seat_person[competitor]).join(far)
    vendor = people.seat_company[competitor][seat]
    edge, near, far = edge[owner], near[owner], far[owner]
    one = np.float64(1.0)
    strength = np.where(np.isnan(knows["strength"][edge]), one, knows["strength"][edge])
    rho = reliability_of(knows["source_class"][edge].astype(np.int64), knows["confidence"][edge], parameters)
    return Acquaintances(
        near, people.key[far], parameters.tie.acquaintance * strength * rho,
        Grouping.of(near * people.base + vendor),
    )  # fmt: skip


def rival_terms(snapshot: Snapshot, places: Places, vendor: Ints, parameters: Parameters) -> RivalTerms:
    """Everything that a rival's tie with each person rests on."""
    base = people_of(snapshot).base
    seen = observations_of(snapshot, "tie", parameters)
    owner, row = seen.of(places.person, vendor, base)
    word = snapshot.nodes["observation"]["word"][seen.item[row]]
    keep = places.counted(concerns_of(snapshot, "observation"), owner, seen.item[row])
    keep &= ~np.isin(word, _MOMENTUM)
    owner, row = owner[keep], row[keep]
    decay = np.exp2(-seen.age[row] / half_lives(places, parameters)[owner])
    known = acquaintances_of(snapshot, parameters)
    knower, edge = known.by_vendor.join(places.person * base + vendor)
    size = len(knower)
    reliability = known.energy[edge] / max(parameters.tie.acquaintance, 1e-300)
    return RivalTerms(
        owner=np.concatenate([owner, knower]),
        staff=np.concatenate([seen.toward[row], known.staff[edge]]),
        energy=np.concatenate([parameters.tie.observed_tie * seen.reliability[row] * decay, known.energy[edge]]),
        age=np.concatenate([seen.age[row], np.full(size, -1)]),
        weight=np.concatenate([seen.weight[row], reliability]),
        observation=np.concatenate([snapshot.nodes["observation"].key[seen.item[row]], np.full(size, NOBODY)]),
    )


def rival_ties(snapshot: Snapshot, places: Places, vendor: Ints, parameters: Parameters) -> RivalTies:
    """The ties of each row's vendor with its person, from evidence, without the prior."""
    terms = rival_terms(snapshot, places, vendor, parameters)
    size = len(places)
    order = np.lexsort((terms.energy, terms.staff, terms.owner))
    owner, staff = terms.owner[order], terms.staff[order]
    starts = run_starts(owner, staff)
    strength = strength_of(run_sums(terms.energy[order], starts), parameters)
    owner, staff = owner[starts], staff[starts]
    best, top = np.full(size, NOBODY, dtype=np.int64), np.zeros(size)
    ascending = np.lexsort((strength, owner))
    best[owner[ascending]], top[owner[ascending]] = staff[ascending], strength[ascending]
    active = strength >= parameters.tie.active
    first = np.full(size, -1, dtype=np.int64)
    np.maximum.at(first, terms.owner, terms.age)
    return RivalTies(
        strength=top,
        best=best,
        breadth=np.bincount(owner[active], minlength=size).astype(np.int64),
        evidence=sums(terms.owner, terms.weight, size),
        since_first=np.where(first < 0, NEVER, first),
    )
