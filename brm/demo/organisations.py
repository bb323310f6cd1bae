"""Companies, units, seats and people of the demonstration world, and who moved between them."""

from __future__ import annotations

from dataclasses import dataclass, field

from brm.demo import names
from brm.demo.build import Builder, cny

SUPPLY_US = ("energy", "telecom")
"""Industries whose customers also supply us."""
FEES = {"key": 60_000.0, "first": 20_000.0}
"""Yearly fee of our partner programme, by the grade that people recorded."""


@dataclass
class Member:
    """A person in a seat."""

    id: str
    seat: str
    function: str
    level: int


@dataclass
class Account:
    """A customer with its filled seats and the colleagues who look after it."""

    id: str
    name: str
    language: str
    industry: str
    warmth: float
    """How well we stand here, -1..1; drives contact and stances, is never stored."""
    members: list[Member] = field(default_factory=list)
    former: list[Member] = field(default_factory=list)
    departures: list[tuple[Member, int]] = field(default_factory=list)
    seats: list[str] = field(default_factory=list)
    owners: list[str] = field(default_factory=list)
    neglected_since: int | None = None


@dataclass
class Vendor:
    """We or a rival, with people."""

    id: str
    name: str
    people: list[str]


@dataclass
class Organisations:
    """Everything that the deals and contacts of the world refer to."""

    ours: Vendor
    sellers: list[str]
    presales: list[str]
    executives: list[str]
    service: list[str]
    rivals: list[Vendor]
    accounts: list[Account]
    offerings: list[str]


def build_organisations(b: Builder, number: int) -> Organisations:
    """Our company, four rivals, ``number`` accounts with their trees, movers, chains and offerings."""
    ours, roles = _our_company(b)
    rivals = [_rival(b, name, language) for name, language in names.RIVALS]
    named = [(*each, "zh") for each in names.ZH_ACCOUNTS] + [(*each, "en") for each in names.EN_ACCOUNTS]
    accounts = [_account(b, *each) for each in named[:number]]
    offerings = [
        b.node("offering", name=name, line=line, list_price=cny(price)) for name, line, price in names.OFFERINGS
    ]
    world = Organisations(ours, *roles, rivals, accounts, offerings)
    _cover(b, world)
    _movers(b, accounts)
    _two_jobs(b, accounts)
    _supply_chains(b, world)
    _installed_base(b, world)
    return world


def _our_company(b: Builder) -> tuple[Vendor, tuple[list[str], list[str], list[str], list[str]]]:
    company = b.node(
        "company", id_="demo:us", name=names.OURS, kinds=("ours",), country="China", extra={"made_up": True}
    )
    roles: dict[str, list[str]] = {
        "sales": [],
        "presales": [],
        "executive": [],
        "service": [],
        "delivery": [],
    }
    units = {
        key: b.node("org_unit", name=label, kind="department")
        for key, label in (
            ("executive", "总经理办公室"), ("sales", "大客户销售部"), ("presales", "解决方案部"),
            ("service", "客户服务部"), ("delivery", "交付中心"),
        )
    }  # fmt: skip
    for unit in units.values():
        b.edge("part_of", unit, company)
    seats = [*names.OUR_SEATS]
    seats += [("sales", "sales", 2, "大客户经理")] * 26 + [("presales", "presales", 2, "解决方案顾问")] * 8
    seats += [("service", "service", 2, "服务经理")] * 4
    chief: str | None = None
    for unit, function, level, title in seats:
        seat = b.node("position", title=title, function=function, level=level)
        b.edge("seat_in", seat, units[unit])
        if chief is None:
            chief = seat
        else:
            b.edge("reports_to", seat, chief, key="solid")
        person = b.node("person", name=b.person_name("zh"))
        b.edge("holds", person, seat, since=b.start - int(b.rng.integers(100, 2500)))
        roles[unit].append(person)
    people = [person for members in roles.values() for person in members]
    return Vendor(company, names.OURS, people), (
        roles["sales"], roles["presales"], roles["executive"], roles["service"] + roles["delivery"],
    )  # fmt: skip


def _rival(b: Builder, name: str, language: str) -> Vendor:
    company = b.node("company", name=name, kinds=("rival",), extra={"made_up": True})
    people = []
    for level in (4, 3, 2, 2, 2, 2, 1, 1):
        seat = b.node("position", title="销售" if language == "zh" else "Sales", function="sales", level=level)
        b.edge("seat_in", seat, company)
        person = b.node("person", name=b.person_name(language))
        b.edge("holds", person, seat, since=b.start - int(b.rng.integers(100, 1500)))
        people.append(person)
    return Vendor(company, name, people)


def _account(b: Builder, name: str, industry: str, language: str) -> Account:
    kinds = ("customer", "supplier") if industry in SUPPLY_US else ("customer",)
    company = b.node(
        "company", name=name, kinds=kinds, industry=industry, region="north" if b.chance(0.5) else "south",
        country="China" if language == "zh" else "United Kingdom", employees=int(b.rng.integers(800, 60_000)),
        revenue=cny(float(b.rng.lognormal(21, 1))), potential=cny(float(b.rng.lognormal(16, 0.7))),
        klass="target" if b.chance(0.7) else "potential", lifecycle="bought" if b.chance(0.6) else "evaluating",
        grade=(grade := b.pick(("key", "first", "second", "third"))), fee=cny(FEES[grade]) if grade in FEES else None,
        extra={"made_up": True},
    )  # fmt: skip
    account = Account(company, name, language, industry, float(b.rng.normal(0.1, 0.45)))
    units = {}
    for key, label in names.DEPARTMENTS[language].items():
        units[key] = b.node("org_unit", name=label, kind="department")
        b.edge("part_of", units[key], company)
    for department, function, level, zh, en, superior in names.SEATS:
        seat = b.node("position", title=zh if language == "zh" else en, function=function, level=level)
        b.edge("seat_in", seat, units[department])
        account.seats.append(seat)
        if superior is not None:
            b.edge("reports_to", seat, account.seats[superior], key="solid", source_class="observed")
        if len(account.seats) > 4 and b.chance(0.04):
            b.edge("reports_to", seat, account.seats[3], key="dotted", source_class="inside")
        vacant = level <= 3 and b.chance(0.06)
        if not vacant:
            _fill(b, account, seat, function, level)
    return account


def _fill(b: Builder, account: Account, seat: str, function: str, level: int, since: int | None = None) -> Member:
    person = b.node("person", name=b.person_name(account.language))
    tenure = since if since is not None else b.start - int(b.rng.integers(60, 3000))
    b.edge("holds", person, seat, since=tenure, known=max(tenure, b.start - 30))
    member = Member(person, seat, function, level)
    account.members.append(member)
    return member


def _cover(b: Builder, world: Organisations) -> None:
    for i, account in enumerate(world.accounts):
        owner = world.sellers[i % len(world.sellers)]
        account.owners = [owner]
        since = b.start - int(b.rng.integers(0, 600))
        b.edge("covers", owner, account.id, key="account_manager", since=since)
        if b.chance(0.55):
            second = world.sellers[(i + 7) % len(world.sellers)]
            account.owners.append(second)
            b.edge("covers", second, account.id, key="sales", since=since, backup=True)
        if len(account.owners) > 1 or b.chance(0.7):
            adviser = b.pick(world.presales)
            account.owners.append(adviser)
            b.edge("covers", adviser, account.id, key="presales", since=since)
        if b.chance(0.25):
            account.neglected_since = b.today - int(b.rng.integers(60, 200))


def _movers(b: Builder, accounts: list[Account]) -> None:
    for i in range(min(14, len(accounts) // 3)):
        origin, target = accounts[i * 3], accounts[(i * 3 + 5) % len(accounts)]
        leaver = origin.members[-(2 + i % 3)]
        day = b.today - int(b.rng.integers(30, 420))
        b.end("holds", leaver.id, leaver.seat, day)
        origin.members.remove(leaver)
        origin.former.append(leaver)
        origin.departures.append((leaver, day))
        seat = b.node(
            "position",
            title="高级顾问" if target.language == "zh" else "Senior Adviser",
            function=leaver.function,
            level=2,
        )
        b.edge("seat_in", seat, target.id, since=day + 20)
        b.edge("reports_to", seat, target.seats[1], key="solid", since=day + 20, source_class="inside")
        b.edge("holds", leaver.id, seat, since=day + 20)
        if i % 2:
            _fill(b, origin, leaver.seat, leaver.function, leaver.level, since=day + 40)


def _two_jobs(b: Builder, accounts: list[Account]) -> None:
    for account in accounts[2:9]:
        shared = account.members[-1]
        person = b.node("person", name=b.person_name(account.language))
        b.edge("holds", person, shared.seat, since=b.start, share=0.5)
        account.members.append(Member(person, shared.seat, shared.function, shared.level))
    for account, other in ((accounts[0], accounts[len(accounts) // 3]), (accounts[3], accounts[len(accounts) // 2])):
        director = account.members[0]
        seat = b.node("position", title="独立董事", function="general_management", level=5)
        b.edge("seat_in", seat, other.id)
        b.edge("holds", director.id, seat, since=b.start, share=0.1)


def _supply_chains(b: Builder, world: Organisations) -> None:
    def company(name: str, *kinds: str) -> str:
        return b.node("company", name=name, kinds=tuple(sorted(kinds)), extra={"made_up": True})

    maker = company("衡康器械", "principal", "supplier")
    distributor = company("广济医疗经销", "channel", "customer")
    hospital = next(a.id for a in world.accounts if a.industry == "healthcare")
    patients = company("患者群体", "end_user_group")
    for source, target, kind in (
        (maker, distributor, "supplies"), (distributor, hospital, "resells"), (hospital, patients, "serves"),
    ):  # fmt: skip
        b.edge("supplies", source, target, key=kind)
    carrier = next(a.id for a in world.accounts if a.industry == "telecom")
    agent = company("迅通代理", "channel", "customer")
    users = company("手机用户", "end_user_group")
    b.edge("supplies", agent, users, key="serves")
    b.edge("supplies", carrier, agent, key="pays_commission")
    b.edge("supplies", agent, carrier, key="represents")
    integrator = company("合峰集成", "channel", "partner")
    b.edge("supplies", world.ours.id, integrator, key="supplies")
    b.edge("supplies", integrator, world.accounts[1].id, key="resells")


def _installed_base(b: Builder, world: Organisations) -> None:
    vendors = [world.ours, *world.rivals]
    for account in world.accounts:
        for offering in b.some(world.offerings, 3):
            shares = b.rng.dirichlet([1.2 if v is world.ours else 0.8 for v in vendors])
            for vendor, share in zip(vendors, shares, strict=True):
                if share > 0.1:
                    b.edge(
                        "buys", account.id, offering, key=vendor.id, since=b.start,
                        installed_share=round(float(share), 3),
                        potential=cny(float(b.rng.lognormal(14, 0.6))),
                        current=cny(float(b.rng.lognormal(12.5, 0.6))),
                    )  # fmt: skip
