"""Occasions to get in touch: changes of job, birthdays where they may be seen, and dates of deals and contracts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from brm.network.open_actions import UNDATED
from brm.services import moments
from brm.services.workspace import Workspace
from brm.store.protocol import Expansion, When
from graph_schema.changes import EdgeRef
from graph_schema.vocabulary import code_number
from scoring.machinery.affiliations import papers_of
from scoring.machinery.arrays import Flags
from scoring.machinery.concerns import customer_of
from scoring.machinery.scopes import is_open
from scoring.network.members import Members
from scoring.network.moves import KINDS as CHANGES
from scoring.network.moves import LEFT, Moves, Past, moves, past_of
from scoring.snapshot import MISSING, Snapshot
from scoring.types import NOBODY, Floats, Ints

KINDS = (*CHANGES, "birthday", "compelling_event", "tender", "contract_end")
BIRTHDAY, EVENT, TENDER, CONTRACT = range(len(CHANGES), len(KINDS))
Columns = dict[str, Ints | Floats | Flags]
TENDERED = tuple(code_number("award_form", form) for form in ("open_tender", "invited_tender"))


@dataclass(frozen=True, slots=True)
class Occasions:
    """Occasions: kind (place in `KINDS`), day of it and day to act by, keys of account, person, item and owner.

    ``item`` is a deal or contract. ``before`` and ``after`` are the companies of a change of job, ``tie`` what it was
    to the owner. ``private``: a birthday, for those alone who may see what is restricted.
    """

    kind: Ints
    day: Ints
    due: Ints
    account: Ints
    person: Ints
    item: Ints
    owner: Ints
    before: Ints
    after: Ints
    tie: Floats
    private: Flags

    def __len__(self) -> int:
        return len(self.kind)


def earlier(workspace: Workspace, snapshot: Snapshot, moment: When) -> tuple[When, Past]:
    """The moment that changes of job are looked for from, and what is compared of it; kept for the day."""
    back = int(snapshot.today - workspace.parameters.network.moved_days)
    then = moments.back_at(moment, moments.end_of(back, workspace.settings.zone))
    read = workspace.store.snapshot
    return then, workspace.past("tenures", then, lambda: past_of(read(None, then), workspace.parameters))


def occasions_of(
    workspace: Workspace, snapshot: Snapshot, members: Members, moment: When, before: tuple[When, Past]
) -> Occasions:
    """The occasions at a moment; ``before`` is what `earlier` gives.

    A change of job is one for ``network.moved_days``, of whom a colleague knew well enough (``network.known``), to be
    acted on within ``guidance.due_medium`` days; dates of deals, contracts and birthdays are ones ahead of them.
    """
    parts = [
        _changes(workspace, snapshot, moment, before),
        _birthdays(workspace, snapshot, members),
        *_deal_dates(workspace, snapshot),
        _contracts(workspace, snapshot),
    ]
    return Occasions(*(np.concatenate([part[name] for part in parts]) for name in Occasions.__slots__))


def _columns(size: int, kind: int | Ints, **given: Ints | Floats | Flags) -> Columns:
    blank: Columns = {
        "kind": np.broadcast_to(np.asarray(kind, dtype=np.int64), (size,)),
        **{name: np.full(size, NOBODY) for name in ("account", "person", "item", "owner", "before", "after")},
        "tie": np.zeros(size),
        "private": np.zeros(size, dtype=bool),
    }
    return {**blank, **given}


def _changes(workspace: Workspace, snapshot: Snapshot, moment: When, before: tuple[When, Past]) -> Columns:
    then, past = before
    found = moves(past, snapshot)
    known = np.flatnonzero(found.tie >= workspace.parameters.network.known)
    day = _days(workspace, found, known, then, moment)
    after = found.after[known]
    return _columns(
        len(known), found.kind[known], day=day,
        due=np.where(day == MISSING, UNDATED, day + int(workspace.parameters.guidance.due_medium)),
        account=np.where(after != NOBODY, after, found.before[known]), person=found.person[known],
        owner=found.colleague[known], before=found.before[known], after=after, tie=found.tie[known],
    )  # fmt: skip


def _days(workspace: Workspace, found: Moves, rows: Ints, then: When, moment: When) -> Ints:
    """The day of each change, `MISSING` where it is not dated.

    Who left is looked up, as a tenure that has ended is in no snapshot of today.
    """
    day = found.day[rows].copy()
    left = np.flatnonzero(found.kind[rows] == LEFT)
    if not len(left):
        return day
    names = workspace.store.names(found.person[rows[left]].tolist(), then)
    starts = tuple(sorted({each.id for each in names.values()}))
    when = When(then.as_of, moment.known_at)
    ended: dict[str, int] = {}
    for state, *_ in workspace.store.expand(
        Expansion(starts=starts, edge_types=("holds",), direction="out", when=when)
    ):
        if isinstance(state.entity, EdgeRef) and state.valid_to is not None:
            until = moments.day_number(state.valid_to, workspace.settings.zone)
            ended[state.entity.source] = max(until, ended.get(state.entity.source, until))
    for at in left:
        day[at] = ended.get(names[int(found.person[rows[at]])].id, MISSING)
    return day


def _birthdays(workspace: Workspace, snapshot: Snapshot, members: Members) -> Columns:
    people, parameters = snapshot.nodes["person"], workspace.parameters
    born = people["birthday"][people.rows(members.person)] if len(people) else np.full(len(members), MISSING)
    rows = np.flatnonzero((born != MISSING) & (members.tie > parameters.coverage.covered))
    day = np.array([_anniversary(int(born[at]), snapshot.today) for at in rows], dtype=np.int64)
    soon = day <= snapshot.today + parameters.network.birthday_days
    rows, day = rows[soon], day[soon]
    return _columns(
        len(rows), BIRTHDAY, day=day, due=day, account=members.account[rows], person=members.person[rows],
        owner=members.best[rows], tie=members.tie[rows], private=np.ones(len(rows), dtype=bool),
    )  # fmt: skip


def _anniversary(born: int, today: int) -> int:
    """The next birthday from today on; that of 29 February is 1 March where the year has none."""
    birth, now = moments.EPOCH + timedelta(days=born), moments.EPOCH + timedelta(days=today)
    for year in (now.year, now.year + 1):
        leap = birth.month == 2 and birth.day == 29 and not _is_leap(year)
        day = date(year, 3, 1) if leap else birth.replace(year=year)
        if day >= now:
            break
    return (day - moments.EPOCH).days


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _deal_dates(workspace: Workspace, snapshot: Snapshot) -> list[Columns]:
    """Compelling events ahead, and decisions by tender ahead, of open deals."""
    deals, today = snapshot.nodes["opportunity"], snapshot.today
    until = today + workspace.parameters.network.event_days
    found = []
    for kind, name, also in (
        (EVENT, "compelling_event_on", np.ones(len(deals), dtype=bool)),
        (TENDER, "expected_close_on", np.isin(deals["award_form"], TENDERED)),
    ):
        day = deals[name]
        rows = np.flatnonzero(is_open(snapshot) & also & (day != MISSING) & (day >= today) & (day <= until))
        account = customer_of(snapshot, deals.key[rows])
        found.append(_columns(len(rows), kind, day=day[rows], due=day[rows], account=account, item=deals.key[rows]))
    return found


def _contracts(workspace: Workspace, snapshot: Snapshot) -> Columns:
    papers, contracts, today = papers_of(snapshot, "contract"), snapshot.nodes["contract"], snapshot.today
    ends = contracts["ends_on"][papers.row]
    until = today + workspace.parameters.network.contract_days
    at = np.flatnonzero((ends != MISSING) & (ends >= today) & (ends <= until))
    return _columns(
        len(at), CONTRACT, day=ends[at], due=ends[at], account=papers.account[at], item=contracts.key[papers.row[at]]
    )
