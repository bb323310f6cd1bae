"""Which ties fade in the days ahead, and what a touch of somebody gives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.machinery.arrays import Flags
from scoring.machinery.concerns import concerns_of
from scoring.machinery.ties import PairEnergies, pair_energies, strength_of
from scoring.machinery.touches import meetings_of
from scoring.network.decay import days_until
from scoring.network.members import Members, members_of
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.snapshot import Snapshot
from scoring.types import Floats, Ints

LEVELS = ("hot", "warm", "covered")
"""What a tie falls out of: the two bands (as shares of 100), and the strength that covers a seat."""
COVERED = LEVELS.index("covered")
POINTS = 100.0


@dataclass(frozen=True, slots=True)
class FadingTies:
    """Ties that fall below a level, ordered by account, person, colleague.

    ``row`` is that of `Members`, ``colleague`` a key, ``level`` a place in `LEVELS` with its ``bound``; ``days`` is in
    how many the tie falls below. ``only``: the account's score rests on this tie, the strongest with the person.
    ``points`` is what a meeting of the two gives the account's customer score.
    """

    row: Ints
    colleague: Ints
    strength: Floats
    level: Ints
    bound: Floats
    days: Ints
    only: Flags
    points: Floats


def ties_of(snapshot: Snapshot, members: Members, parameters: Parameters) -> PairEnergies:
    """The energies of the ties of our colleagues with the people of accounts, in the accounts' scope."""
    return pair_energies(
        meetings_of(snapshot), concerns_of(snapshot, "interaction"), members.places, snapshot.today, parameters
    )


def share_at(energies: PairEnergies, strength: Floats | float, parameters: Parameters) -> Floats:
    """What share of today's energy is left when a tie has fallen to a strength, at the caps of today.

    Model: with contact c, two-way text w and unanswered text u, what is left at share d is
    ``E(d) = min((c + w + u) d, (c + w) d + b, c d + a)``, b and a the caps of unanswered and of all text: a minimum
    of rising lines, so it falls to ``E* = -9 ln(1 - T*)`` at the greatest of their d.
    """
    tie = parameters.tie
    wanted = -tie.scale * np.log1p(-strength)
    lines = (
        (energies.contact + energies.two_way + energies.unanswered, 0.0),
        (energies.contact + energies.two_way, tie.unanswered_cap),
        (energies.contact, tie.text_cap),
    )
    found = np.zeros(len(energies.owner))
    for slope, start in lines:
        reached = np.divide(wanted - start, slope, out=np.where(start < wanted, np.inf, 0.0) + 0 * slope,
                            where=slope > 0)  # fmt: skip
        found = np.maximum(found, reached)
    return found


def bounds(parameters: Parameters) -> Floats:
    """The strength of each of `LEVELS`."""
    evidence = parameters.evidence
    return np.array([evidence.band_hot / POINTS, evidence.band_cold / POINTS, parameters.coverage.covered])


def fading_ties(snapshot: Snapshot, reference: Reference, parameters: Parameters) -> FadingTies:
    """The ties with the people of all accounts that fall below a level within the horizon, if nobody touches them.

    Model: what is left of a tie's energy after t days is `share_at` its strength; with ``d* = share_at(T*)`` it falls
    on day ``180 log2(1/d*)``, rounded up. A seat is covered above its bound, so reaching it is enough; a band begins
    at its bound, so the tie must fall below.
    Inputs: a snapshot, the Reference, the parameters.
    Returns: `FadingTies`; a tie that falls below two levels has a row for each.
    Properties: with no new event the day stays the same, whichever day it is looked at; a touch moves it later or
    takes it off; scored anew on that day, the tie is below, and on the day before it is not.
    Limits: the account's scope; ties with people of a rival or of nobody's account do not appear.
    References: domain.md sections 4 and 7.
    """
    members = members_of(snapshot, reference, parameters)
    found = ties_of(snapshot, members, parameters)
    strength = strength_of(found.total(parameters), parameters)
    rows, levels, days = [], [], []
    for place, bound in enumerate(bounds(parameters)):
        reaching = place == COVERED
        above = strength > bound if reaching else strength >= bound
        left = share_at(found, float(bound), parameters)
        soon = days_until(left, parameters.tie.half_life_account, at=reaching)
        chosen = np.flatnonzero(above & (soon <= parameters.network.horizon_days))
        rows.append(chosen)
        levels.append(np.full(len(chosen), place))
        days.append(soon[chosen])
    pair, level, day = np.concatenate(rows), np.concatenate(levels), np.concatenate(days)
    order = np.lexsort((level, pair))
    pair, level, day = pair[order], level[order], day[order]
    row, own = found.owner[pair], strength[pair]
    return FadingTies(
        row=row,
        colleague=meetings_of(snapshot).colleagues[found.colleague[pair]],
        strength=own,
        level=level,
        bound=bounds(parameters)[level],
        days=day,
        only=own >= members.tie[row],
        points=touch_points(members, row, own, parameters),
    )


def touch_points(members: Members, rows: Ints, strength: Floats, parameters: Parameters) -> Floats:
    """Points of the account's customer score that a meeting gives, with a colleague whose tie has a strength.

    Model: the meeting adds its energy, ``T' = 1 - (1 - T) e^(-3/9)``; the person's warmth gains by the best tie (where
    T' passes it), by breadth (where T' becomes an active tie) and by depth (somebody whom we never met): `Members`
    turns that into points.
    Returns: points of at least 0.
    Limits: reciprocity and coverage are left out, so the score itself may gain more.
    """
    given, tie = parameters.key_person, parameters.tie
    after = 1 - (1 - strength) * np.exp(-tie.meeting / tie.scale)
    best = np.maximum(after - members.tie[rows], 0.0)
    joins = (strength < tie.active) & (after >= tie.active)
    room = np.clip(1 - members.breadth[rows] / given.full_colleagues, 0.0, 1.0)
    breadth = np.where(joins, np.minimum(room, 1 / given.full_colleagues), 0.0)
    depth = np.maximum(parameters.depth.met - members.depth[rows], 0.0) / parameters.depth.top
    return members.person_points(rows, given.tie * best + given.breadth * breadth + given.depth * depth, parameters)
