"""Which seats of an account we reach: department x level cells, and how evenly they are covered.

A department is the unit that a seat is directly in, or the company itself; committees are none. The
cells of an account are those of all its seats, held or vacant, those of an opportunity the ones where
members of its chain sit in the account. A seat without a level has a level of its own. A cell is covered
when somebody in it has a tie above ``coverage.covered`` with a colleague.

Gen: ``(covered/cells) * (1/2 + H/(2 ln departments))``, H the entropy of the covered cells over
departments; with one department the second factor is 1. One more covered cell never lowers it, as
``d(N H)/dn_d = ln(N/n_d) >= 0``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graph_schema.vocabulary import code_number
from scoring.machinery.arrays import Flags, Grouping, counts, distinct, lookup, run_starts, sums
from scoring.machinery.closeness import closeness_of
from scoring.machinery.people import company_of, current, people_of
from scoring.machinery.standings import Standings
from scoring.parameters import Parameters
from scoring.snapshot import Snapshot
from scoring.types import COMPANY, NOBODY, Floats, Ints

COMMITTEE = code_number("unit_kind", "committee")
LEVELS = 8
"""More than there are levels; 0 stands for an unknown one."""


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells of all companies, by company, unit and level, with their seats; who sits in them (person row, cell)."""

    company: Ints
    unit: Ints
    level: Ints
    seats: Ints
    holder: Ints
    holder_cell: Ints


def cells_of(snapshot: Snapshot) -> Cells:
    """The cells of all companies, made once per snapshot."""
    return snapshot.derived("cells", _cells)


def _cells(snapshot: Snapshot) -> Cells:
    people, positions, units = people_of(snapshot), snapshot.nodes["position"], snapshot.nodes["org_unit"]
    seats, placed = current(snapshot, "seat_in")
    seat, unit = seats.source[placed], seats.target[placed]
    at = units.rows(unit)
    committee = (at >= 0) & (units["kind"][at] == COMMITTEE if len(units) else False)
    company = company_of(snapshot, unit)
    keep = (company != NOBODY) & ~committee
    seat, unit, company = seat[keep], unit[keep], company[keep]
    row = positions.rows(seat)
    level = np.where(row >= 0, positions["level"][row] if len(positions) else np.nan, np.nan)
    whole = np.nan_to_num(level).astype(np.int64)
    order = np.lexsort((whole, unit, company))
    seat, unit, company, whole = seat[order], unit[order], company[order], whole[order]
    starts = run_starts(company, unit, whole)
    cell = np.zeros(len(seat), dtype=np.int64)
    cell[starts[1:]] = 1
    cell = np.cumsum(cell)
    holds, held = current(snapshot, "holds")
    owner, at_seat = Grouping.of(seat).join(holds.target[held])
    person = people.rows(holds.source[held])[owner]
    known = person >= 0
    number = np.diff(np.append(starts, len(seat)))
    return Cells(company[starts], unit[starts], whole[starts], number, person[known], cell[at_seat[known]])


@dataclass(frozen=True, slots=True)
class Coverage:
    """The cells of every scope (slots), who covers them, and Gen by scope.

    ``sitter_*``: (place in the closeness, slot) of everyone who sits in a slot. ``coverer_*``: (slot,
    colleague place). ``lone_*``: by scope, colleague and department how many slots that colleague alone
    covers. ``covered_in`` and ``department`` are by department of a scope.
    """

    slot_scope: Ints
    slot_cell: Ints
    slot_department: Ints
    covered: Flags
    sitter: Ints
    sitter_slot: Ints
    coverer_slot: Ints
    coverer: Ints
    department_scope: Ints
    covered_in: Floats
    cells: Floats
    departments: Floats
    value: Floats


def coverage_of(snapshot: Snapshot, standings: Standings, parameters: Parameters) -> Coverage:
    """The coverage of all scopes of the standings, made once."""
    return standings.derived("coverage", lambda: _coverage(snapshot, standings, parameters))


def _coverage(snapshot: Snapshot, standings: Standings, parameters: Parameters) -> Coverage:
    cells, scopes = cells_of(snapshot), standings.chains.scopes
    sitter, seat_cell = _seated(cells, standings, parameters)
    size = max(len(cells.company), 1)
    close = closeness_of(standings, parameters)
    firms = np.flatnonzero(scopes.type == COMPANY)
    firm, own = Grouping.of(cells.company).join(scopes.key[firms])
    seat_code = close.scope[sitter] * size + seat_cell
    slot = distinct(np.concatenate([firms[firm] * size + own, seat_code]))
    scope, cell = slot // size, slot % size
    starts = run_starts(scope, cells.unit[cell])
    department = np.zeros(len(slot), dtype=np.int64)
    department[starts[1:]] = 1
    department = np.cumsum(department)
    sitter_slot = lookup(slot, seat_code)
    coverer_slot, coverer = _coverers(standings, sitter, sitter_slot, parameters)
    covered = counts(coverer_slot, len(slot)) > 0
    covered_in = sums(department, covered.astype(np.float64), len(starts))
    number = counts(scope, len(scopes)).astype(np.float64)
    departments = counts(scope[starts], len(scopes)).astype(np.float64)
    return Coverage(
        slot_scope=scope,
        slot_cell=cell,
        slot_department=department,
        covered=covered,
        sitter=sitter,
        sitter_slot=sitter_slot,
        coverer_slot=coverer_slot,
        coverer=coverer,
        department_scope=scope[starts],
        covered_in=covered_in,
        cells=number,
        departments=departments,
        value=spread_of(
            sums(scope[starts], covered_in, len(scopes)),
            sums(scope[starts], n_log_n(covered_in), len(scopes)),
            number,
            departments,
        ),
    )


def _seated(cells: Cells, standings: Standings, parameters: Parameters) -> tuple[Ints, Ints]:
    """Place in the closeness and cell of everyone who sits in the account of their scope."""
    close, chains = closeness_of(standings, parameters), standings.chains
    place, row = Grouping.of(cells.holder).join(chains.person[standings.member[close.rows]])
    cell = cells.holder_cell[row]
    inside = cells.company[cell] == chains.scopes.account[close.scope[place]]
    return place[inside], cell[inside]


def _coverers(standings: Standings, sitter: Ints, slot: Ints, parameters: Parameters) -> tuple[Ints, Ints]:
    """Slot and colleague (place), each pair once, of all ties strong enough."""
    strong = np.flatnonzero(standings.pairs.strength > parameters.coverage.covered)
    pair, at = Grouping.of(sitter).join(standings.pairs.owner[strong])
    colleague = standings.pairs.colleague[strong[pair]]
    width = int(colleague.max(initial=0)) + 1
    code = distinct(slot[at] * width + colleague)
    return code // width, code % width


def n_log_n(number: Floats) -> Floats:
    """``n ln n``, 0 at 0."""
    found: Floats = number * np.log(np.maximum(number, 1.0))
    return found


def spread_of(covered: Floats, logs: Floats, cells: Floats, departments: Floats) -> Floats:
    """Gen from the covered cells N, ``sum n_d ln n_d``, the cells and the departments."""
    entropy = np.log(np.maximum(covered, 1.0)) - np.divide(logs, covered, out=np.zeros(len(logs)), where=covered > 0)
    several = departments > 1
    even = np.divide(entropy, np.log(np.maximum(departments, 2.0)))
    share = np.divide(covered, cells, out=np.zeros(len(cells)), where=cells > 0)
    found: Floats = share * np.where(several, 0.5 + 0.5 * even, 1.0)
    return found


def without_each(coverage: Coverage) -> tuple[Ints, Ints, Floats]:
    """Scope, colleague (place) and the Gen that is left without the colleague, where any is lost."""
    number = counts(coverage.coverer_slot, len(coverage.slot_scope))
    alone = np.flatnonzero(number[coverage.coverer_slot] == 1)
    slot, colleague = coverage.coverer_slot[alone], coverage.coverer[alone]
    department = coverage.slot_department[slot]
    width = int(colleague.max(initial=0)) + 1
    code, lost = np.unique(department * width + colleague, return_counts=True)
    department, colleague = code // width, code % width
    scope = coverage.department_scope[department]
    before = coverage.covered_in[department]
    pair = distinct(scope * width + colleague)
    at = lookup(pair, scope * width + colleague)
    gone = sums(at, lost.astype(np.float64), len(pair))
    logs = sums(at, n_log_n(before) - n_log_n(before - lost), len(pair))
    place = pair // width
    size = len(coverage.cells)
    covered = sums(coverage.department_scope, coverage.covered_in, size)[place] - gone
    left = sums(coverage.department_scope, n_log_n(coverage.covered_in), size)[place] - logs
    return place, pair % width, spread_of(covered, left, coverage.cells[place], coverage.departments[place])


def known_coverage(standings: Standings, coverage: Coverage, parameters: Parameters) -> Floats:
    """Completeness of Gen by scope: the mean over cells of the best-known tie in each."""
    close = closeness_of(standings, parameters)
    known = standings.known_tie(parameters)[close.rows]
    best = np.zeros(len(coverage.slot_scope))
    np.maximum.at(best, coverage.sitter_slot, known[coverage.sitter])
    total = sums(coverage.slot_scope, best, len(coverage.cells))
    return np.divide(total, coverage.cells, out=np.zeros(len(total)), where=coverage.cells > 0)
