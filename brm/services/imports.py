"""Imports for every surface: folders on this machine, and files sent over HTTP."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from brm import ingest
from brm.errors import InvalidInput
from brm.ingest import ImportBatchInfo, ImportReport
from brm.principal import Principal
from brm.services.shapes import moment
from brm.services.workspace import Workspace

SHOWN_REJECTS = 20
LARGEST_UPLOAD = 20_000_000
LONGEST_NAME = 200
_PLAIN_NAME = re.compile(r"\w[\w .-]{0,100}")


def run_sent(
    workspace: Workspace, principal: Principal, files: Mapping[str, str], *, mapping: str | None = None,
    source: str = "http", dry_run: bool = False, strict: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """Import files given as name -> text (CSV or JSONL), natively or through a shipped mapping.

    InvalidInput for a name with a path in it, for an unknown mapping, or for more than 20 MB.
    """
    principal.require("write")
    for name in files:
        if not _PLAIN_NAME.fullmatch(name) or len(name.encode()) > LONGEST_NAME:
            raise InvalidInput(f"{name!r} is not a plain file name", remedy="use e.g. company.csv", field="files")
    if sum(len(text) for text in files.values()) > LARGEST_UPLOAD:
        raise InvalidInput(
            "the files are larger than 20 MB", remedy="import them on the command line: brm import DIR", field="files"
        )
    if mapping is not None and mapping not in ingest.shipped_mappings():
        shipped = ", ".join(ingest.shipped_mappings())
        raise InvalidInput(f"there is no shipped mapping {mapping!r}", remedy=f"use one of {shipped}", field="mapping")
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            (Path(folder) / name).write_text(text, encoding="utf-8", newline="")
        plan = ingest.load_plan(folder, mapping, source=source, zone=ZoneInfo(workspace.settings.zone))
        actor = principal.person_id or principal.id
        report = ingest.run(plan, workspace.store, actor, dry_run=dry_run, strict=strict)
        return report_shape(report)


def report_shape(report: ImportReport) -> dict[str, Any]:
    """What an import did, with its first rejected rows."""
    return {
        "id": report.import_id,
        "dry_run": report.dry_run,
        "refused": report.refused,
        "rows": report.rows,
        "written": report.written,
        "unchanged": report.unchanged,
        "new": dict(report.new),
        "changed": dict(report.changed),
        "same": dict(report.same),
        "rejected": report.rejected,
        "undated": report.undated,
        "seconds": round(report.seconds, 3),
        "warnings": [asdict(each) for each in report.warnings.values()],
        "rejects": [asdict(each) | {"remedy": each.remedy} for each in islice(report.rejects, SHOWN_REJECTS)],
    }


def batch_shape(info: ImportBatchInfo) -> dict[str, Any]:
    """One import as lists show it."""
    return asdict(info) | {"started_at": moment(info.started_at), "finished_at": moment(info.finished_at)}
