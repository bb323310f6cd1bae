"""Random small worlds in which every rule of the scores can come into play."""

from __future__ import annotations

import random

from graph_schema.vocabulary import VOCABULARIES as WORDS
from scoring.snapshot import category_code
from tests.worlds.builder import TODAY, World, instant

EXPECTED = ("approver", "decider", "evaluator", "user", "buyer", "initiator", "gatekeeper", "legal_veto")


def random_world(seed: int, accounts: int = 2, size: int = 5, items: int = 60) -> World:
    """A world of some accounts with ``size`` people each and ``items`` interactions."""
    rng = random.Random(seed)
    world = World()
    us = world.company("us", "ours")
    rivals = [world.company(f"rival {n}", "rival") for n in range(2)]
    firms = [_account(world, rng, n) for n in range(accounts)]
    ours = [world.person(f"colleague {n}", us, rng.choice((None, 1, 3, 5))) for n in range(7)]
    theirs = [world.person(f"rival's {n}", rng.choice(rivals)) for n in range(2)]
    offerings = [world.node("offering") for _ in range(2)]
    deals = []
    for firm in firms:
        unit = world.node("org_unit")
        world.edge("part_of", unit, firm)
        people = [world.person(f"{firm}/{n}", rng.choice((firm, unit)), rng.choice((None, 1, 3))) for n in range(size)]
        for _ in range(2):
            deal = world.deal(
                f"deal {world.next}", firm, kind=rng.choice((None, *WORDS["opportunity_kind"])),
                **_money(rng, "amount"), **_money(rng, "margin"),
            )  # fmt: skip
            deals.append((deal, firm, people))
            _chain(world, rng, deal, people, rivals)
        for _ in range(4):
            closed = world.deal(
                f"closed {world.next}", firm, rng.choice(("won", "won", "lost", "no_decision")),
                closed_on=TODAY - rng.randrange(1, 900), winner=rng.choice((None, *rivals)), **_money(rng, "margin"),
                decided_by=rng.choice((None, *WORDS["decided_by"])), veto_used=rng.random() < 0.3,
            )  # fmt: skip
            _chain(world, rng, closed, people, rivals)
            if rng.random() < 0.3:
                _needs(world, rng, closed, offerings, (us, *rivals))
        mine = [deal for deal, at, _ in deals if at == firm]
        for vendor, offering in rng.sample([(v, o) for v in (us, *rivals, firm) for o in offerings], rng.randrange(7)):
            _installed(world, rng, firm, offering, vendor)
        for deal in mine:
            _needs(world, rng, deal, offerings, (us, *rivals, firm))
        _papers(world, rng, firm, mine)
        _states(world, rng, firm, people, mine, rivals, ours)
        _structure(world, rng, firm, people, ours, theirs)
        for _ in range(items // accounts):
            _interaction(world, rng, ours, people, [d for d in deals if d[1] == firm], firms)
        for _ in range(4 * size):
            _observation(world, rng, people, (us, *rivals, *ours, *theirs), ours, deals, firms)
    _contests(world, random.Random(-seed - 1), [deal for deal, *_ in deals], (us, *rivals), ours)
    _partners(world, random.Random(-seed - 10_000), us, rivals, ours, deals)
    return world


def _partners(
    world: World, rng: random.Random, us: int, rivals: list[int], ours: list[int],
    deals: list[tuple[int, int, list[int]]],
) -> None:  # fmt: skip
    """Companies that may be partners at some accounts, their people, and what they have to do with the accounts'."""
    kinds = rng.choice((("channel",), ("partner", "customer"), ("supplier",), ("channel", "rival")))
    firms = [world.company("dealer", *kinds), world.company("agent", "consultant", "customer")]
    staff = [world.person(f"dealer's {n}", rng.choice(firms), rng.choice((None, 2, 4))) for n in range(3)]
    staff.append(world.person("free agent"))
    told: set[tuple[object, ...]] = set()

    def once(type_: str, source: int, target: int, key: object, **values: object) -> None:
        if (type_, source, target, key) not in told:
            told.add((type_, source, target, key))
            world.edge(type_, source, target, **values)

    for deal, account, people in deals:
        if rng.random() < 0.5:
            ends = (rng.choice(firms), account)
            kind = rng.choice(WORDS["supply_kind"])
            once("supplies", *rng.choice((ends, ends[::-1])), kind, kind=kind)
        if rng.random() < 0.4:
            role = rng.choice(WORDS["partner_role"])
            once("partners", rng.choice(firms), deal, role, role=role, vendor=rng.choice((None, us, *rivals)))
        if rng.random() < 0.3:
            once("covers", rng.choice((*staff, *ours)), rng.choice((deal, account)), None, team_role="partner")
        if rng.random() < 0.2:
            role = rng.choice(EXPECTED)
            once("plays", rng.choice(staff), deal, role, role=role)
        if rng.random() < 0.2:
            scope = rng.choice((None, account))
            once("influences", rng.choice(staff), rng.choice(people), scope, scope=scope)
        for _ in range(6):
            present = rng.choice((staff, staff, [*staff, *ours[:2]]))
            _interaction(world, rng, present, people, [(deal, account, people)], [account])
        for _ in range(3):
            person, other = rng.choice(people), rng.choice(staff)
            world.observe(
                "tie", person, rng.choice((*firms, *staff)), day=TODAY - rng.randrange(-2, 600),
                source_class=rng.choice(WORDS["source_class"]), word=rng.choice(WORDS["tie_evidence"]),
                concerns=rng.choice(((), (deal,), (account,))), said_by=rng.choice((None, *ours)),
            )  # fmt: skip
            if rng.random() < 0.4:
                kind, strength = rng.choice(WORDS["knows_kind"]), rng.choice((None, rng.random()))
                once("knows", person, other, kind, kind=kind, strength=strength)


def _contests(world: World, rng: random.Random, deals: list[int], vendors: tuple[int, ...], ours: list[int]) -> None:
    """What is known of the deals as contests: budgets, events, prices, mandatory requirements, answers."""
    for key, values in world.nodes["opportunity"]:
        if key in deals:
            values |= _money(rng, "budget", 0.4) | _money(rng, "quoted", 0.6)
            values["compelling_event_on"] = rng.choice((None, None, TODAY - 3, TODAY, TODAY + 90))
    for _, values in world.nodes.get("requirement", ()):
        values["mandatory"] = rng.choice((None, False, True))
    for source, target, values, *_ in world.edges.get("competes", ()):
        if target in deals and source in vendors:
            values |= _money(rng, "price", 0.6) | {"shortlisted": rng.choice((None, None, False, True))}
    aimed = ("shortlist", "criterion:event_known", "criterion:unique_value")
    for deal in deals:
        for kind in ("funds", "event", "criterion:field_complete", *aimed, *aimed):
            for _ in range(rng.choice((0, 0, 1, 3))):
                world.observe(
                    kind, deal, rng.choice(vendors) if kind in aimed else None, day=TODAY - rng.randrange(-2, 300),
                    source_class=rng.choice(WORDS["source_class"]), value=rng.choice((None, 0.0, 1.0, rng.random())),
                    said_by=rng.choice((None, *ours)),
                )  # fmt: skip


def _money(rng: random.Random, name: str, known: float = 0.7) -> dict[str, float | int]:
    """An amount, sometimes in a currency that does not count, sometimes not known."""
    if rng.random() > known:
        return {}
    currency = category_code("CNY" if rng.random() < 0.85 else "EUR")
    return {name: float(rng.randrange(1, 100)), f"{name}_currency": currency}


def _account(world: World, rng: random.Random, number: int) -> int:
    return world.company(
        f"account {number}", "customer", industry=rng.choice("xy"), **_money(rng, "potential"), **_money(rng, "revenue")
    )


def _installed(world: World, rng: random.Random, firm: int, offering: int, vendor: int) -> None:
    world.edge(
        "buys", firm, offering, vendor=vendor, installed_share=rng.choice((None, rng.random())),
        **_money(rng, "current"), valid_from=instant(TODAY - rng.randrange(1, 900)),
    )  # fmt: skip


def _needs(world: World, rng: random.Random, deal: int, offerings: list[int], vendors: tuple[int, ...]) -> None:
    if rng.random() < 0.5:
        world.edge("needs", deal, rng.choice(offerings))
    for _ in range(rng.randrange(0, 3)):
        need = world.node("requirement", **({"weight": float(rng.randrange(1, 4))} if rng.random() < 0.8 else {}))
        world.edge("requires", deal, need)
        for vendor in vendors:
            if rng.random() < 0.5:
                world.edge(
                    "meets", vendor, need, met=rng.choice((None, rng.random())),
                    proof=rng.choice((None, *WORDS["proof"])), valid_from=instant(TODAY - rng.randrange(0, 400)),
                )  # fmt: skip


def _papers(world: World, rng: random.Random, firm: int, deals: list[int]) -> None:
    """Contracts, deliveries, tickets and payments of the account or one of its deals, some still to come."""

    def day(low: int = -30, high: int = 900) -> int | None:
        return None if rng.random() < 0.15 else TODAY - rng.randrange(low, high)

    for _ in range(rng.randrange(0, 4)):
        ends = rng.choice((None, TODAY - rng.randrange(-400, 400)))
        papers = [
            world.node("contract", signed_on=day(), framework=rng.random() < 0.5, ends_on=ends,
                       **_money(rng, "amount")),
            world.node("delivery", due_on=day(), delivered_on=rng.choice((None, day())),
                       accepted_on=rng.choice((None, day()))),
            world.node("ticket", opened_on=day(), complaint=rng.choice((None, False, True)),
                       severity=rng.choice((None, 1, 4, 5))),
            world.node("payment", due_on=day(), paid_on=rng.choice((None, day())), **_money(rng, "amount", 0.9)),
        ]  # fmt: skip
        for paper in papers:
            if rng.random() < 0.8:
                world.edge("belongs_to", paper, rng.choice((firm, *deals)))


def _states(
    world: World, rng: random.Random, firm: int, people: list[int], deals: list[int], rivals: list[int], ours: list[int]
) -> None:
    """States of the relationship, and what rivals do, about the account, a deal of it or a person."""
    kinds = ("joint_plan", "joint_innovation", "alliance", "left", "distress")
    for _ in range(rng.randrange(0, 6)):
        move = rng.random() < 0.5
        kind = "tie" if move else f"state:{rng.choice(kinds)}"
        said = {"word": rng.choice(("pilot", "win", "visit"))} if move else {}
        seats = [world.names[f"{name}/seat"] for name, key in world.names.items() if key in people[:2]]
        about, toward = rng.choice((firm, *deals, *people, *seats)), rng.choice((*rivals, None, firm)) if move else None
        elsewhere = world.edges["for"][0]
        concerns = rng.choice(((), (firm,), (rng.choice(deals),), (elsewhere[0],), (elsewhere[1],)))
        source = rng.choice((None, *ours))
        # said again by the same source, an opinion replaces the one before
        for source_class in rng.choice((("opinion", "opinion"), (rng.choice(WORDS["source_class"]),))):
            world.observe(
                kind, about, toward, day=TODAY - rng.randrange(-2, 500), source_class=source_class,
                value=rng.choice((None, rng.random())), concerns=concerns, said_by=source, **said,
            )  # fmt: skip


def _chain(world: World, rng: random.Random, deal: int, people: list[int], rivals: list[int]) -> None:
    for role in rng.sample(EXPECTED, rng.randrange(0, 6)):
        for person in rng.sample(people, rng.choice((1, 1, 2))):
            source = rng.choice((None, *WORDS["source_class"]))
            world.edge("plays", person, deal, role=role, source_class=source)
    for rival in rng.sample(rivals, rng.randrange(0, 3)):
        world.edge("competes", rival, deal, incumbent=rng.random() < 0.5)


def _structure(
    world: World, rng: random.Random, firm: int, people: list[int], ours: list[int], theirs: list[int]
) -> None:
    pairs = [(a, b) for a in people for b in people if a != b]
    names = {key: name for name, key in world.names.items()}
    for a, b in rng.sample(pairs, 6):
        scope = rng.choice((None, firm, world.edges["for"][-1][0]))
        world.edge("influences", a, b, scope=scope, weight=rng.choice((None, 0.5, 2.0)))
    for a, b in rng.sample(pairs, 4):
        seats = world.names[f"{names[a]}/seat"], world.names[f"{names[b]}/seat"]
        world.edge("reports_to", *seats, kind=rng.choice(WORDS["report_kind"]))
    for a, b in rng.sample(pairs, 2):
        world.edge("knows", min(a, b), max(a, b), kind=rng.choice(WORDS["knows_kind"]))
    for a, b in rng.sample([pair for pair in pairs if pair[0] < pair[1]], 2):
        world.edge("conflicts_with", a, b)
    for _ in range(2):
        person, other = rng.choice(people), rng.choice((*theirs, *ours))
        world.edge("knows", min(person, other), max(person, other), kind="alumni", strength=rng.random())


def _interaction(
    world: World,
    rng: random.Random,
    ours: list[int],
    people: list[int],
    deals: list[tuple[int, int, list[int]]],
    firms: list[int],
) -> None:
    mine, guests = rng.sample(ours, rng.choice((1, 1, 2))), rng.sample(people, rng.choice((1, 1, 2, 3)))
    about = rng.choice(((), (rng.choice(deals)[0],), (rng.choice(firms),), (deals[0][0], rng.choice(firms))))
    channel = rng.choice((*WORDS["channel"], "mail", "chat", "mail", "chat"))
    day = TODAY - (rng.randrange(30) if rng.random() < 0.6 else rng.randrange(-3, 1500)) + rng.random() / 4
    world.meet(
        channel, tuple(mine), tuple(guests), day,
        starter=rng.choice((None, *mine, *guests)), concerns=about,
        responses={each: rng.choice(WORDS["response"]) for each in guests if rng.random() < 0.2},
        executive=rng.random() < 0.1, cancelled=rng.random() < 0.05,
        capture=rng.choice((None, *WORDS["capture"])),
    )  # fmt: skip


def _observation(
    world: World,
    rng: random.Random,
    people: list[int],
    aims: tuple[int, ...],
    ours: list[int],
    deals: list[tuple[int, int, list[int]]],
    firms: list[int],
) -> None:
    kind = rng.choice(("stance", "stance", "stance", "tie", "depth", "political_status", "claim"))
    words = {"tie": WORDS["tie_evidence"], "political_status": WORDS["political_status"]}
    value = {"stance": rng.choice((-1.0, -0.5, 0.0, 0.5, 1.0)), "depth": float(rng.randrange(6))}.get(kind)
    world.observe(
        kind, rng.choice(people), rng.choice((None, *aims)), day=TODAY - rng.randrange(-2, 800),
        source_class=rng.choice(WORDS["source_class"]), value=value,
        word=rng.choice(words[kind]) if kind in words else None,
        reliability=rng.choice((None, None, rng.random())),
        concerns=rng.choice(((), (rng.choice(deals)[0],), (rng.choice(firms),))),
        said_by=rng.choice((None, *ours)),
    )  # fmt: skip
