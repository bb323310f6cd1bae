"""What runs in a process of its own: an import, and a cold start. Prints its figures as JSON."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import Any

from tests.bench.measuring import peak, resident, timed


def importing(url: str, folder: str) -> dict[str, float]:
    """Check and write a folder."""
    from brm.ingest.importer import load_plan, run
    from brm.store import open_store

    store = open_store(url)
    with timed() as spent:
        report = run(load_plan(folder), store, "bench")
    store.close()
    return {"written": report.written, "rejected": report.rejected, "wall": spent.wall, "cpu": spent.cpu,
            "peak": peak()}  # fmt: skip


def starting(url: str) -> dict[str, float]:
    """Open a store and make ready what a server holds: the whole snapshot and the Reference."""
    began = time.perf_counter()
    from brm.store import open_store
    from scoring.parameters import Parameters
    from scoring.population import reduce_reference

    store = open_store(url)
    opened = time.perf_counter()
    snapshot = store.snapshot()
    read = time.perf_counter()
    reduce_reference(snapshot, Parameters())
    ready = time.perf_counter()
    cpu = time.process_time()
    facts = sum(map(len, snapshot.nodes.values())) + sum(map(len, snapshot.edges.values()))
    return {
        "open": opened - began, "snapshot": read - opened, "reduce": ready - read, "ready": ready - began, "cpu": cpu,
        "facts": facts, "rss": resident(), "peak": peak(),
    }  # fmt: skip


JOBS = {"import": importing, "start": starting}


def begin(job: str, *arguments: str) -> subprocess.Popen[str]:
    """Start a job in a new process."""
    command = [sys.executable, "-m", "tests.bench.child", job, *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def result(process: subprocess.Popen[str]) -> dict[str, float]:
    """Wait for a job and read its figures."""
    said, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"{process.args!r} ended with {process.returncode}")
    found: dict[str, Any] = json.loads(said.splitlines()[-1])
    return found


if __name__ == "__main__":
    print(json.dumps(JOBS[sys.argv[1]](*sys.argv[2:])))  # type: ignore[operator]
