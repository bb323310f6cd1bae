"""Figures of guidance: the next best actions of one deal, against scoring each candidate's copy by itself."""

from __future__ import annotations

from contextlib import closing

import numpy as np

from brm.guidance.next_actions import case_of, guidance
from brm.principal import local_admin
from brm.services.workspace import Workspace
from brm.settings import Settings
from brm.store.protocol import NOW
from scoring.deal_worlds import our_chances
from scoring.machinery.scopes import recent_deals
from tests.bench.measuring import Report, each, timed
from tests.bench.stage import Stage
from tests.bench.storing import open_filled

SAMPLED, ALONE = 40, 5
"""Deals guided, and those whose copies are also scored one at a time."""


def guides(stage: Stage, report: Report) -> None:
    """Guidance of sampled deals, warm: their accounts were read. Alone: the direct actions' copies one by one."""
    principal = local_admin()
    with closing(open_filled(stage)) as store:
        workspace = Workspace(store, Settings(store=store.url))
        reference, parameters = workspace.reference(), workspace.parameters
        keys = np.random.default_rng(7).permutation(recent_deals(stage.snapshot, parameters))[:SAMPLED]
        deals = [known.id for known in store.names(keys.tolist()).values()]
        for deal in deals:
            guidance(workspace, principal, deal)
        spent = each(len(deals), lambda at: guidance(workspace, principal, deals[at]))
        report.quantiles("guide", spent, 50, 95)
        ratios = []
        for deal in deals[:ALONE]:
            case = case_of(workspace, principal, deal, NOW)
            edits = [(one.edit,) for one in case.candidates if one.edit is not None]
            with timed() as together:
                our_chances(case.snapshot, edits, case.key, reference, parameters)
            with timed() as alone:
                for edit in edits:
                    our_chances(case.snapshot, [edit], case.key, reference, parameters)
            ratios.append(alone.cpu / together.cpu)
        report.add("guide.ratio", float(np.median(ratios)), "x", float(np.median(ratios)), "less CPU than one by one")
