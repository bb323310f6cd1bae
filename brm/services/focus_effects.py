"""What switching the focus profile would do, and how far grades depend on its weights. Nothing is written."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from brm.principal import Principal
from brm.services import focus_profiles, moments
from brm.services.customers import Book, book_of, word
from brm.services.reading import check_limit
from brm.services.shapes import named
from brm.services.workspace import Workspace
from brm.store.protocol import NOW, When
from scoring.grading.focusing import Switch, Varied, switch, weight_sensitivity
from scoring.grading.grades import GRADES, grades
from scoring.grading.profiles import PARTS
from scoring.rankings import Agreement


def preview(
    workspace: Workspace, principal: Principal, name: str, *, base: str | None = None, when: When = NOW,
    begin: int = 0, limit: int | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Who would move between grades were this profile to rule instead of ``base`` (default: the one that does).

    Those whose score gains most first. ``begin`` is how many were told before; ``next`` the ``begin`` of what
    follows, None at the end.
    """
    principal.require("read")
    check_limit(limit)
    revision = workspace.store.revision()
    book = book_of(workspace, when)
    moment = workspace.moment(when, book.board.snapshot)
    old, new = focus_profiles.named(workspace, base, moment), focus_profiles.named(workspace, name, moment)
    found = switch(book.graded, old, new, book.board.parameters)
    end = len(found.moved) if limit is None else begin + limit
    crossed = Counter(
        (int(a), int(b)) for a, b in zip(found.before.grade[found.moved], found.after.grade[found.moved], strict=True)
    )
    return {
        **_head(workspace, moment),
        "from": focus_profiles.head(old),
        "to": focus_profiles.head(new),
        "accounts": len(book.graded),
        "moved": len(found.moved),
        "moves": [
            {"from": word(GRADES, a), "to": word(GRADES, b), "number": number}
            for (a, b), number in sorted(crossed.items())
        ],
        **_agreement(found.agreement),
        "items": [_moved(book, found, int(at)) for at in found.moved[begin:end]],
        "next": end if end < len(found.moved) else None,
        "total": len(found.moved),
        "revision": revision,
    }


def _moved(book: Book, found: Switch, at: int) -> dict[str, Any]:
    def end(side: Any) -> dict[str, Any]:
        seen = side.grade[at] >= 0
        return {"grade": word(GRADES, int(side.grade[at])), "score": float(side.score[at]) if seen else None}

    both = found.before.grade[at] >= 0 and found.after.grade[at] >= 0
    parts = sorted(zip(PARTS, found.parts[at].tolist(), strict=True), key=lambda each: -abs(each[1]))
    return {
        "account": named(book.names[int(book.graded.account[at])]),
        "before": end(found.before),
        "after": end(found.after),
        "total": float(found.parts[at].sum()) if both else None,
        "parts": [{"part": part, "effect": effect} for part, effect in parts] if both else [],
    }


def sensitivity(
    workspace: Workspace, principal: Principal, name: str | None = None, *, when: When = NOW
) -> dict[str, Any]:
    """How many accounts change grade when each weight is 20 or 50 % less or more, and how far the order holds."""
    principal.require("read")
    revision = workspace.store.revision()
    book = book_of(workspace, when)
    moment = workspace.moment(when, book.board.snapshot)
    focus = focus_profiles.named(workspace, name, moment)
    looked = int((grades(book.graded, focus, book.board.parameters).grade >= 0).sum())
    return {
        **_head(workspace, moment),
        "focus": focus_profiles.head(focus),
        "accounts": looked,
        "items": [_varied(each) for each in weight_sensitivity(book.graded, focus, book.board.parameters)],
        "revision": revision,
    }


def _varied(each: Varied) -> dict[str, Any]:
    counted = {"up": each.up, "down": each.down, "changed": each.up + each.down}
    return {"part": each.part, "factor": each.factor, **counted, **_agreement(each.agreement)}


def _agreement(each: Agreement) -> dict[str, Any]:
    return {"tau": None if np.isnan(each.tau) else each.tau, "move": each.move}


def _head(workspace: Workspace, moment: When) -> dict[str, Any]:
    return {
        "as_of": moments.local_day(moment.as_of or 0, workspace.settings.zone).isoformat(),
        "parameters": workspace.parameter_set.named,
    }
