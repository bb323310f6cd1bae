"""The part of an account plan that may be given to the customer: what is agreed with them or known to them.

It is made of what is listed here and of nothing else, so that a part added to the plan does not slip into it.
"""

from __future__ import annotations

from typing import Any

from brm.plans.plan import deals_of
from brm.principal import Principal
from brm.services import deal_work, moments
from brm.services.deal_work import FINISHED, Work
from brm.services.reading import display_name, edges_at
from brm.services.shapes import named
from brm.services.subjects import find_account
from brm.services.workspace import Workspace
from brm.store.protocol import NOW, When
from graph_schema.markers import Money
from graph_schema.values import to_json
from scoring.machinery.people import people_of
from scoring.snapshot import Snapshot

TEAM_ROLES = frozenset({"account_manager", "sales", "presales", "service", "delivery", "executive"})


def customer_view(workspace: Workspace, principal: Principal, account: str, *, when: When = NOW) -> dict[str, Any]:
    """Our team, what they use of ours, what we promised, deliveries and service requests.

    No score, stance, tie, rival, forecast, objective, note or internal action, and nobody of the customer.
    """
    principal.require("read")
    subject = find_account(workspace, principal, account, when)
    snapshot = workspace.snapshot([subject.id], when)
    moment = workspace.moment(when, snapshot)
    work = deal_work.work_of(workspace, principal, [subject.id, *deals_of(workspace, subject, moment)], moment)
    papers = deal_work.after_award(work, snapshot.today)
    ours, theirs = _sides(workspace, snapshot, subject.id, moment)
    return {
        "audience": "customer",
        "account": named(subject),
        "as_of": moments.local_day(moment.as_of or 0, workspace.settings.zone).isoformat(),
        "team": [
            {"name": each["person"]["name"], "role": each["role"]}
            for each in deal_work.team_shape(work, subject.id)
            if each["person"] and each["person"]["id"] in ours and each["role"] in TEAM_ROLES
        ],
        "in_use": _in_use(workspace, subject.id, moment),
        "promises": _promises(work, theirs),
        "deliveries": [
            {"name": each["name"], **{day: each[day] for day in ("due_on", "delivered_on", "accepted_on")}}
            for each in papers["deliveries"]
        ],
        "requests": [
            {"name": each["name"], "opened_on": each["opened_on"], "closed_on": each["closed_on"]}
            for each in papers["tickets"]
        ],
        "revision": workspace.store.revision(),
    }


def _sides(workspace: Workspace, snapshot: Snapshot, account: str, when: When) -> tuple[set[str], set[str]]:
    """The ids of our colleagues, and of the people who are seated at the account."""
    people = people_of(snapshot)
    ours = people.key[people.colleague]
    key = workspace.store.keys([account])[account]
    theirs = people.key[people.seat_person[people.seat_company == key]]
    names = workspace.store.names({*ours.tolist(), *theirs.tolist()}, when)
    found = [{names[each].id for each in side.tolist() if each in names} for side in (ours, theirs)]
    return found[0], found[1]


def _promises(work: Work, theirs: set[str]) -> list[dict[str, Any]]:
    """What is promised to the account's own people; a word given to an adviser or partner is none of its business."""
    rows = [
        {
            "name": state.properties.get("name"), "due": to_json("day", state.properties.get("due_on")),
            "done": to_json("day", state.properties.get("done_on")),
        }
        for state in work.of("action")
        if work.promised.get(state.entity.id) in theirs and state.properties.get("status") not in FINISHED - {"done"}
    ]  # fmt: skip
    return sorted(rows, key=lambda each: (each["done"] is not None, each["due"] or "9999", str(each["name"])))


def _amount(current: Money | None) -> int:
    return 0 if current is None else current.ten_thousandths


def _in_use(workspace: Workspace, account: str, when: When) -> list[str]:
    """The names of our offerings that the account buys or has."""
    used = {
        (edge.target, state.properties.get("vendor"))
        for state, edge in edges_at(workspace.store, [account], ("buys",), "out", when)
        if (state.properties.get("installed_share") or 0) > 0 or _amount(state.properties.get("current")) > 0
    }
    ends = workspace.store.fetch(sorted({id_ for pair in used for id_ in pair if id_}), when)
    ours = {id_ for id_, state in ends.items() if "ours" in (state.properties.get("kinds") or ())}
    return sorted({display_name(ends[offering]) for offering, vendor in used if vendor in ours and offering in ends})
