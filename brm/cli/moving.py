"""What moved a score, as people read it: causes with their points, then the facts behind them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brm.cli.session import Session
from brm.i18n import Catalogue

LEAST = 0.05
MOST_LINES = 5
"""Facts that are listed for people."""


def print_week(session: Session, week: Mapping[str, Any] | None) -> None:
    """How a likelihood moved since last week."""
    texts = session.texts
    if week is None:
        session.console.print(texts.text("moved.new"), soft_wrap=True)
        return
    head = texts.text("moved.week", start=week["from"], end=week["to"], total=level(week["total"]))
    _print_move(session, week, head)


def print_moves(session: Session, moves: list[dict[str, Any]]) -> None:
    """The weeks in which a likelihood moved most, each with what moved it."""
    if not moves:
        return
    texts = session.texts
    session.console.print(f"[bold]{texts.text('moved.marked')}[/bold]", soft_wrap=True)
    for each in moves:
        head = texts.text("moved.step", start=each["from"], end=each["to"], total=level(each["total"]))
        _print_move(session, each, head)


def _print_move(session: Session, move: Mapping[str, Any], head: str) -> None:
    causes = causes_of(move)
    line = " · ".join([head, *(f"{text} {signed(effect)}" for text, effect in causes)])
    session.console.print(line, soft_wrap=True, markup=False)
    for fact in facts_of(move, session.texts, MOST_LINES):
        session.console.print(f"  {fact}", soft_wrap=True, markup=False)


def causes_of(move: Mapping[str, Any]) -> list[tuple[str, float]]:
    """The causes that did something, the greatest first."""
    parts = sorted(move["parts"], key=lambda part: -abs(part["effect"]))
    return [(part["text"], part["effect"]) for part in parts if abs(part["effect"]) >= LEAST]


def facts_of(move: Mapping[str, Any], texts: Catalogue, most: int) -> list[str]:
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
