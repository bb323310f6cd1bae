"""What a draft would do: every score of its accounts that moves, before and after, by its own proposals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from brm.errors import BrmError
from brm.principal import Principal
from brm.services import drafts, moments
from brm.services.drafts import Proposal
from brm.services.heat import worth_unit
from brm.services.scores import band
from brm.services.shapes import named
from brm.services.subjects import OUR_VENDOR, Subject, accounts_of_people, find_subject
from brm.services.workspace import Workspace
from brm.store.partition import patched
from brm.store.protocol import NOW, Foreseen, Names, When
from graph_schema.changes import Change, EdgeRef, NodeRef
from graph_schema.values import iso_instant
from scoring.counterfactual import CAPITAL, LEAST, Moved, moved
from scoring.likelihood import KIND as LIKELIHOOD
from scoring.parameters import Parameters
from scoring.registry import SCORERS
from scoring.shapley import coalitions
from scoring.snapshot import Ints, Snapshot
from scoring.types import US

APPLIES, UNCHANGED, REFUSED = "applies", "unchanged", "refused"
STATES = (APPLIES, UNCHANGED, REFUSED)


@dataclass(frozen=True)
class Imagined:
    """Edits of the graph that are looked at together without being written, and the accounts they are read in."""

    foreseen: Foreseen
    accounts: tuple[str, ...]
    when: When
    number: int

    @cached_property
    def _graphs(self) -> dict[frozenset[int], Snapshot]:
        return {frozenset(): self.foreseen.before}

    def graph(self, made: frozenset[int]) -> Snapshot:
        """The snapshot with some of the edits made."""
        if made not in self._graphs:
            patch, as_of = self.foreseen.patches[made], self.foreseen.before.as_of
            self._graphs[made] = patched(self.foreseen.before, patch, as_of)
        return self._graphs[made]


def effect(workspace: Workspace, principal: Principal, id_: str, *, when: When = NOW) -> dict[str, Any]:
    """What an open draft would do to the graph as it stands: computed anew, whatever was written since.

    Told are the scores of the draft's account, its deals and people, and of other accounts where people whom
    it touches hold a seat or play a role; of colleagues the capital that they hold there. A proposal that no
    longer applies, or that says what is so already, does nothing and is marked.
    """
    principal.require("read")
    record = drafts.found(workspace, id_)
    items = drafts.proposals(record)
    subject = find_subject(workspace, principal, record.body["scope"], when)
    zone = workspace.settings.zone
    with workspace.timing("whatif"):
        imagined = imagine(workspace, subject, lambda at: [each.resolved(at, zone) for each in items], when)
        rows = effects(workspace, imagined, subject, when)
    names = names_by_key(workspace, imagined, rows, drafts.names_of(workspace, items))
    numbers = [each.number for each in items]
    return {
        "draft": drafts.head(workspace, record),
        "as_of": moments.local_day(imagined.when.as_of or 0, zone).isoformat(),
        "moment": iso_instant(imagined.when.as_of or 0),
        "base": record.body["base"],
        "revision": imagined.foreseen.revision,
        **_fates(workspace, principal, imagined.foreseen, items),
        "scores": [shape for each in rows for shape in scores_of(each, names, numbers, workspace)],
        "parameters": workspace.parameter_set.named,
    }


def _fates(workspace: Workspace, principal: Principal, foreseen: Foreseen, items: Sequence[Proposal]) -> dict[str, Any]:
    """The proposals with what has become of each, and the names of what they mention."""
    closed = drafts.concealed(workspace, principal, items)
    since = moved_since(workspace, items)
    told = [
        {
            **drafts.shape(each, hidden=each.number in closed),
            **_fate(foreseen, place, hidden=each.number in closed),
            "moved": [] if each.number in closed else since[each.number],
        }
        for place, each in enumerate(items)
    ]
    return {"items": told, "names": drafts.names_of(workspace, [each for each in items if each.number not in closed])}


Edits = Sequence[tuple[Change, ...]]


def imagine(
    workspace: Workspace, subject: Subject, edits: Callable[[int], Edits], when: When, *, alone: bool = False
) -> Imagined:
    """The edits on the graph around a deal or account; on all of it where the deal has no account.

    ``edits`` gives them as of the moment that is looked at. ``alone``: each is looked at by itself too.
    """
    people = _people(workspace, edits(workspace.moment(when).as_of or 0))
    accounts = tuple(dict.fromkeys((*subject.accounts, *accounts_of_people(workspace, people, when))))
    around = list(accounts) if subject.accounts else None
    read = workspace.snapshot(around, when)
    moment = When(read.as_of, read.as_of) if when.as_of is None else workspace.moment(when)
    made = edits(read.as_of)
    together = coalitions(len(made)) + [frozenset([each]) for each in range(len(made)) if alone]
    return Imagined(workspace.store.foresee(made, together, around, moment, read), accounts, moment, len(made))


def _people(workspace: Workspace, edits: Edits) -> list[str]:
    ids = dict.fromkeys(
        end
        for edit in edits
        for change in edit
        for end in (
            (change.entity.source, change.entity.target) if isinstance(change.entity, EdgeRef) else (change.entity.id,)
        )
    )
    states = workspace.store.fetch(list(ids)) if ids else {}
    return [id_ for id_, state in states.items() if state.entity.type == "person"]


def effects(
    workspace: Workspace, imagined: Imagined, subject: Subject, when: When, parameters: Parameters | None = None
) -> list[Moved]:
    """All that moves, by kind."""
    keys = workspace.store.keys([*imagined.accounts, subject.id])
    accounts = _sorted(keys[each] for each in imagined.accounts)
    deals = _sorted([keys[subject.id]] if subject.type == "opportunity" else [])
    return moved(
        SCORERS.values(), imagined.graph, imagined.number, workspace.reference(when),
        parameters or workspace.parameters, accounts, deals,
    )  # fmt: skip


def _sorted(keys: Iterable[int]) -> Ints:
    return np.unique(np.array(list(keys), dtype=np.int64))


def _fate(foreseen: Foreseen, place: int, *, hidden: bool) -> dict[str, Any]:
    """Whether a proposal still applies, and why not."""
    why: BrmError | None = foreseen.refused.get(place)
    state = REFUSED if why else UNCHANGED if place in foreseen.unchanged else APPLIES
    return {"state": state, "reason": None if why is None or hidden else why.message}


def moved_since(workspace: Workspace, items: Sequence[Proposal]) -> dict[int, list[str]]:
    """By proposal the ids of what it changes that somebody else changed since it was made."""
    found = {}
    for each in items:
        now = drafts.touched_now(workspace, each)
        found[each.number] = [id_ for id_, revision in each.seen.items() if now.get(id_, 0) != revision]
    return found


def names_by_key(
    workspace: Workspace, imagined: Imagined, rows: Sequence[Moved], given: Mapping[str, str]
) -> dict[int, Names]:
    """The names behind the keys of all rows, those of new entities too."""
    keys = {int(key) for each in rows for column in (each.subject, each.vendor, each.scope) for key in column}
    new = {key: _new_name(ref, given) for key, ref in imagined.foreseen.created.items()}
    stored = workspace.store.names(keys - set(new) - {US}, imagined.when)
    return {**stored, **new}


def _new_name(ref: NodeRef, given: Mapping[str, str]) -> Names:
    return Names(ref.type, ref.id, given.get(ref.id, ref.id))


def scores_of(
    each: Moved, names: Mapping[int, Names], numbers: Sequence[int], workspace: Workspace
) -> list[dict[str, Any]]:
    """The rows of a kind, those that move most first."""
    order = np.lexsort((each.scope, each.subject, each.vendor != US, -np.abs(np.nan_to_num(each.total, nan=np.inf))))
    return [_row(each, int(at), names, numbers, workspace) for at in order]


def _row(
    each: Moved, at: int, names: Mapping[int, Names], numbers: Sequence[int], workspace: Workspace
) -> dict[str, Any]:
    before, after, total = (_number(float(column[at])) for column in (each.before, each.after, each.total))
    vendor = int(each.vendor[at])
    ranked = each.measure == CAPITAL
    banded = not ranked and each.kind != LIKELIHOOD
    parts = [] if total is None else [
        {"number": number, "effect": float(part)}
        for number, part in zip(numbers, each.parts[at], strict=True)
        if abs(part) > LEAST
    ]  # fmt: skip
    return {
        "kind": each.kind,
        "measure": each.measure,
        "unit": _unit(workspace) if ranked else "percent" if each.kind == LIKELIHOOD else "points",
        "subject": named(names[int(each.subject[at])]),
        "vendor": {"id": OUR_VENDOR, "name": None} if vendor == US else named(names[vendor]),
        "scope": named(names[int(each.scope[at])]),
        "before": before,
        "after": after,
        "total": total,
        "bands": [None if x is None else band(x, workspace.parameters) for x in (before, after)] if banded else None,
        "parts": parts,
    }


def _unit(workspace: Workspace) -> str:
    """What capital is counted in: the currency, or accounts where no value is known."""
    return worth_unit(workspace.reference(), workspace.parameters)


def _number(value: float) -> float | None:
    return None if np.isnan(value) else value
