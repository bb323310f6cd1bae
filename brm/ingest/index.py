"""A compact map from 64-bit hashes to 64-bit numbers: 16 bytes an entry, however many there are."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


def hashes(items: Iterable[object], count: int = -1) -> Ints:
    """The 64-bit hash of each item, the same within this process."""
    return np.fromiter(map(hash, items), dtype=np.int64, count=count)


class HashIndex:
    """Sorted runs that are merged when they are of similar size; keys are added once."""

    def __init__(self) -> None:
        self._runs: list[tuple[Ints, Ints]] = []

    def __len__(self) -> int:
        return sum(len(keys) for keys, _ in self._runs)

    def add(self, keys: Ints, values: Ints | None = None) -> None:
        """Add keys that are not there yet; of equal keys in one call the first counts."""
        if not len(keys):
            return
        kept, first = np.unique(keys, return_index=True)
        numbers = np.zeros(len(kept), dtype=np.int64) if values is None else values[first]
        self._runs.append((kept, numbers))
        while len(self._runs) > 1 and len(self._runs[-2][0]) < 2 * len(self._runs[-1][0]):
            (a, b), (c, d) = self._runs[-2:]
            both = np.concatenate((a, c))
            order = np.argsort(both, kind="stable")
            self._runs[-2:] = [(both[order], np.concatenate((b, d))[order])]

    def find(self, keys: Ints) -> tuple[npt.NDArray[np.bool_], Ints]:
        """Which keys are there, and their numbers (0 where they are not)."""
        found = np.zeros(len(keys), dtype=np.bool_)
        numbers = np.zeros(len(keys), dtype=np.int64)
        for known, values in self._runs:
            at = np.searchsorted(known, keys).clip(0, len(known) - 1)
            hit = known[at] == keys
            numbers[hit] = values[at[hit]]
            found |= hit
        return found, numbers
