"""One deal for its review: how likely each vendor is to win it, why, and who holds which control point."""

from __future__ import annotations

from typing import Any

from brm.guidance import engine
from brm.principal import Principal
from brm.services import changing
from brm.services.process import process
from brm.services.workspace import Workspace
from brm.store.protocol import NOW, When

KIND = "likelihood"
STANDING = ("status", "stage", "stays", "dwell", "expected_close", "tier", "team", "open_work")
"""What a review is told of the process; all of it is `process`."""


def likelihood(
    workspace: Workspace, principal: Principal, id_: str, *, vendor: str | None = None, when: When = NOW,
    change: bool = True,
) -> dict[str, Any]:  # fmt: skip
    """The explained likelihood of a vendor in a deal, the control points of its field, and where the deal stands.

    With ``change`` also why it moved over the last 30 and 90 days, and in ``week`` over the last seven with the facts
    behind it; None where there was no likelihood a week ago.
    NotComputable when the deal is not known at that date, or the vendor is not in its field.
    """
    principal.require("read")
    shape = engine.explain(workspace, principal, KIND, id_, vendor=vendor, when=when, change=change)
    points = [
        {
            "vendor": {"id": each["vendor"], "name": None},
            "points": [{"point": point, "answer": told["answer"]} for point, told in each["control"].items()],
        }
        for each in shape["inputs"]["vendors"]
    ]
    if change:
        shape["week"] = changing.week_of(workspace, principal, KIND, id_, vendor=vendor, when=when)
    standing = process(workspace, principal, id_, when=when)
    return {**shape, "control_points": points, "process": {name: standing[name] for name in STANDING}}
