"""The scores of people and deals in plain Python and networkx, a person at a time: the oracle of the fast code.

Written from domain.md alone, with dictionaries and loops, so that a reader can check each line against
the text. It knows nothing of the machinery; only the choices that the scorers' docstrings state are
repeated here. Only score, S and effects of persons are worked out: no intervals.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

import networkx as nx

from graph_schema.vocabulary import VOCABULARIES as WORDS
from scoring.snapshot import category_code
from tests.scoring.plain_graph import US, PlainGraph

GAP = "gap"


class Plain(PlainGraph):
    """The scores of single subjects."""

    # the key-person score

    def tie(self, person: int, vendor: int, scope: int, without: int | None = None) -> tuple[float, int]:
        """Strongest tie, and number of active ones."""
        ties = self.our_ties(person, scope) if vendor == US else self.rival_ties(person, vendor, scope)
        ties = {who: strength for who, strength in ties.items() if who != without}
        active = sum(t >= self.p.tie.active for t in ties.values())
        best = max(ties.values(), default=0.0)
        if vendor != US:
            account = self.account_of.get(scope) if scope in self.nodes("opportunity") else scope
            best = max(best, self.installed(account, vendor))
        return best, active

    def key_person(self, person: int, vendor: int, scope: int) -> float:
        return self.warmth(person, vendor, scope) * (1 + self.stance(person, vendor, scope)) / 2

    def warmth(self, person: int, vendor: int, scope: int, without: int | None = None) -> float:
        """Warmth 0..100, also as it were without one of our colleagues."""
        given = self.p.key_person
        tie, active = self.tie(person, vendor, scope, without)
        incoming = outgoing = 0
        ages = []
        if vendor == US:
            for item in (i for i in self.met_by[person] if self.counts(i, scope) and self.hosts(i) != {without}):
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
        return 100 * (
            given.tie * tie
            + given.reciprocity * reciprocity
            + given.depth * self.depth(person, vendor, scope, without) / self.p.depth.top
            + given.duration * min(1.0, years / given.full_years)
            + given.breadth * min(1.0, active / given.full_colleagues)
        )

    # the decision-chain score

    def roles(self, deal: int) -> dict[int, set[str]]:
        found: dict[int, set[str]] = defaultdict(set)
        for edge in self.at("plays", "b", deal):
            if edge["a"] in self.nodes("person") and edge["a"] not in self.colleagues:
                found[edge["a"]].add(WORDS["buying_role"][int(edge["role"])])
        return found

    def members(self, deal: int) -> list[int]:
        people, account = set(self.roles(deal)), self.account_of.get(deal, -1)
        found = set(people)
        for edge in self.at("influences", "scope", deal):
            found |= {edge["a"], edge["b"]}
        for edge in (e for person in people for e in self.at("influences", "b", person)):
            if edge["scope"] in (-1, account):
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
        for key in self.political[person]:
            deals, companies = self.split(key)
            where = companies | {self.account_of[d] for d in deals if d in self.account_of}
            said = int(self.nodes("observation")[key]["word"])
            for word in votes:
                if (not where or account in where) and said == category_code(word):
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

        for edge in (e for person in members for e in self.at("influences", "b", person)):
            if edge["scope"] in (-1, deal, self.account_of.get(deal, -1)):
                add(edge["b"], edge["a"], given.influence if math.isnan(edge["weight"]) else float(edge["weight"]))
        seats = {e["b"] for person in members for e in self.at("holds", "a", person)}
        for edge in (e for seat in seats for e in self.at("reports_to", "a", seat)):
            kind = WORDS["report_kind"][int(edge["kind"])]
            for report in self.holders[edge["a"]]:
                for superior in self.holders[edge["b"]]:
                    add(report, superior, getattr(given, f"{kind}_up"))
                    add(superior, report, getattr(given, f"{kind}_down"))
        for edge in (e for person in members for e in self.at("knows", "a", person)):
            if WORDS["knows_kind"][int(edge["kind"])] in ("friend", "adviser"):
                add(edge["a"], edge["b"], given.friend)
                add(edge["b"], edge["a"], given.friend)
        opposed = {frozenset((e["a"], e["b"])) for p in members for e in self.at("conflicts_with", "a", p)}
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
            WORDS["buying_role"][int(e["role"])] for e in self.at("plays", "b", deal)
            if e["a"] in members and e["source_class"] != opinions_only
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
