"""Files of commands: ``--svg FILE``, ``--xlsx FILE``, ``--out FILE.{md,json,xlsx}``, - for standard output."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import typer

from brm.cli.session import Session
from brm.errors import InvalidInput

STANDARD_OUTPUT = "-"
SvgOption = Annotated[
    str | None,
    typer.Option("--svg", metavar="FILE", help="Draw it into this SVG file; - for standard output", show_default=False),
]
XlsxOption = Annotated[
    str | None,
    typer.Option(
        "--xlsx", metavar="FILE", help="Write it into this workbook; - for standard output", show_default=False
    ),
]

OutOption = Annotated[
    str | None,
    typer.Option(
        "--out", metavar="FILE", help="Write it into this .md, .json or .xlsx file; - for Markdown on standard output",
        show_default=False,
    ),
]  # fmt: skip


def saved_as(session: Session, target: str | None, makers: Mapping[str, Callable[[], str | bytes]]) -> bool:
    """`saved`, as what the end of the file's name says; InvalidInput names the ends that there are."""
    if target is None:
        return False
    end = "md" if target == STANDARD_OUTPUT else Path(target).suffix.lower().removeprefix(".")
    if end not in makers:
        raise InvalidInput(
            f"{target}: there is no {end or 'nameless'} form of it",
            remedy=f"name a file that ends in {', '.join(f'.{each}' for each in makers)}",
            field="out", value=target,
        )  # fmt: skip
    return saved(session, target, makers[end])


def saved(session: Session, target: str | None, make: Callable[[], str | bytes]) -> bool:
    """Write what ``make`` gives where the option says; whether that replaces what the command prints.

    A file that is there is replaced. With ``--json`` the data are printed all the same.
    """
    if target is None:
        return False
    if target == STANDARD_OUTPUT and session.as_json:
        raise InvalidInput(
            "the picture and --json cannot both go to standard output",
            remedy="name a file for the picture, or leave --json out",
        )
    made = make()
    content = made.encode() if isinstance(made, str) else made
    if target == STANDARD_OUTPUT:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return True
    try:
        Path(target).write_bytes(content)
    except OSError as problem:
        raise InvalidInput(
            f"cannot write {target}: {problem.strerror}",
            remedy="name a file in a directory that exists and that you may write",
            code="file_unusable",
            file=target,
        ) from None
    session.diagnostics.print(session.texts.text("cli.picture_written", file=target), soft_wrap=True)
    return not session.as_json
