"""A server that is away, killed, frozen, slow, cut off, wrong: told in time, and nothing lost, doubled or halved."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from brm.errors import StoreUnusable
from brm.store import Access, open_store
from brm.store.protocol import Store
from tests.faults.conftest import GONE, PROGRAM, SECONDS, SLACK
from tests.faults.writing import Writer, change_set, ids_of
from tests.servers import LocalServer, Unavailable
from tests.servers.process import free_ports
from tests.servers.proxy import Proxy

pytestmark = [pytest.mark.neo4j, pytest.mark.faults, pytest.mark.timeout(1_200)]
ROUNDS = min(int(os.environ.get("BRM_FAULT_ROUNDS", "2")), 20)
TOO_OLD = "5.20.0"
T = TypeVar("T")


@contextmanager
def told_in_time(*codes: str) -> Iterator[None]:
    begun = time.monotonic()
    with pytest.raises(StoreUnusable) as raised:
        yield
    assert time.monotonic() - begun < SECONDS + SLACK
    assert raised.value.code in codes
    assert raised.value.remedy


def patiently(call: Callable[[], T]) -> T:
    """What the call gives once the server is back: the first answers of a cold one take their time."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return call()
        except StoreUnusable:
            assert time.monotonic() < deadline


def works_again(store: Store, label: str, number: int = 99) -> int:
    """The revision of a write that is tried until the server is back."""
    return patiently(lambda: store.apply(change_set(label, number)).revision)


def test_no_server_at_start(access: Access) -> None:
    with told_in_time(*GONE):
        open_store(f"neo4j://127.0.0.1:{free_ports(1)[0]}", access=access)


def test_no_server_for_a_command(environment: dict[str, str]) -> None:
    begun = time.monotonic()
    ran = subprocess.run(
        [PROGRAM, "doctor"], env={**os.environ, **environment,
        "BRM_STORE": f"neo4j://127.0.0.1:{free_ports(1)[0]}"}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (ran.returncode, ran.stdout) == (3, "")
    assert "does not answer" in ran.stderr
    assert "Start it" in ran.stderr
    assert time.monotonic() - begun < 2 * (SECONDS + SLACK)


def test_the_wrong_password(server: LocalServer, access: Access) -> None:
    with told_in_time("wrong_password"):
        open_store(server.url, access=dataclasses.replace(access, password="not this one"))


def test_a_server_that_is_too_old(tmp_path: Path, access: Access) -> None:
    try:
        old = LocalServer(tmp_path / "old", version=TOO_OLD)
        old.start()
    except Unavailable as problem:
        pytest.skip(str(problem))
    try:
        with pytest.raises(StoreUnusable, match=rf"is Neo4j {TOO_OLD}") as raised:
            open_store(old.url, access=dataclasses.replace(access, password=old.password, seconds=30))
        assert raised.value.code == "server_too_old"
    finally:
        old.kill()


def test_kills_while_writing(server: LocalServer, store: Store, label: str) -> None:
    for round_ in range(ROUNDS):
        writers = [Writer(store, f"{label}r{round_}{each}") for each in "ab"]
        ended = threading.Event()
        threads = [threading.Thread(target=writer.run, args=(ended,)) for writer in writers]
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + 30
        while min(len(writer.acknowledged) for writer in writers) < 3 and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.037 * (round_ % 9))
        server.kill()
        ended.set()
        for thread in threads:
            thread.join(60)
        server.start()
        revision = works_again(store, f"{label}r{round_}")
        for writer in writers:
            assert writer.slowest < SECONDS + SLACK
            assert len(writer.acknowledged) >= 3
            writer.check(store)
        assert store.revision() >= revision


def test_a_restart_between_two_writes(server: LocalServer, store: Store, label: str) -> None:
    first = store.apply(change_set(label, 0)).revision
    server.stop()
    with told_in_time(*GONE):
        store.fetch(ids_of(label, 0))
    with told_in_time(*GONE):
        store.apply(change_set(label, 1))
    server.start()
    assert len(patiently(lambda: store.fetch(ids_of(label, 0)))) == len(ids_of(label, 0))
    assert store.apply(change_set(label, 1)).revision == first + 1


def test_a_frozen_server(server: LocalServer, store: Store, label: str) -> None:
    writer = Writer(store, label)
    writer.write()
    server.freeze()
    with told_in_time(*GONE):
        store.fetch(ids_of(label, 0))
    writer.write()
    assert writer.failed[1].code in GONE
    assert writer.slowest < SECONDS + SLACK
    server.thaw()
    works_again(store, f"{label}after")
    writer.check(store)


def test_a_slow_network_is_no_failure(proxy: Proxy, access: Access, label: str) -> None:
    store = open_store(proxy.url, access=access)
    proxy.delay = 0.15
    writer = Writer(store, label)
    for _ in range(3):
        writer.write()
    assert writer.failed == {}
    writer.check(store)
    store.close()


@pytest.mark.parametrize("mode", ["swallow", "refuse"])
def test_cut_off_by_the_network(mode: str, proxy: Proxy, access: Access, label: str) -> None:
    store = open_store(proxy.url, access=access)
    writer = Writer(store, label)
    writer.write()
    proxy.mode = mode  # type: ignore[assignment]
    with told_in_time(*GONE):
        store.fetch(ids_of(label, 0))
    writer.write()
    assert writer.failed[1].code in (*GONE, "outcome_unknown")
    assert writer.slowest < SECONDS + SLACK
    proxy.mode = "pass"
    works_again(store, f"{label}after")
    writer.check(store)
    store.close()


def test_cut_off_in_the_middle_of_writing(proxy: Proxy, access: Access, label: str) -> None:
    store = open_store(proxy.url, access=access)
    for round_ in range(ROUNDS):
        writer, ended = Writer(store, f"{label}r{round_}"), threading.Event()
        thread = threading.Thread(target=writer.run, args=(ended,))
        thread.start()
        time.sleep(0.5 + 0.013 * round_)
        proxy.mode = "refuse"
        ended.set()
        thread.join(60)
        proxy.mode = "pass"
        works_again(store, f"{label}r{round_}after")
        assert writer.slowest < SECONDS + SLACK
        writer.check(store)
    store.close()
