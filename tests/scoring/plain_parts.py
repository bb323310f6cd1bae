"""What an account's papers, states and meetings say, in plain Python: the parts of Org, Com, Svc and Risk."""

from __future__ import annotations

import math
from collections import defaultdict
from functools import cached_property
from typing import Any

from graph_schema.vocabulary import VOCABULARIES as WORDS
from scoring.snapshot import ALWAYS, MISSING, category_code
from tests.scoring.plain_graph import US
from tests.scoring.plain_oracle import Plain

Item = tuple[float, float, int]
"""Value, reliability, age."""
STATES = ("joint_plan", "joint_innovation", "alliance", "left", "distress")


class PlainParts(Plain):
    """Observed value and evidence of each part of an account."""

    def money(self, row: dict[str, Any], name: str) -> float | None:
        """An amount in the currency that counts."""
        known = not math.isnan(row[name]) and row[f"{name}_currency"] == category_code(self.p.employee.currency)
        return float(row[name]) if known else None

    def past(self, day: Any) -> int | None:
        """Days since a day that is known and not to come."""
        return self.today - int(day) if day != MISSING and day <= self.today else None

    @cached_property
    def members_of(self) -> dict[int, set[int]]:
        """Account -> the customers' people who sit there or play a role in one of its deals."""
        found: dict[int, set[int]] = defaultdict(set)
        for person in self.customers:
            for company in self.seats.get(person, {}):
                found[company].add(person)
        for edge in self.edges("plays"):
            if edge["a"] in self.customers and edge["b"] in self.account_of:
                found[self.account_of[edge["b"]]].add(edge["a"])
        return found

    def meetings(self, account: int) -> set[int]:
        return {i for p in self.members_of[account] for i in self.met_by[p] if self.counts(i, account)}

    def papers(self, type_: str, account: int) -> list[dict[str, Any]]:
        keys = {
            e["a"] for e in self.edges("belongs_to")
            if e["a"] in self.nodes(type_) and self.account_of.get(e["b"], e["b"]) == account
        }  # fmt: skip
        return [self.nodes(type_)[key] for key in keys]

    # statements about accounts

    @cached_property
    def said(self) -> list[dict[str, Any]]:
        """Statements of states and moves: kind, vendor, key, accounts and deals it is of."""
        about: dict[int, list[int]] = defaultdict(list)
        toward: dict[int, list[int]] = defaultdict(list)
        said_by: dict[int, int] = {}
        for type_, table in (("about", about), ("toward", toward)):
            for edge in self.edges(type_, always=True):
                table[edge["a"]].append(edge["b"])
        for edge in self.edges("said_by", always=True):
            said_by.setdefault(edge["a"], edge["b"])
        kinds = {category_code(f"state:{state}"): state for state in STATES}
        words = {category_code(word): word for word in ("pilot", "win", "visit")}
        found, newest = [], {}
        for key, row in self.nodes("observation").items():
            kind = kinds.get(int(row["kind"]))
            if row["kind"] == category_code("tie"):
                kind = words.get(int(row["word"]))
            if kind is None or row["at"] > self.s.as_of:
                continue
            accounts, deals, general = self.of_what(key, about[key])
            value = 1.0 if math.isnan(row["value"]) else float(row["value"])
            for vendor, _ in self.aims(toward[key]):
                each = {
                    "kind": kind,
                    "vendor": vendor,
                    "key": key,
                    "accounts": accounts,
                    "deals": deals,
                    "value": value,
                    "general": general,
                }
                if row["source_class"] != WORDS["source_class"].index("opinion"):
                    found.append(each)
                    continue
                place = min(self.split(key)[0], default=min(self.split(key)[1], default=-1))
                slot = (kind, said_by.get(key, -1), min(about[key], default=-1), vendor, place)
                rank = (row["at"], -value)
                if slot not in newest or rank > newest[slot][0]:
                    newest[slot] = (rank, each)
        return found + [each for _, each in newest.values()]

    def of_what(self, key: int, about: list[int]) -> tuple[set[int], set[int], bool]:
        """Accounts and deals that a statement is of, and whether it is of no deal."""
        concerned, companies = self.split(key)
        where = companies | {self.account_of[d] for d in concerned if d in self.account_of}
        above = {e["a"]: e["b"] for e in reversed(self.edges("part_of"))}
        firms = set()
        for subject in about:
            if subject in self.nodes("opportunity"):
                firms |= {self.account_of[subject]} if subject in self.account_of else set()
            elif subject in self.nodes("person"):
                mine = {a for a, people in self.members_of.items() if subject in people}
                firms |= mine & where if where else mine
            else:
                at = self.company_at.get(subject, subject)
                while at in above and at not in self.nodes("company"):
                    at = above[at]
                firms |= {at} & set(self.nodes("company"))
        firms -= self.ours
        own = {x for x in about if x in self.nodes("opportunity")}
        deals = own | {d for d in concerned if self.account_of.get(d) in firms}
        return firms, deals, not own and not concerned

    def stated(self, kind: str, account: int) -> list[Item]:
        """Items of a state, or of rivals' pilots."""
        return [
            (each["value"], self.rho(self.nodes("observation")[each["key"]]), self.age(each["key"]))
            for each in self.said
            if each["kind"] == kind and account in each["accounts"] and (kind != "pilot" or each["vendor"] != US)
        ]

    # the parts

    def part(self, name: str, account: int) -> tuple[float | None, float]:
        """What is observed, None for nothing, and its evidence."""
        items = getattr(self, f"items_{name}", lambda account: self.stated(name, account))(account)
        weights = [rho * 2 ** (-age / self.p.evidence.half_life) for _, rho, age in items]
        found = getattr(self, f"value_{name}", None)
        if found is not None:
            value = found(account)
        else:
            value = sum(w * v for w, (v, *_) in zip(weights, items, strict=True)) / sum(weights) if items else None
        fresh = ("executive_exchange", "framework_agreement", "joint_plan", "joint_innovation", "alliance")
        if name in fresh and value is not None:
            value *= 2 ** (-min(age for *_, age in items) / self.p.customer.organisation_half_life)
        return value, sum(weights) if value is not None else 0.0

    def items_rival_pilot(self, account: int) -> list[Item]:
        return self.stated("pilot", account)

    def items_executive_exchange(self, account: int) -> list[Item]:
        met = self.meetings(account)
        return [(1.0, 1.0, self.today - self.day(i)) for i in met if self.nodes("interaction")[i]["executive"] == 1]

    def items_framework_agreement(self, account: int) -> list[Item]:
        found = []
        for row in self.papers("contract", account):
            age = self.past(row["signed_on"])
            if row["framework"] == 1 and age is not None:
                if row["ends_on"] != MISSING:
                    age = max(self.today - int(row["ends_on"]), 0)
                found.append((1.0, 1.0, age))
        return found

    def items_fading(self, account: int) -> list[Item]:
        window = self.p.customer.fading_days
        ages = [self.today - self.day(i) for i in self.meetings(account)]
        return [(1.0, 1.0, age) for age in ages if age < 2 * window]

    def value_fading(self, account: int) -> float | None:
        ages = [age for *_, age in self.items_fading(account)]
        now = sum(age < self.p.customer.fading_days for age in ages)
        before = len(ages) - now
        return None if not ages else max(0.0, 1 - now / before) if before else 0.0

    def bought(self, account: int) -> list[tuple[float, bool, int]]:
        """Amount, whether from us, and age of what the account buys now."""
        found = []
        for edge in self.at("buys", "a", account):
            spent = self.money(edge, "current")
            if spent is not None:
                age = 0 if edge["from"] == ALWAYS else self.today - self.days(edge["from"])
                found.append((spent, edge["vendor"] >= 0 and self.vendor(int(edge["vendor"])) == US, age))
        return found

    def items_wallet_share(self, account: int) -> list[Item]:
        return [(spent, 1.0, age) for spent, _, age in self.bought(account)]

    def value_wallet_share(self, account: int) -> float | None:
        bought = self.bought(account)
        potential = self.money(self.nodes("company")[account], "potential") or 0.0
        wallet = max(potential, sum(spent for spent, *_ in bought))
        return sum(spent for spent, ours, _ in bought if ours) / wallet if bought and wallet > 0 else None

    def paid(self, row: dict[str, Any]) -> Any:
        return row["paid_on"] if row["due_on"] == MISSING else row["due_on"]

    def items_tenure(self, account: int) -> list[Item]:
        days = [row["signed_on"] for row in self.papers("contract", account)]
        days += [row["delivered_on"] for row in self.papers("delivery", account)]
        days += [self.paid(row) for row in self.papers("payment", account)]
        won = WORDS["opportunity_status"].index("won")
        for deal, row in self.nodes("opportunity").items():
            if self.account_of.get(deal) == account and row["status"] == won:
                days.append(row["closed_on"])
        ages = [self.past(day) for day in days]
        return [(0.0, 1.0, age) for age in ages if age is not None]

    def value_tenure(self, account: int) -> float | None:
        ages = [age for *_, age in self.items_tenure(account)]
        years = max(ages, default=0) / self.p.key_person.year_days
        return min(1.0, years / self.p.customer.tenure_years) if ages else None

    def items_trend(self, account: int) -> list[Item]:
        for type_ in ("payment", "contract"):
            found = []
            for row in self.papers(type_, account):
                age = self.past(self.paid(row) if type_ == "payment" else row["signed_on"])
                amount = self.money(row, "amount")
                if age is not None and amount is not None and age < 2 * self.p.customer.trend_days:
                    found.append((amount, 1.0, age))
            if found:
                return found
        return []

    def value_trend(self, account: int) -> float | None:
        items, clip = self.items_trend(account), self.p.customer.trend_clip
        now = sum(amount for amount, _, age in items if age < self.p.customer.trend_days)
        before = sum(amount for amount, *_ in items) - now
        if now + before <= 0:
            return None
        return 0.5 + (max(-clip, min(clip, now / before - 1)) if before else clip)

    def items_on_time(self, account: int) -> list[Item]:
        found = []
        for row in self.papers("delivery", account):
            made = self.past(row["delivered_on"])
            if row["due_on"] == MISSING:
                continue
            if made is not None:
                found.append((float(row["delivered_on"] <= row["due_on"]), 1.0, made))
            elif row["due_on"] < self.today:
                found.append((0.0, 1.0, self.today - int(row["due_on"])))
        return found

    def items_acceptance(self, account: int) -> list[Item]:
        found = []
        for row in self.papers("delivery", account):
            made, accepted = self.past(row["delivered_on"]), self.past(row["accepted_on"])
            if accepted is not None:
                found.append((1.0, 1.0, accepted))
            elif made is not None and made > self.p.customer.acceptance_days:
                found.append((0.0, 1.0, made))
        return found

    def items_complaints(self, account: int) -> list[Item]:
        given, found = self.p.customer, []
        for row in self.papers("ticket", account):
            age = self.past(row["opened_on"])
            if age is not None:
                severity = given.severity if math.isnan(row["severity"]) else float(row["severity"])
                found.append((1 - severity / given.severity_top if row["complaint"] == 1 else 1.0, 1.0, age))
        return found

    def items_overdue(self, account: int) -> list[Item]:
        found = []
        for row in self.papers("payment", account):
            due, paid = self.past(row["due_on"]), self.past(row["paid_on"])
            if due is not None:
                late = min(1.0, due / self.p.customer.overdue_days)
                found.append((late, 1.0, 0) if paid is None else (0.0, 1.0, paid))
        return found

    def value_overdue(self, account: int) -> float | None:
        return max((value for value, *_ in self.items_overdue(account)), default=None)
