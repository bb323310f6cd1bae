"""One deal for its review: how likely each vendor is to win it, why, and who holds which control point."""

from __future__ import annotations

from typing import Any

from brm.guidance import engine
from brm.principal import Principal
from brm.services.workspace import Workspace
from brm.store.protocol import NOW, When

KIND = "likelihood"


def likelihood(
    workspace: Workspace, principal: Principal, id_: str, *, vendor: str | None = None, when: When = NOW,
    change: bool = True,
) -> dict[str, Any]:  # fmt: skip
    """The explained likelihood of a vendor in a deal, with the control points of all vendors in the field.

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
    return {**shape, "control_points": points}
