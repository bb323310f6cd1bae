"""What people decide about findings: snooze, accept, assign, open again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from brm.errors import InvalidInput
from brm.guidance.rules import RULES
from brm.principal import Principal
from brm.services.shapes import moment
from brm.store.protocol import Store
from graph_schema.changes import ChangeSet, RecordChange
from graph_schema.values import instant_from

RECORD = "finding_state"
OPEN = "open"


def decide(
    store: Store,
    principal: Principal,
    id_: str,
    *,
    state: str,
    until: datetime | None = None,
    reason: str | None = None,
) -> dict[str, Any]:
    """Record a decision about the finding with this id; ``open`` takes an earlier one back."""
    principal.require("write")
    rule, colon, rest = id_.partition(":")
    if not colon or not rest or rule not in {each.id for each in RULES}:
        raise InvalidInput(
            f"{id_!r} is not the id of a finding", remedy="use the id that brm findings shows", field="id"
        )
    if until is not None and until.tzinfo is None:
        raise InvalidInput("until has no UTC offset", remedy="write 2026-06-30T09:00:00+08:00", field="until")
    actor = principal.person_id or principal.id
    expires = None if until is None else instant_from(until)
    body = {"rule": rule, "subject": rest, "state": state, "until": expires, "actor": actor, "reason": reason}
    change = RecordChange(RECORD, id_, None if state == OPEN else body)
    receipt = store.apply(ChangeSet(actor=actor, source="finding", records=(change,)))
    return {"id": id_, "state": state, "until": moment(expires), "reason": reason, "revision": receipt.revision}
