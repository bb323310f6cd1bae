"""Undo commits: withdraw what they wrote, believe again what they withdrew, keep later edits."""

from __future__ import annotations

from brm.errors import Conflict, InvalidInput, NotFound
from brm.store.history import Entry, Fact
from brm.store.ledger import Ledger
from brm.store.planning import Histories, withdraw_edges
from brm.store.protocol import Commit
from graph_schema.changes import ChangeSet, EdgeRef, EntityRef, NodeRef
from scoring.snapshot import OPEN


def commits_to_undo(ledger: Ledger, change_set: ChangeSet) -> list[Commit]:
    """The commits that the change set wants undone; NotFound, Conflict or InvalidInput otherwise."""
    if change_set.undo is not None:
        commit = ledger.commit(change_set.undo)
        found = [commit] if commit is not None else []
        what = f"commit {change_set.undo}"
    else:
        found = [c for c in ledger.commits_of(change_set.undo_import or "") if c.kind == "change"]
        what = f"import {change_set.undo_import!r}"
    if not found:
        raise NotFound(f"there is no {what}", remedy="List the commits or imports and choose one of them.")
    for commit in found:
        if commit.kind != "change":
            raise InvalidInput(
                f"commit {commit.revision} is of kind {commit.kind} and cannot be undone",
                remedy="Write the wanted state again as a new change.",
                code="not_undoable",
            )
    pending = [commit for commit in found if commit.undone_by is None]
    if not pending:
        raise Conflict(f"{what} was undone already", remedy="There is nothing left to do.", code="already_undone")
    return pending


class Undo:
    """One undo, planned on `Histories`. ``kept`` collects what later facts made it leave."""

    def __init__(self, histories: Histories, revisions: set[int], with_later: bool) -> None:
        self.histories = histories
        self.revisions = revisions
        self.with_later = with_later
        self.kept: set[str] = set()

    def plan(self) -> None:
        """Withdraw, revive, and settle the nodes and edges that depend on it."""
        refs = self.histories.ledger.touched_by(self.revisions)
        self.histories.prefetch(refs, [ref.id for ref in refs if isinstance(ref, NodeRef)])
        for ref in refs:
            self._undo_one(ref)
        for ref in refs:
            if isinstance(ref, NodeRef):
                self._settle_node(ref)
        for ref in refs:
            if isinstance(ref, EdgeRef):
                self._settle_edge(ref)

    def _undo_one(self, ref: EntityRef) -> None:
        histories = self.histories
        entry = histories.writable(ref)
        written = [f for f in entry.facts if f.revision in self.revisions]
        revived = [f for f in entry.facts if f.void_revision in self.revisions and f.revision not in self.revisions]
        histories.void(ref, revived, None)
        histories.void(ref, [f for f in written if f.void_revision is None], histories.revision)
        if not written:
            return
        first = min(f.revision for f in written)
        later = [f for f in histories.writable(ref).facts if f.void_revision is None and f.revision > first]
        if later and self.with_later:
            histories.void(ref, later, histories.revision)
        elif later:
            self.kept.add(ref.id)

    def _settle_node(self, ref: NodeRef) -> None:
        histories = self.histories
        entry = histories.writable(ref)
        if entry.alive:
            return
        if self.with_later:
            withdraw_edges(histories, ref.id)
            return
        edges = histories.edges_at(ref.id)
        histories.prefetch(edges, ())
        if any(held is not None and held.alive for held in map(histories.get, edges)):
            histories.add(ref, self._stub(entry))
            self.kept.add(ref.id)

    def _stub(self, entry: Entry) -> Fact:
        gone = [f for f in entry.facts if f.verb != "end" and f.revision in self.revisions]
        start = min(f.valid_from for f in gone)
        known = min(f.recorded_at for f in gone)
        return Fact("stub", {}, start, OPEN, known, self.histories.revision)

    def _settle_edge(self, ref: EdgeRef) -> None:
        """An edge cannot come back when a later commit withdrew one of its nodes."""
        histories = self.histories
        entry = histories.writable(ref)
        if not entry.alive or all(histories.living_type(end) for end in (ref.source, ref.target)):
            return
        histories.void(ref, [f for f in entry.facts if f.void_revision is None], histories.revision)
        self.kept.add(ref.id)
