"""How much of what holds an account or deal hangs on one colleague.

Model: ``Dep(e) = 1 - (Close + Gen without e)/(Close + Gen)``, ``Close = sum I_p W_p/100``. Without e, the
interactions in which e alone of ours took part are gone, so are e's ties, and depth whose evidence names
e alone; what others took part in or is named by others stays. A stance never moves it.
Rearranged: each person needs only the best and the second-best tie, first encounter and depth, so that
no score is made again for any colleague.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.machinery.arrays import distinct, lookup, run_starts, sums
from scoring.machinery.closeness import (
    Closeness,
    Warmth,
    breadth_of,
    closeness_of,
    duration_of,
    reciprocity_of,
)
from scoring.machinery.contact import NEVER
from scoring.machinery.coverage import Coverage, coverage_of, without_each
from scoring.machinery.evidence import observations_of
from scoring.machinery.stance import depth_terms, rung
from scoring.machinery.standings import Standings
from scoring.machinery.touches import meetings_of
from scoring.parameters import Parameters
from scoring.snapshot import Snapshot
from scoring.types import US, Floats, Ints

SEVERAL = -1
"""The colleague of what several carry, or nobody in particular."""


@dataclass(frozen=True, slots=True)
class Dependence:
    """Scope (place), colleague (place in `Meetings.colleagues`) and Dep 0..1; ``most`` is by scope."""

    scope: Ints
    colleague: Ints
    value: Floats
    close: Floats
    most: Floats
    most_on: Ints


@dataclass(frozen=True, slots=True)
class BestTwo:
    """By place: the greatest value, who carries it, and the greatest that anybody else carries."""

    top: Floats
    on: Ints
    second: Floats

    def without(self, place: Ints, colleague: Ints) -> Floats:
        """What is left at each place without a colleague."""
        return np.where(self.on[place] == colleague, self.second[place], self.top[place])


def best_two(place: Ints, colleague: Ints, value: Floats, size: int) -> BestTwo:
    """The best and second-best of values that colleagues carry; 0 where there is none."""
    order = np.argsort(place, kind="stable")
    place, colleague, value = place[order], colleague[order], value[order]
    starts = run_starts(place)
    top, second, on = np.zeros(size), np.zeros(size), np.full(size, SEVERAL, dtype=np.int64)
    if not len(starts):
        return BestTwo(top, on, second)
    there = place[starts]
    top[there] = np.maximum.reduceat(value, starts)
    leading = np.flatnonzero(value == top[place])[::-1]
    on[place[leading]] = colleague[leading]
    second[there] = np.maximum.reduceat(np.where(colleague == on[place], 0.0, value), starts)
    return BestTwo(top, on, second)


def dependence_of(snapshot: Snapshot, standings: Standings, parameters: Parameters) -> Dependence:
    """The dependence of every scope on every colleague with a part in it, made once."""
    return standings.derived("dependence", lambda: _build(snapshot, standings, parameters))


def _build(snapshot: Snapshot, standings: Standings, parameters: Parameters) -> Dependence:
    close, coverage = closeness_of(standings, parameters), coverage_of(snapshot, standings, parameters)
    size = len(standings.chains.scopes)
    whole = sums(close.scope, close.influence * close.warmth, size)
    place, colleague, left = _warmth_without(snapshot, standings, close, parameters)
    width = max(len(meetings_of(snapshot).colleagues), 1)
    lost = close.influence[place] * (close.warmth[place] - left)
    scope, who, gone = _both(close.scope[place], colleague, lost, coverage, width)
    total = whole + coverage.value
    share = np.divide(gone, total[scope], out=np.zeros(len(gone)), where=total[scope] > 0)
    value = np.clip(share, 0.0, 1.0)
    most, most_on = np.zeros(size), np.full(size, SEVERAL, dtype=np.int64)
    np.maximum.at(most, scope, value)
    leading = np.flatnonzero((value == most[scope]) & (value > 0))[::-1]
    most_on[scope[leading]] = who[leading]
    return Dependence(scope, who, value, whole, most, most_on)


def _both(scope: Ints, colleague: Ints, lost: Floats, coverage: Coverage, width: int) -> tuple[Ints, Ints, Floats]:
    """Scope, colleague and what of Close + Gen is lost without them."""
    bare_scope, bare, gen = without_each(coverage)
    code = np.concatenate([scope * width + colleague, bare_scope * width + bare])
    value = np.concatenate([lost, coverage.value[bare_scope] - gen])
    pairs = distinct(code)
    return pairs // width, pairs % width, sums(lookup(pairs, code), value, len(pairs))


def _warmth_without(
    snapshot: Snapshot, standings: Standings, close: Closeness, parameters: Parameters
) -> tuple[Ints, Ints, Floats]:
    """Place, colleague and the person's warmth without the colleague."""
    pairs, shares, size = standings.pairs, standings.shares, len(close)
    width = max(len(meetings_of(snapshot).colleagues), 1)
    depth = _depths(snapshot, standings, close, parameters)
    alone = np.flatnonzero(shares.colleague >= 0)
    carried = np.flatnonzero(depth.on >= 0)
    share_code = shares.owner[alone] * width + shares.colleague[alone]
    code = distinct(
        np.concatenate([pairs.owner * width + pairs.colleague, share_code, carried * width + depth.on[carried]])
    )
    place, colleague = code // width, code % width
    incoming, outgoing = standings.incoming[close.rows][place], standings.outgoing[close.rows][place]
    at = lookup(code, share_code)
    incoming[at] -= shares.incoming[alone]
    outgoing[at] -= shares.outgoing[alone]
    ties = best_two(pairs.owner, pairs.colleague, pairs.strength, size)
    active = standings.breadth[close.rows][place]
    strong = pairs.strength >= parameters.tie.active
    active[lookup(code, (pairs.owner * width + pairs.colleague)[strong])] -= 1
    first = best_two(shares.owner, shares.colleague, shares.first.astype(np.float64) + 1, size).without(
        place, colleague
    )
    # ages were raised by one, so that 0 is "never"
    since = np.where(first > 0, first.astype(np.int64) - 1, NEVER)
    left = Warmth(
        tie=ties.without(place, colleague),
        reciprocity=reciprocity_of(incoming, outgoing),
        depth=depth.without(place, colleague) / parameters.depth.top,
        duration=duration_of(since, parameters),
        breadth=breadth_of(active, parameters),
    )
    return place, colleague, left.total(parameters)


def _depths(snapshot: Snapshot, standings: Standings, close: Closeness, parameters: Parameters) -> BestTwo:
    """Depth by who carries it: colleagues named in its evidence, or who alone met the person."""
    shares, meetings = standings.shares, meetings_of(snapshot)
    places = standings.chains.places(standings.member[close.rows])
    owner, row = depth_terms(snapshot, places, np.full(len(places), US), parameters)
    seen = observations_of(snapshot, "depth", parameters)
    named = lookup(meetings.colleagues, seen.toward[row])
    met = np.flatnonzero(shares.met != NEVER)
    held = np.concatenate([
        rung(seen.value[row], seen.age[row], parameters),
        rung(np.full(len(met), parameters.depth.met), shares.met[met], parameters),
    ])  # fmt: skip
    place = np.concatenate([owner, shares.owner[met]])
    who = np.concatenate([named, shares.colleague[met]])
    return best_two(place, who, held, len(close))
