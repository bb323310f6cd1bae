"""What the facts of an action would make of a deal's graph: each action as patches of its snapshot.

A patch holds what a colleague would enter once the action has succeeded: a meeting, an observation, a
better proof. New entities get the keys that are given, as several edits may be made of one snapshot.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from graph_schema.vocabulary import code_number
from scoring.snapshot import Patch, Snapshot, category_code, edge_table, node_table

OBSERVED, INSIDE = "observed", "inside"


def _one(key: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array([key], dtype=np.int64)


def meeting(snapshot: Snapshot, new: int, person: int, colleague: int, deal: int, *, executive: bool = False) -> Patch:
    """A meeting today of a colleague with a person about the deal."""
    columns = {
        "at": np.array([snapshot.as_of]),
        "channel": np.array([code_number("channel", "meeting")]),
        "executive": np.array([1 if executive else -1]),
    }
    roles = np.array([code_number("took_part_role", each) for each in ("organiser", "attendee")])
    ends = np.array([colleague, person])
    return Patch(
        add_nodes={"interaction": node_table("interaction", _one(new), columns)},
        add_edges={
            "took_part": edge_table("took_part", ends, np.array([new, new]), {"role": roles}),
            "concerns": edge_table("concerns", _one(new), _one(deal), {}),
        },
    )


def observed(
    snapshot: Snapshot, new: int, kind: str, value: float, deal: int, *, about: int, toward: int | None = None,
    source: str = OBSERVED,
) -> Patch:  # fmt: skip
    """An observation of today about a person or the deal itself."""
    return seen(snapshot, {new: (kind, value)}, deal, about=about, toward=toward, source=source)


def seen(
    snapshot: Snapshot, news: Mapping[int, tuple[str, float]], deal: int, *, about: int, toward: int | None = None,
    source: str = OBSERVED,
) -> Patch:  # fmt: skip
    """Observations of today about one person or the deal: kind and value by new key."""
    size, new = len(news), np.array(list(news), dtype=np.int64)
    columns = {
        "at": np.full(size, snapshot.as_of),
        "kind": np.array([category_code(kind) for kind, _ in news.values()]),
        "value": np.array([value for _, value in news.values()]),
        "source_class": np.full(size, code_number("source_class", source)),
    }
    edges = {"about": edge_table("about", new, np.full(size, about), {})}
    if about != deal:
        edges["concerns"] = edge_table("concerns", new, np.full(size, deal), {})
    if toward is not None:
        edges["toward"] = edge_table("toward", new, np.full(size, toward), {})
    return Patch(add_nodes={"observation": node_table("observation", new, columns)}, add_edges=edges)


def reconciled(first: int, second: int) -> Patch:
    """Two people are no longer in conflict."""
    pair, none = np.array([first, second], dtype=np.int64), np.array([-1, -1], dtype=np.int64)
    return Patch(drop_edges={"conflicts_with": (pair, pair[::-1], none)})


def judged(snapshot: Snapshot, company: int, requirement: int, met: float, proof: str) -> Patch:
    """What we show of a requirement in place of what was shown before, as it has been judged since then."""
    meets, ends = snapshot.edges["meets"], (_one(company), _one(requirement), _one(-1))
    before = np.flatnonzero((meets.source == company) & (meets.target == requirement))
    since = meets.valid_from[before[-1:]] if len(before) else np.array([snapshot.as_of])
    columns = {"met": np.array([met]), "proof": np.array([code_number("proof", proof)])}
    return Patch(
        drop_edges={"meets": ends},
        add_edges={"meets": edge_table("meets", ends[0], ends[1], columns, valid_from=since)},
    )


def role_player(new: int, role: str, deal: int) -> Patch:
    """A person not known before who plays a buying role."""
    columns = {
        "role": np.array([code_number("buying_role", role)]),
        "source_class": np.array([code_number("source_class", INSIDE)]),
    }
    return Patch(
        add_nodes={"person": node_table("person", _one(new), {})},
        add_edges={"plays": edge_table("plays", _one(new), _one(deal), columns)},
    )
