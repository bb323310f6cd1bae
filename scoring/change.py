"""Why a score changed between two dates: signed parts, one per cause, that sum to the change.

Model: each cause (`scoring.causes.CAUSES`) is switched from the old to the new state in that order, and
once more in the reverse order; its part is the mean of the two steps it makes. So the parts sum to the
change, and swapping the dates negates every part.
References: [1] the mean over these two orders of the steps is the two-order case of Shapley's value:
Shapley (1953), A value for n-person games, Contributions to the Theory of Games II, 307-317.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.causes import CAUSES, combined
from scoring.frames import points
from scoring.machinery.arrays import lookup
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.registry import Scorer
from scoring.shapley import two_orders
from scoring.snapshot import Snapshot
from scoring.types import Floats, Ints, ScoreFrame


@dataclass(frozen=True, slots=True)
class State:
    """All that a score depends on at one date."""

    snapshot: Snapshot
    reference: Reference
    parameters: Parameters


@dataclass(frozen=True, slots=True)
class Changes:
    """By row: whose score, before and after, and a column of ``parts`` per cause."""

    subject: Ints
    vendor: Ints
    scope: Ints
    before: Floats
    after: Floats
    parts: Floats

    def __len__(self) -> int:
        return len(self.subject)

    @property
    def total(self) -> Floats:
        """After less before."""
        return self.after - self.before


def changes(
    scorer: Scorer,
    old: State,
    new: State,
    *,
    scopes: Ints | None = None,
    subjects: Ints | None = None,
    vendor: int | None = None,
) -> Changes:
    """The changes of a scorer's scores from the old state to the new, taken apart.

    Inputs: two states; ``scopes``, ``subjects`` and ``vendor`` as the scorer takes them.
    Returns: a row per subject, vendor and scope that has a score in both states; a probability's numbers are in
    points of 100.
    Properties: ``parts`` sum to ``total``; swapping the states negates both; a cause that is the same in
    both states has no part.
    Limits: where a state between the two does not have the score (a person whom neither a seat nor a role
    puts there) it counts as half-way between before and after.
    """
    states = _states(old, new)
    frames = {key: _score(scorer, state, scopes, subjects, vendor) for key, state in states.items()}
    keys, before, after = _both(frames[frozenset()], frames[frozenset(CAUSES)])
    middle = (before + after) / 2

    def value(switched: frozenset[int]) -> Floats:
        causes = frozenset(CAUSES[place] for place in switched)
        found = scores_of(frames[_known(causes, old, new)], keys)
        return np.where(np.isnan(found), middle, found)

    parts = two_orders(len(CAUSES), value)
    return Changes(keys[:, 0], keys[:, 1], keys[:, 2], before, after, parts)


def _same(cause: str, old: State, new: State) -> bool:
    """Whether a cause is plainly the same in both states, so that switching it changes nothing."""
    if cause == "reference":
        return old.reference.digest == new.reference.digest
    if cause == "parameters":
        return old.parameters == new.parameters
    return old.snapshot is new.snapshot


def _known(switched: frozenset[str], old: State, new: State) -> frozenset[str]:
    """The set that stands for all that differ from it only in causes that are the same: all or none of them."""
    same = frozenset(cause for cause in CAUSES if _same(cause, old, new))
    moved = switched - same
    return frozenset(CAUSES) if moved == frozenset(CAUSES) - same else moved


def _states(old: State, new: State) -> dict[frozenset[str], State]:
    """Every state that some order passes through, each once."""
    ends = [frozenset(CAUSES[:place]) for place in range(len(CAUSES) + 1)]
    ends += [frozenset(CAUSES[place:]) for place in range(len(CAUSES))]
    found = {frozenset(): old, frozenset(CAUSES): new}
    for switched in ends:
        key = _known(switched, old, new)
        if key not in found:
            found[key] = State(
                snapshot=combined(old.snapshot, new.snapshot, key),
                reference=(new if "reference" in key else old).reference,
                parameters=(new if "parameters" in key else old).parameters,
            )
    return found


def _score(scorer: Scorer, state: State, scopes: Ints | None, subjects: Ints | None, vendor: int | None) -> ScoreFrame:
    return scorer.score(
        state.snapshot, state.reference, state.parameters, scopes=scopes, subjects=subjects, vendor=vendor
    )


def totals(old: ScoreFrame, new: ScoreFrame) -> Changes:
    """The changes of all scores that are in both of two frames of a kind, not taken apart (no column of parts)."""
    rows = np.flatnonzero(~np.isnan(new.score))
    at = _rows_in(old, new, rows)
    rows, at = rows[at >= 0], at[at >= 0]
    before, after = points(old), points(new)
    stated = ~np.isnan(before[at])
    rows, at = rows[stated], at[stated]
    return Changes(
        new.subject[rows], new.vendor[rows], new.scope[rows], before[at], after[rows], np.empty((len(rows), 0))
    )


def _rows_in(frame: ScoreFrame, other: ScoreFrame, rows: Ints) -> Ints:
    """The row that has the same subject, vendor and scope as each row of the other frame, -1 for none."""
    vendors = np.unique(np.concatenate([frame.vendor, other.vendor]))
    base = max((int(part.max(initial=0)) for part in (frame.subject, other.subject)), default=0) + 1

    def code(each: ScoreFrame) -> Ints:
        vendor = np.searchsorted(vendors, each.vendor)
        found: Ints = (each.scope * len(vendors) + vendor) * base + each.subject
        return found

    held = code(frame)
    order = np.argsort(held, kind="stable")
    at = lookup(held[order], code(other)[rows])
    return np.where(at >= 0, order[at] if len(order) else -1, -1)


def score_keys(frame: ScoreFrame) -> Ints:
    """Subject, vendor and scope of each row."""
    return np.column_stack([frame.subject, frame.vendor, frame.scope])


def _both(old: ScoreFrame, new: ScoreFrame) -> tuple[Ints, Floats, Floats]:
    """Keys of the rows with a score in both frames, and the two scores."""
    keys = score_keys(new)
    before, after = scores_of(old, keys), points(new)
    known = ~np.isnan(before) & ~np.isnan(after)
    return keys[known], before[known], after[known]


def scores_of(frame: ScoreFrame, keys: Ints) -> Floats:
    """The score of each key, probabilities in points, NaN where the frame has none."""
    return values_at(score_keys(frame), points(frame), keys)


def values_at(known: Ints, values: Floats, keys: Ints) -> Floats:
    """The value of each key among the known ones, NaN where it is not there."""
    every, code = np.unique(np.concatenate([known, keys]), axis=0, return_inverse=True)
    found = np.full(len(every), np.nan)
    found[code.ravel()[: len(known)]] = values
    return found[code.ravel()[len(known) :]]
