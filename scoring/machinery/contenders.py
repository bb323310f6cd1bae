"""The players of each deal's contest, and what each brings: as measured, and as it is at the reference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.deal_priors import OURS, RIVALS
from scoring.machinery.arrays import run_starts, sums
from scoring.machinery.beliefs import Beliefs, answers
from scoring.machinery.contest import contest
from scoring.machinery.control_points import ControlPoints, Offers, control_points_of, ranks
from scoring.machinery.decision import Decision, decision_of
from scoring.machinery.evidence import shrunk_variance
from scoring.machinery.presence import Presence, completeness_of, presence_of
from scoring.machinery.shares import segment_of
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.selection import Measures, measures
from scoring.snapshot import Snapshot
from scoring.types import US, Floats, Ints

PARTS = ("people", "fit", "incumbency", "price", "control")
"""What a utility is made of."""
PEOPLE, FIT, INCUMBENCY, PRICE, CONTROL = range(len(PARTS))


@dataclass(frozen=True, slots=True)
class Players:
    """The vendors of each deal in the order of the cases, the phantom rival last.

    ``deal`` counts from 0; ``case`` is -1 for the phantom. ``utility`` and ``reference`` have a column per part
    of `PARTS`; ``chance`` is c. ``rank`` is a vendor's by utility in its deal, from 1; 0 for the phantom.
    """

    deal: Ints
    case: Ints
    utility: Floats
    reference: Floats
    spread: Floats
    chance: Floats
    chance_reference: Floats
    chance_spread: Floats
    rank: Ints


@dataclass(frozen=True, slots=True)
class Contenders:
    """Everything a likelihood rests on. By case: ``deal`` (place), mean stance, presence, points, ``player``.

    By deal: ``key``, ``first_player``, the decision, the answer to its compelling event, whether all rivals are
    known. ``probability`` is by player, ``nobody`` (no decision) by deal.
    """

    measures: Measures
    deal: Ints
    key: Ints
    mean_stance: Floats
    decision: Decision
    event: Ints
    complete: Beliefs
    presence: Presence
    points: ControlPoints
    players: Players
    player: Ints
    first_player: Ints
    probability: Floats
    nobody: Floats

    def players_of(self, deal: int) -> Ints:
        """The players of one deal, the phantom last."""
        ends = np.append(self.first_player, len(self.players.deal))
        return np.arange(ends[deal], ends[deal + 1])


def contenders_of(
    snapshot: Snapshot, reference: Reference, parameters: Parameters, scopes: Ints | None = None
) -> Contenders:
    """The contest in the given opportunities, or in all open ones."""
    measured = measures(snapshot, reference, parameters, scopes)
    starts = run_starts(measured.place)
    key, account = measured.opportunity[starts], measured.account[starts]
    deal = np.repeat(np.arange(len(key)), np.diff(np.append(starts, len(measured.place))))
    standings = measured.standings
    decision = decision_of(snapshot, reference, standings, key, account, measured.rows, deal[measured.case], parameters)
    event = answers(decision.event, parameters)
    presence = presence_of(snapshot, measured.opportunity, measured.vendor, parameters)
    offers = Offers(
        measured.fit, measured.fit_evidence, _weighted(measured, np.zeros(len(deal)), parameters).sum(axis=1)
    )
    points = control_points_of(
        snapshot, standings, measured.case, measured.rows, measured.opportunity, measured.vendor, event[deal],
        answers(presence.shortlist, parameters), offers, parameters,
    )  # fmt: skip
    side = np.where(measured.vendor == US, OURS, RIVALS)
    mean_stance = reference.mean_stance(segment_of(snapshot, measured.account), side)
    complete = completeness_of(snapshot, key, parameters)
    players = _players(measured, deal, mean_stance, presence, points, complete, parameters)
    probability, nobody = contest(
        players.deal, players.utility.sum(axis=1), players.chance, decision.chance, parameters
    )
    player = np.flatnonzero(players.case >= 0)
    first = run_starts(players.deal)
    return Contenders(
        measured, deal, key, mean_stance, decision, event, complete, presence, points, players, player, first,
        probability, nobody,
    )  # fmt: skip


def _weighted(measured: Measures, held: Floats, parameters: Parameters) -> Floats:
    """The parts of each case's utility."""
    given = parameters.selection
    return np.column_stack([
        given.stance * measured.support, given.fit * measured.fit, given.incumbency * measured.incumbency,
        given.price * measured.price, given.control_point * held,
    ])  # fmt: skip


def _players(
    measured: Measures,
    deal: Ints,
    mean_stance: Floats,
    presence: Presence,
    points: ControlPoints,
    complete: Beliefs,
    parameters: Parameters,
) -> Players:
    given, number = parameters.selection, len(complete.mean)
    order = np.argsort(np.append(deal, np.arange(number)), kind="stable")
    none = np.zeros(len(deal))
    expected = np.column_stack([
        given.stance * mean_stance, given.fit * measured.fit_prior, given.incumbency * measured.incumbency_prior,
        none, none,
    ])  # fmt: skip
    phantom = np.zeros((number, len(PARTS)))
    phantom[:, FIT] = given.fit * measured.fit_prior[run_starts(deal)]

    def listed(cases: Floats, phantoms: Floats) -> Floats:
        found: Floats = np.concatenate([cases, phantoms])[order]
        return found

    utility = _weighted(measured, points.held, parameters)
    spread, doubt = _spread(measured, parameters), np.sqrt(presence.variance)
    rank = ranks(deal, utility.sum(axis=1), spread, presence.chance, doubt)
    return Players(
        deal=np.append(deal, np.arange(number))[order],
        case=np.append(np.arange(len(deal)), np.full(number, -1))[order],
        utility=listed(utility, phantom),
        reference=listed(expected, phantom),
        spread=listed(spread, np.zeros(number)),
        chance=listed(presence.chance, 1 - complete.mean),
        chance_reference=listed(presence.reference, np.full(number, 1 - complete.prior.mean)),
        chance_spread=listed(doubt, np.sqrt(complete.variance)),
        rank=np.append(rank, np.zeros(number, dtype=np.int64))[order],
    )


def _spread(measured: Measures, parameters: Parameters) -> Floats:
    """Standard deviation of each case's utility."""
    given, standings, rows = parameters.selection, measured.standings, measured.rows
    influence = standings.chains.influence[standings.member[rows]]
    of_stance = (1 - standings.stance[rows] ** 2) / (parameters.stance.kappa + standings.stance_evidence[rows] + 1)
    stances = sums(measured.case, influence**2 * of_stance, len(measured.fit))
    fit = shrunk_variance(measured.fit, measured.fit_evidence, parameters)
    incumbency = shrunk_variance(measured.incumbency, measured.incumbency_evidence, parameters)
    total = given.stance**2 * stances + given.fit**2 * fit + given.incumbency**2 * incumbency
    found: Floats = np.sqrt(np.maximum(total, 0.0))
    return found
