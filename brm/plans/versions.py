"""Reviewed versions of an account plan: frozen as they were shown, with the verdict."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from brm.errors import NotFound
from brm.plans.plan import plan
from brm.plans.planning import text_of
from brm.principal import Principal
from brm.services import moments
from brm.services.editing import PLAIN, Terms, identity_of
from brm.services.reading import check_word
from brm.services.recording import actor_of
from brm.services.subjects import find_account
from brm.services.workspace import Workspace
from brm.store.protocol import NOW, RecordState, When
from graph_schema.changes import ChangeSet, RecordChange
from graph_schema.values import iso_instant
from graph_schema.vocabulary import VOCABULARIES

RECORD = "plan_review"


def review(
    workspace: Workspace, principal: Principal, account: str, *, verdict: str, comment: str | None = None,
    when: When = NOW, terms: Terms = PLAIN,
) -> dict[str, Any]:  # fmt: skip
    """Freeze the plan as it stands, or stood, with a verdict and what the reviewer said.

    A retry with the same idempotency key answers with the version that the first try made.
    """
    principal.require("write")
    check_word("verdict", verdict, VOCABULARIES["plan_verdict"])
    identity = identity_of(terms, RECORD, account, verdict, comment or "")
    if terms.idempotency_key is not None and workspace.store.records(RECORD, [identity]):
        return shown(workspace, principal, identity)
    # everybody who reads may see a version, so it holds nothing restricted
    reader = replace(principal, scopes=frozenset(["read"]))
    frozen = plan(workspace, reader, account, when=when)
    body = {
        "account": frozen["account"]["id"], "as_of": workspace.moment(when).as_of, "revision": frozen["revision"],
        "parameters": frozen["parameters"], "plan": frozen, "verdict": verdict,
        "comment": None if comment is None else text_of("comment", comment), "actor": actor_of(principal),
    }  # fmt: skip
    workspace.store.apply(
        ChangeSet(actor=actor_of(principal), source=RECORD, records=(RecordChange(RECORD, identity, body),))
    )
    return shown(workspace, principal, identity)


def listed(workspace: Workspace, principal: Principal, account: str) -> list[dict[str, Any]]:
    """The reviewed versions of an account's plan, the last first."""
    subject = find_account(workspace, principal, account, NOW)
    records = [each for each in workspace.store.records(RECORD) if each.body["account"] == subject.id]
    records.sort(key=lambda each: (-each.body["revision"], each.id))
    return [head(workspace, each) for each in records]


def shown(workspace: Workspace, principal: Principal, id_: str) -> dict[str, Any]:
    """A reviewed version with the plan as it was shown."""
    principal.require("read")
    record = next(iter(workspace.store.records(RECORD, [id_])), None)
    if record is None:
        raise NotFound(f"there is no plan version {id_}", remedy="list the versions of the account's plan", id=id_)
    return {**head(workspace, record), "plan": record.body["plan"]}


def head(workspace: Workspace, record: RecordState) -> dict[str, Any]:
    """A version without the plan in it; ``revision`` is that of the review, ``frozen_at`` that of the facts."""
    body = record.body
    return {
        "id": record.id,
        "account": body["plan"]["account"],
        "as_of": moments.local_day(body["as_of"], workspace.settings.zone).isoformat(),
        "moment": iso_instant(body["as_of"]),
        "frozen_at": body["revision"],
        "verdict": body["verdict"],
        "comment": body.get("comment"),
        "reviewer": body["actor"],
        "parameters": body.get("parameters"),
        "revision": record.revision,
    }
