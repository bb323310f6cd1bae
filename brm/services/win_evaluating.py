"""How well the win likelihood foretold who won the deals that have been decided, against simple baselines.

Every deal is looked at as it stood, and was known, at the end of the day before its decision; what is recorded
later is never read. The Reference is reduced for runs of decision days, as of the day before the first of a run.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from brm import ingest
from brm.errors import NotComputable
from brm.principal import Principal
from brm.services import moments
from brm.services.evaluating import told_estimate
from brm.services.workspace import Workspace
from brm.settings import Settings
from brm.store import open_store
from brm.store.protocol import NOW, When
from graph_schema.values import iso_day
from scoring.evaluation import REPLICATES, SEED
from scoring.foretold import Decided, Foretold, Sifted, decided_deals, foretold, runs_of, sifted
from scoring.likelihood import PRIOR
from scoring.machinery.arrays import run_starts
from scoring.types import NOBODY, Floats
from scoring.win_evaluation import (
    Bids,
    Redrawn,
    Scored,
    even_chances,
    lowest_price,
    reliability,
    scored,
    shares,
    win_rates,
)

REFERENCES = 24
"""Most runs of decision days, each with a Reference of its own."""
LEAST_DEALS = 10
BASELINES = {"even": even_chances, "rate": win_rates, "price": lowest_price}
JUDGED = ("even", "rate")
"""The baselines that every deal has; the better of them is the one to beat."""
VERDICTS = ("better", "worse", "no_reliable_signal")
Json = dict[str, Any]


def win(workspace: Workspace, principal: Principal, *, when: When = NOW) -> Json:
    """Likelihoods of all vendors on the eve of each decision, against the outcome and against baselines.

    NotComputable with fewer than ten decided deals whose winner was one of at least two vendors known then.
    """
    principal.require("read")
    snapshot = workspace.snapshot(None, when)
    decided = decided_deals(snapshot)
    with workspace.timing("evaluation"):
        found = sifted(decided, list(_foretold(workspace, decided)))
        number = len(found.bids.day)
        if number < LEAST_DEALS:
            raise NotComputable(
                f"only {number} decided deals have a winner among two or more vendors that were known the day before",
                remedy="record winner and closed_on of closed deals, date the outcome, and date who competes before it",
                number=number,
            )
        compared = _compared(found.bids)
    moment = workspace.moment(when, snapshot)
    return {
        "as_of": moments.local_day(moment.as_of or 0, workspace.settings.zone).isoformat(),
        "parameters": workspace.parameter_set.named,
        "label": PRIOR,
        "seed": SEED,
        "replicates": REPLICATES,
        "first": iso_day(int(found.bids.day[0])),
        "last": iso_day(int(found.bids.day[-1])),
        "deals": number,
        "bids": len(found.bids.deal),
        "undated": found.undated,
        "left_out": _left_out(found),
        **compared,
        "revision": workspace.store.revision(),
    }


def win_of_folder(
    settings: Settings, principal: Principal, folder: Path, mapping: Path | None, *, when: When = NOW
) -> Json:
    """The same of a folder that is imported into a store of its own, kept nowhere, with how many rows were rejected."""
    principal.require("read")
    plan = ingest.load_plan(folder, mapping, zone=ZoneInfo(settings.zone))
    # reading many moments takes a fifth of the time that it takes in memory
    with (
        TemporaryDirectory(prefix="brm-") as place,
        closing(open_store(f"sqlite:///{place}/s", zone=settings.zone)) as store,
    ):
        report = ingest.run(plan, store, principal.person_id or principal.id)
        found = win(Workspace(store, settings), principal, when=when)
    return {**found, "rejected": report.rejected}


def _foretold(workspace: Workspace, decided: Decided) -> Iterator[Foretold]:
    """What was foretold of the deals, day by day."""
    known = decided.kept(decided.account != NOBODY)
    for run in runs_of(known.day, REFERENCES):
        rows = np.zeros(len(known), dtype=bool)
        rows[run] = True
        yield from _run(workspace, known.kept(rows))


def _run(workspace: Workspace, deals: Decided) -> Iterator[Foretold]:
    starts = run_starts(deals.day)
    eves = [_eve(workspace, int(day)) for day in deals.day[starts]]
    reference, parameters = workspace.reference(eves[0]), workspace.parameters
    names = workspace.store.names(set(deals.account.tolist()))
    series = workspace.store.series([each.id for each in names.values()], eves)
    for place, keys in enumerate(np.split(deals.key, starts[1:])):
        seen = series.at(place)
        there = keys[seen.nodes["opportunity"].rows(keys) >= 0]
        if len(there):
            yield foretold(seen, reference, parameters, there)


def _eve(workspace: Workspace, day: int) -> When:
    """The end of the day before, with what was known by then."""
    return When(moments.end_of_day(date.fromisoformat(iso_day(day - 1)), workspace.settings.zone))


def _left_out(found: Sifted) -> Json:
    return {name: getattr(found, name) for name in ("unseen", "told", "alone", "surprising")}


def _compared(bids: Bids) -> Json:
    """The scores of the likelihood and of each baseline, what it gains over them, and its reliability."""
    redrawn, share = Redrawn(len(bids.day)), shares(bids)
    beside = np.column_stack([bids.nobody, bids.unknown])
    chances = {name: make(bids) for name, make in BASELINES.items()}
    model = scored(bids, share)
    every = np.ones(len(bids.day))
    items = [_item("likelihood", scored(bids, bids.likelihood, beside), every, redrawn)]
    items.append(_item("share", model, every, redrawn))
    gains = []
    for name, chance in chances.items():
        counted = _counted(bids, chance)
        if not counted.any():
            continue
        other = scored(bids, np.where(np.isnan(chance), share, chance))
        items.append(_item(name, other, counted, redrawn))
        gains.append(_gain(name, model, other, counted, redrawn))
    best = min(
        (each for each in items if each["forecast"] in JUDGED), key=lambda each: float(each["log_loss"]["value"])
    )
    return {
        "items": items,
        "gains": gains,
        "baseline": best["forecast"],
        "verdict": next(each["verdict"] for each in gains if each["baseline"] == best["forecast"]),
        "reliability": [
            {"from": each.low, "to": each.high, "number": each.number, "foretold": each.foretold,
             "happened": told_estimate(each.happened)}
            for each in reliability(bids, share, redrawn)
        ],
    }  # fmt: skip


def _counted(bids: Bids, chance: Floats) -> Floats:
    """1 for each deal that a baseline says something of."""
    found = np.ones(len(bids.day))
    found[bids.deal[np.isnan(chance)]] = 0.0
    return found


def _item(name: str, each: Scored, counted: Floats, redrawn: Redrawn) -> Json:
    return {
        "forecast": name,
        "deals": int(counted.sum()),
        "log_loss": told_estimate(redrawn.ratio(each.log_loss * counted, counted)),
        "brier": told_estimate(redrawn.ratio(each.brier * counted, counted)),
        "accuracy": told_estimate(redrawn.ratio(each.first * counted, counted)),
        "within": told_estimate(redrawn.ratio(each.above * counted, each.pairs * counted)),
    }


def _gain(name: str, model: Scored, other: Scored, counted: Floats, redrawn: Redrawn) -> Json:
    """What the likelihood gains over a baseline in log-loss and Brier score: above 0 it is the better one."""
    gain = redrawn.ratio((other.log_loss - model.log_loss) * counted, counted)
    better, worse, neither = VERDICTS
    return {
        "baseline": name,
        "deals": int(counted.sum()),
        "log_loss": told_estimate(gain),
        "brier": told_estimate(redrawn.ratio((other.brier - model.brier) * counted, counted)),
        "accuracy": told_estimate(redrawn.ratio((model.first - other.first) * counted, counted)),
        "verdict": better if gain.p10 > 0 else worse if gain.p90 < 0 else neither,
    }
