"""Everything that is due in our relationships at a moment, as rows made once of the held frames."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from brm.network.occasions import Occasions, earlier, occasions_of
from brm.network.open_actions import Work, open_actions
from brm.services import customers, focus_profiles
from brm.services.customers import Book
from brm.services.scoreboard import Scoreboard
from brm.services.workspace import Workspace
from brm.store.protocol import NOW, When
from graph_schema.vocabulary import code_number
from scoring.action_record import record_of
from scoring.duties import Duties, duties_of
from scoring.grading.grades import grades
from scoring.grading.profiles import Focus
from scoring.machinery.arrays import Flags, lookup
from scoring.machinery.ties import strength_of
from scoring.machinery.touches import meetings_of
from scoring.network.cadence import Cadence, cadence
from scoring.network.judgements import Judgements, judgements
from scoring.network.members import Members, members_of
from scoring.network.ties import FadingTies, fading_ties, ties_of, touch_points
from scoring.parameters import Parameters
from scoring.types import NOBODY, Floats, Ints

KINDS = ("touch", "tie", "judgement", "promise", "action", "occasion")
TOUCH, TIE, JUDGEMENT, PROMISE, ACTION, OCCASION = range(len(KINDS))
Columns = dict[str, Floats | Ints | Flags]
RESTRICTED = code_number("sensitivity", "restricted")


@dataclass(frozen=True, slots=True)
class Rows:
    """What is due, in no order: kind (place in `KINDS`), day, and entity keys (`NOBODY`: none).

    ``due`` may be `NEVER_TOUCHED` (at once) or `UNDATED`. ``item`` is an action, deal or contract, ``extra`` tells rows
    about the same ones apart, ``source`` is the row in what the kind is read from. ``points`` of the account's customer
    score are what a meeting gives, what is expected of an action, or what rests on a judgement, times its nearness
    (NaN: none that can be told); ``money`` is that at the account's value, a meeting's times its chance. ``weight``
    is influence x account value. ``closed``: a reader without the scope admin does not see it; ``unsaid``: nor that
    it is there.
    """

    kind: Ints
    due: Ints
    account: Ints
    person: Ints
    owner: Ints
    item: Ints
    extra: Ints
    source: Ints
    points: Floats
    money: Floats
    weight: Floats
    closed: Flags
    unsaid: Flags

    def __len__(self) -> int:
        return len(self.kind)

    def order(self) -> tuple[Ints, ...]:
        """What rows are ordered by, the first first; no two rows agree in all."""
        return self.due, -self.weight, self.kind, self.account, self.person, self.owner, self.item, self.extra  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Network:
    """The rows and what they were made of; ``value`` is by account (ascending ``accounts``), NaN unknown."""

    board: Scoreboard
    book: Book
    members: Members
    cadence: Cadence
    company: Ints
    """By row of the cadence: the member to meet (row of `Members`), -1 where there is nobody."""
    ties: FadingTies
    judgements: Judgements
    work: Work
    occasions: Occasions
    duties: Duties
    rows: Rows
    money: bool
    """Whether an account's value is money, or every account counts alike."""


def network_of(workspace: Workspace, when: When = NOW) -> Network:
    """What is due at a moment, made once per board and focus profile."""
    book = customers.book_of(workspace, when)
    moment = workspace.moment(when, book.board.snapshot)
    focus = focus_profiles.named(workspace, None, moment)
    members = members_of(book.board.snapshot, book.board.reference, book.board.parameters)
    # read before the board is held, so that nobody waits for the store
    before = earlier(workspace, book.board.snapshot, moment)
    occasions = book.board.derived(
        "occasions", lambda board: occasions_of(workspace, board.snapshot, members, moment, before)
    )
    with workspace.timing("network"):
        return book.board.derived(("network", repr(focus)), lambda board: _build(board, book, focus, occasions))


def _build(board: Scoreboard, book: Book, focus: Focus, occasions: Occasions) -> Network:
    snapshot, reference, parameters = board.snapshot, board.reference, board.parameters
    members, duties = members_of(snapshot, reference, parameters), duties_of(snapshot)
    found = cadence(snapshot, reference, book.graded.account, grades(book.graded, focus, parameters).grade, parameters)
    fading, judged = fading_ties(snapshot, reference, parameters), judgements(snapshot, reference, parameters)
    work, money = open_actions(snapshot, members, parameters), book.basis != "one"
    company, gains = _company(board, members, found, duties, parameters)
    parts = [
        _touches(board, members, found, gains, duties),
        _ties(board, members, fading),
        _judged(board, members, judged, duties),
        _work(work),
        _occasions(occasions, members, duties),
    ]
    rows = Rows(**{each.name: np.concatenate([part[each.name] for part in parts]) for each in fields(Rows)
                   if each.name not in ("money", "closed")},
                money=np.empty(0), closed=np.empty(0, dtype=bool))  # fmt: skip
    rows = _valued(board, members, rows, work, money)
    return Network(board, book, members, found, company, fading, judged, work, occasions, duties, rows, money)


def _valued(board: Scoreboard, members: Members, rows: Rows, work: Work, money: bool) -> Rows:
    people = board.snapshot.nodes["person"]
    at = people.rows(rows.person)
    closed = (at >= 0) & (people["sensitivity"][at] == RESTRICTED if len(people) else False)
    place = np.searchsorted(members.account, rows.account).clip(0, max(len(members) - 1, 0))
    known = members.account[place] == rows.account if len(members) else np.zeros(len(rows), dtype=bool)
    value = np.where(known, members.value[place] if len(members) else 0.0, np.nan)
    success = np.where((rows.kind == TOUCH) | (rows.kind == TIE), meeting_success(board), 1.0)
    gained = success * value * rows.points / 100 if money else np.full(len(rows), np.nan)
    acting = (rows.kind == PROMISE) | (rows.kind == ACTION)
    gained[acting] = np.where(
        np.isnan(work.money[rows.source[acting]]), gained[acting], work.money[rows.source[acting]]
    )
    columns = {each.name: getattr(rows, each.name) for each in fields(Rows)}
    weight = np.where(np.isnan(rows.weight), np.nan_to_num(value), rows.weight)
    return Rows(**columns | {"money": gained, "weight": weight, "closed": (closed & ~acting) | rows.unsaid})


def meeting_success(board: Scoreboard) -> float:
    """How likely it is that a meeting that is sought comes about."""
    return record_of(board.snapshot, "meet", board.parameters).success


def _columns(size: int, kind: int | Ints, **given: Floats | Ints | Flags) -> Columns:
    blank = {
        "kind": np.broadcast_to(np.asarray(kind, dtype=np.int64), (size,)),
        **{name: np.full(size, NOBODY) for name in ("account", "person", "owner", "item")},
        "extra": np.zeros(size, dtype=np.int64),
        "source": np.arange(size, dtype=np.int64),
        **{name: np.full(size, np.nan) for name in ("points", "weight")},
        "unsaid": np.zeros(size, dtype=bool),
    }
    return {**blank, **given}


def _company(
    board: Scoreboard, members: Members, found: Cadence, duties: Duties, parameters: Parameters
) -> tuple[Ints, Floats]:
    """Whom to meet for each row of the cadence, and the points of a meeting of the row's owner with them.

    For an account it is the member from whom a meeting with its owner gains most.
    """
    energies = ties_of(board.snapshot, members, parameters)
    strength = strength_of(energies.total(parameters), parameters)
    keys = meetings_of(board.snapshot).colleagues
    width = max(len(keys), 1)
    held = energies.owner * width + energies.colleague

    def tie(rows: Ints, owner: Ints) -> Floats:
        """The tie of an owner with each member."""
        place = lookup(keys, owner)
        at = lookup(held, rows * width + place)
        return np.where((place >= 0) & (at >= 0), strength[at] if len(strength) else 0.0, 0.0)

    every = np.arange(len(members))
    owner = duties.owner(members.account)
    points = touch_points(members, every, tie(every, owner), parameters)
    # the greatest of an account is written last
    order = np.lexsort((-members.person, points, members.account))
    accounts = np.unique(members.account)
    best = np.full(len(accounts), -1, dtype=np.int64)
    best[np.searchsorted(accounts, members.account[order])] = order
    at = lookup(accounts, found.account)
    company = np.where(found.row >= 0, found.row, np.where(at >= 0, best[at] if len(best) else -1, -1))
    known = company >= 0
    gains = np.full(len(found), np.nan)
    own = _touch_owner(members, found, duties)
    gains[known] = touch_points(members, company[known], tie(company[known], own[known]), parameters)
    return company, gains


def _touch_owner(members: Members, found: Cadence, duties: Duties) -> Ints:
    """Who is to touch: the owner of the account; for a person whom a colleague knows best, that colleague."""
    best = np.where(found.row >= 0, members.best[found.row] if len(members) else NOBODY, NOBODY)
    owned = duties.owner(found.account)
    return np.where(best != NOBODY, best, owned)


def _touches(board: Scoreboard, members: Members, found: Cadence, gains: Floats, duties: Duties) -> Columns:
    soon = board.snapshot.today + board.parameters.network.horizon_days
    at = np.flatnonzero(found.due <= soon)
    row = found.row[at]
    influence = np.where(row >= 0, (members.influence * members.value)[row] if len(members) else 0.0, np.nan)
    return _columns(
        len(at), TOUCH, due=found.due[at], account=found.account[at], person=found.person[at],
        owner=_touch_owner(members, found, duties)[at], source=at, points=gains[at], weight=influence,
    )  # fmt: skip


def _ties(board: Scoreboard, members: Members, found: FadingTies) -> Columns:
    row = found.row
    return _columns(
        len(row), TIE, due=board.snapshot.today + found.days, account=members.account[row],
        person=members.person[row], owner=found.colleague, extra=found.level, points=found.points,
        weight=(members.influence * members.value)[row],
    )  # fmt: skip


def _judged(board: Scoreboard, members: Members, found: Judgements, duties: Duties) -> Columns:
    """All judgements, whenever they fall; the list keeps those of its horizon."""
    row = found.row
    best = np.where(row >= 0, members.best[row] if len(members) else NOBODY, duties.owner(found.deal))
    return _columns(
        len(found), JUDGEMENT, due=board.snapshot.today + found.days, account=found.account, person=found.person,
        owner=np.where(best != NOBODY, best, duties.owner(found.account)), item=found.deal,
        extra=found.kind * 1_000 + found.word + 1, points=found.points * found.nearness, weight=found.weight,
    )  # fmt: skip


def _work(work: Work) -> Columns:
    return _columns(
        len(work), np.where(work.promised != NOBODY, PROMISE, ACTION), due=work.due, account=work.account,
        person=work.person, owner=work.owner, item=work.action, points=work.points,
    )  # fmt: skip


def _occasions(found: Occasions, members: Members, duties: Duties) -> Columns:
    at = members.rows(found.account, found.person)
    influence = np.where(at >= 0, (members.influence * members.value)[at] if len(members) else 0.0, np.nan)
    of_deal = np.where(found.item != NOBODY, duties.owner(found.item), NOBODY)
    owner = np.where(found.owner != NOBODY, found.owner, of_deal)
    owner = np.where(owner != NOBODY, owner, duties.owner(found.account))
    return _columns(
        len(found), OCCASION, due=found.due, account=found.account, person=found.person, owner=owner, item=found.item,
        extra=found.kind, weight=influence, unsaid=found.private,
    )  # fmt: skip
