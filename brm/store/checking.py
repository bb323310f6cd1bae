"""Whether what a store holds is sound, told from its histories alone: the same on every engine."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from brm.store.history import Entry, Fact, same_value, stop_of
from brm.store.protocol import Check
from brm.store.view import Whole
from graph_schema import registry
from graph_schema.changes import EdgeRef, EntityRef, NodeRef
from graph_schema.validation import check_extra, observation_problems
from graph_schema.values import ValueProblem, check_value
from scoring.snapshot import ALWAYS, Ints

GENERIC = ("readable", "conflicts", "orphans", "lifetimes", "declarations", "stamps")

Life = tuple[tuple[int, int], ...]
"""When an entity exists, as far as is known now: intervals in order, that neither touch nor overlap."""


def checks(view: Whole) -> list[Check]:
    """One check for each of `GENERIC`, from one pass over all nodes and one over all edges."""
    found, lives = _Findings(view.last()[0]), _Lives()
    try:
        for node, entry in view.all_nodes():
            found.look(node, entry)
            lives.learn(node, entry)
        lives.settle()
        for edge, entry in view.all_edges():
            found.look(edge, entry)
            verdict = lives.verdict(edge, entry)
            if verdict is not None:
                found.add(verdict, edge)
    except (LookupError, TypeError, ValueError) as bad:
        found.unreadable = f"{type(bad).__name__}: {bad}"
    return found.told()


class _Findings:
    def __init__(self, last: int) -> None:
        self._last = last
        self._counts = dict.fromkeys(GENERIC, 0)
        self._first: dict[str, str] = {}
        self.unreadable = ""

    def add(self, code: str, ref: EntityRef) -> None:
        """One more entity of which a check does not hold."""
        self._counts[code] += 1
        self._first.setdefault(code, ref.id)

    def look(self, ref: EntityRef, entry: Entry) -> None:
        """The checks of one entity alone."""
        if len(entry.facts) > 1 and conflicting(entry.facts):
            self.add("conflicts", ref)
        if not declared(ref, entry):
            self.add("declarations", ref)
        revisions = {fact.revision for fact in entry.facts} | {f.void_revision or 1 for f in entry.facts}
        if not entry.facts or min(revisions) < 1 or not max(revisions) <= entry.touched <= self._last:
            self.add("stamps", ref)

    def told(self) -> list[Check]:
        """The checks; none but the first holds for sure where not everything could be read."""
        readable = Check("readable", not self.unreadable, {"error": self.unreadable})
        if self.unreadable:
            return [readable]
        counted = (
            Check(code, not self._counts[code], {"count": self._counts[code], "first": self._first.get(code, "")})
            for code in GENERIC[1:]
        )
        return [readable, *counted]


def conflicting(facts: Iterable[Fact]) -> bool:
    """Whether two versions of the same start and the same knowledge say different things of one property."""
    said: dict[tuple[int, int, str], Any] = {}
    for fact in facts:
        if fact.void_revision is not None or fact.verb == "end":
            continue
        for name, value in fact.values.items():
            earlier = said.setdefault((fact.valid_from, fact.recorded_at, name), value)
            if not same_value(earlier, value):
                return True
    return False


def declared(ref: EntityRef, entry: Entry) -> bool:
    """Whether every version's properties, and an edge's key, are what the declarations allow today."""
    spec = registry().fact_type(ref.type)
    try:
        if isinstance(ref, EdgeRef) and spec.key and ref.key:
            check_value(spec.properties[spec.key], ref.key)
        return all(_fits(spec.name, spec.properties, fact.values) for fact in entry.facts)
    except (ValueProblem, KeyError):
        return False


def _fits(type_: str, properties: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    for name, value in values.items():
        if value is not None:
            check_extra(value) if name == "extra" else check_value(properties[name], value)
    return type_ != "observation" or not observation_problems(0, values)


def life(entry: Entry) -> Life:
    """When the entity exists, by everything that is known now."""
    ends = [fact.valid_from for fact in entry.ends]
    spans = sorted(
        (fact.valid_from, stop_of(fact, ends))
        for fact in entry.facts
        if fact.void_revision is None and fact.verb != "end"
    )
    joined: list[tuple[int, int]] = []
    for start, stop in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(stop, joined[-1][1]))
        else:
            joined.append((start, stop))
    return tuple(joined)


def within(inner: Life, outer: Life) -> bool:
    """Whether everything of the one lies in the other; an undated start does not say that it was before."""
    began = outer[0][0]
    dated = ((began if low == ALWAYS and high > began else low, high) for low, high in inner)
    return all(any(start <= low and high <= stop for start, stop in outer) for low, high in dated)


class _Lives:
    """The lives of all nodes, in some 30 bytes each; those of several intervals apart."""

    def __init__(self) -> None:
        self._places = {name: place for place, name in enumerate(registry().nodes)}
        self._ids, self._types = array("q"), array("b")
        self._starts, self._stops = array("q"), array("q")
        self._several: dict[int, Life] = {}
        self._order, self._sorted = array("q"), array("q")

    def learn(self, node: NodeRef, entry: Entry) -> None:
        """Remember when a node exists."""
        lived = life(entry)
        if len(lived) > 1:
            self._several[len(self._ids)] = lived
        start, stop = lived[0] if lived else (0, 0)
        self._ids.append(hash(node.id))
        self._types.append(self._places[node.type])
        self._starts.append(start)
        self._stops.append(stop)

    def settle(self) -> None:
        """All nodes are known: the edges can be asked about."""
        ids: Ints = np.array(self._ids, dtype=np.int64)
        order = np.argsort(ids, kind="stable")
        self._order, self._sorted = array("q", order.tobytes()), array("q", ids[order].tobytes())

    def verdict(self, edge: EdgeRef, entry: Entry) -> str | None:
        """``orphans`` when an end never exists while the edge does, ``lifetimes`` when not all the time."""
        holds = life(entry)
        if not holds:
            return None
        spec = registry().edges[edge.type]
        lives = [self._life(*each) for each in ((edge.source, spec.source), (edge.target, spec.target))]
        if not all(lives):
            return "orphans"
        return None if all(within(holds, each) for each in lives) else "lifetimes"

    def _life(self, identity: str, allowed: tuple[str, ...]) -> Life:
        wanted = hash(identity)
        place = bisect_left(self._sorted, wanted)
        if place == len(self._sorted) or self._sorted[place] != wanted:
            return ()
        at = self._order[place]
        if all(self._places[name] != self._types[at] for name in allowed):
            return ()
        start, stop = self._starts[at], self._stops[at]
        return self._several.get(at) or (((start, stop),) if start < stop else ())
