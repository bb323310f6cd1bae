"""The graph as it would be without one of our colleagues."""

from __future__ import annotations

import numpy as np

from scoring.machinery.attendance import attendance_of, attendance_without
from scoring.machinery.touches import encounters_of, encounters_without, meetings_of, meetings_without
from scoring.snapshot import Patch, Snapshot, category_code
from scoring.types import Ints


def without_colleague(snapshot: Snapshot, colleague: int) -> Snapshot:
    """The snapshot without a colleague: what they alone carried is gone, what others share stays.

    Interactions in which they alone of ours took part, their ties and evidence of depth that
    names them alone are gone; what others took part in or are named by stays as it was.
    Properties: what is left of Close + Gen is ``1 - Dep`` of it (machinery.dependence).
    Limits: nobody takes over.
    """
    toward = snapshot.edges["toward"]
    named = (toward.target == colleague) & np.isin(toward.source, _depth_items(snapshot))
    others = toward.source[~named]
    patch = Patch(
        drop_nodes={"observation": np.setdiff1d(toward.source[named], others)},
        drop_edges={"toward": (toward.source[named], toward.target[named], toward.key[named])},
    )
    edited = snapshot.apply(patch)
    attendance = attendance_of(snapshot)
    edited.derived("attendance", lambda _: attendance_without(attendance, colleague))
    edited.derived("meetings", lambda _: meetings_without(meetings_of(snapshot), colleague))
    edited.derived("encounters", lambda _: encounters_without(encounters_of(snapshot), attendance, colleague))
    return edited


def _depth_items(snapshot: Snapshot) -> Ints:
    table = snapshot.nodes["observation"]
    found: Ints = table.key[table["kind"] == category_code("depth")]
    return found
