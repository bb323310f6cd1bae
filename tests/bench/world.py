"""A made-up graph as columns, straight from a seeded generator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from graph_schema.vocabulary import code_number
from tests.bench.sizes import Size

Ints = npt.NDArray[np.int64]
Column = npt.NDArray[Any] | list[str]
DAY = 86_400_000_000
TODAY = 20_758
"""2026-11-01, the local day that the graph ends before."""
ROLES = 5
RIVALS = 4
BEGAN = TODAY - 1_500
STANCES = (-1.0, -0.5, 0.0, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Table:
    """Facts of one type. ``ends`` are node numbers; a column holds numbers, codes or texts.

    ``start`` is the day or instant that each fact holds from (None = undated).
    """

    type: str
    ends: tuple[Ints, ...]
    columns: Mapping[str, Column] = field(default_factory=dict)
    start: Ints | None = None

    def __len__(self) -> int:
        return len(self.ends[0])


@dataclass(frozen=True, slots=True)
class World:
    """Tables, nodes before edges, and the numbers that measurements draw from."""

    tables: tuple[Table, ...]
    accounts: Ints
    people: Ints
    colleagues: Ints
    vendors: Ints
    """Our company, then the rivals."""
    following: int
    """The first node number that is free."""

    @property
    def facts(self) -> int:
        """Row versions in all tables."""
        return sum(len(table) for table in self.tables)


class _Numbers:
    """Hands out node numbers from 1."""

    def __init__(self, first: int = 1) -> None:
        self.free = first

    def take(self, size: int) -> Ints:
        first, self.free = self.free, self.free + size
        return np.arange(first, self.free, dtype=np.int64)


def _names(prefix: str, numbers: Ints) -> list[str]:
    return [f"{prefix} {number}" for number in numbers.tolist()]


def _sizes(size: Size, rng: np.random.Generator) -> Ints:
    """People per account with a heavy tail that ends at ``size.largest``."""
    weight = np.sort(rng.pareto(1.3, size.accounts) + 0.4)[::-1]
    people = size.people - size.colleagues
    number: Ints = np.clip((weight / weight.sum() * people).astype(np.int64), 3, size.largest)
    number[0] = size.largest
    spread = rng.permutation(size.accounts)[: max(size.accounts // 2, 1)]
    while (left := people - int(number.sum())) > 0:
        chosen = rng.choice(spread, min(left, len(spread)), replace=False)
        number[chosen] = np.minimum(number[chosen] + 1, size.largest)
    return number


def _skewed(count: Ints, rng: np.random.Generator, power: int = 3) -> Ints:
    """A place below each count, low ones far more often: a few people have most of the contact."""
    return (count * rng.random(len(count)) ** power).astype(np.int64)


def _pairs(*columns: Ints) -> tuple[Ints, ...]:
    return tuple(np.unique(np.stack(columns), axis=1))


def make(size: Size, seed: int = 7) -> World:
    """The whole graph of a size."""
    rng, numbers = np.random.default_rng(seed), _Numbers()
    count = _sizes(size, rng)
    vendors, accounts = numbers.take(1 + RIVALS), numbers.take(size.accounts)
    own, people = numbers.take(size.colleagues), numbers.take(int(count.sum()))
    first = np.cumsum(count) - count
    structure, seats = _structure(numbers, vendors, accounts, own, people, count, first)
    account_of = np.repeat(np.arange(size.accounts), count)
    deals, of_deal, dealing = _deals(numbers, vendors, accounts, people, count, first, rng)
    social = _social(people, account_of, count, first, rng)
    reporting = _reporting(seats[len(own) :], account_of, first, len(people))
    covers = Table("covers", _pairs(np.tile(own, 3)[np.arange(size.accounts) % len(own)], accounts),
                   {"team_role": np.zeros(size.accounts, dtype=np.int64)}, np.full(size.accounts, BEGAN))  # fmt: skip
    meeting = interactions(numbers, size.interactions, own, people, count, first, accounts, deals, of_deal, rng)
    seen = observations(numbers, len(people) // 8, own, people, vendors, rng)
    dealings = papers(numbers, accounts, deals, vendors, seats[len(own) :], first, rng)
    tables = _joined([*structure, *dealing, *social, reporting, covers, *meeting, *seen, *dealings])
    tables.sort(key=lambda table: len(table.ends))
    return World(tuple(tables), accounts, people, own, vendors, numbers.free)


def _joined(tables: list[Table]) -> list[Table]:
    """One table per type; those of one type have the same columns."""
    found: dict[str, Table] = {}
    for table in tables:
        old = found.get(table.type)
        if old is None:
            found[table.type] = table
            continue
        ends = tuple(np.concatenate(pair) for pair in zip(old.ends, table.ends, strict=True))
        columns: dict[str, Column] = {
            name: [*column, *table.columns[name]] if isinstance(column, list)
            else np.concatenate([column, table.columns[name]])  # type: ignore[arg-type]
            for name, column in old.columns.items()
        }  # fmt: skip
        start = None if old.start is None or table.start is None else np.concatenate([old.start, table.start])
        found[table.type] = Table(table.type, ends, columns, start)
    return list(found.values())


def _structure(
    numbers: _Numbers, vendors: Ints, accounts: Ints, own: Ints, people: Ints, count: Ints, first: Ints
) -> tuple[list[Table], Ints]:
    """Companies, units, seats and who holds them."""
    units_of = count // 15 + 1
    units = numbers.take(int(units_of.sum()))
    seats = numbers.take(len(own) + len(people))
    start = np.cumsum(units_of) - units_of
    within = np.arange(len(people)) - np.repeat(first, count)
    unit = units[np.repeat(start, count) + within // 15]
    kinds = ["ours", *["rival"] * RIVALS, *["customer"] * len(accounts)]
    companies, persons = np.concatenate([vendors, accounts]), np.concatenate([own, people])
    industry = [f"industry {number % 9}" for number in companies.tolist()]
    level = np.concatenate([np.full(len(own), 2), np.clip(5 - np.log2(within + 1).astype(np.int64), 1, 5)])
    held = BEGAN + persons % 700
    tables = [
        Table("company", (companies,), {"name": _names("Company", companies), "kinds": kinds, "industry": industry}),
        Table("org_unit", (units,), {"name": _names("Unit", units)}),
        Table("position", (seats,), {"title": _names("Seat", seats), "level": level}),
        Table("person", (persons,), {"name": _names("Person", persons)}),
        Table("part_of", (units, np.repeat(accounts, units_of)), {}, np.full(len(units), BEGAN)),
        Table("seat_in", (seats, np.concatenate([np.full(len(own), vendors[0]), unit])), {}, held),
        Table("holds", (persons, seats), {}, held),
    ]
    return tables, seats


def _deals(
    numbers: _Numbers, vendors: Ints, accounts: Ints, people: Ints, count: Ints, first: Ints, rng: np.random.Generator
) -> tuple[Ints, Ints, list[Table]]:
    """Four opportunities an account, roles in them, and rivals."""
    deals = numbers.take(4 * len(accounts))
    of_deal = np.repeat(np.arange(len(accounts)), 4)
    opened = TODAY - rng.integers(20, 900, len(deals))
    status = np.where(rng.random(len(deals)) < 0.5, 0, rng.integers(1, 3, len(deals)))
    closed = np.where(status == 0, -1, np.minimum(opened + rng.integers(10, 200, len(deals)), TODAY - 1))
    place = _skewed(np.repeat(count[of_deal], ROLES), rng, 2)
    played = people[np.repeat(first[of_deal], ROLES) + place]
    who, what, role = _pairs(played, np.repeat(deals, ROLES), np.tile(np.arange(ROLES), len(deals)))
    rivals = vendors[1:]
    vendor, target = _pairs(
        np.concatenate([rivals[rng.integers(0, RIVALS, len(deals))] for _ in range(2)]), np.tile(deals, 2)
    )
    began = dict(zip(deals.tolist(), opened.tolist(), strict=True))
    when = np.array([began[each] for each in what.tolist()])
    kind = rng.integers(0, 4, len(deals))
    columns: dict[str, Column] = {
        "name": _names("Deal", deals), "status": status, "kind": kind, "opened_on": opened, "closed_on": closed,
    }  # fmt: skip
    return (
        deals,
        of_deal,
        [
            Table("opportunity", (deals,), columns, opened),
            Table("for", (deals, accounts[of_deal]), {}, opened),
            Table("plays", (who, what), {"role": role, "source_class": rng.integers(0, 3, len(who))}, when),
            Table("competes", (vendor, target), {}),
        ],
    )


def _social(people: Ints, account_of: Ints, count: Ints, first: Ints, rng: np.random.Generator) -> list[Table]:
    """Influence inside accounts, and acquaintances inside and across them."""
    speaker = rng.integers(0, len(people), len(people) // 4)
    firm = account_of[speaker]
    listener = first[firm] + (count[firm] * rng.random(len(firm))).astype(np.int64)
    a, b = _pairs(people[speaker[speaker != listener]], people[listener[speaker != listener]])
    near = rng.integers(0, len(people), len(people) // 2)
    mates = first[account_of[near]] + (count[account_of[near]] * rng.random(len(near))).astype(np.int64)
    far = np.where(rng.random(len(near)) < 0.6, mates, rng.integers(0, len(people), len(near)))
    low, high = np.minimum(near, far), np.maximum(near, far)
    low, high = _pairs(people[low[low < high]], people[high[low < high]])
    known = {"kind": rng.integers(0, 6, len(low)), "strength": np.round(rng.random(len(low)), 2)}
    return [
        Table("influences", (a, b), {"weight": np.round(0.5 + rng.random(len(a)), 2)}, np.full(len(a), BEGAN)),
        Table("knows", (low, high), known, np.full(len(low), BEGAN)),
    ]


def _reporting(seats: Ints, account_of: Ints, first: Ints, size: int) -> Table:
    start = first[account_of]
    within = np.arange(size) - start
    rows = np.flatnonzero(within > 0)
    boss = seats[start[rows] + (within[rows] - 1) // 5]
    return Table("reports_to", (seats[rows], boss), {"kind": np.zeros(len(rows), dtype=np.int64)},
                 np.full(len(rows), BEGAN))  # fmt: skip


def interactions(
    numbers: _Numbers, size: int, own: Ints, people: Ints, count: Ints, first: Ints, accounts: Ints, deals: Ints,
    of_deal: Ints, rng: np.random.Generator, since: int = 730,
) -> list[Table]:  # fmt: skip
    """Interactions, who took part in them, and what some of them concern."""
    items = numbers.take(size)
    firm = np.searchsorted(np.cumsum(count), rng.integers(0, int(count.sum()), size), side="right")
    at = ((TODAY - rng.integers(1, since, size) + rng.random(size)) * DAY).astype(np.int64) // 1_000_000 * 1_000_000
    channel = rng.choice([0, 3, 4, 5, 5, 5, 5, 6, 6], size)
    guest, second = (people[first[firm] + _skewed(count[firm], rng)] for _ in range(2))
    host = own[(firm * 3 + rng.integers(0, 3, size)) % len(own)]
    two = np.flatnonzero((guest != second) & (rng.random(size) < 0.58))
    began, text = rng.random(size) < 0.4, channel >= 5
    starter, other = np.where(text, 0, 3), np.where(text, 1, 4)
    role = np.concatenate([np.where(began, other, starter), np.where(began, starter, other), other[two]])
    who, what = np.concatenate([host, guest, second[two]]), np.concatenate([items, items, items[two]])
    rows = np.flatnonzero(rng.random(size) < 0.04)
    deal = (firm[rows] * 4 + rng.integers(0, 4, len(rows))).clip(0, len(of_deal) - 1)
    about = np.where(rng.random(len(rows)) < 0.7, deals[deal], accounts[firm[rows]])
    capture = np.full(size, code_number("capture", "mail"))
    return [
        Table("interaction", (items,), {"at": at, "channel": channel, "capture": capture}, at),
        Table("took_part", (who, what), {"role": role}, np.concatenate([at, at, at[two]])),
        Table("concerns", (items[rows], about), {}, at[rows]),
    ]


def observations(
    numbers: _Numbers, size: int, own: Ints, people: Ints, vendors: Ints, rng: np.random.Generator
) -> list[Table]:
    """What was seen and said of people, towards us or a rival."""
    seen = numbers.take(size)
    kind = [("stance", "stance", "tie", "depth")[each] for each in rng.integers(0, 4, size)]
    value = np.array(STANCES)[rng.integers(0, 5, size)]
    value = np.where(np.array(kind) == "stance", value, np.abs(value).round())
    at = (TODAY - rng.integers(1, 400, size)) * DAY
    columns: dict[str, Column] = {
        "at": at, "kind": kind, "value": value, "source_class": rng.integers(0, 3, size), "word": [""] * size,
    }  # fmt: skip
    return [
        Table("observation", (seen,), columns, at),
        Table("about", (seen, people[rng.integers(0, len(people), size)]), {}, at),
        Table("toward", (seen, vendors[rng.integers(0, len(vendors), size)]), {}, at),
        Table("said_by", (seen, own[rng.integers(0, len(own), size)]), {}, at),
    ]


def papers(
    numbers: _Numbers, accounts: Ints, deals: Ints, vendors: Ints, seats: Ints, first: Ints, rng: np.random.Generator
) -> list[Table]:
    """Papers of accounts and deals, what is installed, requirements of deals, states, and rivals' moves."""
    sorts = ("contract", "delivery", "ticket", "payment")
    made, belongs = [], []
    for sort in sorts:
        rows = numbers.take(3 * len(accounts))
        start = TODAY - rng.integers(1, 900, len(rows))
        later = np.minimum(start + rng.integers(1, 60, len(rows)), TODAY - 1)
        columns: dict[str, Column] = {
            "contract": {"name": _names("Contract", rows), "signed_on": start},
            "delivery": {"name": _names("Delivery", rows), "due_on": start + 20, "delivered_on": later},
            "ticket": {"name": _names("Ticket", rows), "opened_on": start},
            "payment": {"due_on": start, "paid_on": later},
        }[sort]
        made.append(Table(sort, (rows,), columns, start))
        targets = np.concatenate([accounts, accounts, deals[: len(accounts)]])
        belongs.append((rows, targets, start))
    owner, target, since = (np.concatenate([each[at] for each in belongs]) for at in range(3))
    offerings = numbers.take(4)
    who, what = np.repeat(accounts, 2), offerings[np.tile([0, 1], len(accounts))]
    share = np.round(0.05 + 0.9 * rng.random(len(who)), 2)
    needs = numbers.take(len(deals))
    met_need = np.tile(needs, 2)
    meeting_vendor = np.concatenate([np.full(len(needs), vendors[0]), vendors[1 + needs % RIVALS]])
    met = np.round(0.1 + 0.8 * rng.random(len(met_need)), 2)
    return [
        *made,
        Table("belongs_to", (owner, target), {}, since),
        Table("offering", (offerings,), {"name": _names("Offering", offerings)}),
        Table("buys", (who, what), {"vendor": _ids(vendors[rng.integers(0, len(vendors), len(who))]),
                                    "installed_share": share}, np.full(len(who), BEGAN)),
        Table("requirement", (needs,), {"text": _names("Need", needs), "weight": 1.0 + needs % 3}),
        Table("requires", (deals, needs), {}),
        Table("meets", (meeting_vendor, met_need), {"met": met, "proof": rng.integers(0, 4, len(met_need))}),
        *_statements(numbers, accounts, vendors, seats, first, rng),
    ]  # fmt: skip


def _ids(numbers: Ints) -> list[str]:
    return [f"crm:{number}" for number in numbers.tolist()]


def _statements(
    numbers: _Numbers, accounts: Ints, vendors: Ints, seats: Ints, first: Ints, rng: np.random.Generator
) -> list[Table]:
    """A state and a rival's move at every account; some seats were left."""
    seen = numbers.take(2 * len(accounts))
    half = len(accounts)
    kind = ["state:joint_plan" if at % 2 else "state:left" for at in range(half)] + ["tie"] * half
    word = [""] * half + [("pilot", "visit", "win")[at % 3] for at in range(half)]
    at = (TODAY - rng.integers(1, 400, len(seen))) * DAY
    left = np.where(np.arange(half) % 2 == 1, accounts, seats[first])
    columns: dict[str, Column] = {
        "at": at, "kind": kind, "value": np.ones(len(seen)), "source_class": rng.integers(0, 2, len(seen)),
        "word": word,
    }  # fmt: skip
    return [
        Table("observation", (seen,), columns, at),
        Table("about", (seen, np.concatenate([left, accounts])), {}, at),
        Table("toward", (seen[half:], vendors[1 + rng.integers(0, RIVALS, half)]), {}, at[half:]),
    ]


def more(world: World, size: int, seed: int = 11) -> tuple[Table, ...]:
    """Further interactions for a filled store, with their participations."""
    rng = np.random.default_rng(seed)
    firms = len(world.accounts)
    count = np.full(firms, len(world.people) // firms)
    deals = world.accounts[np.repeat(np.arange(firms), 4)]
    deal_firm, first = np.repeat(np.arange(firms), 4), np.cumsum(count) - count
    found = interactions(
        _Numbers(world.following), size, world.colleagues, world.people, count, first, world.accounts, deals,
        deal_firm, rng, 60,
    )  # fmt: skip
    return tuple(found)
