"""Check that the steps lead to the declarations; with a name, write the step that is missing."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from graph_schema.migrations.steps import declared, digest_of, missing_operations, steps


def main(arguments: list[str]) -> int:
    """Exit code 0 when nothing is missing or the step was written."""
    operations = missing_operations()
    if not operations:
        return 0
    if not arguments:
        sys.stderr.write(f"{len(operations)} operations are missing; give the new step a name\n")
        return 1
    number = len(steps()) + 1
    step = {"digest": digest_of(declared()), "operations": operations}
    path = Path(__file__).with_name(f"{number:04d}_{arguments[0]}.json")
    path.write_text(json.dumps(step, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    sys.stdout.write(f"{path.name}: review it; write a rename as rename_property instead of drop and add\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
