"""Counts and checks of a store."""

from __future__ import annotations

from typing import Any

from brm.principal import Principal
from brm.services.moments import now
from brm.services.workspace import Workspace


def examine(workspace: Workspace, principal: Principal) -> dict[str, Any]:
    """What the store holds, and whether it is sound: schema, imports, clock, parameters."""
    principal.require("read")
    info = workspace.store.info()
    incomplete = [
        r.id for r in workspace.store.records("import_batch") if r.body.get("status") in ("running", "incomplete")
    ]
    commits = workspace.store.commits(since=max(0, info.revision - 1))
    newest = commits[-1].committed_at if commits else 0

    checks = [
        _check("schema", info.current, info.schema_digest[:12]),
        _check("imports", not incomplete, ", ".join(incomplete) or "no import is incomplete"),
        _check("clock", newest <= now() + 60_000_000, "no commit is later than now"),
        _check("parameters", True, workspace.parameters.digest[:12]),
    ]
    return {
        "engine": info.engine,
        "location": info.location,
        "revision": info.revision,
        "facts": info.facts,
        "counts": dict(info.counts),
        "checks": checks,
    }


def _check(identity: str, ok: bool, detail: str) -> dict[str, Any]:
    return {"id": identity, "ok": ok, "detail": detail}
