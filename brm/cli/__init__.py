"""The command line. Commands import what they need when they run, so that help is quick."""

from __future__ import annotations

import typer

from brm.cli import (
    asking,
    caring,
    chaining,
    customers,
    days,
    dealing,
    drafting,
    editing,
    evaluating,
    focusing,
    guiding,
    journeying,
    leading,
    looking,
    parameters,
    planning,
    questioning,
    reviewing,
    running,
    schema,
    staging,
    transfer,
)

app = typer.Typer(
    name="brm",
    help="A graph of customer relationships that quantifies, explains and advises.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for module in (
    running, transfer, schema, asking, dealing, guiding, questioning, staging, leading, customers, focusing, looking,
    days,
    drafting, reviewing, editing, caring, parameters, evaluating, planning, journeying, chaining,
):  # fmt: skip
    module.register(app)


def main() -> None:
    """Entry point of the ``brm`` program."""
    app()
