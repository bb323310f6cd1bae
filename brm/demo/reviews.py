"""What deal reviews left behind: criteria, project checks, funds, events, shortlists, parts, requests, partners.

It draws from a random stream of its own, after everything else, so that the rest of the world stays as it is.
"""

from __future__ import annotations

import numpy as np

from brm.demo.build import Builder
from brm.demo.deals import Deal
from brm.demo.organisations import Organisations

QUIET_DAYS = 14
"""Nothing of it is from the last days, so that what changed in the last week stays the same."""
CRITERIA = (
    "need_owner", "business_understood", "financially_able", "money_reachable", "compelling_event", "formal_criteria",
    "solution_fit", "resource_need", "current_relationship", "unique_value", "inside_support", "executive_credibility",
    "cultural_match", "unwritten_criteria", "political_alignment", "short_term_revenue", "future_revenue", "profit",
    "risk", "strategic_value",
)  # fmt: skip
CHECKS = ("most_exchange_time", "consulted_on_budget", "asked_about_draft", "award_form_known", "award_rule_known")
REACHED = ("funds", "event", "shortlist")
PARTS_ZH, PARTS_EN = ("方案", "报价", "商务", "实施计划"), ("solution", "pricing", "terms", "roll-out plan")
REQUESTS_ZH, REQUESTS_EN = ("出具授权书", "完成报价评审"), ("Get the letter of authority", "Finish the price review")


def build_reviews(b: Builder, world: Organisations, deals: list[Deal], seed: int) -> None:
    """Evidence and opinions on the deals that are open, and a few on those that are closed."""
    b.rng = np.random.default_rng([seed, 6])
    integrator = b.node("company", name="岚桥集成", kinds=("partner",), extra={"made_up": True})
    for deal in deals:
        last = min(deal.end, b.today) - QUIET_DAYS
        if last <= deal.opened or (deal.closed is not None and not b.chance(0.3)):
            continue
        _criteria(b, world, deal, last)
        _facts(b, world, deal, last)
        if deal.closed is None:
            _parts(b, deal, last)
            _requests(b, deal, last)
            if b.chance(0.12):
                role = b.pick(("integrator", "reseller", "subcontractor"))
                b.edge("partners", integrator, deal.id, key=role, since=_day(b, deal, last), vendor=world.ours.id)


def _day(b: Builder, deal: Deal, last: int) -> int:
    return int(b.rng.integers(deal.opened, last))


def _criteria(b: Builder, world: Organisations, deal: Deal, last: int) -> None:
    """Sellers answer more kindly than what is seen bears out."""
    mood = deal.account.warmth
    for criterion in b.some(list(CRITERIA), int(b.rng.integers(2, 7))):
        for _ in range(int(b.rng.integers(1, 4))):
            b.observation(
                _day(b, deal, last), f"criterion:{criterion}", deal.id, scope=deal.id,
                value=float(b.chance(0.5 + 0.4 * mood)), source_class=b.pick(("observed", "inside")),
            )  # fmt: skip
    for criterion in b.some(list(CRITERIA), 2):
        b.observation(
            _day(b, deal, last), f"criterion:{criterion}", deal.id, said_by=deal.account.owners[0], scope=deal.id,
            value=float(b.chance(0.85)), source_class="opinion",
        )  # fmt: skip
    rival = b.pick(deal.rivals)
    for criterion in b.some(["solution_fit", "unique_value", "inside_support", "political_alignment"], 2):
        b.observation(
            _day(b, deal, last), f"criterion:{criterion}", deal.id, toward=rival.id, scope=deal.id,
            value=float(b.chance(0.5 - 0.4 * mood)), source_class="inside",
        )  # fmt: skip


def _facts(b: Builder, world: Organisations, deal: Deal, last: int) -> None:
    for check in CHECKS:
        if b.chance(0.4):
            b.observation(
                _day(b, deal, last), f"project_check:{check}", deal.id, said_by=deal.account.owners[0], scope=deal.id,
                value=float(b.chance(0.7)), source_class=b.pick(("observed", "inside")),
            )  # fmt: skip
    for kind in REACHED:
        for _ in range(int(b.rng.integers(0, 3))):
            b.observation(
                _day(b, deal, last), kind, deal.id, scope=deal.id, value=float(b.chance(0.75)),
                toward=world.ours.id if kind == "shortlist" else None, source_class=b.pick(("observed", "inside")),
            )  # fmt: skip


def _parts(b: Builder, deal: Deal, last: int) -> None:
    """Some deals are split into parts; who looks after the deal anyway then owns one."""
    if b.chance(0.6):
        zh = deal.account.language == "zh"
        part = b.pick(PARTS_ZH if zh else PARTS_EN)
        owner, since = deal.account.owners[-1], max(last, deal.opened + 6)
        b.edge("covers", owner, deal.id, key="presales", since=since, part=part)


def _requests(b: Builder, deal: Deal, last: int) -> None:
    """What colleagues ask of each other for the deal; some of it is late."""
    if not b.chance(0.5):
        return
    zh = deal.account.language == "zh"
    made = _day(b, deal, last)
    due = made + int(b.rng.integers(5, 60))
    request = b.node(
        "action", known=made, name=b.pick(REQUESTS_ZH if zh else REQUESTS_EN), due_on=due, status="open", hours=6.0
    )
    b.edge("belongs_to", request, deal.id, since=made)
    b.edge("owned_by", request, deal.account.owners[-1], since=made)
    if due < b.today - QUIET_DAYS and b.chance(0.5):
        b.revise("action", request, due, status="done", done_on=due)
