"""An entity's versions, and what they say at a moment: the meaning of time, shared by all engines.

A `Fact` is a stored version: what one ``set``, ``end``, ``correct`` or stub said. Unbounded
validity is `ALWAYS` and `OPEN` here, None in what the protocol hands out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from brm.store.protocol import Commit, State, Version
from graph_schema import registry
from graph_schema.changes import EdgeRef, EntityRef
from scoring.snapshot import ALWAYS, OPEN

FactVerb = Literal["set", "end", "correct", "stub"]
FACT_VERBS: tuple[FactVerb, ...] = ("set", "end", "correct", "stub")


@dataclass(slots=True)
class Fact:
    """One stored version. ``values`` maps the named properties; None there removes the value.

    ``ordinal`` orders the versions that one commit wrote for one entity.
    """

    verb: FactVerb
    values: Mapping[str, Any]
    valid_from: int
    valid_to: int
    recorded_at: int
    revision: int
    ordinal: int = 0
    void_revision: int | None = None

    @property
    def rank(self) -> tuple[int, int, int, int]:
        """The greater rank wins where versions overlap."""
        return (self.valid_from, self.recorded_at, self.revision, self.ordinal)


@dataclass(slots=True)
class Entry:
    """All versions of one entity and the last revision that touched it."""

    facts: list[Fact] = field(default_factory=list)
    touched: int = 0

    @property
    def alive(self) -> bool:
        """Some version still says that the entity exists."""
        return any(fact.void_revision is None and fact.verb != "end" for fact in self.facts)

    @property
    def ends(self) -> list[Fact]:
        """The ends that hold."""
        return [fact for fact in self.facts if fact.void_revision is None and fact.verb == "end"]


@dataclass(slots=True)
class Folded:
    """What an entity's versions say at a moment.

    The values hold over ``valid_from <= t < valid_to``; the entity exists without a gap over
    ``since <= t < until``.
    """

    values: dict[str, Any]
    valid_from: int
    valid_to: int
    recorded_at: int
    since: int
    until: int
    stub: bool


def visible(facts: Iterable[Fact], known_at: int) -> list[Fact]:
    """The versions that were known and not withdrawn."""
    return [f for f in facts if f.void_revision is None and f.recorded_at <= known_at]


def stop_of(fact: Fact, ends: Sequence[int]) -> int:
    """Where the version stops: its own end or the first `end` after its start."""
    stop = fact.valid_to
    for end in ends:
        if fact.valid_from < end < stop:
            stop = end
    return stop


def fold(facts: Sequence[Fact], at: int, known_at: int) -> Folded | None:
    """The entity at ``(at, known_at)``, None when it does not exist there."""
    if len(facts) == 1:
        return _fold_one(facts[0], at, known_at)
    seen = visible(facts, known_at)
    ends = [f.valid_from for f in seen if f.verb == "end"]
    spans = [(f, stop_of(f, ends)) for f in sorted(seen, key=_rank) if f.verb != "end"]
    covering = [f for f, stop in spans if f.valid_from <= at < stop]
    if not covering:
        return None
    values: dict[str, Any] = {}
    for f, stop in spans:
        if stop <= at:
            values.update(f.values)
    for f in covering:
        values.update(f.values)
    edges = [edge for f, stop in spans for edge in (f.valid_from, stop)]
    since, until = _run(spans, at)
    return Folded(
        values=values,
        valid_from=max(edge for edge in edges if edge <= at),
        valid_to=min(edge for edge in edges if edge > at),
        recorded_at=max(f.recorded_at for f in covering),
        since=since,
        until=until,
        stub=all(f.verb == "stub" for f in covering),
    )


def _rank(fact: Fact) -> tuple[int, int, int, int]:
    return fact.rank


def _fold_one(fact: Fact, at: int, known_at: int) -> Folded | None:
    if (
        fact.void_revision is not None
        or fact.recorded_at > known_at
        or fact.verb == "end"
        or not fact.valid_from <= at < fact.valid_to
    ):
        return None
    start, stop = fact.valid_from, fact.valid_to
    return Folded(dict(fact.values), start, stop, fact.recorded_at, start, stop, fact.verb == "stub")


def _run(spans: Sequence[tuple[Fact, int]], at: int) -> tuple[int, int]:
    """The stretch without a gap around ``at``, given (version, stop) ordered by start."""
    since = until = at
    for f, stop in spans:
        if f.valid_from <= at < stop:
            since, until = min(since, f.valid_from), max(until, stop)
    for f, stop in reversed(spans):
        if f.valid_from < since <= stop:
            since = f.valid_from
    for f, stop in spans:
        if f.valid_from <= until < stop:
            until = stop
    return since, until


def holder(facts: Sequence[Fact], name: str | None, at: int, known_at: int) -> Fact | None:
    """The version whose value of ``name`` holds at the moment; the top covering one for None."""
    seen = visible(facts, known_at)
    ends = [f.valid_from for f in seen if f.verb == "end"]
    best: tuple[bool, tuple[int, int, int, int]] | None = None
    found: Fact | None = None
    for f in seen:
        if f.verb == "end" or f.valid_from > at or (name is not None and name not in f.values):
            continue
        covers = at < stop_of(f, ends)
        if name is None and not covers:
            continue
        if best is None or (covers, f.rank) > best:
            best, found = (covers, f.rank), f
    return found


def says_nothing_new(facts: Sequence[Fact], new: Fact, known_at: int | None) -> bool:
    """Whether ``new`` repeats what is held.

    With an explicit date of knowledge (``known_at`` None) only the same version again is a
    repetition, because an earlier or later one changes what was known when. Without, it is
    one when each value is held from the start until the next version that names it.
    """
    if known_at is None:
        return any(_same(f, new) for f in facts)
    return all(_held_until_next(facts, new, name, value, known_at) for name, value in new.values.items()) and (
        bool(new.values) or _held_until_next(facts, new, None, None, known_at)
    )


def _same(fact: Fact, new: Fact) -> bool:
    return (
        fact.void_revision is None
        and fact.verb == new.verb
        and fact.valid_from == new.valid_from
        and fact.valid_to == new.valid_to
        and fact.recorded_at == new.recorded_at
        and all(name in fact.values and same_value(fact.values[name], v) for name, v in new.values.items())
    )


def same_value(one: Any, other: Any) -> bool:
    """Equality that tells True from 1 and 1 from 1.0, also inside an `extra` map."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same_value(one[name], other[name]) for name in one)
    return type(one) is type(other) and bool(one == other)


def _held_until_next(facts: Sequence[Fact], new: Fact, name: str | None, value: Any, known_at: int) -> bool:
    seen = visible(facts, known_at)
    ends = [f.valid_from for f in seen if f.verb == "end"]
    starts = [f.valid_from for f in seen if f.verb != "end" and (name is None or name in f.values)]
    stop = min([new.valid_to, *(start for start in starts if start > new.valid_from)])
    moments = {new.valid_from}
    for f in seen:
        if f.verb != "end":
            moments.update(m for m in (f.valid_from, stop_of(f, ends)) if new.valid_from < m < stop)
    for moment in moments:
        folded = fold(seen, moment, known_at)
        if folded is None or folded.stub:
            return False
        if name is not None and not same_value(folded.values.get(name), value):
            return False
    return True


def bound(instant: int) -> int | None:
    """None for the unbounded `ALWAYS` and `OPEN`."""
    return None if instant in (ALWAYS, OPEN) else instant


def properties_of(entity: EntityRef, values: Mapping[str, Any]) -> dict[str, Any]:
    """The known values in declared order, with the key that is part of an edge's identity."""
    spec = registry().fact_type(entity.type)
    known = dict(values)
    if isinstance(entity, EdgeRef) and spec.key and entity.key:
        known[spec.key] = entity.key
    return {name: known[name] for name in spec.properties if known.get(name) is not None}


def state_of(entity: EntityRef, entry: Entry, at: int, known_at: int) -> State | None:
    """The entity as the protocol shows it at a moment."""
    folded = fold(entry.facts, at, known_at)
    if folded is None:
        return None
    return State(
        entity=entity,
        properties=properties_of(entity, folded.values),
        valid_from=bound(folded.valid_from),
        valid_to=bound(folded.valid_to),
        recorded_at=folded.recorded_at,
        revision=entry.touched,
        stub=folded.stub,
    )


def versions_of(entity: EntityRef, entry: Entry, commits: Mapping[int, Commit]) -> tuple[Version, ...]:
    """All versions as the protocol lists them, by ``(recorded_at, revision)``."""
    ordered = sorted(entry.facts, key=lambda f: (f.recorded_at, f.revision, f.ordinal))
    ends = [f.valid_from for f in entry.ends]
    return tuple(_version(entity, f, entry.facts, ends, commits[f.revision]) for f in ordered)


def _version(entity: EntityRef, fact: Fact, facts: Sequence[Fact], ends: Sequence[int], commit: Commit) -> Version:
    with_it = [f for f in facts if f is fact or f.void_revision is None]
    believed = [_unvoided(f) if f is fact else f for f in with_it]
    start = fold(believed, fact.valid_from, fact.recorded_at)
    return Version(
        entity=entity,
        verb="set" if fact.verb == "stub" else fact.verb,
        properties=properties_of(entity, start.values) if start else {},
        named=tuple(sorted(fact.values)),
        valid_from=bound(fact.valid_from),
        valid_to=None if fact.verb == "end" else bound(stop_of(fact, ends)),
        recorded_at=fact.recorded_at,
        superseded_at=_superseded_at(fact, facts),
        revision=fact.revision,
        void_revision=fact.void_revision,
        actor=commit.actor,
        source=commit.source,
        import_id=commit.import_id,
    )


def _unvoided(fact: Fact) -> Fact:
    return Fact(fact.verb, fact.values, fact.valid_from, fact.valid_to, fact.recorded_at, fact.revision, fact.ordinal)


def _superseded_at(fact: Fact, facts: Sequence[Fact]) -> int | None:
    """When another version of the same start first replaced a value that this one named."""
    later = [
        f.recorded_at
        for f in facts
        if f.void_revision is None
        and f.valid_from == fact.valid_from
        and f.rank > fact.rank
        and not f.values.keys().isdisjoint(fact.values)
    ]
    return min(later, default=None)
