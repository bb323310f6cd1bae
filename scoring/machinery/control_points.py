"""The four control points of a deal, for us and for each rival: held, not held, or not known.

- event: the compelling event is known. For us the belief that there is one, for a rival ``criterion:event_known``
  towards it.
- inside: somebody in the chain has a depth of contact of at least ``inside_depth`` with the vendor. That nobody has
  is known once anybody's depth of contact is.
- top_three: the vendor is among the top three, from shortlist evidence alone.
- value: its value proposition beats the strongest rivals: its fit, with evidence, exceeds the fit of each of the
  ``value_rivals`` rivals with the largest utility by ``value_margin``; or ``criterion:unique_value`` towards it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.machinery.arrays import Flags, counts, run_starts, sums
from scoring.machinery.beliefs import NO, UNKNOWN, YES, Beliefs, answers, beliefs_of
from scoring.machinery.chain import PERSON
from scoring.machinery.contact import NEVER
from scoring.machinery.standings import Standings
from scoring.parameters import Parameters
from scoring.snapshot import Snapshot
from scoring.types import US, Floats, Ints

POINTS = ("event", "inside", "top_three", "value")
EVENT, INSIDE, TOP_THREE, VALUE = range(len(POINTS))


@dataclass(frozen=True, slots=True)
class ControlPoints:
    """By case: the answer to each point (a column each, `YES`, `NO` or `UNKNOWN`), and the beliefs behind."""

    answer: Ints
    event_known: Beliefs
    unique_value: Beliefs

    @property
    def held(self) -> Floats:
        """How many are held."""
        found: Floats = (self.answer == YES).sum(axis=1).astype(np.float64)
        return found


@dataclass(frozen=True, slots=True)
class Offers:
    """By case: the fit, its evidence, and the utility without control points."""

    fit: Floats
    evidence: Floats
    utility: Floats


def control_points_of(
    snapshot: Snapshot,
    standings: Standings,
    case: Ints,
    rows: Ints,
    deal: Ints,
    vendor: Ints,
    event: Ints,
    shortlist: Ints,
    offers: Offers,
    parameters: Parameters,
) -> ControlPoints:
    """The control points of each case; ``rows`` are its standings, ``event`` and ``shortlist`` its answers."""
    known = beliefs_of(snapshot, "criterion:event_known", deal, vendor, parameters)
    unique = beliefs_of(snapshot, "criterion:unique_value", deal, vendor, parameters)
    found = np.full((len(deal), len(POINTS)), UNKNOWN)
    found[:, EVENT] = np.where(vendor == US, event, answers(known, parameters))
    found[:, INSIDE] = _inside(standings, case, rows, len(deal), parameters)
    found[:, TOP_THREE] = shortlist
    said = answers(unique, parameters)
    shown = beats(deal, offers, parameters)
    found[:, VALUE] = np.where((said == YES) | (shown == YES), YES, np.where(said == NO, NO, shown))
    return ControlPoints(found, known, unique)


def _inside(standings: Standings, case: Ints, rows: Ints, size: int, parameters: Parameters) -> Ints:
    person = standings.chains.placeholder[standings.member[rows]] == PERSON
    deep = person & (standings.depth[rows] >= parameters.likelihood.inside_depth)
    met = person & ((standings.depth_evidence[rows] > 0) | (standings.since_met[rows] != NEVER))
    return np.where(_any(case, deep, size), YES, np.where(_any(case, met, size), NO, UNKNOWN))


def _any(case: Ints, flags: Flags, size: int) -> Flags:
    found: Flags = sums(case, flags.astype(np.float64), size) > 0
    return found


def beats(deal: Ints, offers: Offers, parameters: Parameters) -> Ints:
    """Whether each vendor's fit beats that of its strongest rivals; unknown without evidence or rivals."""
    given, size = parameters.likelihood, len(deal)
    most = int(given.value_rivals)
    # equal utilities that were summed in another order still count as equal; of those the better fit is stronger
    order = np.lexsort((-offers.fit, -offers.utility.round(9), deal))
    starts = run_starts(deal[order])
    number = np.diff(np.append(starts, size))
    rank, first, many = (np.empty(size, dtype=np.int64) for _ in range(3))
    rank[order] = np.arange(size) - np.repeat(starts, number)
    first[order], many[order] = np.repeat(starts, number), np.repeat(number, number)
    best = np.full(size, -np.inf)
    for place in range(most + 1):
        rival = (place < many) & (place != rank) & (place < most + (rank < most))
        at = order[np.where(rival, first + place, 0)] if size else order
        best = np.where(rival, np.maximum(best, offers.fit[at]), best)
    known = (offers.evidence > 0) & (many > 1)
    return np.where(known, np.where(offers.fit > best + given.value_margin, YES, NO), UNKNOWN)


def ranks(deal: Ints, *keys: Floats) -> Ints:
    """The rank of each player in its deal, from 1, by the keys in their order, largest first."""
    order = np.lexsort((*(-key.round(9) for key in reversed(keys)), deal))
    number = counts(deal, int(deal[-1]) + 1) if len(deal) else np.empty(0, dtype=np.int64)
    found = np.empty(len(deal), dtype=np.int64)
    found[order] = np.arange(len(deal)) - np.repeat(np.cumsum(number) - number, number) + 1
    return found
