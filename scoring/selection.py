"""Selection: which vendor the customer would choose if it buys and all compete."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.decision_chain import chain_inputs
from scoring.machinery.arrays import lookup, run_starts, sums
from scoring.machinery.evidence import shrunk
from scoring.machinery.fit import fit_observed
from scoring.machinery.incumbency import offers, stated_incumbents
from scoring.machinery.shares import segment_of
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.snapshot import MISSING, Snapshot
from scoring.types import OPPORTUNITY, US, Floats, Ints


@dataclass(frozen=True, slots=True)
class Selection:
    """Each vendor of each opportunity: what its utility is made of, and P_select, 0..1."""

    opportunity: Ints
    vendor: Ints
    support: Floats
    fit: Floats
    incumbency: Floats
    price: Floats
    utility: Floats
    probability: Floats


def utility(
    support: Floats,
    fit: Floats,
    incumbency: Floats,
    price: Floats,
    control_points: Floats,
    parameters: Parameters,
) -> Floats:
    """``U = 3.0 S + 2.0 Fit + .8 Inc + .5 dPrice + .25 control points``, on the logit scale."""
    given = parameters.selection
    return (
        given.stance * support
        + given.fit * fit
        + given.incumbency * incumbency
        + given.price * price
        + given.control_point * control_points
    )


def selection_probability(case: Ints, utilities: Floats) -> Floats:
    """Softmax of the utilities within each group of equal, adjacent ``case``."""
    starts = run_starts(case)
    if not len(starts):
        return np.empty(0)
    number = np.diff(np.append(starts, len(case)))
    raised = np.exp(utilities - np.repeat(np.maximum.reduceat(utilities, starts), number))
    found: Floats = raised / np.repeat(np.add.reduceat(raised, starts), number)
    return found


def select(snapshot: Snapshot, reference: Reference, parameters: Parameters, scopes: Ints | None = None) -> Selection:
    """The selection in the given opportunities, or in all open ones.

    Model: P_select is the softmax over us and all rivals of `utility`; fit and incumbency are shrunk
    once to the Reference (mean fit; the vendor's installed share in the segment), the price step is
    ``(median - own)/median`` in units of 10 %, clipped, 0 unless the own price and another are known in
    the same currency. Our own price is our offer in the deal, else the quoted amount.
    Limits: control points are 0 here: their evidence belongs to the likelihood.
    References: domain.md section 6; McFadden (1974), conditional logit.
    """
    standings, _, inputs = chain_inputs(snapshot, reference, parameters, scopes)
    chains, cases = standings.chains, standings.cases
    chosen = np.flatnonzero(chains.scopes.type[cases.scope] == OPPORTUNITY)
    place = cases.scope[chosen]
    deal, vendor = chains.scopes.key[place], cases.vendor[chosen]
    support = sums(inputs.case, inputs.influence * inputs.stance, len(chosen))
    fit, evidence = fit_observed(snapshot, deal, vendor, parameters)
    fit = shrunk(fit, np.full(len(fit), reference.mean_fit), evidence, parameters)
    segment = segment_of(snapshot, chains.scopes.account[place])
    incumbent, known = _incumbency(snapshot, deal, vendor, parameters)
    incumbency = shrunk(incumbent, reference.installed_share(segment, vendor), known, parameters)
    price = _price_steps(snapshot, deal, vendor, parameters)
    utilities = utility(support, fit, incumbency, price, np.zeros(len(fit)), parameters)
    return Selection(deal, vendor, support, fit, incumbency, price, utilities, selection_probability(place, utilities))


def _incumbency(snapshot: Snapshot, deal: Ints, vendor: Ints, parameters: Parameters) -> tuple[Floats, Floats]:
    place, row, weight = stated_incumbents(snapshot, deal, vendor, parameters)
    observed = np.full(len(deal), np.nan)
    observed[place] = snapshot.edges["competes"]["incumbent"][row]
    return observed, sums(place, weight, len(deal))


def _price_steps(snapshot: Snapshot, deal: Ints, vendor: Ints, parameters: Parameters) -> Floats:
    competes, deals = snapshot.edges["competes"], snapshot.nodes["opportunity"]
    price, currency = np.full(len(deal), np.nan), np.full(len(deal), MISSING)
    at = lookup(deals.key, deal)
    ours = vendor == US
    price[ours], currency[ours] = deals["quoted"][at[ours]], deals["quoted_currency"][at[ours]]
    place, row = offers(snapshot, deal, vendor)
    stated = ~np.isnan(competes["price"][row])
    place, row = place[stated], row[stated]
    price[place], currency[place] = competes["price"][row], competes["price_currency"][row]
    known = np.flatnonzero(price > 0)
    code = np.stack([deal[known], currency[known]])
    rows = known[np.lexsort((price[known], code[1], code[0]))]
    starts = run_starts(deal[rows], currency[rows])
    number = np.diff(np.append(starts, len(rows)))
    steps = np.zeros(len(deal))
    if not len(starts):
        return steps
    middle = (price[rows[starts + (number - 1) // 2]] + price[rows[starts + number // 2]]) / 2
    median, several = np.repeat(middle, number), np.repeat(number > 1, number)
    given = parameters.selection
    own = (median - price[rows]) / median / given.price_step
    steps[rows] = np.where(several, np.clip(own, -given.price_clip, given.price_clip), 0.0)
    return steps
