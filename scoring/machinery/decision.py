"""Whether a deal ends in a decision: the base rate, the funds, the event, and whether its approver is reached.

``logit P_go = logit(base rate) + (2f - 1) + (2e - 1) + .5 (2a - 1)``. f and e are Beta(1, 1) beliefs of
observations ``funds`` and ``event``; a recorded budget, and a recorded compelling event whose day has not
passed, each count as one opinion. ``a = 1/2 + 1/2 T``, T the strongest tie that anybody, ours or a rival's,
has with a holder of the approver's role; 0 where no approver is identified.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.deal_priors import BaseRate
from scoring.machinery.beliefs import UNIFORM, Beliefs, Items, believed, items_about, joined
from scoring.machinery.scopes import BUYING_ROLES, deal_kinds
from scoring.machinery.standings import Standings
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.snapshot import MISSING, Snapshot
from scoring.types import Floats, Ints

APPROVER = 1 << BUYING_ROLES.index("approver")


@dataclass(frozen=True, slots=True)
class Decision:
    """By deal: what the chance of a decision rests on, that chance on the logit scale, and its reference.

    ``approver`` is a, ``approver_row`` the standing with the strongest tie to an approver, -1 for none.
    ``spread`` is the standard deviation of the logit.
    """

    base: BaseRate
    funds: Beliefs
    event: Beliefs
    approver: Floats
    approver_row: Ints
    logit: Floats
    reference: Floats
    spread: Floats

    @property
    def chance(self) -> Floats:
        """P_go, 0..1."""
        return sigmoid(self.logit)


def sigmoid(value: Floats) -> Floats:
    """The inverse of the logit."""
    found: Floats = 1 / (1 + np.exp(-value))
    return found


def logit(chance: Floats, parameters: Parameters) -> Floats:
    """``ln p/(1 - p)`` of a probability clipped away from 0 and 1."""
    clipped = np.clip(chance, parameters.likelihood.clip, 1 - parameters.likelihood.clip)
    found: Floats = np.log(clipped / (1 - clipped))
    return found


def decision_logit(base: Floats, funds: Floats, event: Floats, approver: Floats, parameters: Parameters) -> Floats:
    """The raw formula of P_go on the logit scale."""
    given = parameters.likelihood
    moved = given.funds * (2 * funds - 1) + given.event * (2 * event - 1) + given.approver * (2 * approver - 1)
    found: Floats = logit(base, parameters) + moved
    return found


def decision_of(
    snapshot: Snapshot,
    reference: Reference,
    standings: Standings,
    deal: Ints,
    account: Ints,
    rows: Ints,
    place: Ints,
    parameters: Parameters,
) -> Decision:
    """The chance of a decision in each deal; ``rows`` are all standings in them, ``place`` the deal of each."""
    base = reference.deals.base_rate(account, deal_kinds(snapshot, deal), parameters)
    funds = _believed(snapshot, "funds", deal, _budgets(snapshot, deal), parameters)
    event = _believed(snapshot, "event", deal, _dated_events(snapshot, deal), parameters)
    approver, row = _approver(standings, rows, place, len(deal))
    given = parameters.likelihood
    of_rate = _rate_spread(base.rate, base.closed[:, 0], parameters)
    variance = of_rate**2 + (2 * given.funds) ** 2 * funds.variance + (2 * given.event) ** 2 * event.variance
    return Decision(
        base=base,
        funds=funds,
        event=event,
        approver=approver,
        approver_row=row,
        logit=decision_logit(base.rate, funds.mean, event.mean, approver, parameters),
        reference=logit(base.rate, parameters),
        spread=np.sqrt(variance),
    )


def _rate_spread(rate: Floats, closed: Ints, parameters: Parameters) -> Floats:
    """The standard deviation of a base rate's logit.

    Next to 0 and 1, where the logit is clipped, the delta method says more than can be: there half of what an error
    either way moves the clipped logit counts.
    """
    deals = closed + parameters.likelihood.decided_deals
    error = np.sqrt(rate * (1 - rate) / (deals + 1))
    steep: Floats = 1 / np.sqrt(np.maximum(rate * (1 - rate), 1e-300) * (deals + 1))
    moved: Floats = (logit(rate + error, parameters) - logit(rate - error, parameters)) / 2
    found: Floats = np.minimum(steep, moved)
    return found


def _believed(snapshot: Snapshot, kind: str, deal: Ints, recorded: Ints, parameters: Parameters) -> Beliefs:
    """The belief of a kind, with what is recorded on the deal itself as one opinion."""
    size, rho = len(recorded), parameters.evidence.opinion
    own = Items(
        recorded, deal[recorded], np.ones(size), np.full(size, rho), np.zeros(size, dtype=np.int64), np.full(size, rho)
    )
    return believed(joined(items_about(snapshot, kind, deal, None, parameters), own), len(deal), UNIFORM)


def _budgets(snapshot: Snapshot, deal: Ints) -> Ints:
    """The deals (places) with a recorded budget."""
    deals = snapshot.nodes["opportunity"]
    return np.flatnonzero(deals["budget"][deals.rows(deal)] > 0)


def _dated_events(snapshot: Snapshot, deal: Ints) -> Ints:
    """The deals (places) with a recorded compelling event that is still to come."""
    deals = snapshot.nodes["opportunity"]
    day = deals["compelling_event_on"][deals.rows(deal)]
    return np.flatnonzero((day != MISSING) & (day >= snapshot.today))


def _approver(standings: Standings, rows: Ints, place: Ints, size: int) -> tuple[Floats, Ints]:
    holds = np.flatnonzero(standings.chains.roles[standings.member[rows]] & APPROVER)
    # the strongest comes last in its deal; of equal ones the standing that comes first
    order = holds[np.lexsort((-rows[holds], standings.tie[rows[holds]], place[holds]))]
    row = np.full(size, -1, dtype=np.int64)
    row[place[order]] = rows[order]
    reached = np.where(row >= 0, 0.5 + 0.5 * standings.tie[row], 0.0) if len(rows) else np.zeros(size)
    return reached, row
