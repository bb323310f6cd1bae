"""Apply a ChangeSet inside an engine's transaction: idempotency, expectations, plan, commit."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from brm.errors import Conflict
from brm.store.history import Entry
from brm.store.ledger import Ledger, Outcome, Remembered
from brm.store.planning import Histories, Planner, refuse
from brm.store.protocol import Commit
from brm.store.undoing import Undo, commits_to_undo
from graph_schema import registry
from graph_schema.changes import Change, ChangeSet, EntityRef, NodeRef, Receipt, edge_ref
from graph_schema.validation import Problem, canonical_edge, check_changes, check_record, problem

KEPT_MICROSECONDS = 30 * 86_400_000_000
"""How long an idempotency key is remembered."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A change set in canonical form, and the digest of what was sent if it has a key."""

    change_set: ChangeSet
    changes: list[Change]
    digest: str | None


def check(change_set: ChangeSet) -> Checked:
    """The pure part of validation; InvalidInput with every problem."""
    changes, problems = check_changes(change_set.changes)
    records = []
    for index, record in enumerate(change_set.records):
        good, bad = check_record(index, record)
        problems += bad
        if good is not None:
            records.append(good)
    undoing = change_set.undo is not None or change_set.undo_import is not None
    both = change_set.undo is not None and change_set.undo_import is not None
    if both or (undoing and change_set.changes):
        text = "an undo names one commit or one import and carries no changes"
        problems.append(Problem(0, "undo", change_set.undo, "undo_with_changes", text, _UNDO_ALONE))
    for name in ("actor", "source"):
        if not getattr(change_set, name):
            text = f"a change set needs its {name}"
            problems.append(problem(0, name, None, "missing_required", text))
    if problems:
        raise refuse(problems)
    digest = _digest(change_set) if change_set.idempotency_key is not None else None
    return Checked(replace(change_set, records=tuple(records)), changes, digest)


_UNDO_ALONE = "Send the undo and the changes as two change sets."


def _digest(change_set: ChangeSet) -> str:
    parts = [
        (c.verb, c.entity, _plain(c.properties), c.valid_from, c.valid_to, c.recorded_at, c.revision)
        for c in change_set.changes
    ]
    records = [(r.type, r.id, None if r.body is None else _plain(r.body)) for r in change_set.records]
    undo = (change_set.undo, change_set.undo_import, change_set.with_later)
    whole = (change_set.source, parts, records, _plain(change_set.expected), undo)
    return hashlib.sha256(repr(whole).encode("utf-8", "surrogatepass")).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return sorted((name, _plain(item)) for name, item in value.items())
    if isinstance(value, set | frozenset):
        return sorted(value)
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def write(ledger: Ledger, checked: Checked, clock: int) -> Receipt:
    """Plan and store; Conflict, NotFound or InvalidInput before anything is stored."""
    change_set = checked.change_set
    if change_set.idempotency_key is not None:
        earlier = ledger.remembered(change_set.idempotency_key)
        if earlier is not None and earlier.at > clock - KEPT_MICROSECONDS:
            if earlier.digest != checked.digest:
                raise Conflict(
                    "this idempotency key was used for something else",
                    remedy="Use a new key for a new write.",
                    code="idempotency_key_reused",
                )
            return replace(earlier.receipt, replayed=True)
    last, last_at = ledger.last()
    revision, now = last + 1, max(clock, last_at + 1)
    histories = Histories(ledger, revision)
    _check_expected(histories, change_set.expected)
    outcome = _plan(histories, checked, now)
    if outcome.commit is None:
        outcome.receipt = replace(outcome.receipt, revision=last, committed_at=last_at)
    if change_set.idempotency_key is not None and checked.digest is not None:
        outcome.remembered = Remembered(change_set.idempotency_key, checked.digest, outcome.receipt, max(clock, 0))
    if outcome.commit is not None or outcome.remembered is not None:
        ledger.save(outcome)
    return outcome.receipt


def _plan(histories: Histories, checked: Checked, now: int) -> Outcome:
    change_set, revision = checked.change_set, histories.revision
    undone: tuple[int, ...] = ()
    kept: set[str] = set()
    unchanged = 0
    if change_set.undo is not None or change_set.undo_import is not None:
        undone = tuple(commit.revision for commit in commits_to_undo(histories.ledger, change_set))
        undo = Undo(histories, set(undone), change_set.with_later)
        undo.plan()
        kept = undo.kept
    else:
        planner = Planner(histories, now)
        planner.apply(checked.changes)
        unchanged = planner.unchanged
    commit = None
    if histories.dirty or change_set.records or undone:
        kind = "undo" if undone else "change"
        commit = Commit(revision, now, change_set.actor, change_set.source, change_set.import_id, kind)  # type: ignore[arg-type]
    return Outcome(
        receipt=Receipt(revision, now, histories.written, unchanged, kept=tuple(sorted(kept))),
        commit=commit,
        entries=histories.dirty,
        stored=histories.stored,
        records=change_set.records,
        undone=undone,
    )


def _check_expected(histories: Histories, expected: Mapping[str, int]) -> None:
    for identity, revision in expected.items():
        entry = entry_of(histories, histories.aliases.get(identity, identity))
        actual = entry.touched if entry is not None and (entry.alive or revision) else 0
        if actual != revision:
            raise Conflict(
                f"{identity!r} was changed by somebody else: revision {actual}, not {revision}",
                remedy="Read it again and repeat the change.",
                code="revision_conflict",
                id=identity,
                expected=revision,
                actual=actual,
            )


def entry_of(histories: Histories, identity: str) -> Entry | None:
    """The history behind a node or edge id."""
    known = histories.node(identity)
    ref: EntityRef | None = NodeRef(known.type, identity) if known is not None else None
    if ref is None:
        edge = edge_ref(identity)
        if edge is not None and edge.type in registry().edges:
            ref = canonical_edge(registry().edges[edge.type], edge)
    return histories.get(ref) if ref is not None else None
