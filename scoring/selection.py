"""Selection: which vendor the customer would choose if it buys and all compete."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.machinery.arrays import expand, lookup, run_starts, sums
from scoring.machinery.awards import earlier_awards
from scoring.machinery.evidence import shrunk
from scoring.machinery.fit import fit_observed
from scoring.machinery.incumbency import Incumbency, incumbency_of, offers
from scoring.machinery.shares import segment_of
from scoring.machinery.standings import Standings, standings_of
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.snapshot import MISSING, Snapshot
from scoring.types import OPPORTUNITY, US, Floats, Ints


@dataclass(frozen=True, slots=True)
class Measures:
    """What is measured of each vendor of each opportunity (a case), in the order of the standings.

    ``place`` is the opportunity's place among the chains' scopes; ``rows`` are the standings of all cases,
    ``case`` the case of each. Evidence counts items; priors are the Reference's. ``supply`` is what installed
    shares and offers say of each case's incumbency.
    """

    standings: Standings
    place: Ints
    opportunity: Ints
    account: Ints
    vendor: Ints
    rows: Ints
    case: Ints
    support: Floats
    fit: Floats
    fit_evidence: Floats
    fit_prior: Floats
    incumbency: Floats
    incumbency_evidence: Floats
    incumbency_prior: Floats
    supply: Incumbency
    price: Floats
    own_price: Floats
    median_price: Floats


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
    once to the Reference (mean fit and the vendor's installed share in the segment), the price step is
    ``(median - own)/median`` in units of 10 %, clipped, 0 unless the own price and another are known in
    the same currency. Our own price is our offer in the deal, else the quoted amount.
    Limits: control points are 0 here: their evidence belongs to the likelihood.
    References: domain.md section 6; McFadden (1974), conditional logit.
    """
    found = measures(snapshot, reference, parameters, scopes)
    utilities = utility(found.support, found.fit, found.incumbency, found.price, np.zeros(len(found.fit)), parameters)
    return Selection(
        found.opportunity, found.vendor, found.support, found.fit, found.incumbency, found.price, utilities,
        selection_probability(found.place, utilities),
    )  # fmt: skip


def measures(snapshot: Snapshot, reference: Reference, parameters: Parameters, scopes: Ints | None = None) -> Measures:
    """Support, fit, incumbency and price of every vendor in the given opportunities, or in all open ones."""
    standings = standings_of(snapshot, reference, parameters, scopes)
    chains, cases = standings.chains, standings.cases
    chosen = np.flatnonzero(chains.scopes.type[cases.scope] == OPPORTUNITY)
    case, rows = expand(cases.start[chosen], cases.start[chosen + 1] - cases.start[chosen])
    place = cases.scope[chosen]
    deal, vendor, account = chains.scopes.key[place], cases.vendor[chosen], chains.scopes.account[place]
    influence = chains.influence[standings.member[rows]]
    observed, evidence = fit_observed(snapshot, deal, vendor, parameters)
    segment = segment_of(snapshot, account)
    fit_prior, incumbency_prior = reference.mean_fit(segment), reference.installed_share(segment, vendor)
    supply = incumbency_of(snapshot, np.full(len(deal), OPPORTUNITY), deal, account, vendor, parameters)
    incumbent, known = _with_awards(snapshot, supply, deal, account, vendor, parameters)
    price, own, median = _price_steps(snapshot, deal, vendor, parameters)
    return Measures(
        standings=standings,
        place=place,
        opportunity=deal,
        account=account,
        vendor=vendor,
        rows=rows,
        case=case,
        support=sums(case, influence * standings.stance[rows], len(chosen)),
        fit=shrunk(observed, fit_prior, evidence, parameters),
        fit_evidence=evidence,
        fit_prior=fit_prior,
        incumbency=shrunk(incumbent, incumbency_prior, known, parameters),
        incumbency_evidence=known,
        incumbency_prior=incumbency_prior,
        supply=supply,
        price=price,
        own_price=own,
        median_price=median,
    )


def _with_awards(
    snapshot: Snapshot, supply: Incumbency, deal: Ints, account: Ints, vendor: Ints, parameters: Parameters
) -> tuple[Floats, Floats]:
    """What shares and offers say of who supplies today; where both are silent, what earlier awards say."""
    if parameters.selection.award == 0:
        return supply.observed, supply.evidence
    awards, silent = earlier_awards(snapshot, deal, account, vendor, parameters), np.isnan(supply.observed)
    return np.where(silent, awards.share, supply.observed), np.where(silent, awards.evidence, supply.evidence)


def _price_steps(snapshot: Snapshot, deal: Ints, vendor: Ints, parameters: Parameters) -> tuple[Floats, Floats, Floats]:
    """Steps below the median, own price and median; the latter two NaN where no two prices are known."""
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
    steps, own_price, medians = np.zeros(len(deal)), np.full(len(deal), np.nan), np.full(len(deal), np.nan)
    if not len(starts):
        return steps, own_price, medians
    middle = (price[rows[starts + (number - 1) // 2]] + price[rows[starts + number // 2]]) / 2
    median, several = np.repeat(middle, number), np.repeat(number > 1, number)
    given = parameters.selection
    own = (median - price[rows]) / median / given.price_step
    steps[rows] = np.where(several, np.clip(own, -given.price_clip, given.price_clip), 0.0)
    own_price[rows], medians[rows] = np.where(several, price[rows], np.nan), np.where(several, median, np.nan)
    return steps, own_price, medians
