"""``brm schema``: the declarations as JSON Schema, reference page or empty import files."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from brm.cli.session import Session, command


class Form(StrEnum):
    """What to write."""

    JSON = "json"
    DOCS = "docs"
    LAYOUT = "layout"


def register(app: typer.Typer) -> None:
    """Add the command."""

    @command(app, "schema")
    def schema(
        session: Session,
        form: Annotated[Form, typer.Argument(help="json, docs or layout")] = Form.JSON,
        folder: Annotated[Path | None, typer.Argument(help="Folder for layout", show_default=False)] = None,
    ) -> None:
        """Print JSON Schema or the reference page, or write empty import files to a folder."""
        import json

        from graph_schema import registry
        from graph_schema.emit.json_schema import json_schema
        from graph_schema.emit.markdown import reference

        if form is Form.JSON:
            sys.stdout.write(json.dumps(json_schema(registry()), ensure_ascii=False, indent=1) + "\n")
        elif form is Form.DOCS:
            sys.stdout.write(reference(registry()))
        else:
            _layout(session, folder)


def _layout(session: Session, folder: Path | None) -> None:
    from brm.errors import InvalidInput
    from brm.ingest import write_layout

    if folder is None:
        raise InvalidInput("brm schema layout needs a folder", remedy="brm schema layout DIR")
    written = write_layout(folder)
    session.diagnostics.print(session.texts.text("cli.layout", count=len(written), folder=folder), soft_wrap=True)
