"""Neo4j in containers, where a Docker engine answers and has or can pull the image."""

from __future__ import annotations

import ipaddress
import os
import secrets
import socket
from urllib.parse import urlsplit

from tests.servers.model import Neo4jDatabase, Unavailable

USER, BOLT = "neo4j", 7687
PULL_SECONDS = 300
DOCKER_HOST_MODE = {
    # The clean-up container would have to be pulled as well, and the tests stop what they start.
    "TESTCONTAINERS_RYUK_DISABLED": "true",
    # Together: published ports are reached on the loopback, also from inside a container.
    "TESTCONTAINERS_CONNECTION_MODE": "docker_host",
    "TESTCONTAINERS_HOST_OVERRIDE": "127.0.0.1",
}


def image() -> str:
    return os.environ.get("BRM_TEST_NEO4J_IMAGE") or "neo4j:5.26-community"


class Containers:
    """As many containers as databases are wanted."""

    def __init__(self, wanted: int) -> None:
        _check_engine()
        os.environ.update(DOCKER_HOST_MODE)
        from testcontainers.community.neo4j import Neo4jContainer

        self._running: list[Neo4jContainer] = []
        self.databases: tuple[Neo4jDatabase, ...] = ()
        try:
            for _ in range(wanted):
                container = Neo4jContainer(image(), username=USER, password=secrets.token_urlsafe(18))
                # Without an address the port would be open to other machines.
                container.ports = {f"{BOLT}/tcp": ("127.0.0.1",)}
                self._running.append(container)
                container.start()
                self.databases += (_database(container),)
        except Exception as problem:
            self.stop()
            raise Unavailable(f"{image()} does not start: {problem}") from None

    def stop(self) -> None:
        for container in self._running:
            container.stop()
        self._running.clear()


def _database(container: object) -> Neo4jDatabase:
    url = container.get_connection_url()  # type: ignore[attr-defined]
    host = urlsplit(url).hostname or ""
    if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
        raise Unavailable(f"{url} is not on the loopback")
    return Neo4jDatabase(url=url.replace("bolt://", "neo4j://"), user=USER, password=container.password)  # type: ignore[attr-defined]


def _check_engine() -> None:
    import docker
    from docker.errors import DockerException

    if not engine_answers():
        raise Unavailable("no Docker engine answers")
    client = docker.from_env(timeout=PULL_SECONDS)
    try:
        if not client.images.list(name=image()):
            client.images.pull(image())
    except DockerException as problem:
        raise Unavailable(f"the Docker engine has no image {image()} and cannot pull it ({problem})") from None
    finally:
        client.close()


def engine_answers() -> bool:
    """Whether anything listens there; asked without the client library, which leaks a socket where nothing does."""
    host = urlsplit(os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock")
    family, address = (socket.AF_UNIX, host.path) if host.scheme == "unix" else (socket.AF_INET, None)
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.settimeout(5)
        try:
            probe.connect(address or (host.hostname or "127.0.0.1", host.port or 2375))
        except OSError:
            return False
    return True
