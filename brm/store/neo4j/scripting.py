"""Several writing clauses as one statement, checked by what the database says it made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from brm.store.neo4j.reading import Reader, chunks

_STATEMENT = 10_000
"""Most rows in one statement."""


@dataclass(frozen=True, slots=True)
class _Part:
    cypher: str
    rows: list[Any]
    nodes: int
    relationships: int
    merged: int


class Script:
    """Parts that go to the server together. Each runs over its own rows, called ``$rows`` in its text."""

    def __init__(self) -> None:
        self._parts: list[_Part] = []

    def add(self, cypher: str, rows: Iterable[Any], *, nodes: int = 0, relationships: int = 0, merged: int = 0) -> None:
        """A part and how many nodes and relationships it makes per row; ``merged`` nodes may exist already."""
        for part in chunks(list(rows)):
            self._parts.append(_Part(cypher, part, nodes, relationships, merged))

    def run(self, reader: Reader) -> None:
        """Send the parts; AssertionError when the database held something else than was read."""
        group: list[_Part] = []
        for part in self._parts:
            if group and sum(len(each.rows) for each in group) + len(part.rows) > _STATEMENT:
                _send(reader, group)
                group = []
            group.append(part)
        if group:
            _send(reader, group)
        self._parts = []


def _send(reader: Reader, parts: Sequence[_Part]) -> None:
    text = "\n".join(
        f"CALL () {{ {part.cypher.replace('$rows', f'$rows{number}')} }}" for number, part in enumerate(parts)
    )
    given = {f"rows{number}": part.rows for number, part in enumerate(parts)}
    reader.pulse.beat()
    counters = reader.transaction.run(text, given).consume().counters
    reader.pulse.beat()
    fewest = sum(part.nodes * len(part.rows) for part in parts)
    most = fewest + sum(part.merged * len(part.rows) for part in parts)
    ties = sum(part.relationships * len(part.rows) for part in parts)
    if not fewest <= counters.nodes_created <= most or counters.relationships_created != ties:
        raise AssertionError(
            f"the database made {counters.nodes_created} nodes and {counters.relationships_created} relationships"
            f" instead of {fewest} to {most} and {ties}"
        )
