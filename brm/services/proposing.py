"""What people propose in a draft, and the changes that each proposal comes to.

A change is kept as a change set over HTTP has it. Without a date it holds from the moment at which it is
looked at or approved; ``new`` marks what the proposal itself makes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from brm.errors import InvalidInput, NotFound
from brm.services import moments
from brm.services.changesets import entity_of
from brm.services.editing import canonical_properties, edge_spec, new_id, node_spec
from brm.store.protocol import NOW, Query, Store
from graph_schema import registry
from graph_schema.changes import Change, EdgeRef
from graph_schema.validation import canonical_edge
from graph_schema.vocabulary import VOCABULARIES

Body = Mapping[str, Any]
Json = dict[str, Any]
EVENTS = ("interaction", "observation")
VERBS = VOCABULARIES["verb"]
FIELDS = ("verb", "type", "id", "from", "to", "properties", "valid_from", "valid_to", "revision")


class Proposer:
    """Turns proposals about one scope into changes."""

    def __init__(self, store: Store, scope: tuple[str, str], currency: str) -> None:
        self._store = store
        self._scope_type, self._scope = scope
        self._currency = currency

    def changes(self, body: Body) -> list[Json]:
        """The changes that a proposal comes to; InvalidInput names what it lacks."""
        what = str(body.get("what") or "")
        if what not in KINDS:
            raise InvalidInput(
                f"there is no proposal {what!r}", remedy=f"use one of {', '.join(KINDS)}", field="what", value=what
            )
        needed, made = KINDS[what]
        lacking = [name for name in needed if body.get(name) in (None, "", [])]
        if lacking:
            raise InvalidInput(
                f"a proposal {what} needs {', '.join(needed)}", remedy=f"give {lacking[0]}", field=lacking[0]
            )
        return made(self, body)

    def observed(self, body: Body) -> list[Json]:
        """A stance or a depth of contact that would be seen in the scope."""
        identity = new_id()
        properties = {
            "kind": body["what"], "value": _number(body, "value"),
            "source_class": body.get("source") or "observed", "note": body.get("note"),
        }  # fmt: skip
        vendor = body.get("vendor") or self._ours()
        edges = [("about", body["person"]), ("toward", vendor), ("concerns", self._scope)]
        return [
            _node("observation", identity, _known(properties), new=True),
            *(_edge(type_, identity, to, new=True) for type_, to in edges if to is not None),
        ]

    def role(self, body: Body) -> list[Json]:
        """A buying role in the deal."""
        return _tied(body, "plays", body["person"], self._deal(body), {"role": body["role"]})

    def influence(self, body: Body) -> list[Json]:
        """The other person listens to this one in the scope."""
        given = {"scope": self._scope, **_known({"weight": body.get("weight")})}
        return _tied(body, "influences", body["person"], body["other"], given)

    def conflict(self, body: Body) -> list[Json]:
        """Two people are in conflict."""
        return _tied(body, "conflicts_with", body["person"], body["other"], {})

    def tie(self, body: Body) -> list[Json]:
        """Two people know each other."""
        given = {"kind": body["kind"], **_known({"strength": body.get("strength")})}
        return _tied(body, "knows", body["person"], body["other"], given)

    def seat(self, body: Body) -> list[Json]:
        """A person takes or leaves a seat."""
        return _tied(body, "holds", body["person"], body["position"], {})

    def person(self, body: Body) -> list[Json]:
        """Somebody who is not in the graph yet, with a seat and a role where they are given."""
        identity = str(body.get("id") or new_id())
        made = [_node("person", identity, {"name": body["name"]}, new=True)]
        if body.get("position"):
            made.append(_edge("holds", identity, body["position"]))
        if body.get("role"):
            made.append(_edge("plays", identity, self._deal(body), {"role": body["role"]}))
        return made

    def meeting(self, body: Body) -> list[Json]:
        """A touchpoint of colleagues with people of the customer that concerns the scope."""
        identity = new_id()
        properties = {"channel": body.get("channel") or "meeting", "executive": body.get("executive")}
        theirs, ours = _list(body["people"]), _list(body["colleagues"])
        parts = {**dict.fromkeys(theirs, "attendee"), **dict.fromkeys(ours, "attendee"), ours[0]: "organiser"}
        return [
            _node("interaction", identity, _known(properties), new=True),
            *(_edge("took_part", each, identity, {"role": role}, new=True) for each, role in parts.items()),
            _edge("concerns", identity, self._scope, new=True),
        ]

    def rival(self, body: Body) -> list[Json]:
        """A vendor that competes for the deal."""
        given = {name: body.get(name) for name in ("incumbent", "shortlisted")}
        given["price"] = self._price(body) if body.get("amount") is not None else None
        return _tied(body, "competes", body["vendor"], self._deal(body), _known(given))

    def price(self, body: Body) -> list[Json]:
        """What a vendor, by default we, asks for the deal."""
        vendor = body.get("vendor") or self._required_ours()
        return [_edge("competes", vendor, self._deal(body), {"price": self._price(body)})]

    def fit(self, body: Body) -> list[Json]:
        """How far a vendor, by default we, meets a requirement, and how that is proven."""
        vendor = body.get("vendor") or self._required_ours()
        given = {"met": _number(body, "met"), **_known({"proof": body.get("proof")})}
        return [_edge("meets", vendor, body["requirement"], given)]

    def plain(self, body: Body) -> list[Json]:
        """Changes of any kind, as a change set has them."""
        return [_fitting(each) for each in _list(body["changes"])]

    def _price(self, body: Body) -> Json:
        return {"amount": str(body["amount"]), "currency": str(body.get("currency") or self._currency)}

    def _deal(self, body: Body) -> str:
        deal = body.get("deal") or (self._scope if self._scope_type == "opportunity" else None)
        if deal is None:
            raise InvalidInput(
                f"a proposal {body['what']} is about an opportunity, and the draft is about an account",
                remedy="name the opportunity",
                field="deal",
            )
        return str(deal)

    def _ours(self) -> str | None:
        found = self._store.find(Query(type="company", equals={"kinds": "ours"}, limit=1)).items
        return found[0].entity.id if found else None

    def _required_ours(self) -> str:
        ours = self._ours()
        if ours is None:
            raise InvalidInput(
                "the store has no company of kind ours", remedy="name the vendor, or mark our company: kinds = ours",
                field="vendor",
            )  # fmt: skip
        return ours


Made = Callable[[Proposer, Body], list[Json]]
KINDS: Mapping[str, tuple[tuple[str, ...], Made]] = MappingProxyType({
    "stance": (("person", "value"), Proposer.observed),
    "depth": (("person", "value"), Proposer.observed),
    "role": (("person", "role"), Proposer.role),
    "influence": (("person", "other"), Proposer.influence),
    "conflict": (("person", "other"), Proposer.conflict),
    "tie": (("person", "other", "kind"), Proposer.tie),
    "seat": (("person", "position"), Proposer.seat),
    "person": (("name",), Proposer.person),
    "meeting": (("people", "colleagues"), Proposer.meeting),
    "rival": (("vendor",), Proposer.rival),
    "price": (("amount",), Proposer.price),
    "fit": (("requirement", "met"), Proposer.fit),
    "changes": (("changes",), Proposer.plain),
})  # fmt: skip
"""What can be proposed: what it needs, and how it becomes changes."""
ENDING = ("role", "influence", "conflict", "tie", "seat", "rival")
"""Proposals that may also take away what there is."""


def dated(changes: Sequence[Json], on: str | None) -> list[Json]:
    """The changes with the day from which they are to hold."""
    if on is None:
        return list(changes)
    return [{**each, "valid_from": each.get("valid_from") or on} for each in changes]


def resolved(changes: Sequence[Body], at: int, zone: str) -> tuple[Change, ...]:
    """The changes with their dates: those without one hold from ``at``."""
    begun = {each["id"]: _start(each, at, zone) or at for each in changes if each.get("new") and each["type"] in EVENTS}
    return tuple(_change(place, each, begun, at, zone) for place, each in enumerate(changes))


def _change(place: int, body: Body, begun: Mapping[str, int], at: int, zone: str) -> Change:
    entity = entity_of(place, body)
    spec = (edge_spec if isinstance(entity, EdgeRef) else node_spec)(entity.type)
    properties = canonical_properties(spec, body.get("properties") or {})
    start = _start(body, at, zone)
    if isinstance(entity, EdgeRef) and body.get("new"):
        start = begun.get(entity.source, begun.get(entity.target, start))
    elif entity.id in begun:
        start = begun[entity.id]
        properties.setdefault("at", start)
    stop = body.get("valid_to")
    return Change(
        body["verb"], entity, properties, start,
        None if stop is None else moments.parse_moment(stop, zone, f"changes[{place}].valid_to"),
        revision=body.get("revision"),
    )  # fmt: skip


def _start(body: Body, at: int, zone: str) -> int | None:
    """From when a change holds: the day given, else the moment; what is new has always been, events excepted."""
    given = body.get("valid_from")
    if given is not None:
        return moments.parse_moment(given, zone, "valid_from")
    if body["verb"] == "retract" or (body.get("new") and body.get("type") not in EVENTS):
        return None
    return at


def touched(store: Store, changes: Sequence[Body]) -> dict[str, int]:
    """The revision at which each entity that changes set was last touched; 0 for what there is not yet."""
    ids = [entity_of(place, each).id for place, each in enumerate(changes)]
    states = store.fetch(ids, NOW)
    return {id_: states[id_].revision if id_ in states else _last_touch(store, id_) for id_ in dict.fromkeys(ids)}


def _last_touch(store: Store, id_: str) -> int:
    """Of something that does not exist now: what its history says."""
    try:
        versions = store.history(id_)
    except NotFound:
        return 0
    alive = any(each.void_revision is None and each.verb != "end" for each in versions)
    return max(max(each.revision, each.void_revision or 0) for each in versions) if alive else 0


def _tied(body: Body, type_: str, source: Any, target: Any, given: Json) -> list[Json]:
    """An edge that begins, or with ``remove`` ends."""
    if not body.get("remove"):
        return [_edge(type_, source, target, given)]
    spec = registry().edges[type_]
    edge = canonical_edge(spec, EdgeRef(type_, str(source), str(target), str(given.get(spec.key or "") or "")))
    return [{"verb": "end", "type": type_, "id": edge.id}]


def _node(type_: str, identity: str, properties: Json, *, new: bool = False) -> Json:
    return {"verb": "set", "type": type_, "id": identity, "properties": properties, **({"new": True} if new else {})}


def _edge(type_: str, source: Any, target: Any, properties: Json | None = None, *, new: bool = False) -> Json:
    ends = {"from": str(source), "to": str(target), "properties": properties or {}}
    return {"verb": "set", "type": type_, **ends, **({"new": True} if new else {})}


def _fitting(change: Any) -> Json:
    if not isinstance(change, Mapping) or change.get("verb") not in VERBS or not isinstance(change.get("type"), str):
        raise InvalidInput(
            "a change needs a verb and a type", remedy=f"give type, and as verb one of {', '.join(VERBS)}",
            field="changes", value=str(change)[:200],
        )  # fmt: skip
    return {name: value for name, value in change.items() if name in FIELDS}


def _known(values: Json) -> Json:
    return {name: value for name, value in values.items() if value is not None}


def _list(given: Any) -> list[Any]:
    return list(given) if isinstance(given, list | tuple) else [given]


def _number(body: Body, name: str) -> float:
    try:
        return float(body[name])
    except (TypeError, ValueError):
        raise InvalidInput(
            f"{name} cannot be {body[name]!r}", remedy="give a number", field=name, value=body[name]
        ) from None
