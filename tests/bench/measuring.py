"""Timing, memory, and the table that a run prints."""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tests.bench.sizes import WANTED


@dataclass(slots=True)
class Timing:
    """Wall and CPU seconds of a block."""

    wall: float = 0.0
    cpu: float = 0.0


@contextmanager
def timed() -> Iterator[Timing]:
    """Times a block; the CPU seconds are those of this process and all its threads."""
    found = Timing()
    wall, cpu = time.perf_counter(), time.process_time()
    yield found
    found.wall, found.cpu = time.perf_counter() - wall, time.process_time() - cpu


def each(number: int, operation: Callable[[int], object]) -> list[float]:
    """Milliseconds of each of so many calls."""
    found = []
    for at in range(number):
        began = time.perf_counter()
        operation(at)
        found.append(1_000 * (time.perf_counter() - began))
    return found


def each_with_cpu(number: int, operation: Callable[[int], object]) -> tuple[list[float], float]:
    """The same, and the CPU milliseconds of a call on average, which others on the machine do not stretch."""
    began = time.process_time()
    found = each(number, operation)
    return found, 1_000 * (time.process_time() - began) / number


def resident() -> float:
    """Gigabytes that this process holds now."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1_048_576
    return 0.0


def peak() -> float:
    """The most gigabytes that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_048_576


@dataclass(slots=True)
class Figure:
    """One measured value; ``baseline`` is what the ratio is to."""

    name: str
    value: float
    unit: str
    ratio: float | None = None
    baseline: str = ""

    def row(self) -> tuple[str, str, str, str]:
        """What the table shows."""
        ratio = "" if self.ratio is None else f"{_short(self.ratio)}x {self.baseline}"
        return self.name, f"{_short(self.value)} {self.unit}", WANTED.get(self.name, ""), ratio


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


@dataclass(slots=True)
class Report:
    """The figures of a run; each is printed as soon as it is known."""

    size: str
    figures: list[Figure] = field(default_factory=list)

    def add(self, name: str, value: float, unit: str, ratio: float | None = None, baseline: str = "") -> None:
        """One more figure."""
        self.figures.append(Figure(name, value, unit, ratio, baseline))
        print(f"  {name}: {_short(value)} {unit}", flush=True)

    def quantiles(self, name: str, values: list[float], *wanted: int) -> None:
        """Percentiles of milliseconds."""
        for percent in wanted:
            self.add(f"{name}.p{percent}", float(np.percentile(values, percent)), "ms")

    def table(self) -> str:
        """All figures with what is wanted of them at size L."""
        rows = [("figure", "value", "wanted at L", "ratio"), *(figure.row() for figure in self.figures)]
        widths = [max(len(row[column]) for row in rows) for column in range(4)]
        return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
                         for row in rows)  # fmt: skip

    def write(self, folder: Path) -> Path:
        """The figures as JSON, added to those of earlier partial runs of the size."""
        folder.mkdir(exist_ok=True)
        path = folder / f"{self.size}.json"
        held = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        for figure in self.figures:
            held[figure.name] = {
                "value": figure.value, "unit": figure.unit, "wanted_at_L": WANTED.get(figure.name),
                "ratio": figure.ratio, "baseline": figure.baseline or None,
            }  # fmt: skip
        path.write_text(json.dumps(held, indent=2) + "\n", encoding="utf-8")
        return path
