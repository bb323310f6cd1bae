"""Focus profiles: those that are shipped, those that were saved, and which one rules at a moment."""

from __future__ import annotations

import math
import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from brm.errors import Conflict, InvalidInput, NotFound
from brm.principal import Principal
from brm.services import moments
from brm.services.recording import actor_of
from brm.services.workspace import Workspace
from brm.store.protocol import NOW, RecordState, When
from graph_schema.changes import ChangeSet, RecordChange
from graph_schema.values import iso_instant
from graph_schema.vocabulary import VOCABULARIES
from scoring.grading.profiles import BALANCED, PARTS, SHIPPED, Focus

PROFILE, ACTIVATION = "focus_profile", "focus_activation"
NAME = re.compile(r"[^\s/][^/\x00-\x1f]{0,98}[^\s/]|[^\s/]")
LONGEST_NOTE = 1_000
MOST_WEIGHT = 1_000.0


def listed(workspace: Workspace, principal: Principal, *, when: When = NOW) -> dict[str, Any]:
    """Every profile, which one rules at the moment, and all activations, the latest first."""
    principal.require("read")
    moment = workspace.moment(when)
    saved = _saved(workspace)
    active = ruling(workspace, moment).name
    last: dict[str, RecordState | None] = {**dict.fromkeys(SHIPPED), **{each.body["name"]: each for each in saved}}
    items = [_shape(SHIPPED[name] if each is None else _focus(each), each, active) for name, each in last.items()]
    activations = [
        {**{n: each.body.get(n) for n in ("profile", "actor", "note")}, "at": iso_instant(each.body["at"])}
        for each in reversed(_activations(workspace))
    ]
    return {"items": items, "active": active, "activations": activations, "revision": workspace.store.revision()}


def shown(workspace: Workspace, principal: Principal, name: str, *, when: When = NOW) -> dict[str, Any]:
    """One profile; NotFound where there is none of the name."""
    principal.require("read")
    moment = workspace.moment(when)
    focus = named(workspace, name, moment)
    record = _version(workspace, name, moment)
    active = ruling(workspace, moment).name
    return {**_shape(focus, record, active), "revision": workspace.store.revision()}


def ruling(workspace: Workspace, moment: When) -> Focus:
    """The profile that rules at a moment: the last one activated from a day up to it; at first the balanced one."""
    as_of = workspace.moment(moment).as_of or 0
    past = [each for each in _activations(workspace) if each.body["at"] <= as_of]
    return named(workspace, past[-1].body["profile"], moment) if past else SHIPPED[BALANCED]


def named(workspace: Workspace, name: str | None, moment: When) -> Focus:
    """The profile of a name as it was last saved by the moment, else as it was saved first; without a name the ruling.

    A backdated activation may name a profile that was saved later.
    """
    if name is None:
        return ruling(workspace, moment)
    if name in SHIPPED:
        return SHIPPED[name]
    record = _version(workspace, name, moment)
    if record is None:
        raise NotFound(f"there is no focus profile {name}", remedy="brm focus list shows those that there are", id=name)
    return _focus(record)


def save(
    workspace: Workspace, principal: Principal, name: str, weights: Mapping[str, Any], *,
    kinds: Sequence[str] = (), note: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Save a profile; customers are graded as before until it is activated. One of the same name is replaced.

    InvalidInput names the weight or kind that does not fit; Conflict for the name of a shipped profile.
    """
    principal.require("admin")
    _check_note(note)
    if not NAME.fullmatch(name):
        raise InvalidInput(
            f"{name!r} is no name of a profile", remedy="use 1 to 100 characters without a slash", field="name"
        )
    if name in SHIPPED:
        raise Conflict(f"the profile {name} comes with the program", remedy="choose another name", field="name")
    body = {
        "name": name, "weights": _weights(weights), "kinds": _kinds(kinds), "author": actor_of(principal),
        "created_at": moments.now(), "note": note,
    }  # fmt: skip
    _write(workspace, principal, RecordChange(PROFILE, _id(), body))
    return shown(workspace, principal, name)


def activate(
    workspace: Workspace, principal: Principal, name: str, *, since: str | None = None, note: str | None = None
) -> dict[str, Any]:
    """Grade customers by this profile from a day on (default: from now); the last activation by a date rules then."""
    principal.require("admin")
    _check_note(note)
    now = moments.now()
    at = now if since is None else moments.parse_moment(since, workspace.settings.zone, "since")
    named(workspace, name, When(max(now, at)))
    body = {"profile": name, "actor": actor_of(principal), "at": at, "note": note}
    _write(workspace, principal, RecordChange(ACTIVATION, _id(), body))
    return shown(workspace, principal, name)


def head(focus: Focus) -> dict[str, Any]:
    """What a grade is made from: the profile's name, its weights as shares, and the kinds that it looks at."""
    shares = dict(zip(PARTS, focus.shares.tolist(), strict=True))
    return {"name": focus.name, "shipped": focus.name in SHIPPED, "weights": shares, "kinds": list(focus.kinds)}


def _shape(focus: Focus, record: RecordState | None, active: str) -> dict[str, Any]:
    body = record.body if record else {}
    return {
        **head(focus),
        "active": focus.name == active,
        "author": body.get("author"),
        "created_at": iso_instant(body["created_at"]) if record else None,
        "note": body.get("note"),
    }


def _saved(workspace: Workspace) -> list[RecordState]:
    return sorted(workspace.store.records(PROFILE), key=lambda each: (each.body["created_at"], each.revision))


def _activations(workspace: Workspace) -> list[RecordState]:
    return sorted(workspace.store.records(ACTIVATION), key=lambda each: (each.body["at"], each.revision))


def _version(workspace: Workspace, name: str, moment: When) -> RecordState | None:
    own = [each for each in _saved(workspace) if each.body["name"] == name]
    as_of = workspace.moment(moment).as_of or 0
    past = [each for each in own if each.body["created_at"] <= as_of]
    return past[-1] if past else next(iter(own), None)


def _focus(record: RecordState) -> Focus:
    return Focus(record.body["name"], record.body["weights"], tuple(record.body.get("kinds") or ()))


def _weights(given: Mapping[str, Any]) -> dict[str, float]:
    for name, value in given.items():
        if name not in PARTS:
            raise InvalidInput(
                f"a grade has no part {name!r}", remedy=f"use {', '.join(PARTS)}", field=f"weights.{name}", value=value
            )
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not math.isfinite(value) or not 0 <= value <= MOST_WEIGHT:
            raise InvalidInput(
                f"the weight of {name} cannot be {value!r}",
                remedy=f"give a number from 0 to {MOST_WEIGHT:g}; only the proportions count",
                field=f"weights.{name}",
                value=value,
            )
    if not sum(given.values()) > 0:
        raise InvalidInput("no part has a weight", remedy="give at least one part a weight above 0", field="weights")
    return {part: float(given.get(part, 0.0)) for part in PARTS}


def _kinds(given: Sequence[str]) -> list[str]:
    known = VOCABULARIES["company_kind"]
    for kind in given:
        if kind not in known:
            raise InvalidInput(
                f"there is no kind of company {kind!r}", remedy=f"use {', '.join(known)}", field="kinds", value=kind
            )
    return list(dict.fromkeys(given))


def _check_note(note: str | None) -> None:
    if note is not None and len(note) > LONGEST_NOTE:
        raise InvalidInput(f"the note has {len(note)} characters", remedy=f"write at most {LONGEST_NOTE}", field="note")


def _id() -> str:
    return f"{moments.now():017d}-{secrets.token_hex(4)}"


def _write(workspace: Workspace, principal: Principal, change: RecordChange) -> None:
    workspace.store.apply(ChangeSet(actor=actor_of(principal), source="focus", records=(change,)))
