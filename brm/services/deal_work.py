"""Who works on a deal or account and on what: team, open work, partners and their ties, what follows an award."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from brm.principal import Principal
from brm.services.reading import Way, display_name, edges_at
from brm.services.visibility import visible_edges
from brm.services.workspace import Workspace
from brm.store.protocol import Expansion, State, When
from graph_schema.changes import EdgeRef
from graph_schema.values import iso_day, to_json
from scoring.machinery.concerns import customer_of
from scoring.machinery.people import current, people_of
from scoring.machinery.scopes import is_open
from scoring.snapshot import MISSING, Snapshot

FINISHED = frozenset({"done", "ignored", "cancelled"})
AFTER_AWARD = {"contract": "contracts", "delivery": "deliveries", "payment": "payments", "ticket": "tickets"}
DATES = {
    "contract": ("signed_on", "ends_on"),
    "delivery": ("due_on", "delivered_on", "accepted_on"),
    "payment": ("due_on", "paid_on"),
    "ticket": ("opened_on", "closed_on"),
}


@dataclass(frozen=True, slots=True)
class Work:
    """What is at deals or accounts: edges of teams and partners, the things that belong there, all ends by id.

    ``scope`` is the deal or account of each thing and ``since`` from when on it belongs there (None: always),
    ``results`` what came of each action.
    """

    covers: tuple[State, ...]
    partners: tuple[State, ...]
    scope: Mapping[str, str]
    since: Mapping[str, int | None]
    owned: Mapping[str, str]
    promised: Mapping[str, str]
    results: Mapping[str, tuple[str, ...]]
    nodes: Mapping[str, State]

    def of(self, type_: str) -> list[State]:
        """The things of a type that belong there, by id."""
        return sorted((each for each in self.nodes.values() if each.entity.type == type_), key=lambda s: s.entity.id)


def work_of(workspace: Workspace, principal: Principal, scopes: Sequence[str], when: When) -> Work:
    """Everything around some deals or accounts, read in four steps whatever their size."""
    store = workspace.store
    around = _edges(workspace, principal, tuple(scopes), ("covers", "partners", "belongs_to"), "in", when)
    belongs = [(state, edge) for state in around for edge in _refs([state]) if edge.type == "belongs_to"]
    scope = {edge.source: edge.target for _, edge in belongs}
    ways = ("owned_by", "promised_to", "results_from")
    at = _edges(workspace, principal, tuple(scope), ways, "both", when) if scope else ()
    people = {type_: {e.source: e.target for e in _refs(at) if e.type == type_} for type_ in ways[:2]}
    results: dict[str, list[str]] = {}
    for edge in _refs(at):
        if edge.type == "results_from":
            results.setdefault(edge.target, []).append(edge.source)
    ends = {end for edge in _refs((*around, *at)) for end in (edge.source, edge.target)}
    ends |= {state.properties["vendor"] for state in around if state.properties.get("vendor") is not None}
    by_type = {type_: [s for s in around if s.entity.type == type_] for type_ in ("covers", "partners")}
    return Work(
        covers=tuple(by_type["covers"]),
        partners=tuple(by_type["partners"]),
        scope=scope,
        since={edge.source: state.valid_from for state, edge in belongs},
        owned=people["owned_by"],
        promised=people["promised_to"],
        results={action: tuple(sorted(found)) for action, found in results.items()},
        nodes=store.fetch(sorted(ends), when) if ends else {},
    )


def _edges(
    workspace: Workspace, principal: Principal, starts: tuple[str, ...], types: tuple[str, ...], way: Way, when: When
) -> tuple[State, ...]:
    found = edges_at(workspace.store, starts, types, way, when)
    return tuple(visible_edges(workspace.store, principal, (state for state, _ in found), when))


def _refs(states: Iterable[State]) -> list[EdgeRef]:
    return [state.entity for state in states if isinstance(state.entity, EdgeRef)]


def named(work: Work, id_: str | None) -> dict[str, Any] | None:
    """Type, id and name of an end; None where it is nothing that exists then."""
    state = work.nodes.get(id_) if id_ is not None else None
    return None if state is None else {"type": state.entity.type, "id": id_, "name": display_name(state)}


def team_shape(work: Work, scope: str) -> list[dict[str, Any]]:
    """Everybody who looks after the deal or account, owners before stand-ins, with the part each owns."""
    rows = [
        {
            "person": named(work, edge.source),
            "role": state.properties.get("team_role"),
            "part": state.properties.get("part"),
            "backup": bool(state.properties.get("backup")),
        }
        for state, edge in zip(work.covers, _refs(work.covers), strict=True)
        if edge.source in work.nodes and edge.target == scope
    ]
    return sorted(rows, key=lambda each: (each["backup"], str(each["role"]), str((each["person"] or {}).get("name"))))


def open_work(work: Work, today: int) -> list[dict[str, Any]]:
    """Requests and promises that are not done, the longest overdue first."""
    rows = []
    for state in work.of("action"):
        given, id_ = state.properties, state.entity.id
        if given.get("status") in FINISHED or given.get("done_on") is not None:
            continue
        due = given.get("due_on")
        rows.append(
            {
                "action": named(work, id_),
                "kind": "promise" if id_ in work.promised else "request",
                "owner": named(work, work.owned.get(id_)),
                "promised_to": named(work, work.promised.get(id_)),
                "due": None if due is None else iso_day(due),
                "days_late": None if due is None else max(today - due, 0),
            }
        )
    return sorted(rows, key=lambda each: (-(each["days_late"] or 0), each["due"] or "9999", each["action"]["id"]))


def partner_shapes(
    workspace: Workspace, principal: Principal, work: Work, snapshot: Snapshot, members: Iterable[int], when: When
) -> list[dict[str, Any]]:
    """The partners of the deal, for whom each works, and whom of the chain its people know."""
    rows = []
    for state, edge in zip(work.partners, _refs(work.partners), strict=True):
        vendor = state.properties.get("vendor")
        rows.append(
            {
                "company": named(work, edge.source),
                "role": state.properties.get("role"),
                "vendor": None if vendor is None else named(work, vendor),
                "ties": _ties(workspace, principal, snapshot, edge.source, set(members), when),
            }
        )
    return sorted(rows, key=lambda each: (str(each["role"]), str((each["company"] or {}).get("id"))))


def _ties(
    workspace: Workspace, principal: Principal, snapshot: Snapshot, company: str, members: set[int], when: When
) -> list[dict[str, Any]]:
    """KNOWS edges between the partner's people and the chain's, as far as the reader may see them."""
    people = people_of(snapshot)
    key = workspace.store.keys([company]).get(company)
    staff = set(people.key[people.seat_person[people.seat_company == key]].tolist())
    knows, holds = current(snapshot, "knows")
    pairs = {
        (int(a), int(b)) if int(a) in staff else (int(b), int(a))
        for a, b in zip(knows.source[holds], knows.target[holds], strict=True)
        if (int(a) in staff and int(b) in members) or (int(b) in staff and int(a) in members)
    }
    if not pairs:
        return []
    names = workspace.store.names({key for pair in pairs for key in pair}, when)
    trails = workspace.store.expand(
        Expansion(starts=tuple(sorted({names[a].id for a, _ in pairs})), edge_types=("knows",), hops=1, when=when)
    )
    wanted = {tuple(sorted((names[a].id, names[b].id))): (a, b) for a, b in pairs}
    found = []
    for state in visible_edges(workspace.store, principal, (trail[0] for trail in trails), when):
        edge = state.entity
        pair = wanted.get(tuple(sorted((edge.source, edge.target)))) if isinstance(edge, EdgeRef) else None
        if pair is not None:
            ours, theirs = (names[each] for each in pair)
            found.append(
                {
                    "partner_person": {"type": "person", "id": ours.id, "name": ours.name},
                    "person": {"type": "person", "id": theirs.id, "name": theirs.name},
                    "kind": state.properties.get("kind"),
                }
            )
    return sorted(found, key=lambda each: (each["person"]["id"], each["partner_person"]["id"], str(each["kind"])))


def after_award(work: Work, today: int) -> dict[str, Any]:
    """Contracts, deliveries, payments and tickets of the deal, with how late each is."""
    return {plural: [_paper(work, state, today) for state in work.of(type_)] for type_, plural in AFTER_AWARD.items()}


def _paper(work: Work, state: State, today: int) -> dict[str, Any]:
    given, type_ = state.properties, state.entity.type
    amount = given.get("amount")
    due = given.get("due_on")
    open_ = {"delivery": "delivered_on", "payment": "paid_on"}.get(type_)
    late = due is not None and open_ is not None and given.get(open_) is None and due < today
    return {
        **(named(work, state.entity.id) or {}),
        **{name: None if given.get(name) is None else iso_day(given[name]) for name in DATES[type_]},
        **(
            {"amount": None if amount is None else to_json("money", amount)} if type_ in ("contract", "payment") else {}
        ),
        **({"complaint": bool(given.get("complaint"))} if type_ == "ticket" else {}),
        "days_late": today - due if late and due is not None else 0,
    }


def next_needs(snapshot: Snapshot, deal: int, closed_on: int) -> list[int]:
    """The account's open deals that were opened since a deal was closed, by key."""
    account = int(customer_of(snapshot, np.array([deal]))[0])
    deals = snapshot.nodes["opportunity"]
    later = is_open(snapshot) & (deals["opened_on"] != MISSING) & (deals["opened_on"] >= closed_on)
    mine = customer_of(snapshot, deals.key) == account
    return [int(key) for key in deals.key[later & mine & (deals.key != deal)]]
