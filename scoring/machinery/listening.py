"""Edges along which people listen to each other: influence, reporting lines, friends and advisers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graph_schema.vocabulary import code_number
from scoring.machinery.arrays import Grouping
from scoring.machinery.people import current, people_of
from scoring.parameters import Parameters
from scoring.snapshot import Snapshot
from scoring.types import NOBODY, Floats, Ints

_CLOSE = (code_number("knows_kind", "friend"), code_number("knows_kind", "adviser"))


@dataclass(frozen=True, slots=True)
class ListeningEdges:
    """Who listens to whom (person rows), how much, and the only scope it holds in or `NOBODY`."""

    listener: Ints
    speaker: Ints
    weight: Floats
    restriction: Ints


def listening_edges(snapshot: Snapshot, parameters: Parameters) -> ListeningEdges:
    """All listening edges between persons.

    INFLUENCES a->b: b listens to a. A report listens to the superior, and less the other way; both
    seats count through their current holders. Friends and advisers listen to each other.
    """
    people, listening = people_of(snapshot), parameters.listening
    influences, holds = current(snapshot, "influences")
    weight = influences["weight"][holds]
    report, superior, solid = _reports(snapshot)
    knows, known = current(snapshot, "knows")
    close = known & np.isin(knows["kind"], _CLOSE)
    a, b = people.rows(knows.source[close]), people.rows(knows.target[close])
    up = np.where(solid, listening.solid_up, listening.dotted_up)
    down = np.where(solid, listening.solid_down, listening.dotted_down)
    friend = np.full(len(a), listening.friend)
    listener = np.concatenate([people.rows(influences.target[holds]), report, superior, a, b])
    speaker = np.concatenate([people.rows(influences.source[holds]), superior, report, b, a])
    stated = np.where(np.isnan(weight), listening.influence, weight)
    weights = np.concatenate([stated, up, down, friend, friend])
    everywhere = np.full(2 * len(report) + 2 * len(a), NOBODY, dtype=np.int64)
    restriction = np.concatenate([influences["scope"][holds], everywhere])
    keep = (listener >= 0) & (speaker >= 0) & (listener != speaker)
    return ListeningEdges(listener[keep], speaker[keep], weights[keep], restriction[keep])


def conflicts(snapshot: Snapshot) -> tuple[Ints, Ints]:
    """The person rows of every pair in conflict."""
    people = people_of(snapshot)
    table, holds = current(snapshot, "conflicts_with")
    a, b = people.rows(table.source[holds]), people.rows(table.target[holds])
    keep = (a >= 0) & (b >= 0) & (a != b)
    return a[keep], b[keep]


def _reports(snapshot: Snapshot) -> tuple[Ints, Ints, Ints]:
    """Person rows of report and superior, and whether the line is solid."""
    people = people_of(snapshot)
    lines, holds = current(snapshot, "reports_to")
    tenures, held = current(snapshot, "holds")
    holders, person = Grouping.of(tenures.target[held]), people.rows(tenures.source[held])
    line, row = holders.join(lines.source[holds])
    report = person[row]
    at, above = holders.join(lines.target[holds][line])
    solid = lines["kind"][holds][line][at] == code_number("report_kind", "solid")
    return report[at], person[above], solid
