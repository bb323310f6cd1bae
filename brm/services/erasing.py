"""Erasure of a person's data."""

from __future__ import annotations

from brm.errors import InvalidInput
from brm.principal import Principal
from brm.store.protocol import Store
from graph_schema.changes import Receipt


def name_of(store: Store, principal: Principal, person: str) -> str:
    """The latest known name of the person, now or in history; InvalidInput for another type."""
    principal.require("admin")
    versions = store.history(person)
    if versions[0].entity.type != "person":
        raise InvalidInput(f"{person} is a {versions[0].entity.type}", remedy="only people are erased", id=person)
    return str(next((v.properties["name"] for v in reversed(versions) if v.properties.get("name")), person))


def erase(store: Store, principal: Principal, person: str) -> Receipt:
    """Remove the person's values from all versions, search, feed and retries; a tombstone remains."""
    name_of(store, principal, person)
    return store.erase(person, principal.person_id or principal.id)
