"""Figures of what-if drafts: a proposal is added to a draft and all its effects are computed."""

from __future__ import annotations

from contextlib import closing

import numpy as np

from brm.principal import local_admin
from brm.services import drafts, whatif
from brm.services.workspace import Workspace
from brm.settings import Settings
from scoring.registry import SCORERS
from scoring.snapshot import Snapshot
from tests.bench.measuring import Report, each, timed
from tests.bench.stage import Stage
from tests.bench.storing import open_filled

SAMPLED = 40
NAMED = 3
"""Proposals of the longer draft."""


def whatif_edits(stage: Stage, report: Report) -> None:
    """On sampled deals, warm: a stance is proposed and its effect computed, then the effect of three proposals.

    Against scoring everything anew, as a counterfactual without partitions would.
    """
    principal = local_admin()
    with closing(open_filled(stage)) as store:
        workspace = Workspace(store, Settings(store=store.url))
        workspace.reference()
        plays = stage.snapshot.edges["plays"]
        rows = np.random.default_rng(7).permutation(len(plays))[:SAMPLED]
        names = store.names({*plays.source[rows].tolist(), *plays.target[rows].tolist()})
        people = [names[key].id for key in plays.source[rows].tolist()]
        deals = [names[key].id for key in plays.target[rows].tolist()]
        made = [drafts.start(workspace, principal, deal, "bench")["id"] for deal in deals]

        def propose(at: int) -> None:
            body = {"what": "stance", "person": people[at], "value": 1.0}
            drafts.change(workspace, principal, made[at], add=[body])
            whatif.effect(workspace, principal, made[at])

        propose(0)
        drafts.change(workspace, principal, made[0], drop=[1])
        # whoever edits a draft has it open: its account was read
        for draft in made:
            whatif.effect(workspace, principal, draft)
        edits, spent = [], []
        for at in range(len(made)):
            with timed() as one:
                propose(at)
            edits.append(1_000 * one.wall)
            spent.append(1_000 * one.cpu)
        report.quantiles("whatif.edit", edits, 50, 95)
        report.quantiles("whatif.edit.cpu", spent, 95)
        for at, draft in enumerate(made):
            more = [{"what": "role", "person": people[at], "role": "champion"},
                    {"what": "depth", "person": people[at], "value": 4.0}]  # fmt: skip
            drafts.change(workspace, principal, draft, add=more)
        report.quantiles(
            f"whatif.{NAMED}", each(len(made), lambda at: whatif.effect(workspace, principal, made[at])), 50, 95
        )
    found = stage.snapshot
    bare = Snapshot(found.as_of, found.nodes, found.edges, found.local_days)
    with timed() as everything:
        for scorer in SCORERS.values():
            scorer.score(bare, stage.reference, stage.parameters)
    ratio = 1_000 * everything.cpu / float(np.percentile(spent, 95))
    report.add("whatif.ratio", ratio, "x", ratio, "less CPU than scoring everything")
