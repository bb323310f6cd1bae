"""What is known of deals in general: how often they end in a decision, and how people stand in them.

A closed deal ended in a decision when it was won or lost. The share that did is shrunk step by step: of an
account and deal type towards the type's, that towards all deals', that towards the parameter. The mean
stance is that of the chains of a segment's open deals, S weighted by influence, one number for us and one for
rivals.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graph_schema.vocabulary import VOCABULARIES
from scoring.machinery.arrays import lookup
from scoring.parameters import Parameters
from scoring.types import Floats, Ints

KINDS = len(VOCABULARIES["opportunity_kind"]) + 1
"""Deal types, and a last one for deals of unknown type."""
OURS, RIVALS = 0, 1


@dataclass(frozen=True, slots=True)
class BaseRate:
    """By row: share of deals that end in a decision, and the closed deals counted and decided at each step.

    ``closed`` and ``decided`` have a column per step: account and type, type, all.
    """

    rate: Floats
    closed: Ints
    decided: Ints


@dataclass(frozen=True, slots=True)
class DealPriors:
    """Closed deals and decisions by account and type (``code``, ascending), then by type; mean stances.

    ``stance`` has a row per segment of the Reference and one for all others, a column for us and one for
    rivals.
    """

    code: Ints
    closed: Ints
    decided: Ints
    closed_by_kind: Ints
    decided_by_kind: Ints
    stance: Floats

    def base_rate(self, account: Ints, kind: Ints, parameters: Parameters) -> BaseRate:
        """The base rate of a decision of each account and deal type (-1: unknown)."""
        given, kind = parameters.likelihood, np.where(kind < 0, KINDS - 1, kind)
        at = lookup(self.code, account * KINDS + kind)
        known = at >= 0
        closed, decided = (np.zeros((len(account), 3), dtype=np.int64) for _ in range(2))
        for found, own, by_kind in (
            (closed, self.closed, self.closed_by_kind),
            (decided, self.decided, self.decided_by_kind),
        ):
            found[known, 0] = own[at[known]]
            found[:, 1], found[:, 2] = by_kind[kind], by_kind.sum()
        rate = np.full(len(account), given.decided)
        for step in (2, 1, 0):
            total = given.decided_deals + closed[:, step]
            moved = given.decided_deals * rate + decided[:, step]
            rate = np.divide(moved, total, out=rate, where=total > 0)
        return BaseRate(rate, closed, decided)
