"""Figures of lists, changes and series: what a server answers from a graph that it holds."""

from __future__ import annotations

from collections import Counter
from contextlib import closing

import numpy as np

from brm.services import changing, heat, scores
from brm.services.workspace import Workspace
from brm.settings import Settings
from brm.store.protocol import When
from scoring.change import totals
from scoring.machinery.people import people_of
from scoring.population import reduce_reference
from scoring.registry import SCORERS
from scoring.snapshot import MICROSECONDS_A_DAY, Snapshot
from tests.bench.measuring import Report, each_with_cpu, timed
from tests.bench.rows import ids
from tests.bench.stage import Stage
from tests.bench.storing import observation

SINCE = 30
WEEKS = 104
MIDDLE = 150
"""People of the account whose series is to be quick."""
LISTED = 50


def change_totals(stage: Stage, report: Report) -> None:
    """All scores of everybody at two dates, and the changes: from snapshots that are held, first without their indexes.

    Facts without a date of their own were learnt when they were imported, so both dates are seen as known now.
    """
    from brm.store import open_store

    today = stage.snapshot
    with closing(open_store(stage.store_url())) as store:
        before = store.snapshot(None, When(today.as_of - SINCE * MICROSECONDS_A_DAY, today.as_of))
    references = [reduce_reference(each, stage.parameters) for each in (before, today)]
    held = [Snapshot(each.as_of, each.nodes, each.edges, each.local_days) for each in (before, today)]
    others = stage.parameters.with_values({"tie.scale": 1.01 * stage.parameters.tie.scale})
    for name, parameters in (("change.totals.cold", stage.parameters), ("change.totals", others)):
        with timed() as spent:
            moved = 0
            for scorer in SCORERS.values():
                old, new = (
                    scorer.score(snapshot, reference, parameters)
                    for snapshot, reference in zip(held, references, strict=True)
                )
                moved += len(totals(old, new))
        report.add(name, spent.wall, "s")
        report.add(f"{name}.cpu", spent.cpu, "CPU s")
    report.add("change.totals.rows", moved, "rows")


def board(stage: Stage, report: Report) -> None:
    """The scores of everybody after one observation: carried on, and scored anew; a page of a list."""
    with closing(Workspace.open(Settings(store=stage.copy_of_store(), tz="UTC", lang="en"))) as workspace:
        principal, several = workspace.local_principal(), [kind for kind, each in SCORERS.items() if not each.whole]
        with timed() as spent:
            first = workspace.frames()
        report.add("board.snapshot_and_reference", spent.wall, "s")
        with timed() as anew:
            for kind in several:
                first[kind]
        report.add("board.anew", anew.wall, "s")
        with timed() as ranks:
            first["employee"]

        def carried(at: int) -> None:
            workspace.store.apply(observation(stage, 2_000_000 + at))
            found = workspace.frames()
            for kind in several:
                found[kind]

        spent_each, cpu = each_with_cpu(20, carried)
        report.quantiles("board.one_change", spent_each, 50, 95)
        report.add("board.one_change.cpu", cpu, "CPU ms", 1_000 * anew.cpu / cpu, "faster than everything anew")
        with timed() as again:
            workspace.frames()["employee"]
        report.add("board.employee.held_indexes", ranks.wall, "s")
        report.add("board.employee.after_a_change", again.wall, "s")

        def page(at: int) -> None:
            kind = several[at % len(several)]
            scores.shapes(workspace, scores.score(workspace, principal, kind), LISTED)

        page(0)
        pages, cpu = each_with_cpu(40, page)
        report.quantiles("board.page", pages, 50, 95)
        report.add("board.page.cpu", cpu, "CPU ms")


def heat_pages(stage: Stage, report: Report) -> None:
    """Pages of the heat table: the first of a process, steady ones, and one after an observation was written."""
    with closing(Workspace.open(Settings(store=stage.copy_of_store(), tz="UTC", lang="en"))) as workspace:
        principal = workspace.local_principal()

        def page(_: int) -> None:
            heat.page(workspace, principal, limit=LISTED)

        with timed() as spent:
            page(0)
        report.add("heat.first", spent.wall, "s")
        steady, cpu = each_with_cpu(40, page)
        report.quantiles("heat.page", steady, 50, 95)
        report.add("heat.page.cpu", cpu, "CPU ms")

        def after_a_change(at: int) -> None:
            workspace.store.apply(observation(stage, 4_000_000 + at))
            page(at)

        changed, cpu = each_with_cpu(10, after_a_change)
        report.quantiles("heat.after_a_change", changed, 50, 95)
        report.add("heat.after_a_change.cpu", cpu, "CPU ms")


def series(stage: Stage, report: Report) -> None:
    """Two years of an account's scores, week by week: one of a middling size, and the largest."""
    with closing(Workspace.open(Settings(store=stage.store_url(), tz="UTC", lang="en"))) as workspace:
        principal = workspace.local_principal()
        workspace.reference()
        people = Counter(people_of(stage.snapshot).seat_company.tolist())
        size = {account: people[key] for account, key in workspace.store.keys(ids(stage.world.accounts)).items()}
        middle = min(size, key=lambda account: abs(size[account] - MIDDLE))
        largest = max(size, key=lambda account: size[account])
        kinds = ("customer", "our_company", "competitor")
        for name, account in (("middle", middle), ("largest", largest)):
            spent, cpu = each_with_cpu(9, lambda at, account=account: changing.series(
                workspace, principal, kinds[at % 3], account, weeks=WEEKS))  # fmt: skip
            report.add(f"series.{name}.people", size[account], "people")
            report.quantiles(f"series.{name}", spent, 50, 95)
            report.add(f"series.{name}.cpu", cpu, "CPU ms")
        snapshots = [When(stage.snapshot.as_of - 7 * back * MICROSECONDS_A_DAY) for back in range(WEEKS, 0, -26)]
        _, cpu = each_with_cpu(len(snapshots), lambda at: _single(workspace, middle, snapshots[at]))
        report.add("series.middle.one_by_one.cpu", cpu * WEEKS, "CPU ms")


def _single(workspace: Workspace, account: str, when: When) -> None:
    """One date of a series as it would be read and scored by itself."""
    snapshot = workspace.store.snapshot([account], when)
    key = np.array([workspace.store.keys([account])[account]])
    SCORERS["customer"].score(snapshot, workspace.reference(), workspace.parameters, subjects=key, scopes=key)
