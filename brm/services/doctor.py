"""Counts and checks of a store and of what it runs with."""

from __future__ import annotations

import time
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

from brm import ingest
from brm.errors import InvalidInput, NotFound
from brm.i18n import Catalogue
from brm.principal import Principal
from brm.services import rendering
from brm.services.workspace import Workspace
from brm.store.checking import GENERIC
from brm.store.protocol import Check, StoreInfo
from graph_schema import registry
from graph_schema.values import iso_instant

OWN = ("schema", "imports", "clock", "parameters")
OF_ENGINES = ("storage", "references", "codes", "indexes")
CHECKS = (*OWN, *OF_ENGINES, *GENERIC)
AHEAD = 60_000_000
"""Microseconds that a store's last commit may be later than this machine's clock."""
MADE = 1_767_225_600_000_000
"""2026-01-01, before which no clock can be right."""


def examine(workspace: Workspace, principal: Principal, texts: Catalogue) -> dict[str, Any]:
    """What the store holds, and the checks of it; what needs today's schema is left out of an older store."""
    principal.require("read")
    info = workspace.store.info()
    return {
        "version": version("brm"),
        "engine": info.engine,
        "location": info.location,
        "revision": info.revision,
        "facts": info.facts,
        "counts": dict(info.counts),
        "checks": [rendering.check(each, texts) for each in _checks(workspace, info)],
    }


def _checks(workspace: Workspace, info: StoreInfo) -> Iterator[Check]:
    digests = {"stored": info.schema_digest[:12], "declared": registry().digest()[:12]}
    yield Check("schema", info.current, digests)
    if info.current:
        yield _imports(workspace)
        yield _clock(workspace, info)
        yield _parameters(workspace)
        yield from workspace.store.check()


def _imports(workspace: Workspace) -> Check:
    """Imports that a crash or a kill left unfinished; one that is under way is not."""
    left = [each.id for each in ingest.list_imports(workspace.store) if each.status == "incomplete"]
    return Check("imports", not left, {"count": len(left), "first": left[0] if left else ""})


def _clock(workspace: Workspace, info: StoreInfo) -> Check:
    """Against the last commit, and against the time before which there was no program."""
    now = time.time_ns() // 1_000
    commits = workspace.store.commits(since=max(0, info.revision - 1))
    newest = commits[-1].committed_at if commits else 0
    told = {
        "now": iso_instant(now - now % 1_000_000),
        "zone": workspace.settings.zone,
        "newest": iso_instant(newest) if newest else "—",
    }
    return Check("clock", now >= MADE and newest <= now + AHEAD, told)


def _parameters(workspace: Workspace) -> Check:
    """Which parameters scores are computed with, and whether this program can still compute with them."""
    try:
        used = workspace.parameter_set
    except (InvalidInput, NotFound) as problem:
        return Check("parameters", False, {"problem": problem.message})
    told = {"version": used.version, "digest": used.digest[:12], "changed": len(used.changed)}
    return Check("parameters", True, told)
