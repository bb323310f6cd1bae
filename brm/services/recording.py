"""Writing a record that people work on together: whoever saw an older state is told so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brm.errors import Conflict
from brm.principal import Principal
from brm.services.workspace import Workspace
from brm.store.protocol import RecordState
from graph_schema.changes import Change, ChangeSet, RecordChange


def actor_of(principal: Principal) -> str:
    """Under which id the principal writes."""
    return principal.person_id or principal.id


def replace_record(
    workspace: Workspace, principal: Principal, record: RecordState, body: Mapping[str, Any], seen: int | None,
    changes: tuple[Change, ...] = (), expected: Mapping[str, int] | None = None, source: str | None = None,
) -> int:  # fmt: skip
    """Replace a record, with facts if there are any, unless somebody else did meanwhile; the commit's revision."""
    if seen not in (None, record.revision):
        raise _moved(record, record.revision, seen)
    try:
        receipt = workspace.store.apply(ChangeSet(
            actor=actor_of(principal), source=source or record.type, changes=changes, expected=dict(expected or {}),
            records=(RecordChange(record.type, record.id, body),),
            # one writer alone can have the key, so nobody's write is written over
            idempotency_key=f"{record.type}/{record.id}/{record.revision}",
        ))  # fmt: skip
    except Conflict as taken:
        if taken.code != "idempotency_key_reused":
            raise
        raise _moved(record, None, seen) from None
    return receipt.revision


def _moved(record: RecordState, actual: int | None, seen: int | None) -> Conflict:
    return Conflict(
        f"the {record.type} {record.id} was changed by somebody else",
        remedy="Read it again and repeat the change.",
        code="revision_conflict",
        id=record.id,
        expected=seen,
        actual=actual,
    )
