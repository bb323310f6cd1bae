"""Population quantities that a score reads beside the snapshot and the parameters.

A Reference is reduced from the facts up to the end of the previous local day, so that within a day
one account's change cannot move another account's score.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from graph_schema.vocabulary import VOCABULARIES
from scoring.deal_priors import DealPriors
from scoring.grading.priors import GradePriors
from scoring.machinery.arrays import Grouping, lookup
from scoring.machinery.contact import CapturedSpans
from scoring.parameters import Parameters
from scoring.types import Floats, Ints

RULES = VOCABULARIES["decision_rule"]


@dataclass(frozen=True, slots=True)
class Reference:
    """Population quantities, by segment (industry code), by vendor and by account.

    ``expected_roles`` holds the roles per deal type, the last for deals of unknown type.
    ``share_*``: mean installed share of a vendor in a segment. ``rule_*``: each account's closed deals
    that say who decided, counted by decision rule. ``captured``: what of each colleague's contacts is
    recorded automatically, over all accounts.

    Priors have a row per segment of ``segments`` (ascending) and a last one for all others: ``part_priors``
    with a column per part of an account, ``fit_means``, ``level_priors``, ``win_rates``. ``basis`` names what
    accounts are valued by, ``basis_median`` its median, ``deals`` what is known of deals in general, ``grading``
    what the parts of a grade are read against. ``rank_*`` are the knots of the ranks: relationship capital and
    percentile by job role, ascending, and how many colleagues the role's knots are of.
    """

    expected_roles: tuple[tuple[str, ...], ...]
    share_segment: Ints
    share_vendor: Ints
    share_mean: Floats
    rule_account: Ints
    rule_counts: npt.NDArray[np.int64]
    fit_means: Floats
    captured: CapturedSpans
    segments: Ints
    part_priors: Floats
    level_priors: Floats
    win_rates: Floats
    basis: str
    basis_median: float
    deals: DealPriors
    grading: GradePriors
    rank_role: Ints
    rank_capital: Floats
    rank_percent: Floats
    rank_number: Ints
    digest: str

    def installed_share(self, segment: Ints, vendor: Ints) -> Floats:
        """Mean installed share of each vendor in each segment, 0 where nothing is known."""
        found = np.zeros(len(segment))
        grouping = Grouping.of(self.share_vendor)
        owner, row = grouping.join(vendor)
        same = self.share_segment[row] == segment[owner]
        found[owner[same]] = self.share_mean[row[same]]
        return found

    def segment_rows(self, segment: Ints) -> Ints:
        """The row of the priors that serves each segment."""
        at = lookup(self.segments, segment)
        found: Ints = np.where(at >= 0, at, len(self.segments))
        return found

    def mean_fit(self, segment: Ints) -> Floats:
        """Mean fit of the vendors that were judged in deals of each segment."""
        found: Floats = self.fit_means[self.segment_rows(segment)]
        return found

    def win_rate(self, segment: Ints) -> Floats:
        """Share of the decided deals that we won, by segment."""
        rates: Floats = self.win_rates[self.segment_rows(segment)]
        return rates

    def mean_stance(self, segment: Ints, side: Ints) -> Floats:
        """Mean S of the chains of each segment, towards us (side 0) or rivals (side 1)."""
        found: Floats = self.deals.stance[self.segment_rows(segment), side]
        return found

    def ranked(self, role: Ints, capital: Floats) -> tuple[Floats, Ints]:
        """Percentile 0..100 of each capital within its job role, and the colleagues ranked there.

        Linear between the knots, flat outside; NaN where a role has none.
        """
        percent, number = np.full(len(role), np.nan), np.zeros(len(role), dtype=np.int64)
        for each in np.unique(role):
            own, knots = role == each, self.rank_role == each
            if knots.any():
                percent[own] = np.interp(capital[own], self.rank_capital[knots], self.rank_percent[knots])
                number[own] = self.rank_number[knots][0]
        return percent, number

    def decided(self, accounts: Ints) -> npt.NDArray[np.int64]:
        """Closed deals of each account by decision rule, a row of four counts per account."""
        at = lookup(self.rule_account, accounts)
        found = np.zeros((len(accounts), len(RULES)), dtype=np.int64)
        found[at >= 0] = self.rule_counts[at[at >= 0]]
        return found


def rule_weights(counted: npt.NDArray[np.int64], parameters: Parameters) -> Floats:
    """Weights of the decision rules: counts beside a prior on the weighted one, rows sum to 1.

    With fewer than ``rule_least`` deals the weighted rule holds alone.
    """
    chain = parameters.decision_chain
    number = counted.sum(axis=1, keepdims=True)
    prior = np.zeros(len(RULES))
    prior[0] = 1.0
    learnt = (chain.rule_prior * prior + counted) / np.maximum(chain.rule_prior + number, 1e-300)
    found: Floats = np.where(number < chain.rule_least, prior, learnt)
    return found
