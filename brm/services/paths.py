"""Who of ours reaches a person, through whom, and what to ask."""

from __future__ import annotations

from typing import Any

import numpy as np

from brm.errors import InvalidInput
from brm.principal import Principal
from brm.services import reading
from brm.services.subjects import keys_of
from brm.services.workspace import Workspace
from brm.store.protocol import NOW, When
from graph_schema.changes import EdgeRef
from graph_schema.vocabulary import VOCABULARIES, code_number
from scoring.machinery.arrays import Grouping
from scoring.machinery.people import current, people_of
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.registry import SCORERS
from scoring.routes import Network, Route, best_routes
from scoring.snapshot import Floats, Ints, Snapshot
from scoring.ties import colleague_ties
from scoring.types import US

RESTRICTED = code_number("sensitivity", "restricted")
SOLID = code_number("report_kind", "solid")
FURTHEST = 6
HOPS = 4
SORTS = ("tie", "knows", "reports")
TIE, KNOWS, REPORTS = range(3)


class People:
    """The network of one snapshot: our colleagues' ties, who knows whom, and who reports to whom.

    Rivals' staff and people who are against us are reached, but nobody is reached through them.
    """

    def __init__(self, snapshot: Snapshot, reference: Reference, parameters: Parameters, *, restricted: bool) -> None:
        colleague, person, strength = colleague_ties(snapshot, parameters)
        first, second, closeness, how = _acquaintances(snapshot, parameters, restricted=restricted)
        below, above = _reporting(snapshot)
        people = people_of(snapshot)
        self.colleagues = people.key[people.colleague]
        self.first = np.concatenate([colleague, first, below])
        self.second = np.concatenate([person, second, above])
        lines = np.full(len(below), parameters.guidance.reporting)
        self.strength = np.concatenate([strength, closeness, lines])
        self.sort = np.repeat([TIE, KNOWS, REPORTS], [len(colleague), len(first), len(below)])
        self.how = np.concatenate([np.full(len(colleague), -1), how, np.full(len(below), -1)])
        self.avoided = np.union1d(_rival_staff(snapshot), _opponents(snapshot, reference, parameters))
        self.network = Network(self.first, self.second, self.strength, self.colleagues, self.avoided)

    def routes(self, target: int, *, hops: int, most: int, start: int | None, colleague: float) -> list[Route]:
        """The best routes to a person from any colleague, or from one of them through colleagues."""
        if start is None:
            return best_routes(self.network, target, hops=hops, most=most)
        others = self.colleagues[self.colleagues != start]
        hub = (np.full(len(others), start), others, np.full(len(others), colleague))
        network = Network(
            np.concatenate([self.first, hub[0]]),
            np.concatenate([self.second, hub[1]]),
            np.concatenate([self.strength, hub[2]]),
            np.array([start]),
            self.avoided,
        )
        return best_routes(network, target, hops=hops, most=most)


def _acquaintances(snapshot: Snapshot, parameters: Parameters, *, restricted: bool) -> tuple[Ints, Ints, Floats, Ints]:
    knows, holds = current(snapshot, "knows")
    if not restricted:
        people = snapshot.nodes["person"]
        closed = people.key[people["sensitivity"] == RESTRICTED]
        holds = holds & (knows["sensitivity"] != RESTRICTED)
        holds &= ~np.isin(knows.source, closed) & ~np.isin(knows.target, closed)
    stated = knows["strength"][holds]
    strength = np.where(np.isnan(stated), parameters.guidance.acquaintance, stated)
    return knows.source[holds], knows.target[holds], strength, knows["kind"][holds].astype(np.int64)


def _reporting(snapshot: Snapshot) -> tuple[Ints, Ints]:
    """Holder of a seat and holder of the seat that it reports to, for solid lines."""
    reports, holds = current(snapshot, "reports_to")
    tenures, held = current(snapshot, "holds")
    solid = holds & (reports["kind"] == SOLID)
    by_seat = Grouping.of(tenures.target[held])
    persons = tenures.source[held]
    line, junior = by_seat.join(reports.source[solid])
    superiors = reports.target[solid][line]
    pair, senior = by_seat.join(superiors)
    return persons[junior][pair], persons[senior]


def _opponents(snapshot: Snapshot, reference: Reference, parameters: Parameters) -> Ints:
    """People who are against us in an account or in an open deal."""
    frame = SCORERS["key_person"].score(snapshot, reference, parameters, vendor=US)
    return np.unique(frame.subject[frame.columns["stance"] <= parameters.guidance.opponent])


def _rival_staff(snapshot: Snapshot) -> Ints:
    people = people_of(snapshot)
    rows = people.seat_person[np.isin(people.seat_company, people.rivals)]
    return people.key[rows]


def network_of(workspace: Workspace, principal: Principal, when: When) -> People:
    """The network over everybody, made once per snapshot."""
    snapshot, reference = workspace.snapshot(None, when), workspace.reference(when)
    restricted = principal.allows("admin")

    def make(each: Snapshot) -> People:
        with workspace.timing("network"):
            return People(each, reference, workspace.parameters, restricted=restricted)

    return snapshot.derived(("network", restricted, workspace.parameters.digest, reference.digest), make)


def paths(
    workspace: Workspace, principal: Principal, to: str, *, start: str | None = None, max_hops: int = HOPS,
    most: int = 5, when: When = NOW,
) -> dict[str, Any]:  # fmt: skip
    """The strongest introduction paths to a person, each hop explained."""
    if not 1 <= max_hops <= FURTHEST:
        raise InvalidInput(f"max_hops {max_hops} is outside 1..{FURTHEST}", remedy="ask for 1 to 6", field="max_hops")
    target = reading.entity(workspace.store, principal, to, when, "person")
    begin = None if start is None else reading.entity(workspace.store, principal, start, when, "person").entity.id
    network = network_of(workspace, principal, when)
    begin_key = None if begin is None else int(keys_of(workspace, [begin])[0])
    routes = network.routes(
        int(keys_of(workspace, [target.entity.id])[0]), hops=max_hops, most=most, start=begin_key,
        colleague=workspace.parameters.guidance.colleague,
    )  # fmt: skip
    return {
        "target": {"type": "person", "id": target.entity.id, "name": reading.display_name(target)},
        "max_hops": max_hops,
        "items": [shape(workspace, network, route) for route in routes],
        "next": None,
        "revision": workspace.store.revision(),
    }


def shape(workspace: Workspace, network: People, route: Route) -> dict[str, Any]:
    """A route with names, and each hop's tie."""
    names = workspace.store.names(route.people)
    people = [{"id": names[key].id, "name": names[key].name} for key in route.people]
    hops: list[dict[str, Any]] = []
    for place, tie in enumerate(route.ties):
        ends = {"from": people[place]["id"], "to": people[place + 1]["id"]}
        if tie >= len(network.sort):
            hops.append({**ends, "tie": "colleague", "how": None, "strength": None, "evidence": []})
            continue
        how = int(network.how[tie])
        kind = None if how < 0 else VOCABULARIES["knows_kind"][how]
        first, second = sorted((ends["from"], ends["to"]))
        evidence = [] if kind is None else [EdgeRef("knows", first, second, kind).id]
        sort = SORTS[int(network.sort[tie])]
        hops.append({**ends, "tie": sort, "how": kind, "strength": float(network.strength[tie]), "evidence": evidence})
    return {"people": people, "hops": hops, "strength": route.strength}
