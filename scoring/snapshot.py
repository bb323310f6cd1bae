"""The immutable columnar picture of the graph at one moment that every scorer reads.

One table per node and edge type, a numpy array per property, entities as integer keys. Text stays
in the store; a `Category` text is carried as a stable 63-bit hash, a code as its place in its
vocabulary, a set of codes as a bit mask, a ref as the key of the entity it points to. Missing is
NaN in a real column, `MISSING` in an integer column, -1 in a code, flag or ref column, 0 in a mask.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt

from graph_schema import Property, TypeSpec, registry
from scoring.machinery.arrays import lookup

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Column = npt.NDArray[Any]
T = TypeVar("T")

MISSING = np.iinfo(np.int64).min
ALWAYS = np.iinfo(np.int64).min
OPEN = np.iinfo(np.int64).max
MICROSECONDS_A_DAY = 86_400_000_000

_DTYPES: dict[str, tuple[Any, Any]] = {
    "integer": (np.float64, np.nan),
    "real": (np.float64, np.nan),
    "flag": (np.int8, -1),
    "instant": (np.int64, MISSING),
    "day": (np.int64, MISSING),
    "code": (np.int16, -1),
    "codes": (np.int64, 0),
    "ref": (np.int64, -1),
    "category": (np.int64, MISSING),
    "money": (np.float64, np.nan),
}


def category_code(text: str) -> int:
    """A stable 63-bit number for a grouping text, the same on every engine and machine."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


def _storage(prop: Property) -> str | None:
    if prop.kind == "text":
        return "category" if prop.category or prop.name == "kind" else None
    return prop.kind if prop.kind in _DTYPES else None


def snapshot_columns(spec: TypeSpec) -> dict[str, tuple[Any, Any]]:
    """Name -> (dtype, missing value) of each column that a snapshot carries of this type.

    Money takes two: the amount in its currency's unit, and ``<name>_currency`` as a category.
    """
    columns: dict[str, tuple[Any, Any]] = {}
    for prop in spec.properties.values():
        storage = _storage(prop)
        if storage is None:
            continue
        columns[prop.name] = _DTYPES[storage]
        if storage == "money":
            columns[f"{prop.name}_currency"] = _DTYPES["category"]
    return columns


def encode_value(prop: Property, value: Any, key_of: Callable[[str], int]) -> Any:
    """The snapshot form of one canonical value that is not None."""
    storage = _storage(prop)
    if storage == "code":
        return prop.words.index(value)
    if storage == "codes":
        return sum(1 << prop.words.index(word) for word in value)
    if storage == "category":
        return category_code(value)
    if storage == "ref":
        return key_of(value)
    return value


def edge_key_code(spec: TypeSpec, key: str, key_of: Callable[[str], int]) -> int:
    """The number that tells edges between the same two ends apart; -1 where the key is empty."""
    if spec.key is None or not key:
        return -1
    return int(encode_value(spec.properties[spec.key], key, key_of))


@dataclass(frozen=True, slots=True)
class NodeTable:
    """Nodes of one type: ``key`` ascending, each column of the same length."""

    key: Ints
    columns: Mapping[str, Column]

    def __len__(self) -> int:
        return len(self.key)

    def __getitem__(self, name: str) -> Column:
        return self.columns[name]

    def rows(self, keys: Ints) -> Ints:
        """The row of each key, -1 where this table has no such key."""
        return lookup(self.key, keys)


@dataclass(frozen=True, slots=True)
class EdgeTable:
    """Edges of one type, ordered by source, target and key code; ends are entity keys.

    ``valid_from`` and ``valid_to`` are microseconds, `ALWAYS` and `OPEN` where unbounded.
    """

    source: Ints
    target: Ints
    key: Ints
    valid_from: Ints
    valid_to: Ints
    columns: Mapping[str, Column]

    def __len__(self) -> int:
        return len(self.source)

    def __getitem__(self, name: str) -> Column:
        return self.columns[name]


@dataclass(frozen=True, slots=True)
class LocalDays:
    """The installation's zone as numbers: UTC instants of its offset changes, and the offsets."""

    transitions: Ints = field(default_factory=lambda: np.array([ALWAYS], dtype=np.int64))
    offsets: Ints = field(default_factory=lambda: np.array([0], dtype=np.int64))

    def of(self, instants: Ints | int) -> Ints:
        """The local day number of each instant."""
        moments = np.asarray(instants, dtype=np.int64)
        at = np.searchsorted(self.transitions, moments, side="right") - 1
        days: Ints = np.floor_divide(moments + self.offsets[at], MICROSECONDS_A_DAY)
        return days

    def end_of(self, day: int) -> int:
        """The last microsecond of a local day."""
        ends = (day + 1) * MICROSECONDS_A_DAY - np.unique(self.offsets) - 1
        return int(ends[self.of(ends) == day].max(initial=int(ends.min())))


@dataclass(frozen=True, slots=True)
class Patch:
    """What `Snapshot.apply` changes in one table: rows to drop by identity, then rows to add."""

    drop_nodes: Mapping[str, Ints] = field(default_factory=dict)
    add_nodes: Mapping[str, NodeTable] = field(default_factory=dict)
    drop_edges: Mapping[str, tuple[Ints, Ints, Ints]] = field(default_factory=dict)
    add_edges: Mapping[str, EdgeTable] = field(default_factory=dict)


def node_table(type_: str, key: Ints, columns: Mapping[str, Column]) -> NodeTable:
    """A table sorted by key; columns not given are missing throughout."""
    order = np.argsort(key, kind="stable")
    full = _complete(registry().nodes[type_], len(key), columns)
    return NodeTable(_frozen(key[order]), {name: _frozen(column[order]) for name, column in full.items()})


def edge_table(
    type_: str,
    source: Ints,
    target: Ints,
    columns: Mapping[str, Column],
    *,
    key: Ints | None = None,
    valid_from: Ints | None = None,
    valid_to: Ints | None = None,
) -> EdgeTable:
    """A table sorted by source, target and key; columns not given are missing throughout.

    Without ``key`` the key code is read from the column that the type declares as its key.
    """
    spec = registry().edges[type_]
    size = len(source)
    full = _complete(spec, size, columns)
    if key is None:
        key = full[spec.key].astype(np.int64) if spec.key else np.full(size, -1, dtype=np.int64)
    start = np.full(size, ALWAYS, dtype=np.int64) if valid_from is None else valid_from
    stop = np.full(size, OPEN, dtype=np.int64) if valid_to is None else valid_to
    order = np.lexsort((key, target, source))
    identity = [_frozen(np.asarray(part, dtype=np.int64)[order]) for part in (source, target, key)]
    validity = [_frozen(np.asarray(part, dtype=np.int64)[order]) for part in (start, stop)]
    return EdgeTable(
        source=identity[0],
        target=identity[1],
        key=identity[2],
        valid_from=validity[0],
        valid_to=validity[1],
        columns={name: _frozen(column[order]) for name, column in full.items()},
    )


def _complete(spec: TypeSpec, size: int, columns: Mapping[str, Column]) -> dict[str, Column]:
    layout = snapshot_columns(spec)
    unknown = set(columns) - set(layout)
    if unknown:
        raise KeyError(f"{spec.name} has no snapshot column {', '.join(sorted(unknown))}")
    return {
        name: np.asarray(columns[name], dtype=dtype) if name in columns else np.full(size, missing, dtype=dtype)
        for name, (dtype, missing) in layout.items()
    }


def _frozen(array: Column) -> Column:
    array.flags.writeable = False
    return array


class Snapshot:
    """The graph at ``as_of`` as tables; never changed, only replaced through `apply`.

    Ages count to ``as_of``. What holds and what has happened is told at `moment`, which is ``as_of`` unless
    a table was put in from a snapshot of another date (``read_at``, by table).
    """

    __slots__ = ("_derived", "_digest", "as_of", "edges", "local_days", "nodes", "read_at", "today")

    def __init__(
        self,
        as_of: int,
        nodes: Mapping[str, NodeTable],
        edges: Mapping[str, EdgeTable],
        local_days: LocalDays | None = None,
        read_at: Mapping[str, int] | None = None,
    ) -> None:
        empty = np.empty(0, dtype=np.int64)
        self.as_of = as_of
        self.local_days = local_days or LocalDays()
        self.today = int(self.local_days.of(as_of))
        self.nodes = {name: nodes.get(name) or node_table(name, empty, {}) for name in registry().nodes}
        self.edges = {name: edges.get(name) or edge_table(name, empty, empty, {}) for name in registry().edges}
        self.read_at = dict(read_at or {})
        self._digest: str | None = None
        self._derived: dict[Hashable, Any] = {}

    def derived(self, name: Hashable, build: Callable[[Snapshot], T]) -> T:
        """The value that ``build`` makes of this snapshot, made once: an index, a reduction."""
        if name not in self._derived:
            self._derived[name] = build(self)
        return cast(T, self._derived[name])

    def made(self, name: Hashable) -> Any:
        """What `derived` has made under the name already, else None."""
        return self._derived.get(name)

    def branch(self) -> Snapshot:
        """The same snapshot with what was derived from it so far; what is derived from now on is kept apart."""
        branched = Snapshot(self.as_of, self.nodes, self.edges, self.local_days, self.read_at)
        branched._derived = dict(self._derived)
        return branched

    @property
    def digest(self) -> str:
        """SHA-256 over every array and the date; equal snapshots have equal digests."""
        if self._digest is None:
            self._digest = self._compute_digest()
        return self._digest

    def _compute_digest(self) -> str:
        state = hashlib.sha256(repr((self.as_of, sorted(self.read_at.items()))).encode())
        for name, nodes in self.nodes.items():
            state.update(name.encode())
            for part in (nodes.key, *nodes.columns.values()):
                state.update(part.tobytes())
        for name, edges in self.edges.items():
            state.update(name.encode())
            parts = (edges.source, edges.target, edges.key, edges.valid_from, edges.valid_to)
            for part in (*parts, *edges.columns.values()):
                state.update(part.tobytes())
        return state.hexdigest()

    def moment(self, table: str) -> int:
        """The moment at which a table's facts are read."""
        return self.read_at.get(table, self.as_of)

    def day(self, table: str) -> int:
        """The local day at which a table's facts are read."""
        return int(self.local_days.of(self.moment(table)))

    def ages(self, instants: Ints) -> Ints:
        """Whole local days from each instant to the date of the snapshot, 0 for later instants."""
        return np.maximum(self.today - self.local_days.of(instants), 0)

    def seen_at(self, as_of: int) -> Snapshot:
        """The same facts looked at from another moment."""
        return Snapshot(as_of, self.nodes, self.edges, self.local_days)

    def apply(self, patch: Patch, as_of: int | None = None) -> Snapshot:
        """The snapshot with the patch applied, at its date or a later one; tables not named are shared."""
        nodes, edges = dict(self.nodes), dict(self.edges)
        for name in {*patch.drop_nodes, *patch.add_nodes}:
            nodes[name] = _patched_nodes(name, nodes[name], patch)
        for name in {*patch.drop_edges, *patch.add_edges}:
            edges[name] = _patched_edges(name, edges[name], patch)
        return Snapshot(self.as_of if as_of is None else as_of, nodes, edges, self.local_days, self.read_at)


def _patched_nodes(name: str, table: NodeTable, patch: Patch) -> NodeTable:
    """The rows stay in order: dropped ones are cut out, added ones put in their places."""
    gone = _found(table.rows(patch.drop_nodes[name])) if name in patch.drop_nodes else _NO_ROWS
    key = np.delete(table.key, gone)
    added = patch.add_nodes.get(name)
    if added is None:
        return NodeTable(_frozen(key), {c: _frozen(np.delete(v, gone)) for c, v in table.columns.items()})
    at = np.searchsorted(key, added.key)
    columns = {c: _frozen(np.insert(np.delete(v, gone), at, added.columns[c])) for c, v in table.columns.items()}
    return NodeTable(_frozen(np.insert(key, at, added.key)), columns)


def _patched_edges(name: str, table: EdgeTable, patch: Patch) -> EdgeTable:
    gone = _found(_rows_of(table, *patch.drop_edges[name])) if name in patch.drop_edges else _NO_ROWS
    added = patch.add_edges.get(name)
    identity = tuple(np.delete(part, gone) for part in (table.source, table.target, table.key))
    at = _NO_ROWS if added is None else _places(identity, (added.source, added.target, added.key))

    def patched(old: Column, new: Column | None) -> Column:
        kept = np.delete(old, gone)
        return _frozen(kept if new is None else np.insert(kept, at, new))

    source, target, key, start, stop = (
        patched(getattr(table, part), None if added is None else getattr(added, part))
        for part in ("source", "target", "key", "valid_from", "valid_to")
    )
    columns = {c: patched(v, None if added is None else added.columns[c]) for c, v in table.columns.items()}
    return EdgeTable(source, target, key, start, stop, columns)


_NO_ROWS: Ints = np.empty(0, dtype=np.int64)
Identity = tuple[Ints, ...]


def _found(rows: Ints) -> Ints:
    return rows[rows >= 0]


def _places(ordered: Identity, wanted: Identity) -> Ints:
    """Where each (source, target, key) belongs among the ordered ones."""
    source, target, key = ordered
    low, high = (np.searchsorted(source, wanted[0], side=side) for side in ("left", "right"))
    places = np.empty(len(wanted[0]), dtype=np.int64)
    for number, (first, last) in enumerate(zip(low.tolist(), high.tolist(), strict=True)):
        near = target[first:last]
        begin, end = (int(np.searchsorted(near, wanted[1][number], side=side)) for side in ("left", "right"))
        place = np.searchsorted(key[first + begin : first + end], wanted[2][number])
        places[number] = first + begin + int(place)
    return places


def _rows_of(table: EdgeTable, source: Ints, target: Ints, key: Ints) -> Ints:
    """The row of each identity, -1 where the table has no such edge."""
    wanted = (np.asarray(source), np.asarray(target), np.asarray(key))
    held = (table.source, table.target, table.key)
    places = _places(held, wanted)
    if not len(table):
        return np.full(len(places), -1, dtype=np.int64)
    inside = places.clip(0, len(table) - 1)
    same = np.logical_and.reduce([part[inside] == each for part, each in zip(held, wanted, strict=True)])
    return np.where(same & (places < len(table)), places, -1)
