"""``docker compose`` on one project of our own, and containers that are killed only by a pid that was checked."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.servers import Unavailable

HEALTHY_SECONDS = 180


def command() -> list[str]:
    """Compose v2 where it is installed, else docker-compose."""
    for candidate in (["docker", "compose"], ["docker-compose"]):
        try:
            subprocess.run([*candidate, "version"], check=True, capture_output=True, timeout=30)
        except (OSError, subprocess.SubprocessError):
            continue
        return candidate
    raise Unavailable("neither docker compose nor docker-compose is installed (Debian: apt install docker-compose)")


def _docker(*arguments: str) -> str:
    done = subprocess.run(
        ["docker", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, f"docker {' '.join(arguments)}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Any


@dataclass(frozen=True, slots=True)
class Stack:
    """One compose project in one profile."""

    directory: Path
    project: str
    profile: str
    server: str
    port: int
    settings: Mapping[str, str]

    def compose(self, *arguments: str, check: bool = True, seconds: float = 300) -> str:
        done = subprocess.run(
            [*command(), "-p", self.project, "--profile", self.profile, *arguments],
            cwd=self.directory, env={**os.environ, **self.settings, "BRM_PORT": str(self.port)},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds, check=False,
        )  # fmt: skip
        assert not check or done.returncode == 0, f"{' '.join(arguments)}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
        return done.stdout

    def inside(self, *arguments: str, service: str = "") -> str:
        """What a command prints that runs in a service's container."""
        return _docker("exec", self._container(service or self.server), *arguments)

    def state(self, service: str) -> dict[str, Any]:
        """What the engine says about a service's container."""
        identity = self._container(service)
        inspected: list[dict[str, Any]] = json.loads(_docker("inspect", identity)) if identity else [{}]
        return inspected[0]

    def _container(self, service: str) -> str:
        """Asked of the engine: compose takes a second to start, and this is asked often."""
        labels = {"com.docker.compose.project": self.project, "com.docker.compose.service": service}
        filters = [f"--filter=label={name}={value}" for name, value in labels.items()]
        return _docker("ps", "--all", "--quiet", "--no-trunc", *filters).strip()

    def wait_healthy(self, service: str = "") -> None:
        """Until the container's own health check passes."""
        name = service or self.server
        deadline = time.monotonic() + HEALTHY_SECONDS
        while time.monotonic() < deadline:
            state = self.state(name).get("State", {})
            if state.get("Health", {}).get("Status") == "healthy":
                return
            time.sleep(0.5)
        raise AssertionError(f"{name} did not get healthy: {self.compose('logs', '--tail=40', check=False)[-3000:]}")

    def kill_process(self, service: str) -> int:
        """kill -9 of the main process, as the kernel does when memory ends; the pid that it had."""
        pid = int(self.state(service)["State"]["Pid"])
        assert pid > 1, f"{service} is not running"  # 0 would be our own process group
        os.kill(pid, signal.SIGKILL)
        return pid

    def wait_restarted(self, service: str, old_pid: int) -> None:
        """Until the restart policy has brought another process."""
        deadline = time.monotonic() + HEALTHY_SECONDS
        while time.monotonic() < deadline:
            state = self.state(service).get("State", {})
            if state.get("Running") and state.get("Pid", 0) not in (0, old_pid):
                return
            time.sleep(0.2)
        raise AssertionError(f"{service} was not started again")

    def get(self, path: str, token: str | None = None) -> Answer:
        """An answer over the published port."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return Answer(answer.status, json.load(answer))
        except urllib.error.HTTPError as problem:
            with problem:
                return Answer(problem.code, json.load(problem))
