"""The two scores in plain Python and networkx, a person at a time: the oracle of the fast code.

Written from domain.md alone, with dictionaries and loops, so that a reader can check each line against
the text. It knows nothing of the machinery; only the choices that the scorers' docstrings state are
repeated here. Only score, S and effects of persons are worked out: no intervals.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import Any

import networkx as nx

from graph_schema.vocabulary import VOCABULARIES as WORDS
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.snapshot import MISSING, Snapshot, category_code

US = 0
TEXT = ("mail", "chat", "sms", "social")
TOGETHER = ("meeting", "site_visit", "workshop", "call", "video", "event")
FACE = ("meeting", "site_visit", "workshop")
GAP = "gap"


class Plain:
    """A snapshot as plain rows, and the scores of single subjects."""

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
                int(key): {name: column[i] for name, column in table.columns.items()}
                for i, key in enumerate(table.key)
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

    def depth(self, person: int, vendor: int, scope: int) -> float:
        given, held = self.p.depth, [0.0]
        if vendor == US:
            for item in self.met_by[person]:
                if self.counts(item, scope) and self.channel(item) in TOGETHER:
                    held.append(given.met - (self.today - self.day(item)) // given.rung_days)
        observed = WORDS["source_class"].index("observed")
        for key, _ in self.observed["depth", person, vendor]:
            row = self.nodes("observation")[key]
            if row["source_class"] == observed and self.counts(key, scope):
                held.append(float(row["value"]) - self.age(key) // given.rung_days)
        return max(held)

    def rival_ties(self, person: int, vendor: int, scope: int) -> dict[int, float]:
        life, energy = self.half_life(scope), defaultdict(float)
        momentum = {category_code(word) for word in ("win", "visit")}
        for key, named in self.observed["tie", person, vendor]:
            row = self.nodes("observation")[key]
            if int(row["word"]) not in momentum and self.counts(key, scope):
                energy[named] += self.p.tie.observed_tie * self.rho(row) * 2 ** (-self.age(key) / life)
        for edge in self.edges("knows"):
            if person in (edge["a"], edge["b"]):
                other = edge["a"] + edge["b"] - person
                if vendor in self.seats.get(other, {}):
                    strength = 1.0 if math.isnan(edge["strength"]) else float(edge["strength"])
                    energy[other] += self.p.tie.acquaintance * strength * self.rho(edge, "confidence")
        return {named: self.strength(value) for named, value in energy.items()}

    def installed(self, account: int | None, vendor: int) -> float:
        shares = [
            float(e["installed_share"]) for e in self.edges("buys")
            if e["a"] == account and e["vendor"] >= 0 and self.vendor(int(e["vendor"])) == vendor
            and not math.isnan(e["installed_share"])
        ]  # fmt: skip
        if shares:
            return sum(shares) / len(shares)
        segment = int(self.nodes("company").get(account, {"industry": MISSING})["industry"])
        for seg, v, mean in zip(
            self.ref.share_segment, self.ref.share_vendor, self.ref.share_mean, strict=True
        ):
            if (seg, v) == (segment, vendor):
                return float(mean)
        return 0.0

    # the key-person score

    def tie(self, person: int, vendor: int, scope: int) -> tuple[float, int]:
        """Strongest tie, and number of active ones."""
        ties = self.our_ties(person, scope) if vendor == US else self.rival_ties(person, vendor, scope)
        active = sum(t >= self.p.tie.active for t in ties.values())
        best = max(ties.values(), default=0.0)
        if vendor != US:
            account = self.account_of.get(scope) if scope in self.nodes("opportunity") else scope
            best = max(best, self.installed(account, vendor))
        return best, active

    def key_person(self, person: int, vendor: int, scope: int) -> float:
        given = self.p.key_person
        tie, active = self.tie(person, vendor, scope)
        incoming = outgoing = 0
        ages = []
        if vendor == US:
            for item in (i for i in self.met_by[person] if self.counts(i, scope)):
                people, age = self.parts[item], self.today - self.day(item)
                ages.append(age)
                if age < given.reciprocity_days:
                    incoming += people[person]
                    outgoing += not people[person] and any(people[c] for c in people if c in self.colleagues)
        else:
            momentum = {category_code(word) for word in ("win", "visit")}
            ages = [
                self.age(k) for k, _ in self.observed["tie", person, vendor]
                if self.counts(k, scope) and int(self.nodes("observation")[k]["word"]) not in momentum
            ]  # fmt: skip
        both = incoming + outgoing
        reciprocity = 2 * min(incoming, outgoing) / both if both else 0.0
        years = max(ages, default=0) / given.year_days
        warmth = 100 * (
            given.tie * tie
            + given.reciprocity * reciprocity
            + given.depth * self.depth(person, vendor, scope) / self.p.depth.top
            + given.duration * min(1.0, years / given.full_years)
            + given.breadth * min(1.0, active / given.full_colleagues)
        )
        return warmth * (1 + self.stance(person, vendor, scope)) / 2

    # the decision-chain score

    def roles(self, deal: int) -> dict[int, set[str]]:
        found: dict[int, set[str]] = defaultdict(set)
        for edge in self.edges("plays"):
            if edge["b"] == deal and edge["a"] in self.nodes("person") and edge["a"] not in self.colleagues:
                found[edge["a"]].add(WORDS["buying_role"][int(edge["role"])])
        return found

    def members(self, deal: int) -> list[int]:
        people, account = set(self.roles(deal)), self.account_of.get(deal, -1)
        found = set(people)
        for edge in self.edges("influences"):
            if edge["scope"] == deal:
                found |= {edge["a"], edge["b"]}
            elif edge["scope"] in (-1, account) and edge["b"] in people:
                found.add(edge["a"])
        return sorted(found - self.colleagues)

    def expected(self, deal: int) -> tuple[str, ...]:
        return self.ref.expected_roles[int(self.nodes("opportunity")[deal]["kind"])]

    def rights(self, deal: int) -> dict[Any, float]:
        roles, members = self.roles(deal), self.members(deal)
        if not members:
            return {GAP: 1.0}
        given, expected = self.p.decision_rights, self.expected(deal)
        holders = {r: [p for p in roles if r in roles[p]] for r in WORDS["buying_role"]}
        counted = [r for r in WORDS["buying_role"] if holders[r] or r in expected]
        total = sum(getattr(given, r, 0.0) for r in counted)
        found: dict[Any, float] = dict.fromkeys(members, 0.0)
        found |= {(GAP, r): 0.0 for r in expected if not holders[r]}
        for role in counted:
            for holder in holders[role] or [(GAP, role)]:
                if total > 0:
                    found[holder] += getattr(given, role, 0.0) / total / max(len(holders[role]), 1)
        if total <= 0:
            found |= dict.fromkeys(members, 1 / len(members))
        return found

    def susceptibility(self, person: int, deal: int) -> float:
        given, votes = self.p.susceptibility, dict.fromkeys(WORDS["political_status"], 0.0)
        values = [getattr(given, r) for r in self.roles(deal)[person] if hasattr(given, r)]
        account = self.account_of.get(deal)
        for (kind, about, _), keys in self.observed.items():
            if (kind, about) == ("political_status", person):
                for key, _ in keys:
                    deals, companies = self.split(key)
                    where = companies | {self.account_of[d] for d in deals if d in self.account_of}
                    if not where or account in where:
                        for word in votes:
                            if int(self.nodes("observation")[key]["word"]) == category_code(word):
                                votes[word] += self.weight(key)
        value = max(values, default=given.none)
        status = max(votes, key=lambda word: votes[word])
        if votes[status] > 0:
            value += {"inner_circle": given.inner_circle, "outside": given.outside}.get(status, 0.0)
        return min(given.high, max(given.low, value))

    def listening(self, members: list[int], deal: int) -> nx.DiGraph:
        """An edge i -> j with the share of attention that i gives j."""
        given, raw = self.p.listening, nx.DiGraph()
        raw.add_nodes_from(members)

        def add(listener: int, speaker: int, weight: float) -> None:
            if listener in raw and speaker in raw and listener != speaker and weight > 0:
                old = raw.get_edge_data(listener, speaker, {"weight": 0.0})["weight"]
                raw.add_edge(listener, speaker, weight=old + weight)

        for edge in self.edges("influences"):
            if edge["scope"] in (-1, deal, self.account_of.get(deal, -1)):
                add(edge["b"], edge["a"], given.influence if math.isnan(edge["weight"]) else float(edge["weight"]))
        holders: dict[int, list[int]] = defaultdict(list)
        for edge in self.edges("holds"):
            holders[edge["b"]].append(edge["a"])
        for edge in self.edges("reports_to"):
            kind = WORDS["report_kind"][int(edge["kind"])]
            for report in holders[edge["a"]]:
                for superior in holders[edge["b"]]:
                    add(report, superior, getattr(given, f"{kind}_up"))
                    add(superior, report, getattr(given, f"{kind}_down"))
        for edge in self.edges("knows"):
            if WORDS["knows_kind"][int(edge["kind"])] in ("friend", "adviser"):
                add(edge["a"], edge["b"], given.friend)
                add(edge["b"], edge["a"], given.friend)
        opposed = {frozenset((e["a"], e["b"])) for e in self.edges("conflicts_with")}
        graph = nx.DiGraph()
        graph.add_nodes_from(members)
        for person in members:
            total, own = sum(d["weight"] for *_, d in raw.out_edges(person, data=True)), 0.0
            for _, other, data in raw.out_edges(person, data=True):
                share = data["weight"] / total
                if frozenset((person, other)) in opposed:
                    own, share = own + share * (1 - given.conflict), share * given.conflict
                graph.add_edge(person, other, weight=share)
            if total == 0 or own:
                graph.add_edge(person, person, weight=own if total else 1.0)
        return graph

    def settle(self, graph: nx.DiGraph, give: dict[int, float], stance: dict[int, float]) -> dict[int, float]:
        """Repeated averaging until nothing moves: y = (1 - lambda) s + lambda W y."""
        y = dict(stance)
        for _ in range(500):
            y = {
                i: (1 - give[i]) * stance[i]
                + give[i] * sum(d["weight"] * y[j] for _, j, d in graph.out_edges(i, data=True))
                for i in graph
            }
        return y

    def decision_chain(self, deal: int, vendor: int) -> dict[str, Any]:
        members, rights, given = self.members(deal), self.rights(deal), self.p.decision_chain
        graph = self.listening(members, deal)
        give = {p: self.susceptibility(p, deal) for p in members}
        stance: dict[Any, float] = {p: self.stance(p, vendor, deal) for p in members}
        opinion: dict[Any, float] = dict(self.settle(graph, give, stance))
        influence: dict[Any, float] = {}
        for person in members:
            unit = {p: float(p == person) for p in members}
            settled = self.settle(graph, give, unit)
            influence[person] = sum(rights[p] * settled[p] for p in members)
        for gap in rights.keys() - set(members):
            stance[gap] = opinion[gap] = self.p.stance.placeholder
            influence[gap] = rights[gap]
        support = sum(influence[x] * stance[x] for x in rights)
        average = self.rule_average(deal, rights, opinion)
        ties = sum(influence[p] * self.tie(p, vendor, deal)[0] for p in members)
        top = max(influence.values())
        champion = max((
            math.sqrt(influence[p] / top) * max(0.0, stance[p]) * self.depth(p, vendor, deal) / self.p.depth.top
            for p in members if top > 0
        ), default=0.0)  # fmt: skip
        opinions_only = WORDS["source_class"].index("opinion")
        evident = {
            WORDS["buying_role"][int(e["role"])] for e in self.edges("plays")
            if e["b"] == deal and e["a"] in members and e["source_class"] != opinions_only
        }  # fmt: skip
        expected = self.expected(deal)
        know = len(evident & set(expected)) / len(expected) if expected else 0.0
        score = 100 * (
            given.stance * (1 + average) / 2 + given.tie * ties + given.champion * champion
            + given.knowledge * know
        )  # fmt: skip
        for person, played in self.roles(deal).items():
            if "legal_veto" in played:
                score *= 1 - given.veto * max(0.0, -opinion[person])
        return {"score": score, "support": support, "influence": influence, "opinion": opinion}

    def rule_average(self, deal: int, rights: dict[Any, float], y: dict[Any, float]) -> float:
        roles = self.roles(deal)
        weighted = sum(rights[x] * y[x] for x in rights)
        top = max(rights.values())
        single = min(y[x] for x in rights if rights[x] >= top - 1e-12)
        chance = [1.0]
        voters = [x for x in rights if rights[x] > 0]
        for x in voters:
            yes = (1 + y[x]) / 2
            grown = [0.0] * (len(chance) + 1)
            for n, p in enumerate(chance):
                grown[n] += p * (1 - yes)
                grown[n + 1] += p * yes
            chance = grown
        majority = 2 * sum(p * (1.0 if 2 * n > len(voters) else 0.5 if 2 * n == len(voters) else 0.0)
                           for n, p in enumerate(chance)) - 1  # fmt: skip
        vetoers = [p for p in roles if roles[p] & {"approver", "legal_veto"}]
        vetoers += [x for x in rights if x == (GAP, "approver")]
        veto = min((y[x] for x in vetoers), default=weighted)
        counted = [0, 0, 0, 0]
        if deal in self.account_of:
            for account, row in zip(self.ref.rule_account, self.ref.rule_counts, strict=True):
                if account == self.account_of[deal]:
                    counted = [int(n) for n in row]
        n, prior = sum(counted), self.p.decision_chain.rule_prior
        if n < self.p.decision_chain.rule_least:
            return weighted
        shares = [(prior * (i == 0) + c) / (prior + n) for i, c in enumerate(counted)]
        return sum(w * r for w, r in zip(shares, (weighted, single, majority, veto), strict=True))
