"""Where a run works: the made-up graph, its folder, and the filled store that figures share."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from scoring.parameters import Parameters
from scoring.population import reduce_reference
from scoring.reference import Reference
from scoring.snapshot import Snapshot
from tests.bench import child
from tests.bench.rows import write_folder
from tests.bench.sizes import Size
from tests.bench.world import World, make


@dataclass(slots=False)
class Stage:
    """One size in one directory; what was made there before is used again."""

    size: Size
    root: Path
    parameters: Parameters = field(default_factory=Parameters)

    @cached_property
    def world(self) -> World:
        """The graph as columns."""
        return make(self.size)

    @cached_property
    def folder(self) -> Path:
        """The graph in the native layout."""
        folder = self.root / "native"
        if not folder.exists():
            written = write_folder(self.world.tables, folder)
            print(f"  {self.world.facts:,} facts, {written / 1e6:,.0f} MB of files", flush=True)
        return folder

    def path(self, name: str) -> Path:
        """A fresh place in the directory."""
        path = self.root / name
        for old in self.root.glob(f"{name}*"):
            shutil.rmtree(old) if old.is_dir() else old.unlink()
        return path

    @property
    def _filled(self) -> Path:
        return self.root / "filled.sqlite"

    def keep_store(self, path: Path) -> None:
        """Take a store that holds the whole graph as the filled one."""
        path.replace(self._filled)

    def store_url(self) -> str:
        """The filled store, made where no figure has made it yet."""
        if not self._filled.exists():
            target = self.path("imported.sqlite")
            child.result(child.begin("import", f"sqlite:///{target}", str(self.folder)))
            self.keep_store(target)
        return f"sqlite:///{self._filled}"

    def copy_of_store(self) -> str:
        """A copy of the filled store that may be written."""
        self.store_url()
        target = self.path("copy.sqlite")
        shutil.copyfile(self._filled, target)
        return f"sqlite:///{target}"

    @cached_property
    def snapshot(self) -> Snapshot:
        """The whole graph as a server holds it."""
        from brm.store import open_store

        store = open_store(self.store_url())
        try:
            return store.snapshot()
        finally:
            store.close()

    @cached_property
    def reference(self) -> Reference:
        """Its population quantities."""
        return reduce_reference(self.snapshot, self.parameters)
