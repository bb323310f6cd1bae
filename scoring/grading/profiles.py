"""Focus profiles: the points of view that customers are graded from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from scoring.types import Floats

PARTS = ("value", "potential", "strategic", "relationship", "cost", "risk")
"""The parts of a grade; of each more is better: cost is cheapness to serve, risk is safety."""


@dataclass(frozen=True, slots=True)
class Focus:
    """A point of view: the weight of each part (only their proportions count), and the kinds of company looked at.

    Without ``kinds`` every account is looked at.
    """

    name: str
    weights: Mapping[str, float]
    kinds: tuple[str, ...] = field(default=())

    @property
    def shares(self) -> Floats:
        """The weights in the order of `PARTS`, summing to 1."""
        given = np.array([self.weights.get(part, 0.0) for part in PARTS])
        shares: Floats = given / given.sum()
        return shares


BALANCED = "balanced"
SHIPPED: Mapping[str, Focus] = MappingProxyType({
    each.name: each
    for each in (
        Focus(BALANCED, {"value": 0.25, "potential": 0.20, "strategic": 0.15, "relationship": 0.20, "cost": 0.10,
                         "risk": 0.10}),
        Focus("production", {"value": 0.30, "potential": 0.05, "strategic": 0.20, "relationship": 0.15, "cost": 0.10,
                             "risk": 0.20}, ("supplier", "principal")),
        Focus("sales", {"value": 0.20, "potential": 0.35, "strategic": 0.10, "relationship": 0.25, "cost": 0.05,
                        "risk": 0.05}, ("customer", "prospect", "channel", "end_user_group")),
    )
})  # fmt: skip
"""The profiles that come with the program, by name; the expert's judgement, like the weights of a score."""
