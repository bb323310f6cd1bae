"""Plan a write: turn the changes of a ChangeSet into versions, given what the store holds.

The planner works on copies of the histories it touches, so a change set that is refused half-way
leaves no trace.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from functools import cache
from itertools import product
from typing import Any

from brm.errors import InvalidInput, NotFound
from brm.store.history import (
    Entry,
    Fact,
    fold,
    holder,
    same_value,
    says_nothing_new,
    stop_of,
    visible,
)
from brm.store.ledger import Known, Ledger
from graph_schema import registry
from graph_schema.changes import Change, EdgeRef, EntityRef, NodeRef
from graph_schema.validation import (
    Problem,
    end_problems,
    observation_problems,
    problem,
    reference_problems,
)
from scoring.snapshot import ALWAYS, OPEN


def refuse(problems: list[Problem]) -> InvalidInput:
    """The error that reports all problems; its code and sentence are those of the first."""
    first = problems[0]
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return InvalidInput(
        f"{first.field}: {first.message}{more}", remedy=first.remedy, code=first.code, problems=problems
    )


class Histories:
    """The histories that a write touches, as they will be after it."""

    def __init__(self, ledger: Ledger, revision: int) -> None:
        self.ledger = ledger
        self.revision = revision
        self.written = 0
        self.dirty: dict[EntityRef, Entry] = {}
        self.stored: set[EntityRef] = set()
        self._read: dict[EntityRef, Entry | None] = {}
        self._nodes: dict[str, Known | None] = {}
        self._created: list[EntityRef] = []
        self._new_edges: dict[str, list[EdgeRef]] = {}
        self.aliases = ledger.aliases()

    def prefetch(self, refs: Collection[EntityRef], ids: Collection[str]) -> None:
        """Read many histories and nodes at once."""
        missing = [ref for ref in refs if ref not in self._read] if self._read else refs
        self._read.update(dict.fromkeys(missing))
        self._read.update(self.ledger.entries(missing))
        unknown = [identity for identity in ids if identity not in self._nodes] if self._nodes else ids
        self._nodes.update(dict.fromkeys(unknown))
        self._nodes.update(self.ledger.nodes(unknown))

    def get(self, ref: EntityRef) -> Entry | None:
        """The history of an entity as planned so far, None when there is none."""
        found = self.dirty.get(ref)
        if found is not None:
            return found
        try:
            return self._read[ref]
        except KeyError:
            self.prefetch((ref,), ())
            return self._read[ref]

    def node(self, identity: str) -> Known | None:
        """What is known of a node id."""
        try:
            return self._nodes[identity]
        except KeyError:
            self.prefetch((), (identity,))
            return self._nodes[identity]

    def living_type(self, identity: str) -> str | None:
        """The type of a node that some version still says exists."""
        known = self.node(identity)
        return known.type if known is not None and known.alive else None

    def edges_at(self, identity: str) -> list[EdgeRef]:
        """All edges of a node, those planned in this write included."""
        found = dict.fromkeys(self.ledger.edges_of((identity,)))
        created, self._created = self._created, []
        for ref in created:
            if isinstance(ref, EdgeRef):
                self._new_edges.setdefault(ref.source, []).append(ref)
                self._new_edges.setdefault(ref.target, []).append(ref)
        found.update(dict.fromkeys(self._new_edges.get(identity, ())))
        return list(found)

    def writable(self, ref: EntityRef) -> Entry:
        """The entity's history, copied for change and counted as touched."""
        entry = self.dirty.get(ref)
        if entry is None:
            old = self.get(ref)
            if old is None:
                entry = Entry()
                self._created.append(ref)
            else:
                entry = Entry(list(old.facts), old.touched)
                self.stored.add(ref)
            self.dirty[ref] = entry
            entry.touched = self.revision
        return entry

    def create(self, ref: EntityRef, fact: Fact) -> None:
        """Begin the history of an entity that has none with a version that is no end."""
        self.dirty[ref] = Entry([fact], self.revision)
        self._created.append(ref)
        self.written += 1
        if ref.__class__ is NodeRef and self._nodes.get(ref.id) is None:
            self._nodes[ref.id] = Known(ref.type, True, False)

    def add(self, ref: EntityRef, fact: Fact) -> None:
        """Append a version."""
        entry = self.writable(ref)
        if entry.facts:
            fact.ordinal = sum(1 for f in entry.facts if f.revision == self.revision)
        entry.facts.append(fact)
        self.written += 1
        if isinstance(ref, NodeRef):
            known = self._nodes.get(ref.id)
            if known is None:
                self._nodes[ref.id] = Known(ref.type, fact.verb != "end", fact.verb == "end")
            elif fact.verb == "end":
                self._nodes[ref.id] = Known(known.type, known.alive, True)
            elif not known.alive:
                self._nodes[ref.id] = Known(known.type, True, known.ended)

    def void(self, ref: EntityRef, facts: Iterable[Fact], revision: int | None) -> None:
        """Withdraw versions, or with None believe them again."""
        entry = self.writable(ref)
        chosen = {id(fact) for fact in facts}
        entry.facts = [replace(f, void_revision=revision) if id(f) in chosen else f for f in entry.facts]
        if isinstance(ref, NodeRef):
            self._nodes[ref.id] = Known(ref.type, entry.alive, bool(entry.ends))


class Planner:
    """Applies changes, one after the other, to `Histories`."""

    def __init__(self, histories: Histories, now: int) -> None:
        self.histories = histories
        self.now = now
        self.unchanged = 0
        self.problems: list[Problem] = []
        self._created: dict[NodeRef, int] = {}

    def apply(self, changes: list[Change]) -> None:
        """Plan all changes; InvalidInput with every problem, or NotFound."""
        if self.histories.aliases:
            changes = [self._without_alias(change) for change in changes]
        refs = dict.fromkeys([change.entity for change in changes])
        ids: dict[str, None] = {}
        for ref in refs:
            if isinstance(ref, NodeRef):
                ids[ref.id] = None
            else:
                ids[ref.source] = ids[ref.target] = None
        self.histories.prefetch(refs, ids)
        for index, change in enumerate(changes):
            match change.verb:
                case "set":
                    self._set(index, change)
                case "end":
                    self._end(index, change)
                case "correct":
                    self._correct(index, change)
                case "retract":
                    self._retract(change)
        self._check_required()
        if self.problems:
            raise refuse(self.problems)

    def _without_alias(self, change: Change) -> Change:
        aliases, entity = self.histories.aliases, change.entity
        if isinstance(entity, NodeRef):
            return replace(change, entity=NodeRef(entity.type, aliases.get(entity.id, entity.id)))
        source, target = (aliases.get(end, end) for end in (entity.source, entity.target))
        if registry().edges[entity.type].symmetric and source > target:
            source, target = target, source
        return replace(change, entity=EdgeRef(entity.type, source, target, entity.key))

    def _fits(self, index: int, change: Change) -> bool:
        entity, histories = change.entity, self.histories
        found: list[Problem] = []
        if isinstance(entity, EdgeRef):
            source, target = histories.node(entity.source), histories.node(entity.target)
            allowed = _allowed_ends(entity.type)
            if (
                source is None
                or target is None
                or not (source.alive and target.alive)
                or (source.type, target.type) not in allowed
            ):
                found += end_problems(index, entity, histories.living_type)
        else:
            known = histories.node(entity.id)
            if known is not None and known.type != entity.type:
                text = f"{entity.id!r} is the id of a {known.type}"
                found.append(problem(index, "id", entity.id, "other_type", text, actual=known.type))
        if refers(entity.type):
            found += reference_problems(index, entity, change.properties, histories.living_type)
        if entity.type == "observation" and not change.properties.keys() >= {"kind", "value", "word"}:
            found += self._observation(index, change)
        self.problems += found
        return not found

    def _observation(self, index: int, change: Change) -> list[Problem]:
        entry = self.histories.get(change.entity)
        if entry is None:
            return []
        at = ALWAYS if change.valid_from is None else change.valid_from
        folded = fold(entry.facts, at, self.now) or fold(entry.facts, self.now, self.now)
        return observation_problems(index, {**folded.values, **change.properties}) if folded else []

    def _set(self, index: int, change: Change) -> None:
        if not self._fits(index, change):
            return
        fact = Fact(
            "set",
            dict(change.properties),
            ALWAYS if change.valid_from is None else change.valid_from,
            OPEN if change.valid_to is None else change.valid_to,
            self.now if change.recorded_at is None else change.recorded_at,
            self.histories.revision,
        )
        ref = change.entity
        entry = self.histories.get(ref)
        if entry is not None and entry.facts:
            held = self.now if change.recorded_at is None else None
            if says_nothing_new(entry.facts, fact, held):
                self.unchanged += 1
                return
        if entry is None:
            self.histories.create(ref, fact)
        else:
            self.histories.add(ref, fact)
        if isinstance(ref, NodeRef):
            self._created.setdefault(ref, index)
        else:
            self._end_with_nodes(ref, fact)

    def _end_with_nodes(self, ref: EdgeRef, fact: Fact) -> None:
        """An edge written after its node ended is closed by that end, as if it had come before."""
        for identity in (ref.source, ref.target):
            known = self.histories.node(identity)
            if known is None or not known.ended:
                continue
            entry = self.histories.get(NodeRef(known.type, identity))
            for end in entry.ends if entry is not None else ():
                if fact.valid_from < end.valid_from < fact.valid_to:
                    self._add_end(ref, end.valid_from, end.recorded_at)

    def _add_end(self, ref: EntityRef, at: int, recorded_at: int) -> None:
        fact = Fact("end", {}, at, OPEN, recorded_at, self.histories.revision)
        entry = self.histories.get(ref)
        if entry is None or not says_nothing_new(entry.facts, fact, None):
            self.histories.add(ref, fact)

    def _check_required(self) -> None:
        for ref, index in self._created.items():
            needed = required(ref.type)
            entry = self.histories.get(ref)
            facts = [f for f in entry.facts if f.void_revision is None] if entry else []
            for name in needed:
                if not any(f.values.get(name) is not None for f in facts):
                    text = f"a {ref.type} needs {name}"
                    self.problems.append(problem(index, name, None, "missing_required", text))

    def _entry_of(self, change: Change) -> Entry:
        entry = self.histories.get(change.entity)
        if entry is None or not entry.alive:
            raise _nothing_there(change.entity)
        return entry

    def _end(self, index: int, change: Change) -> None:
        ref, entry = change.entity, self._entry_of(change)
        at = self.now if change.valid_from is None else change.valid_from
        recorded = self.now if change.recorded_at is None else change.recorded_at
        if change.recorded_at is None and not _open_at(entry, at, self.now):
            if all(f.valid_from >= at for f in visible(entry.facts, self.now) if f.verb != "end"):
                text = "it would end before it begins"
                self.problems.append(problem(index, "valid_from", change.valid_from, "interval_empty", text))
            self.unchanged += 1
            return
        before = self.histories.written
        self._add_end(ref, at, recorded)
        self.unchanged += self.histories.written == before
        if isinstance(ref, NodeRef):
            edges = self.histories.edges_at(ref.id)
            self.histories.prefetch(edges, ())
            for edge in edges:
                held = self.histories.get(edge)
                if held is not None and _open_at(held, at, OPEN, recorded):
                    self._add_end(edge, at, recorded)

    def _correct(self, index: int, change: Change) -> None:
        ref, entry = change.entity, self._entry_of(change)
        if not self._fits(index, change):
            return
        at = self.now if change.valid_from is None else change.valid_from
        current = fold(entry.facts, at, self.now)
        if current is None:
            raise _nothing_there(ref)
        spans: dict[tuple[int, int], dict[str, Any]] = {}
        for name, value in change.properties.items():
            if same_value(current.values.get(name), value):
                continue
            found = holder(entry.facts, name, at, self.now) or holder(entry.facts, None, at, self.now)
            if found is not None:
                spans.setdefault((found.valid_from, found.valid_to), {})[name] = value
        self.unchanged += not spans
        recorded = self.now if change.recorded_at is None else change.recorded_at
        for (start, stop), values in spans.items():
            self.histories.add(ref, Fact("correct", values, start, stop, recorded, self.histories.revision))

    def _retract(self, change: Change) -> None:
        ref, entry = change.entity, self.histories.get(change.entity)
        facts = [
            f
            for f in (entry.facts if entry is not None else ())
            if f.void_revision is None and change.revision in (None, f.revision)
        ]
        if not facts:
            raise _nothing_there(ref)
        self.histories.void(ref, facts, self.histories.revision)
        entry = self.histories.writable(ref)
        if isinstance(ref, NodeRef) and not entry.alive:
            withdraw_edges(self.histories, ref.id)


def withdraw_edges(histories: Histories, identity: str) -> None:
    """Withdraw every version of every edge at a node."""
    edges = histories.edges_at(identity)
    histories.prefetch(edges, ())
    for edge in edges:
        entry = histories.get(edge)
        held = [f for f in entry.facts if f.void_revision is None] if entry is not None else []
        if held:
            histories.void(edge, held, histories.revision)


@cache
def _allowed_ends(type_: str) -> frozenset[tuple[str, str]]:
    spec = registry().edges[type_]
    return frozenset(product(spec.source, spec.target))


@cache
def required(type_: str) -> tuple[str, ...]:
    """The properties that a node of the type must have."""
    return tuple(prop.name for prop in registry().nodes[type_].properties.values() if prop.required)


@cache
def refers(type_: str) -> bool:
    """Whether a type has properties, or a key, that refer to nodes."""
    spec = registry().fact_type(type_)
    return any(prop.kind == "ref" for prop in spec.properties.values())


def _nothing_there(ref: EntityRef) -> NotFound:
    return NotFound(
        f"there is no {ref.type} {ref.id!r} at that date",
        remedy="Check the id and the date; its history shows when it existed.",
        id=ref.id,
        type=ref.type,
    )


def _open_at(entry: Entry, at: int, known_at: int, ends_known_at: int = OPEN) -> bool:
    """Some version starts before the moment and, by the ends known, would still hold at it."""
    seen = visible(entry.facts, known_at)
    ends = [f.valid_from for f in seen if f.verb == "end" and f.recorded_at <= ends_known_at]
    return any(f.verb != "end" and f.valid_from < at < stop_of(f, ends) for f in seen)
