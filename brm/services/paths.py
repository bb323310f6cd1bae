"""Who of ours reaches a person, through whom, and what to ask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from brm.errors import InvalidInput
from brm.principal import Principal
from brm.services import reading
from brm.services.subjects import keys_of
from brm.services.workspace import Workspace
from brm.store.protocol import NOW, When
from graph_schema.changes import EdgeRef
from graph_schema.vocabulary import VOCABULARIES, code_number
from scoring.chain_ties import GROUP as COMPANY_GROUP
from scoring.chain_ties import RESTRICTED, Hops, company_hops, partner_hops, ties_with_all
from scoring.machinery.arrays import Grouping
from scoring.machinery.people import current, people_of
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.registry import SCORERS
from scoring.routes import Network, Route, best_routes
from scoring.snapshot import Floats, Ints, Snapshot
from scoring.types import NOBODY, US

SOLID = code_number("report_kind", "solid")
HOW = {"knows": "knows_kind", "supply": "supply_kind"}
FURTHEST = 6
HOPS = 4
SORTS = ("tie", "knows", "reports", "partner", "supply", "group")
TIE, KNOWS, REPORTS, PARTNER, SUPPLY, GROUP = range(len(SORTS))


@dataclass(frozen=True, slots=True)
class Ties:
    """Ties between persons by key; ``how`` is a code of the sort's vocabulary, -1 for none.

    ``source`` and ``target`` are the companies that a tie of a chain or group runs between, else `NOBODY`.
    """

    first: Ints
    second: Ints
    strength: Floats
    sort: Ints
    how: Ints
    source: Ints
    target: Ints


class People:
    """The network of one snapshot: our colleagues' ties, who knows whom, who reports to whom, and what runs
    between companies: partners' ties, chains and groups.

    Rivals' staff and people who are against us are reached, but nobody is reached through them.
    """

    def __init__(self, snapshot: Snapshot, reference: Reference, parameters: Parameters, *, restricted: bool) -> None:
        people = people_of(snapshot)
        self.colleagues = people.key[people.colleague]
        parts = [
            _plain(TIE, *ties_with_all(snapshot, parameters)),
            _acquaintances(snapshot, parameters, restricted=restricted),
            _plain(REPORTS, *_reporting(snapshot), parameters.guidance.reporting),
            _across(
                snapshot, partner_hops(snapshot, parameters, restricted=restricted), PARTNER, restricted=restricted
            ),
            _across(snapshot, company_hops(snapshot, parameters), SUPPLY, restricted=restricted),
        ]
        columns = [np.concatenate([getattr(part, name) for part in parts]) for name in Ties.__slots__]
        self.ties = Ties(*columns)
        self.avoided = np.union1d(_rival_staff(snapshot), _opponents(snapshot, reference, parameters))
        self.network = Network(self.ties.first, self.ties.second, self.ties.strength, self.colleagues, self.avoided)

    def routes(self, target: int, *, hops: int, most: int, start: int | None, colleague: float) -> list[Route]:
        """The best routes to a person from any colleague, or from one of them through colleagues."""
        if start is None:
            return best_routes(self.network, target, hops=hops, most=most)
        others = self.colleagues[self.colleagues != start]
        hub = (np.full(len(others), start), others, np.full(len(others), colleague))
        network = Network(
            np.concatenate([self.ties.first, hub[0]]),
            np.concatenate([self.ties.second, hub[1]]),
            np.concatenate([self.ties.strength, hub[2]]),
            np.array([start]),
            self.avoided,
        )
        return best_routes(network, target, hops=hops, most=most)


def _plain(sort: int, first: Ints, second: Ints, strength: Floats | float, how: Ints | int = -1) -> Ties:
    size = len(first)
    of_each = np.broadcast_to(np.asarray(strength, dtype=np.float64), (size,))
    codes = np.broadcast_to(np.asarray(how, dtype=np.int64), (size,))
    nobody = np.full(size, NOBODY)
    return Ties(first, second, of_each, np.full(size, sort), codes, nobody, nobody)


def _acquaintances(snapshot: Snapshot, parameters: Parameters, *, restricted: bool) -> Ties:
    knows, holds = current(snapshot, "knows")
    if not restricted:
        holds = holds & (knows["sensitivity"] != RESTRICTED)
        holds &= _open(snapshot, knows.source, knows.target)
    stated = knows["strength"][holds]
    strength = np.where(np.isnan(stated), parameters.guidance.acquaintance, stated)
    return _plain(KNOWS, knows.source[holds], knows.target[holds], strength, knows["kind"][holds].astype(np.int64))


def _across(snapshot: Snapshot, hops: Hops, sort: int, *, restricted: bool) -> Ties:
    """Hops that cross companies; of chains, those of a group are a sort of their own."""
    keep = np.ones(len(hops), dtype=np.bool_) if restricted else _open(snapshot, hops.first, hops.second)
    group = (hops.source != NOBODY) & (hops.kind == COMPANY_GROUP)
    sorts = np.where(group, GROUP, sort)
    how = np.where(hops.source == NOBODY, -1, hops.kind)
    return Ties(
        hops.first[keep], hops.second[keep], hops.strength[keep], sorts[keep], how[keep],
        hops.source[keep], hops.target[keep],
    )  # fmt: skip


def _open(snapshot: Snapshot, first: Ints, second: Ints) -> npt.NDArray[np.bool_]:
    """Whether what is known of the two may be shown to everybody."""
    people = snapshot.nodes["person"]
    closed = people.key[people["sensitivity"] == RESTRICTED]
    found: npt.NDArray[np.bool_] = ~np.isin(first, closed) & ~np.isin(second, closed)
    return found


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
    ties = network.ties
    known = [tie for tie in route.ties if tie < len(ties.sort)]
    firms = {int(key) for tie in known for key in (ties.source[tie], ties.target[tie])} - {NOBODY}
    names = workspace.store.names({*route.people, *firms})
    people = [{"id": names[key].id, "name": names[key].name} for key in route.people]
    hops: list[dict[str, Any]] = []
    for place, tie in enumerate(route.ties):
        ends = {"from": people[place]["id"], "to": people[place + 1]["id"]}
        if tie >= len(ties.sort):
            hops.append({**ends, "tie": "colleague", "how": None, "strength": None, "evidence": [], "between": []})
            continue
        sort, how = SORTS[int(ties.sort[tie])], int(ties.how[tie])
        word = None if how < 0 else VOCABULARIES[HOW[sort]][how]
        between = [
            {"id": names[key].id, "name": names[key].name}
            for key in (int(ties.source[tie]), int(ties.target[tie])) if key != NOBODY
        ]  # fmt: skip
        hops.append({
            **ends, "tie": sort, "how": word, "strength": float(ties.strength[tie]),
            "evidence": _evidence(sort, word, ends, between), "between": between,
        })  # fmt: skip
    return {"people": people, "hops": hops, "strength": route.strength}


def _evidence(sort: str, word: str | None, ends: dict[str, str], between: list[dict[str, Any]]) -> list[str]:
    """The edge that a hop rests on, where it rests on one."""
    if sort == "knows" and word is not None:
        first, second = sorted(ends.values())
        return [EdgeRef("knows", first, second, word).id]
    if sort == "supply" and word is not None:
        return [EdgeRef("supplies", between[0]["id"], between[1]["id"], word).id]
    return []
