"""Adds the texts of one language to an account plan; the numbers stay as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brm.i18n import Catalogue
from brm.network.telling import item
from brm.services.customer_telling import grade
from brm.services.rendering import gap, heat_row, moves


def plan(shape: Mapping[str, Any], texts: Catalogue, currency: str) -> dict[str, Any]:
    """A plan with a text for each gap, cause and sort of fact, and the name of the strongest rival."""
    coverage = {**shape["coverage"], "gaps": [gap(each, texts) for each in shape["coverage"]["gaps"]]}
    evaluate = {**shape["evaluate"], "changes": moves(shape["evaluate"]["changes"], texts)}
    who = heat_row(shape["who"], texts)
    if who["grading"] is not None:
        who["grading"] = grade(who["grading"], texts, currency)
    how = {**shape["how"], "due": [item(each, texts) for each in shape["how"]["due"]]}
    return {**shape, "who": who, "how": how, "coverage": coverage, "evaluate": evaluate}
