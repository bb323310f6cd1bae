"""From the ids that people ask with to the accounts and snapshot keys that scorers need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from brm.errors import InvalidInput, NotFound
from brm.principal import Principal
from brm.services import reading
from brm.services.workspace import Workspace
from brm.store.protocol import State, When
from scoring.snapshot import Ints, Snapshot
from scoring.types import US

SUBJECT_TYPES = ("person", "company", "opportunity")
OUR_VENDOR = "us"


@dataclass(frozen=True, slots=True)
class Subject:
    """What was asked about: its type, id and name, and the accounts it belongs to."""

    type: str
    id: str
    name: str
    accounts: tuple[str, ...]


def find_subject(workspace: Workspace, principal: Principal, entity_id: str, when: When) -> Subject:
    """The person, account or opportunity with this id; NotFound or InvalidInput otherwise."""
    state = reading.entity(workspace.store, principal, entity_id, when)
    if state.entity.type not in SUBJECT_TYPES:
        raise InvalidInput(
            f"{entity_id} is a {state.entity.type}",
            remedy="ask about a person, a company or an opportunity",
            id=entity_id,
        )
    return Subject(state.entity.type, state.entity.id, reading.display_name(state), _accounts(workspace, state, when))


def find_account(workspace: Workspace, principal: Principal, id_: str, when: When) -> Subject:
    """The company with an id; InvalidInput for anything else."""
    subject = find_subject(workspace, principal, id_, when)
    if subject.type != "company":
        raise InvalidInput(f"{id_} is a {subject.type}", remedy="give the id of a company", field="account", value=id_)
    return subject


def _accounts(workspace: Workspace, state: State, when: When) -> tuple[str, ...]:
    if state.entity.type == "company":
        return (state.entity.id,)
    if state.entity.type == "opportunity":
        return _targets(workspace, (state.entity.id,), ("for",), when)
    seats = _targets(workspace, (state.entity.id,), ("holds",), when)
    deals = _targets(workspace, (state.entity.id,), ("plays",), when)
    units = _targets(workspace, seats, ("seat_in",), when)
    found = [*_targets(workspace, deals, ("for",), when), *_companies(workspace, units, when)]
    return tuple(dict.fromkeys(found))


def accounts_of_people(workspace: Workspace, people: Sequence[str], when: When) -> tuple[str, ...]:
    """The accounts in which some people hold a seat or play a role; companies of ours and mere rivals are none."""
    seats, deals = (_targets(workspace, people, (edge,), when) for edge in ("holds", "plays"))
    units = _targets(workspace, seats, ("seat_in",), when)
    found = dict.fromkeys([*_targets(workspace, deals, ("for",), when), *_companies(workspace, units, when)])
    states = workspace.store.fetch(list(found), when) if found else {}
    return tuple(id_ for id_ in found if id_ in states and _is_account(states[id_]))


def _is_account(state: State) -> bool:
    kinds = state.properties.get("kinds") or ()
    return "ours" not in kinds and tuple(kinds) != ("rival",)


def _companies(workspace: Workspace, units: Sequence[str], when: When) -> list[str]:
    companies: list[str] = []
    for _ in range(8):
        states = workspace.store.fetch(units, when)
        companies += [id_ for id_, state in states.items() if state.entity.type == "company"]
        inner = tuple(id_ for id_, state in states.items() if state.entity.type == "org_unit")
        if not inner:
            break
        units = _targets(workspace, inner, ("part_of",), when)
    return companies


def _targets(workspace: Workspace, starts: Sequence[str], types: tuple[str, ...], when: When) -> tuple[str, ...]:
    found = reading.edges_at(workspace.store, starts, types, "out", when)
    return tuple(dict.fromkeys(edge.target for _, edge in found))


def vendor_key(workspace: Workspace, snapshot: Snapshot, vendor: str | None) -> int:
    """The snapshot key of a vendor; without one, us. InvalidInput where the store has no company of ours."""
    if vendor is None or vendor == OUR_VENDOR:
        kinds = snapshot.nodes["company"]["kinds"]
        if not bool(np.any(kinds & 1)):
            raise InvalidInput(
                "the store has no company of kind ours, so there is no us",
                remedy="name the vendor with --vendor ID, or mark our company: kinds = ours",
                field="vendor",
            )
        return US
    state = workspace.store.fetch([vendor]).get(vendor)
    if state is None or state.entity.type != "company":
        raise NotFound(f"there is no vendor {vendor}", remedy="give the id of a company", id=vendor)
    key = workspace.store.keys([vendor])[vendor]
    row = snapshot.nodes["company"].rows(np.array([key]))[0]
    ours = row >= 0 and int(snapshot.nodes["company"]["kinds"][row]) & 1
    return US if ours else key


def keys_of(workspace: Workspace, ids: Sequence[str]) -> Ints:
    """The snapshot keys of ids that exist."""
    found = workspace.store.keys(ids)
    return np.array([found[each] for each in ids], dtype=np.int64)
