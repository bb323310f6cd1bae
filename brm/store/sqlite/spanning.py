"""Tables over several moments: every row that is seen at one of them is read once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from brm.store.history import Folded, properties_of
from brm.store.spanning import edge_spans, node_spans, runs
from brm.store.sqlite.codec import Codec, codec
from brm.store.sqlite.reading import IN_JSON, Reader, as_json
from brm.store.sqlite.tabling import columns_in, joined, layout_of, read_rows, versions
from brm.store.tables import columns_of
from brm.store.view import Moment, Side
from scoring.series import EdgeSpans, NodeSpans
from scoring.snapshot import Column, Ints

_Found = list[tuple[tuple[int, ...], int, int, Folded]]


class Over:
    """The tables of one reader over ascending moments."""

    def __init__(self, reader: Reader, moments: Sequence[Moment], split: Callable[[Ints], dict[str, Ints]]) -> None:
        self._reader = reader
        self._moments = moments
        self._at = np.array([moment.at for moment in moments], dtype=np.int64)
        self._known = np.array([moment.known_at for moment in moments], dtype=np.int64)
        self._seen = (int(self._at[-1]), int(self._at[0]), int(self._known[-1]))
        self._split = split

    def split(self, keys: Ints) -> dict[str, Ints]:
        """The keys by the type of their node, each in order."""
        return self._split(keys)

    def nodes_ever_with(self, type_: str, name: str, word: str) -> Ints:
        """The nodes of a type whose set of codes ``name`` holds, or once held, the word."""
        c = codec(type_)
        having = f'("{name}" & {1 << c.spec.properties[name].words.index(word)}) <> 0'
        sql = f"SELECT _key FROM {c.table} WHERE {having} UNION SELECT _key FROM {c.table}_v WHERE {having}"  # noqa: S608
        return np.array([key for (key,) in self._reader.query(sql)], dtype=np.int64)

    def nodes_over(self, type_: str, keys: Ints) -> NodeSpans:
        """The nodes of a type with these keys."""
        c, layout = codec(type_), layout_of(type_, ("_from", "_to", "_known"))
        where, wanted = f"_key {IN_JSON}", [as_json(keys.tolist())]
        key, start, stop, known, *read = read_rows(self._reader, layout, self._seen, where, wanted)
        found = self._versioned(c, where, wanted)
        columns = self._columns(c, columns_in(layout.cells, read), [state.values for *_, state in found])
        key = np.concatenate([key, np.array([identity[0] for identity, *_ in found], dtype=np.int64)])
        return node_spans(key, columns, *self._stretches(start, stop, known, found))

    def edges_over(self, type_: str, side: Side, keys: Ints) -> EdgeSpans:
        """The edges of a type with one of the keys on that side."""
        c, layout = codec(type_), layout_of(type_, ("_known",))
        where, wanted = f"_{side} {IN_JSON}", [as_json(keys.tolist())]
        read = read_rows(self._reader, layout, self._seen, where, wanted)
        source, target, start, stop = read[:4]
        key = read[4] if c.spec.key else np.full(len(source), -1, dtype=np.int64)
        known, *cells = read[5 if c.spec.key else 4 :]
        found = self._versioned(c, where, wanted)
        values = [properties_of(self._reader.edge(c.spec, each[:3]), state.values) for each, _, _, state in found]
        columns = self._columns(c, columns_in(layout.cells, cells), values)
        more = np.array(
            [(*identity, state.since, state.until) for identity, _, _, state in found], dtype=np.int64
        ).reshape(-1, 5)
        identity = (
            np.append(source, more[:, 0]), np.append(target, more[:, 1]), np.append(key, more[:, 2]),
            np.append(start, more[:, 3]), np.append(stop, more[:, 4]),
        )  # fmt: skip
        return edge_spans(identity, columns, *self._stretches(start, stop, known, found))

    def _versioned(self, c: Codec, where: str, wanted: list[str]) -> _Found:
        return [
            (identity, first, stop, state)
            for identity, entry in versions(self._reader, c, where, wanted).items()
            for first, stop, state in runs(entry.facts, self._moments)
        ]

    def _columns(self, c: Codec, columns: dict[str, Column], values: Sequence[Mapping[str, Any]]) -> dict[str, Column]:
        return joined(columns, columns_of(c.spec, values, self._reader.key_of)) if values else columns

    def _stretches(self, start: Ints, stop: Ints, known: Ints, found: _Found) -> tuple[Ints, Ints]:
        """First and stop of every row; one that is never seen has none between them."""
        first = np.maximum(np.searchsorted(self._at, start), np.searchsorted(self._known, known))
        last = np.maximum(np.searchsorted(self._at, stop), first)
        firsts, lasts = ([each[at] for each in found] for at in (1, 2))
        return np.append(first, np.array(firsts, dtype=np.int64)), np.append(last, np.array(lasts, dtype=np.int64))
