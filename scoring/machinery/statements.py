"""Observations about accounts: states of the relationship, and what rivals do there.

An observation is of the accounts and deals that it concerns or is about (a deal's account, a unit's or
seat's company); one about a person that concerns nothing is of every account the person belongs to.
Without a value it counts in full. A missing TOWARD means us. Of opinions only the latest of a source
person about one subject and vendor in one scope counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.machinery.affiliations import affiliations_of
from scoring.machinery.arrays import Grouping, distinct, lookup
from scoring.machinery.concerns import concerns_of, customer_of
from scoring.machinery.evidence import aimed, latest, reliability_of
from scoring.machinery.people import company_of, people_of
from scoring.parameters import Parameters
from scoring.snapshot import Snapshot, category_code
from scoring.types import NOBODY, Floats, Ints


@dataclass(frozen=True, slots=True)
class Statements:
    """Observations with their vendor; several rows where several vendors are meant.

    ``item`` is the row in the observation table. ``at_*`` are (statement, account) pairs, ``of_*``
    (statement, deal) pairs.
    """

    item: Ints
    vendor: Ints
    value: Floats
    reliability: Floats
    age: Ints
    weight: Floats
    at_row: Ints
    at_account: Ints
    of_row: Ints
    of_deal: Ints


def states_of(snapshot: Snapshot, state: str, parameters: Parameters) -> Statements:
    """The observations ``state:<state>``, made once."""
    codes = (category_code(f"state:{state}"),)
    return snapshot.derived(
        ("states", state, parameters.evidence), lambda each: _build(each, "kind", codes, parameters)
    )


def moves_of(snapshot: Snapshot, word: str, parameters: Parameters) -> Statements:
    """The observations of a tie by one word of its evidence: pilot, win, visit; made once."""
    codes = (category_code(word),)
    return snapshot.derived(("moves", word, parameters.evidence), lambda each: _build(each, "word", codes, parameters))


def _build(snapshot: Snapshot, column: str, codes: tuple[int, ...], parameters: Parameters) -> Statements:
    table = snapshot.nodes["observation"]
    chosen = np.isin(table[column], codes) & (table["at"] <= snapshot.as_of)
    if column == "word":
        chosen &= table["kind"] == category_code("tie")
    item = np.flatnonzero(chosen)
    subject = _subject(snapshot, item)
    item, row, vendor, _ = aimed(snapshot, people_of(snapshot), item, np.arange(len(item)))
    subject = subject[row]
    source_class = table["source_class"][item].astype(np.int64)
    stated = table["value"][item]
    value = np.where(np.isnan(stated), 1.0, stated)
    kept = latest(snapshot, item, subject, vendor, source_class, value)
    item, vendor, value, source_class = item[kept], vendor[kept], value[kept], source_class[kept]
    reliability = reliability_of(source_class, table["reliability"][item], parameters)
    age = snapshot.ages(table["at"][item])
    at_row, at_account, of_row, of_deal = _places(snapshot, item)
    return Statements(
        item=item,
        vendor=vendor,
        value=value,
        reliability=reliability,
        age=age,
        weight=reliability * np.exp2(-age / parameters.evidence.half_life),
        at_row=at_row,
        at_account=at_account,
        of_row=of_row,
        of_deal=of_deal,
    )


def _subject(snapshot: Snapshot, item: Ints) -> Ints:
    """The first subject of each observation, `NOBODY` where there is none."""
    about, keys = snapshot.edges["about"], snapshot.nodes["observation"].key
    at = lookup(about.source, keys[item])
    found: Ints = np.where(at >= 0, about.target[at] if len(about) else NOBODY, NOBODY)
    return found


def _places(snapshot: Snapshot, item: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """(statement, account) and (statement, deal) pairs."""
    people, base = people_of(snapshot), people_of(snapshot).base
    row, entity = _linked(snapshot, item)
    deal = lookup(snapshot.nodes["opportunity"].key, entity) >= 0
    person = people.rows(entity)
    firm = ~deal & (person < 0)
    at_row = np.concatenate([row[deal], row[firm]])
    account = np.concatenate([customer_of(snapshot, entity[deal]), company_of(snapshot, _unit(snapshot, entity[firm]))])
    known = (account != NOBODY) & ~np.isin(account, people.ours)
    at_row, account = at_row[known], account[known]
    alone = (person >= 0) & ~np.isin(row, np.concatenate([at_row, row[deal]]))
    owner, employer = affiliations_of(snapshot).of(person[alone])
    code = np.concatenate([at_row * base + account, row[alone][owner] * base + employer])
    code, own = distinct(code), distinct(row[deal] * base + entity[deal])
    return code // base, code % base, own // base, own % base


def _linked(snapshot: Snapshot, item: Ints) -> tuple[Ints, Ints]:
    """Statement and entity that it concerns or is about."""
    statements, nodes = Grouping.of(item), snapshot.nodes["observation"]
    concerns, about = concerns_of(snapshot, "observation"), snapshot.edges["about"]
    links = (concerns.opportunity, concerns.company)
    linked = np.concatenate([*(link.pairs // link.base for link in links), nodes.rows(about.source)])
    entity = np.concatenate([*(link.pairs % link.base for link in links), about.target])
    at, row = statements.join(linked)
    return row, entity[at]


def _unit(snapshot: Snapshot, entity: Ints) -> Ints:
    """The unit or company of each seat; other entities as they are."""
    seats = snapshot.edges["seat_in"]
    at = lookup(seats.source, entity)
    found: Ints = np.where(at >= 0, seats.target[at] if len(seats) else NOBODY, entity)
    return found
