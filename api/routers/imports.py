"""Imports: bringing files in, what was brought in, and taking one back."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.answers import Listing
from api.dependencies import ItemId, Reader, Space, Writer
from api.models import ReceiptBody
from api.problems import PROBLEMS
from brm import ingest
from brm.services import imports
from brm.services.shapes import receipt

router = APIRouter(prefix="/imports", tags=["imports"], responses=PROBLEMS)


class NewImport(BaseModel):
    """Files to import."""

    model_config = ConfigDict(extra="forbid")

    files: dict[str, str] = Field(
        min_length=1,
        description="File name -> text, CSV or JSONL",
        examples=[{"company.csv": "id,name\nc1,华辰电网\n"}],
    )
    mapping: str | None = Field(default=None, max_length=100, description="Name of a shipped mapping; default native")
    source: str = Field(default="http", min_length=1, max_length=100)
    dry_run: bool = False
    strict: bool = Field(default=False, description="All rows or none")


@router.post("", status_code=201, operation_id="import_files")
def import_files(space: Space, principal: Writer, body: NewImport) -> dict[str, Any]:
    """Import files: good rows enter, bad rows are reported; the same again changes nothing."""
    return imports.run_sent(space, principal, **body.model_dump())


@router.get("", operation_id="list_imports", response_model=Listing)
def list_imports(space: Space, principal: Reader) -> dict[str, Any]:
    """All imports, oldest first."""
    items = [imports.batch_shape(each) for each in ingest.list_imports(space.store)]
    return {"items": items, "next": None, "revision": space.store.revision()}


@router.get("/{id}", operation_id="read_import")
def read_import(space: Space, principal: Reader, id: ItemId) -> dict[str, Any]:
    """One import."""
    return imports.batch_shape(ingest.show_import(space.store, id))


@router.post("/{id}/undo", operation_id="undo_import")
def undo_import(space: Space, principal: Writer, id: ItemId) -> ReceiptBody:
    """Withdraw everything the import wrote; later edits stay and are listed as kept."""
    done = ingest.undo_import(space.store, id, principal.person_id or principal.id)
    return ReceiptBody(id=id, **receipt(done))
