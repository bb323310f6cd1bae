"""Imports: what was brought in, and taking one back. Files come in on the command line."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter

from api.dependencies import ItemId, Reader, Space, Writer
from api.models import ReceiptBody
from api.problems import PROBLEMS
from brm import ingest
from brm.services.shapes import moment, receipt

router = APIRouter(prefix="/imports", tags=["imports"], responses=PROBLEMS)


def _shape(info: ingest.ImportBatchInfo) -> dict[str, Any]:
    return asdict(info) | {"started_at": moment(info.started_at), "finished_at": moment(info.finished_at)}


@router.get("", operation_id="list_imports")
def list_imports(space: Space, principal: Reader) -> dict[str, Any]:
    """All imports, oldest first."""
    items = [_shape(each) for each in ingest.list_imports(space.store)]
    return {"items": items, "next": None, "revision": space.store.revision()}


@router.get("/{id}", operation_id="read_import")
def read_import(space: Space, principal: Reader, id: ItemId) -> dict[str, Any]:
    """One import."""
    return _shape(ingest.show_import(space.store, id))


@router.post("/{id}/undo", operation_id="undo_import")
def undo_import(space: Space, principal: Writer, id: ItemId) -> ReceiptBody:
    """Withdraw everything the import wrote; later edits stay and are listed as kept."""
    done = ingest.undo_import(space.store, id, principal.person_id or principal.id)
    return ReceiptBody(id=id, **receipt(done))
