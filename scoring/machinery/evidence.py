"""Observations as rows, their weights, shrinkage to a prior, and intervals.

An observation whose subject is a person counts once it is dated at or before the snapshot's date. A
missing TOWARD means towards us. TOWARD a person means towards that person's employer, and names the
colleague of it. Of opinions of the same kind by one source person about one subject, vendor and
scope only the latest counts; opinions without a source person are one source. Equal times: the
lowest value.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graph_schema.vocabulary import VOCABULARIES, code_number
from scoring.machinery.arrays import Flags, Grouping, lookup, run_starts
from scoring.machinery.concerns import concerns_of
from scoring.machinery.people import People, people_of
from scoring.parameters import Parameters
from scoring.snapshot import Snapshot, category_code
from scoring.types import NOBODY, US, Floats, Ints

OBSERVED = code_number("source_class", "observed")
OPINION = code_number("source_class", "opinion")


@dataclass(frozen=True, slots=True)
class Observations:
    """Observations of one kind about persons; several rows where several vendors are meant.

    ``person`` is a person row, ``toward`` the named colleague of the vendor or `NOBODY`, ``item`` the
    row in the observation table, ``age`` whole days, ``weight`` reliability x decay.
    """

    person: Ints
    vendor: Ints
    toward: Ints
    item: Ints
    value: Floats
    source_class: Ints
    reliability: Floats
    age: Ints
    weight: Floats
    by_vendor: Grouping

    def of(self, person: Ints, vendor: Ints, base: int) -> tuple[Ints, Ints]:
        """Place and observation row for all pairs of a person and a vendor."""
        return self.by_vendor.join(person * base + vendor)


def reliability_of(source_class: Ints, stated: Floats, parameters: Parameters) -> Floats:
    """Reliability of each item: what was stated for it, else its source class's; unknown = inside."""
    classes = np.array([getattr(parameters.evidence, word) for word in VOCABULARIES["source_class"]])
    default = np.where(source_class >= 0, classes[source_class], parameters.evidence.inside)
    found: Floats = np.where(np.isnan(stated), default, stated)
    return found


def observations_of(snapshot: Snapshot, kind: str, parameters: Parameters) -> Observations:
    """The observations of a kind that count, made once per snapshot and reliabilities."""
    return snapshot.derived(("observations", kind, parameters.evidence), lambda each: _build(each, kind, parameters))


def _build(snapshot: Snapshot, kind: str, parameters: Parameters) -> Observations:
    people, table = people_of(snapshot), snapshot.nodes["observation"]
    chosen = (table["kind"] == category_code(kind)) & (table["at"] <= snapshot.moment("observation"))
    about = snapshot.edges["about"]
    item, person = table.rows(about.source), people.rows(about.target)
    keep = (item >= 0) & (person >= 0)
    keep[keep] = chosen[item[keep]]
    item, person = item[keep], person[keep]
    item, person, vendor, toward = aimed(snapshot, people, item, person)
    source_class = table["source_class"][item].astype(np.int64)
    value = table["value"][item]
    kept = latest(snapshot, item, person, vendor, source_class, value)
    item, person, vendor, toward = item[kept], person[kept], vendor[kept], toward[kept]
    source_class, value = source_class[kept], value[kept]
    reliability = reliability_of(source_class, table["reliability"][item], parameters)
    age = snapshot.ages(table["at"][item])
    return Observations(
        person=person,
        vendor=vendor,
        toward=toward,
        item=item,
        value=value,
        source_class=source_class,
        reliability=reliability,
        age=age,
        weight=reliability * np.exp2(-age / parameters.evidence.half_life),
        by_vendor=Grouping.of(person * people.base + vendor),
    )


def aimed(snapshot: Snapshot, people: People, item: Ints, person: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Item, person, vendor and named colleague, a row per vendor that is meant."""
    edges = snapshot.edges["toward"]
    source = snapshot.nodes["observation"].rows(edges.source)
    staff = people.rows(edges.target)
    firm = (source >= 0) & (staff < 0)
    own = (source >= 0) & (staff >= 0)
    own[own] = people.colleague[staff[own]]
    other = np.flatnonzero((source >= 0) & (staff >= 0) & ~own)
    seats = Grouping.of(people.seat_person)
    owner, row = seats.join(staff[other])
    aimed_item = np.concatenate([source[firm], source[own], source[other[owner]]])
    vendor = np.concatenate(
        [
            people.vendor(edges.target[firm]),
            np.full(int(own.sum()), US),
            people.vendor(people.seat_company[row]),
        ]
    )
    named = np.concatenate([np.full(int(firm.sum()), NOBODY), edges.target[own], edges.target[other[owner]]])
    at, found = Grouping.of(aimed_item).join(item)
    plain = np.setdiff1d(np.arange(len(item)), at)
    rows = np.concatenate([at, plain])
    vendors = np.concatenate([vendor[found], np.full(len(plain), US)])
    return item[rows], person[rows], vendors, np.concatenate([named[found], np.full(len(plain), NOBODY)])


def latest(snapshot: Snapshot, item: Ints, subject: Ints, vendor: Ints, source_class: Ints, value: Floats) -> Flags:
    """Which rows count: all but opinions that the same source has replaced."""
    said = snapshot.edges["said_by"]
    keys = snapshot.nodes["observation"].key
    at = lookup(said.source, keys[item])
    source = np.where(at >= 0, said.target[at] if len(said) else NOBODY, NOBODY)
    place = concerns_of(snapshot, "observation").place(item)
    when = snapshot.nodes["observation"]["at"][item]
    rows = np.flatnonzero(source_class == OPINION)
    rows = rows[np.lexsort((value[rows], -when[rows], place[rows], vendor[rows], subject[rows], source[rows]))]
    kept: Flags = source_class != OPINION
    kept[rows[run_starts(source[rows], subject[rows], vendor[rows], place[rows])]] = True
    return kept


def known_share(evidence: Floats, parameters: Parameters) -> Floats:
    """``q = n/(n + k)``: how much of a quantity its own evidence carries, 0..1."""
    total = evidence + parameters.evidence.shrinkage
    return np.divide(evidence, total, out=np.zeros_like(total), where=total > 0)


def shrunk(observed: Floats, prior: Floats, evidence: Floats, parameters: Parameters) -> Floats:
    """``q * observed + (1 - q) * prior``; an observation that is NaN counts nothing."""
    q = np.where(np.isnan(observed), 0.0, known_share(evidence, parameters))
    found: Floats = q * np.nan_to_num(observed) + (1 - q) * prior
    return found


def contact_variance(value: Floats, evidence: Floats, parameters: Parameters) -> Floats:
    """Beta variance of a 0..1 quantity whose null is 0."""
    return value * (1 - value) / (evidence + parameters.evidence.shrinkage + 1)


def shrunk_variance(value: Floats, evidence: Floats, parameters: Parameters) -> Floats:
    """Beta variance of a 0..1 quantity that was shrunk to its prior."""
    return value * (1 - value) / (evidence + parameters.evidence.shrinkage + 1)


def unseen_variance(value: Floats, q: Floats) -> Floats:
    """Upward variance of what was missed: uniform over the unseen share of what is left to 1."""
    found: Floats = ((1 - q) * (1 - value)) ** 2 / 3
    return found


def interval(score: Floats, variance: Floats, upward: Floats, parameters: Parameters) -> tuple[Floats, Floats]:
    """P10 and P90 by the delta method, in points, kept within 0..100."""
    z = parameters.evidence.z
    low = score - z * np.sqrt(variance)
    high = score + z * np.sqrt(variance + upward)
    return np.clip(low, 0, 100), np.clip(high, 0, 100)
