"""Bring files into the graph: readers, the mapping language, the two passes, batches."""

from brm.ingest.importer import (
    ImportBatchInfo,
    ImportReport,
    check,
    list_imports,
    run,
    show_import,
    undo_import,
)
from brm.ingest.layout import write_layout
from brm.ingest.mapping_file import read_mapping, shipped_mappings
from brm.ingest.plans import Plan, load_plan

__all__ = [
    "ImportBatchInfo",
    "ImportReport",
    "Plan",
    "check",
    "list_imports",
    "load_plan",
    "read_mapping",
    "run",
    "shipped_mappings",
    "show_import",
    "undo_import",
    "write_layout",
]
