"""How stable the rankings are when one susceptibility or weight at a time is half as large, or half as large again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scoring.heat import READ_FROM, heat
from scoring.parameters import Parameters
from scoring.population import day_before, reduce_reference
from scoring.rankings import Agreement, Ranking, agreement, aligned, cell_rankings, ranking
from scoring.registry import SCORERS
from scoring.snapshot import Snapshot

FACTORS = (0.5, 1.5)
STABLE, MOSTLY_STABLE = 0.9, 0.8
"""Least tau of a ranking called stable: 19 of 20 pairs of subjects keep their order; mostly: 9 of 10."""
VARIED: Mapping[str, tuple[str, ...]] = {
    "susceptibility": (
        "approver", "decider", "evaluator", "user", "initiator", "buyer", "gatekeeper", "none", "inner_circle",
        "outside", "low", "high",
    ),
    "tie": (
        "executive", "site_visit", "meeting", "workshop", "video", "call", "event", "ticket", "text_day", "unanswered",
        "customer_started", "observed_tie", "acquaintance",
    ),
    "decision_rights": ("approver", "decider", "evaluator", "user", "inner_circle", "outside"),
    "listening": ("influence", "solid_up", "solid_down", "dotted_up", "dotted_down", "friend", "conflict"),
    "key_person": ("tie", "reciprocity", "depth", "duration", "breadth"),
    "decision_chain": ("stance", "tie", "champion", "knowledge", "veto"),
    "customer": ("key", "general", "organisation", "commercial", "service", "risk", "partner"),
    "our_company": ("tie", "level", "redundancy", "fit"),
    "competitor": ("support", "incumbency", "fit", "momentum", "pilot", "win", "visit"),
    "selection": ("stance", "fit", "incumbency", "price", "control_point"),
    "likelihood": ("funds", "event", "approver"),
}  # fmt: skip
"""The susceptibilities and weights, by group."""


@dataclass(frozen=True, slots=True)
class Variation:
    """One parameter at another value."""

    name: str
    factor: float
    value: float
    parameters: Parameters


@dataclass(frozen=True, slots=True)
class Effect:
    """What a variation does to the ranking of a kind."""

    kind: str
    variation: Variation
    agreement: Agreement


class Population:
    """Everybody at a moment, to be ranked under many parameters without keeping what each leaves behind.

    Ranked are the subjects of each of the ``kinds``, by default the accounts by each of their six cells. ``facts``
    are what the Reference is reduced from.
    """

    def __init__(self, snapshot: Snapshot, facts: Snapshot, kinds: Sequence[str] = ()) -> None:
        self.kinds = tuple(kinds)
        self._snapshot, self._facts = snapshot.branch(), facts
        self._before = day_before(facts)

    def rankings(self, parameters: Parameters, *, keep: bool = False) -> dict[str, Ranking]:
        """The ranking of each kind; ``keep`` what was derived, so that the next ones begin with it."""
        facts, before, snapshot = (
            each if keep else each.branch() for each in (self._facts, self._before, self._snapshot)
        )
        reference = reduce_reference(facts, parameters, before=before)
        wanted = self.kinds or READ_FROM
        frames = {kind: SCORERS[kind].score(snapshot, reference, parameters) for kind in wanted}
        if self.kinds:
            return {kind: ranking(frame) for kind, frame in frames.items()}
        return cell_rankings(heat(snapshot, reference, parameters, frames))


def variations(parameters: Parameters) -> Iterator[Variation]:
    """Each susceptibility and weight times each factor, one at a time, kept inside its range; a zero stays out."""
    known = {each.name: each for each in parameters.describe()}
    for name in (f"{group}.{each}" for group, names in VARIED.items() for each in names):
        own = known[name]
        value, low, high = (np.array(each, dtype=np.float64) for each in (own.value, own.low, own.high))
        for factor in FACTORS:
            varied = float(np.clip(factor * value, low, high))
            if varied != value:
                yield Variation(name, factor, varied, parameters.with_values({name: varied}))


def sensitivity(
    population: Population, parameters: Parameters, *, advance: Callable[[int, int], None] | None = None
) -> list[Effect]:
    """The agreement of every varied ranking with the ranking under the parameters as they are.

    Model: one parameter p at a time becomes p/2 and 3p/2 (within its range), all others stay, so weights of a
    sum are not brought to 1 again. The Reference is reduced and everybody is scored anew each time.
    Inputs: a population; the parameters; ``advance`` is told how many of how many are done.
    Returns: an effect per variation and kind of the population, in the order of `VARIED`.
    Properties: a parameter that a kind does not read leaves its ranking as it is (tau 1, no move).
    Limits: one at a time tells nothing of what two changes do together.
    References: Saltelli A. et al. (2008), Global Sensitivity Analysis, ch. 1.2 (one factor at a time).
    """
    own = population.rankings(parameters, keep=True)
    todo = list(variations(parameters))
    found = []
    for number, variation in enumerate(todo, 1):
        varied = population.rankings(variation.parameters)
        for kind, before in own.items():
            first, second = aligned(before, varied[kind])
            found.append(Effect(kind, variation, agreement(before.score[first], varied[kind].score[second])))
        if advance is not None:
            advance(number, len(todo))
    return found


def stability(effects: Sequence[Effect]) -> float:
    """The least tau of the effects on one kind; NaN where there is no ranking."""
    known = [each.agreement.tau for each in effects if each.agreement.tau == each.agreement.tau]
    return min(known, default=float("nan"))
