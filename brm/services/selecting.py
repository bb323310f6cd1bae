"""Which rows of which frame answer a question about named subjects."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from brm.errors import InvalidInput
from brm.services.scoreboard import Scoreboard
from brm.services.subjects import Subject, keys_of, vendor_key
from brm.services.workspace import Workspace
from brm.store.protocol import When
from scoring.machinery.concerns import customer_of
from scoring.machinery.people import current
from scoring.machinery.scopes import is_open
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.registry import Scorer
from scoring.snapshot import Ints, Snapshot
from scoring.types import OPPORTUNITY, US, ScoreFrame

OUR_NAMES = (None, "us")


def accounts_of(subjects: Iterable[Subject]) -> list[str]:
    """The accounts of all subjects, each once."""
    return list(dict.fromkeys(account for subject in subjects for account in subject.accounts))


def select(
    workspace: Workspace, wanted: Scorer, subjects: Sequence[Subject], scoped: Subject | None, snapshot: Snapshot,
    vendor: str | None, when: When, board: Scoreboard | None = None,
) -> tuple[ScoreFrame, Ints]:  # fmt: skip
    """The frame, and its rows that answer, best first; scores that may not be stated come last.

    They are looked up on the board where it has them, and scored otherwise.
    """
    asked = _vendor(workspace, wanted, snapshot, vendor)
    named = [subject for subject in subjects if subject.type in wanted.subjects]
    around = [scoped] if scoped is not None else [subject for subject in subjects if subject not in named]
    listed = asked not in (None, US) and not named
    keys = keys_of(workspace, [subject.id for subject in named]) if _by_subject(wanted) and named else None
    if board is not None and not around and _held(wanted, asked, keys):
        frame, order = board[wanted.kind], board.best_first(wanted.kind, asked)
        if keys is not None:
            order = order[np.isin(frame.subject[order], keys)]
    else:
        frame = wanted.score(
            snapshot,
            workspace.reference(when),
            workspace.parameters,
            scopes=_scopes(workspace, wanted, named, around, snapshot),
            subjects=keys,
            vendor=None if listed and wanted.kind == "competitor" else asked,
        )
        order = np.lexsort((frame.scope, -frame.score))
    if listed and wanted.kind == "decision_chain":
        order = order[np.isin(frame.scope[order], _competed(snapshot, int(asked or US)))]
    if listed:
        order = order[frame.vendor[order] == asked]
    if not named:
        order = order[~np.isnan(frame.score[order])]
    return frame, order


def _held(wanted: Scorer, asked: int | None, keys: Ints | None) -> bool:
    """Whether a frame of everybody has the rows: ours, or all rivals' where none is named."""
    if wanted.whole:
        return True
    return keys is None and asked == (None if wanted.kind == "competitor" else US)


def _by_subject(wanted: Scorer) -> bool:
    """Whether its subjects are people, and not the accounts and deals that scopes are."""
    return "person" in wanted.subjects


def _vendor(workspace: Workspace, wanted: Scorer, snapshot: Snapshot, vendor: str | None) -> int | None:
    """The vendor asked for; None means all rivals."""
    if wanted.kind == "competitor" and vendor is None:
        return None
    if not wanted.rivals and vendor not in OUR_NAMES:
        raise InvalidInput(
            f"{wanted.kind} is a score of ours alone",
            remedy="leave the vendor out, or ask for competitor",
            field="vendor",
        )
    return vendor_key(workspace, snapshot, vendor)


def _competed(snapshot: Snapshot, vendor: int) -> Ints:
    """The opportunities in whose field the vendor is."""
    competes, holds = current(snapshot, "competes")
    deals: Ints = competes.target[holds & (competes.source == vendor)]
    return deals


def _scopes(
    workspace: Workspace, wanted: Scorer, named: Sequence[Subject], around: Sequence[Subject], snapshot: Snapshot
) -> Ints | None:
    """The scopes to score in; None means all."""
    if _by_subject(wanted):
        return keys_of(workspace, [subject.id for subject in around]) if around else None
    if not named and not around:
        return None
    own = keys_of(workspace, [subject.id for subject in named])
    return np.union1d(own, _reached(workspace, wanted, around, snapshot))


def _reached(workspace: Workspace, wanted: Scorer, around: Sequence[Subject], snapshot: Snapshot) -> Ints:
    """The accounts or deals that people, accounts and deals which were named lead to."""
    if "company" in wanted.scoped:
        same = [subject.id for subject in around if subject.type in wanted.scoped]
        others = [subject for subject in around if subject.type not in wanted.scoped]
        return keys_of(workspace, [*same, *accounts_of(others)])
    keys = keys_of(workspace, [subject.id for subject in around])
    opportunities, plays = snapshot.edges["for"], snapshot.edges["plays"]
    deals = opportunities.source[np.isin(opportunities.target, keys)]
    played = plays.target[np.isin(plays.source, keys)]
    known = snapshot.nodes["opportunity"].key
    still_open = np.intersect1d(np.union1d(deals, played), known[is_open(snapshot)])
    return np.union1d(known[np.isin(known, keys)], still_open)


def itself(snapshot: Snapshot, frame: ScoreFrame, row: int) -> bool:
    """Whether the vendor of a row is the customer itself, which may build what it needs."""
    scope = frame.scope[row : row + 1]
    account = customer_of(snapshot, scope) if frame.scope_type[row] == OPPORTUNITY else scope
    return frame.kind == "competitor" and int(frame.vendor[row]) == int(account[0])


def gap(
    wanted: Scorer, frame: ScoreFrame, row: int, snapshot: Snapshot, reference: Reference, parameters: Parameters
) -> float | None:
    """Our score less the rival's, same subject and scope; None for our own, or where we have none."""
    if int(frame.vendor[row]) == US or not wanted.rivals:
        return None
    if "gap" in frame.columns:
        found = float(frame.columns["gap"][row])
        return None if np.isnan(found) else found
    scope, subject = frame.scope[row : row + 1], frame.subject[row : row + 1]
    ours = wanted.score(snapshot, reference, parameters, scopes=scope, subjects=subject, vendor=US)
    rows = ours.rows(int(subject[0]), US, int(scope[0]))
    points = 100 if frame.link == "logit" else 1
    return float(points * (ours.score[rows[0]] - frame.score[row])) if len(rows) else None
