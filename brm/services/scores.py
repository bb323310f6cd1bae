"""Scores of subjects with their explanations, in the shape that every surface shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from brm.errors import InvalidInput, NotComputable
from brm.principal import Principal
from brm.services import moments
from brm.services.selecting import accounts_of, gap, itself, select
from brm.services.shapes import named
from brm.services.subjects import OUR_VENDOR, find_subject
from brm.services.visibility import blanked, hidden_ids, without_hidden
from brm.services.workspace import Workspace
from brm.store.protocol import NOW, Names, When
from graph_schema.changes import EdgeRef
from graph_schema.values import iso_instant
from scoring.likelihood import KIND as LIKELIHOOD
from scoring.likelihood import beside
from scoring.parameters import Parameters
from scoring.registry import SCORERS, Scorer
from scoring.snapshot import Ints, Snapshot
from scoring.types import SCOPE_TYPES, US, ScoreFrame

ENTITY_INPUTS = frozenset({
    "interaction", "observation", "colleague", "person", "staff", "item", "unit", "account", "opportunity",
    "requirement", "offering",
})  # fmt: skip
VENDOR_INPUTS = frozenset({"vendor", "asked"})


@dataclass(frozen=True, slots=True)
class Scored:
    """Rows of a frame that answer a question, with the snapshot that they were computed on."""

    frame: ScoreFrame
    rows: Ints
    snapshot: Snapshot
    when: When
    revision: int
    accounts: tuple[str, ...] | None
    """The accounts whose partitions the snapshot is; None: everything."""


def scorer(kind: str) -> Scorer:
    """The scorer of a kind; InvalidInput lists the kinds."""
    if kind not in SCORERS:
        raise InvalidInput(f"there is no score {kind!r}", remedy=f"use one of {', '.join(SCORERS)}", field="kind")
    return SCORERS[kind]


def band(score: float, parameters: Parameters) -> str:
    """cold, warm or hot."""
    limits = parameters.evidence
    return "cold" if score < limits.band_cold else "warm" if score < limits.band_hot else "hot"


def band_limits(parameters: Parameters) -> dict[str, float]:
    """From which scores on a subject is warm and hot."""
    return {"warm": parameters.evidence.band_cold, "hot": parameters.evidence.band_hot}


def banded(frame: ScoreFrame, row: int, parameters: Parameters) -> str | None:
    """The band of a row's score; a probability has none."""
    value = frame.score[row]
    return None if frame.link == "logit" or np.isnan(value) else band(float(value), parameters)


def score(
    workspace: Workspace, principal: Principal, kind: str, ids: Sequence[str] = (), *, vendor: str | None = None,
    scope: str | None = None, when: When = NOW,
) -> Scored:  # fmt: skip
    """Scores of a kind for the named subjects, or for all when none is named.

    A person, account or opportunity may be named. One that has no such score itself stands for those
    around it: an account or opportunity for the people of its chain (`key_person`), an account for its
    open deals (`decision_chain`), a person or deal for their account (`customer`). `competitor` without a
    vendor gives all rivals.
    """
    principal.require("read")
    wanted = scorer(kind)
    revision = workspace.store.revision()
    subjects = [find_subject(workspace, principal, each, when) for each in ids]
    scoped = None if scope is None else find_subject(workspace, principal, scope, when)
    accounts = accounts_of([*subjects, *([scoped] if scoped else [])])
    partial = tuple(accounts) if (ids or scoped) and not wanted.whole else None
    board = workspace.frames(when) if partial is None else None
    snapshot = workspace.snapshot(partial, when) if board is None else board.snapshot
    moment = workspace.moment(when, snapshot)
    with workspace.timing(kind):
        frame, rows = select(workspace, wanted, subjects, scoped, snapshot, vendor, when, board)
    return Scored(frame, rows, snapshot, moment, revision, partial)


def explain(
    workspace: Workspace, principal: Principal, kind: str, id_: str, *, vendor: str | None = None,
    scope: str | None = None, when: When = NOW,
) -> dict[str, Any]:  # fmt: skip
    """One score with everything behind it.

    Without ``scope`` the account's, and of several the one scored highest; without a vendor the strongest
    competitor.
    NotComputable when the subject has no such score at that date.
    """
    found = score(workspace, principal, kind, [id_], vendor=vendor, scope=scope, when=when)
    row = chosen_row(workspace, found, id_)
    if row is None:
        raise no_score(kind, id_)
    shape = row_shape(workspace, found, row, explained=True)
    reference, parameters = workspace.reference(when), workspace.parameters
    shape["gap"] = gap(scorer(kind), found.frame, row, found.snapshot, reference, parameters)
    ids = [id_ for each in shape["contributions"] for id_ in each["evidence"]]
    hidden = hidden_ids(workspace.store, principal, ids, found.when)
    shape["contributions"] = [
        without_hidden({**each, "inputs": blanked(each["inputs"], hidden)}, hidden) for each in shape["contributions"]
    ]
    shape["inputs"] = blanked(shape["inputs"], hidden)
    return shape


def chosen_row(workspace: Workspace, found: Scored, id_: str) -> int | None:
    """The row that is told of a subject: the account's before a deal's, then the highest; None for none."""
    key = workspace.store.keys([id_])[id_]
    rows = [int(row) for row in found.rows if int(found.frame.subject[row]) == key]
    return min(rows, key=lambda row: (int(found.frame.scope_type[row]), -found.frame.score[row]), default=None)


def no_score(kind: str, id_: str) -> NotComputable:
    """The subject has no such score at that date."""
    return NotComputable(
        f"{id_} has no {kind} score at that date",
        remedy=f"a {kind} score is of a {' or '.join(scorer(kind).subjects)} that is known at that date",
        id=id_,
    )


def shapes(workspace: Workspace, found: Scored, limit: int | None = None) -> list[dict[str, Any]]:
    """The rows as the API lists them, best first, without contributions."""
    rows = found.rows if limit is None else found.rows[:limit]
    keys = {int(k) for row in rows for k in (found.frame.subject[row], found.frame.vendor[row], found.frame.scope[row])}
    besides = {int(row): _beside(found.frame, int(row)) for row in rows}
    keys |= {key for beside in besides.values() for key in _field_keys(beside)}
    names = workspace.store.names(keys, found.when)
    return [_shape(workspace, found, int(row), names, besides[int(row)]) for row in rows]


def _beside(frame: ScoreFrame, row: int) -> Mapping[str, Any]:
    """What a kind tells of a row beside its score."""
    return beside(frame, row) if frame.kind == LIKELIHOOD else {}


def _field_keys(beside: Mapping[str, Any]) -> set[int]:
    return {each["vendor"] for each in beside.get("field", ()) if isinstance(each["vendor"], int)}


def row_shape(workspace: Workspace, found: Scored, row: int, *, explained: bool = False) -> dict[str, Any]:
    """One row as every surface shows it; ``explained`` adds contributions and raw inputs."""
    frame = found.frame
    beside = _beside(frame, row)
    keys = {int(frame.subject[row]), int(frame.vendor[row]), int(frame.scope[row])} | _field_keys(beside)
    if not explained:
        return _shape(workspace, found, row, workspace.store.names(keys, found.when), beside)
    explanation = frame.explain(row)
    plain = explanation.as_dict()
    keys |= _keys_in(plain["inputs"]) | {k for c in explanation.contributions for k in _evidence_keys(c.evidence)}
    keys |= {c.subject for c in explanation.contributions if c.subject is not None}
    keys |= {k for c in explanation.contributions for k in _keys_in(dict(c.inputs))}
    names = workspace.store.names(keys, found.when)
    shape = _shape(workspace, found, row, names, beside)
    shape["contributions"] = [_contribution(c, names) for c in explanation.contributions]
    shape["inputs"] = _with_ids(explanation.inputs, names)
    shape["reference"] = explanation.reference
    return shape


def _shape(
    workspace: Workspace, found: Scored, row: int, names: Mapping[int, Names], beside: Mapping[str, Any]
) -> dict[str, Any]:
    frame, value = found.frame, _number(found.frame.score[row])
    scope = int(frame.scope[row])
    vendor = _vendor(int(frame.vendor[row]), names)
    return {
        "kind": frame.kind,
        "subject": named(names[int(frame.subject[row])]),
        "vendor": {**vendor, "itself": True} if itself(found.snapshot, frame, row) else vendor,
        "scope": {"type": SCOPE_TYPES[int(frame.scope_type[row])], **_identity(scope, names)},
        "as_of": moments.local_day(found.when.as_of or 0, workspace.settings.zone).isoformat(),
        "moment": iso_instant(found.when.as_of or 0),
        "score": value,
        "interval": {"p10": _number(frame.p10[row]), "p90": _number(frame.p90[row])},
        "completeness": float(frame.completeness[row]),
        "band": banded(frame, row, workspace.parameters),
        "rank": None,
        "link": frame.link,
        "base": _number(frame.base[row]),
        "change": None,
        "parameters": workspace.parameter_set.named,
        "revision": found.revision,
        **_with_field(beside, names),
    }


def _with_field(beside: Mapping[str, Any], names: Mapping[int, Names]) -> dict[str, Any]:
    """The same with the vendors of its field named; who is no company goes by a word."""
    if "field" not in beside:
        return dict(beside)
    field = [
        {**each, "vendor": {"id": vendor, "name": None} if isinstance(vendor, str) else _vendor(vendor, names)}
        for each in beside["field"]
        for vendor in (each["vendor"],)
    ]
    return {**beside, "field": field}


def _number(value: float) -> float | None:
    """The number; None for a score that may not be stated."""
    return None if np.isnan(value) else float(value)


def _contribution(each: Any, names: Mapping[int, Names]) -> dict[str, Any]:
    return {
        "factor": each.factor,
        "value": each.value,
        "unit": each.unit,
        "prior": each.prior,
        "weight": each.weight,
        "effect": each.effect,
        "code": each.code,
        "subject": None if each.subject is None else named(names[each.subject]),
        "evidence": [_evidence_id(item, names) for item in each.evidence],
        "inputs": _with_ids(each.inputs, names),
        **({} if each.points is None else {"points": each.points}),
    }


def _identity(key: int, names: Mapping[int, Names]) -> dict[str, Any]:
    return {"id": names[key].id, "name": names[key].name} if key in names else {"id": None, "name": None}


def _vendor(key: int, names: Mapping[int, Names]) -> dict[str, Any]:
    return {"id": OUR_VENDOR, "name": None} if key == US else _identity(key, names)


def _evidence_keys(evidence: Iterable[Any]) -> set[int]:
    keys: set[int] = set()
    for item in evidence:
        keys |= {int(item)} if isinstance(item, int) else {int(item[1]), int(item[2])}
    return keys


def _evidence_id(item: Any, names: Mapping[int, Names]) -> str:
    if isinstance(item, int):
        return names[item].id
    type_, source, target = item
    first, second = (
        sorted((names[source].id, names[target].id)) if type_ == "knows" else (names[source].id, names[target].id)
    )
    return EdgeRef(type_, first, second).id


def _keys_in(tree: Any) -> set[int]:
    if isinstance(tree, Mapping):
        entities = ENTITY_INPUTS | VENDOR_INPUTS
        here = {int(v) for n, v in tree.items() if n in entities and isinstance(v, int) and v > 0}
        return here.union(*(_keys_in(value) for value in tree.values()))
    if isinstance(tree, list | tuple):
        return set().union(*(_keys_in(value) for value in tree))
    return set()


def _with_ids(tree: Any, names: Mapping[int, Names]) -> Any:
    if isinstance(tree, Mapping):
        return {
            name: _vendor(value, names)["id"]
            if name in VENDOR_INPUTS and isinstance(value, int)
            else (names[value].id if value in names else None)
            if name in ENTITY_INPUTS and isinstance(value, int)
            else _with_ids(value, names)
            for name, value in tree.items()
        }
    if isinstance(tree, list | tuple):
        return [_with_ids(value, names) for value in tree]
    return tree
