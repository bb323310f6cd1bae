"""Facts of one import that contradict one another: same entity, same dates, another value."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np

from brm.ingest.index import HashIndex, hashes
from brm.ingest.plans import Plan
from brm.ingest.rejects import Warnings
from brm.ingest.rows import Facts


class Conflicts:
    """Watches the properties that more than one entry of the plan says; within one entry the
    check for duplicates is stricter."""

    def __init__(self, plan: Plan) -> None:
        said: dict[str, Counter[str]] = defaultdict(Counter)
        for source in plan.sources:
            for entry in source.plan.entries:
                said[entry.type].update(entry.properties.keys())
        self._watched = {
            type_: frozenset(name for name, entries in names.items() if entries > 1) for type_, names in said.items()
        }
        self._values = HashIndex()

    def take(self, facts: Facts, name: str, lines: list[int], warnings: Warnings) -> None:
        """Warn where a value differs from the one that an earlier entry gave."""
        watched = self._watched[facts.spec.name]
        if watched.isdisjoint(facts.names) or facts.entry.repeat == "first":
            return
        identities = list(facts.identities())
        for prop, column in zip(facts.names, facts.values, strict=True):
            if prop not in watched:
                continue
            given = [at for at, value in enumerate(column) if value is not None]
            keys = hashes(((facts.spec.name, prop, identities[at]) for at in given), len(given))
            values = hashes((repr(column[at]) for at in given), len(given))
            found, earlier = self._values.find(keys)
            for at in np.flatnonzero(found & (earlier != values)).tolist():
                where = f"{name}:{lines[facts.rows[given[at]]]} {prop}"
                warnings.add("conflict", "two facts with the same dates differ; the later one counts", where)
            self._values.add(keys[~found], values[~found])
