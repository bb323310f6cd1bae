"""Observations about accounts: states of the relationship, and what rivals do there.

An observation is of the accounts that it is about (the company itself, the account of a deal, the company
of a unit or seat); one about a person is of every account that the person belongs to and that it concerns,
or of all of them where it concerns none. It is of a deal that it is about, or concerns within the account.
That a person left is told of the seat or the account, as the person belongs there no more.
Without a value it counts in full. A missing TOWARD means us. Of opinions only the latest of a source person
about one subject and vendor in one scope counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.machinery.affiliations import affiliations_of
from scoring.machinery.arrays import Flags, Grouping, distinct, lookup
from scoring.machinery.concerns import Concerns, concerns_of, customer_of
from scoring.machinery.evidence import aimed, latest, reliability_of
from scoring.machinery.people import company_of, people_of
from scoring.parameters import Parameters
from scoring.snapshot import Snapshot, category_code
from scoring.types import NOBODY, US, Floats, Ints


@dataclass(frozen=True, slots=True)
class Statements:
    """Observations with their vendor; several rows where several vendors are meant.

    ``item`` is the row in the observation table. ``at_*`` are (statement, account) pairs, ``of_*``
    (statement, deal) pairs; ``general`` are those of no deal.
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
    general: Flags


def states_of(snapshot: Snapshot, state: str, parameters: Parameters) -> Statements:
    """The observations ``state:<state>``, made once."""
    return statements_of(snapshot, f"state:{state}", parameters)


def statements_of(snapshot: Snapshot, kind: str, parameters: Parameters, *, toward: bool = True) -> Statements:
    """The observations of a kind, made once; without ``toward`` it is no matter whom they mean: all mean us."""
    codes = (category_code(kind),)
    return snapshot.derived(
        ("statements", kind, toward, parameters.evidence),
        lambda each: _build(each, "kind", codes, parameters, toward=toward),
    )


def moves_of(snapshot: Snapshot, word: str, parameters: Parameters) -> Statements:
    """The observations of a tie by one word of its evidence: pilot, win, visit; made once."""
    codes = (category_code(word),)
    return snapshot.derived(("moves", word, parameters.evidence), lambda each: _build(each, "word", codes, parameters))


def _build(
    snapshot: Snapshot, column: str, codes: tuple[int, ...], parameters: Parameters, *, toward: bool = True
) -> Statements:
    table = snapshot.nodes["observation"]
    chosen = np.isin(table[column], codes) & (table["at"] <= snapshot.moment("observation"))
    if column == "word":
        chosen &= table["kind"] == category_code("tie")
    item = np.flatnonzero(chosen)
    subject = _subject(snapshot, item)
    vendor = np.full(len(item), US)
    if toward:
        item, row, vendor, _ = aimed(snapshot, people_of(snapshot), item, np.arange(len(item)))
        subject = subject[row]
    source_class = table["source_class"][item].astype(np.int64)
    stated = table["value"][item]
    value = np.where(np.isnan(stated), 1.0, stated)
    kept = latest(snapshot, item, subject, vendor, source_class, value)
    item, vendor, value, source_class = item[kept], vendor[kept], value[kept], source_class[kept]
    reliability = reliability_of(source_class, table["reliability"][item], parameters)
    age = snapshot.ages(table["at"][item])
    at_row, at_account, of_row, of_deal, general = _places(snapshot, item)
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
        general=general,
    )


def _subject(snapshot: Snapshot, item: Ints) -> Ints:
    """The first subject of each observation, `NOBODY` where there is none."""
    about, keys = snapshot.edges["about"], snapshot.nodes["observation"].key
    at = lookup(about.source, keys[item])
    found: Ints = np.where(at >= 0, about.target[at] if len(about) else NOBODY, NOBODY)
    return found


def _places(snapshot: Snapshot, item: Ints) -> tuple[Ints, Ints, Ints, Ints, Flags]:
    """(statement, account) pairs, (statement, deal) pairs, and which statements are of no deal."""
    people, base = people_of(snapshot), people_of(snapshot).base
    row, entity = _subjects(snapshot, item)
    deal = lookup(snapshot.nodes["opportunity"].key, entity) >= 0
    person = people.rows(entity)
    firm = ~deal & (person < 0)
    owner, account = affiliations_of(snapshot).of(person[person >= 0])
    personal = row[person >= 0][owner]
    concerns = concerns_of(snapshot, "observation")
    counted = concerns.in_company(item[personal], account)
    at_row = np.concatenate([row[deal], row[firm], personal[counted]])
    places = company_of(snapshot, _unit(snapshot, entity[firm]))
    at_account = np.concatenate([customer_of(snapshot, entity[deal]), places, account[counted]])
    known = (at_account != NOBODY) & ~np.isin(at_account, people.ours)
    at = distinct(at_row[known] * base + at_account[known])
    named, concerned = _concerned(concerns, item)
    own = lookup(at, named * base + customer_of(snapshot, concerned)) >= 0
    of = distinct(np.concatenate([row[deal] * base + entity[deal], named[own] * base + concerned[own]]))
    general = np.ones(len(item), dtype=bool)
    general[row[deal]] = general[named] = False
    return at // base, at % base, of // base, of % base, general


def _subjects(snapshot: Snapshot, item: Ints) -> tuple[Ints, Ints]:
    """Statement and subject."""
    about = snapshot.edges["about"]
    at, row = Grouping.of(item).join(snapshot.nodes["observation"].rows(about.source))
    return row, about.target[at]


def _concerned(concerns: Concerns, item: Ints) -> tuple[Ints, Ints]:
    """Statement and deal that it concerns."""
    link = concerns.opportunity
    at, row = Grouping.of(item).join(link.pairs // link.base)
    return row, (link.pairs % link.base)[at]


def _unit(snapshot: Snapshot, entity: Ints) -> Ints:
    """The unit or company of each seat; other entities as they are."""
    seats = snapshot.edges["seat_in"]
    at = lookup(seats.source, entity)
    found: Ints = np.where(at >= 0, seats.target[at] if len(seats) else NOBODY, entity)
    return found
