"""Random small worlds in which every rule of the two scores can come into play."""

from __future__ import annotations

import random

from graph_schema.vocabulary import VOCABULARIES as WORDS
from tests.worlds.builder import TODAY, World

EXPECTED = ("approver", "decider", "evaluator", "user", "buyer", "initiator", "gatekeeper", "legal_veto")


def random_world(seed: int, accounts: int = 2, size: int = 5, items: int = 60) -> World:
    """A world of some accounts with ``size`` people each and ``items`` interactions."""
    rng = random.Random(seed)
    world = World()
    us = world.company("us", "ours")
    rivals = [world.company(f"rival {n}", "rival") for n in range(2)]
    firms = [world.company(f"account {n}", "customer", industry=rng.choice("xy")) for n in range(accounts)]
    ours = [world.person(f"colleague {n}", us) for n in range(3)]
    theirs = [world.person(f"rival's {n}", rng.choice(rivals)) for n in range(2)]
    offering = world.node("offering")
    deals = []
    for firm in firms:
        unit = world.node("org_unit")
        world.edge("part_of", unit, firm)
        people = [world.person(f"{firm}/{n}", rng.choice((firm, unit)), rng.choice((None, 1, 3))) for n in range(size)]
        for _ in range(2):
            deal = world.deal(f"deal {world.next}", firm, kind=rng.choice((None, *WORDS["opportunity_kind"])))
            deals.append((deal, firm, people))
            _chain(world, rng, deal, people, rivals)
        for _ in range(4):
            closed = world.deal(
                f"closed {world.next}", firm, "won", closed_on=TODAY - rng.randrange(1, 900),
                decided_by=rng.choice((None, *WORDS["decided_by"])), veto_used=rng.random() < 0.3,
            )  # fmt: skip
            _chain(world, rng, closed, people, rivals)
        if rng.random() < 0.7:
            world.edge("buys", firm, offering, vendor=rng.choice((us, *rivals)), installed_share=rng.random())
        _structure(world, rng, firm, people, ours, theirs)
        for _ in range(items // accounts):
            _interaction(world, rng, ours, people, [d for d in deals if d[1] == firm], firms)
        for _ in range(4 * size):
            _observation(world, rng, people, (us, *rivals, *ours, *theirs), ours, deals, firms)
    return world


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
