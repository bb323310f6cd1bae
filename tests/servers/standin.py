"""A Bolt server for machines without Java and Docker: ArcadeDB from PyPI, which brings its own runtime.

It speaks the protocol and most of the language; what passes here still has to pass on Neo4j itself.
"""

from __future__ import annotations

import importlib.util
import secrets
import shutil
import sys
import tempfile
from pathlib import Path

from tests.servers.model import Neo4jDatabase, Unavailable
from tests.servers.process import ServerProcess, free_ports

USER = "root"
DATABASE = "brm"
UNTIL_EOF = Path(__file__).with_name("until_eof.py")


class StandIn:
    """One process with one database, as a Neo4j Community server has."""

    def __init__(self) -> None:
        package = _package()
        self.password = secrets.token_urlsafe(18)
        self.port, http = free_ports(2)
        self.directory = Path(tempfile.mkdtemp(prefix="brm-bolt-"))
        settings = {
            "server.rootPath": self.directory,
            "server.rootPassword": self.password,
            "server.plugins": "Bolt:com.arcadedb.bolt.BoltProtocolPlugin",
            "server.defaultDatabases": f"{DATABASE}[]",
            "server.httpIncomingHost": "127.0.0.1",
            "server.httpIncomingPort": http,
            "bolt.host": "127.0.0.1",
            "bolt.port": self.port,
            "bolt.defaultDatabase": DATABASE,
        }
        # In a file, because everyone on a machine can read the command lines of others.
        options = self.directory / "options"
        options.touch(mode=0o600)
        options.write_text("".join(f"-Darcadedb.{name}={value}\n" for name, value in settings.items()))
        java = [str(package / "jre" / "bin" / "java"), "-Xmx512m", f"@{options}", "-cp", f"{package}/jars/*"]
        self._process = ServerProcess(
            [sys.executable, str(UNTIL_EOF), *java, "com.arcadedb.server.ArcadeDBServer"],
            self.directory / "server.log",
            "ArcadeDB Server started",
            self.directory,  # it writes log/ where it runs
        )

    @property
    def database(self) -> Neo4jDatabase:
        return Neo4jDatabase(url=f"neo4j://127.0.0.1:{self.port}", user=USER, password=self.password)

    def start(self) -> None:
        self._process.start()

    def stop(self) -> None:
        """There is nothing to keep: the directory goes with the process."""
        self._process.stop()
        shutil.rmtree(self.directory, ignore_errors=True)


def _package() -> Path:
    found = importlib.util.find_spec("arcadedb_embedded")
    if found is None or not found.submodule_search_locations:
        raise Unavailable("arcadedb-embedded is not installed")
    return Path(next(iter(found.submodule_search_locations)))
