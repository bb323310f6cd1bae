"""Introduction paths: the best routes between people by the product of the ties they use.

Model. A route is a sequence of distinct people joined by ties of strength 0 < t <= 1; its strength
is the product. Routes of at most ``hops`` ties are found best first by A*: the bound of a partial
route is its own strength times the best product with which its end reaches a start within the ties
that are left, so the first routes found are the best ones, exactly.

References. Hart P., Nilsson N., Raphael B. (1968), A formal basis for the heuristic determination
of minimum cost paths, IEEE Trans. SSC 4(2):100-107.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from itertools import count

import numpy as np

from scoring.snapshot import Floats, Ints


@dataclass(frozen=True, slots=True)
class Route:
    """People from the start to the target, and the tie (its row in the network) of each hop."""

    people: tuple[int, ...]
    ties: tuple[int, ...]
    strength: float


class Network:
    """Undirected ties between people, ready for many searches.

    Inputs: ``first``, ``second`` entity keys and ``strength`` in (0, 1], one row a tie; ``starts``
    the keys that a route may begin at, ``avoid`` people that it may not pass through. Parallel ties are
    allowed; the strongest is used first.
    """

    def __init__(self, first: Ints, second: Ints, strength: Floats, starts: Ints, avoid: Ints | None = None) -> None:
        keep = (strength > 0) & (first != second)
        self.rows = np.flatnonzero(keep)
        ends = np.concatenate([first[keep], second[keep]])
        self.people, index = np.unique(np.concatenate([ends, starts]), return_inverse=True)
        half = len(self.rows)
        source = np.concatenate([index[:half], index[half : 2 * half]])
        target = np.concatenate([index[half : 2 * half], index[:half]])
        order = np.lexsort((-np.tile(strength[keep], 2), source))
        self.target = target[order]
        self.strength = np.tile(strength[keep], 2)[order]
        self.row = np.tile(self.rows, 2)[order]
        self.indptr = np.searchsorted(source[order], np.arange(len(self.people) + 1))
        self.is_start = np.zeros(len(self.people), dtype=bool)
        self.is_start[index[2 * half :]] = True
        self.blocked = np.isin(self.people, avoid) if avoid is not None else np.zeros(len(self.people), dtype=bool)
        self._reach: list[Floats] = [self.is_start.astype(np.float64)]

    def reach(self, ties: int) -> Floats:
        """Per person the best product with which a start is reached within this many ties."""
        while len(self._reach) <= ties:
            nearer = self._reach[-1]
            best = nearer.copy()
            if len(self.target):
                starts = np.flatnonzero(np.diff(self.indptr) > 0)
                through = np.maximum.reduceat(nearer[self.target] * self.strength, self.indptr[starts])
                best[starts] = np.maximum(best[starts], through)
            self._reach.append(best)
        return self._reach[ties]


def best_routes(network: Network, target: int, *, hops: int = 4, most: int = 5) -> list[Route]:
    """The ``most`` strongest routes from any start to ``target``, strongest first.

    A target that is to be avoided is reached all the same. A start that is the target itself is no
    route. Among equally strong routes the shorter, then the one through smaller keys, comes first.
    """
    at = int(np.searchsorted(network.people, target))
    if at >= len(network.people) or network.people[at] != target:
        return []
    bounds = [network.reach(left) for left in range(hops + 1)]
    tie_break = count()
    heap: list[tuple[float, int, tuple[int, ...], int, float, tuple[int, ...]]] = []
    heapq.heappush(heap, (-float(bounds[hops][at]), 0, (at,), next(tie_break), 1.0, ()))
    found: list[Route] = []
    while heap and len(found) < most:
        _, length, trail, _, product, ties = heapq.heappop(heap)
        person = trail[-1]
        if length and network.is_start[person]:
            people = tuple(int(network.people[each]) for each in reversed(trail))
            found.append(Route(people, tuple(reversed(ties)), product))
            continue
        if length == hops:
            continue
        for place in range(int(network.indptr[person]), int(network.indptr[person + 1])):
            onward = int(network.target[place])
            if onward in trail or network.blocked[onward]:
                continue
            strength = product * float(network.strength[place])
            bound = strength * (1.0 if network.is_start[onward] else float(bounds[hops - length - 1][onward]))
            if bound > 0:
                step = (*trail, onward)
                heapq.heappush(
                    heap, (-bound, length + 1, step, next(tie_break), strength, (*ties, int(network.row[place])))
                )
    return found
