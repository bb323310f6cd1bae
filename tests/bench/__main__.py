"""`python -m tests.bench --size S|M|L [--only NAME] [--keep DIRECTORY]`."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.bench import drafting, guiding, likelihoods, reviewing, scale, scores, serving, storing
from tests.bench.measuring import Report
from tests.bench.sizes import SIZES
from tests.bench.stage import Stage

RESULTS = Path("bench-results")
MEASURES: dict[str, Callable[[Stage, Report], None]] = {
    "import": storing.empty_import,
    "apply": storing.empty_apply,
    "filled": storing.filled_import,
    "change": storing.single_changes,
    "snapshot": storing.snapshots,
    "start": storing.cold_start,
    "score": scores.scorers,
    "plain": scores.against_plain,
    "likelihood": likelihoods.likelihoods,
    "account": scores.one_account,
    "totals": scale.change_totals,
    "board": scale.board,
    "heat": scale.heat_pages,
    "series": scale.series,
    "criteria": reviewing.criteria,
    "whatif": drafting.whatif_edits,
    "guide": guiding.guides,
    "paths": scores.paths,
    "neo4j": serving.server_engine,
}
TOO_LARGE = {"L": {"plain"}}
"""Measures that a size leaves out unless they are asked for."""


def main() -> None:
    """Run the measures and print their figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--size", choices=tuple(SIZES), default="S")
    parser.add_argument("--only", action="append", choices=tuple(MEASURES), help="may be repeated")
    parser.add_argument("--keep", type=Path, help="work in this directory and keep what is made there")
    given = parser.parse_args()
    names = given.only or [name for name in MEASURES if name not in TOO_LARGE.get(given.size, ())]
    report = Report(given.size)
    with tempfile.TemporaryDirectory(prefix="brm-bench-") as scratch:
        root = given.keep or Path(scratch)
        root.mkdir(parents=True, exist_ok=True)
        stage = Stage(SIZES[given.size], root)
        for name in names:
            print(f"{name}:", flush=True)
            MEASURES[name](stage, report)
    print(f"\n{report.table()}\n\n{report.write(RESULTS)}")


if __name__ == "__main__":
    main()
