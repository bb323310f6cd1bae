"""What partners hold in an account, in plain Python: the oracle of `scoring.machinery.partners`."""

from __future__ import annotations

import math
from collections import defaultdict
from functools import cached_property
from typing import Any

from graph_schema.vocabulary import VOCABULARIES as WORDS
from scoring.snapshot import category_code
from tests.scoring.plain_graph import FACE, TEXT, US
from tests.scoring.plain_parts import PlainParts

JOINING = ("supplies", "resells", "represents", "serves")


class PlainPartners(PlainParts):
    """Partners' companies and people by account, and their ties."""

    def is_kind(self, company: int, *words: str) -> bool:
        mask = int(self.nodes("company")[company]["kinds"])
        return any(mask >> WORDS["company_kind"].index(word) & 1 for word in words)

    def partner_companies(self, account: int, deals: set[int]) -> set[int]:
        found = set()
        for edge in self.edges("supplies"):
            if WORDS["supply_kind"][int(edge["kind"])] in JOINING and account in (edge["a"], edge["b"]):
                other = edge["a"] + edge["b"] - account
                found |= {other} if self.is_kind(other, "channel", "partner") else set()
        for edge in self.edges("partners"):
            if edge["b"] in deals and (edge["vendor"] < 0 or edge["vendor"] in self.ours):
                found.add(edge["a"])
        return {c for c in found - self.ours - {account} if not self.is_kind(c, "rival")}

    def partner_people(self, account: int, companies: set[int], deals: set[int]) -> set[int]:
        found = {p for p, seats in self.seats.items() if companies & set(seats)}
        partner = WORDS["team_role"].index("partner")
        found |= {e["a"] for e in self.edges("covers") if e["team_role"] == partner and e["b"] in {account, *deals}}
        return {p for p in found - self.colleagues if account not in self.seats.get(p, {})}

    @cached_property
    def been_at(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        for item, people in self.parts.items():
            for person in people:
                found[person].append(item)
        return found

    def met_energy(self, partner: int, person: int, account: int) -> float:
        tie, life, contact = self.p.tie, self.p.tie.half_life_account, 0.0
        texts: dict[int, list[tuple[Any, float, bool]]] = defaultdict(list)
        for item in self.been_at[person]:
            people = self.parts[item]
            if partner not in people or not self.counts(item, account):
                continue
            guests = [p for p in people if p in self.customers and p != partner]
            dilution, age, channel = 1 / math.sqrt(len(guests)), self.today - self.day(item), self.channel(item)
            if channel in TEXT:
                if people[person] or people[partner]:
                    at = self.nodes("interaction")[item]["at"]
                    value = (tie.customer_started if people[person] else 1.0) * dilution
                    texts[self.day(item)].append(((at, -value), value, people[person]))
                continue
            weight = getattr(tie, channel, 0.0)
            if self.nodes("interaction")[item]["executive"] == 1 and channel in FACE:
                weight = max(weight, tie.executive)
            direction = tie.customer_started if any(people[p] for p in guests) else 1.0
            contact += weight * direction * dilution * 2 ** (-age / life)
        return contact + self.text_energy(texts, life)

    def partner_tie(self, person: int, account: int, companies: set[int], staff: set[int]) -> float:
        energy: dict[int, float] = defaultdict(float)
        for each in staff:
            energy[each] += self.met_energy(each, person, account)
        momentum = {category_code(word) for word in ("win", "visit")}
        told = {
            (key, named if named >= 0 else vendor)
            for (kind, about, vendor), rows in self.observed.items() if (kind, about) == ("tie", person)
            for key, named in rows
            if (named in staff if named >= 0 else vendor in companies)
        }  # fmt: skip
        for key, holder in told:
            row = self.nodes("observation")[key]
            if int(row["word"]) not in momentum and self.counts(key, account):
                decay = 2 ** (-self.age(key) / self.p.tie.half_life_account)
                energy[holder] += self.p.tie.observed_tie * self.rho(row) * decay
        for edge in self.at("knows", "a", person) + self.at("knows", "b", person):
            other = edge["a"] + edge["b"] - person
            if other in staff:
                strength = 1.0 if math.isnan(edge["strength"]) else float(edge["strength"])
                energy[other] += self.p.tie.acquaintance * strength * self.rho(edge, "confidence")
        return max((self.strength(value) for value in energy.values()), default=0.0)

    def partner_key(self, account: int, influence: dict[int, float], recent: set[int]) -> float:
        companies = self.partner_companies(account, recent)
        staff = self.partner_people(account, companies, recent)
        own = {p for p, seats in self.seats.items() if account in seats}
        own |= {e["a"] for e in self.edges("plays") if self.account_of.get(e["b"]) == account}
        total = 0.0
        for person in (own & set(influence)) - staff:
            beyond = self.partner_tie(person, account, companies, staff) - self.tie(person, US, account)[0]
            liking = (1 + self.stance(person, US, account)) / 2
            total += influence[person] * self.p.key_person.tie * max(0.0, beyond) * liking
        return self.p.customer.partner * total
