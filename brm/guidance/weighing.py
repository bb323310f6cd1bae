"""What each action in a deal gains, by scoring the deal as it would be: the same engine, no second formula.

Model: ``EV = value P``; ``gain = success (EV(after) - EV(now)) - cost`` for actions that change something. An
action that asks gains ``success max(0, E over answers of V(after) - V(now)) - cost``, ``V = EV + max(0, gain of
the best action then)`` over the actions that are best now. In points (100 P, without cost) where the deal's value
is not known.
Limits: after an answer only the ``actions.considered`` actions that are best now are looked at again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from brm.guidance.candidates import Answer, Candidate
from scoring.action_record import Record
from scoring.copies import Edit
from scoring.snapshot import Patch
from scoring.types import Floats

Chances = Callable[[Sequence[Edit]], Floats]
"""Our likelihood in edited copies of the deal's graph."""
POINTS = 100.0


@dataclass(frozen=True, slots=True)
class Terms:
    """What a likelihood of 1 is worth (money, or points where that is not known), and the cost of an hour."""

    value: float
    hourly: float

    @classmethod
    def of(cls, value: float | None, hourly: float) -> Terms:
        """The terms in money, or in points where no value is known."""
        return cls(POINTS, 0.0) if value is None else cls(value, hourly)


@dataclass(frozen=True, slots=True)
class Weighed:
    """A candidate with its record: likelihood once it has succeeded, expected gain net of cost, and cost."""

    candidate: Candidate
    record: Record
    after: float
    gain: float
    cost: float
    worth: float
    """Expected gain before cost."""


def weigh(
    candidates: Sequence[Candidate], records: dict[str, Record], chances: Chances, terms: Terms, considered: int
) -> tuple[float, list[Weighed]]:
    """Our likelihood now, and every candidate with its gain, in the order given."""
    direct = [(each, each.edit) for each in candidates if each.edit is not None]
    found = chances([(), *((edit,) for _, edit in direct)])
    now = float(found[0])
    changed = [
        _direct(each, records[each.action], float(after), now, terms)
        for (each, _), after in zip(direct, found[1:], strict=True)
    ]
    best = sorted(changed, key=lambda each: (-each.gain, each.candidate.key))[:considered]
    asking = [each for each in candidates if each.answers]
    told = _asked(asking, best, records, chances, now, terms)
    by_key = {each.candidate.key: each for each in (*changed, *told)}
    return now, [by_key[each.key] for each in candidates]


def _direct(candidate: Candidate, record: Record, after: float, now: float, terms: Terms) -> Weighed:
    worth, cost = record.success * terms.value * (after - now), record.hours * terms.hourly
    return Weighed(candidate, record, after, worth - cost, cost, worth)


def _asked(
    asking: Sequence[Candidate], best: Sequence[Weighed], records: dict[str, Record], chances: Chances, now: float,
    terms: Terms,
) -> list[Weighed]:  # fmt: skip
    answers = [(each, answer) for each in asking for answer in each.answers]
    follow = [each.candidate.edit for each in best if each.candidate.edit is not None]
    found = chances([edit for _, answer in answers for edit in _worlds(answer, follow)])
    by_answer = found.reshape(len(answers), 1 + len(follow))
    state_now = terms.value * now + max(0.0, *(each.gain for each in best), 0.0)
    weighed = []
    for each in asking:
        rows = [at for at, (one, _) in enumerate(answers) if one is each]
        chance = np.array([answers[at][1].chance for at in rows])
        then = np.array([_state(by_answer[at], best, terms) for at in rows])
        record = records[each.action]
        worth = record.success * max(0.0, float(chance @ then) - state_now)
        cost = record.hours * terms.hourly
        after = float(chance @ by_answer[rows, 0])
        weighed.append(Weighed(each, record, after, worth - cost, cost, worth))
    return weighed


def _worlds(answer: Answer, follow: Sequence[Patch]) -> list[Edit]:
    return [(answer.edit,), *((answer.edit, each) for each in follow)]


def _state(chances: Floats, best: Sequence[Weighed], terms: Terms) -> float:
    """EV once an answer is known, with the best action then."""
    gains = [
        each.record.success * terms.value * float(after - chances[0]) - each.cost
        for each, after in zip(best, chances[1:], strict=True)
    ]
    return terms.value * float(chances[0]) + max(0.0, *gains, 0.0)


@dataclass(frozen=True, slots=True)
class Together:
    """What a set gains: likelihood expected, and once all that changes something has succeeded; gain net of cost."""

    expected: float
    after: float
    gain: float
    cost: float
    worth: float


def together(chosen: Sequence[Weighed], now: float, chances: Chances, terms: Terms) -> Together:
    """The gain of a set of actions, worked out jointly.

    Model: the expectation of EV over which of the actions that change something succeed, each by itself, exact
    over subsets; what asking moves and gains is added, as are the costs.
    """
    doing = [(each, edit) for each in chosen if (edit := each.candidate.edit) is not None]
    sets = [each for size in range(len(doing) + 1) for each in combinations(range(len(doing)), size)]
    known: dict[tuple[int, ...], float] = {(): now}
    known |= {(at,): each.after for at, (each, _) in enumerate(doing)}
    missing = [each for each in sets if each not in known]
    found = chances([[doing[at][1] for at in each] for each in missing])
    known |= dict(zip(missing, found.tolist(), strict=True))
    rates = [each.record.success for each, _ in doing]
    expected = sum(known[each] * _probability(each, rates) for each in sets)
    asked = sum(each.worth for each in chosen if each.candidate.edit is None)
    cost = sum(each.cost for each in chosen)
    worth = terms.value * (expected - now) + asked
    told = sum(each.record.success * (each.after - now) for each in chosen if each.candidate.edit is None)
    return Together(expected + told, known[sets[-1]], worth - cost, cost, worth)


def _probability(succeeded: tuple[int, ...], rates: Sequence[float]) -> float:
    """That just these succeed."""
    return float(np.prod([rate if at in succeeded else 1 - rate for at, rate in enumerate(rates)]))
