"""Everything around some accounts in one statement, made of the steps that a partition is made of."""

from __future__ import annotations

from functools import cache

import numpy as np

from brm.store.neo4j import tabling
from brm.store.neo4j.reading import Reader
from brm.store.neo4j.tabling import Raw
from brm.store.reach import CHAINS, STEPS, Step
from brm.store.view import Moment, Side
from graph_schema import registry
from graph_schema.ddl.neo4j import PAST
from scoring.snapshot import EdgeTable, Ints, NodeTable


@cache
def statement() -> str:
    """The Cypher of all steps.

    It follows edges of any date, and from more nodes than a step would, so what it finds is enough for
    the steps at every moment; taking them exactly is left to `brm.store.partition`.
    """
    sets: dict[str, list[str]] = {"accounts": ["accounts"]}
    parts = ["UNWIND $accounts AS k MATCH (n:Entity {_key: k}) USING INDEX n:Entity(_key) WITH collect(n) AS accounts"]
    needed = ["accounts"]
    for number, step in enumerate(STEPS):
        parts.append(_step(number, step, [each for name in step.start for each in sets.get(name, ())]))
        if step.into is not None:
            sets.setdefault(step.into, []).append(f"m{number}")
        if step.into is not None or step.edge in CHAINS:
            needed.append(f"m{number}")
    parts.append(
        f"CALL ({', '.join(needed)}) {{ UNWIND {' + '.join(needed)} AS n WITH DISTINCT n"
        " WITH n._type AS type, collect(n._row) AS rows,"
        " collect(CASE WHEN n._history IS NOT NULL THEN [n._key, n._history] END) AS versioned"
        " RETURN collect([type, rows, versioned]) AS nodes }"
    )
    lists = ", ".join(
        f"[r IN r{number} | coalesce(r._row, [r.eid, r._ends, r._history])]" for number in range(len(STEPS))
    )
    parts.append(f"RETURN nodes, [{lists}] AS edges, {tabling.having('company', 'kinds')} AS ours")
    return "\n".join(parts)


def _step(number: int, step: Step, start: list[str]) -> str:
    """One step: its relationships as ``r<number>``, the nodes across as ``m<number>``."""
    label = registry().edges[step.edge].label
    left, right = ("-", "->") if step.side == "source" else ("<-", "-")

    def tie(name: str) -> str:
        return f"{left}[{name}:{label}|{PAST}]{right}"

    def fits(name: str) -> str:
        return f"coalesce({name}._type, '{step.edge}') = '{step.edge}'"

    lines = [f"UNWIND {' + '.join(start)} AS s WITH DISTINCT s"]
    if step.of is not None:
        lines.append(f"WHERE s._type = '{step.of}'")
    if step.again:
        only = f" AND y._type = '{step.only}'" if step.only else ""
        lines.append(f"MATCH (s) ((x){tie('q')}(y) WHERE {fits('q')}{only})* (u) WITH DISTINCT u AS s")
    lines.append(f"MATCH (s){tie('r')}(m) WHERE {fits('r')}")
    across = f"CASE WHEN m._type = '{step.only}' THEN m END" if step.only else "m"
    lines.append(f"RETURN collect(DISTINCT r) AS r{number}, collect(DISTINCT {across}) AS m{number}")
    return f"CALL ({', '.join(start)}) {{ {' '.join(lines)} }}"


class Gathered:
    """The tables of a neighbourhood that was read at once."""

    def __init__(self, reader: Reader, accounts: Ints, moment: Moment) -> None:
        row = reader.one(statement(), accounts=accounts.tolist(), word="ours")
        nodes = {name: Raw() for name in registry().nodes}
        for type_, rows, versioned in row["nodes"]:
            nodes[type_] = Raw(rows, versioned)
        edges = {name: Raw() for name in registry().edges}
        for step, found in zip(STEPS, row["edges"], strict=True):
            for each in found:
                raw = edges[step.edge]
                (raw.rows if isinstance(each, bytes) else raw.versioned).append(each)
        ours = Raw(*row["ours"])
        self._ours = tabling.node_table_of(reader, "company", ours, moment)
        nodes["company"].rows += ours.rows
        nodes["company"].versioned += ours.versioned
        unique = {name: raw.once() for name, raw in nodes.items()}
        self._keys = {name: raw.node_keys(name) for name, raw in unique.items()}
        self._nodes = {name: tabling.node_table_of(reader, name, raw, moment) for name, raw in unique.items()}
        self._edges = {name: tabling.edge_table_of(reader, name, raw.once(), moment) for name, raw in edges.items()}

    def around(self, accounts: Ints, moment: Moment) -> Gathered:
        """The same tables."""
        return self

    def nodes_at(self, type_: str, keys: Ints | None, moment: Moment) -> NodeTable:
        """The nodes of a type with these keys."""
        table = self._nodes[type_]
        return table if keys is None else tabling.node_rows(table, np.isin(table.key, keys))

    def split(self, keys: Ints) -> dict[str, Ints]:
        """The keys by the type of their node, each in order."""
        found = ((name, np.intersect1d(held, keys)) for name, held in self._keys.items())
        return {name: among for name, among in found if len(among)}

    def nodes_with(self, type_: str, name: str, word: str, moment: Moment) -> Ints:
        """Our own companies, the only ones that were read for this."""
        bit = 1 << registry().nodes[type_].properties[name].words.index(word)
        having: Ints = self._ours.key[(self._ours[name] & bit) != 0]
        return having

    def edges_at(self, type_: str, side: Side | None, keys: Ints | None, moment: Moment) -> EdgeTable:
        """The edges of a type with one of the keys on that side."""
        table = self._edges[type_]
        if keys is None or side is None:
            return table
        ends = table.source if side == "source" else table.target
        return tabling.edge_rows(table, np.isin(ends, keys))
