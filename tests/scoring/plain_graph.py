"""Who is where, who met whom, and what was observed: the plain oracle's reading of a snapshot."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from graph_schema.vocabulary import VOCABULARIES as WORDS
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.snapshot import MISSING, Snapshot, category_code

US = 0
TEXT = ("mail", "chat", "sms", "social")
TOGETHER = ("meeting", "site_visit", "workshop", "call", "video", "event")
FACE = ("meeting", "site_visit", "workshop")


class PlainGraph:
    """A snapshot as plain rows, and what sections 2 and 4 say about single persons."""

    def __init__(self, snapshot: Snapshot, reference: Reference, parameters: Parameters) -> None:
        self.s, self.ref, self.p = snapshot, reference, parameters
        self.days = lambda at: int(snapshot.local_days.of(int(at)))
        self.today = snapshot.today
        self.ours = {k for k, row in self.nodes("company").items() if int(row["kinds"]) & 1}
        rival = 1 << WORDS["company_kind"].index("rival")
        self.mere_rivals = {k for k, row in self.nodes("company").items() if int(row["kinds"]) == rival}

    def nodes(self, type_: str) -> dict[int, dict[str, Any]]:
        cache = self.__dict__.setdefault("_nodes", {})
        if type_ not in cache:
            table = self.s.nodes[type_]
            cache[type_] = {
                int(key): {name: column[i] for name, column in table.columns.items()} for i, key in enumerate(table.key)
            }
        return cache[type_]

    def edges(self, type_: str, always: bool = False) -> list[dict[str, Any]]:
        cache = self.__dict__.setdefault("_edges", {})
        if (type_, always) not in cache:
            table = self.s.edges[type_]
            cache[type_, always] = [
                {"a": int(table.source[i]), "b": int(table.target[i]), "from": int(table.valid_from[i]),
                 "to": int(table.valid_to[i]), **{name: column[i] for name, column in table.columns.items()}}
                for i in range(len(table))
                if always or table.valid_from[i] <= self.s.as_of < table.valid_to[i]
            ]  # fmt: skip
        return cache[type_, always]

    def at(self, type_: str, end: str, key: int) -> list[dict[str, Any]]:
        """The edges of a type that have the key at one end (or in a property)."""
        cache = self.__dict__.setdefault("_at", {})
        if (type_, end) not in cache:
            cache[type_, end] = defaultdict(list)
            for edge in self.edges(type_):
                cache[type_, end][int(edge[end])].append(edge)
        return cache[type_, end][key]

    # who is where

    @cached_property
    def company_at(self) -> dict[int, int]:
        above = {e["a"]: e["b"] for e in reversed(self.edges("part_of"))}
        found = {}
        for edge in self.edges("seat_in"):
            at = edge["b"]
            for _ in range(16):
                if at in self.nodes("company") or at not in above:
                    break
                at = above[at]
            if at in self.nodes("company"):
                found[edge["a"]] = at
        return found

    @cached_property
    def seats(self) -> dict[int, dict[int, float]]:
        """Person -> company -> highest level known (0 for none)."""
        found: dict[int, dict[int, float]] = defaultdict(dict)
        for edge in self.edges("holds"):
            company = self.company_at.get(edge["b"])
            if company is not None:
                level = float(self.nodes("position")[edge["b"]]["level"])
                level = 0.0 if math.isnan(level) else level
                found[edge["a"]][company] = max(level, found[edge["a"]].get(company, 0.0))
        return found

    @cached_property
    def colleagues(self) -> set[int]:
        found = {p for p, companies in self.seats.items() if self.ours & set(companies)}
        partner = WORDS["team_role"].index("partner")
        covering = {e["a"] for e in self.edges("covers") if e["team_role"] != partner}
        return found | {p for p in covering if p in self.nodes("person") and not self.seats.get(p)}

    @cached_property
    def customers(self) -> set[int]:
        found = {p for p, companies in self.seats.items() if set(companies) - self.mere_rivals}
        found |= {e["a"] for e in self.edges("plays") if e["a"] in self.nodes("person")}
        return found - self.colleagues

    def vendor(self, company: int) -> int:
        return US if company in self.ours else company

    @cached_property
    def account_of(self) -> dict[int, int]:
        return {e["a"]: e["b"] for e in reversed(self.edges("for"))}

    # what concerns what

    @cached_property
    def concerned(self) -> dict[int, set[int]]:
        found: dict[int, set[int]] = defaultdict(set)
        for edge in self.edges("concerns", always=True):
            item = self.nodes("interaction").get(edge["a"]) or self.nodes("observation").get(edge["a"])
            if item is not None and edge["from"] <= item["at"] < edge["to"] and edge["b"] not in self.ours:
                found[edge["a"]].add(edge["b"])
        return found

    def split(self, item: int) -> tuple[set[int], set[int]]:
        deals = self.concerned[item] & set(self.nodes("opportunity"))
        return deals, self.concerned[item] - deals

    def general(self, item: int, account: int | None) -> bool:
        deals, companies = self.split(item)
        return not deals and (not companies or account in companies)

    def counts(self, item: int, scope: int) -> bool:
        deals, companies = self.split(item)
        if scope in self.nodes("opportunity"):
            return scope in deals or self.general(item, self.account_of.get(scope))
        accounts = companies | {self.account_of[d] for d in deals if d in self.account_of}
        return not accounts or scope in accounts

    # ties

    @cached_property
    def parts(self) -> dict[int, dict[int, bool]]:
        """Interaction -> participants who took part -> whether they started it."""
        away = [WORDS["response"].index(word) for word in ("declined", "absent")]
        starters = [WORDS["took_part_role"].index(word) for word in ("from", "organiser")]
        found: dict[int, dict[int, bool]] = defaultdict(dict)
        for edge in self.edges("took_part", always=True):
            item = self.nodes("interaction").get(edge["b"])
            if item is None or item["cancelled"] == 1 or item["at"] > self.s.as_of:
                continue
            if edge["from"] <= item["at"] < edge["to"] and edge["response"] not in away:
                found[edge["b"]][edge["a"]] = edge["role"] in starters
        return found

    @cached_property
    def met_by(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        for item, people in self.parts.items():
            if self.colleagues & set(people):
                for person in people:
                    if person in self.customers:
                        found[person].append(item)
        return found

    def channel(self, item: int) -> str:
        return WORDS["channel"][int(self.nodes("interaction")[item]["channel"])]

    def day(self, item: int) -> int:
        return self.days(self.nodes("interaction")[item]["at"])

    def half_life(self, scope: int) -> float:
        deal = scope in self.nodes("opportunity")
        return self.p.tie.half_life_opportunity if deal else self.p.tie.half_life_account

    def energy(self, colleague: int, person: int, scope: int) -> float:
        tie, life = self.p.tie, self.half_life(scope)
        contact = 0.0
        texts: dict[int, list[tuple[Any, float, bool]]] = defaultdict(list)
        for item in self.met_by[person]:
            people = self.parts[item]
            if colleague not in people or not self.counts(item, scope):
                continue
            customers = [p for p in people if p in self.customers]
            dilution, age = 1 / math.sqrt(len(customers)), self.today - self.day(item)
            channel = self.channel(item)
            if channel not in TEXT:
                weight = getattr(tie, channel, 0.0)
                if self.nodes("interaction")[item]["executive"] == 1 and channel in FACE:
                    weight = max(weight, tie.executive)
                direction = tie.customer_started if any(people[c] for c in customers) else 1.0
                contact += weight * direction * dilution * 2 ** (-age / life)
                continue
            unsigned = not any(people[p] for p in people if p in self.customers or p in self.colleagues)
            if people[person] or people[colleague] or unsigned:
                at = self.nodes("interaction")[item]["at"]
                value = (tie.customer_started if people[person] else 1.0) * dilution
                texts[self.day(item)].append(((at, -value), value, people[person]))
        return contact + self.text_energy(texts, life)

    def text_energy(self, texts: dict[int, list[tuple[Any, float, bool]]], life: float) -> float:
        tie, two_way, unanswered, weeks = self.p.tie, 0.0, 0.0, set()
        wrote_in = {day for day, sent in texts.items() if any(inbound for *_, inbound in sent)}
        wrote_out = {day for day, sent in texts.items() if not all(inbound for *_, inbound in sent)}
        for day in sorted(texts):
            window = range(day - int(tie.text_window) + 1, day + 1)
            value = min(texts[day])[1] * 2 ** (-(self.today - day) / life)
            if wrote_in & set(window) and wrote_out & set(window):
                two_way += tie.text_day * value
            elif day in wrote_out and (day + 3) // 7 not in weeks:
                weeks.add((day + 3) // 7)
                unanswered += tie.unanswered * value
        return min(two_way + min(unanswered, tie.unanswered_cap), tie.text_cap)

    def strength(self, energy: float) -> float:
        return 1 - math.exp(-energy / self.p.tie.scale)

    def our_ties(self, person: int, scope: int) -> dict[int, float]:
        near = {c for item in self.met_by[person] for c in self.parts[item] if c in self.colleagues}
        return {c: self.strength(self.energy(c, person, scope)) for c in near}

    # observations

    def rho(self, row: dict[str, Any], stated: str = "reliability") -> float:
        if not math.isnan(row[stated]):
            return float(row[stated])
        if row["source_class"] < 0:
            return self.p.evidence.inside
        return float(getattr(self.p.evidence, WORDS["source_class"][int(row["source_class"])]))

    @cached_property
    def observed(self) -> dict[tuple[str, int, int], list[tuple[int, int]]]:
        """(kind, person, vendor) -> observations with the vendor's named person (-1 for none)."""
        kinds = {category_code(k): k for k in ("stance", "tie", "depth", "political_status")}
        links: dict[str, dict[int, list[int]]] = {}
        for type_ in ("about", "toward", "said_by"):
            links[type_] = defaultdict(list)
            for edge in self.edges(type_, always=True):
                links[type_][edge["a"]].append(edge["b"])
        found: dict[tuple[str, int, int], list[tuple[int, int]]] = defaultdict(list)
        newest: dict[Any, tuple[Any, ...]] = {}
        opinion = WORDS["source_class"].index("opinion")
        for key, row in self.nodes("observation").items():
            kind = kinds.get(int(row["kind"]))
            if kind is None or row["at"] > self.s.as_of:
                continue
            for person in (p for p in links["about"][key] if p in self.nodes("person")):
                for vendor, named in self.aims(links["toward"][key]):
                    if row["source_class"] != opinion:
                        found[kind, person, vendor].append((key, named))
                        continue
                    deals, companies = self.split(key)
                    place = min(deals, default=min(companies, default=-1))
                    source = links["said_by"][key][0] if links["said_by"][key] else -1
                    slot = (kind, source, person, vendor, place)
                    rank = (row["at"], -row["value"], key, named)
                    if slot not in newest or rank[:2] > newest[slot][:2]:
                        newest[slot] = rank
        for (kind, _, person, vendor, _), (_, _, key, named) in newest.items():
            found[kind, person, vendor].append((key, named))
        return found

    @cached_property
    def political(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        for (kind, person, _), keys in self.observed.items():
            if kind == "political_status":
                found[person] += [key for key, _ in keys]
        return found

    @cached_property
    def holders(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        for edge in self.edges("holds"):
            found[edge["b"]].append(edge["a"])
        return found

    def aims(self, toward: Iterable[int]) -> list[tuple[int, int]]:
        found = []
        for each in toward:
            if each in self.nodes("company"):
                found.append((self.vendor(each), -1))
            elif each in self.colleagues:
                found.append((US, each))
            else:
                found += [(self.vendor(company), each) for company in self.seats.get(each, {})]
        return found or [(US, -1)]

    def age(self, key: int) -> int:
        return self.today - self.days(self.nodes("observation")[key]["at"])

    def weight(self, key: int) -> float:
        row = self.nodes("observation")[key]
        return self.rho(row) * 2 ** (-self.age(key) / self.p.evidence.half_life)

    def stance(self, person: int, vendor: int, scope: int) -> float:
        given, account = self.p.stance, self.account_of.get(scope, scope)
        opinion = WORDS["source_class"].index("opinion")
        deal = scope in self.nodes("opportunity")
        if deal and scope not in self.account_of:
            account = None
        own, general = [], []
        for key, _ in self.observed["stance", person, vendor]:
            if deal and scope in self.split(key)[0]:
                own.append(key)
            elif self.general(key, account):
                general.append(key)

        def pooled(keys: list[int], start: float) -> float:
            rows = [(self.weight(k), float(self.nodes("observation")[k]["value"])) for k in keys]
            total = sum(w for w, _ in rows)
            return (given.kappa * start + sum(w * e for w, e in rows)) / (given.kappa + total)

        def backed(keys: list[int]) -> bool:
            return any(self.nodes("observation")[k]["source_class"] != opinion for k in keys)

        def capped(value: float) -> float:
            return max(-given.opinion_cap, min(given.opinion_cap, value))

        start = pooled(general, 0.0)
        start = start if backed(general) else capped(start)
        found = pooled(own, start)
        return found if backed(own) or backed(general) else capped(found)

    def hosts(self, item: int) -> set[int]:
        """The colleagues of ours who took part."""
        return {p for p in self.parts[item] if p in self.colleagues}

    def depth(self, person: int, vendor: int, scope: int, without: int | None = None) -> float:
        given, held = self.p.depth, [0.0]
        if vendor == US:
            met = [i for i in self.met_by[person] if self.counts(i, scope) and self.channel(i) in TOGETHER]
            met = [i for i in met if self.hosts(i) != {without}]
            held += [given.met - (self.today - self.day(item)) // given.rung_days for item in met]
        observed = WORDS["source_class"].index("observed")
        for key, named in self.observed["depth", person, vendor]:
            row = self.nodes("observation")[key]
            if row["source_class"] == observed and self.counts(key, scope) and (without is None or named != without):
                held.append(float(row["value"]) - self.age(key) // given.rung_days)
        return max(held)

    def rival_ties(self, person: int, vendor: int, scope: int) -> dict[int, float]:
        life, energy = self.half_life(scope), defaultdict(float)
        momentum = {category_code(word) for word in ("win", "visit")}
        for key, named in self.observed["tie", person, vendor]:
            row = self.nodes("observation")[key]
            if int(row["word"]) not in momentum and self.counts(key, scope):
                energy[named] += self.p.tie.observed_tie * self.rho(row) * 2 ** (-self.age(key) / life)
        for edge in self.at("knows", "a", person) + self.at("knows", "b", person):
            other = edge["a"] + edge["b"] - person
            if vendor in self.seats.get(other, {}):
                strength = 1.0 if math.isnan(edge["strength"]) else float(edge["strength"])
                energy[other] += self.p.tie.acquaintance * strength * self.rho(edge, "confidence")
        return {named: self.strength(value) for named, value in energy.items()}

    def installed(self, account: int | None, vendor: int) -> float:
        shares = [
            float(e["installed_share"]) for e in self.at("buys", "a", -1 if account is None else account)
            if e["vendor"] >= 0 and self.vendor(int(e["vendor"])) == vendor
            and not math.isnan(e["installed_share"])
        ]  # fmt: skip
        if shares:
            return sum(shares) / len(shares)
        segment = int(self.nodes("company").get(account, {"industry": MISSING})["industry"])
        for seg, v, mean in zip(self.ref.share_segment, self.ref.share_vendor, self.ref.share_mean, strict=True):
            if (seg, v) == (segment, vendor):
                return float(mean)
        return 0.0
