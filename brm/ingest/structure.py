"""What is odd about the imported graph as a whole: kept, with a warning."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from brm.ingest.index import HashIndex, Ints, hashes
from brm.ingest.rejects import Warnings
from brm.ingest.rows import Facts
from brm.store.protocol import Expansion, Store
from scoring.snapshot import ALWAYS, OPEN

_MOST_REMEMBERED = 200_000


class _Ties:
    """Two hashed ends, an interval and a place of many edges, as arrays."""

    def __init__(self) -> None:
        self._parts: list[tuple[Ints, Ints, Ints, Ints, Ints]] = []

    def add(self, facts: Facts, place: int, lines: list[int]) -> None:
        count = len(facts)
        if not count:
            return
        start = np.array([ALWAYS if each is None else each for each in facts.valid_from], dtype=np.int64)
        stop = np.array([OPEN if each is None else each for each in facts.valid_to], dtype=np.int64)
        where = np.array([lines[row] for row in facts.rows], dtype=np.int64) + (place << 40)
        self._parts.append((hashes(facts.ids[0], count), hashes(facts.ids[1], count), start, stop, where))

    def arrays(self) -> tuple[Ints, Ints, Ints, Ints, Ints]:
        if not self._parts:
            empty = np.zeros(0, dtype=np.int64)
            return empty, empty, empty, empty, empty
        one, other, start, stop, where = (np.concatenate(each) for each in zip(*self._parts, strict=True))
        return one, other, start, stop, where


class Structure:
    """Collects tenures, reporting lines and customers during the check, and warns at the end."""

    def __init__(self, names: list[str]) -> None:
        self._names = names
        self._tenures = _Ties()
        self._lines = _Ties()
        self._opportunities: dict[str, None] = {}
        self._with_customer = HashIndex()

    def take(self, facts: Facts, place: int, lines: list[int]) -> None:
        """Remember what matters of some facts."""
        match facts.spec.name:
            case "holds":
                self._tenures.add(facts, place, lines)
            case "reports_to":
                self._lines.add(facts.select([key == "solid" for key in facts.keys]), place, lines)
            case "opportunity" if len(self._opportunities) < _MOST_REMEMBERED:
                self._opportunities.update(dict.fromkeys(facts.ids[0]))
            case "for":
                self._with_customer.add(hashes(facts.ids[0], len(facts)))

    def warn(self, warnings: Warnings, store: Store | None) -> None:
        """Report overlapping tenures, reporting cycles and opportunities without a customer."""
        for where in self._overlaps():
            warnings.add("overlapping_tenures", "two tenures in one seat overlap", self._place(where))
        for where in self._cycles():
            warnings.add("reporting_cycle", "solid reporting lines form a cycle", self._place(where))
        for identity in self._without_customer(store):
            warnings.add("no_customer", "the opportunity has no customer", identity)

    def _place(self, where: int) -> str:
        return f"{self._names[where >> 40]}:{where & ((1 << 40) - 1)}"

    def _overlaps(self) -> Iterable[int]:
        person, seat, start, stop, where = self._tenures.arrays()
        if not len(seat):
            return []
        _, first = np.unique(np.stack((person, seat, start, stop)), axis=1, return_index=True)
        person, seat, start, stop, where = (each[first] for each in (person, seat, start, stop, where))
        order = np.lexsort((where, start, seat))
        person, seat, start, stop, where = (each[order] for each in (person, seat, start, stop, where))
        # The latest end so far within a seat; one seat's ends cannot leak into the next.
        found = []
        latest, current = int(ALWAYS), None
        for at in range(len(seat)):
            if seat[at] != current:
                current, latest = seat[at], int(ALWAYS)
            elif start[at] < latest:
                found.append(int(where[at]))
            latest = max(latest, int(stop[at]))
        return found

    def _cycles(self) -> list[int]:
        source, target, start, stop, where = self._lines.arrays()
        cyclic = _in_cycle(source, target)
        if not cyclic.any():
            return []
        source, target, start, stop, where = (each[cyclic] for each in (source, target, start, stop, where))
        found: set[int] = set()
        for moment in np.unique(start).tolist():
            valid = (start <= moment) & (moment < stop)
            at_once = _in_cycle(source[valid], target[valid])
            found.update(where[valid][at_once].tolist())
        return sorted(found)

    def _without_customer(self, store: Store | None) -> list[str]:
        ids = list(self._opportunities)
        found, _ = self._with_customer.find(hashes(ids, len(ids)))
        lacking = [identity for identity, has in zip(ids, found.tolist(), strict=True) if not has]
        if store is None or not lacking:
            return lacking
        held: set[str] = set()
        for at in range(0, len(lacking), 500):
            starts = tuple(store.keys(lacking[at : at + 500]))
            trails = store.expand(Expansion(starts=starts, edge_types=("for",), direction="out")) if starts else []
            held.update(state.entity.source for trail in trails for state in trail if hasattr(state.entity, "source"))
        return [identity for identity in lacking if identity not in held]


def _in_cycle(source: Ints, target: Ints) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    if not len(source):
        return np.zeros(0, dtype=np.bool_)
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    nodes, codes = np.unique(np.concatenate((source, target)), return_inverse=True)
    one, other = codes[: len(source)], codes[len(source) :]
    matrix = coo_array((np.ones(len(one), dtype=np.int8), (one, other)), shape=(len(nodes), len(nodes)))
    _, component = connected_components(matrix, directed=True, connection="strong")
    return np.asarray(component[one] == component[other])


Progress = Callable[[str, str, float], None]
"""Called with the phase (``check`` or ``write``), the file, and the share done (0 to 1)."""
