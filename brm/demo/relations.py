"""What ties an account to us as organisations: states, service, and what rivals do there."""

from __future__ import annotations

from brm.demo.build import Builder, cny
from brm.demo.deals import Deal
from brm.demo.organisations import Account, Organisations

JOINT = (("joint_plan", 0.35), ("joint_innovation", 0.2), ("alliance", 0.1))


def build_relations(b: Builder, world: Organisations, deals: list[Deal]) -> None:
    """Joint work where we stand well, service, departures, distress, and rivals' pilots and visits."""
    for account in world.accounts:
        _joint_work(b, account)
        _service(b, account)
        _risks(b, world, account)
        for member, day in account.departures:
            b.observation(
                day, "state:left", member.seat, scope=account.id, said_by=account.owners[0], source_class="inside",
                value=1.0 if member.level >= 3 else 0.5,
            )  # fmt: skip
    for deal in deals:
        if deal.closed is None and b.chance(0.35):
            _rival_moves(b, deal)


def _joint_work(b: Builder, account: Account) -> None:
    for state, chance in JOINT:
        if b.chance(max(0.0, chance + 0.4 * account.warmth)):
            b.observation(
                b.today - int(b.rng.integers(5, 400)), f"state:{state}", account.id, scope=account.id,
                said_by=account.owners[0], value=round(float(b.rng.uniform(0.4, 1.0)), 1),
                source_class=b.pick(("observed", "observed", "inside")),
            )  # fmt: skip
    if b.chance(0.2 + 0.3 * max(0.0, account.warmth)):
        zh = account.language == "zh"
        signed = b.today - int(b.rng.integers(30, 700))
        contract = b.node(
            "contract", known=signed, name="框架协议" if zh else "Framework agreement", signed_on=signed,
            framework=True, ends_on=signed + 730, amount=cny(float(b.rng.lognormal(15, 0.5))),
        )  # fmt: skip
        b.edge("belongs_to", contract, account.id, since=signed)


def _service(b: Builder, account: Account) -> None:
    zh = account.language == "zh"
    for _ in range(int(b.rng.integers(1, 6))):
        opened = b.today - int(b.rng.integers(3, 500))
        complaint = b.chance(0.25 - 0.15 * account.warmth)
        ticket = b.node(
            "ticket", known=opened, name="服务请求" if zh else "Service request", opened_on=opened,
            severity=int(b.rng.integers(1, 6)) if complaint else None, complaint=complaint,
        )  # fmt: skip
        b.edge("belongs_to", ticket, account.id, since=opened)


def _risks(b: Builder, world: Organisations, account: Account) -> None:
    if b.chance(0.08):
        b.observation(
            b.today - int(b.rng.integers(5, 200)), "state:distress", account.id, scope=account.id,
            said_by=account.owners[0], value=0.6, source_class="inside",
        )  # fmt: skip
    if b.chance(0.2):
        b.observation(
            b.today - int(b.rng.integers(5, 260)), "tie", account.id, toward=b.pick(world.rivals).id, word="pilot",
            scope=account.id, source_class=b.pick(("observed", "inside")),
        )  # fmt: skip


def _rival_moves(b: Builder, deal: Deal) -> None:
    day = int(b.rng.integers(deal.opened, max(deal.opened + 1, deal.end)))
    b.observation(
        day, "tie", deal.id, toward=b.pick(deal.rivals).id, word=b.pick(("visit", "visit", "pilot")), scope=deal.id,
        said_by=deal.account.owners[0], source_class="inside",
    )  # fmt: skip
