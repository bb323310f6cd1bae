"""Population quantities that a score reads beside the snapshot and the parameters.

A Reference is reduced from the facts up to the end of the previous local day, so that within a day
one account's change cannot move another account's score.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from graph_schema.vocabulary import VOCABULARIES, code_number
from scoring.machinery.arrays import Grouping, lookup, run_starts
from scoring.machinery.concerns import customer_of
from scoring.machinery.contact import CapturedSpans, captured_spans
from scoring.machinery.fit import fit_observed
from scoring.machinery.people import current, people_of
from scoring.machinery.shares import account_shares, segment_of
from scoring.parameters import Parameters
from scoring.snapshot import MISSING, Snapshot
from scoring.types import NOBODY, Floats, Ints

RULES = VOCABULARIES["decision_rule"]


@dataclass(frozen=True, slots=True)
class Reference:
    """Population quantities, by segment (industry code), by vendor and by account.

    ``expected_roles`` holds the roles per deal type, the last for deals of unknown type.
    ``share_*``: mean installed share of a vendor in a segment. ``rule_*``: each account's closed deals
    that say who decided, counted by decision rule. ``captured``: what of each colleague's contacts is
    recorded automatically, over all accounts.
    """

    expected_roles: tuple[tuple[str, ...], ...]
    share_segment: Ints
    share_vendor: Ints
    share_mean: Floats
    rule_account: Ints
    rule_counts: npt.NDArray[np.int64]
    mean_fit: float
    captured: CapturedSpans
    digest: str

    def installed_share(self, segment: Ints, vendor: Ints) -> Floats:
        """Mean installed share of each vendor in each segment, 0 where nothing is known."""
        found = np.zeros(len(segment))
        grouping = Grouping.of(self.share_vendor)
        owner, row = grouping.join(vendor)
        same = self.share_segment[row] == segment[owner]
        found[owner[same]] = self.share_mean[row[same]]
        return found

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


def reduce_reference(snapshot: Snapshot, parameters: Parameters) -> Reference:
    """The Reference of a population, from facts up to the end of the previous local day."""
    segment, vendor, share = _shares(snapshot)
    account, counted = _rules(snapshot)
    roles = parameters.expected_roles
    expected = tuple(getattr(roles, kind) for kind in (*VOCABULARIES["opportunity_kind"], "other"))
    fit = _mean_fit(snapshot, parameters)
    state = hashlib.sha256(repr((expected, fit)).encode())
    captured = captured_spans(snapshot)
    for array in (segment, vendor, share, account, counted, captured.colleague, captured.first, captured.last):
        state.update(array.tobytes())
    return Reference(expected, segment, vendor, share, account, counted, fit, captured, state.hexdigest())


def _before_today(snapshot: Snapshot, valid_from: Ints) -> npt.NDArray[np.bool_]:
    found: npt.NDArray[np.bool_] = snapshot.local_days.of(valid_from) < snapshot.today
    return found


def _shares(snapshot: Snapshot) -> tuple[Ints, Ints, Floats]:
    buys, holds = current(snapshot, "buys")
    account, vendor, share = account_shares(snapshot, holds & _before_today(snapshot, buys.valid_from))
    segment = segment_of(snapshot, account)
    known = segment != MISSING
    account, vendor, share, segment = account[known], vendor[known], share[known], segment[known]
    order = np.lexsort((account, vendor, segment))
    segment, vendor, share = segment[order], vendor[order], share[order]
    starts = run_starts(segment, vendor)
    if not len(starts):
        return starts, starts, np.empty(0)
    number = np.diff(np.append(starts, len(segment)))
    return segment[starts], vendor[starts], np.add.reduceat(share, starts) / number


def _rules(snapshot: Snapshot) -> tuple[Ints, npt.NDArray[np.int64]]:
    deals = snapshot.nodes["opportunity"]
    closed = (deals["closed_on"] != MISSING) & (deals["closed_on"] < snapshot.today)
    says = closed & ((deals["decided_by"] >= 0) | (deals["veto_used"] == 1))
    account = customer_of(snapshot, deals.key[says])
    decided = deals["decided_by"][says]
    by_decider = np.full(len(VOCABULARIES["decided_by"]), -1)
    for word, named in (("one_person", "single"), ("several", "majority"), ("whole_chain", "weighted")):
        by_decider[code_number("decided_by", word)] = RULES.index(named)
    rule = np.where(deals["veto_used"][says] == 1, RULES.index("veto"), by_decider[decided])
    known = account != NOBODY
    keys = np.unique(account[known])
    counted = np.bincount(lookup(keys, account[known]) * len(RULES) + rule[known], minlength=len(keys) * len(RULES))
    return keys, counted.reshape(len(keys), len(RULES)).astype(np.int64)


def _mean_fit(snapshot: Snapshot, parameters: Parameters) -> float:
    """The mean fit of all vendors over the deals, one half where nothing is known."""
    competes, holds = current(snapshot, "competes")
    old = holds & _before_today(snapshot, competes.valid_from)
    vendor = people_of(snapshot).vendor(competes.source[old])
    observed, _ = fit_observed(snapshot, competes.target[old], vendor, parameters)
    known = observed[~np.isnan(observed)]
    return float(known.mean()) if len(known) else 0.5
