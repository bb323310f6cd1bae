"""Folders of files made from texts, and a store to import them into."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from brm.ingest import ImportReport, load_plan, run
from brm.store import open_store
from brm.store.protocol import Store

Folder = Callable[..., Path]
Importing = Callable[..., ImportReport]


@pytest.fixture
def store_url() -> str:
    """A module that cares about engines overrides this."""
    return "memory://"


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = open_store(store_url)
    yield opened
    opened.close()


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Write files into a new folder."""

    def write(files: dict[str, str | bytes], name: str = "crm") -> Path:
        root = tmp_path / name
        root.mkdir(exist_ok=True)
        for file, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            (root / file).write_bytes(data)
        return root

    return write


@pytest.fixture
def importing(store: Store, folder: Folder) -> Importing:
    """Import files given as texts."""

    def bring(files: dict[str, str | bytes], mapping: str | Path | None = None, **options: object) -> ImportReport:
        return run(load_plan(folder(files), mapping), store, "tester", **options)  # type: ignore[arg-type]

    return bring
