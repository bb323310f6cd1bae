"""Accepting a next action: what was advised becomes an action of the plan that somebody owns."""

from __future__ import annotations

import hashlib
from typing import Any

from brm.errors import InvalidInput, NotFound
from brm.guidance.deals import KIND
from brm.guidance.next_actions import advised
from brm.i18n import Catalogue
from brm.principal import Principal
from brm.services import advising, reading
from brm.services.approving import action_changes
from brm.services.editing import Terms, commit
from brm.services.workspace import Workspace
from brm.store.protocol import NOW, Expansion, State, When
from graph_schema.changes import EdgeRef
from graph_schema.values import iso_day

OPEN = ("proposed", "open")
OWNERS = ("person", "org_unit")


def accept(
    workspace: Workspace, principal: Principal, id_: str, key: str, texts: Catalogue, *, owner: str | None = None,
    due: str | None = None, when: When = NOW,
) -> dict[str, Any]:  # fmt: skip
    """Make a next action of a deal an open action: what, whose, by when, its hours, and the points it was to gain.

    ``owner`` and ``due`` are those advised unless given. While the action is open, accepting it again answers the
    same action and changes nothing; once it is done, ignored or cancelled, a new one is made. ``when`` is the moment
    whose advice is accepted; the action holds from now.
    NotFound where the action is not advised any more; InvalidInput where nobody owns it.
    """
    principal.require("write")
    deal, item = advised(workspace, principal, id_, key, when=when)
    identity, held = _identity(workspace, deal.id, key)
    if held is not None:
        return _shape(workspace, principal, held, created=False)
    text = advising.item(item, texts)["text"]
    changes = action_changes(
        workspace, identity, text, scope=deal.id, owner=_owner(workspace, principal, item, owner),
        due=due or item["due"], effect=item["points"],
        more={"play": item["action"], "hours": item["hours"], "score_kind": KIND, "aims_at": deal.id},
    )  # fmt: skip
    commit(workspace.store, principal, tuple(changes), Terms(expected={identity: 0}))
    return _shape(workspace, principal, workspace.store.fetch([identity])[identity], created=True)


def _identity(workspace: Workspace, deal: str, key: str) -> tuple[str, State | None]:
    """The id of the action: that of the open one, else the next that was never used."""
    digest = hashlib.blake2b(f"{deal} {key}".encode(), digest_size=10).hexdigest()
    number = 1
    while _used(workspace, identity := f"advised:{digest}-{number}"):
        held = workspace.store.fetch([identity]).get(identity)
        if held is not None and held.properties.get("status") in OPEN:
            return identity, held
        number += 1
    return identity, None


def _used(workspace: Workspace, identity: str) -> bool:
    try:
        return bool(workspace.store.history(identity))
    except NotFound:
        return False


def _owner(workspace: Workspace, principal: Principal, item: dict[str, Any], owner: str | None) -> str:
    found = owner or (item["owner"] or {}).get("id") or principal.person_id
    if found is None:
        raise InvalidInput("an action needs an owner", remedy="name the owner: a person or unit of ours", field="owner")
    state = reading.entity(workspace.store, principal, found, NOW)
    if state.entity.type not in OWNERS:
        raise InvalidInput(
            f"{found} is a {state.entity.type}", remedy="name a person or unit of ours", field="owner", value=found
        )
    return state.entity.id


def _shape(workspace: Workspace, principal: Principal, action: State, *, created: bool) -> dict[str, Any]:
    properties, identity = action.properties, action.entity.id
    trails = workspace.store.expand(
        Expansion(starts=(identity,), edge_types=("owned_by",), direction="out", hops=1, when=NOW)
    )
    owners = [edge.target for trail in trails if isinstance(edge := trail[0].entity, EdgeRef)]
    states = [reading.entity(workspace.store, principal, each, NOW) for each in owners]
    return {
        "action": {"type": "action", "id": identity, "name": properties["name"]},
        "play": properties.get("play"),
        "status": properties["status"],
        "owners": [
            {"type": each.entity.type, "id": each.entity.id, "name": reading.display_name(each)} for each in states
        ],
        "due": None if properties.get("due_on") is None else iso_day(properties["due_on"]),
        "hours": properties.get("hours"),
        "expected_effect": properties.get("expected_effect"),
        "created": created,
        "revision": workspace.store.revision(),
    }
