"""A large synthetic Snapshot for measurements: arrays straight from a seeded generator."""

from __future__ import annotations

import numpy as np

from graph_schema.vocabulary import VOCABULARIES as WORDS
from scoring.snapshot import MICROSECONDS_A_DAY, Snapshot, category_code, edge_table, node_table
from tests.worlds.builder import TODAY

ROLES = 7
DEALS = 4
INTERACTIONS = 400
PEOPLE = 50


def population(accounts: int, colleagues: int = 300, seed: int = 7) -> Snapshot:
    """``accounts`` accounts with 50 people, 4 open deals, 400 interactions and 40 stances each."""
    rng = np.random.default_rng(seed)
    us, rivals = 1, np.arange(2, 6)
    firms = np.arange(10, 10 + accounts)
    size = accounts * PEOPLE
    own = 10 + accounts + np.arange(colleagues)
    people = own[-1] + 1 + np.arange(size)
    own_seats = people[-1] + 1 + np.arange(colleagues)
    seats = own_seats[-1] + 1 + np.arange(size)
    deals = seats[-1] + 1 + np.arange(accounts * DEALS)
    items = deals[-1] + 1 + np.arange(accounts * INTERACTIONS)
    seen = items[-1] + 1 + np.arange(accounts * 40)
    kinds = np.concatenate([[1], np.full(4, 8), np.full(accounts, 2)])
    firm_of_item = rng.integers(0, accounts, len(items))
    start = (TODAY - rng.integers(0, 730, len(items)) + rng.random(len(items))) * MICROSECONDS_A_DAY
    start = np.minimum(start, (TODAY + 1) * MICROSECONDS_A_DAY - 2).astype(np.int64)
    channel = rng.choice([0, 3, 4, 5, 5, 5, 5, 6, 6], len(items))
    # a few people of an account have most of the contact
    skewed = (PEOPLE * rng.random((len(items), 2)) ** 3).astype(np.int64)
    guests = people[firm_of_item[:, None] * PEOPLE + skewed]
    same = guests[:, 0] == guests[:, 1]
    hosts = own[(firm_of_item * 3 + rng.integers(0, 3, len(items))) % colleagues]
    began = rng.random(len(items)) < 0.4
    text = channel >= 5
    starter, other = np.where(text, 0, 3), np.where(text, 1, 4)
    two = ~same & (rng.random(len(items)) < 0.5)
    took_source = np.concatenate([hosts, guests[:, 0], guests[two, 1]])
    took_target = np.concatenate([items, items, items[two]])
    took_role = np.concatenate([np.where(began, other, starter), np.where(began, starter, other), other[two]])
    concerns_deal = rng.random(len(items)) < 0.3
    deal_of_item = deals[firm_of_item * DEALS + rng.integers(0, DEALS, len(items))]
    firm_of_seen = rng.integers(0, accounts, len(seen))
    player = (PEOPLE * rng.random((len(deals), ROLES)) ** 2).astype(np.int64)
    played = people[(np.arange(len(deals)) // DEALS)[:, None] * PEOPLE + player]
    code = np.unique(np.stack([
        played.ravel(), np.repeat(deals, ROLES), np.tile(np.arange(ROLES), len(deals))
    ]), axis=1)  # fmt: skip
    boss = seats[(np.arange(size) // PEOPLE) * PEOPLE + (np.arange(size) % PEOPLE) // 5]
    reports = boss != seats
    pairs = rng.integers(0, PEOPLE, (accounts * 40, 2))
    firm = np.repeat(np.arange(accounts), 40)
    speaks = np.unique(np.stack([firm * PEOPLE + pairs[:, 0], firm * PEOPLE + pairs[:, 1]]), axis=1)
    speaks = speaks[:, speaks[0] != speaks[1]]
    rival = np.concatenate([rivals[rng.integers(0, 4, len(deals))], rivals[rng.integers(0, 4, len(deals))]])
    competing = np.unique(np.stack([rival, np.tile(deals, 2)]), axis=1)
    aim = np.concatenate([[us], rivals])[rng.integers(0, 5, len(seen))]
    nodes = {
        "company": node_table("company", np.concatenate([[us], rivals, firms]), {"kinds": kinds}),
        "person": node_table("person", np.concatenate([own, people]), {}),
        "position": node_table(
            "position",
            np.concatenate([own_seats, seats]),
            {"level": rng.integers(1, 6, len(own_seats) + len(seats))},
        ),
        "opportunity": node_table(
            "opportunity", deals, {"status": np.zeros(len(deals)), "kind": rng.integers(0, 4, len(deals))}
        ),
        "interaction": node_table(
            "interaction",
            items,
            {"at": start, "channel": channel, "capture": np.full(len(items), WORDS["capture"].index("mail"))},
        ),
        "observation": node_table(
            "observation",
            seen,
            {
                "at": (TODAY - rng.integers(0, 400, len(seen))) * MICROSECONDS_A_DAY,
                "kind": np.array([category_code(k) for k in ("stance", "stance", "tie", "depth")])[
                    rng.integers(0, 4, len(seen))
                ],
                "value": rng.choice([-1.0, -0.5, 0.0, 0.5, 1.0], len(seen)),
                "source_class": rng.integers(0, 3, len(seen)),
            },
        ),
    }
    edges = {
        "holds": edge_table("holds", np.concatenate([own, people]), np.concatenate([own_seats, seats]), {}),
        "seat_in": edge_table(
            "seat_in",
            np.concatenate([own_seats, seats]),
            np.concatenate([np.full(colleagues, us), np.repeat(firms, PEOPLE)]),
            {},
        ),
        "reports_to": edge_table("reports_to", seats[reports], boss[reports], {"kind": np.zeros(int(reports.sum()))}),
        "for": edge_table("for", deals, np.repeat(firms, DEALS), {}),
        "plays": edge_table("plays", code[0], code[1], {"role": code[2]}),
        "competes": edge_table("competes", competing[0], competing[1], {}),
        "influences": edge_table("influences", people[speaks[0]], people[speaks[1]], {}),
        "took_part": edge_table("took_part", took_source, took_target, {"role": took_role}),
        "concerns": edge_table(
            "concerns",
            np.concatenate([items, items[concerns_deal]]),
            np.concatenate([firms[firm_of_item], deal_of_item[concerns_deal]]),
            {},
        ),
        "about": edge_table("about", seen, people[firm_of_seen * PEOPLE + rng.integers(0, PEOPLE, len(seen))], {}),
        "toward": edge_table("toward", seen, aim, {}),
        "said_by": edge_table("said_by", seen, own[rng.integers(0, colleagues, len(seen))], {}),
    }
    return Snapshot((TODAY + 1) * MICROSECONDS_A_DAY - 1, nodes, edges)
