"""A real Neo4j Community on the loopback without containers, from the jars that Maven Central has."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from pathlib import Path

from tests.servers import artifacts, java
from tests.servers.model import Neo4jDatabase
from tests.servers.process import ServerProcess, free_ports

USER = "neo4j"
SMALL = ("-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
"""Quick to start and small; not for timings."""
_JVM = (
    "-XX:-UsePerfData",
    "--add-opens=java.base/java.nio=ALL-UNNAMED", "--add-opens=java.base/java.lang=ALL-UNNAMED",
)  # fmt: skip
SETTINGS = {
    "server.memory.pagecache.size": "32m",
    "db.tx_log.preallocate": "false",
    # Plain integers; without the first a clean stop waits ten seconds.
    "internal.dbms.bolt.netty_server_shutdown_quiet_period": "0",
}


class LocalServer:
    """One Java process with one database for each home, Community having one user database a system.

    The directory keeps the homes: a server started there again has what the former one had committed.
    """

    def __init__(
        self,
        directory: Path,
        *,
        databases: int = 1,
        version: str | None = None,
        settings: dict[str, str] | None = None,
        password: str | None = None,
        jvm: tuple[str, ...] = SMALL,
    ) -> None:
        self.version = version or artifacts.wanted_version()
        self.directory = directory
        self.password = password or secrets.token_urlsafe(18)
        self.ports = free_ports(databases)
        homes = [f"{directory / f'home{n}'}=127.0.0.1:{port}" for n, port in enumerate(self.ports)]
        classpath = f"{artifacts.launcher()}:{artifacts.jars(self.version)}/*"
        options = [f"{name}={value}" for name, value in {**SETTINGS, **(settings or {})}.items()]
        runtime = java.runtime_for(self.version)
        self._process = ServerProcess(
            [str(runtime.java), *jvm, *_JVM, "-cp", classpath, "Neo4jLauncher", "--until-eof", *homes, "--", *options],
            directory / "server.log",
            "Started.",
        )

    @property
    def databases(self) -> tuple[Neo4jDatabase, ...]:
        return tuple(
            Neo4jDatabase(url=f"neo4j://127.0.0.1:{port}", user=USER, password=self.password) for port in self.ports
        )

    @property
    def url(self) -> str:
        return self.databases[0].url

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process.is_running

    def start(self) -> None:
        """Start and wait until every database takes connections."""
        self.directory.mkdir(parents=True, exist_ok=True)
        self._process.start(self.password)

    def stop(self) -> None:
        """A clean end."""
        self._process.stop()

    def kill(self) -> None:
        """kill -9: nothing is flushed or said."""
        self._process.kill()

    def freeze(self) -> None:
        """SIGSTOP: connections stay open and nothing answers."""
        self._process.freeze()

    def thaw(self) -> None:
        """Go on after a freeze."""
        self._process.thaw()


class TemporaryServer(LocalServer):
    """A local server whose directory goes with it."""

    def __init__(self, *, databases: int) -> None:
        super().__init__(Path(tempfile.mkdtemp(prefix="brm-neo4j-")), databases=databases)

    def stop(self) -> None:
        super().stop()
        shutil.rmtree(self.directory, ignore_errors=True)
