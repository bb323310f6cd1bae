"""What done actions did to the scores that they aimed at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from brm.services import whatif
from brm.services.deal_work import Work
from brm.services.moments import back_at, end_of
from brm.services.subjects import Subject
from brm.services.workspace import Workspace
from brm.store.protocol import State, When
from graph_schema.changes import Change
from graph_schema.values import to_json
from scoring.frames import points
from scoring.registry import SCORERS
from scoring.snapshot import Snapshot
from scoring.types import US

AFTER_DAYS = 30
"""So many days after it was due, an action has had its effect."""
KIND_OF = {"person": "key_person", "company": "customer", "opportunity": "decision_chain"}
"""The score that an action aims at where it names only whose."""
MEASURED, PENDING, NO_EVIDENCE, NO_SCORE = STATES = ("measured", "pending", "no_evidence", "no_score")


@dataclass(frozen=True, slots=True)
class Measured:
    """An action's effect in points: the score on the day less the one without the action's evidence.

    ``state`` is `MEASURED`, or why there is no effect: the day has not come, nothing is attached that came of
    the action, or the subject has no such score then.
    """

    state: str
    day: int
    kind: str
    before: float | None = None
    after: float | None = None

    @property
    def shape(self) -> dict[str, Any]:
        """As every surface shows it."""
        effect = None if self.before is None or self.after is None else self.after - self.before
        return {
            "state": self.state, "on": to_json("day", self.day), "score_kind": self.kind, "without": self.before,
            "with": self.after, "effect": effect,
        }  # fmt: skip


def measured(workspace: Workspace, work: Work, account: str, when: When) -> dict[str, Measured]:
    """By id the effect of every done action that aims at somebody's score."""
    done = [each for each in work.of("action") if each.properties.get("done_on") is not None]
    found = {}
    for state in done:
        aim = _aim(work, state)
        if aim is not None:
            found[state.entity.id] = _measured(workspace, work, state, aim, account, when)
    return found


def _aim(work: Work, state: State) -> tuple[str, str] | None:
    """Whose score the action is to move, and which; None where it names neither."""
    given = state.properties
    target = given.get("aims_at") or (work.scope[state.entity.id] if given.get("score_kind") else None)
    return None if target is None else (target, given.get("score_kind") or "")


def _measured(
    workspace: Workspace, work: Work, state: State, aim: tuple[str, str], account: str, when: When
) -> Measured:
    given = state.properties
    last = given["due_on"] if given.get("due_on") is not None else given["done_on"]
    day, evidence = last + AFTER_DAYS, work.results.get(state.entity.id, ())
    target, kind = aim
    then = back_at(workspace.moment(when), end_of(day, workspace.settings.zone))
    type_ = _type_of(workspace, target, when)
    kind = kind or KIND_OF.get(type_, "customer")
    if (then.as_of or 0) > (workspace.moment(when).as_of or 0):
        return Measured(PENDING, day, kind)
    if not evidence:
        return Measured(NO_EVIDENCE, day, kind)
    subject = Subject("company", account, account, (account,))
    imagined = whatif.imagine(workspace, subject, lambda _: [_without(workspace, evidence, then)], then)
    keys = workspace.store.keys([target, work.scope[state.entity.id]])
    # the score of a person, and of a rival, is that in the deal or account of the action
    inside = type_ == "person" or (type_ == "company" and target != account)
    place = keys[target], keys[work.scope[state.entity.id] if inside else target]
    after, before = (
        _score(workspace, imagined.graph(made), kind, place, then) for made in (frozenset[int](), frozenset([0]))
    )
    return Measured(NO_SCORE if before is None or after is None else MEASURED, day, kind, before, after)


def _type_of(workspace: Workspace, id_: str, when: When) -> str:
    state = workspace.store.fetch([id_], when).get(id_)
    return state.entity.type if state is not None else ""


def _without(workspace: Workspace, evidence: tuple[str, ...], then: When) -> tuple[Change, ...]:
    states: Mapping[str, State] = workspace.store.fetch(evidence, then)
    return tuple(Change("retract", state.entity) for state in states.values())


def _score(workspace: Workspace, snapshot: Snapshot, kind: str, place: tuple[int, int], then: When) -> float | None:
    """Ours at the place; of a threat that of the rival there, or of the strongest one of an account or deal."""
    subject, scope = place
    threat = kind == "competitor"
    frame = SCORERS[kind].score(
        snapshot, workspace.reference(then), workspace.parameters, scopes=np.array([scope]),
        vendor=None if threat else US,
    )  # fmt: skip
    if threat:
        rivals = (frame.scope == scope) & (frame.vendor != US)
        rows = np.flatnonzero(rivals & ((subject == scope) | (frame.vendor == subject)))
    else:
        rows = np.asarray(frame.rows(subject, US, scope))
    values = points(frame)[rows]
    return None if not len(values) or np.isnan(values).any() else float(values.max())
