"""A file is read in bounded memory: ten times the rows must not take ten times the space."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

CHECK = """
import resource, sys
from brm.ingest import check, load_plan
from brm.store import open_store
plan, store = load_plan(sys.argv[1]), open_store("memory://")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
report = check(plan, store)
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(report.rows, report.rejected, after - before)
"""


def grown(root) -> tuple[int, int, int]:
    """Rows, rejected rows, and the kilobytes by which the check raised the process's peak."""
    done = subprocess.run([sys.executable, "-c", CHECK, str(root)], capture_output=True, text=True, check=True,
                          env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})  # fmt: skip
    rows, rejected, kilobytes = map(int, done.stdout.split())
    return rows, rejected, kilobytes


@pytest.mark.parametrize("broken", [False, True], ids=["good rows", "all rows bad"])
def test_a_large_file_is_checked_in_bounded_memory(tmp_path, broken):
    padding = "x" * 180
    count = 60_000 if broken else 200_000
    with (tmp_path / "person.csv").open("w", encoding="utf-8") as text:
        text.write("id,name,agenda\n")
        for number in range(count):
            text.write(f"p:{number},{'' if broken else f'Person {number}'},{padding}{number}\n")
    size = (tmp_path / "person.csv").stat().st_size
    rows, rejected, kilobytes = grown(tmp_path)
    assert (rows, rejected) == (count, count if broken else 0)
    assert size > (11_000_000 if broken else 40_000_000)
    assert kilobytes < 48_000
