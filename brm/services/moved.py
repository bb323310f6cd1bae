"""What moved one score between two moments: a part per cause, and the facts that did it, with their points."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from brm.principal import Principal
from brm.services import moments
from brm.services.shapes import named
from brm.services.subjects import OUR_VENDOR
from brm.services.visibility import PERSONAL_TIES, hidden_ids
from brm.services.workspace import Workspace
from brm.store.protocol import Names, When
from graph_schema import registry
from graph_schema.vocabulary import OPEN_KINDS, VOCABULARIES
from scoring.causes import CAUSES
from scoring.change import State, changes
from scoring.criteria.catalogue import IDS as CRITERIA
from scoring.entered import LINKED, MOST_FACTS, Fact, around_deal, facts_of, shares
from scoring.machinery.people import people_of
from scoring.over_time import ScoreKey
from scoring.process.checks import PROJECT_CHECKS
from scoring.registry import Scorer
from scoring.snapshot import MISSING, Snapshot, category_code

LEAST = 0.05
"""Points below which neither a cause is split nor a fact is told."""
MOST_TOLD = 8
DATED = frozenset({"clock", "reference", "parameters"})
"""Causes that no fact stands behind."""
_IDS = {"criterion": CRITERIA, "project_check": PROJECT_CHECKS, "state": VOCABULARIES["state_kind"]}
_KINDS = {
    category_code(kind): kind
    for kind in (
        *VOCABULARIES["observation_kind"],
        *(f"{head}:{id_}" for head in OPEN_KINDS for id_ in _IDS[head]),
    )
}
TOLD_FIELDS = (
    "status", "stage", "tier", "amount", "budget", "quoted", "contract_amount", "margin", "expected_close_on",
    "closed_on", "compelling_event_on", "award_form", "award_rule", "price_weight", "price", "incumbent",
    "shortlisted", "met", "proof", "weight", "mandatory", "role",
)  # fmt: skip
"""Properties whose revision is named."""

LABELLED = tuple(name for known in (registry().nodes, registry().edges) for name in known if name not in LINKED)
"""Types that a fact may be of."""


@dataclass(frozen=True, slots=True)
class Window:
    """Two moments, and the states that a score is read in at each."""

    old: State
    new: State
    earlier: When
    when: When


@dataclass(frozen=True, slots=True)
class Move:
    """How one score moved over a window: ``parts`` by cause, and facts with their cause and share."""

    window: Window
    before: float
    after: float
    parts: tuple[float, ...]
    facts: tuple[tuple[str, Fact, float], ...]


def move_of(scorer: Scorer, key: ScoreKey, window: Window) -> Move | None:
    """The move of one score over a window; None where it is not there at both ends."""
    old, new = window.old, window.new
    subject, scope = (np.array([each], dtype=np.int64) for each in (key.subject, key.scope))
    change = changes(scorer, old, new, subjects=subject, scopes=scope, vendor=key.vendor)
    if not len(change):
        return None
    parts, facts = tuple(change.parts[0].tolist()), list[tuple[str, Fact, float]]()
    around = around_deal((old.snapshot, new.snapshot), key.scope)
    middle = float(change.before[0] + change.after[0]) / 2

    def split(cause: str, groups: Sequence[Sequence[Fact]]) -> list[float]:
        found: list[float] = shares(scorer, old, new, key, cause, groups, middle).tolist()
        return found

    for cause, part in zip(CAUSES, parts, strict=True):
        if cause not in DATED and abs(part) >= LEAST:
            near, far = facts_of(old.snapshot, new.snapshot, cause, around)
            told = _split(near, far, partial(split, cause))
            facts += ((cause, fact, share) for fact, share in told if abs(share) >= LEAST)
    facts.sort(key=lambda each: -abs(each[2]))
    return Move(window, float(change.before[0]), float(change.after[0]), parts, tuple(facts))


def _split(
    near: Sequence[Fact], far: Sequence[Fact], split: Callable[[Sequence[Sequence[Fact]]], list[float]]
) -> list[tuple[Fact, float]]:
    """Facts of one cause with their shares.

    What is not around the deal is looked at together first, and one by one only if that moved something.
    """
    single, rest = near[:MOST_FACTS], [*near[MOST_FACTS:], *far]
    found = split([*([fact] for fact in single), *([rest] if rest else [])])
    room = MOST_FACTS - len(single)
    if rest and room and abs(found[-1]) >= LEAST:
        single, rest = [*single, *rest[:room]], rest[room:]
        found = split([*([fact] for fact in single), *([rest] if rest else [])])
    return list(zip(single, found, strict=False))


def told(workspace: Workspace, principal: Principal, moves: Sequence[Move], deal: int) -> list[dict[str, Any]]:
    """The moves as they are shown. Facts that the principal may not see are counted, not named."""
    if not moves:
        return []
    keys = {key for move in moves for _, fact, _ in move.facts for key in _keys(move, fact)}
    names: dict[int, Names] = workspace.store.names(keys, moves[-1].window.when) if keys else {}
    for move in moves:
        gone = {key for _, fact, _ in move.facts if fact.change == "gone" for key in _keys(move, fact)}
        if gone:
            # what is gone had its name earlier
            names |= workspace.store.names(gone, move.window.earlier)
    return [_shape(workspace, principal, move, names, deal) for move in moves]


def _keys(move: Move, fact: Fact) -> set[int]:
    """Whom and what a fact is about."""
    ends = fact.entity if fact.is_node else fact.entity[:2]
    return {key for key in (*ends, *(each for part in _people(move, fact) for each in part)) if key > 0}


def _source(move: Move, fact: Fact) -> Snapshot:
    return move.window.old.snapshot if fact.change == "gone" else move.window.new.snapshot


def _people(move: Move, fact: Fact) -> tuple[list[int], list[int], list[int]]:
    """Who of ours took part in an interaction and who else; the first two of an observation are whom it is about."""
    snapshot = _source(move, fact)
    if fact.type == "interaction":
        took = snapshot.edges["took_part"]
        people = np.unique(took.source[took.target == fact.entity[0]])
        index = people_of(snapshot)
        ours = np.isin(people, index.key[index.colleague])
        return people[ours].tolist(), people[~ours].tolist(), []
    if fact.type == "observation":
        return [], _ends(snapshot, "about", fact.entity[0]), _ends(snapshot, "toward", fact.entity[0])
    return [], [], []


def _ends(snapshot: Snapshot, edge: str, source: int) -> list[int]:
    table = snapshot.edges[edge]
    found: list[int] = np.unique(table.target[table.source == source]).tolist()
    return found


def _shape(
    workspace: Workspace, principal: Principal, move: Move, names: Mapping[int, Names], deal: int
) -> dict[str, Any]:
    zone = workspace.settings.zone
    hidden = _hidden(workspace, principal, move, names)
    seen = [each for each in move.facts if each[1] not in hidden]
    return {
        "from": moments.local_day(move.window.earlier.as_of or 0, zone).isoformat(),
        "to": moments.local_day(move.window.when.as_of or 0, zone).isoformat(),
        "before": move.before,
        "after": move.after,
        "total": move.after - move.before,
        "parts": [{"part": cause, "effect": effect} for cause, effect in zip(CAUSES, move.parts, strict=True)],
        "facts": [
            {"part": cause, **_fact(workspace, move, fact, names, deal), "effect": share}
            for cause, fact, share in seen[:MOST_TOLD]
        ],
        "facts_more": len(seen) - len(seen[:MOST_TOLD]),
        "facts_hidden": len(hidden),
    }


def _hidden(workspace: Workspace, principal: Principal, move: Move, names: Mapping[int, Names]) -> set[Fact]:
    if principal.allows("admin"):
        return set()
    ids = {names[fact.entity[0]].id: fact for _, fact, _ in move.facts if fact.is_node}
    closed = {id_ for when in (move.window.earlier, move.window.when)
              for id_ in hidden_ids(workspace.store, principal, ids, when)}  # fmt: skip
    ties = {fact for _, fact, _ in move.facts if fact.type in PERSONAL_TIES}
    return ties | {ids[id_] for id_ in closed}


def _fact(workspace: Workspace, move: Move, fact: Fact, names: Mapping[int, Names], deal: int) -> dict[str, Any]:
    snapshot = _source(move, fact)
    ours, theirs, toward = _people(move, fact)
    ends = [] if fact.type in ("interaction", "observation") else [each for each in fact.entity[:2] if each != deal]
    return {
        "type": fact.type,
        "change": fact.change,
        "id": names[fact.entity[0]].id if fact.is_node else None,
        "day": _day(workspace, snapshot, fact),
        "deal": fact.entity[0] == deal and fact.is_node,
        "ours": [named(names[each]) for each in ours],
        "about": [named(names[each]) for each in (*theirs, *ends) if each in names and each != deal],
        "toward": [_vendor(snapshot, each, names) for each in toward],
        "fields": _fields(fact),
        **_words(snapshot, fact),
    }


def _vendor(snapshot: Snapshot, key: int, names: Mapping[int, Names]) -> dict[str, Any]:
    """Whom an observation is towards; a company of ours is us."""
    us = int(key) in people_of(snapshot).ours
    return {"id": OUR_VENDOR, "name": None} if us else {"id": names[key].id, "name": names[key].name}


def _day(workspace: Workspace, snapshot: Snapshot, fact: Fact) -> str | None:
    if fact.type not in ("interaction", "observation"):
        return None
    table = snapshot.nodes[fact.type]
    at = int(table["at"][table.rows(np.array(fact.entity))[0]])
    return None if at == MISSING else moments.local_day(at, workspace.settings.zone).isoformat()


def _fields(fact: Fact) -> list[str]:
    named_ = dict.fromkeys(column.removesuffix("_currency") for column in fact.columns)
    return [each for each in named_ if each in TOLD_FIELDS]


def _words(snapshot: Snapshot, fact: Fact) -> dict[str, Any]:
    """What is said of it in the words of vocabularies: an interaction's channel, an observation's kind, a role."""
    given: dict[str, Any] = {"channel": None, "kind": None, "value": None, "role": None}
    if fact.type == "plays" and fact.entity[2] >= 0:
        given["role"] = VOCABULARIES["buying_role"][fact.entity[2]]
    if fact.type not in ("interaction", "observation"):
        return given
    table = snapshot.nodes[fact.type]
    row = int(table.rows(np.array(fact.entity))[0])
    if fact.type == "interaction":
        return given | {"channel": VOCABULARIES["channel"][int(table["channel"][row])]}
    value = float(table["value"][row])
    kind = _KINDS.get(int(table["kind"][row]))
    return given | {"kind": kind, "value": None if np.isnan(value) else value}
