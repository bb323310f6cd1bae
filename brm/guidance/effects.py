"""What an action is expected to change: the same snapshot, edited, and scored by the same scorer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from brm.guidance.conditions import Hit
from brm.guidance.standing import PersonStanding, Standing
from graph_schema.vocabulary import code_number
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.registry import SCORERS
from scoring.snapshot import EdgeTable, NodeTable, Patch, Snapshot, category_code, edge_table, node_table
from scoring.types import US

NEW_NODE, NEW_PERSON = -2, -3
"""Keys of what an edit adds; entity keys are positive."""


@dataclass(frozen=True, slots=True)
class Effect:
    """A score before and after the edit."""

    kind: str
    before: float
    after: float


def expected_effect(
    play: str, hit: Hit, standing: Standing, snapshot: Snapshot, reference: Reference, parameters: Parameters
) -> Effect | None:
    """The score of the standing's own kind recomputed on the edited snapshot.

    For a deal it is its decision chain; for an account the key-person score of the person concerned.
    None where the play changes nothing that this score reads, or names nobody.
    """
    edit = EDITS.get(play)
    patch = None if edit is None else edit(hit, standing, snapshot, parameters)
    if patch is None:
        return None
    kind, subject = _scored(hit, standing)
    if subject is None:
        return None
    before, after = (
        _score(kind, subject, standing.scope, each, reference, parameters) for each in (snapshot, snapshot.apply(patch))
    )
    if before is None or after is None:
        return None
    return Effect(kind, before, after)


def _scored(hit: Hit, standing: Standing) -> tuple[str, int | None]:
    return ("decision_chain", standing.scope) if standing.scope_type == "opportunity" else ("key_person", hit.target)


def _score(
    kind: str, subject: int, scope: int, snapshot: Snapshot, reference: Reference, parameters: Parameters
) -> float | None:
    frame = SCORERS[kind].score(
        snapshot, reference, parameters, scopes=np.array([scope]), subjects=np.array([subject]), vendor=US
    )
    return float(frame.score[0]) if len(frame) else None


def _meeting(person: int, colleague: int, scope: int, snapshot: Snapshot, *, executive: bool = False) -> Patch:
    one = np.array([NEW_NODE])
    interaction = node_table(
        "interaction",
        one,
        {
            "at": np.array([snapshot.as_of]),
            "channel": np.array([code_number("channel", "meeting")]),
            "executive": np.array([1 if executive else -1]),
        },
    )
    roles = np.array([code_number("took_part_role", "organiser"), code_number("took_part_role", "attendee")])
    took_part = edge_table("took_part", np.array([colleague, person]), np.array([NEW_NODE, NEW_NODE]), {"role": roles})
    concerns = edge_table("concerns", one, np.array([scope]), {})
    return Patch(add_nodes={"interaction": interaction}, add_edges={"took_part": took_part, "concerns": concerns})


def _seen(person: int, kind: str, value: float, scope: int, snapshot: Snapshot, *, extra: Patch | None = None) -> Patch:
    one = np.array([NEW_NODE])
    observation = node_table(
        "observation",
        one,
        {
            "at": np.array([snapshot.as_of]),
            "kind": np.array([category_code(kind)]),
            "value": np.array([value]),
            "source_class": np.array([code_number("source_class", "observed")]),
        },
    )
    nodes: dict[str, NodeTable] = {"observation": observation}
    edges: dict[str, EdgeTable] = {
        "about": edge_table("about", one, np.array([person]), {}),
        "concerns": edge_table("concerns", one, np.array([scope]), {}),
    }
    if extra is not None:
        nodes |= extra.add_nodes
        edges |= extra.add_edges
    return Patch(add_nodes=nodes, add_edges=edges)


def _target(hit: Hit, standing: Standing) -> PersonStanding | None:
    return None if hit.target is None else standing.person(hit.target)


def _colleague(person: PersonStanding, standing: Standing) -> int | None:
    if standing.owners:
        return standing.owners[0]
    return person.best_colleague


def _meet(hit: Hit, standing: Standing, snapshot: Snapshot, parameters: Parameters) -> Patch | None:
    person = _target(hit, standing)
    colleague = None if person is None else _colleague(person, standing)
    return None if person is None or colleague is None else _meeting(person.key, colleague, standing.scope, snapshot)


def _executives(hit: Hit, standing: Standing, snapshot: Snapshot, parameters: Parameters) -> Patch | None:
    person = _target(hit, standing)
    colleague = None if person is None else _colleague(person, standing)
    if person is None or colleague is None:
        return None
    return _meeting(person.key, colleague, standing.scope, snapshot, executive=True)


def _improve_stance(hit: Hit, standing: Standing, snapshot: Snapshot, parameters: Parameters) -> Patch | None:
    person = _target(hit, standing)
    if person is None:
        return None
    reached = min(1.0, person.stance + parameters.guidance.stance_step)
    return _seen(person.key, "stance", reached, standing.scope, snapshot)


def _deepen(hit: Hit, standing: Standing, snapshot: Snapshot, parameters: Parameters) -> Patch | None:
    person = _target(hit, standing)
    if person is None:
        return None
    rung = min(parameters.depth.top, np.floor(person.depth) + 1)
    return _seen(person.key, "depth", float(rung), standing.scope, snapshot)


def _reconcile(hit: Hit, standing: Standing, snapshot: Snapshot, parameters: Parameters) -> Patch | None:
    if hit.target is None or not hit.others:
        return None
    pairs = np.array([[hit.target, hit.others[0]], [hit.others[0], hit.target]])
    return Patch(drop_edges={"conflicts_with": (pairs[:, 0], pairs[:, 1], np.array([-1, -1]))})


def _identify(hit: Hit, standing: Standing, snapshot: Snapshot, parameters: Parameters) -> Patch | None:
    role = str(hit.numbers["role"])
    person = node_table("person", np.array([NEW_PERSON]), {})
    plays = edge_table(
        "plays",
        np.array([NEW_PERSON]),
        np.array([standing.scope]),
        {
            "role": np.array([code_number("buying_role", role)]),
            "source_class": np.array([code_number("source_class", "inside")]),
        },
    )
    return Patch(add_nodes={"person": person}, add_edges={"plays": plays})


Edit = Callable[[Hit, Standing, Snapshot, Parameters], Patch | None]
EDITS: dict[str, Edit] = {
    "get_introduced": _meet,
    "meet": _meet,
    "executive_meeting": _executives,
    "win_over": _improve_stance,
    "build_champion": _improve_stance,
    "ask_small_act": _deepen,
    "reconcile": _reconcile,
    "identify_role": _identify,
}
