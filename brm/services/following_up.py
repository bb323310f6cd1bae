"""What became of a review: each frozen score against today's, by cause and by the commitments that moved it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from brm.errors import NotFound
from brm.principal import Principal
from brm.services import reviews, whatif
from brm.services.parameter_sets import Versioned
from brm.services.reviews import FROZEN
from brm.services.subjects import OUR_VENDOR, Subject
from brm.services.whatif import Imagined
from brm.services.workspace import Workspace
from brm.store.protocol import NOW, RecordState, When
from graph_schema.changes import Change
from graph_schema.values import iso_instant
from scoring.causes import CAUSES
from scoring.change import State, changes
from scoring.counterfactual import LEAST, Moved, moved
from scoring.frames import points
from scoring.registry import Scorer
from scoring.types import US

LATE, COMMITMENT = "late", "commitment"
Key = tuple[str, str, str, str]
"""Kind, subject, vendor and scope by id."""


def follow_up(workspace: Workspace, principal: Principal, id_: str, *, when: When = NOW) -> dict[str, Any]:
    """A review with what moved its scores since.

    The change of a score is what was learnt late about the day of the review, plus the causes of the change to
    today without the evidence of all commitments, plus what the evidence of each commitment does to today's
    score (Shapley's value where there are several); ``alone`` is today's score less the one without that
    commitment's evidence only. All of these are in points, of a probability in points of 100.
    """
    shape = reviews.shown(workspace, principal, id_)
    record = reviews.found(workspace, id_)
    subject = reviews.deal_of(workspace, principal, record.body["opportunity"], when)
    kept = [each for each in record.body.get("commitments") or () if each["evidence"]]
    edits = [_without(workspace, each["evidence"], when) for each in kept]
    imagined = whatif.imagine(workspace, subject, lambda _: edits, when, alone=True)
    with workspace.timing("review"):
        told = _Told(workspace, record, subject, imagined, [each["id"] for each in kept])
        items = told.items(shape["scores"])
    return {**shape, "scores": items, "now": iso_instant(imagined.when.as_of or 0)}


def _without(workspace: Workspace, evidence: Sequence[str], when: When) -> tuple[Change, ...]:
    """The changes that take evidence out of the graph."""
    states = workspace.store.fetch(evidence, when)
    return tuple(Change("retract", state.entity) for state in states.values())


class _Told:
    """The three parts of every change, by score."""

    def __init__(
        self, workspace: Workspace, record: RecordState, subject: Subject, imagined: Imagined, ids: Sequence[str]
    ) -> None:
        self._ids = ids
        then, accounts = When(record.body["as_of"]), list(subject.accounts) or None
        old = State(workspace.snapshot(accounts, then), workspace.reference(then), _parameters(workspace, record))
        every = frozenset(range(imagined.number))
        new = State(imagined.graph(every), workspace.reference(imagined.when), workspace.parameters)
        keys = workspace.store.keys([subject.id, *imagined.accounts])
        scopes = np.unique(np.array(list(keys.values()), dtype=np.int64))
        self._workspace, self._imagined, self._scopes = workspace, imagined, scopes
        self._identity: dict[int, str] = {}
        self._now = self._scored(State(imagined.foreseen.before, new.reference, new.parameters))
        self._causes = self._by_cause(old, new)
        self._shares = self._by_commitment(range(len(ids)))
        self._alone = [self._by_commitment([place]) for place in range(len(ids))]

    def items(self, frozen: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Each frozen score with what became of it, those that moved most first."""
        items = [self._item(each) for each in frozen]
        return sorted(items, key=lambda each: -abs(each["total"] or 0.0))

    def _item(self, score: Mapping[str, Any]) -> dict[str, Any]:
        key = (score["kind"], score["subject"]["id"], score["vendor"]["id"], score["scope"]["id"])
        now = self._now.get(key)
        scale = 100 if score["link"] == "logit" else 1
        shape = {**score, "now": None if now is None else now / scale, "total": None, "parts": []}
        if now is None or key not in self._causes:
            return shape
        before, causes = self._causes[key]
        parts = [{"part": LATE, "effect": before - scale * score["score"]}]
        parts += [{"part": cause, "effect": effect} for cause, effect in zip(CAUSES, causes, strict=True)]
        shares = self._shares.get(key, [0.0] * len(self._ids))
        for place, (id_, share) in enumerate(zip(self._ids, shares, strict=True)):
            alone = self._alone[place].get(key, [0.0])[0]
            parts.append({"part": COMMITMENT, "commitment": id_, "effect": share, "alone": alone})
        parts = [each for each in parts if abs(each["effect"]) > LEAST or abs(each.get("alone", 0.0)) > LEAST]
        return {**shape, "total": now - scale * score["score"], "parts": parts}

    def _by_cause(self, old: State, new: State) -> dict[Key, tuple[float, list[float]]]:
        """The score on the day of the review as it is known now, and the effect of each cause since."""
        found = {}
        for scorer in FROZEN:
            each = changes(scorer, old, new, scopes=self._scopes)
            for row, key in enumerate(self._keys(scorer, each.subject, each.vendor, each.scope)):
                found[key] = float(each.before[row]), each.parts[row].tolist()
        return found

    def _scored(self, state: State) -> dict[Key, float]:
        found = {}
        for scorer in FROZEN:
            frame = scorer.score(state.snapshot, state.reference, state.parameters, scopes=self._scopes)
            values = points(frame).tolist()
            keys = self._keys(scorer, frame.subject, frame.vendor, frame.scope)
            found.update({key: value for key, value in zip(keys, values, strict=True) if not np.isnan(value)})
        return found

    def _by_commitment(self, places: Sequence[int]) -> dict[Key, list[float]]:
        """What the evidence of some commitments does, taken out of today's graph together."""
        if not places:
            return {}
        chosen = list(places)
        rows = moved(
            FROZEN, lambda made: self._imagined.graph(frozenset(chosen[each] for each in made)), len(chosen),
            self._workspace.reference(self._imagined.when), self._workspace.parameters, self._scopes, self._scopes,
        )  # fmt: skip
        return {key: (-each.parts[row]).tolist() for each in rows for row, key in self._known(each)}

    def _known(self, each: Moved) -> list[tuple[int, Key]]:
        keys = self._keys_of(each.kind, each.subject, each.vendor, each.scope)
        return [(row, key) for row, key in enumerate(keys) if not np.isnan(each.total[row])]

    def _keys(self, scorer: Scorer, subject: Any, vendor: Any, scope: Any) -> list[Key]:
        return self._keys_of(scorer.kind, subject, vendor, scope)

    def _keys_of(self, kind: str, subject: Any, vendor: Any, scope: Any) -> list[Key]:
        columns = [column.tolist() for column in (subject, vendor, scope)]
        unknown = {key for column in columns for key in column} - set(self._identity) - {US}
        if unknown:
            named = self._workspace.store.names(unknown)
            self._identity.update({key: each.id for key, each in named.items()})
        ids = [[OUR_VENDOR if key == US else self._identity[key] for key in column] for column in columns]
        return [(kind, *each) for each in zip(*ids, strict=True)]


def _parameters(workspace: Workspace, record: RecordState) -> Any:
    """The parameters that the scores were frozen with; today's where that version is gone."""
    named = record.body.get("parameters") or {}
    try:
        found: Versioned = workspace.sets.named(named["version"])
    except (KeyError, NotFound):
        return workspace.parameters
    return found.parameters
