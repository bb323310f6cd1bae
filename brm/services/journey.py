"""A customer's journey: every touchpoint with its papers, promises and lifecycle on one line, the latest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from brm.principal import Principal
from brm.services import deal_work, moments
from brm.services.deal_work import FINISHED, Work
from brm.services.reading import check_limit, check_word, edges_at
from brm.services.shapes import named
from brm.services.subjects import find_account
from brm.services.touchpoints import Place, happened, of_day, paged, touchpoints
from brm.services.workspace import Workspace
from brm.store.protocol import NOW, State, When
from graph_schema.values import to_json
from graph_schema.vocabulary import VOCABULARIES
from scoring.grading.lifecycle import ALWAYS, lifecycles
from scoring.machinery.affiliations import account_meetings
from scoring.machinery.concerns import concerns_of
from scoring.snapshot import Ints, Snapshot

EVENTS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "contract": (("signed_on", "contract_signed"),),
    "delivery": (("delivered_on", "delivered"), ("accepted_on", "accepted")),
    "payment": (("paid_on", "paid"),),
    "ticket": (("opened_on", "ticket_opened"), ("closed_on", "ticket_closed")),
}
"""What papers add to the line: on which of their days, under which name."""
KINDS = (
    "touchpoint", "lifecycle", "deal_opened", "deal_closed", "promise_made", "promise_kept",
    *(name for events in EVENTS.values() for _, name in events),
)  # fmt: skip


def journey(
    workspace: Workspace, principal: Principal, id_: str, *, kind: str | None = None, channel: str | None = None,
    purpose: str | None = None, limit: int | None = 50, after: Place | None = None, when: When = NOW,
) -> dict[str, Any]:  # fmt: skip
    """A page of an account's journey, with what is open at the moment looked at.

    A touchpoint is an interaction that concerns the account or a deal of it, or that its people had with ours
    and that concerns nobody else; planned and cancelled ones are left out. ``kind``, ``channel`` and ``purpose``
    keep some of the line.
    """
    principal.require("read")
    check_limit(limit)
    for vocabulary, value in (("channel", channel), ("purpose", purpose)):
        check_word(vocabulary, value, VOCABULARIES[vocabulary])
    check_word("kind", kind, KINDS)
    subject = find_account(workspace, principal, id_, when)
    revision = workspace.store.revision()
    snapshot = workspace.snapshot([subject.id], when)
    moment = workspace.moment(when, snapshot)
    key = workspace.store.keys([subject.id])[subject.id]
    deals = _deals(workspace, subject.id, moment)
    work = deal_work.work_of(workspace, principal, [subject.id, *deals], moment)
    items = [
        *touchpoints(workspace, snapshot, happened(snapshot, _touched(snapshot, key)), moment),
        *_lifecycle(workspace, snapshot, subject.id, key),
        *_of_deals(workspace, deals),
        *_of_papers(workspace, work),
        *_of_promises(workspace, work),
    ]
    wanted = {"kind": kind, "channel": channel, "purpose": purpose}
    kept = [
        each for each in items
        if each["place"][0] <= (moment.as_of or 0)
        and all(value is None or each.get(name) == value for name, value in wanted.items())
    ]  # fmt: skip
    shown, place = paged(kept, limit, after)
    return {
        "subject": named(subject),
        "as_of": moments.local_day(moment.as_of or 0, workspace.settings.zone).isoformat(),
        "open": _open(work, snapshot.today),
        "items": shown,
        "next": place,
        "total": len(kept),
        "revision": revision,
    }


def _deals(workspace: Workspace, account: str, when: When) -> dict[str, State]:
    ids = [edge.source for _, edge in edges_at(workspace.store, [account], ("for",), "in", when)]
    return workspace.store.fetch(ids, when) if ids else {}


def _touched(snapshot: Snapshot, account: int) -> Ints:
    """The interactions of an account: those that concern it, and those of its people that concern nobody else."""
    link = concerns_of(snapshot, "interaction").account
    concerned = link.pairs[link.pairs % link.base == account] // link.base
    met = account_meetings(snapshot)
    found: Ints = np.union1d(concerned, met.item[met.account == account])
    return found


def _lifecycle(workspace: Workspace, snapshot: Snapshot, id_: str, key: int) -> Iterator[dict[str, Any]]:
    """The dated transitions from one state of the lifecycle to the next."""
    found = lifecycles(snapshot, np.array([key]), workspace.parameters)
    before: str | None = None
    for state, day in found.runs(0):
        if day != ALWAYS:
            yield of_day("lifecycle", day, f"{id_}/{state}", workspace.settings.zone) | {"state": state, "from": before}
        before = state


def _of_deals(workspace: Workspace, deals: Mapping[str, State]) -> Iterator[dict[str, Any]]:
    zone = workspace.settings.zone
    for id_, state in deals.items():
        given, name = state.properties, {"name": state.properties.get("name")}
        if given.get("opened_on") is not None:
            yield of_day("deal_opened", given["opened_on"], f"{id_}/opened", zone, id_) | name
        if given.get("closed_on") is not None and given.get("status") not in (None, "open"):
            told = {"status": given["status"]}
            yield of_day("deal_closed", given["closed_on"], f"{id_}/closed", zone, id_) | name | told


def _of_papers(workspace: Workspace, work: Work) -> Iterator[dict[str, Any]]:
    zone = workspace.settings.zone
    for type_, events in EVENTS.items():
        for state in work.of(type_):
            given, id_ = state.properties, state.entity.id
            for day, name in events:
                if given.get(day) is not None:
                    told = {"name": given.get("name"), "amount": to_json("money", given.get("amount"))}
                    told |= {"complaint": bool(given.get("complaint"))} if type_ == "ticket" else {}
                    yield of_day(name, given[day], f"{id_}/{day}", zone, id_) | told


def _of_promises(workspace: Workspace, work: Work) -> Iterator[dict[str, Any]]:
    zone = workspace.settings.zone
    for state in work.of("action"):
        given, id_ = state.properties, state.entity.id
        if id_ not in work.promised:
            continue
        told = {"name": given.get("name"), "promised_to": deal_work.named(work, work.promised[id_])}
        since = work.since[id_]
        if since is not None:
            made = moments.day_number(since, zone)
            yield of_day("promise_made", made, f"{id_}/made", zone, id_) | told
        if given.get("done_on") is not None:
            yield of_day("promise_kept", given["done_on"], f"{id_}/kept", zone, id_) | told


def _open(work: Work, today: int) -> dict[str, Any]:
    """What is not finished: promises, tickets, deliveries and payments, the longest overdue first."""
    promises = [
        {
            "id": state.entity.id, "name": state.properties.get("name"),
            "promised_to": deal_work.named(work, work.promised[state.entity.id]),
            "owner": deal_work.named(work, work.owned.get(state.entity.id)), **_due(state, today),
        }
        for state in work.of("action")
        if state.entity.id in work.promised
        and state.properties.get("status") not in FINISHED and state.properties.get("done_on") is None
    ]  # fmt: skip
    tickets = [
        {
            "id": state.entity.id, "name": state.properties.get("name"),
            "opened": to_json("day", state.properties.get("opened_on")), "severity": state.properties.get("severity"),
            "complaint": bool(state.properties.get("complaint")),
            "owner": deal_work.named(work, work.owned.get(state.entity.id)),
            "interaction": state.properties.get("interaction"),
        }
        for state in work.of("ticket")
        if state.properties.get("closed_on") is None
    ]  # fmt: skip
    return {
        "promises": sorted(promises, key=_lateness),
        "tickets": sorted(tickets, key=lambda each: (each["opened"] or "", each["id"])),
        "deliveries": sorted(_waiting(work, "delivery", "delivered_on", today), key=_lateness),
        "payments": sorted(_waiting(work, "payment", "paid_on", today), key=_lateness),
    }


def _waiting(work: Work, type_: str, done: str, today: int) -> Iterator[dict[str, Any]]:
    for state in work.of(type_):
        given = state.properties
        if given.get(done) is None:
            amount = to_json("money", given.get("amount"))
            yield {"id": state.entity.id, "name": given.get("name"), "amount": amount, **_due(state, today)}


def _due(state: State, today: int) -> dict[str, Any]:
    due = state.properties.get("due_on")
    return {"due": to_json("day", due), "days_late": None if due is None else max(today - due, 0)}


def _lateness(each: Mapping[str, Any]) -> tuple[int, str, str]:
    return -(each["days_late"] or 0), each["due"] or "9999", each["id"]
