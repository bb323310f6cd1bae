"""The JSON shapes of entities, versions and receipts, the same on the command line and over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Protocol

from brm.principal import Principal
from brm.store.protocol import Commit, State, Version
from graph_schema import registry
from graph_schema.changes import EdgeRef, EntityRef, Receipt
from graph_schema.values import iso_instant, money_from, to_json


class Known(Protocol):
    """What has a type, an id and a name."""

    @property
    def type(self) -> str: ...
    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...


def named(entity: Known) -> dict[str, Any]:
    """Type, id and name."""
    return {"type": entity.type, "id": entity.id, "name": entity.name}


def amount(value: float, currency: str) -> dict[str, str]:
    """An amount of money that was computed, to the cent."""
    found: dict[str, str] = to_json("money", money_from(Decimal(f"{value:.2f}"), currency))
    return found


def moment(instant: int | None) -> str | None:
    """ISO 8601, None where there is no bound."""
    return None if instant is None else iso_instant(instant)


def identity(entity: EntityRef) -> dict[str, Any]:
    """Type, id and, for an edge, both ends and the key."""
    if isinstance(entity, EdgeRef):
        ends = {"from": entity.source, "to": entity.target}
        return {"type": entity.type, "id": entity.id, **ends, **({"key": entity.key} if entity.key else {})}
    return {"type": entity.type, "id": entity.id}


def properties(type_: str, values: Mapping[str, Any], principal: Principal) -> dict[str, Any]:
    """The JSON form of the known properties; restricted ones only for an admin."""
    declared = registry().fact_type(type_).properties
    hidden = set() if principal.allows("admin") else {n for n, p in declared.items() if p.sensitive == "restricted"}
    return {n: to_json(declared[n].kind, v) for n, v in values.items() if v is not None and n not in hidden}


def state(item: State, principal: Principal) -> dict[str, Any]:
    """An entity as it stood."""
    return {
        **identity(item.entity),
        "properties": properties(item.entity.type, item.properties, principal),
        "valid_from": moment(item.valid_from),
        "valid_to": moment(item.valid_to),
        "recorded_at": moment(item.recorded_at),
        "revision": item.revision,
        **({"stub": True} if item.stub else {}),
    }


def version(item: Version, principal: Principal) -> dict[str, Any]:
    """One version of an entity's history."""
    return {
        **identity(item.entity),
        "verb": item.verb,
        "properties": properties(item.entity.type, item.properties, principal),
        "named": list(item.named),
        "valid_from": moment(item.valid_from),
        "valid_to": moment(item.valid_to),
        "recorded_at": moment(item.recorded_at),
        "superseded_at": moment(item.superseded_at),
        "revision": item.revision,
        "void_revision": item.void_revision,
        "actor": item.actor,
        "source": item.source,
        "import_id": item.import_id,
    }


def commit(item: Commit) -> dict[str, Any]:
    """One commit."""
    return {
        "revision": item.revision,
        "committed_at": moment(item.committed_at),
        "actor": item.actor,
        "source": item.source,
        "import_id": item.import_id,
        "kind": item.kind,
        "undone_by": item.undone_by,
    }


def receipt(item: Receipt) -> dict[str, Any]:
    """What a commit did."""
    return {
        "revision": item.revision,
        "committed_at": moment(item.committed_at),
        "written": item.written,
        "unchanged": item.unchanged,
        "replayed": item.replayed,
        "kept": list(item.kept),
        "bookmark": item.bookmark,
    }
