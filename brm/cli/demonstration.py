"""``brm demo``: the made-up world, one explained score, advice."""

from __future__ import annotations

import time
from datetime import date
from typing import TYPE_CHECKING

from brm.cli.session import Session
from brm.errors import Conflict, InvalidInput
from graph_schema.changes import ChangeSet

if TYPE_CHECKING:
    from brm.services.workspace import Workspace

PER_COMMIT = 5_000
MARK = "demo:us"
SHOWN_FINDINGS = 3


def load_world(session: Session, workspace: Workspace, anchor: str | None) -> None:
    """Load the world into an empty store; keep one that is there; refuse to mix it with other data."""
    from brm.demo import DEMO_SOURCE, generate
    from brm.services.moments import local_day, now

    store, texts = workspace.store, session.texts
    if MARK in store.fetch([MARK]):
        session.diagnostics.print(texts.text("cli.demo_present"))
        return
    if store.info().facts:
        raise Conflict(
            "the store already holds other data; the made-up world is not mixed into it",
            remedy="choose an empty store, e.g. --store sqlite:///demo.sqlite",
        )
    session.diagnostics.print(texts.text("cli.demo_loading"))
    began = time.perf_counter()
    changes = generate(_anchor(anchor) or local_day(now(), session.settings.zone))
    for first in range(0, len(changes), PER_COMMIT):
        part = tuple(changes[first : first + PER_COMMIT])
        store.apply(ChangeSet(actor="demo", source=DEMO_SOURCE, changes=part))
    seconds = time.perf_counter() - began
    session.diagnostics.print(texts.text("cli.demo_loaded", facts=len(changes), seconds=seconds))


def _anchor(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(f"--anchor {text!r} is not a day", remedy="write 2026-06-30") from None


def show_sample(session: Session, workspace: Workspace) -> None:
    """Explain the open deal about which there is most to say, and advise on it."""
    from brm.cli.asking import print_explanation, print_findings
    from brm.guidance import engine
    from brm.services import rendering, scores

    found = scores.score(workspace, session.principal, "decision_chain", when=session.when)
    if not len(found.rows):
        return
    row = max((int(each) for each in found.rows), key=lambda each: (found.frame.completeness[each], -each))
    id_ = scores.row_shape(workspace, found, row)["subject"]["id"]
    shape = scores.explain(workspace, session.principal, "decision_chain", id_, when=session.when)
    print_explanation(session, rendering.score(shape, session.texts))
    advice = engine.findings(workspace, session.principal, id_, when=session.when)[:SHOWN_FINDINGS]
    session.console.print(f"\n{session.texts.text('score.advice')}", style="bold")
    print_findings(session, [rendering.finding(each, session.texts) for each in advice])
    session.console.print(
        f"\nbrm explain decision_chain {id_} · brm map {id_} · brm findings {id_}", style="dim", soft_wrap=True
    )
