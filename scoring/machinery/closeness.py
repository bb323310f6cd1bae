"""Warmth of persons, and the ties that the firm as a whole has with them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.machinery.contact import NEVER
from scoring.machinery.evidence import contact_variance, unseen_variance
from scoring.machinery.firm import FirmTies, firm_ties
from scoring.machinery.standings import Standings
from scoring.parameters import Parameters
from scoring.types import US, Floats, Ints

WARMTH = ("tie", "reciprocity", "depth", "duration", "breadth")
"""The five parts of warmth, in their order everywhere."""
DEPTH = WARMTH.index("depth")


@dataclass(frozen=True, slots=True)
class Warmth:
    """The five parts of warmth as shares 0..1, by row."""

    tie: Floats
    reciprocity: Floats
    depth: Floats
    duration: Floats
    breadth: Floats

    @property
    def shares(self) -> tuple[Floats, ...]:
        """The parts in the order of `WARMTH`."""
        return self.tie, self.reciprocity, self.depth, self.duration, self.breadth

    def take(self, rows: Ints) -> Warmth:
        """Some of the rows."""
        return Warmth(*(share[rows] for share in self.shares))

    def total(self, parameters: Parameters) -> Floats:
        """Warmth itself, 0..1."""
        found = np.zeros(len(self.tie))
        for share, weight in zip(self.shares, weights(parameters), strict=True):
            found += share * weight
        return found


def weights(parameters: Parameters) -> Floats:
    """The weights of the parts of warmth."""
    return np.array([getattr(parameters.key_person, name) for name in WARMTH])


def reciprocity_of(incoming: Ints, outgoing: Ints) -> Floats:
    """``2 min(in, out)/(in + out)``, 0 where there is neither."""
    found: Floats = 2 * np.minimum(incoming, outgoing) / np.maximum(incoming + outgoing, 1)
    return found


def duration_of(first: Ints, parameters: Parameters) -> Floats:
    """Years since the first interaction over those of full duration, at most 1."""
    given = parameters.key_person
    years = np.where(first == NEVER, 0, first) / given.year_days
    found: Floats = np.minimum(years / given.full_years, 1.0)
    return found


def breadth_of(active: Ints, parameters: Parameters) -> Floats:
    """Active ties over those of full breadth, at most 1."""
    return np.minimum(active / parameters.key_person.full_colleagues, 1.0)


def warmth_of(standings: Standings, rows: Ints, parameters: Parameters) -> Warmth:
    """The parts of warmth of some standings."""
    return Warmth(
        tie=standings.tie[rows],
        reciprocity=reciprocity_of(standings.incoming[rows], standings.outgoing[rows]),
        depth=standings.depth[rows] / parameters.depth.top,
        duration=duration_of(standings.since_first[rows], parameters),
        breadth=breadth_of(standings.breadth[rows], parameters),
    )


def spread(standings: Standings, rows: Ints, warmth: Warmth, parameters: Parameters) -> tuple[Floats, Floats]:
    """Variance of warmth (0..1) from its evidence, and upward from what was not seen."""
    known, deep = standings.known_tie(parameters)[rows], standings.known_depth(parameters)[rows]
    variance, upward = np.zeros(len(rows)), np.zeros(len(rows))
    for name, share, weight in zip(WARMTH, warmth.shares, weights(parameters), strict=True):
        q, n = (known, standings.tie_evidence[rows]) if name != "depth" else (deep, standings.depth_evidence[rows])
        variance += weight**2 * contact_variance(share, n, parameters)
        upward += weight**2 * unseen_variance(share, q)
    return variance, upward


def known_warmth(standings: Standings, rows: Ints, parameters: Parameters) -> Floats:
    """Completeness of warmth: the parts' q by their weights."""
    given = weights(parameters)
    tie, depth = standings.known_tie(parameters)[rows], standings.known_depth(parameters)[rows]
    contact = given.sum() - given[DEPTH]
    found: Floats = (contact * tie + given[DEPTH] * depth) / max(float(given.sum()), 1e-300)
    return found


@dataclass(frozen=True, slots=True)
class Closeness:
    """Us and the persons of all chains: standing rows, warmth and its parts, and the firm's ties."""

    rows: Ints
    parts: Warmth
    warmth: Floats
    ties: FirmTies

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def scope(self) -> Ints:
        """The scope (place) of each."""
        return self.ties.scope

    @property
    def influence(self) -> Floats:
        """The influence of each in the scope's chain."""
        return self.ties.influence

    @property
    def firm(self) -> Floats:
        """The firm's tie with each, 0..1."""
        return self.ties.firm


def closeness_of(standings: Standings, parameters: Parameters) -> Closeness:
    """Our closeness to everybody in the standings, made once."""
    return standings.derived("closeness", lambda: _build(standings, parameters))


def all_warmth(standings: Standings, parameters: Parameters) -> Warmth:
    """The warmth of all persons' standings, made once."""
    return standings.derived("warmth", lambda: warmth_of(standings, standings.person_rows, parameters))


def _build(standings: Standings, parameters: Parameters) -> Closeness:
    every = standings.person_rows
    ours = np.flatnonzero(standings.vendor[every] == US)
    rows, parts = every[ours], all_warmth(standings, parameters).take(ours)
    return Closeness(
        rows=rows,
        parts=parts,
        warmth=parts.total(parameters),
        ties=firm_ties(standings.chains, standings.member[rows], standings.pairs, parameters),
    )
