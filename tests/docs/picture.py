"""The picture in docs/pictures.md: ``python -m tests.docs.picture`` draws it anew."""

from __future__ import annotations

import os
import re
import shlex
import tempfile
from pathlib import Path

from typer.testing import CliRunner

from brm.cli import app
from tests.conftest import ANCHOR

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "pictures.md"
FILE = ROOT / "docs" / "pictures" / "decision-chain.svg"


def command() -> list[str]:
    """The command that the page shows above the picture, without the program's name."""
    (line,) = re.findall(r"^brm (map .*) --svg decision-chain\.svg$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return shlex.split(line)


def drawn() -> str:
    """What that command draws of the store that is set, in the time zone that is set."""
    result = CliRunner().invoke(app, [*command(), "--svg", "-"])
    assert result.exit_code == 0, result.output
    return result.stdout


def main() -> None:
    """Load the demonstration world aside and draw it."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"BRM_STORE": f"sqlite:///{folder}/demo.sqlite", "BRM_TZ": "Asia/Shanghai"}
        loaded = CliRunner().invoke(app, ["demo", "--load-only", "--anchor", ANCHOR.isoformat()])
        assert loaded.exit_code == 0, loaded.output
        FILE.write_text(drawn(), encoding="utf-8")


if __name__ == "__main__":
    main()
