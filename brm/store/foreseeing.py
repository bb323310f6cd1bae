"""What changes would make of a snapshot, planned as a write is and then left: drafts and counterfactuals.

The planner of writes says what each change comes to, and its versions are folded as stored ones are, so a
patch equals committing the changes and reading again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from brm.errors import BrmError
from brm.store.cutting import SnapshotTables
from brm.store.feeding import edge_rows
from brm.store.history import Entry, fold
from brm.store.ledger import Known, Outcome, Remembered
from brm.store.partition import Reach, snapshot_of
from brm.store.planning import Histories, Planner, refuse
from brm.store.protocol import Commit, Foreseen
from brm.store.tables import columns_of
from brm.store.view import Moment, View
from graph_schema import registry
from graph_schema.changes import Change, EdgeRef, EntityRef, NodeRef
from graph_schema.validation import check_changes
from scoring.snapshot import Ints, LocalDays, NodeTable, Patch, Snapshot, node_table

Edits = Sequence[Sequence[Change]]
_OWN_SETS: Mapping[str, str] = {
    "opportunity": "opportunities", "requirement": "requirements", "interaction": "interactions",
    "observation": "observations",
    **dict.fromkeys(("contract", "delivery", "ticket", "payment", "objective", "action"), "work"),
}  # fmt: skip
"""The set of a partition that a node of the type is in with all that belongs to it."""
_JOINING: Mapping[tuple[str, str], str] = {
    ("plays", "person"): "persons", ("holds", "person"): "persons", ("seat_in", "position"): "seats",
    ("part_of", "org_unit"): "units",
}  # fmt: skip
"""The edges that make a node one of an account's own, and the set that it is then in."""


def foresee(
    view: View,
    edits: Edits,
    together: Sequence[frozenset[int]],
    accounts: Sequence[int] | None,
    moment: Moment,
    local_days: LocalDays,
    read: Snapshot | None,
) -> Foreseen:
    """The snapshot of the accounts, and the patch of each set of edits that is looked at.

    ``read`` is that snapshot where it was read before; it is read again where the edits reach beyond it.
    """
    ledger = _Asked(view)
    checked, unfit = _checked(edits)
    _ask(ledger, checked)
    full = _plan(ledger, checked, range(len(edits)), moment, unfit)
    plans = {
        chosen: full if len(chosen) == len(edits) else _plan(ledger, checked, sorted(chosen), moment, unfit)
        for chosen in dict.fromkeys(together)
    }
    numbering = _Numbering(view)
    # in the order in which a commit would number them
    numbering.keys([ref.id for ref in full.nodes])
    patches = {chosen: _patch(ledger, numbering, plan.histories, moment) for chosen, plan in plans.items()}
    joining = _joining(view, checked, full.histories) if plans else {}
    return Foreseen(
        view.last()[0],
        read
        if read is not None and (accounts is None or _reaches(read, accounts, moment, joining))
        else snapshot_of(view, accounts, moment, local_days, joining),
        patches,
        full.refused,
        full.unchanged,
        numbering.created({ref.id: ref for plan in plans.values() for ref in plan.nodes}),
    )


def _reaches(read: Snapshot, accounts: Sequence[int], moment: Moment, joining: Mapping[str, Ints]) -> bool:
    """Whether all that joins is in the snapshot of the accounts as it has to be."""
    keys = np.unique(np.array(accounts, dtype=np.int64))
    return not Reach(SnapshotTables(read), moment, {"accounts": keys}).missing(joining)


@dataclass(frozen=True, slots=True)
class _Plan:
    """The histories after edits, and which of these came to nothing."""

    histories: Histories
    refused: Mapping[int, BrmError]
    unchanged: frozenset[int]

    @property
    def nodes(self) -> list[NodeRef]:
        return [ref for ref in self.histories.dirty if isinstance(ref, NodeRef)]


def _checked(edits: Edits) -> tuple[list[list[Change]], dict[int, BrmError]]:
    """The changes in canonical form, and the edits that the declarations do not allow."""
    checked: list[list[Change]] = []
    unfit: dict[int, BrmError] = {}
    for place, edit in enumerate(edits):
        good, problems = check_changes(tuple(edit))
        checked.append(good)
        if problems:
            unfit[place] = refuse(problems)
    return checked, unfit


def _plan(
    ledger: _Asked,
    edits: Sequence[list[Change]],
    chosen: Sequence[int] | range,
    moment: Moment,
    unfit: Mapping[int, BrmError],
) -> _Plan:
    """Plan the edits in turn; one that is refused leaves nothing, so the others are planned again without it."""
    refused = {place: why for place, why in unfit.items() if place in chosen}
    while True:
        histories = Histories(ledger, ledger.last()[0] + 1)
        unchanged = set()
        for place in chosen:
            if place in refused:
                continue
            planner = Planner(histories, moment.at)
            try:
                planner.apply(edits[place])
            except BrmError as why:
                refused[place] = why
                break
            if planner.unchanged == len(edits[place]):
                unchanged.add(place)
        else:
            return _Plan(histories, refused, frozenset(unchanged))


def _patch(ledger: _Asked, numbering: _Numbering, histories: Histories, moment: Moment) -> Patch:
    entries = dict(histories.dirty)
    edges = [edge for edge in ledger.edges_of(_returning(ledger, histories, moment)) if edge not in entries]
    entries |= ledger.entries(edges)
    drop_nodes, add_nodes = _node_rows(numbering, entries, moment)
    return Patch(drop_nodes, add_nodes, *edge_rows(numbering, entries, moment))


def _returning(ledger: _Asked, histories: Histories, moment: Moment) -> list[str]:
    """Stored nodes that come to exist: edges that nobody touched come back with them."""
    held = ledger.entries([ref for ref in histories.stored if isinstance(ref, NodeRef)])
    return [
        ref.id
        for ref, old in held.items()
        if fold(old.facts, moment.at, moment.known_at) is None
        and fold(histories.dirty[ref].facts, moment.at, moment.known_at) is not None
    ]


def _node_rows(
    numbering: _Numbering, entries: Mapping[EntityRef, Entry], moment: Moment
) -> tuple[dict[str, Ints], dict[str, NodeTable]]:
    by_type: dict[str, list[tuple[str, Entry]]] = {}
    for ref, entry in entries.items():
        if isinstance(ref, NodeRef):
            by_type.setdefault(ref.type, []).append((ref.id, entry))
    drop: dict[str, Ints] = {}
    add: dict[str, NodeTable] = {}
    for type_, group in by_type.items():
        drop[type_] = np.sort(numbering.of([identity for identity, _ in group]))
        folded = [(identity, fold(entry.facts, moment.at, moment.known_at)) for identity, entry in group]
        found = [(identity, each.values) for identity, each in folded if each is not None]
        columns = columns_of(registry().nodes[type_], [values for _, values in found], numbering.key_of)
        add[type_] = node_table(type_, numbering.of([identity for identity, _ in found]), columns)
    return drop, add


def _joining(view: View, edits: Sequence[Sequence[Change]], histories: Histories) -> dict[str, Ints]:
    """Stored nodes that the edits touch, by the set of a partition in which all that counts of them is read."""
    wanted: dict[str, str] = {}
    for ref in dict.fromkeys((*(change.entity for edit in edits for change in edit), *histories.dirty)):
        ends = (ref.source, ref.target) if isinstance(ref, EdgeRef) else (ref.id,)
        for identity in ends:
            known = histories.node(identity)
            if known is not None:
                role = _JOINING.get((ref.type, known.type), _OWN_SETS.get(known.type))
                if role is not None or identity not in wanted:
                    wanted[identity] = role or wanted.get(identity, "tied")
    keys = view.keys(list(wanted))
    found: dict[str, list[int]] = {}
    for identity, key in keys.items():
        found.setdefault(wanted[identity], []).append(key)
    return {name: np.array(sorted(each), dtype=np.int64) for name, each in found.items()}


class _Numbering:
    """The keys of nodes; new ones get those that the store would give next."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._next = view.last_key() + 1
        self._new: dict[str, int] = {}

    def keys(self, ids: Collection[str]) -> dict[str, int]:
        """The key of each of the ids."""
        stored = self._view.keys(ids)
        for identity in ids:
            if identity not in stored and identity not in self._new:
                self._new[identity] = self._next
                self._next += 1
        return {identity: stored.get(identity, self._new.get(identity, 0)) for identity in ids}

    def of(self, ids: Sequence[str]) -> Ints:
        """The key of each of the ids, in their order."""
        known = self.keys(ids)
        return np.array([known[identity] for identity in ids], dtype=np.int64)

    def key_of(self, identity: str) -> int:
        """The key of a node."""
        return self.keys((identity,))[identity]

    def created(self, nodes: Mapping[str, NodeRef]) -> dict[int, NodeRef]:
        """The nodes that the store does not have, by key."""
        return {key: nodes[identity] for identity, key in self._new.items() if identity in nodes}


def _ask(ledger: _Asked, edits: Sequence[Sequence[Change]]) -> None:
    """Read what the edits touch at once."""
    refs = list(dict.fromkeys(change.entity for edit in edits for change in edit))
    ids = [end for ref in refs for end in ((ref.source, ref.target) if isinstance(ref, EdgeRef) else (ref.id,))]
    ledger.entries(refs)
    ledger.nodes(list(dict.fromkeys(ids)))


class _Asked:
    """A ledger that is asked once for each thing, since several sets of the same edits are planned on it."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._last = view.last()
        self._aliases = view.aliases()
        self._entries: dict[EntityRef, Entry | None] = {}
        self._nodes: dict[str, Known | None] = {}
        self._edges: dict[str, list[EdgeRef]] = {}

    def last(self) -> tuple[int, int]:
        return self._last

    def aliases(self) -> Mapping[str, str]:
        return self._aliases

    def entries(self, refs: Collection[EntityRef]) -> dict[EntityRef, Entry]:
        missing = [ref for ref in refs if ref not in self._entries]
        if missing:
            self._entries.update(dict.fromkeys(missing))
            self._entries.update(self._view.entries(missing))
        return {ref: entry for ref in refs if (entry := self._entries[ref]) is not None}

    def nodes(self, ids: Collection[str]) -> dict[str, Known]:
        missing = [identity for identity in ids if identity not in self._nodes]
        if missing:
            self._nodes.update(dict.fromkeys(missing))
            self._nodes.update(self._view.nodes(missing))
        return {identity: known for identity in ids if (known := self._nodes[identity]) is not None}

    def edges_of(self, ids: Collection[str]) -> list[EdgeRef]:
        for identity in ids:
            if identity not in self._edges:
                self._edges[identity] = self._view.edges_of((identity,))
        return list(dict.fromkeys(edge for identity in ids for edge in self._edges[identity]))

    def touched_by(self, revisions: Collection[int]) -> list[EntityRef]:
        return self._view.touched_by(revisions)

    def commits_of(self, import_id: str) -> list[Commit]:
        return self._view.commits_of(import_id)

    def commit(self, revision: int) -> Commit | None:
        return self._view.commit(revision)

    def remembered(self, key: str) -> Remembered | None:
        return self._view.remembered(key)

    def save(self, outcome: Outcome) -> None:
        raise AssertionError("what is foreseen is never stored")
