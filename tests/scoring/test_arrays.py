"""Look-ups and joins of arrays, by table and by binary search."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.machinery import arrays
from scoring.machinery.arrays import Grouping, chunks, expand, lookup


@pytest.mark.parametrize("few", [0, 10**9])
def test_lookup_finds_the_first_place(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrays, "FEW", few)
    keys = np.array([3, 3, 5, 9])
    wanted = np.array([9, 3, 4, -7, 100, 5])
    assert lookup(keys, wanted).tolist() == [3, 0, -1, -1, -1, 2]
    assert lookup(keys[:0], wanted).tolist() == [-1] * 6


def test_a_join_pairs_all_rows_of_equal_code() -> None:
    owner, row = Grouping.of(np.array([7, 5, 7])).join(np.array([5, 7, 6]))
    assert list(zip(owner.tolist(), row.tolist(), strict=True)) == [(0, 1), (1, 0), (1, 2)]


def test_ranges_are_laid_out_owner_by_owner() -> None:
    owner, row = expand(np.array([4, 0, 9]), np.array([2, 0, 1]))
    assert (owner.tolist(), row.tolist()) == ([0, 0, 2], [4, 5, 9])


def test_chunks_cover_everything_once() -> None:
    parts = chunks(np.array([5, 0, 7, 1, 20, 0]), budget=8)
    covered = [at for part in parts for at in range(part.start, part.stop)]
    assert covered == list(range(6))
