"""Colours and the classes that they stand for: stance, ties, heat.

Stance is blue to orange and heat is one warm hue; the two never share a picture. Ink on every fill has a
contrast of at least 4.5:1 (a test computes it).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

INK, PAPER, MUTED, GRID = "#1d2530", "#ffffff", "#59616d", "#d5d9df"
REPORTS, CONFLICT, OURS, RIVALS = "#a3a9b3", "#b84a00", "#00795c", "#7b3f98"
UNKNOWN = "#6b7280"
"""Border of what is not known: always dashed, on white."""


@dataclass(frozen=True, slots=True)
class StanceLook:
    """How a class of stance is drawn: its code, border and badge, fill, ink on the badge, sign."""

    code: str
    edge: str
    fill: str
    badge_ink: str
    sign: str


STANCES = (
    StanceLook("champion", "#08306b", "#a5cbea", PAPER, "++"),
    StanceLook("supporter", "#2f78b7", "#d5e8f7", PAPER, "+"),
    StanceLook("neutral", "#6b7280", "#f1f2f4", PAPER, "o"),
    StanceLook("sceptic", "#d98200", "#fde0b0", INK, "-"),
    StanceLook("opponent", "#8a2f00", "#f2ad84", PAPER, "--"),
)
NO_STANCE = StanceLook("unknown", UNKNOWN, PAPER, INK, "?")
_STANCE_FROM = (0.75, 0.25, -0.25, -0.75)
"""Halfway between the five values that an observation may have (1, .5, 0, -.5, -1)."""

HEAT = ("#fff3e0", "#fdd9a6", "#fbb365", "#f0883e", "#c2410c", "#7a1f06")
HEAT_INK = (INK, INK, INK, INK, PAPER, PAPER)
BANDS = {"warm": 40.0, "hot": 60.0}
"""Where bands begin unless the shape says otherwise."""
TIE_EDGES = (0.1, 0.3, 0.45, 0.6, 0.8)
"""Bins of tie strength 0..1; .1 is an active tie and from .3 a person counts as covered."""
LITTLE_KNOWN = 0.4
"""Completeness below which a number is marked."""

INFLUENCE_FROM = (0.25, 0.5, 1.0, 1.5)
"""Steps of influence against the average of the chain; from 1.5 times the rules call it high."""


def stance_look(stance: float | None) -> StanceLook:
    """The look of a stance -1..1; unknown is not neutral."""
    if stance is None:
        return NO_STANCE
    at = next((at for at, least in enumerate(_STANCE_FROM) if stance >= least), len(_STANCE_FROM))
    return STANCES[at]


def influence_step(influence: float, people: int) -> int:
    """1..5 from the share of influence, against the average of so many people."""
    return 1 + sum(influence * people >= least for least in INFLUENCE_FROM)


def heat_edges(bands: Mapping[str, Any] | None = None) -> tuple[float, ...]:
    """The five inner limits of the six heat bins: two bins to each band."""
    warm, hot = (float((bands or BANDS)[name]) for name in ("warm", "hot"))
    return (warm / 2, warm, (warm + hot) / 2, hot, (hot + 100) / 2)


def heat_bin(score: float, edges: tuple[float, ...], *, threat: bool = False) -> int:
    """The bin 0..5 of a score; for a threat the scale is turned round, so dark is good there too."""
    place = sum(score >= edge for edge in edges)
    return len(HEAT) - 1 - place if threat else place


def heat_limits(edges: tuple[float, ...], top: float) -> list[tuple[float, float]]:
    """From and to of each bin, coldest first."""
    return list(pairwise((0.0, *edges, top)))
