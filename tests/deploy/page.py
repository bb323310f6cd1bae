"""The commands of docs/containers.md, run as they are shown."""

from __future__ import annotations

import os
import re
import shlex
import subprocess

from tests.deploy import compose
from tests.deploy.compose import Stack
from tests.deploy.images import ROOT

PAGE = ROOT / "docs" / "containers.md"


def blocks(*titles: str) -> list[str]:
    """The shell blocks of the sections with these titles."""
    sections = re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    chosen = {section.partition("\n")[0]: section for section in sections}
    return [block for title in titles for block in re.findall(r"^```sh\n(.*?)^```", chosen[title], re.DOTALL | re.M)]


def run(stack: Stack, block: str) -> str:
    """Run a block in one shell; compose is ours, without a terminal, and the port is the stack's."""
    ours = shlex.join([*compose.command(), "-p", stack.project])
    text = re.sub(r"^docker compose\b|(?<=[(\"])docker compose\b", ours, block, flags=re.MULTILINE)
    text = text.replace(" exec ", " exec -T ").replace("127.0.0.1:8000", f"127.0.0.1:{stack.port}")
    done = subprocess.run(
        ["sh", "-e", "-c", text], cwd=stack.directory,
        env={**os.environ, **stack.settings, "BRM_PORT": str(stack.port)},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{block}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout
