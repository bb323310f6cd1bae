"""The store protocol over an engine's `View`: what every engine does alike."""

from __future__ import annotations

import gc
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from itertools import pairwise
from typing import Any, TypeVar

from brm.errors import InvalidInput, NotFound
from brm.store import carrying, checking, erasing, feeding, files, foreseeing, walking, writing
from brm.store.history import Entry, state_of, versions_of
from brm.store.partition import snapshot_of
from brm.store.protocol import (
    NOW,
    Check,
    Commit,
    Delta,
    Expansion,
    Foreseen,
    Names,
    Page,
    Query,
    RecordState,
    State,
    Touched,
    Trail,
    Version,
    When,
)
from brm.store.searching import display_name
from brm.store.tables import local_days
from brm.store.view import Fillable, Found, Moment, View, Whole
from graph_schema import Property, registry
from graph_schema.changes import Change, ChangeSet, EntityRef, NodeRef, Receipt, edge_ref
from graph_schema.validation import canonical_edge
from graph_schema.values import ValueProblem, check_value
from scoring.series import SnapshotSeries
from scoring.snapshot import Snapshot

Clock = Callable[[], int]
T = TypeVar("T")
_LARGE = 200


def system_clock() -> int:
    """Microseconds since the epoch."""
    return time.time_ns() // 1_000


class Engine(ABC):
    """Base of the engines. ``clock`` gives the time of commits and of reads without a date."""

    url: str
    engine: str

    def __init__(self, url: str, *, zone: str | None = None, clock: Clock | None = None) -> None:
        self.url = url
        self._clock = clock or system_clock
        self._local_days = local_days(zone)

    @abstractmethod
    def _read(self, work: Callable[[View], T]) -> T:
        """What ``work`` makes of one consistent state; it may be asked more than once."""

    @abstractmethod
    def _write(self, work: Callable[[View], T]) -> T:
        """``work`` inside an exclusive transaction: all of it is kept, or with an error nothing.

        It may be run more than once; what it did before is then undone.
        """

    @abstractmethod
    def _whole(self) -> AbstractContextManager[Whole]:
        """One consistent state to read from end to end while others may write."""

    @abstractmethod
    def _filling(self) -> AbstractContextManager[Fillable]:
        """To fill an empty store: nobody sees any of it before the end, and after an error nothing is left."""

    @abstractmethod
    def _health(self) -> list[Check]:
        """What only the engine can tell: its files, references and indexes; in bounded memory."""

    def _moment(self, view: View, when: When) -> Moment:
        at = when.as_of
        if at is None:
            at = max(self._clock(), view.last()[1])
        return Moment(at, at if when.known_at is None else when.known_at)

    def revision(self) -> int:
        """The number of the last commit, 0 for an empty store."""
        return self._read(lambda view: view.last()[0])

    def apply(self, change_set: ChangeSet) -> Receipt:
        """Validate and commit atomically; InvalidInput, Conflict or NotFound leave no trace."""
        with _without_collections(len(change_set.changes)):
            return self._commit(writing.check(change_set))

    def _commit(self, checked: writing.Checked) -> Receipt:
        return self._write(lambda view: writing.write(view, checked, self._clock()))

    def fetch(self, ids: Sequence[str], when: When = NOW) -> dict[str, State]:
        """The entities with these ids (node ids, aliases or edge ids) that exist at that moment."""

        def work(view: View) -> dict[str, State | None]:
            moment = self._moment(view, when)
            refs = resolve(view, ids)
            entries = view.entries(list(dict.fromkeys(refs.values())))
            return {
                given: state_of(ref, entries[ref], moment.at, moment.known_at)
                for given, ref in refs.items()
                if ref in entries
            }

        return {given: state for given, state in self._read(work).items() if state is not None}

    def history(self, entity_id: str) -> tuple[Version, ...]:
        """All versions of one entity by ``(recorded_at, revision)``; NotFound when there are none."""

        def work(view: View) -> tuple[Version, ...]:
            ref = resolve(view, (entity_id,)).get(entity_id)
            entry = view.entries((ref,)).get(ref) if ref is not None else None
            if ref is None or entry is None:
                raise NotFound(f"there is no entity {entity_id!r}", remedy="Check the id; search finds it by name.")
            commits = {f.revision: view.commit(f.revision) for f in entry.facts}
            return versions_of(ref, entry, {number: c for number, c in commits.items() if c is not None})

        return self._read(work)

    def find(self, query: Query) -> Page:
        """One page of nodes of a type."""
        checked = checked_query(query)

        def work(view: View) -> tuple[list[Found], int]:
            return view.search(checked, self._moment(view, checked.when)), view.last()[0]

        found, revision = self._read(work)
        items = found[: checked.limit]
        following = None
        if len(found) > checked.limit:
            following = (items[-1].sort, items[-1].state.entity.id)
        return Page(tuple(each.state for each in items), following, revision)

    def expand(self, expansion: Expansion) -> list[Trail]:
        """Trails from the start nodes."""
        return self._read(lambda view: walking.trails(view, expansion, self._moment(view, expansion.when)))

    def snapshot(self, accounts: Sequence[str] | None = None, when: When = NOW) -> Snapshot:
        """The graph at that moment as tables: everything, or the partitions of these accounts."""

        def work(view: View) -> Snapshot:
            moment = self._moment(view, when)
            return snapshot_of(view, _keys(view, accounts), moment, self._local_days)

        return self._read(work)

    def foresee(
        self,
        edits: Sequence[Sequence[Change]],
        together: Sequence[frozenset[int]],
        accounts: Sequence[str] | None = None,
        when: When = NOW,
        read: Snapshot | None = None,
    ) -> Foreseen:
        """What the edits would make of the accounts' partitions (None: of everything), were they committed."""

        def work(view: View) -> Foreseen:
            moment = self._moment(view, when)
            keys = _keys(view, accounts)
            return foreseeing.foresee(view, edits, together, keys, moment, self._local_days, read)

        return self._read(work)

    def series(self, accounts: Sequence[str], moments: Sequence[When]) -> SnapshotSeries:
        """What `snapshot` gives of these accounts at each of the moments, ascending, in one read."""

        def work(view: View) -> SnapshotSeries:
            asked = [self._moment(view, when) for when in moments]
            if not asked or any(b.at < a.at or b.known_at < a.known_at for a, b in pairwise(asked)):
                raise InvalidInput("the moments of a series ascend", remedy="Give at least one, the earliest first.")
            return view.over(account_keys(view, accounts), asked, self._local_days)

        return self._read(work)

    def delta(self, since: int, when: When = NOW) -> Delta | None:
        """What was committed after ``since``, as rows at that moment; None when reading anew is quicker."""
        return self._read(lambda view: feeding.delta(view, since, self._moment(view, when)))

    def bookmark(self) -> str | None:
        """None: every reader of this engine sees what was committed."""
        return None

    def catch_up(self, bookmark: str) -> None:  # noqa: B027 - the usual engine has nothing to wait for
        """Nothing to wait for."""

    def keys(self, ids: Sequence[str]) -> dict[str, int]:
        """The snapshot key of each node id that the store knows."""

        def work(view: View) -> dict[str, int]:
            aliases = view.aliases()
            real = {given: aliases.get(given, given) for given in ids}
            found = view.keys(list(dict.fromkeys(real.values())))
            return {given: found[each] for given, each in real.items() if each in found}

        return self._read(work)

    def names(self, keys: Iterable[int], when: When = NOW) -> dict[int, Names]:
        """Type, id and name of each snapshot key (the id stands in where there is no name)."""
        wanted = list(keys)

        def work(view: View) -> tuple[Moment, dict[int, NodeRef], dict[EntityRef, Entry]]:
            refs = view.by_key(wanted)
            return self._moment(view, when), refs, view.entries(list(refs.values()))

        moment, refs, entries = self._read(work)
        found: dict[int, Names] = {}
        for key, ref in refs.items():
            state = state_of(ref, entries[ref], moment.at, moment.known_at) if ref in entries else None
            name = display_name(registry().nodes[ref.type], state.properties) if state else None
            found[key] = Names(ref.type, ref.id, name or ref.id)
        return found

    def changes(self, since: int, limit: int = 10_000) -> list[Touched]:
        """Entities touched after a revision, by revision, then id; the order of commits."""
        return self._read(lambda view: view.changes(since, limit))

    def commits(self, *, since: int = 0, import_id: str | None = None, limit: int = 1_000) -> list[Commit]:
        """Commits after a revision, oldest first."""
        return self._read(lambda view: view.commits(since, import_id, limit))

    def records(self, type_: str, ids: Sequence[str] | None = None) -> list[RecordState]:
        """Records of a type by id, all of them or the ones named."""
        if type_ not in registry().records:
            raise InvalidInput(f"there is no record type {type_!r}", remedy="Use a declared record type.")
        return self._read(lambda view: view.records(type_, ids))

    def export(self) -> Iterator[dict[str, Any]]:
        """The whole graph with its history as JSON objects, the same from every engine."""
        with self._whole() as view:
            yield from carrying.rows(view)

    def load(self, rows: Iterable[dict[str, Any]]) -> Receipt:
        """Fill an empty store with an export; Conflict when the store is not empty."""
        with self._filling() as view:
            return carrying.load(view, rows)

    def check(self) -> list[Check]:
        """Whether what is stored is sound: what the engine says of its files and indexes, then every history."""
        found = self._health()
        with self._whole() as view:
            return [*found, *checking.checks(view)]

    def backup(self, path: str) -> str | None:
        """A compressed export in a new file; engines with files of their own copy those."""
        return files.write(files.new(path), self.export(), compress=True).digest

    def erase(self, person_id: str, actor: str) -> Receipt:
        """Physically remove a person's values everywhere; a tombstone without them remains."""
        return self._write(lambda view: erasing.erase(view, person_id, actor, self._clock()))


@contextmanager
def _without_collections(size: int) -> Iterator[None]:
    """Large writes make many objects and no cycles; looking for cycles meanwhile took a third of their time."""
    paused = size >= _LARGE and gc.isenabled()
    if paused:
        gc.disable()
    try:
        yield
    finally:
        if paused:
            gc.enable()


def _keys(view: View, accounts: Sequence[str] | None) -> list[int] | None:
    return None if accounts is None else account_keys(view, accounts)


def account_keys(view: View, accounts: Sequence[str]) -> list[int]:
    """The keys of accounts by id or alias; NotFound names the first that is none."""
    refs = resolve(view, accounts)
    missing = [each for each in accounts if not isinstance(refs.get(each), NodeRef)]
    if missing:
        raise NotFound(f"there is no account {missing[0]!r}", remedy="Check the account's id.")
    return list(view.keys([ref.id for ref in refs.values()]).values())


def resolve(view: View, ids: Sequence[str]) -> dict[str, EntityRef]:
    """The entity behind each id that can be one: a node id, an alias or an edge id."""
    aliases = view.aliases()
    real = {given: aliases.get(given, given) for given in ids}
    nodes = view.nodes(list(dict.fromkeys(real.values())))
    found: dict[str, EntityRef] = {}
    for given, identity in real.items():
        known = nodes.get(identity)
        if known is not None:
            found[given] = NodeRef(known.type, identity)
            continue
        edge = edge_ref(identity)
        if edge is not None and edge.type in registry().edges:
            found[given] = canonical_edge(registry().edges[edge.type], edge)
    return found


def checked_query(query: Query) -> Query:
    """The query with canonical values; InvalidInput for what the declarations do not know."""
    spec = registry().nodes.get(query.type)
    if spec is None:
        raise InvalidInput(f"there is no node type {query.type!r}", remedy="Use a declared node type.")
    if query.limit < 1:
        raise InvalidInput("a page has at least one item", remedy="Ask for 1 to 500 items.")
    equals: dict[str, Any] = {}
    for name, value in query.equals.items():
        prop = spec.properties.get(name)
        if prop is None or prop.kind == "any":
            raise InvalidInput(
                f"{spec.name} has no property {name!r} to filter by", remedy="Filter by a declared property."
            )
        equals[name] = _checked_value(prop, value)
    return replace(query, equals=equals)


def _checked_value(prop: Property, value: Any) -> Any:
    if value is None:
        return None
    one_of = prop.kind == "codes" and isinstance(value, str)
    try:
        canonical = check_value(prop, (value,) if one_of else value)
    except ValueProblem as bad:
        raise InvalidInput(f"{prop.name}: {bad}", remedy="Give a value that the property can have.") from None
    return value if one_of else canonical
