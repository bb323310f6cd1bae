"""Figures of the win likelihood: all deals of the graph at once, against one deal at a time in plain Python."""

from __future__ import annotations

import time
from itertools import islice

import numpy as np

from scoring import likelihood as scorer
from scoring.machinery.attribution import GROUPS, attribution
from scoring.machinery.contenders import contenders_of
from scoring.registry import SCORERS
from scoring.snapshot import NodeTable, Snapshot
from scoring.types import US
from tests.bench.measuring import Report, timed
from tests.bench.stage import Stage
from tests.scoring import plain_likelihood as plain

SAMPLED = 6
"""Deals that the plain oracle works out."""


def opened(snapshot: Snapshot) -> Snapshot:
    """The same graph with every deal open."""
    deals = snapshot.nodes["opportunity"]
    columns = {**deals.columns, "status": np.full(len(deals), -1, dtype=deals["status"].dtype)}
    return Snapshot(
        snapshot.as_of, {**snapshot.nodes, "opportunity": NodeTable(deals.key, columns)}, snapshot.edges,
        snapshot.local_days,
    )  # fmt: skip


def likelihoods(stage: Stage, report: Report) -> None:
    """Likelihood, attribution and interval of every deal for us, warm: the standings are there, as on a server.

    The plain one starts from what each vendor brings and works out the field and the attribution of one deal
    at a time, without an interval; the time of sampled deals is scaled to all.
    """
    snapshot, reference, parameters = opened(stage.snapshot), stage.reference, stage.parameters
    SCORERS["decision_chain"].score(snapshot, reference, parameters)
    scorer.score(snapshot, reference, parameters, vendor=US)
    with timed() as ours:
        frame = scorer.score(snapshot, reference, parameters, vendor=US)
    with timed() as everybody:
        rows = len(scorer.score(snapshot, reference, parameters))
    report.add("likelihood.deals", len(frame), "deals")
    report.add("likelihood.warm", ours.wall, "s")
    report.add("likelihood.warm.cpu", ours.cpu, "CPU s")
    report.add("likelihood.field", everybody.wall, "s")
    report.add("likelihood.field.rows", rows, "rows")
    found = contenders_of(snapshot, reference, parameters)
    case = np.flatnonzero(found.measures.vendor == US)[:SAMPLED]
    told = attribution(found, case, parameters)
    began, worst = time.process_time(), 0.0
    for at, deal in enumerate(islice(plain.deals_of(found), len(case))):
        probability = plain.field(deal)[0]
        effect, _ = plain.attribution(deal, 0)
        gap = max(abs(told.effect[place, at] - effect[group]) for place, group in enumerate(GROUPS))
        worst = max(worst, gap, abs(found.probability[found.player[case[at]]] - probability))
    plainly = (time.process_time() - began) / max(len(case), 1) * len(frame)
    report.add("likelihood.plain", plainly, "CPU s", plainly / ours.cpu, "slower than all at once")
    report.add("likelihood.ratio", plainly / ours.cpu, "x")
    report.add("likelihood.difference", worst, "logit")
