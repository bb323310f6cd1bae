"""Figures of the store: imports, single change sets, snapshots, cold start."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing

import numpy as np

from brm.store import open_store
from brm.store.protocol import Store
from graph_schema.changes import Change, ChangeSet, EdgeRef, NodeRef
from tests.bench import child
from tests.bench.measuring import Report, Timing, each, timed
from tests.bench.rows import account_ids, batches, changes, ids, write_folder
from tests.bench.stage import Stage
from tests.bench.world import DAY, TODAY, more

PER_COMMIT = 5_000


def empty_import(stage: Stage, report: Report) -> None:
    """`brm.ingest.run` of the whole folder into an empty store, in a process of its own."""
    target = stage.path("imported.sqlite")
    found = child.result(child.begin("import", f"sqlite:///{target}", str(stage.folder)))
    report.add("import.empty", found["written"] / found["wall"], "facts/s")
    report.add("import.empty.cpu", found["written"] / found["cpu"], "facts/CPU s")
    report.add("import.rejected", found["rejected"], "rows")
    report.add("import.rss_peak", found["peak"], "GB")
    stage.keep_store(target)


def empty_apply(stage: Stage, report: Report) -> None:
    """`store.apply` alone: the time between change sets, in which they are made, does not count."""
    target = stage.path("applied.sqlite")
    total, written = Timing(), 0
    with closing(open_store(f"sqlite:///{target}")) as store:
        for group in batches(changes(stage.world.tables), PER_COMMIT):
            change_set = ChangeSet(actor="bench", source="bench", changes=group)
            with timed() as spent:
                written += store.apply(change_set).written
            total.wall, total.cpu = total.wall + spent.wall, total.cpu + spent.cpu
    report.add("import.apply", written / total.wall, "facts/s")
    report.add("import.apply.cpu", written / total.cpu, "facts/CPU s")
    report.add("import.file", target.stat().st_size / 1e6, "MB")
    stage.keep_store(target)


def filled_import(stage: Stage, report: Report) -> None:
    """A tenth more into a filled store, alone, then more beside single change sets."""
    tables = more(stage.world, min(stage.size.interactions // 10, 40_000))
    folder = stage.path("more")
    write_folder(tables, folder)
    url = stage.copy_of_store()
    found = child.result(child.begin("import", url, str(folder)))
    report.add("import.filled", found["written"] / found["wall"], "facts/s")
    report.add("import.filled.cpu", found["written"] / found["cpu"], "facts/CPU s")


def single_changes(stage: Stage, report: Report) -> None:
    """One observation with its edges per change set, alone and beside an import; the disk's commit."""
    store = open_store(stage.copy_of_store())
    number = stage.size.commits
    spent = each(number, lambda at: store.apply(observation(stage, at)))
    report.quantiles("change.alone", spent, 50, 99)
    bare = _bare_commits(stage, number)
    report.add("change.bare_commit.p50", float(np.median(bare)), "ms")
    report.figures[-3].ratio = float(np.median(spent) / np.median(bare))
    report.figures[-3].baseline = "a bare SQLite commit"
    folder = stage.path("beside")
    write_folder(more(stage.world, min(stage.size.interactions // 4, 60_000), seed=12), folder)
    process = child.begin("import", store.url, str(folder))
    beside: list[float] = []
    while process.poll() is None:
        beside += each(1, _applying(store, stage, number + len(beside)))
        time.sleep(0.02)
    found = child.result(process)
    report.quantiles("change.beside", beside, 50, 99)
    report.add("change.beside.count", len(beside), "change sets")
    report.add("change.beside.import", found["written"] / found["wall"], "facts/s")
    store.close()


def _applying(store: Store, stage: Stage, number: int) -> Callable[[int], object]:
    change_set = observation(stage, number)
    return lambda _: store.apply(change_set)


def observation(stage: Stage, number: int) -> ChangeSet:
    """An edit as a person makes it: an observation about a customer's person."""
    world, rng = stage.world, np.random.default_rng(number)
    seen = NodeRef("observation", f"edit:{number}")
    person, own = ids(rng.choice(world.people, 1))[0], ids(rng.choice(world.colleagues, 1))[0]
    at = TODAY * DAY
    said = {"at": at, "kind": "stance", "value": 0.5, "source_class": "observed"}
    edges = (("about", person), ("said_by", own), ("toward", ids(world.vendors[:1])[0]))
    return ChangeSet(actor="bench", source="bench", changes=(
        Change("set", seen, said, at),
        *(Change("set", EdgeRef(type_, seen.id, target), {}, at) for type_, target in edges),
    ))  # fmt: skip


def _bare_commits(stage: Stage, number: int) -> list[float]:
    """What the disk takes for a commit of four rows with the store's settings."""
    path = stage.path("bare.sqlite")
    with closing(sqlite3.connect(path, isolation_level=None)) as bare:
        bare.execute("PRAGMA journal_mode = WAL")
        bare.execute("PRAGMA synchronous = FULL")
        bare.execute("CREATE TABLE row (key INTEGER PRIMARY KEY, text TEXT) STRICT")

        def commit(at: int) -> None:
            bare.execute("BEGIN IMMEDIATE")
            bare.executemany("INSERT INTO row VALUES (?, ?)", [(4 * at + n, "some text") for n in range(4)])
            bare.execute("COMMIT")

        return each(number, commit)


def snapshots(stage: Stage, report: Report) -> None:
    """The partition of an account, and everything."""
    with closing(open_store(stage.store_url())) as store:
        accounts = account_ids(stage.world, stage.size.samples)
        store.snapshot(accounts[:1])
        report.quantiles("snapshot.account", each(len(accounts), lambda at: store.snapshot([accounts[at]])), 50, 95)
        largest = ids(stage.world.accounts[:1])
        report.add("snapshot.largest", min(each(3, lambda _: store.snapshot(largest))), "ms")
        with timed() as spent:
            store.snapshot()
        report.add("snapshot.whole", spent.wall, "s")
        report.add("snapshot.whole.cpu", spent.cpu, "CPU s")


def cold_start(stage: Stage, report: Report) -> None:
    """A new process until it could answer; its memory then."""
    found = child.result(child.begin("start", stage.store_url()))
    report.add("start.ready", found["ready"], "s")
    report.add("start.cpu", found["cpu"], "CPU s")
    report.add("start.snapshot", found["snapshot"], "s")
    report.add("start.reduce", found["reduce"], "s")
    report.add("start.rss", found["rss"], "GB")
    report.add("start.rss_peak", found["peak"], "GB")


def open_filled(stage: Stage) -> Store:
    """A store that may be written: a copy of the filled one."""
    return open_store(stage.copy_of_store())
