"""Evidence of the first question, is there an opportunity: the same for every vendor but what we understood."""

from __future__ import annotations

import numpy as np

from graph_schema.vocabulary import code_number
from scoring.criteria.ground import Ground, all_of, items, of_accounts, stated
from scoring.machinery.affiliations import account_meetings
from scoring.machinery.arrays import Grouping, lookup
from scoring.machinery.beliefs import Items, items_about
from scoring.machinery.concerns import concerns_of
from scoring.machinery.evidence import OPINION, reliability_of
from scoring.machinery.gathering import payments, state
from scoring.machinery.people import current
from scoring.snapshot import MISSING

OWNERS = tuple(code_number("buying_role", role) for role in ("initiator", "approver", "decider", "economic_buyer"))
LEARNING = tuple(code_number("channel", word) for word in ("workshop", "site_visit"))
RESEARCH = code_number("purpose", "research")


def need_owner(ground: Ground) -> Items:
    """The offerings needed (one item), and who is known as initiator, approver or decider, not by an opinion."""
    snapshot = ground.snapshot
    needs, holds = current(snapshot, "needs")
    at = lookup(needs.source[holds], ground.deal)
    scope = np.flatnonzero(at >= 0)
    plays, held = current(snapshot, "plays")
    rows = np.flatnonzero(held & np.isin(plays["role"], OWNERS) & (plays["source_class"] != OPINION))
    case, role = Grouping.of(plays.target[rows]).join(ground.deal)
    role = rows[role]
    source = plays["source_class"][role].astype(np.int64)
    rho = reliability_of(source, plays["confidence"][role], ground.parameters)
    return all_of(
        items(ground, scope, needs.target[holds][at[scope]], 1.0),
        items(ground, case, plays.source[role], 1.0, rho),
    )


def business_understood(ground: Ground) -> Items:
    """Requirements written down (one item), workshops, site visits and research in the deal's scope; for us."""
    snapshot, ours = ground.snapshot, ground.ours
    requires, holds = current(snapshot, "requires")
    at = lookup(requires.source[holds], ground.deal[ours])
    written = np.flatnonzero(at >= 0)
    meetings, nodes = account_meetings(snapshot), snapshot.nodes["interaction"]
    learnt = np.isin(nodes["channel"][meetings.item], LEARNING) | (nodes["purpose"][meetings.item] == RESEARCH)
    item, account = meetings.item[learnt], meetings.account[learnt]
    case, row = Grouping.of(account).join(ground.account[ours])
    case, item = ours[case], item[row]
    counted = concerns_of(snapshot, "interaction").in_opportunity(item, ground.deal[case], ground.account[case])
    case, item = case[counted], item[counted]
    return all_of(
        items(ground, ours[written], requires.target[holds][at[written]], 1.0),
        items(ground, case, nodes.key[item], 1.0, 1.0, snapshot.ages(nodes["at"][item])),
    )


def financially_able(ground: Ground) -> Items:
    """The customer's distress or growth, and whether it pays what falls due."""
    return all_of(
        of_accounts(ground, state("distress"), ground.every, good=False),
        of_accounts(ground, state("growth"), ground.every),
        of_accounts(ground, payments, ground.every, good=False),
    )


def money_reachable(ground: Ground) -> Items:
    """Observations of funds, a budget against the amount, and a frozen budget."""
    rows = ground.every
    budget, amount = ground.money("budget", rows), ground.money("amount", rows)
    covered = np.where(np.isnan(amount) | (amount <= 0), 1.0, budget / np.where(amount > 0, amount, 1.0))
    return all_of(
        items_about(ground.snapshot, "funds", ground.deal, None, ground.parameters),
        stated(ground, rows, covered, ~np.isnan(budget)),
        of_accounts(ground, state("budget_freeze"), rows, good=False),
    )


def compelling_event(ground: Ground) -> Items:
    """Observations of the event, and its recorded day: to come counts for it, gone by against it."""
    rows = ground.every
    day = ground.column("compelling_event_on", rows)
    to_come = (day >= ground.snapshot.day("opportunity")).astype(np.float64)
    return all_of(
        items_about(ground.snapshot, "event", ground.deal, None, ground.parameters),
        stated(ground, rows, to_come, day != MISSING),
    )
