"""Figures of the scorers and of introduction paths."""

from __future__ import annotations

import time
from contextlib import closing

import numpy as np

from brm.services.paths import People
from scoring.registry import RELATIONSHIPS, SCORERS
from scoring.snapshot import Snapshot
from scoring.types import ScoreFrame
from tests.bench.measuring import Report, each, timed
from tests.bench.rows import ids
from tests.bench.stage import Stage
from tests.bench.storing import observation, open_filled
from tests.scoring.plain_accounts import PlainAccounts

HOPS, ROUTES = 4, 5
SAMPLED = {"key_person": 40, "decision_chain": 40, "employee": 1}
"""Subjects that the plain oracle works out; 6 of the other kinds."""


def scorers(stage: Stage, report: Report) -> None:
    """The six scorers over everything: with nothing made yet, then with other parameters on the same snapshot.

    Warm is what a server does when a parameter set or the day's Reference changes: the snapshot and
    its indexes are there, no standing is.
    """
    snapshot, reference, six = stage.snapshot, stage.reference, [SCORERS[kind] for kind in RELATIONSHIPS]
    bare = Snapshot(snapshot.as_of, snapshot.nodes, snapshot.edges, snapshot.local_days)
    with timed() as cold:
        frames = [scorer.score(bare, reference, stage.parameters) for scorer in six]
    report.add("score.rows", sum(len(frame) for frame in frames), "rows")
    report.add("score.cold", cold.wall, "s")
    report.add("score.cold.cpu", cold.cpu, "CPU s")
    others = stage.parameters.with_values({"tie.scale": 1.01 * stage.parameters.tie.scale})
    with timed() as warm:
        for scorer in six:
            scorer.score(bare, reference, others)
    report.add("score.warm", warm.wall, "s")
    report.add("score.warm.cpu", warm.cpu, "CPU s")
    report.add("score.warm.per_account", 1e6 * warm.cpu / len(SCORERS["customer"].score(bare, reference, others)), "us")
    with timed() as again:
        for scorer in six:
            scorer.score(bare, reference, others)
    report.add("score.again", again.wall, "s")


def against_plain(stage: Stage, report: Report) -> None:
    """Each scorer against the plain one: the time of sampled subjects, scaled to all."""
    snapshot, reference = stage.snapshot, stage.reference
    began = time.process_time()
    plain = PlainAccounts(snapshot, reference, stage.parameters)
    for kind in RELATIONSHIPS:
        scorer = SCORERS[kind]
        bare = Snapshot(snapshot.as_of, snapshot.nodes, snapshot.edges, snapshot.local_days)
        with timed() as fast:
            frame = scorer.score(bare, reference, stage.parameters)
        accounts = snapshot.nodes["company"].key[np.isin(snapshot.nodes["company"].key, frame.scope)].tolist()
        if kind == "employee":
            accounts = SCORERS["customer"].score(snapshot, reference, stage.parameters).subject.tolist()
        chosen = np.random.default_rng(5).permutation(len(frame))[: SAMPLED.get(kind, 6) + 1]
        _plainly(plain, kind, frame, int(chosen[0]), accounts)
        prepared, began = time.process_time() - began, time.process_time()
        found = [_plainly(plain, kind, frame, int(row), accounts) for row in chosen[1:]]
        each_one = (time.process_time() - began) / max(len(found), 1)
        expected = frame.columns["capital"] if kind == "employee" else frame.score
        worst = max(abs(value - expected[row]) for value, row in zip(found, chosen[1:], strict=True))
        report.add(
            f"score.{kind}", fast.cpu, "CPU s", (prepared + each_one * len(frame)) / fast.cpu, "faster than plain"
        )
        report.add(f"score.{kind}.ratio", (prepared + each_one * len(frame)) / fast.cpu, "x")
        report.add(f"score.{kind}.difference", float(worst), "points")
        began = time.process_time()


def _plainly(plain: PlainAccounts, kind: str, frame: ScoreFrame, row: int, accounts: list[int]) -> float:
    subject, vendor, scope = (int(getattr(frame, name)[row]) for name in ("subject", "vendor", "scope"))
    if kind == "key_person":
        return plain.key_person(subject, vendor, scope)
    if kind == "decision_chain":
        return float(plain.decision_chain(subject, vendor)["score"])
    if kind == "employee":
        return plain.worth(subject, accounts)
    return float(getattr(plain, kind)(*((scope, vendor) if kind == "competitor" else (scope,))))


def one_account(stage: Stage, report: Report) -> None:
    """One observation is written; its account's partition is read and its scores are made anew."""
    reference, world = stage.reference, stage.world
    with closing(open_filled(stage)) as store:
        accounts = ids(world.accounts[np.random.default_rng(4).permutation(len(world.accounts))[:40]])
        keys = store.keys(accounts)

        def rescore(at: int) -> None:
            store.apply(observation(stage, 1_000_000 + at))
            snapshot = store.snapshot([accounts[at]])
            deals = snapshot.edges["for"]
            scopes = np.append(deals.source[deals.target == keys[accounts[at]]], keys[accounts[at]])
            for scorer in SCORERS.values():
                if scorer.whole:
                    continue
                scorer.score(snapshot, reference, stage.parameters, scopes=scopes)

        report.quantiles("rescore.account", each(len(accounts), rescore), 50, 95)


def paths(stage: Stage, report: Report) -> None:
    """The network of everybody, then the best routes to sampled people."""
    with timed() as spent:
        network = People(stage.snapshot, stage.reference, stage.parameters, restricted=True)
    report.add("paths.network", spent.wall, "s")
    report.add("paths.network.cpu", spent.cpu, "CPU s")
    people = stage.snapshot.nodes["person"].key
    chosen = np.random.default_rng(6).choice(people, stage.size.samples).tolist()
    colleague = stage.parameters.guidance.colleague
    found = each(
        len(chosen),
        lambda at: network.routes(chosen[at], hops=HOPS, most=ROUTES, start=None, colleague=colleague),
    )
    report.quantiles("paths", found, 50, 95)
