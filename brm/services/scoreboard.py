"""The scores of everybody at one moment, by kind: what lists, heat pages and reports look rows up in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Any, TypeVar, cast

from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.registry import SCORERS
from scoring.snapshot import Snapshot
from scoring.types import ScoreFrame

T = TypeVar("T")


class Scoreboard(Mapping[str, ScoreFrame]):
    """The frame of each kind over all subjects, vendors and scopes; a kind is scored when first asked for.

    Safe to use from several threads; frames are the same objects for as long as the board is kept.
    """

    def __init__(self, snapshot: Snapshot, reference: Reference, parameters: Parameters) -> None:
        self.snapshot = snapshot
        self.reference = reference
        self.parameters = parameters
        self._lock = threading.RLock()
        self._frames: dict[str, ScoreFrame] = {}
        self._derived: dict[Hashable, Any] = {}

    def __getitem__(self, kind: str) -> ScoreFrame:
        scorer = SCORERS[kind]
        with self._lock:
            if kind not in self._frames:
                self._frames[kind] = scorer.score(self.snapshot, self.reference, self.parameters)
            return self._frames[kind]

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
