"""Opportunities of the demonstration world: who plays which role, what was observed, how they ended."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from brm.demo import names
from brm.demo.build import Builder, cny
from brm.demo.organisations import Account, Member, Organisations, Vendor

STAGES = ("verify", "approve", "needs", "value_presentation", "bid_preparation", "bidding", "negotiation")
ROLE_FUNCTIONS: tuple[tuple[str, tuple[str, ...], int, float], ...] = (
    ("approver", ("general_management", "finance"), 4, 1.0),
    ("decider", ("information_technology", "operations"), 3, 0.93),
    ("evaluator", ("information_technology",), 1, 0.92),
    ("evaluator", ("information_technology", "operations"), 1, 0.6),
    ("user", ("operations",), 1, 0.85),
    ("buyer", ("procurement", "finance"), 2, 0.8),
    ("initiator", ("information_technology", "operations"), 2, 0.35),
    ("gatekeeper", ("general_management", "procurement"), 2, 0.3),
    ("legal_veto", ("legal",), 1, 0.3),
)


@dataclass
class Deal:
    """An opportunity with its latent truth, which the evidence only hints at."""

    id: str
    account: Account
    opened: int
    closed: int | None
    end: int
    """Last day of activity: the decision, or today."""
    chain: dict[str, Member] = field(default_factory=dict)
    stance: dict[str, float] = field(default_factory=dict)
    rivals: list[Vendor] = field(default_factory=list)
    outcome: str = "open"


def build_deals(b: Builder, world: Organisations, closed: int, still_open: int) -> list[Deal]:
    """Closed deals spread over two years and open ones of the last months, with their evidence."""
    deals = []
    for i in range(closed + still_open):
        account = world.accounts[i % len(world.accounts)]
        if i < closed:
            end = b.today - 14 - int(b.rng.integers(0, 680))
            deal = Deal("", account, end - int(b.rng.integers(60, 260)), end, end)
        else:
            deal = Deal("", account, b.today - int(b.rng.integers(10, 240)), None, b.today)
        _cast(b, deal)
        _field(b, world, deal)
        _outcome(b, deal)
        _write_opportunity(b, world, deal)
        _write_chain(b, deal)
        _write_requirements(b, world, deal)
        _write_evidence(b, world, deal)
        if deal.outcome == "won":
            _aftermath(b, deal)
        deals.append(deal)
    return deals


def _cast(b: Builder, deal: Deal) -> None:
    mood = deal.account.warmth + float(b.rng.normal(0, 0.3))
    for role, functions, level, probability in ROLE_FUNCTIONS:
        fitting = [m for m in deal.account.members if m.function in functions and m.level >= level]
        fitting = [m for m in fitting if m.id not in {c.id for c in deal.chain.values()}]
        if not fitting and role == "approver":
            fitting = [m for m in deal.account.members if m.level >= 3] or deal.account.members
        if fitting and b.chance(probability):
            key = role if role not in deal.chain else f"{role}/2"
            deal.chain[key] = b.pick(fitting)
    for member in deal.chain.values():
        deal.stance[member.id] = float(max(-1.0, min(1.0, mood + b.rng.normal(0, 0.45))))


def _field(b: Builder, world: Organisations, deal: Deal) -> None:
    deal.rivals = b.some(world.rivals, int(b.rng.integers(1, 4)))


def _outcome(b: Builder, deal: Deal) -> None:
    if deal.closed is None:
        return
    weight = {"approver": 0.35, "decider": 0.35, "evaluator": 0.2, "user": 0.1}
    parts = [(weight.get(role.partition("/")[0], 0.05), deal.stance[m.id]) for role, m in deal.chain.items()]
    support = sum(w * s for w, s in parts) / sum(w for w, _ in parts)
    if b.chance(0.1):
        deal.outcome = "no_decision"
    else:
        inclination = 0.35 + 2.6 * support + float(b.rng.normal(0, 0.5))
        deal.outcome = "won" if b.chance(1 / (1 + math.exp(-inclination))) else "lost"


def _write_opportunity(b: Builder, world: Organisations, deal: Deal) -> None:
    zh = deal.account.language == "zh"
    number = int(b.rng.integers(len(names.NEEDS_ZH)))
    need = names.NEEDS_ZH[number] if zh else names.NEEDS_EN[number]
    year = 1970 + deal.opened // 365
    amount = float(b.rng.lognormal(14.2, 0.8))
    event = b.chance(0.6)
    deal.id = b.node(
        "opportunity", known=deal.opened, name=f"{deal.account.name} {year} {need}", status="open",
        kind=b.pick(("new", "expansion", "renewal", "replacement")), stage="verify", tier=b.pick("ABCDE"),
        opened_on=deal.opened, expected_close_on=deal.opened + 180, amount=cny(amount),
        budget=cny(amount * 1.1) if b.chance(0.7) else None, margin=cny(amount * float(b.rng.uniform(0.15, 0.4))),
        budget_month=int(b.rng.integers(1, 13)) if b.chance(0.5) else None,
        compelling_event=b.pick(names.EVENTS[:3] if zh else names.EVENTS[3:]) if event else None,
        compelling_event_on=deal.opened + int(b.rng.integers(90, 360)) if event else None,
        award_form=b.pick(("open_tender", "invited_tender", "negotiated")),
        claimed_likelihood=round(float(b.rng.uniform(0.4, 0.9)), 2), since=deal.opened,
    )  # fmt: skip
    b.edge("for", deal.id, deal.account.id, since=deal.opened)
    b.edge("needs", deal.id, b.pick(world.offerings), since=deal.opened, quantity=1.0, amount=cny(amount))
    b.edge("covers", deal.account.owners[0], deal.id, key="account_manager", since=deal.opened)
    b.edge("covers", deal.account.owners[-1], deal.id, key="presales", since=deal.opened + 5)
    b.edge("competes", world.ours.id, deal.id, since=deal.opened, price=cny(amount) if b.chance(0.5) else None)
    for rival in deal.rivals:
        b.edge(
            "competes", rival.id, deal.id, since=deal.opened + int(b.rng.integers(0, 30)), source_class="inside",
            price=cny(amount * float(b.rng.uniform(0.8, 1.2))) if b.chance(0.35) else None,
            incumbent=True if b.chance(0.15) else None,
        )  # fmt: skip
    _write_stages(b, deal, amount)


def _write_stages(b: Builder, deal: Deal, amount: float) -> None:
    reached = len(STAGES) if deal.closed else int(b.rng.integers(1, len(STAGES)))
    span = max(deal.end - deal.opened, reached)
    for i, stage in enumerate(STAGES[1:reached], start=1):
        b.revise("opportunity", deal.id, deal.opened + span * i // reached, stage=stage)
    if deal.closed is None:
        return
    won = deal.outcome == "won"
    b.revise(
        "opportunity", deal.id, deal.closed, status=deal.outcome, closed_on=deal.closed,
        winner="demo:us" if won else (b.pick(deal.rivals).id if deal.outcome == "lost" else None),
        contract_amount=cny(amount * float(b.rng.uniform(0.85, 1.02))) if won else None,
        decided_by=b.pick(("one_person", "several", "whole_chain")) if b.chance(0.7) else None,
        veto_used=b.chance(0.08),
        loss_reason=b.pick(("price", "relationship", "product")) if deal.outcome == "lost" else None,
    )  # fmt: skip


def _write_chain(b: Builder, deal: Deal) -> None:
    for role, member in deal.chain.items():
        day = deal.opened + int(b.rng.integers(0, max(1, min(60, deal.end - deal.opened))))
        b.edge(
            "plays",
            member.id,
            deal.id,
            key=role.partition("/")[0],
            since=day,
            source_class="inside",
            confidence=0.8,
        )
    if b.chance(0.25):
        first, second = b.some(list(deal.chain.values()), 2)
        b.edge("conflicts_with", *sorted((first.id, second.id)), since=deal.opened, source_class="inside")
    for _ in range(2):
        first, second = b.some(list(deal.chain.values()), 2)
        scope = deal.account.id if b.chance(0.6) else deal.id
        weight = round(float(b.rng.uniform(0.4, 1.5)), 2)
        b.edge(
            "influences",
            first.id,
            second.id,
            key=scope,
            since=deal.opened,
            scope=scope,
            weight=weight,
            source_class="inside",
        )


def _write_requirements(b: Builder, world: Organisations, deal: Deal) -> None:
    zh = deal.account.language == "zh"
    for text in b.some(list(names.REQUIREMENTS), 3):
        need = b.node(
            "requirement", known=deal.opened, text=text[0] if zh else text[1], weight=float(b.rng.integers(1, 4)),
            mandatory=b.chance(0.2),
        )  # fmt: skip
        b.edge("requires", deal.id, need, since=deal.opened)
        for vendor in (world.ours, *deal.rivals):
            if b.chance(0.75 if vendor is world.ours else 0.5):
                met = round(float(b.rng.uniform(0.4, 1.0)), 2)
                proof = b.pick(("claimed", "documented", "tested", "delivered"))
                b.edge("meets", vendor.id, need, since=deal.opened + 10, met=met, proof=proof)


def _write_evidence(b: Builder, world: Organisations, deal: Deal) -> None:
    for member in deal.chain.values():
        for _ in range(int(b.rng.integers(0, 4))):
            _stance_seen(b, deal, member, deal.stance[member.id], toward=world.ours.id)
        rival = b.pick(deal.rivals)
        if b.chance(0.35):
            _stance_seen(b, deal, member, float(b.rng.normal(-0.2 * deal.stance[member.id], 0.5)), toward=rival.id)
        if b.chance(0.12):
            b.observation(
                _within(b, deal), "tie", member.id, toward=rival.id, scope=deal.account.id,
                word=b.pick(("seen_with", "worked_together", "reference")), source_class="inside",
            )  # fmt: skip
        if b.chance(0.15):
            word = b.pick(("inner_circle", "political_structure", "outside"))
            b.observation(
                _within(b, deal),
                "political_status",
                member.id,
                word=word,
                scope=deal.account.id,
                source_class="inside",
            )
        if b.chance(0.3):
            depth = float(max(1, min(5, round(2.5 + 2.5 * deal.stance[member.id]))))
            b.observation(
                _within(b, deal), "depth", member.id, toward=world.ours.id, said_by=deal.account.owners[0], value=depth,
                scope=deal.id, source_class="observed" if b.chance(0.7) else "opinion",
            )  # fmt: skip
    owner = deal.account.owners[0]
    for kind, chance in (
        ("funds", 0.5),
        ("event", 0.4),
        ("shortlist", 0.4),
        ("project_check:scoring_sheet_known", 0.3),
    ):
        if b.chance(chance):
            b.observation(
                _within(b, deal), kind, deal.id, toward=world.ours.id if kind == "shortlist" else None, said_by=owner,
                value=float(b.chance(0.75)), scope=deal.id, source_class="inside",
            )  # fmt: skip
    if b.chance(0.5):
        b.observation(
            _within(b, deal), "claim", deal.id, toward=world.ours.id, said_by=owner, value=0.8, scope=deal.id,
            source_class="opinion",
        )  # fmt: skip


def _stance_seen(b: Builder, deal: Deal, member: Member, latent: float, toward: str) -> None:
    seen = max(-1.0, min(1.0, round(2 * (latent + float(b.rng.normal(0, 0.35)))) / 2))
    source_class = b.pick(("observed", "observed", "inside", "opinion", "opinion"))
    said_by = None
    if source_class == "inside":
        said_by = b.pick([m.id for m in deal.chain.values()])
    elif source_class == "opinion":
        said_by = b.pick(deal.account.owners)
    b.observation(
        _within(b, deal), "stance", member.id, toward=toward, said_by=said_by, value=seen, source_class=source_class,
        scope=deal.id if b.chance(0.7) else deal.account.id,
    )  # fmt: skip


def _within(b: Builder, deal: Deal) -> int:
    return int(b.rng.integers(deal.opened, max(deal.opened + 1, deal.end)))


def _aftermath(b: Builder, deal: Deal) -> None:
    signed = deal.end + 7
    if signed >= b.today:
        return
    contract = b.node(
        "contract", known=signed, name="合同" if deal.account.language == "zh" else "Contract",
        amount=cny(float(b.rng.lognormal(14.2, 0.8))), signed_on=signed, framework=b.chance(0.15),
    )  # fmt: skip
    b.edge("belongs_to", contract, deal.id, since=signed)
    due = signed + int(b.rng.integers(30, 150))
    done = due + int(b.rng.integers(-10, 30))
    delivery = b.node(
        "delivery",
        known=signed,
        name="首批交付" if deal.account.language == "zh" else "First delivery",
        due_on=due,
    )
    b.edge("belongs_to", delivery, deal.id, since=signed)
    if done < b.today:
        b.revise(
            "delivery",
            delivery,
            done,
            delivered_on=done,
            accepted_on=done + 10 if done + 10 < b.today else None,
        )
    pay_due = signed + 60
    payment = b.node("payment", known=signed, amount=cny(float(b.rng.lognormal(13, 0.5))), due_on=pay_due)
    b.edge("belongs_to", payment, deal.id, since=signed)
    paid = pay_due + int(b.rng.integers(-5, 60))
    if paid < b.today and b.chance(0.85):
        b.revise("payment", payment, paid, paid_on=paid)
    if b.chance(0.35):
        opened = signed + int(b.rng.integers(10, 120))
        if opened < b.today:
            ticket = b.node(
                "ticket", known=opened, name="性能投诉" if deal.account.language == "zh" else "Performance complaint",
                opened_on=opened, severity=int(b.rng.integers(1, 6)), complaint=True,
            )  # fmt: skip
            b.edge("belongs_to", ticket, deal.id, since=opened)
