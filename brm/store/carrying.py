"""The graph with its whole history as JSON objects, and back into an empty store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from brm.errors import Conflict, InvalidInput, StoreUnusable
from brm.store.history import Entry, Fact, bound
from brm.store.loading import FORMAT, Loader
from brm.store.sealing import content_digest
from brm.store.view import Fillable, Whole
from graph_schema import TypeSpec, registry
from graph_schema.changes import EntityRef, Receipt
from graph_schema.values import to_json

_BATCH = 5_000


def rows(view: Whole) -> Iterator[dict[str, Any]]:
    """Header, commits, aliases, nodes, edges and exported records, in that order."""
    revision, at = view.last()
    head = {"kind": "store", "format": FORMAT, "schema": registry().digest(), "revision": revision}
    yield {**head, "committed_at": to_json("instant", at) if revision else None}
    since = 0
    while page := view.commits(since, None, _BATCH):
        for commit in page:
            told = asdict(commit)
            told["committed_at"] = to_json("instant", commit.committed_at)
            yield {**told, "kind": "commit", "what": commit.kind}
        since = page[-1].revision
    for alias, identity in sorted(view.aliases().items()):
        yield {"kind": "alias", "alias": alias, "id": identity}
    for node, entry in view.all_nodes():
        yield {"kind": "node", "type": node.type, "id": node.id, **_history(node, entry)}
    for edge, entry in view.all_edges():
        ends = {"from": edge.source, "to": edge.target, "key": edge.key}
        yield {"kind": "edge", "type": edge.type, **ends, **_history(edge, entry)}
    for spec in registry().records.values():
        if spec.exported:
            for record in view.records(spec.name, None):
                body = {name: _plain(spec, name, value) for name, value in record.body.items()}
                yield {"kind": "record", "type": spec.name, "id": record.id, "body": body,
                       "revision": record.revision}  # fmt: skip


def _plain(spec: TypeSpec, name: str, value: Any) -> Any:
    return to_json(spec.properties[name].kind, value)


def _history(ref: EntityRef, entry: Entry) -> dict[str, Any]:
    spec = registry().fact_type(ref.type)
    ordered = sorted(entry.facts, key=lambda f: (f.revision, f.ordinal))
    return {"revision": entry.touched, "versions": [version_row(spec, fact) for fact in ordered]}


def version_row(spec: TypeSpec, fact: Fact) -> dict[str, Any]:
    """A version as it is exported."""
    return {
        "verb": fact.verb,
        "properties": {name: _plain(spec, name, fact.values[name]) for name in sorted(fact.values)},
        "valid_from": to_json("instant", bound(fact.valid_from)),
        "valid_to": to_json("instant", bound(fact.valid_to)),
        "recorded_at": to_json("instant", fact.recorded_at),
        "revision": fact.revision,
        "void_revision": fact.void_revision,
    }


def load(view: Fillable, lines: Iterable[Mapping[str, Any]]) -> Receipt:
    """Store an export under its own revisions; InvalidInput names the first row that does not fit.

    Rows of an older schema are brought to today's. A last row of kind `SEAL` tells the digest of the
    rows before it; what was stored is then read again and compared.
    """
    if view.last()[0] or next(iter(view.all_nodes()), None) is not None:
        raise Conflict("the store is not empty", remedy="Load into a new store.", code="store_not_empty")
    loader = Loader(view)
    number = 0
    for number, line in enumerate(lines, start=1):
        try:
            loader.take(line)
        except (KeyError, TypeError, ValueError, AttributeError) as bad:
            raise InvalidInput(
                f"row {number} of the export cannot be read: {bad}",
                remedy="Export again from a store that this program can open.",
                code="export_unreadable",
                row=number,
            ) from None
    receipt = loader.finish(number)
    if loader.digest is not None:
        _compare(view, loader.digest)
    return receipt


def _compare(view: Fillable, digest: str) -> None:
    with view.whole() as whole:
        found = content_digest(rows(whole))
    if found != digest:
        raise StoreUnusable(
            f"the store holds {found}, not {digest} as the file says; nothing was kept",
            remedy="Check disk and memory of this machine, then restore again.",
            code="content_differs",
        )
