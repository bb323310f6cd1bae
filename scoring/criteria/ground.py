"""What the evidence of the criteria is drawn from: every vendor of every deal, with the people of its chain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from scoring.machinery.affiliations import amounts
from scoring.machinery.arrays import Grouping, counts, expand, lookup
from scoring.machinery.beliefs import Items, joined
from scoring.machinery.chain import PERSON
from scoring.machinery.gathering import Gather
from scoring.machinery.people import people_of
from scoring.machinery.standings import Standings, standings_of
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.snapshot import Snapshot
from scoring.types import OPPORTUNITY, US, Floats, Ints


@dataclass(frozen=True, slots=True)
class Ground:
    """A row per vendor and deal: keys of both and of the customer, and the deal's row in its table.

    ``case`` and ``member`` are the persons of the chains: row here, and row of the standings.
    """

    snapshot: Snapshot
    parameters: Parameters
    standings: Standings
    deal: Ints
    vendor: Ints
    account: Ints
    deal_row: Ints
    case: Ints
    member: Ints

    def __len__(self) -> int:
        return len(self.deal)

    @property
    def every(self) -> Ints:
        """All rows."""
        return np.arange(len(self), dtype=np.int64)

    @property
    def ours(self) -> Ints:
        """The rows of us."""
        return np.flatnonzero(self.vendor == US)

    @property
    def person(self) -> Ints:
        """The key of each person of a chain."""
        chains = self.standings.chains
        keys: Ints = people_of(self.snapshot).key[chains.person[self.standings.member[self.member]]]
        return keys

    @property
    def influence(self) -> Floats:
        """The influence of each person, in equal shares of the persons of the chain."""
        share = self.standings.chains.influence[self.standings.member[self.member]]
        found: Floats = share * counts(self.case, len(self))[self.case]
        return found

    def column(self, name: str, rows: Ints) -> npt.NDArray[Any]:
        """What the deals of some rows say of themselves."""
        found: npt.NDArray[Any] = self.snapshot.nodes["opportunity"][name][self.deal_row[rows]]
        return found

    def money(self, name: str, rows: Ints) -> Floats:
        """An amount of the deals, NaN where there is none in the currency of all amounts."""
        currency = self.parameters.employee.currency
        return amounts(self.column(name, rows), self.column(f"{name}_currency", rows), currency)


def ground_of(snapshot: Snapshot, reference: Reference, parameters: Parameters, scopes: Ints | None = None) -> Ground:
    """The ground of the given deals, or of all open ones."""
    standings = standings_of(snapshot, reference, parameters, scopes)
    chains, cases = standings.chains, standings.cases
    chosen = np.flatnonzero(chains.scopes.type[cases.scope] == OPPORTUNITY)
    place = cases.scope[chosen]
    case, member = expand(cases.start[chosen], cases.start[chosen + 1] - cases.start[chosen])
    person = chains.placeholder[standings.member[member]] == PERSON
    deal = chains.scopes.key[place]
    return Ground(
        snapshot=snapshot,
        parameters=parameters,
        standings=standings,
        deal=deal,
        vendor=cases.vendor[chosen],
        account=chains.scopes.account[place],
        deal_row=snapshot.nodes["opportunity"].rows(deal),
        case=case[person],
        member=member[person],
    )


def items(
    ground: Ground,
    row: Ints,
    entity: Ints,
    value: Floats | float,
    reliability: Floats | float = 1.0,
    age: Ints | int = 0,
    share: Floats | float = 1.0,
) -> Items:
    """Items of evidence with weight ``share * rho * 2^(-age/180)``; what still holds has the age 0."""
    size = len(row)
    values, rho, part = (
        np.broadcast_to(np.asarray(each, dtype=np.float64), (size,)) for each in (value, reliability, share)
    )
    ages = np.broadcast_to(np.asarray(age, dtype=np.int64), (size,))
    weight = part * rho * np.exp2(-ages / ground.parameters.evidence.half_life)
    kept = np.flatnonzero((weight > 0) & ~np.isnan(values))
    return Items(row[kept], entity[kept], np.clip(values[kept], 0.0, 1.0), rho[kept], ages[kept], weight[kept])


def all_of(*parts: Items) -> Items:
    """The items of several lists."""
    found = parts[0]
    for part in parts[1:]:
        found = joined(found, part)
    return found


def none_of(ground: Ground) -> Items:
    """No item."""
    nothing = np.empty(0, dtype=np.int64)
    return items(ground, nothing, nothing, np.empty(0))


def of_accounts(
    ground: Ground, gather: Gather, rows: Ints, *, good: bool = True, reliability: float | None = None
) -> Items:
    """What is gathered of the accounts of some rows; ``good=False`` turns the values round."""
    accounts = np.unique(ground.account[rows])
    found = gather(ground.snapshot, accounts, ground.parameters)
    at, item = Grouping.of(found.owner).join(lookup(accounts, ground.account[rows]))
    value = found.value[item] if good else 1 - found.value[item]
    rho = found.reliability[item] if reliability is None else reliability
    return items(ground, rows[at], found.entity[item], value, rho, found.age[item])


def stated(ground: Ground, rows: Ints, value: Floats | float, known: npt.NDArray[np.bool_]) -> Items:
    """One item per deal that says something of itself; who recorded it is an inside source."""
    values = np.broadcast_to(np.asarray(value, dtype=np.float64), (len(rows),))[known]
    return items(ground, rows[known], ground.deal[rows[known]], values, ground.parameters.evidence.inside)


def between(value: Floats, low: float, high: float) -> Floats:
    """0 up to ``low``, 1 from ``high``, linear between; NaN stays."""
    if high <= low:
        return np.where(np.isnan(value), np.nan, (value >= high).astype(np.float64))
    found: Floats = np.clip((value - low) / (high - low), 0.0, 1.0)
    return found
