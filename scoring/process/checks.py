"""What is asked at the entry and exit of each stage of a deal, as data, and its answers from evidence.

A check is a criterion (``criterion:<id>``), one of the six checks of a project (``project_check:<id>``), a
buying role that must be identified with evidence (``role:<role>``), or the customer's ``shortlist``. Those of
the fast lane are asked of every deal, the others where a deal goes through the full process.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from graph_schema.vocabulary import VOCABULARIES
from scoring.criteria.answers import Answers
from scoring.criteria.catalogue import IDS
from scoring.criteria.ground import Ground, all_of, stated
from scoring.machinery.beliefs import NO, UNKNOWN, YES, Beliefs, Items, Prior, believed, items_about
from scoring.machinery.scopes import BUYING_ROLES
from scoring.parameters import Parameters
from scoring.types import US, Ints

STAGES = VOCABULARIES["stage"]
PROJECT_CHECKS = (
    "most_exchange_time", "consulted_on_budget", "asked_about_draft", "award_form_known", "scoring_sheet_known",
    "award_rule_known",
)  # fmt: skip
"""The six checks of a project under control."""
RECORDED = {"award_form_known": "award_form", "award_rule_known": "award_rule", "scoring_sheet_known": "price_weight"}
"""What the deal itself says of a project check."""


@dataclass(frozen=True, slots=True)
class Stage:
    """The checks of one stage; ``fast`` are those of them that the fast lane asks, too."""

    entry: tuple[str, ...]
    exit: tuple[str, ...]
    fast: tuple[str, ...]


STAGE_CHECKS: Mapping[str, Stage] = MappingProxyType({
    "verify": Stage(
        entry=(),
        exit=("criterion:need_owner", "criterion:financially_able", "criterion:business_understood"),
        fast=("criterion:need_owner",),
    ),
    "approve": Stage(
        entry=("criterion:need_owner",),
        exit=("criterion:money_reachable", "criterion:compelling_event", "criterion:strategic_value"),
        fast=("criterion:need_owner", "criterion:money_reachable"),
    ),
    "needs": Stage(
        entry=("criterion:money_reachable", "criterion:compelling_event"),
        exit=("role:approver", "role:decider", "role:evaluator", "project_check:consulted_on_budget"),
        fast=("criterion:money_reachable", "role:decider"),
    ),
    "value_presentation": Stage(
        entry=("role:approver", "role:decider"),
        exit=("criterion:solution_fit", "criterion:unique_value", "criterion:inside_support"),
        fast=("role:decider", "criterion:solution_fit"),
    ),
    "bid_preparation": Stage(
        entry=("criterion:solution_fit", "criterion:inside_support"),
        exit=(
            "project_check:asked_about_draft", "project_check:award_form_known", "project_check:scoring_sheet_known",
            "project_check:award_rule_known", "criterion:resource_need",
        ),
        fast=("criterion:solution_fit", "project_check:award_form_known"),
    ),
    "bidding": Stage(
        entry=("project_check:award_form_known", "project_check:award_rule_known"),
        exit=("shortlist", "project_check:most_exchange_time", "criterion:political_alignment"),
        fast=("project_check:award_form_known", "shortlist"),
    ),
    "negotiation": Stage(
        entry=("shortlist", "criterion:political_alignment"),
        exit=("criterion:profit", "criterion:risk"),
        fast=("shortlist", "criterion:profit"),
    ),
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Check:
    """One answer: `YES`, `UNKNOWN` or `NO`, the belief 0..1 and the evidence behind it."""

    answer: int
    belief: float
    n: float
    evidence: tuple[int, ...]


def answered_checks(ground: Ground, answers: Answers, row: int) -> dict[str, Check]:
    """Every check of every stage, and every project check, for one row of the ground and its answers.

    A project check and the shortlist are beliefs with a prior of their own (``process.check``): facts, of which
    one that was seen or told inside is enough, while an opinion alone is not.
    """
    wanted = {check for stage in STAGE_CHECKS.values() for check in (*stage.entry, *stage.exit)}
    wanted |= {f"project_check:{each}" for each in PROJECT_CHECKS}
    return {check: _answered(ground, answers, row, check) for check in sorted(wanted)}


def _answered(ground: Ground, answers: Answers, row: int, check: str) -> Check:
    kind, _, id_ = check.partition(":")
    if kind == "criterion":
        place = IDS.index(id_)
        beliefs, answer = answers.beliefs[place], int(answers.answer[row, place])
        return _check(beliefs, row, answer)
    if kind == "role":
        return _role(ground, row, id_)
    one = np.array([row])
    told = items_about(ground.snapshot, check, ground.deal[one], ground.vendor[one], ground.parameters)
    if id_ in RECORDED:
        told = all_of(told, _recorded(ground, one, RECORDED[id_]))
    given = ground.parameters.process
    beliefs = believed(told, 1, Prior(given.check, given.check_strength))
    return _check(beliefs, 0, fact(beliefs, ground.parameters))


def _recorded(ground: Ground, rows: Ints, column: str) -> Items:
    values = ground.column(column, rows)
    known = ~np.isnan(values) if values.dtype.kind == "f" else values >= 0
    found = stated(ground, rows, 1.0, known)
    return Items(np.zeros(len(found.row), dtype=np.int64), *(getattr(found, name) for name in Items.__slots__[1:]))


def fact(beliefs: Beliefs, parameters: Parameters) -> int:
    """What a belief in a fact answers: the bounds of the criteria, with any evidence."""
    if beliefs.evidence[0] <= 0:
        return UNKNOWN
    if beliefs.mean[0] > parameters.likelihood.yes:
        return YES
    return NO if beliefs.mean[0] < parameters.likelihood.no else UNKNOWN


def _check(beliefs: Beliefs, row: int, answer: int) -> Check:
    evidence = tuple(int(each) for each in beliefs.items.observation[beliefs.items.of(row)])
    return Check(answer, float(beliefs.mean[row]), float(beliefs.evidence[row]), evidence)


def _role(ground: Ground, row: int, role: str) -> Check:
    """A role that somebody is known to play, with evidence."""
    chains = ground.standings.chains
    place = int(np.flatnonzero(chains.scopes.key == ground.deal[row])[0])
    bit = 1 << BUYING_ROLES.index(role)
    known = bool(int(chains.known_roles[place]) & bit)
    mine = np.flatnonzero(ground.case == row)
    played = mine[(chains.roles[ground.standings.member[ground.member[mine]]] & bit) > 0]
    people = tuple(int(each) for each in ground.person[played])
    return Check(YES if known else UNKNOWN, float(known), float(known), people if known else ())


def asked(stage: str, full: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The entry and exit checks of a stage in the full process, or in the fast lane."""
    given = STAGE_CHECKS[stage]
    if full:
        return given.entry, given.exit
    return tuple(c for c in given.entry if c in given.fast), tuple(c for c in given.exit if c in given.fast)


def our_row(ground: Ground, deal: int) -> int | None:
    """Our row of a deal, None where there is no us."""
    rows = np.flatnonzero((ground.deal == deal) & (ground.vendor == US))
    return int(rows[0]) if len(rows) else None
