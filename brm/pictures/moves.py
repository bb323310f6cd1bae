"""What moved a score, as lines of text: its causes, and the facts behind them."""

from __future__ import annotations

from brm.i18n import Catalogue
from brm.pictures import Shape

LEAST = 0.05
"""Points that are too few to be told."""


def causes_of(move: Shape) -> list[tuple[str, float]]:
    """The causes that did something, the greatest first."""
    parts = sorted(move["parts"], key=lambda part: -abs(part["effect"]))
    return [(part["text"], part["effect"]) for part in parts if abs(part["effect"]) >= LEAST]


def facts_of(move: Shape, texts: Catalogue, most: int) -> list[str]:
    """The facts with their points, so many at most; how many more there are, and how many may not be seen."""
    shown = move["facts"][:most]
    lines = [
        " ".join(part for part in (signed(each["effect"]), each["day"] or "", each["text"]) if part) for each in shown
    ]
    more = len(move["facts"]) - len(shown) + move["facts_more"]
    beside = [texts.text("moved.more", number=more)] if more else []
    hidden = move["facts_hidden"]
    return [*lines, *beside, *([texts.text("moved.hidden", number=hidden)] if hidden else [])]


def level(points: float) -> float:
    """A change too small to be called one as none."""
    return points if abs(points) >= LEAST else 0.0


def signed(points: float) -> str:
    """Points with their sign."""
    return f"{points:+.1f}".replace("-", "−")
