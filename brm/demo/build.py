"""The growing list of changes, with the few shapes of fact that the demonstration world is made of."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from brm.demo import names
from graph_schema.changes import Change, EdgeRef, NodeRef
from graph_schema.markers import Money
from graph_schema.values import day_from

DAY = 86_400_000_000
SOURCE_CLASSES = ("observed", "inside", "opinion")


class Builder:
    """Collects changes; every id starts with ``demo:`` and every number comes from one generator.

    Days are counted from the epoch; ``today`` is the anchor and nothing is known after it.
    """

    def __init__(self, anchor: date, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.today = day_from(anchor)
        self.start = self.today - 730
        self.changes: list[Change] = []
        self._numbers: dict[str, int] = {}
        self._used_names: set[str] = set()

    def new_id(self, type_: str) -> str:
        """The next id of a type: ``demo:person/17``."""
        self._numbers[type_] = self._numbers.get(type_, 0) + 1
        return f"demo:{type_}/{self._numbers[type_]}"

    def moment(self, day: int) -> int:
        """A moment within working hours of a day."""
        return day * DAY + int(self.rng.integers(1 * 60, 10 * 60)) * 60_000_000

    def node(
        self,
        type_: str,
        *,
        known: int | None = None,
        since: int | None = None,
        id_: str | None = None,
        **properties: Any,
    ) -> str:
        """Adds a node and returns its id. ``known`` and ``since`` are days."""
        identity = id_ or self.new_id(type_)
        self._set(NodeRef(type_, identity), properties, since, None, known)
        return identity

    def revise(self, type_: str, identity: str, day: int, **properties: Any) -> None:
        """Properties of a node that change on a day, known that day."""
        self._set(NodeRef(type_, identity), properties, day, None, day)

    def edge(
        self,
        type_: str,
        source: str,
        target: str,
        *,
        key: str = "",
        since: int | None = None,
        until: int | None = None,
        known: int | None = None,
        **properties: Any,
    ) -> None:
        """Adds an edge; without ``known`` it is known from the day it holds."""
        self._set(EdgeRef(type_, source, target, key), properties, since, until, known)

    def end(self, type_: str, source: str, target: str, day: int, key: str = "") -> None:
        """Ends an edge on a day, known that day."""
        self.changes.append(
            Change("end", EdgeRef(type_, source, target, key), valid_from=day * DAY, recorded_at=day * DAY)
        )

    def _set(
        self,
        entity: NodeRef | EdgeRef,
        properties: dict[str, Any],
        since: int | None,
        until: int | None,
        known: int | None,
    ) -> None:
        learnt = known if known is not None else (since if since is not None else self.start - 30)
        self.changes.append(
            Change(
                "set",
                entity,
                {name: value for name, value in properties.items() if value is not None},
                valid_from=None if since is None else since * DAY,
                valid_to=None if until is None else until * DAY,
                recorded_at=learnt * DAY,
            )
        )

    def interaction(
        self,
        day: int,
        channel: str,
        ours: list[str],
        theirs: list[str],
        scopes: list[str],
        *,
        by_customer: bool,
        **more: Any,
    ) -> None:
        """An interaction with its participants; whoever starts it is its sender or organiser."""
        at = self.moment(day)
        identity = self.new_id("interaction")
        known = at
        self.changes.append(
            Change(
                "set",
                NodeRef("interaction", identity),
                {"at": at, "channel": channel, "capture": "log", **more},
                valid_from=at,
                recorded_at=known,
            )
        )
        written = channel in ("mail", "chat", "sms", "social")
        first, other = ("from", "to") if written else ("organiser", "attendee")
        starters, followers = (theirs, ours) if by_customer else (ours, theirs)
        roles = [(p, first if i == 0 else other) for i, p in enumerate(starters)] + [(p, other) for p in followers]
        for person, role in roles:
            self.changes.append(
                Change(
                    "set",
                    EdgeRef("took_part", person, identity),
                    {"role": role},
                    valid_from=at,
                    recorded_at=known,
                )
            )
        for scope in scopes:
            self.changes.append(Change("set", EdgeRef("concerns", identity, scope), valid_from=at, recorded_at=known))

    def observation(
        self,
        day: int,
        kind: str,
        about: str,
        *,
        toward: str | None = None,
        said_by: str | None = None,
        scope: str | None = None,
        source_class: str = "observed",
        **properties: Any,
    ) -> str:
        """An item of evidence with its subject, direction, source person and scope."""
        at = self.moment(day)
        identity = self.new_id("observation")
        known = {k: v for k, v in properties.items() if v is not None}
        self.changes.append(
            Change(
                "set",
                NodeRef("observation", identity),
                {"at": at, "kind": kind, "source_class": source_class, **known},
                valid_from=at,
                recorded_at=at,
            )
        )
        for type_, target in (
            ("about", about),
            ("toward", toward),
            ("said_by", said_by),
            ("concerns", scope),
        ):
            if target is not None:
                self.changes.append(Change("set", EdgeRef(type_, identity, target), valid_from=at, recorded_at=at))
        return identity

    def person_name(self, language: str) -> str:
        """A name that nobody else in this world has."""
        while True:
            if language == "zh":
                name = str(self.rng.choice(list(names.ZH_FAMILY))) + str(self.rng.choice(names.ZH_GIVEN))
            else:
                name = f"{self.rng.choice(names.EN_GIVEN)} {self.rng.choice(names.EN_FAMILY)}"
            if name not in self._used_names:
                self._used_names.add(name)
                return name

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return bool(self.rng.random() < probability)

    def pick(self, items: Any) -> Any:
        """One of the items."""
        return items[int(self.rng.integers(len(items)))]

    def some(self, items: list[Any], count: int) -> list[Any]:
        """Up to ``count`` different items."""
        order = self.rng.permutation(len(items))[:count]
        return [items[int(i)] for i in order]


def cny(amount: float) -> Money:
    """An amount in yuan, rounded to whole hundreds."""
    return Money(round(amount / 100) * 1_000_000, "CNY")
