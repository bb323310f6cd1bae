"""Two years of contacts between our people and the accounts', and who knows whom."""

from __future__ import annotations

import numpy as np

from brm.demo.build import Builder
from brm.demo.deals import Deal
from brm.demo.organisations import Account, Member, Organisations

CHANNELS = (
    ("mail", 0.42), ("chat", 0.18), ("call", 0.13), ("meeting", 0.12), ("video", 0.07), ("workshop", 0.02),
    ("site_visit", 0.02), ("event", 0.02), ("ticket", 0.02),
)  # fmt: skip


def build_contacts(b: Builder, world: Organisations, deals: list[Deal], total: int) -> None:
    """About ``total`` interactions, more where we stand well and where a deal is alive."""
    weights = [1.2 + max(-0.8, a.warmth) for a in world.accounts]
    for account, weight in zip(world.accounts, weights, strict=True):
        mine = [deal for deal in deals if deal.account is account]
        _account_contacts(b, world, account, mine, round(total * weight / sum(weights)))
    _acquaintances(b, world)
    _promises(b, deals)


def _account_contacts(b: Builder, world: Organisations, account: Account, deals: list[Deal], count: int) -> None:
    members = [*account.members, *account.former]
    closeness = b.rng.gamma(0.6, 1.0, len(members)) + 0.05
    last = account.neglected_since or b.today - 1
    shares = [share for _, share in CHANNELS]
    kinds = b.rng.choice([name for name, _ in CHANNELS], size=count, p=shares)
    days = b.rng.integers(b.start, last, size=count)
    for channel, day in zip(kinds, days, strict=True):
        theirs = _participants(b, members, closeness, str(channel))
        ours = b.some(account.owners, 1 if channel in ("mail", "chat", "call") else 2)
        alive = [deal for deal in deals if deal.opened <= day <= deal.end]
        scopes = [b.pick(alive).id] if alive and b.chance(0.55) else [account.id]
        more: dict[str, object] = {"purpose": b.pick(("sales", "sales", "service", "delivery", "marketing"))}
        if channel == "meeting" and b.chance(0.06):
            more["executive"] = True
            ours = [b.pick(world.executives), *ours[:1]]
        b.interaction(
            int(day),
            str(channel),
            ours,
            theirs,
            scopes,
            by_customer=b.chance(0.28 + 0.2 * max(0.0, account.warmth)),
            **more,
        )


def _participants(b: Builder, members: list[Member], closeness: object, channel: str) -> list[str]:
    probability = np.asarray(closeness) / np.sum(np.asarray(closeness))
    most = {"mail": 2, "chat": 1, "call": 1, "video": 3, "meeting": 3}.get(channel, 5)
    size = min(int(b.rng.integers(1, most + 1)), len(members))
    return [members[int(i)].id for i in b.rng.choice(len(members), size=size, replace=False, p=probability)]


def _acquaintances(b: Builder, world: Organisations) -> None:
    for account in world.accounts:
        for _ in range(2):
            ours = b.pick(world.ours.people)
            theirs = b.pick(account.members).id
            b.edge(
                "knows",
                *sorted((ours, theirs)),
                key=b.pick(("ex_colleague", "alumni", "work")),
                source_class="inside",
            )
        first, second = (m.id for m in b.some(list(account.members), 2))
        b.edge("knows", *sorted((first, second)), key=b.pick(("friend", "adviser")), source_class="inside")
        if b.chance(0.4):
            rival = b.pick(b.pick(world.rivals).people)
            theirs = b.pick(account.members).id
            b.edge(
                "knows",
                *sorted((rival, theirs)),
                key="ex_colleague",
                source_class="inside",
                sensitivity="restricted",
            )
    for first, second in zip(world.accounts, world.accounts[1:], strict=False):
        if b.chance(0.5):
            pair = sorted((b.pick(first.members).id, b.pick(second.members).id))
            b.edge("knows", *pair, key="alumni", source_class="inside")


def _promises(b: Builder, deals: list[Deal]) -> None:
    """Promises to people of the customers' side; some are kept, some late."""
    for deal in deals:
        if deal.closed is not None or not b.chance(0.3):
            continue
        zh = deal.account.language == "zh"
        made = max(deal.opened, b.today - int(b.rng.integers(5, 60)))
        due = made + int(b.rng.integers(5, 40))
        promise = b.node(
            "action",
            known=made,
            name="提供测试报告" if zh else "Send the test report",
            due_on=due,
            status="open",
            hours=4.0,
        )
        b.edge("belongs_to", promise, deal.id, since=made)
        b.edge("owned_by", promise, deal.account.owners[0], since=made)
        b.edge("promised_to", promise, deal.chain["approver"].id, since=made)
        if due < b.today and b.chance(0.5):
            b.revise("action", promise, due, status="done", done_on=due)
