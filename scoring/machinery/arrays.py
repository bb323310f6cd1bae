"""Grouping and joining of arrays, in a few passes and without a Python loop per group."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from scoring.types import Floats, Ints

Flags = npt.NDArray[np.bool_]

_DIGIT = (1 << 16) - 1
FEW, SPARSE = 10_000, 4
"""A table serves more than so many look-ups, in keys spread over at most so many times their number."""


def expand(start: Ints, count: Ints) -> tuple[Ints, Ints]:
    """Owner and row of every row in the ranges ``start[i] : start[i] + count[i]``, owner by owner."""
    owner = np.repeat(np.arange(len(count), dtype=np.int64), count)
    first = np.cumsum(count) - count
    rows = np.arange(len(owner), dtype=np.int64) + np.repeat(start - first, count)
    return owner, rows


def lookup(keys: Ints, wanted: Ints) -> Ints:
    """The first place of each wanted key in ascending ``keys``, -1 where it is not there."""
    if not len(keys):
        return np.full(len(wanted), -1, dtype=np.int64)
    span = int(keys[-1]) - int(keys[0]) + 1
    if len(wanted) > FEW and span <= SPARSE * len(wanted):
        # a table is several times faster than a binary search that misses the cache at every step
        table = np.full(span + 1, -1, dtype=np.int64)
        table[(keys - keys[0])[::-1]] = np.arange(len(keys) - 1, -1, -1)
        offset = wanted - keys[0]
        return table[np.where((offset >= 0) & (offset < span), offset, span)]
    at = np.searchsorted(keys, wanted).clip(0, len(keys) - 1)
    found: Ints = np.where(keys[at] == wanted, at, -1).astype(np.int64)
    return found


def run_starts(*columns: Ints) -> Ints:
    """The first row of every run of rows that agree in all columns."""
    size = len(columns[0])
    if not size:
        return np.empty(0, dtype=np.int64)
    new = np.ones(size, dtype=bool)
    new[1:] = False
    for column in columns:
        new[1:] |= column[1:] != column[:-1]
    return np.flatnonzero(new)


def distinct(codes: Ints) -> Ints:
    """The different codes, ascending; for large arrays much faster than `numpy.unique`."""
    ordered = np.sort(codes)
    return ordered[run_starts(ordered)]


def run_sums(values: Floats, starts: Ints) -> Floats:
    """The sum of each run; an empty array for no runs."""
    if not len(starts):
        return np.empty(0)
    sums: Floats = np.add.reduceat(values, starts)
    return sums


def order_of(codes: Ints) -> Ints:
    """The rows by ascending code 0 or above, equal ones as they stand: several times faster than a sort."""
    order, shift, top = np.arange(len(codes), dtype=np.int64), 0, int(codes.max(initial=0))
    while shift == 0 or top >> shift:
        # numpy sorts 16-bit integers by counting
        digit = (codes[order] >> shift & _DIGIT).astype(np.uint16)
        order = order[np.argsort(digit, kind="stable")]
        shift += 16
    return order


def sums(owner: Ints, values: Floats, size: int) -> Floats:
    """The sum of the values of each owner."""
    totals: Floats = np.bincount(owner, weights=values, minlength=size)[:size].astype(np.float64)
    return totals


def with_means(owner: Ints, values: Floats, known: Flags, size: int) -> Floats:
    """The values, an unknown one replaced by the mean of its owner's known ones, 1 where there is none."""
    number = counts(owner[known], size)
    mean = np.divide(sums(owner[known], values[known], size), number, out=np.ones(size), where=number > 0)
    return np.where(known, values, mean[owner])


def counts(owner: Ints, size: int) -> Ints:
    """The number of rows of each owner."""
    numbers: Ints = np.bincount(owner, minlength=size)[:size].astype(np.int64)
    return numbers


@dataclass(frozen=True, slots=True)
class Grouping:
    """Rows of a table brought into groups of an integer code."""

    codes: Ints
    start: Ints
    count: Ints
    order: Ints

    @classmethod
    def of(cls, code: Ints) -> Grouping:
        """Group the rows that carry the same code."""
        order = np.argsort(code, kind="stable")
        ordered = code[order]
        start = run_starts(ordered)
        count = np.diff(np.append(start, len(code)))
        return cls(ordered[start], start, count, order)

    def join(self, wanted: Ints) -> tuple[Ints, Ints]:
        """Place in ``wanted`` and row of the table for all pairs that carry the same code."""
        at = lookup(self.codes, wanted)
        found = at >= 0
        start = np.where(found, self.start[at] if len(self.start) else 0, 0)
        count = np.where(found, self.count[at] if len(self.count) else 0, 0)
        owner, row = expand(start, count)
        return owner, self.order[row]


def chunks(count: Ints, budget: int = 1 << 19) -> list[slice]:
    """Consecutive slices whose counts add up to about the budget, so that work stays in cache."""
    if not len(count):
        return []
    number = np.cumsum(count) // budget
    edges = np.append(run_starts(number), len(count))
    return [slice(int(a), int(b)) for a, b in pairwise(edges)]
