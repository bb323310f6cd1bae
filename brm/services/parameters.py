"""The versions of the parameters: list, show, compare, save, activate."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from brm.errors import Conflict, InvalidInput
from brm.principal import Principal
from brm.services.moments import now
from brm.services.parameter_sets import (
    ACTIVATION,
    DEFAULTS,
    FIRST_SAVED,
    SET,
    Versioned,
    activations,
    last_activation,
    with_values,
)
from brm.services.workspace import Workspace
from brm.store.protocol import RecordState
from graph_schema.changes import ChangeSet, RecordChange
from graph_schema.values import iso_instant
from scoring.parameter_markers import Described
from scoring.parameters import Parameters

TRIES = 5
"""How often a number is chosen anew when somebody else takes it meanwhile."""
LONGEST_NOTE = 1_000


def listed(workspace: Workspace, principal: Principal) -> list[dict[str, Any]]:
    """Every version: who saved it when and why, how much it changes, which one rules and since when."""
    principal.require("read")
    active = workspace.sets.active().version
    since = last_activation(workspace.store)
    return [_head(each, record, active, since) for each, record in workspace.sets.listed()]


def shown(
    workspace: Workspace, principal: Principal, version: str | None = None, *, changed: bool = False
) -> dict[str, Any]:
    """One version, default the active one, with each parameter's value, default, unit, range, source, evidence.

    ``changed`` leaves out what stands at its default.
    """
    principal.require("read")
    active = workspace.sets.active()
    found = active if version is None else workspace.sets.named(version)
    record = next(iter(workspace.store.records(SET, [found.version])), None)
    items = [_described(each) for each in found.parameters.describe() if not changed or each.value != each.default]
    head = _head(found, record, active.version, last_activation(workspace.store))
    return {**head, "items": items, "revision": workspace.store.revision()}


def difference(workspace: Workspace, principal: Principal, first: str, second: str) -> dict[str, Any]:
    """The parameters in which two versions differ."""
    principal.require("read")
    one, other = workspace.sets.named(first), workspace.sets.named(second)
    return {"from": one.named, "to": other.named, "items": differing(one.parameters, other.parameters)}


def differing(before: Parameters, after: Parameters) -> list[dict[str, Any]]:
    """The parameters whose values differ, with both values."""
    pairs = zip(before.describe(), after.describe(), strict=True)
    return [
        {"name": old.name, "before": _plain(old.value), "after": _plain(new.value), "unit": old.unit, "doc": old.doc}
        for old, new in pairs
        if old.value != new.value
    ]


def history(workspace: Workspace, principal: Principal) -> list[dict[str, Any]]:
    """Who activated which version when, the last first."""
    principal.require("read")
    return [_activation(each) for each in reversed(activations(workspace.store))]


def save(
    workspace: Workspace, principal: Principal, values: Mapping[str, Any], *, base: str | None = None,
    note: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Save a version: the base (default the active one) with some values replaced. Scores stay as they are.

    Conflict when a version has these very values already.
    """
    principal.require("admin")
    _check_note(note)
    start = workspace.sets.active() if base is None else workspace.sets.named(base)
    made = with_values(start.parameters, values)
    for _ in range(TRIES):
        known = workspace.sets.listed()
        same = next((each for each, _ in known if each.digest == made.digest), None)
        if same is not None:
            raise Conflict(
                f"version {same.version} has these values already",
                remedy=f"use it: brm params activate {same.version}",
                code="same_parameters",
                version=same.version,
            )
        version = str(max((int(record.id) for _, record in known if record), default=FIRST_SAVED - 1) + 1)
        try:
            return _saved(workspace, principal, Versioned(version, made), start.version, note)
        except Conflict as taken:
            if taken.code != "idempotency_key_reused":
                raise
    raise Conflict("others keep saving versions of the parameters", remedy="try again")


def _saved(workspace: Workspace, principal: Principal, made: Versioned, base: str, note: str | None) -> dict[str, Any]:
    body = {
        "version": made.version, "digest": made.digest, "base": base, "note": note,
        "values": {name: _plain(value) for name, value in made.changed.items()},
        "author": principal.person_id or principal.id, "created_at": now(),
    }  # fmt: skip
    # the key lets one writer alone have the number, so that no version is ever written over
    key = f"{SET}/{made.version}"
    _write(workspace, principal, RecordChange(SET, made.version, body), key)
    return shown(workspace, principal, made.version, changed=True)


def activate(workspace: Workspace, principal: Principal, version: str, *, note: str | None = None) -> dict[str, Any]:
    """From now on scores are computed with this version, an earlier one too; every process sees it at once."""
    principal.require("admin")
    _check_note(note)
    found = workspace.sets.named(version)
    at = now()
    body = {
        "version": found.version, "digest": found.digest, "actor": principal.person_id or principal.id, "at": at,
        "note": note,
    }  # fmt: skip
    _write(workspace, principal, RecordChange(ACTIVATION, f"{at:017d}-{secrets.token_hex(4)}", body))
    return shown(workspace, principal, version, changed=True)


def _write(workspace: Workspace, principal: Principal, change: RecordChange, key: str | None = None) -> None:
    actor = principal.person_id or principal.id
    workspace.store.apply(ChangeSet(actor=actor, source="parameters", records=(change,), idempotency_key=key))


def _check_note(note: str | None) -> None:
    if note is not None and len(note) > LONGEST_NOTE:
        raise InvalidInput(f"the note has {len(note)} characters", remedy=f"write at most {LONGEST_NOTE}", field="note")


def _head(found: Versioned, record: RecordState | None, active: str, since: RecordState | None) -> dict[str, Any]:
    body = record.body if record else {}
    rules = found.version == active
    return {
        "version": found.version,
        "digest": found.digest,
        "digest_saved": body.get("digest"),
        "base": body.get("base", None if found.version == DEFAULTS else DEFAULTS),
        "author": body.get("author"),
        "created_at": iso_instant(body["created_at"]) if record else None,
        "note": body.get("note"),
        "changed": len(found.changed),
        "active": rules,
        "activation": _activation(since) if rules and since else None,
    }


def _activation(record: RecordState) -> dict[str, Any]:
    body = record.body
    return {
        "version": body["version"], "digest": body["digest"], "actor": body["actor"],
        "at": iso_instant(body["at"]), "note": body.get("note"),
    }  # fmt: skip


def _described(each: Described) -> dict[str, Any]:
    return {
        "name": each.name, "value": _plain(each.value), "default": _plain(each.default), "unit": each.unit,
        "low": each.low, "high": each.high, "doc": each.doc, "source": each.source, "evidence": each.evidence,
    }  # fmt: skip


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
