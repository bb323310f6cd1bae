"""A write is data: a ChangeSet of changes, checked against the registry and applied as a whole.

Verbs: **set** replaces the named properties from ``valid_from`` (None = always) until the next
version that itself set that property; a ``valid_to`` closes the version. **end** closes validity at
``valid_from``. **correct** replaces values over the whole interval of the versions that hold them at
``valid_from`` (None = at the commit). **retract** withdraws every version, or the ones that commit
``revision`` wrote, from all reads.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal
from urllib.parse import quote, unquote

Verb = Literal["set", "end", "correct", "retract"]
_NONE: Mapping[str, Any] = MappingProxyType({})
_EDGE_ID = re.compile(r"([a-z_]+):([^>#]+)>([^>#]+)(?:#(.*))?", re.DOTALL)


def _no_properties() -> Mapping[str, Any]:
    return _NONE


@dataclass(frozen=True, slots=True)
class NodeRef:
    """The identity of a node."""

    type: str
    id: str


@dataclass(frozen=True, slots=True)
class EdgeRef:
    """The identity of an edge: its type, both ends and its key ("" where the type has none)."""

    type: str
    source: str
    target: str
    key: str = ""

    @property
    def id(self) -> str:
        """The edge's id: readable, the same on every engine, and reversible by `edge_ref`."""
        tail = f"#{_escape(self.key)}" if self.key else ""
        return f"{self.type}:{_escape(self.source)}>{_escape(self.target)}{tail}"


EntityRef = NodeRef | EdgeRef


def _escape(part: str) -> str:
    return part.replace("%", "%25").replace(">", "%3E").replace("#", "%23")


def edge_ref(edge_id: str) -> EdgeRef | None:
    """The edge that an edge id names; None when the text is not an edge id."""
    found = _EDGE_ID.fullmatch(edge_id)
    if not found:
        return None
    type_, source, target, key = found.groups()
    return EdgeRef(type_, unquote(source), unquote(target), unquote(key or ""))


def path_segment(identity: str) -> str:
    """The id percent-encoded for a URL path."""
    return quote(identity, safe="")


@dataclass(frozen=True, slots=True)
class Change:
    """One change to one entity. ``recorded_at`` None means known at the commit."""

    verb: Verb
    entity: EntityRef
    properties: Mapping[str, Any] = field(default_factory=_no_properties)
    valid_from: int | None = None
    valid_to: int | None = None
    recorded_at: int | None = None
    revision: int | None = None


@dataclass(frozen=True, slots=True)
class RecordChange:
    """Writes a record (``body`` None deletes it)."""

    type: str
    id: str
    body: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSet:
    """Changes that are applied together or not at all.

    ``expected`` maps entity ids to the revision the writer has seen (0 = must not exist yet);
    another one is a conflict. The same ``idempotency_key`` with the same content within 30 days
    answers the first receipt again; with another content it is a conflict.
    """

    actor: str
    source: str
    changes: tuple[Change, ...] = ()
    records: tuple[RecordChange, ...] = ()
    expected: Mapping[str, int] = field(default_factory=dict)
    idempotency_key: str | None = None
    import_id: str | None = None
    undo: int | None = None
    """Undo the commit with this revision instead of applying changes."""
    undo_import: str | None = None
    """Undo all commits of this import."""
    with_later: bool = False
    """An undo also retracts later facts that use what it removes."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a commit did. ``replayed`` marks the answer to a repeated idempotency key.

    ``written`` counts new versions, ``unchanged`` changes that said what was already held.
    ``kept`` lists ids that an undo left because later facts use them. ``bookmark`` is what another
    server of a cluster needs to read this write.
    """

    revision: int
    committed_at: int
    written: int
    unchanged: int = 0
    replayed: bool = False
    kept: tuple[str, ...] = ()
    bookmark: str | None = field(default=None, compare=False)
