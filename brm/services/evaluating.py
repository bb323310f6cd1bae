"""How well what is computed agrees with what is known from elsewhere."""

from __future__ import annotations

from dataclasses import asdict
from math import isnan
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from brm import ingest
from brm.errors import NotComputable
from brm.principal import Principal
from brm.services import moments
from brm.services.workspace import Workspace
from brm.settings import Settings
from brm.store import open_store
from brm.store.protocol import NOW, When
from scoring.evaluation import REPLICATES, SEED, Estimate
from scoring.stated_ties import Comparison, compare, influence_pairs, tie_pairs


def ties(workspace: Workspace, principal: Principal, *, when: When = NOW) -> dict[str, Any]:
    """Computed ties beside stated closeness: numbers of pairs, areas under the curve, rank correlation.

    NotComputable where the store has no stated acquaintance beside a computed tie.
    """
    principal.require("read")
    snapshot = workspace.snapshot(None, when)
    with workspace.timing("evaluation"):
        found = [compare(make(snapshot, workspace.parameters)) for make in (tie_pairs, influence_pairs)]
    kept = [each for each in found if not isnan(each.known.value) or each.stated]
    if not kept:
        raise NotComputable(
            "there is nothing to compare: no two people have both a computed tie and a stated acquaintance",
            remedy="import KNOWS edges (with strength 0 to 1) beside interactions or INFLUENCES edges",
        )
    moment = workspace.moment(when, snapshot)
    return {
        "as_of": moments.local_day(moment.as_of or 0, workspace.settings.zone).isoformat(),
        "parameters": workspace.parameter_set.named,
        "seed": SEED,
        "replicates": REPLICATES,
        "items": [_shape(each) for each in kept],
        "revision": workspace.store.revision(),
    }


def ties_of_folder(
    settings: Settings, principal: Principal, folder: Path, mapping: Path | None, *, when: When = NOW
) -> dict[str, Any]:
    """The same of a folder that is imported into memory alone, with how many rows were rejected or undated."""
    principal.require("read")
    plan = ingest.load_plan(folder, mapping, zone=ZoneInfo(settings.zone))
    store = open_store("memory://", zone=settings.zone)
    try:
        report = ingest.run(plan, store, principal.person_id or principal.id)
        found = ties(Workspace(store, settings), principal, when=when)
    finally:
        store.close()
    return {**found, "rejected": report.rejected, "undated": report.undated}


def _shape(found: Comparison) -> dict[str, Any]:
    return {
        "measure": found.measure,
        "people": found.people,
        "pairs": found.pairs,
        "sampled": found.sampled,
        "said": found.said,
        "stated": found.stated,
        "threshold": _known(found.threshold),
        "strong": found.strong,
        "weak": found.weak,
        **{name: told_estimate(getattr(found, name)) for name in ("known", "close", "order")},
    }


def told_estimate(found: Estimate) -> dict[str, Any]:
    """A metric with its interval, nulls where it is not defined."""
    value, *ends = (_known(each) for each in asdict(found).values())
    return {"value": value, "interval": dict(zip(("p10", "p90"), ends, strict=True))}


def _known(value: float) -> float | None:
    return None if isnan(value) else value
