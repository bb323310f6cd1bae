"""What moved a score, as people read it: causes with their points, then the facts behind them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brm.cli.session import Session
from brm.pictures.moves import causes_of, facts_of, level, signed

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
    session.console.print(texts.text("moved.marked"), style="bold", soft_wrap=True)
    for each in moves:
        head = texts.text("moved.step", start=each["from"], end=each["to"], total=level(each["total"]))
        _print_move(session, each, head)


def _print_move(session: Session, move: Mapping[str, Any], head: str) -> None:
    causes = causes_of(move)
    line = " · ".join([head, *(f"{text} {signed(effect)}" for text, effect in causes)])
    session.console.print(line, soft_wrap=True, markup=False)
    for fact in facts_of(move, session.texts, MOST_LINES):
        session.console.print(f"  {fact}", soft_wrap=True, markup=False)
