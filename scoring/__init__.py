"""How relationships are judged: pure functions of a Snapshot, a Reference and Parameters."""

from scoring.parameters import DEFAULTS, Parameters
from scoring.population import reduce_reference
from scoring.reference import Reference
from scoring.registry import SCORERS, Scorer
from scoring.selection import Selection, select
from scoring.snapshot import Snapshot
from scoring.types import NOBODY, US, Contribution, Explanation, Interval, ScoreFrame
from scoring.view import ChainView, chain_view

SCORE_KINDS = tuple(SCORERS)

__all__ = [
    "DEFAULTS", "NOBODY", "SCORERS", "SCORE_KINDS", "US", "ChainView", "Contribution", "Explanation",
    "Interval", "Parameters", "Reference", "ScoreFrame", "Scorer", "Selection", "Snapshot", "chain_view",
    "reduce_reference", "select",
]  # fmt: skip
