"""An open store with its settings: what services, the command line and the server work on."""

from __future__ import annotations

import copy
import functools
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Generic, TypeVar

from brm.metering import Meter
from brm.principal import Language, Principal, local_admin
from brm.services.following import Follower
from brm.services.moments import end_of_day, local_day, now
from brm.services.parameter_sets import ParameterSets, Versioned
from brm.services.scoreboard import Scoreboard, Scoreboards
from brm.services.timing import timed
from brm.settings import Settings
from brm.store import open_store
from brm.store.protocol import NOW, Store, When
from scoring.parameters import Parameters
from scoring.population import reduce_reference
from scoring.reference import Reference
from scoring.snapshot import Snapshot

KEPT_ACCOUNTS, KEPT_WHOLE, KEPT_REFERENCES, KEPT_BOARDS, KEPT_PAST = 64, 2, 16, 2, 64
MINUTE = 60_000_000


T = TypeVar("T")


class Workspace:
    """A store, its settings, the active parameters, and snapshots kept while they are current."""

    def __init__(self, store: Store, settings: Settings, meter: Meter | None = None) -> None:
        self.store = store if meter is None else timed(store, meter)
        self.settings = settings
        self._meter = meter or Meter()
        self.sets = ParameterSets(self.store, settings)
        self._in_force: Callable[[], Versioned] = self.sets.active
        self._lock = threading.Lock()
        self._accounts: Kept[Snapshot] = Kept(KEPT_ACCOUNTS)
        self._whole: Kept[Snapshot] = Kept(KEPT_WHOLE)
        self._references: Kept[Reference] = Kept(KEPT_REFERENCES)
        self._past: Kept[Any] = Kept(KEPT_PAST)
        self._boards = Scoreboards(KEPT_BOARDS)
        self.follower = Follower(self.store, settings.zone, self._boards.carry)

    @classmethod
    def open(cls, settings: Settings, meter: Meter | None = None) -> Workspace:
        """Open the store that the settings name."""
        return cls(open_store(settings.store, zone=settings.zone, access=settings.access), settings, meter)

    def close(self) -> None:
        """Release the store."""
        self.store.close()

    def local_principal(self, language: Language | None = None) -> Principal:
        """The administrator at this machine."""
        return local_admin(language or self.settings.language, self.settings.zone)

    @property
    def parameter_set(self) -> Versioned:
        """The parameters that scores are computed with, and their version."""
        return self._in_force()

    @property
    def parameters(self) -> Parameters:
        """The parameters that scores are computed with."""
        return self._in_force().parameters

    def under(self, version: str | None = None) -> Workspace:
        """The same workspace with one set of parameters for all it is asked: the one named, else the active one.

        The active one is looked up once, when it is first needed, so that one answer holds one set only.
        """
        view = copy.copy(self)
        view._in_force = functools.cache(self._in_force if version is None else lambda: self.sets.named(version))
        return view

    def moment(self, when: When, snapshot: Snapshot | None = None) -> When:
        """``when`` with its dates filled in; now is not before what a snapshot of now includes."""
        as_of = max(now(), snapshot.as_of if snapshot else 0) if when.as_of is None else when.as_of
        return When(as_of, as_of if when.known_at is None else when.known_at)

    def snapshot(self, accounts: Sequence[str] | None = None, when: When = NOW) -> Snapshot:
        """The graph at a moment; kept until facts are committed, of accounts now a minute, the whole of now held."""
        if accounts is None and when == NOW:
            return self.follower.whole(now())
        kept = self._whole if accounts is None else self._accounts
        stamp = now() // MINUTE if when.as_of is None else when
        if accounts is None and when.as_of is not None:
            known = when.as_of if when.known_at is None else when.known_at
            return kept.get((self.follower.epoch(known), when), lambda: self.store.snapshot(None, when))
        key = (self.follower.facts(), stamp, None if accounts is None else tuple(sorted(accounts)))
        return kept.get(key, lambda: self.store.snapshot(accounts, when))

    @contextmanager
    def timing(self, kind: str) -> Iterator[None]:
        """Tells the meter how long a computation of this kind took, unless it was refused."""
        began = time.perf_counter()
        yield
        self._meter.scoring(kind, time.perf_counter() - began)

    def reference(self, when: When = NOW) -> Reference:
        """The population quantities, reduced over facts up to the end of the previous local day.

        Kept per day, state of knowledge and parameters, until a commit writes or withdraws something known by then.
        """
        population, parameters = self._population(when), self.parameters
        key = (population, self.follower.epoch(population.known_at or 0), parameters.digest)
        return self._references.get(key, lambda: reduce_reference(self.store.snapshot(None, population), parameters))

    def population(self, when: When = NOW) -> Snapshot:
        """The facts that `reference` is reduced from; read anew each time."""
        return self.store.snapshot(None, self._population(when))

    def _population(self, when: When) -> When:
        moment = self.moment(when)
        zone = self.settings.zone
        yesterday = local_day(moment.as_of or 0, zone) - timedelta(days=1)
        end = end_of_day(yesterday, zone)
        known = end if moment.known_at is None or moment.known_at == moment.as_of else moment.known_at
        return When(end, known)

    def past(self, name: str, when: When, make: Callable[[], T]) -> T:
        """What was made of an earlier moment, kept until a commit writes or withdraws something known by then."""
        known = (when.as_of or 0) if when.known_at is None else when.known_at
        found: T = self._past.get((name, when, self.follower.epoch(known), self.parameters.digest), make)
        return found

    def frames(self, when: When = NOW) -> Scoreboard:
        """The scores of everybody at a moment, by kind; kept while snapshot, Reference and parameters stay."""
        reference = self.reference(when)
        return self._boards.of(self.snapshot(None, when), reference, self.parameters)


class Kept(Generic[T]):
    """The values used last, safe to use from several threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._values: OrderedDict[tuple[object, ...], T] = OrderedDict()

    def get(self, key: tuple[object, ...], make: Callable[[], T]) -> T:
        """The value kept for the key, else the one that ``make`` gives."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        made = make()
        with self._lock:
            self._values[key] = made
            while len(self._values) > self._most:
                self._values.popitem(last=False)
        return made
