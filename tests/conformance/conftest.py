"""The engines under test. Nothing else in this directory names one."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from brm.store import Access, open_store
from brm.store.protocol import Store
from tests.servers import Neo4jDatabase, NoServer, neo4j_servers
from tests.servers.emptying import emptied

START = 1_767_225_600_000_000  # 2026-01-01T00:00:00Z
ENGINES: dict[str, str] = {"memory": "memory://", "sqlite": "sqlite:///{path}", "neo4j": ""}
"""The URL of a new store; a server's stores are databases that are emptied and used again."""
REFERENCE = "memory"


class FixedClock:
    """A clock that moves only when told to."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        return self.now

    def tick(self, microseconds: int = 1_000_000) -> int:
        self.now += microseconds
        return self.now


Opener = Callable[..., Store]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture(params=list(ENGINES))
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def databases(engine: str) -> tuple[Neo4jDatabase, ...]:
    """The databases of the engine's server, none for an engine without one."""
    if ENGINES[engine]:
        return ()
    try:
        return neo4j_servers().databases
    except NoServer as problem:
        pytest.skip(str(problem))


@pytest.fixture
def open_empty(
    engine: str, databases: tuple[Neo4jDatabase, ...], tmp_path: Path, clock: FixedClock
) -> Iterator[Opener]:
    """Opens a new empty store of the engine under test at every call; the last two opened are usable."""
    yield from _opener(engine, databases, tmp_path, clock)


@pytest.fixture
def open_reference(tmp_path: Path, clock: FixedClock) -> Iterator[Opener]:
    """Opens a new empty store of the reference engine at every call."""
    yield from _opener(REFERENCE, (), tmp_path / "reference", clock)


def _opener(engine: str, databases: tuple[Neo4jDatabase, ...], directory: Path, clock: FixedClock) -> Iterator[Opener]:
    directory.mkdir(exist_ok=True)
    opened: list[Store] = []
    numbers = itertools.count()

    def opener(time: Callable[[], int] | None = clock) -> Store:
        number = next(numbers)
        if databases:
            database = databases[number % len(databases)]
            for former in opened[: 1 - len(databases) or None]:
                former.close()
            emptied(database)
            access = Access(database.user, database.password)
            opened.append(open_store(database.url, zone="Asia/Shanghai", clock=time, access=access))
        else:
            url = ENGINES[engine].format(path=directory / f"{number}.store")
            opened.append(open_store(url, zone="Asia/Shanghai", clock=time))
        return opened[-1]

    yield opener
    for store in opened:
        store.close()


@pytest.fixture
def store(open_empty: Opener) -> Store:
    return open_empty()


@pytest.fixture
def reference(open_reference: Opener) -> Store:
    return open_reference()


@pytest.fixture
def persistent(
    engine: str, databases: tuple[Neo4jDatabase, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    """The URL of a store that outlives its process; skips where an engine has none."""
    if databases:
        emptied(databases[0])
        monkeypatch.setenv("BRM_NEO4J_USER", databases[0].user)
        monkeypatch.setenv("BRM_NEO4J_PASSWORD", databases[0].password)
        return databases[0].url
    template = ENGINES[engine]
    if "{path}" not in template:
        pytest.skip("keeps nothing when the process ends")
    return template.format(path=tmp_path / "kept.store")
