"""What the measured parts of a grade are read against; part of the Reference."""

from __future__ import annotations

from dataclasses import dataclass

from scoring.types import Floats

MEASURED = ("value", "potential", "strategic", "cost")
"""The parts that are measured from facts of the account; the others are read off the customer score."""
BASES = ("margin", "volume")
"""What value is of: the first that enough accounts know, one for the whole store."""


@dataclass(frozen=True, slots=True)
class GradePriors:
    """What the parts of a grade are read against: the basis of value, and the amounts that count one half.

    ``typical`` holds those of value and potential; ``priors`` has a row per segment of the Reference and a last one
    for all others, and a column per measured part.
    """

    basis: str
    typical: Floats
    priors: Floats
