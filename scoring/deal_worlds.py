"""Our chance in one deal in several edited copies of its graph, all scored at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scoring.copies import Copies, Edit
from scoring.machinery.arrays import Flags
from scoring.machinery.contenders import contenders_of
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.snapshot import EdgeTable, NodeTable, Snapshot
from scoring.types import US, Floats, Ints

MOST_ROWS = 200_000
"""Rows of nodes and edges up to which copies are scored together."""

UNREAD = ("contract", "delivery", "ticket", "payment", "objective", "action", "resource")
"""Nodes that no likelihood reads."""


def read_of(snapshot: Snapshot, members: Ints) -> Snapshot:
    """What the likelihood of a deal reads: without the interactions of others than its chain's members.

    Inputs: the snapshot of the deal's account, the keys of the members.
    Properties: every likelihood in the deal is what it is on the whole snapshot, also after edits among members.
    """
    took, concerns = snapshot.edges["took_part"], snapshot.edges["concerns"]
    interactions = snapshot.nodes["interaction"]
    met = np.zeros(len(interactions), dtype=bool)
    place = interactions.rows(took.target)
    of_member = np.isin(took.source, members) & (place >= 0)
    met[place[of_member]] = True
    gone = interactions.key[~met]
    nodes = {**snapshot.nodes, "interaction": _kept_nodes(interactions, met)}
    edges = {
        **snapshot.edges,
        "took_part": _kept_edges(took, ~np.isin(took.target, gone)),
        "concerns": _kept_edges(concerns, ~np.isin(concerns.source, gone)),
    }
    for name in UNREAD:
        nodes.pop(name)
    for name in ("belongs_to", "owned_by", "promised_to"):
        edges.pop(name)
    return Snapshot(snapshot.as_of, nodes, edges, snapshot.local_days, snapshot.read_at)


def _kept_nodes(table: NodeTable, kept: Flags) -> NodeTable:
    return NodeTable(table.key[kept], {name: column[kept] for name, column in table.columns.items()})


def _kept_edges(table: EdgeTable, kept: Flags) -> EdgeTable:
    columns = {name: column[kept] for name, column in table.columns.items()}
    return EdgeTable(
        table.source[kept], table.target[kept], table.key[kept], table.valid_from[kept], table.valid_to[kept], columns
    )


def our_chances(
    snapshot: Snapshot, edits: Sequence[Edit], deal: int, reference: Reference, parameters: Parameters
) -> Floats:
    """The raw likelihood that we win a deal in each edited copy of the snapshot.

    Model: `scoring.likelihood`'s P (raw) of us, recomputed on ``snapshot.apply(patch)``; the Reference stays.
    Inputs: the snapshot of the deal's account, the edits (empty: as it is), the deal's key.
    Returns: P by edit, 0..1; NaN where the deal or we are not in its field.
    Properties: equals scoring each copy alone, to rounding.
    References: domain.md section 6, next best actions.
    """
    rows = sum(map(len, snapshot.nodes.values())) + sum(map(len, snapshot.edges.values()))
    size = max(1, MOST_ROWS // max(rows, 1))
    parts = [
        _together(snapshot, edits[at : at + size], deal, reference, parameters) for at in range(0, len(edits), size)
    ]
    return np.concatenate([np.empty(0), *parts])


def _together(
    snapshot: Snapshot, edits: Sequence[Edit], deal: int, reference: Reference, parameters: Parameters
) -> Floats:
    if len(edits) == 1:
        for patch in edits[0]:
            snapshot = snapshot.apply(patch)
        return _chances(snapshot, reference, parameters, np.array([deal]))
    copies = Copies(snapshot, len(edits))
    edited = copies.laid_out().apply(copies.patch(edits))
    return _chances(edited, copies.reference(reference), parameters, copies.own(deal))


def _chances(snapshot: Snapshot, reference: Reference, parameters: Parameters, deals: Ints) -> Floats:
    found = contenders_of(snapshot, reference, parameters, deals)
    case = np.flatnonzero(found.measures.vendor == US)
    chances = np.full(len(deals), np.nan)
    order = np.argsort(deals)
    at = order[np.searchsorted(deals, found.key[found.deal[case]], sorter=order)]
    chances[at] = found.probability[found.player[case]]
    return chances
