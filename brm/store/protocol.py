"""What every engine offers: about ten coarse methods over facts, without any query language.

Time. An entity's history is a set of versions: what was said (``set`` or ``end``), over which
validity interval, recorded when, by which commit. At ``(as_of = t, known_at = k)`` the versions
with no ``void_revision`` and ``recorded_at <= k`` are visible; an `end` at d closes every visible
version that starts before d. The entity exists at t when a version covers t, and each property has
the value of the covering version that names it with the greatest ``(valid_from, recorded_at,
revision)``; a property that no covering version names keeps the last earlier value. The answer
depends on the set of versions only, not on the order in which they were written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from brm.errors import BrmError
from graph_schema.changes import Change, ChangeSet, EntityRef, NodeRef, Receipt
from scoring.series import SnapshotSeries
from scoring.snapshot import Ints, Patch, Snapshot


@dataclass(frozen=True, slots=True)
class When:
    """The moment a read looks at: valid at ``as_of`` and known by ``known_at`` (default ``as_of``).

    None as ``as_of`` means now.
    """

    as_of: int | None = None
    known_at: int | None = None


NOW = When()


@dataclass(frozen=True, slots=True)
class State:
    """An entity as it stood at a moment: its whole property set and the stamps of that version.

    ``properties`` holds only known values; an edge's key property is among them. ``revision`` is
    the last commit that touched the entity at all: its ETag. ``stub`` marks a node that an undo
    kept only because later facts point to it.
    """

    entity: EntityRef
    properties: Mapping[str, Any]
    valid_from: int | None
    valid_to: int | None
    recorded_at: int
    revision: int
    stub: bool = False


@dataclass(frozen=True, slots=True)
class Version:
    """One version in an entity's history, as `Store.history` lists it, void ones included.

    ``properties`` is the whole property set at its start as known when it was recorded; ``named``
    are the properties that this version itself set. ``valid_to`` already reflects later ends.
    """

    entity: EntityRef
    verb: Literal["set", "end", "correct"]
    properties: Mapping[str, Any]
    named: tuple[str, ...]
    valid_from: int | None
    valid_to: int | None
    recorded_at: int
    superseded_at: int | None
    revision: int
    void_revision: int | None
    actor: str
    source: str
    import_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A search for nodes of one type.

    ``text`` matches anywhere in the search column (folded, with pinyin); ``equals`` compares
    properties exactly (membership for lists). ``sort`` is ``name`` (search name, then id) or ``id``.
    ``after`` is the sort key and id of the last item of the page before.
    """

    type: str
    text: str | None = None
    equals: Mapping[str, Any] = field(default_factory=dict)
    sort: Literal["name", "id"] = "name"
    after: tuple[str, str] | None = None
    limit: int = 50
    when: When = NOW


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a search; ``next`` is the ``after`` of the following page, None at the end."""

    items: tuple[State, ...]
    next: tuple[str, str] | None
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """Walk edges outwards from nodes: trails of up to ``hops`` distinct edges.

    ``edge_types`` empty means all. ``direction`` is seen from the start of each step.
    At most ``limit`` trails are returned, in order of length, then of edge ids.
    """

    starts: tuple[str, ...]
    edge_types: tuple[str, ...] = ()
    direction: Literal["out", "in", "both"] = "both"
    hops: int = 1
    limit: int = 10_000
    when: When = NOW


Trail = tuple[State, ...]


@dataclass(frozen=True, slots=True)
class Touched:
    """One entity in the change feed and the last revision that touched it."""

    entity: EntityRef
    revision: int


@dataclass(frozen=True, slots=True)
class Delta:
    """What commits after a revision change in a whole snapshot, for `carried_forward`.

    ``at`` is the moment that the rows are of, never before the last commit. ``known_from`` is the earliest
    date of knowledge that they touched: reads at earlier dates of knowledge stay as they were. ``older``
    are the keys of touched nodes that were there before.
    """

    revision: int
    at: int
    patch: Patch
    known_from: int
    older: Ints


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What edits would make of a snapshot, nothing being written; an edit is changes that belong together.

    ``before`` is the graph as it stands, with all that the edits reach. ``patches`` lead from it, by the places
    of the edits that are made, each in turn. An edit that the store would refuse is left out: ``refused`` says
    why, ``unchanged`` are those that say what is held already (both where all are made). ``created`` are the
    nodes that the store does not have yet, by the keys that they would get.
    """

    revision: int
    before: Snapshot
    patches: Mapping[frozenset[int], Patch]
    refused: Mapping[int, BrmError]
    unchanged: frozenset[int]
    created: Mapping[int, NodeRef]


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit, for audit: who wrote, when, from which source, and whether it was undone."""

    revision: int
    committed_at: int
    actor: str
    source: str
    import_id: str | None
    kind: Literal["change", "undo", "erase", "load"]
    undone_by: int | None = None


@dataclass(frozen=True, slots=True)
class RecordState:
    """A record as it stands; ``revision`` is the commit that wrote it."""

    type: str
    id: str
    body: Mapping[str, Any]
    revision: int


@dataclass(frozen=True, slots=True)
class StoreInfo:
    """The engine, where it is, what it holds and whether its schema is this program's."""

    engine: str
    location: str
    revision: int
    schema_digest: str
    current: bool
    counts: Mapping[str, int]
    """Entities that exist now, per node and edge type, types without any left out."""
    facts: int
    """Stored versions of all types, void ones included."""


@dataclass(frozen=True, slots=True)
class Migration:
    """The steps that brought, or with a dry run would bring, the store to this schema."""

    steps: tuple[str, ...]
    applied: bool


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: which, whether it is as it should be, and what fills its texts.

    The texts are the catalogues' ``doctor.ID.ok``, ``doctor.ID.bad`` and ``doctor.ID.remedy``.
    """

    id: str
    ok: bool
    found: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Names:
    """The identity behind a snapshot's integer keys."""

    type: str
    id: str
    name: str


class Store(Protocol):
    """A graph with time. All methods are safe to call from several threads."""

    url: str
    engine: str
    """``memory``, ``sqlite`` or ``neo4j``."""

    def info(self) -> StoreInfo:
        """What the store is and holds."""

    def revision(self) -> int:
        """The number of the last commit, 0 for an empty store."""

    def migrate(self, *, dry_run: bool = False) -> Migration:
        """Bring the store to this program's schema; killed at any moment, it has the old or the new one."""

    def apply(self, change_set: ChangeSet) -> Receipt:
        """Validate and commit atomically; InvalidInput, Conflict or NotFound leave no trace."""

    def fetch(self, ids: Sequence[str], when: When = NOW) -> dict[str, State]:
        """The entities with these ids (node ids, aliases or edge ids) that exist at that moment."""

    def history(self, entity_id: str) -> tuple[Version, ...]:
        """All versions of one entity by ``(recorded_at, revision)``; NotFound when there are none."""

    def find(self, query: Query) -> Page:
        """One page of nodes of a type."""

    def expand(self, expansion: Expansion) -> list[Trail]:
        """Trails from the start nodes."""

    def snapshot(self, accounts: Sequence[str] | None = None, when: When = NOW) -> Snapshot:
        """The graph at that moment as tables: everything, or the partitions of these accounts."""

    def series(self, accounts: Sequence[str], moments: Sequence[When]) -> SnapshotSeries:
        """What `snapshot` gives of these accounts at each of the moments, ascending, in one read.

        A moment may hold more than the partitions of that moment.
        """

    def delta(self, since: int, when: When = NOW) -> Delta | None:
        """What was committed after ``since``, as rows at that moment; None when reading anew is quicker."""

    def foresee(
        self,
        edits: Sequence[Sequence[Change]],
        together: Sequence[frozenset[int]],
        accounts: Sequence[str] | None = None,
        when: When = NOW,
        read: Snapshot | None = None,
    ) -> Foreseen:
        """What the edits would make of the accounts' partitions (None: of everything), were they committed.

        ``together`` tells which of them, by place, are to be looked at together. ``read`` is the snapshot of the
        accounts at that very moment where it is at hand.
        """

    def bookmark(self) -> str | None:
        """What another server of a cluster needs to read all that this one wrote or saw; None elsewhere."""

    def catch_up(self, bookmark: str) -> None:
        """Wait until reads here see what the bookmark stands for."""

    def keys(self, ids: Sequence[str]) -> dict[str, int]:
        """The snapshot key of each node id that the store knows."""

    def names(self, keys: Iterable[int], when: When = NOW) -> dict[int, Names]:
        """Type, id and name of each snapshot key (the id stands in where there is no name)."""

    def changes(self, since: int, limit: int = 10_000) -> list[Touched]:
        """Entities touched after a revision, by revision, then id; the order of commits."""

    def commits(self, *, since: int = 0, import_id: str | None = None, limit: int = 1_000) -> list[Commit]:
        """Commits after a revision, oldest first."""

    def records(self, type_: str, ids: Sequence[str] | None = None) -> list[RecordState]:
        """Records of a type by id, all of them or the ones named."""

    def export(self) -> Iterator[dict[str, Any]]:
        """The whole graph with its history as JSON objects, the same from every engine."""

    def load(self, rows: Iterable[dict[str, Any]]) -> Receipt:
        """Fill an empty store with an export; Conflict when the store is not empty.

        An older export is migrated on the way. Where the rows end with their digest, what was stored
        is read again and compared. Interrupted at any moment, nothing of it is left.
        """

    def check(self) -> list[Check]:
        """Whether what is stored is sound: what the engine says of its files and indexes, then every history."""

    def erase(self, person_id: str, actor: str) -> Receipt:
        """Physically remove a person's values everywhere; a tombstone without them remains."""

    def backup(self, path: str) -> str | None:
        """A consistent copy of the store, in a new file, while others write; nothing half is ever there.

        An engine that is a file copies it, others write a compressed export; `brm.store.files.read`
        reads both. Returns the digest of the content, None for a store that waits for its migration.
        """

    def reserve(self) -> None:
        """Claim to be the one server process, until `close`; Conflict where the engine allows only one."""

    def close(self) -> None:
        """Release files and connections."""
