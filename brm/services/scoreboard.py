"""The scores of everybody at one moment, by kind: what lists, heat pages and reports look rows up in.

After a commit the board is carried on with the snapshot that is held: the accounts whose partitions the
commit touched are cut out of it and scored anew, and their rows replaced. `employee` is a rank over
everybody and is scored whole.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import numpy as np

from brm.store.affected import Affected, our_companies, partitions_of, with_lost_edges
from brm.store.cutting import cut
from scoring.machinery.concerns import customer_of
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.registry import SCORERS
from scoring.snapshot import OPEN, EdgeTable, Ints, NodeTable, Patch, Snapshot
from scoring.splicing import spliced
from scoring.types import COMPANY, Explanation, ScoreFrame

MOST_TOUCHED = 0.1
"""Share of the accounts up to which touched ones are scored by themselves."""
FEW = 20
"""Accounts that always are."""
MOST_PATCHES = 500
"""Commits that may wait until a kind is asked for again."""


@dataclass(frozen=True, slots=True)
class _Earlier:
    """A frame of an earlier snapshot, and what was committed since."""

    frame: ScoreFrame
    patches: tuple[Patch, ...]


@dataclass(frozen=True, slots=True)
class _Anew:
    """What a change touched: the scopes whose rows it replaces, and a snapshot of their partitions."""

    scopes: Ints
    snapshot: Snapshot


T = TypeVar("T")


class Scoreboard(Mapping[str, ScoreFrame]):
    """The frame of each kind over all subjects, vendors and scopes; a kind is scored when first asked for.

    Safe to use from several threads; frames are the same objects for as long as the board is kept.
    """

    def __init__(
        self, snapshot: Snapshot, reference: Reference, parameters: Parameters,
        earlier: Mapping[str, _Earlier] | None = None, until: int | None = None,
    ) -> None:  # fmt: skip
        self.snapshot = snapshot
        self.reference = reference
        self.parameters = parameters
        self._lock = threading.RLock()
        self._frames: dict[str, ScoreFrame] = {}
        self._derived: dict[Hashable, Any] = {}
        self._earlier = dict(earlier or {})
        self._anew: dict[int, _Anew | None] = {}
        self._until = until

    def __getitem__(self, kind: str) -> ScoreFrame:
        scorer = SCORERS[kind]
        with self._lock:
            if kind not in self._frames:
                found = self._carried(kind)
                if found is None:
                    found = scorer.score(self.snapshot, self.reference, self.parameters)
                self._frames[kind] = found
                self._earlier.pop(kind, None)
            return self._frames[kind]

    def best_first(self, kind: str, vendor: int | None = None) -> Ints:
        """The rows of a kind towards a vendor, or all of them, from the highest score down; NaN comes last."""

        def ordered(_: Scoreboard) -> Ints:
            frame = self[kind]
            rows = np.arange(len(frame)) if vendor is None else np.flatnonzero(frame.vendor == vendor)
            found: Ints = rows[np.lexsort((frame.scope[rows], -frame.score[rows]))]
            return found

        return self.derived(("best first", kind, vendor), ordered)

    def __iter__(self) -> Iterator[str]:
        return iter(SCORERS)

    def __len__(self) -> int:
        return len(SCORERS)

    def derived(self, name: Hashable, build: Callable[[Scoreboard], T]) -> T:
        """What ``build`` makes of the frames, made once."""
        with self._lock:
            if name not in self._derived:
                self._derived[name] = build(self)
            return cast(T, self._derived[name])

    def is_of(self, snapshot: Snapshot, reference: Reference, parameters: Parameters) -> bool:
        """Whether its frames are those of this snapshot, Reference and parameters."""
        return (
            self.snapshot is snapshot
            and self.reference.digest == reference.digest
            and self.parameters.digest == parameters.digest
        )

    def after(self, snapshot: Snapshot, patch: Patch) -> Scoreboard:
        """The board of the snapshot that a patch led to; what it can take over, it will."""
        whole = with_lost_edges(self.snapshot, patch)
        with self._lock:
            until = _boundary(self.snapshot) if self._until is None else self._until
            if snapshot.as_of >= until or snapshot.today != self.snapshot.today or not self._same_firm(snapshot):
                return Scoreboard(snapshot, self.reference, self.parameters)
            held = {kind: _Earlier(frame, ()) for kind, frame in self._frames.items() if not SCORERS[kind].whole}
            earlier = {
                kind: _Earlier(each.frame, (*each.patches, whole))
                for kind, each in (held | self._earlier).items()
                if len(each.patches) < MOST_PATCHES
            }
        until = min(until, _soonest(patch.add_nodes, patch.add_edges, self.snapshot.as_of))
        return Scoreboard(snapshot, self.reference, self.parameters, earlier, until)

    def _same_firm(self, snapshot: Snapshot) -> bool:
        return np.array_equal(our_companies(self.snapshot), our_companies(snapshot))

    def _carried(self, kind: str) -> ScoreFrame | None:
        """The frame made of an earlier one; None where that is not there or too much of it was touched."""
        if kind not in self._earlier:
            return None
        earlier = self._earlier[kind]
        number = len(earlier.patches)
        if number not in self._anew:
            self._anew[number] = self._touched(earlier.patches)
        anew = self._anew[number]
        if anew is None:
            return None
        # with all scopes that are there, what the kinds share is made once
        made = SCORERS[kind].score(anew.snapshot, self.reference, self.parameters)
        return spliced(earlier.frame, made, anew.scopes, self._explain)

    def _touched(self, patches: Sequence[Patch]) -> _Anew | None:
        affected = partitions_of(self.snapshot, patches)
        number = len(np.unique(self.snapshot.edges["seat_in"].target))
        if affected is None or len(affected.accounts) > max(FEW, MOST_TOUCHED * number):
            return None
        return _anew(self.snapshot, affected)

    def _explain(self, frame: ScoreFrame, i: int) -> Explanation:
        """The explanation of one row, on the partition that it needs."""
        scope, subject, vendor = (getattr(frame, name)[i : i + 1] for name in ("scope", "subject", "vendor"))
        account = scope if frame.scope_type[i] == COMPANY else customer_of(self.snapshot, scope)
        own = cut(self.snapshot, account[account > 0], scope[frame.scope_type[i : i + 1] != COMPANY])
        made = SCORERS[frame.kind].score(
            own, self.reference, self.parameters, scopes=scope, subjects=subject, vendor=int(vendor[0])
        )
        return made.explain(int(made.rows(int(subject[0]), int(vendor[0]), int(scope[0]))[0]))


def _anew(snapshot: Snapshot, affected: Affected) -> _Anew:
    own = cut(snapshot, affected.accounts, affected.orphans)
    return _Anew(np.union1d(affected.accounts, affected.deals), own)


def _boundary(snapshot: Snapshot) -> int:
    """The first moment after the snapshot's at which facts in it end, or come to count, by themselves."""
    return _soonest(snapshot.nodes, snapshot.edges, snapshot.as_of)


def _soonest(nodes: Mapping[str, NodeTable], edges: Mapping[str, EdgeTable], after: int) -> int:
    moments = [table.valid_to for table in edges.values()]
    moments += [nodes[name]["at"] for name in ("interaction", "observation") if name in nodes]
    return min((int(each.min(initial=OPEN, where=each > after)) for each in moments), default=OPEN)


class Scoreboards:
    """The boards used last."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._boards: list[Scoreboard] = []

    def of(self, snapshot: Snapshot, reference: Reference, parameters: Parameters) -> Scoreboard:
        """The board of a snapshot, a Reference and parameters."""
        with self._lock:
            found = next((each for each in self._boards if each.is_of(snapshot, reference, parameters)), None)
            board = found or Scoreboard(snapshot, reference, parameters)
            self._boards = [board, *(each for each in self._boards if each is not board)][: self._most]
            return board

    def carry(self, before: Snapshot, after: Snapshot, patch: Patch) -> None:
        """Replace the boards of a snapshot by those of the one that a patch led to."""
        with self._lock:
            self._boards = [each.after(after, patch) if each.snapshot is before else each for each in self._boards]
