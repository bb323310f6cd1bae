"""Evidence of the second question, can we compete."""

from __future__ import annotations

import numpy as np

from graph_schema.vocabulary import code_number
from scoring.criteria.ground import Ground, all_of, items, stated
from scoring.criteria.people import contact_weight
from scoring.machinery.arrays import Grouping, counts, lookup, run_starts, sums
from scoring.machinery.beliefs import Items, items_about
from scoring.machinery.fit import fit_observed, judged
from scoring.machinery.people import current, people_of
from scoring.snapshot import MISSING
from scoring.types import Floats, Ints

EXPERTS = tuple(code_number("team_role", role) for role in ("presales", "service", "delivery"))
DONE = code_number("work_status", "done")
DROPPED = tuple(code_number("work_status", word) for word in ("ignored", "cancelled"))
KNOWN_FORMALLY = (
    "project_check:award_form_known",
    "project_check:scoring_sheet_known",
    "project_check:award_rule_known",
)


def formal_criteria(ground: Ground) -> Items:
    """Award form, award rule and weight of price on record, and the project checks of them; for us."""
    ours = ground.ours
    recorded = [
        stated(ground, ours, 1.0, ground.column("award_form", ours) >= 0),
        stated(ground, ours, 1.0, ground.column("award_rule", ours) >= 0),
        stated(ground, ours, 1.0, ~np.isnan(ground.column("price_weight", ours))),
    ]
    seen = [
        items_about(ground.snapshot, kind, ground.deal, ground.vendor, ground.parameters) for kind in KNOWN_FORMALLY
    ]
    return all_of(*recorded, *seen)


def solution_fit(ground: Ground) -> Items:
    """Every requirement judged: the share met, as reliable as its proof, weighted beside the others."""
    found = judged(ground.snapshot, ground.deal, ground.vendor, ground.parameters)
    size = len(ground)
    number = counts(found.place, size)
    total = sums(found.place, found.weight, size)
    mean = np.divide(total, number, out=np.ones(size), where=total > 0)
    share = np.where(total[found.place] > 0, found.weight / mean[found.place], 1.0)
    return items(ground, found.place, found.requirement, found.met, found.proof, found.age, share)


def resource_need(ground: Ground) -> Items:
    """The experts named for the deal, an item per role, and whether its tasks are done when due; for us."""
    snapshot, ours = ground.snapshot, ground.ours
    covers, holds = current(snapshot, "covers")
    rows = np.flatnonzero(holds & np.isin(covers["team_role"], EXPERTS))
    case, row = Grouping.of(covers.target[rows]).join(ground.deal[ours])
    case, row = ours[case], rows[row]
    order = np.lexsort((covers.source[row], covers["team_role"][row], case))
    case, row = case[order], row[order]
    first = run_starts(case, covers["team_role"][row].astype(np.int64))
    return all_of(items(ground, case[first], covers.source[row[first]], 1.0), _tasks(ground, ours))


def _tasks(ground: Ground, rows: Ints) -> Items:
    """Tasks of the deals that were done (1 in time, 0 late) or are overdue (0)."""
    snapshot = ground.snapshot
    belongs, holds = current(snapshot, "belongs_to")
    nodes = snapshot.nodes["action"]
    case, row = Grouping.of(belongs.target[holds]).join(ground.deal[rows])
    at = nodes.rows(belongs.source[holds][row])
    case, at = rows[case[at >= 0]], at[at >= 0]
    today = snapshot.day("action")
    due, made, status = nodes["due_on"][at], nodes["done_on"][at], nodes["status"][at]
    done = (made != MISSING) & (made <= today)
    late = (due != MISSING) & np.where(done, made > due, due < today)
    kept = np.flatnonzero((done | late | (status == DONE)) & ~np.isin(status, DROPPED))
    age = np.where(done, np.maximum(snapshot.today - np.where(done, made, 0), 0), 0)
    return items(ground, case[kept], nodes.key[at[kept]], (~late[kept]).astype(np.float64), 1.0, age[kept])


def current_relationship(ground: Ground) -> Items:
    """The people of the chain, in proportion to their influence: reached or not; and the vendor's installed share."""
    standings, given = ground.standings, ground.parameters
    reached = (standings.tie[ground.member] > given.coverage.covered).astype(np.float64)
    people = items(ground, ground.case, ground.person, reached, 1.0, 0, ground.influence * contact_weight(ground))
    buys, holds = current(ground.snapshot, "buys")
    rows = np.flatnonzero(holds & (buys["vendor"] >= 0) & ~np.isnan(buys["installed_share"]))
    known = np.flatnonzero(lookup(np.unique(buys.source[rows]), ground.account) >= 0)
    base = people_of(ground.snapshot).base
    code = buys.source[rows] * base + people_of(ground.snapshot).vendor(buys["vendor"][rows])
    supplies = np.unique(code[buys["installed_share"][rows] > 0])
    installed = lookup(supplies, ground.account[known] * base + ground.vendor[known]) >= 0
    return all_of(people, items(ground, known, ground.account[known], installed.astype(np.float64)))


def unique_value(ground: Ground) -> Items:
    """The vendor's fit against the best other fit: above it, within a margin, or below it.

    It counts as much as the evidence of the weaker known of the two, at most what a yes needs.
    """
    fit, evidence = fit_observed(ground.snapshot, ground.deal, ground.vendor, ground.parameters)
    other, theirs = _best_other(ground.deal, fit, evidence)
    margin = ground.parameters.criteria.fit_margin
    # fits that were summed in another order still count as equal
    lead = (fit - other).round(9)
    value = np.where(lead > margin, 1.0, np.where(lead < -margin, 0.0, 0.5))
    rows = np.flatnonzero(~np.isnan(lead))
    enough = ground.parameters.likelihood.yes_evidence
    weight = np.minimum(np.minimum(evidence, theirs), enough)
    return items(ground, rows, ground.deal[rows], value[rows], 1.0, 0, weight[rows])


def _best_other(deal: Ints, fit: Floats, evidence: Floats) -> tuple[Floats, Floats]:
    """The best fit of another vendor of the same deal, NaN where none is known, and its evidence."""
    known = np.flatnonzero(~np.isnan(fit))
    order = known[np.lexsort((-fit[known], deal[known]))]
    starts = run_starts(deal[order])
    number = np.diff(np.append(starts, len(order)))
    first = np.repeat(starts, number)
    leads = np.arange(len(order)) == first
    at = np.where(leads, first + 1, first)
    alone = np.repeat(number, number) < 2
    at = np.where(alone, 0, at)
    other, theirs = np.full(len(fit), np.nan), np.zeros(len(fit))
    other[order] = np.where(alone, np.nan, fit[order[at]])
    theirs[order] = np.where(alone, 0.0, evidence[order[at]])
    return other, theirs
