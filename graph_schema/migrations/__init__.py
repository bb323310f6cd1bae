"""Ordered steps that lead from an empty store to today's declarations.

A step is a committed JSON file of engine-neutral operations. Carried out one after the other on
an empty schema, the operations must yield exactly what is declared: a changed declaration needs a
step, which `python -m graph_schema.migrations` checks and, with a name, writes.
"""

from graph_schema.migrations.operations import Operation, Structure, carry_out, changes_between
from graph_schema.migrations.steps import Step, declared, digest_of, steps

__all__ = [
    "Operation",
    "Step",
    "Structure",
    "carry_out",
    "changes_between",
    "declared",
    "digest_of",
    "steps",
]
