"""Edits by people: dated, attributed, validated, undoable."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from brm.errors import InvalidInput, NotFound
from brm.principal import Principal
from brm.services.moments import now
from brm.store.protocol import NOW, State, Store
from graph_schema import TypeSpec, registry
from graph_schema.changes import Change, ChangeSet, EdgeRef, EntityRef, NodeRef, Receipt, edge_ref
from graph_schema.values import ValueProblem, from_json

EDIT_SOURCE = "edit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How an edit is to be committed: the revision its writer has seen, and the key of a retry."""

    expected: Mapping[str, int] | None = None
    idempotency_key: str | None = None


PLAIN = Terms()


def new_id() -> str:
    """A UUIDv7: ordered by time, without any meaning."""
    stamp = int(time.time() * 1_000).to_bytes(6, "big")
    noise = bytearray(os.urandom(10))
    noise[0] = 0x70 | (noise[0] & 0x0F)
    noise[2] = 0x80 | (noise[2] & 0x3F)
    return str(uuid.UUID(bytes=stamp + bytes(noise)))


def identity_of(terms: Terms, *parts: str) -> str:
    """A new id; with an idempotency key it follows from the key and the parts, the same again for a retry."""
    key = terms.idempotency_key
    return new_id() if key is None else str(uuid.uuid5(uuid.NAMESPACE_OID, "\n".join((key, *parts))))


def begun(store: Store, identity: str, terms: Terms) -> int:
    """From when on a new thing holds: now, and for a retry from when its first try made it hold."""
    try:
        first = None if terms.idempotency_key is None else store.history(identity)[0].valid_from
    except NotFound:
        first = None
    return now() if first is None else first


def revised(state: State, values: Mapping[str, Any], terms: Terms) -> int:
    """From when on new values of a thing hold: now, and for a retry from when its first try made them hold."""
    tried = terms.idempotency_key is not None and all(state.properties.get(name) == values[name] for name in values)
    return state.valid_from if tried and state.valid_from is not None else now()


def node_spec(type_: str) -> TypeSpec:
    """The declaration of a node type; InvalidInput lists the types when there is none."""
    return _declared("node", registry().nodes, type_)


def edge_spec(type_: str) -> TypeSpec:
    """The declaration of an edge type; InvalidInput lists the types when there is none."""
    return _declared("edge", registry().edges, type_)


def _declared(sort: str, specs: Mapping[str, TypeSpec], type_: str) -> TypeSpec:
    if type_ not in specs:
        raise InvalidInput(
            f"there is no {sort} type {type_!r}", remedy=f"use one of {', '.join(specs)}", field="type", value=type_
        )
    return specs[type_]


def canonical_properties(spec: TypeSpec, values: Mapping[str, Any]) -> dict[str, Any]:
    """JSON values in canonical form; InvalidInput names the property, its value and the remedy."""
    canonical = {}
    for name, value in values.items():
        if name not in spec.properties:
            raise InvalidInput(
                f"{spec.name} has no property {name!r}",
                remedy=f"use one of {', '.join(spec.properties)}, or put it under extra",
                field=name,
            )
        try:
            canonical[name] = from_json(spec.properties[name].kind, value)
        except ValueProblem as problem:
            raise InvalidInput(
                f"{spec.name}.{name}: {problem}", code=problem.code, field=name, value=value,
                remedy=f"see the property {name} in the graph reference",
            ) from None  # fmt: skip
    return canonical


def commit(store: Store, principal: Principal, changes: tuple[Change, ...], terms: Terms = PLAIN) -> Receipt:
    """Apply changes in the principal's name."""
    principal.require("write")
    return store.apply(
        ChangeSet(
            actor=principal.person_id or principal.id,
            source=EDIT_SOURCE,
            changes=changes,
            expected=dict(terms.expected or {}),
            idempotency_key=terms.idempotency_key,
        )
    )


def create_node(
    store: Store, principal: Principal, type_: str, values: Mapping[str, Any], *, id_: str | None = None,
    valid_from: int | None = None, terms: Terms = PLAIN,
) -> tuple[str, Receipt]:  # fmt: skip
    """A new node. Without a date it has always been so; an interaction or observation holds from its ``at``."""
    spec = node_spec(type_)
    canonical = canonical_properties(spec, values)
    identity = id_ or new_id()
    happened = canonical.get("at") if valid_from is None else None
    expected = {identity: 0, **(terms.expected or {})}
    change = Change(
        "set", NodeRef(type_, identity), canonical, valid_from=happened if happened is not None else valid_from
    )
    return identity, commit(
        store, principal, (change,), Terms(expected=expected, idempotency_key=terms.idempotency_key)
    )


def revise(
    store: Store, principal: Principal, entity_id: str, values: Mapping[str, Any], *, valid_from: int | None = None,
    correct: bool = False, terms: Terms = PLAIN,
) -> Receipt:  # fmt: skip
    """New values from a date (default now), or with ``correct`` over the whole interval of the old ones.

    A value None means that it is no longer known.
    """
    entity = existing(store, entity_id).entity
    canonical = canonical_properties(registry().fact_type(entity.type), values)
    if correct:
        change = Change("correct", entity, canonical, valid_from=valid_from)
    else:
        change = Change("set", entity, canonical, valid_from=now() if valid_from is None else valid_from)
    return commit(store, principal, (change,), terms)


def link(
    store: Store, principal: Principal, type_: str, source: str, target: str, values: Mapping[str, Any], *,
    valid_from: int | None = None, valid_to: int | None = None, terms: Terms = PLAIN,
) -> tuple[EdgeRef, Receipt]:  # fmt: skip
    """A new edge, or new values on it, from a date (default now)."""
    spec = edge_spec(type_)
    canonical = canonical_properties(spec, values)
    key = str(canonical.get(spec.key) or "") if spec.key else ""
    if spec.symmetric and source > target:
        source, target = target, source
    edge = EdgeRef(type_, source, target, key)
    start = now() if valid_from is None else valid_from
    return edge, commit(store, principal, (Change("set", edge, canonical, valid_from=start, valid_to=valid_to),), terms)


def end(store: Store, principal: Principal, entity_id: str, at: int | None = None, terms: Terms = PLAIN) -> Receipt:
    """The entity no longer holds from a date (default now); its history stays readable."""
    entity = existing(store, entity_id).entity
    return commit(store, principal, (Change("end", entity, valid_from=now() if at is None else at),), terms)


def retract(
    store: Store, principal: Principal, entity_id: str, revision: int | None = None, terms: Terms = PLAIN
) -> Receipt:
    """The entity, or what one commit said of it, was an error: gone from every read."""
    entity = known_entity(store, entity_id)
    return commit(store, principal, (Change("retract", entity, revision=revision),), terms)


def undo(store: Store, principal: Principal, revision: int, *, with_later: bool = False) -> Receipt:
    """Take back one commit; later edits stay and are listed, unless ``with_later``."""
    principal.require("write")
    actor = principal.person_id or principal.id
    return store.apply(ChangeSet(actor=actor, source=EDIT_SOURCE, undo=revision, with_later=with_later))


def _participation(person: str, interaction: str, role: str, at: int) -> Change:
    return Change("set", EdgeRef("took_part", person, interaction), {"role": role}, valid_from=at)


def log_interaction(
    store: Store, principal: Principal, values: Mapping[str, Any], *, participants: Mapping[str, str],
    concerns: tuple[str, ...], id_: str | None = None, terms: Terms = PLAIN,
) -> tuple[str, Receipt]:  # fmt: skip
    """A touchpoint with its participants (person id -> role) and what it concerns, in one commit."""
    canonical = canonical_properties(node_spec("interaction"), values)
    if "at" not in canonical or len(participants) == 0:
        raise InvalidInput(
            "an interaction needs a moment and at least one participant", remedy="give at and participants", field="at"
        )
    at, identity = canonical["at"], id_ or new_id()
    changes = [Change("set", NodeRef("interaction", identity), canonical, valid_from=at)]
    changes += [_participation(person, identity, role, at) for person, role in participants.items()]
    changes += [Change("set", EdgeRef("concerns", identity, scope), valid_from=at) for scope in concerns]
    return identity, commit(store, principal, tuple(changes), terms)


def observe(
    store: Store, principal: Principal, values: Mapping[str, Any], *, about: str, toward: str | None = None,
    said_by: str | None = None, concerns: str | None = None, id_: str | None = None, terms: Terms = PLAIN,
) -> tuple[str, Receipt]:  # fmt: skip
    """An item of evidence with its subject, direction, source person and scope, in one commit.

    Without ``at`` it is of now. An opinion without a named source is the principal's own.
    """
    canonical = canonical_properties(node_spec("observation"), values)
    canonical.setdefault("at", now())
    canonical.setdefault("source_class", "opinion")
    if said_by is None and canonical["source_class"] == "opinion":
        said_by = principal.person_id
    at, identity = canonical["at"], id_ or new_id()
    ends = (("about", about), ("toward", toward), ("said_by", said_by), ("concerns", concerns))
    changes = [Change("set", NodeRef("observation", identity), canonical, valid_from=at)]
    changes += [Change("set", EdgeRef(type_, identity, to), valid_from=at) for type_, to in ends if to is not None]
    return identity, commit(store, principal, tuple(changes), terms)


def existing(store: Store, entity_id: str) -> State:
    """The entity as it stands now; NotFound when it does not exist."""
    found = store.fetch([entity_id], NOW).get(entity_id)
    if found is None:
        raise NotFound(f"there is no {entity_id}", remedy="check the id, or look for it by name", id=entity_id)
    return found


def known_entity(store: Store, entity_id: str) -> EntityRef:
    """The entity with this id, whether it exists now or only in history."""
    edge = edge_ref(entity_id)
    if edge is not None and edge.type in registry().edges:
        return edge
    return store.history(entity_id)[0].entity
