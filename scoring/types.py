"""What a scorer returns: a frame of numbers, and on demand the explanation of one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.signedinteger[Any]]
"""Row numbers of any width."""

US = 0
"""The vendor key of us: all companies whose kinds include ``ours``."""

Vendor = int | Ints
"""A vendor's key, or with scopes that are all there one for each of them, by the order of their keys."""

NOBODY = -1
"""The key that stands where there is no entity."""

PHANTOM, NO_DECISION = -2, -3
"""Who stands in a deal's field besides vendors: rivals nobody knows of, and no decision."""

SCOPE_TYPES = ("company", "opportunity")
COMPANY, OPPORTUNITY = 0, 1

EdgeRef = tuple[str, int, int]
"""An edge as evidence: type, source key, target key."""


@dataclass(frozen=True, slots=True)
class Interval:
    """The 80 % interval of a score."""

    p10: float
    p90: float


@dataclass(frozen=True, slots=True)
class Contribution:
    """One signed part of a score.

    ``effect`` is in points of the score (on its link scale); ``value`` is what was observed in
    ``unit``, ``prior`` what would have been assumed, ``weight`` the points per unit of value.
    ``subject`` is the entity it is about, ``evidence`` the entities and edges behind it, ``inputs``
    every raw input and constant that entered, ``code`` the message that renders it. ``points`` is its part of a
    probability, in points of 100, where the score is one.
    """

    factor: str
    value: float
    unit: str
    prior: float
    weight: float
    effect: float
    code: str
    subject: int | None = None
    evidence: tuple[int | EdgeRef, ...] = ()
    inputs: Mapping[str, Any] = field(default_factory=dict)
    points: float | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """One score taken apart: ``base`` plus the contributions' effects is the score on its link, to 1e-9."""

    kind: str
    subject: int
    vendor: int
    scope_type: str
    scope: int
    score: float
    interval: Interval
    completeness: float
    link: str
    base: float
    contributions: tuple[Contribution, ...]
    inputs: Mapping[str, Any]
    parameters: str
    reference: str

    def as_dict(self) -> dict[str, Any]:
        """The explanation as plain mappings and lists, ready for JSON."""
        plain = {name: getattr(self, name) for name in self.__slots__}
        plain["interval"] = {"p10": self.interval.p10, "p90": self.interval.p90}
        plain["contributions"] = [{name: getattr(each, name) for name in each.__slots__} for each in self.contributions]
        return plain


@dataclass(frozen=True, slots=True)
class ScoreFrame:
    """The scores of one kind for many subjects, as arrays of equal length.

    ``base`` is the score with every component at its prior. A score that may not be stated is NaN, and so
    are its interval and base; it has no parts. On the ``logit`` link score and interval are probabilities,
    base and effects are on the logit of the score (clipped away from 0 and 1), and ``points`` holds each
    part's points of 100. Who else the row's probability is shared with stands row by row at
    ``field_indptr[i]:field_indptr[i + 1]`` of ``field_vendor`` (a vendor's key, `PHANTOM` or `NO_DECISION`) and
    ``field_raw``; other kinds have no field.

    Parts are kept row by row: those of row ``i`` stand at ``indptr[i]:indptr[i + 1]`` of ``factor``
    (place in ``factors``), ``subject_of_part`` (entity or `NOBODY`; empty when every part is about the
    row's own subject), ``value`` and ``effect``.
    """

    kind: str
    link: str
    subject: Ints
    vendor: Ints
    scope_type: Ints
    scope: Ints
    score: Floats
    p10: Floats
    p90: Floats
    completeness: Floats
    base: Floats
    factors: tuple[str, ...]
    indptr: Ints
    factor: npt.NDArray[np.int8]
    subject_of_part: Ints
    value: Floats
    effect: Floats
    columns: Mapping[str, Floats]
    explainer: Callable[[int], Explanation] = field(repr=False, compare=False)
    points: Floats = field(default_factory=lambda: np.empty(0))
    field_indptr: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    field_vendor: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    field_raw: Floats = field(default_factory=lambda: np.empty(0))

    def __len__(self) -> int:
        return len(self.subject)

    def explain(self, i: int) -> Explanation:
        """The explanation of row ``i``, with raw inputs and evidence gathered for it alone."""
        if not 0 <= i < len(self):
            raise IndexError(i)
        return self.explainer(i)

    def rows(self, subject: int | None = None, vendor: int | None = None, scope: int | None = None) -> Ints:
        """The rows that have the given subject, vendor and scope."""
        keep = np.ones(len(self), dtype=bool)
        for wanted, column in ((subject, self.subject), (vendor, self.vendor), (scope, self.scope)):
            if wanted is not None:
                keep &= column == wanted
        return np.flatnonzero(keep)

    def parts(self, i: int) -> Iterator[tuple[str, int, float, float]]:
        """Factor, subject, value and effect of each part of row ``i``."""
        for at in range(int(self.indptr[i]), int(self.indptr[i + 1])):
            yield (
                self.factors[self.factor[at]],
                int(self.subject_of_part[at]) if len(self.subject_of_part) else int(self.subject[i]),
                float(self.value[at]),
                float(self.effect[at]),
            )
