"""The scores of accounts, colleagues and rivals in plain Python: the oracle of the fast code."""

from __future__ import annotations

import math
from collections import defaultdict
from functools import cache, cached_property
from typing import Any

from graph_schema.vocabulary import VOCABULARIES as WORDS
from scoring.machinery.parts import PARTS
from scoring.snapshot import ALWAYS, MISSING, category_code
from tests.scoring.plain_graph import US
from tests.scoring.plain_partners import PlainPartners

EVERYBODY = ("gap", "everybody")


class PlainAccounts(PlainPartners):
    """Chains of accounts, and the four scores that are not of one person or chain alone."""

    # chains of accounts

    def is_open(self, deal: int) -> bool:
        return int(self.nodes("opportunity")[deal]["status"]) in (-1, WORDS["opportunity_status"].index("open"))

    def deals(self, account: int) -> dict[int, float]:
        """Open and recently closed deals with their weights."""
        given, found = self.p.decision_rights, {}
        for deal, at in self.account_of.items():
            closed = self.past(self.nodes("opportunity")[deal]["closed_on"])
            if at == account and self.is_open(deal):
                found[deal] = 1.0
            elif at == account and closed is not None and closed <= given.closed_months * 365.25 / 12:
                found[deal] = 2 ** (-closed / given.closed_half_life)
        return found

    def people_at(self, account: int) -> list[int]:
        core = {p for deal in self.deals(account) for p in self.roles(deal)}
        core |= {p for p, companies in self.seats.items() if account in companies and p in self.customers}
        found = set(core)
        for edge in (e for person in core for e in self.at("influences", "b", person)):
            if edge["scope"] in (-1, account) and edge["a"] in self.nodes("person"):
                found.add(edge["a"])
        return sorted(found - self.colleagues)

    def status(self, person: int, account: int | None) -> str | None:
        votes = dict.fromkeys(WORDS["political_status"], 0.0)
        for key in self.political[person]:
            deals, companies = self.split(key)
            where = companies | {self.account_of[d] for d in deals if d in self.account_of}
            for word in votes:
                if (not where or account in where) and self.nodes("observation")[key]["word"] == category_code(word):
                    votes[word] += self.weight(key)
        best = max(votes, key=lambda word: votes[word])
        return best if votes[best] > 0 else None

    def rights_at(self, account: int) -> dict[Any, float]:
        members, given = self.people_at(account), self.p.decision_rights
        if not members:
            return {EVERYBODY: 1.0}
        found: dict[Any, float] = dict.fromkeys(members, 0.0)
        held = {deal: weight for deal, weight in self.deals(account).items() if self.roles(deal)}
        for deal, weight in held.items():
            own = self.rights(deal)
            if sum(v for k, v in own.items()) > 0:
                for who, share in own.items():
                    found[who] = found.get(who, 0.0) + weight / sum(held.values()) * share
        if sum(found.values()) > 0:
            return found
        raw = {}
        for person in members:
            level = self.seats.get(person, {}).get(account)
            factor = {"inner_circle": given.inner_circle, "outside": given.outside}
            if level is not None:
                raw[person] = given.level_base ** (level or given.unknown_level)
                raw[person] *= factor.get(self.status(person, account) or "", 1.0)
        raw = raw or dict.fromkeys(members, 1.0)
        return found | {person: value / sum(raw.values()) for person, value in raw.items()}

    def susceptibility_at(self, person: int, account: int) -> float:
        given = self.p.susceptibility
        roles = {r for deal in self.deals(account) for r in self.roles(deal).get(person, ())}
        value = max((getattr(given, r) for r in roles if hasattr(given, r)), default=given.none)
        moved = {"inner_circle": given.inner_circle, "outside": given.outside}
        value += moved.get(self.status(person, account) or "", 0.0)
        return min(given.high, max(given.low, value))

    @cache  # noqa: B019
    def influence(self, scope: int) -> dict[Any, float]:
        """I by member and placeholder: z = omega + (Lambda W)' z, I = (1 - lambda) z."""
        if scope in self.nodes("opportunity"):
            members, rights = self.members(scope), self.rights(scope)
            give = {p: self.susceptibility(p, scope) for p in members}
        else:
            members, rights = self.people_at(scope), self.rights_at(scope)
            give = {p: self.susceptibility_at(p, scope) for p in members}
        graph, z = self.listening(members, scope), {p: rights[p] for p in members}
        for _ in range(300):
            step = {p: rights[p] for p in members}
            for listener, speaker, data in graph.edges(data=True):
                step[speaker] += give[listener] * data["weight"] * z[listener]
            z = step
        found = {p: (1 - give[p]) * z[p] for p in members}
        return found | {gap: right for gap, right in rights.items() if gap not in found}

    # what the scores share

    def account(self, scope: int) -> int | None:
        return self.account_of.get(scope) if scope in self.nodes("opportunity") else scope

    def persons(self, scope: int) -> dict[int, float]:
        return {p: i for p, i in self.influence(scope).items() if isinstance(p, int)}

    @cache  # noqa: B019
    def ties(self, person: int, scope: int) -> dict[int, float]:
        return {c: t for c, t in self.our_ties(person, scope).items() if t > 0}

    def firm(self, person: int, scope: int) -> float:
        carried = self.p.employee.carried
        return 1 - math.prod(1 - carried * tie for tie in self.ties(person, scope).values())

    def shrunk(self, observed: float | None, evidence: float, prior: float) -> float:
        if observed is None:
            return prior
        q = evidence / (evidence + self.p.evidence.shrinkage)
        return q * observed + (1 - q) * prior

    def segment(self, account: int | None) -> int:
        """The row of the Reference's priors."""
        industry = self.nodes("company").get(account, {"industry": MISSING})["industry"]
        return next((i for i, each in enumerate(self.ref.segments) if each == industry), len(self.ref.segments))

    @cached_property
    def seat_cells(self) -> dict[int, tuple[int, int, float]]:
        """Seat -> company, department and level."""
        committee = WORDS["unit_kind"].index("committee")
        found = {}
        for edge in self.edges("seat_in"):
            unit = self.nodes("org_unit").get(edge["b"])
            if edge["a"] in self.company_at and (unit is None or unit["kind"] != committee):
                level = float(self.nodes("position")[edge["a"]]["level"])
                found[edge["a"]] = (self.company_at[edge["a"]], edge["b"], 0.0 if math.isnan(level) else level)
        return found

    def gen(self, scope: int, without: int | None = None) -> float:
        account, members = self.account(scope), self.persons(scope)
        cells: dict[tuple[int, float], set[int]] = defaultdict(set)
        for seat, (company, unit, level) in self.seat_cells.items():
            sitting = {p for p in self.holders[seat] if p in members}
            if company == account and (sitting or scope == account):
                for person in sitting:
                    cells[unit, level] |= {
                        c for c, tie in self.ties(person, scope).items() if tie > self.p.coverage.covered
                    }  # fmt: skip
                cells[unit, level] |= set()
        covered: dict[int, int] = defaultdict(int)
        for (unit, _), coverers in cells.items():
            covered[unit] += bool(coverers - {without})
        total = sum(covered.values())
        if not total:
            return 0.0
        entropy = -sum(n / total * math.log(n / total) for n in covered.values() if n)
        return total / len(cells) * (0.5 + 0.5 * entropy / math.log(len(covered)) if len(covered) > 1 else 1.0)

    def holding(self, scope: int, without: int | None = None) -> float:
        close = sum(i * self.warmth(p, US, scope, without) / 100 for p, i in self.persons(scope).items())
        return close + self.gen(scope, without)

    @cache  # noqa: B019
    def dependence(self, scope: int) -> dict[int, float]:
        whole = self.holding(scope)
        return {
            c: min(1.0, max(0.0, 1 - self.holding(scope, c) / whole)) if whole else 0.0 for c in self.colleagues
        }  # fmt: skip

    # the four scores

    def customer(self, account: int) -> float:
        given = self.p.customer
        weights = dict.fromkeys(PARTS[:5], 100 * given.organisation / 5)
        weights |= dict.fromkeys(PARTS[5:8], 100 * given.commercial / 3)
        weights |= dict.fromkeys(PARTS[8:11], 100 * given.service / 3) | dict.fromkeys(PARTS[11:], -given.risk)
        key = sum(i * self.key_person(p, US, account) / 100 for p, i in self.persons(account).items())
        key += self.partner_key(account, self.persons(account), set(self.deals(account)))
        total = 100 * (given.key * key + given.general * self.gen(account))
        priors = self.ref.part_priors[self.segment(account)]
        for name, prior in zip(PARTS, priors, strict=True):
            total += weights[name] * self.shrunk(*self.part(name, account), prior)
        return min(100.0, max(0.0, total))

    def our_company(self, scope: int) -> float:
        given, persons = self.p.our_company, self.persons(scope)
        reach = sum(i * self.firm(p, scope) for p, i in persons.items())
        observed, ranked = self.level_match(scope)
        level = self.shrunk(observed, ranked, self.ref.level_priors[self.segment(self.account(scope))])
        most = max(self.dependence(scope).values(), default=0.0)
        redundancy = (1 - most) * min(1.0, reach / given.reached)
        fit = self.shrunk(*self.fit(scope, US), self.ref.fit_means[self.segment(self.account(scope))])
        return 100 * (
            given.tie * reach + given.level * level + given.redundancy * redundancy + given.fit * fit
        )  # fmt: skip

    def level_match(self, scope: int) -> tuple[float | None, float]:
        given, members = self.p.coverage, self.influence(scope)

        def level(person: int) -> float:
            return max(self.seats.get(person, {}).values(), default=0.0)

        key = [p for p in self.persons(scope) if members[p] >= given.key_share / len(members) - 1e-12 and level(p)]
        met = {
            level(p) for p in key for c, tie in self.ties(p, scope).items()
            if tie > given.covered and level(c) >= level(p)
        }  # fmt: skip
        levels = {level(p) for p in key}
        return (len(met) / len(levels) if levels else None), float(len(key))

    def fit(self, scope: int, vendor: int) -> tuple[float | None, float]:
        deals = self.deals(scope) if scope in self.nodes("company") else {scope: 1.0}
        judged, evidence = {}, 0.0
        for deal in deals:
            rows = []
            for need in {e["b"] for e in self.at("requires", "a", deal)}:
                for edge in self.at("meets", "b", need):
                    if self.vendor(edge["a"]) == vendor:
                        weight = self.nodes("requirement")[need]["weight"]
                        proof = WORDS["proof"][int(edge["proof"])] if edge["proof"] >= 0 else "claimed"
                        met = 1.0 if math.isnan(edge["met"]) else float(edge["met"])
                        rows.append((1.0 if math.isnan(weight) else float(weight), met, proof))
                        evidence += 2 ** (-self.edge_age(edge) / self.p.evidence.half_life)
            if rows:
                reached = sum(w * met * getattr(self.p.selection, proof) for w, met, proof in rows)
                judged[deal] = reached / sum(w for w, *_ in rows)
        amounts = {deal: self.money(self.nodes("opportunity")[deal], "amount") for deal in judged}
        known = [a for a in amounts.values() if a]
        usual = sum(known) / len(known) if known else 1.0
        weights = {deal: amount or usual for deal, amount in amounts.items()}
        total = sum(weights.values())
        return (sum(weights[d] * f for d, f in judged.items()) / total if judged else None), evidence

    def edge_age(self, edge: dict[str, Any]) -> int:
        return 0 if edge["from"] == ALWAYS else max(self.today - self.days(edge["from"]), 0)

    def competitor(self, scope: int, vendor: int) -> float:
        given, account = self.p.competitor, self.account(scope)
        persons = self.persons(scope)
        support = sum(i * self.stance(p, vendor, scope) for p, i in persons.items())
        unknown = sum(i for x, i in self.influence(scope).items() if x not in persons)
        support += unknown * self.p.stance.placeholder
        observed, evidence, prior = self.incumbency(scope, account, vendor)
        fit = self.shrunk(*self.fit(scope, vendor), self.ref.fit_means[self.segment(account)])
        return 100 * (
            given.support * (1 + support) / 2 + given.incumbency * self.shrunk(observed, evidence, prior)
            + given.fit * fit + given.momentum * self.momentum(scope, account, vendor)
        )  # fmt: skip

    def incumbency(self, scope: int, account: int | None, vendor: int) -> tuple[float | None, float, float]:
        half_life = self.p.evidence.half_life
        edges = [
            e for e in self.at("buys", "a", -1 if account is None else account)
            if e["vendor"] >= 0 and self.vendor(int(e["vendor"])) == vendor and not math.isnan(e["installed_share"])
        ]  # fmt: skip
        deal = scope in self.nodes("opportunity")
        needed = {e["b"] for e in self.at("needs", "a", scope)} if deal else set()
        edges = [e for e in edges if e["b"] in needed] or edges
        share = sum(float(e["installed_share"]) for e in edges) / len(edges) if edges else None
        evidence = sum(2 ** (-self.edge_age(e) / half_life) for e in edges)
        stated = []
        for each in [scope] if deal else self.deals(scope):
            for edge in self.at("competes", "b", each):
                if self.vendor(edge["a"]) == vendor and edge["incumbent"] >= 0:
                    stated.append(float(edge["incumbent"]))
                    evidence += self.rho(edge, "confidence") * 2 ** (-self.edge_age(edge) / half_life)
        if not stated or (not deal and share is not None):
            observed = share
        else:
            observed = max(stated) * (1.0 if share is None else share)
        industry = int(self.nodes("company").get(account, {"industry": MISSING})["industry"])
        prior = next((
            float(mean)
            for seg, v, mean in zip(self.ref.share_segment, self.ref.share_vendor, self.ref.share_mean, strict=True)
            if (seg, v) == (industry, vendor)
        ), 0.0)  # fmt: skip
        return observed, evidence, prior

    def momentum(self, scope: int, account: int | None, vendor: int) -> float:
        given, total = self.p.competitor, 0.0
        deal = scope in self.nodes("opportunity")

        def faded(weight: float, age: int) -> float:
            return weight * 2 ** (-age / self.p.evidence.half_life)

        for each in self.said:
            if each["kind"] in ("pilot", "win", "visit") and each["vendor"] == vendor:
                own = scope in each["deals"] or (each["general"] and account in each["accounts"])
                if own if deal else account in each["accounts"]:
                    total += faded(getattr(given, each["kind"]) * each["value"], self.age(each["key"]))
        for other, row in self.nodes("opportunity").items():
            closed, won = self.past(row["closed_on"]), row["status"] == WORDS["opportunity_status"].index("won")
            winner = self.vendor(int(row["winner"])) if row["winner"] >= 0 else US if won else None
            if not deal and self.account_of.get(other) == account and closed is not None and winner == vendor:
                total += faded(given.win, closed)
        if vendor == US and account is not None:
            for item in self.meetings(account):
                if self.channel(item) == "site_visit" and self.counts(item, scope):
                    total += faded(given.visit, self.today - self.day(item))
        return 1 - math.exp(-total / given.momentum_scale)

    def worth(self, colleague: int, accounts: list[int]) -> float:
        """Relationship capital."""
        total = 0.0
        for account in accounts:
            for person, influence in self.persons(account).items():
                ties = self.ties(person, account)
                if colleague in ties:
                    share = ties[colleague] ** 2 / sum(tie**2 for tie in ties.values())
                    total += influence * self.value(account) * self.firm(person, account) * share
        return total

    def value(self, account: int) -> float:
        """The account's worth on the Reference's basis."""
        won, found = WORDS["opportunity_status"].index("won"), []
        for deal, at in self.account_of.items():
            row = self.nodes("opportunity")[deal]
            margin, closed = self.money(row, "margin"), self.past(row["closed_on"])
            if at != account or margin is None:
                continue
            if self.is_open(deal):
                found.append(margin * float(self.ref.win_rates[self.segment(account)]))
            elif row["status"] == won and closed is not None and closed < self.p.employee.margin_days:
                found.append(margin)
        known = {
            "margin": sum(found) if found else None, "one": 1.0,
            "potential": self.money(self.nodes("company")[account], "potential"),
            "revenue": self.money(self.nodes("company")[account], "revenue"),
        }[self.ref.basis]  # fmt: skip
        return self.ref.basis_median if known is None else known
