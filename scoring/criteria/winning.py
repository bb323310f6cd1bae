"""Evidence of the third question, can we win."""

from __future__ import annotations

import numpy as np

from scoring.criteria.ground import Ground, all_of, items, of_accounts
from scoring.criteria.people import contact_weight, depth_weight
from scoring.machinery.arrays import Flags, Grouping, sums
from scoring.machinery.beliefs import Items
from scoring.machinery.chain import INNER
from scoring.machinery.concerns import concerns_of
from scoring.machinery.evidence import observations_of
from scoring.machinery.gathering import executive_meetings, tickets
from scoring.machinery.levels import person_levels
from scoring.machinery.people import people_of
from scoring.machinery.scopes import BUYING_ROLES
from scoring.machinery.statements import states_of
from scoring.types import US

JOINT = ("joint_plan", "joint_innovation", "alliance")
READ = ("orientation", "political_status")
DECIDING = sum(1 << BUYING_ROLES.index(role) for role in ("approver", "decider"))


def _any(ground: Ground, flags: Flags) -> Flags:
    """Which rows have a person of whom it holds."""
    found: Flags = sums(ground.case, flags.astype(np.float64), len(ground)) > 0
    return found


def inside_support(ground: Ground) -> Items:
    """Everybody inside who is deep enough with the vendor and supports it; without one, everybody known not to be."""
    standings, given = ground.standings, ground.parameters
    deep = standings.depth[ground.member] >= given.likelihood.inside_depth
    inside = deep & (standings.stance[ground.member] >= given.criteria.supporter)
    alone = ~_any(ground, inside)[ground.case]
    proven = standings.depth_evidence[ground.member] + standings.stance_evidence[ground.member]
    weight = np.where(inside, proven, np.where(alone & ~deep, depth_weight(ground), 0.0))
    return items(ground, ground.case, ground.person, inside.astype(np.float64), 1.0, 0, weight)


def executive_credibility(ground: Ground) -> Items:
    """The executives of the chain: reached or not; for us also that executives of both sides met."""
    standings, given = ground.standings, ground.parameters
    chains = standings.chains
    level = person_levels(people_of(ground.snapshot))[chains.person[standings.member[ground.member]]]
    top = np.flatnonzero(level >= given.criteria.executive_level)
    reached = (standings.tie[ground.member[top]] > given.coverage.covered).astype(np.float64)
    return all_of(
        items(ground, ground.case[top], ground.person[top], reached, 1.0, 0, contact_weight(ground)[top]),
        of_accounts(ground, executive_meetings, ground.ours),
    )


def cultural_match(ground: Ground) -> Items:
    """Joint plans, joint innovation and alliances with the vendor; for us how service goes, less reliably."""
    found = [_joint(ground, each) for each in JOINT]
    return all_of(*found, of_accounts(ground, tickets, ground.ours, reliability=ground.parameters.evidence.opinion))


def _joint(ground: Ground, kind: str) -> Items:
    """What was observed of one state of the relationship of each account with each vendor."""
    said = states_of(ground.snapshot, kind, ground.parameters)
    base = people_of(ground.snapshot).base
    code = said.at_account * base + said.vendor[said.at_row]
    case, at = Grouping.of(code).join(ground.account * base + ground.vendor)
    row = said.at_row[at]
    keys = ground.snapshot.nodes["observation"].key[said.item[row]]
    return items(ground, case, keys, said.value[row], said.reliability[row], said.age[row])


def unwritten_criteria(ground: Ground) -> Items:
    """People who share what is not public; for us also what was read of people's orientation and political status."""
    standings = ground.standings
    deep = standings.depth[ground.member] >= ground.parameters.likelihood.inside_depth
    weight = np.where(deep, depth_weight(ground), 0.0)
    shared = items(ground, ground.case, ground.person, 1.0, 1.0, 0, weight)
    return all_of(shared, *(_read(ground, kind) for kind in READ))


def _read(ground: Ground, kind: str) -> Items:
    """Observations of a kind about the people of each chain, as far as they count in the account."""
    seen = observations_of(ground.snapshot, kind, ground.parameters)
    chains = ground.standings.chains
    mine = np.flatnonzero(ground.vendor[ground.case] == US)
    person = chains.person[ground.standings.member[ground.member[mine]]]
    at, row = Grouping.of(seen.person).join(person)
    case = ground.case[mine[at]]
    counted = concerns_of(ground.snapshot, "observation").in_company(seen.item[row], ground.account[case])
    case, row = case[counted], row[counted]
    keys = ground.snapshot.nodes["observation"].key[seen.item[row]]
    return items(ground, case, keys, 1.0, seen.reliability[row], seen.age[row])


def political_alignment(ground: Ground) -> Items:
    """The inner circle, where none of it is known approvers and deciders: how far each supports the vendor.

    A stance of .5 or more is full support, -.5 or less none of it.
    """
    standings = ground.standings
    member = standings.member[ground.member]
    inner = standings.chains.status[member] == INNER
    deciding = (standings.chains.roles[member] & DECIDING) > 0
    asked = np.flatnonzero(inner | (deciding & ~_any(ground, inner)[ground.case]))
    rows = ground.member[asked]
    value = np.clip(0.5 + standings.stance[rows], 0.0, 1.0)
    return items(ground, ground.case[asked], ground.person[asked], value, 1.0, 0, standings.stance_evidence[rows])
