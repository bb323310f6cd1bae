"""Figures of the server engine, each beside the embedded one in the same run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import numpy as np

from brm.errors import StoreUnusable
from brm.services.following import Follower
from brm.store import Access, open_store
from brm.store.neo4j import Neo4jStore, tabling
from brm.store.neo4j.session import Session
from brm.store.protocol import Store
from brm.store.view import View
from graph_schema.changes import ChangeSet
from tests.bench.measuring import Report, Timing, each, timed
from tests.bench.rows import account_ids, batches, changes
from tests.bench.stage import Stage
from tests.bench.storing import PER_COMMIT, observation
from tests.servers import LocalServer

HEAP = {"S": "1g", "M": "2g", "L": "4g"}
PATIENCE = 120
"""Seconds a call may take: reading everything at size L is longer than the time-out of a request."""
EMBEDDED = "the embedded engine"
MILLION = 1_000_000


@contextmanager
def _server(stage: Stage) -> Iterator[LocalServer]:
    """A server as an installation would run it, with a home of its own."""
    heap = HEAP[stage.size.name]
    jvm = (f"-Xms{heap}", f"-Xmx{heap}", "-XX:+UseSerialGC")
    settings = {"server.memory.pagecache.size": "1g"}
    server = LocalServer(stage.path("neo4j"), jvm=jvm, settings=settings)
    server.start()
    try:
        yield server
    finally:
        if server.is_running:
            server.stop()


def _opened(server: LocalServer) -> Neo4jStore:
    database = server.databases[0]
    return Neo4jStore(database.url, Access(database.user, database.password, seconds=PATIENCE))


def server_engine(stage: Stage, report: Report) -> None:
    """Load, single change sets, snapshots, exports, a second reader, and a server that goes away."""
    with _server(stage) as server, closing(_opened(server)) as store:
        embedded_url = f"sqlite:///{stage.path('beside.sqlite')}"
        with closing(open_store(embedded_url)) as embedded:
            _beside(report, "neo4j.load", "facts/s", _load(stage, store), _load(stage, embedded))
            _single(stage, report, store, embedded)
            _snapshots(stage, report, store, embedded)
        _ties(report, store)
        with closing(_opened(server)) as other:
            _visible(stage, report, store, other)
        _gone(report, server, store)


def _beside(report: Report, name: str, unit: str, value: float, baseline: float) -> None:
    report.add(name, value, unit, value / baseline, EMBEDDED)


def _load(stage: Stage, store: Store) -> float:
    """Facts per second of commits of ready change sets into an empty store."""
    spent, written = Timing(), 0
    for group in batches(changes(stage.world.tables), PER_COMMIT):
        change_set = ChangeSet(actor="bench", source="bench", changes=group)
        with timed() as part:
            written += store.apply(change_set).written
        spent.wall += part.wall
    return written / spent.wall


def _quantiles(report: Report, name: str, ours: list[float], theirs: list[float], *wanted: int) -> None:
    for percent in wanted:
        value, baseline = (float(np.percentile(values, percent)) for values in (ours, theirs))
        _beside(report, f"{name}.p{percent}", "ms", value, baseline)


def _single(stage: Stage, report: Report, store: Store, embedded: Store) -> None:
    number = stage.size.commits

    def applying(target: Store) -> Callable[[int], object]:
        return lambda at: target.apply(observation(stage, at))

    each(30, lambda at: store.apply(observation(stage, number + at)))
    _quantiles(report, "neo4j.change", each(number, applying(store)), each(number, applying(embedded)), 50, 99)


def _snapshots(stage: Stage, report: Report, store: Store, embedded: Store) -> None:
    accounts = account_ids(stage.world, stage.size.samples)
    for account in accounts[:20]:
        store.snapshot([account])

    def reading(target: Store) -> list[float]:
        return each(len(accounts), lambda at: target.snapshot([accounts[at]]))

    _quantiles(report, "neo4j.account", reading(store), reading(embedded), 50, 95)
    with timed() as ours:
        store.snapshot()
    with timed() as theirs:
        embedded.snapshot()
    _beside(report, "neo4j.whole", "s", ours.wall, theirs.wall)


def _ties(report: Report, store: Neo4jStore) -> None:
    """All edges of all types as stored rows."""
    with timed() as spent:
        found = store._read(_all_edges)
    number = sum(len(raw.rows) + len(raw.versioned) for raw in found.values())
    report.add("neo4j.ties", spent.wall / number * MILLION, "s per million")


def _all_edges(view: View) -> dict[str, tabling.Raw]:
    assert isinstance(view, Session)
    return tabling.all_edges(view, view.keys_given)


def _visible(stage: Stage, report: Report, store: Store, other: Store) -> None:
    """From a commit's answer until another process's view of the whole graph includes it."""
    follower = Follower(other, "UTC")
    follower.whole(_now())
    spent: list[float] = []
    for at in range(stage.size.samples // 2):
        revision = store.apply(observation(stage, 10_000 + at)).revision
        began = time.perf_counter()
        follower.whole(_now())
        spent.append(1_000 * (time.perf_counter() - began))
        held = follower.held
        if held is None or held.revision < revision:
            raise SystemExit("a change was not visible")
    report.quantiles("neo4j.visible", spent, 50, 95)


def _now() -> int:
    return time.time_ns() // 1_000


def _gone(report: Report, server: LocalServer, store: Store) -> None:
    """From the death of the server until a call says so."""
    server.kill()
    with timed() as spent:
        try:
            store.fetch(["nobody"])
        except StoreUnusable as error:
            print(f"  {error}", flush=True)
        else:
            raise SystemExit("a server that is gone answered")
    report.add("neo4j.gone", spent.wall, "s")
