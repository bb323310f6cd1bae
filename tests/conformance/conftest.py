"""The engines under test. Nothing else in this directory names one."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from brm.store import open_store
from brm.store.protocol import Store

START = 1_767_225_600_000_000  # 2026-01-01T00:00:00Z
ENGINES: dict[str, str] = {"memory": "memory://", "sqlite": "sqlite:///{path}"}
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
def open_empty(engine: str, tmp_path: Path, clock: FixedClock) -> Iterator[Opener]:
    """Opens a new empty store of the engine under test at every call."""
    yield from _opener(engine, tmp_path, clock)


@pytest.fixture
def open_reference(tmp_path: Path, clock: FixedClock) -> Iterator[Opener]:
    """Opens a new empty store of the reference engine at every call."""
    yield from _opener(REFERENCE, tmp_path / "reference", clock)


def _opener(engine: str, directory: Path, clock: FixedClock) -> Iterator[Opener]:
    directory.mkdir(exist_ok=True)
    opened: list[Store] = []
    numbers = itertools.count()

    def opener(time: Callable[[], int] | None = clock) -> Store:
        path = directory / f"{next(numbers)}.store"
        opened.append(open_store(ENGINES[engine].format(path=path), zone="Asia/Shanghai", clock=time))
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
def persistent(engine: str, tmp_path: Path) -> str:
    """The URL of a store that outlives its process; skips where an engine has none."""
    template = ENGINES[engine]
    if "{path}" not in template:
        pytest.skip("keeps nothing when the process ends")
    return template.format(path=tmp_path / "kept.store")
