"""Where every account stands in its life with us, and the days on which that changed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graph_schema.vocabulary import VOCABULARIES
from scoring.machinery.affiliations import affiliations_of, papers_of
from scoring.machinery.arrays import Flags, distinct, lookup, run_starts
from scoring.machinery.concerns import customer_of
from scoring.machinery.evidence import OPINION, observations_of
from scoring.machinery.gathering import WON, days_since, meetings_at
from scoring.machinery.people import current
from scoring.machinery.scopes import is_open
from scoring.parameters import Parameters
from scoring.snapshot import MISSING, Snapshot
from scoring.types import US, Floats, Ints

STATES = VOCABULARIES["lifecycle"]
POTENTIAL, EVALUATING, BOUGHT, REPEAT, ADVOCATE, DORMANT, LOST = range(len(STATES))
NOT_BUYING = (POTENTIAL, EVALUATING, LOST)
ALWAYS = -(1 << 20)
"""The day of what held before anything that is dated."""
_SHIFT, _SPAN = 1 << 20, 1 << 22
"""A day and an account as one number: days from -2^20 to 2^20 fit."""


@dataclass(frozen=True, slots=True)
class Lifecycles:
    """Runs of one state, ordered by account (place) and day; each begins on ``day`` (`ALWAYS`: before any date).

    ``state`` is a place in `STATES`. Every account has at least one run; the last one is how it stands now, on
    ``today``. ``purchase_account`` and ``purchase_day`` are the days with a purchase, ordered alike.
    """

    account: Ints
    place: Ints
    day: Ints
    state: Ints
    purchase_place: Ints
    purchase_day: Ints
    today: int

    @property
    def now(self) -> Ints:
        """The state of each account today."""
        last = np.searchsorted(self.place, np.arange(len(self.account)), side="right") - 1
        found: Ints = self.state[last]
        return found

    @property
    def since(self) -> Ints:
        """The day from which each account is in its state."""
        last = np.searchsorted(self.place, np.arange(len(self.account)), side="right") - 1
        found: Ints = self.day[last]
        return found

    def runs(self, place: int) -> list[tuple[str, int]]:
        """State and first day of each run of one account, oldest first."""
        rows = slice(*np.searchsorted(self.place, [place, place + 1]))
        return [(STATES[state], int(day)) for state, day in zip(self.state[rows], self.day[rows], strict=True)]


@dataclass(frozen=True, slots=True)
class _Days:
    """Codes of (account, day), ascending: days with a purchase, openings and ends of deals, advocacy."""

    bought: Ints
    opened: Ints
    ended: Ints
    advocated: Ints
    begin: Ints
    until: Ints
    """Starts of activity, ascending, and how far any of that or before reaches."""


def lifecycles(snapshot: Snapshot, accounts: Ints, parameters: Parameters) -> Lifecycles:
    """The runs of every account, ascending by key, from the days that its facts name; made once per snapshot.

    Model: on a day, the first of these that holds. *lost*: it bought, and for ``lost_days`` there was no contact, no
    purchase and no open deal; *dormant*: the same for ``dormant_days``; *advocate*: it bought, and somebody there
    was seen at ``advocate_depth`` within ``advocate_days``; *repeat*: it bought on ``repeat_purchases`` days;
    *bought*: it bought; *evaluating*: a deal is open; else *potential*. It buys on the day that we win a deal, and
    on that of a contract that belongs to no deal we won.
    Inputs: a snapshot, the keys of the accounts, the parameters.
    Returns: runs of states; adjacent runs differ.
    Properties: what is dated after a day never changes the state of that day; relabelling changes nothing.
    Limits: read from the facts as they stand and as they are known at the snapshot's date. Contact counts with the
    people of today; a deal without ``opened_on`` is open from the beginning; opinions make nobody an advocate.
    References: domain.md sections 3 and 7.
    """
    given = parameters.lifecycle
    return snapshot.derived(
        ("lifecycles", accounts.tobytes(), given, parameters.evidence),
        lambda each: _build(each, accounts, parameters),
    )


def _build(snapshot: Snapshot, accounts: Ints, parameters: Parameters) -> Lifecycles:
    given, today, size = parameters.lifecycle, snapshot.today, len(accounts)
    days = _days(snapshot, accounts, parameters)
    silent = [_silences(days, wait) for wait in (int(given.dormant_days), int(given.lost_days))]
    moments = np.concatenate([
        _code(np.arange(size), np.full(size, ALWAYS)),
        days.bought, days.opened, days.ended, days.begin, *silent,
        days.advocated, days.advocated + int(given.advocate_days),
    ])  # fmt: skip
    moments = distinct(moments[_day(moments) <= today])
    state = _states(moments, days, parameters)
    starts = run_starts(moments // _SPAN, state)
    kept = moments[starts]
    bought = days.bought
    return Lifecycles(accounts, kept // _SPAN, _day(kept), state[starts], bought // _SPAN, _day(bought), today)


def _code(place: Ints, day: Ints) -> Ints:
    found: Ints = place * _SPAN + day + _SHIFT
    return found


def _day(code: Ints) -> Ints:
    found: Ints = code % _SPAN - _SHIFT
    return found


def _days(snapshot: Snapshot, accounts: Ints, parameters: Parameters) -> _Days:
    bought = _purchases(snapshot, accounts)
    opened, ended, running = _deals(snapshot, accounts)
    account, _, age = meetings_at(snapshot)
    place = lookup(accounts, account)
    met = distinct(_code(place, snapshot.today - age)[place >= 0])
    begin = np.concatenate([met, bought, opened])
    until = np.concatenate([met, bought, running])
    order = np.argsort(begin, kind="stable")
    return _Days(
        bought=bought,
        opened=np.sort(opened),
        ended=np.sort(ended),
        advocated=_advocacy(snapshot, accounts, parameters),
        begin=begin[order],
        # codes of later accounts are greater, so what was reached never passes into the next account
        until=np.maximum.accumulate(until[order]) if len(order) else until,
    )


def _purchases(snapshot: Snapshot, accounts: Ints) -> Ints:
    """Days on which deals were won, and on which other contracts were signed."""
    deals, contracts = snapshot.nodes["opportunity"], snapshot.nodes["contract"]
    won_age, dated = days_since(snapshot, "opportunity", deals["closed_on"])
    won = dated & (deals["status"] == WON)
    papers = papers_of(snapshot, "contract")
    signed_age, known = days_since(snapshot, "contract", contracts["signed_on"][papers.row])
    belongs, holds = current(snapshot, "belongs_to")
    of_won = belongs.source[holds & np.isin(belongs.target, deals.key[won])]
    keep = known & ~np.isin(contracts.key[papers.row], of_won)
    place = lookup(accounts, np.concatenate([customer_of(snapshot, deals.key[won]), papers.account[keep]]))
    day = snapshot.today - np.concatenate([won_age[won], signed_age[keep]])
    return distinct(_code(place, day)[place >= 0])


def _deals(snapshot: Snapshot, accounts: Ints) -> tuple[Ints, Ints, Ints]:
    """Codes of the days on which deals opened and ended, and how far each one reaches (today where still open)."""
    deals, today = snapshot.nodes["opportunity"], snapshot.today
    place = lookup(accounts, customer_of(snapshot, deals.key))
    closed = (deals["closed_on"] != MISSING) & (deals["closed_on"] <= today)
    start = np.where(deals["opened_on"] == MISSING, ALWAYS, deals["opened_on"])
    # a closed deal of unknown start or end was open on no day that is known
    start = np.where(closed & (deals["opened_on"] == MISSING), deals["closed_on"], start)
    keep = (place >= 0) & (start <= today) & (is_open(snapshot) | closed)
    place, start, closed, end = place[keep], start[keep], closed[keep], deals["closed_on"][keep]
    stop = np.where(closed, np.maximum(end, start), today)
    return _code(place, start), _code(place, stop)[closed], _code(place, stop)


def _advocacy(snapshot: Snapshot, accounts: Ints, parameters: Parameters) -> Ints:
    """Days on which somebody of the account was seen to advocate us."""
    seen = observations_of(snapshot, "depth", parameters)
    chosen = np.flatnonzero(
        (seen.vendor == US) & (seen.value >= parameters.lifecycle.advocate_depth) & (seen.source_class != OPINION)
    )
    owner, account = affiliations_of(snapshot).of(seen.person[chosen])
    place = lookup(accounts, account)
    return distinct(_code(place, snapshot.today - seen.age[chosen][owner])[place >= 0])


def _silences(days: _Days, wait: int) -> Ints:
    """The days on which nothing has happened for so long, where the next activity of the account comes later."""
    if not len(days.begin):
        return days.begin
    reached = days.until + wait
    following = np.append(days.begin[1:], np.iinfo(np.int64).max)
    same = np.append(days.begin[1:] // _SPAN == days.begin[:-1] // _SPAN, False)
    silent = ~same | (reached < following)
    found: Ints = reached[silent & (reached // _SPAN == days.until // _SPAN)]
    return found


def _states(moments: Ints, days: _Days, parameters: Parameters) -> Ints:
    given = parameters.lifecycle
    first = moments - moments % _SPAN

    def number(codes: Ints) -> Ints:
        """How many of them the account has had by the day."""
        count: Ints = np.searchsorted(codes, moments, side="right") - np.searchsorted(codes, first, side="left")
        return count

    bought, running = number(days.bought), number(days.opened) > number(days.ended)
    silence = np.where(running, 0.0, _since(days.begin, days.until, moments, first))
    advocate = _since(days.advocated, days.advocated, moments, first) < given.advocate_days
    state = np.where(running, EVALUATING, POTENTIAL)
    state = np.where(bought > 0, BOUGHT, state)
    state = np.where(bought >= given.repeat_purchases, REPEAT, state)
    state = np.where((bought > 0) & advocate, ADVOCATE, state)
    state = np.where((bought > 0) & (silence >= given.dormant_days), DORMANT, state)
    found: Ints = np.where((bought > 0) & (silence >= given.lost_days), LOST, state).astype(np.int64)
    return found


def _since(begin: Ints, until: Ints, moments: Ints, first: Ints) -> Floats:
    """Days since the last of something in the account, without end where there was none."""
    at = np.searchsorted(begin, moments, side="right") - 1
    known = at >= 0
    known[known] = begin[at[known]] >= first[known]
    found = np.full(len(moments), np.inf)
    found[known] = np.maximum(moments[known] - until[at[known]], 0)
    return found


def is_buyer(found: Lifecycles, day: int) -> Flags:
    """Which accounts had bought by a day."""
    buyers: Flags = np.zeros(len(found.account), dtype=bool)
    buyers[found.purchase_place[found.purchase_day <= day]] = True
    return buyers


def buys_within(found: Lifecycles, start: int, end: int) -> Flags:
    """Which accounts bought after one day and by another."""
    buyers: Flags = np.zeros(len(found.account), dtype=bool)
    rows = (found.purchase_day > start) & (found.purchase_day <= end)
    buyers[found.purchase_place[rows]] = True
    return buyers
