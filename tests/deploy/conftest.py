"""A Docker engine with images made here, or a reason why this machine has none."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.deploy import compose, images
from tests.deploy.compose import Stack
from tests.servers import Unavailable
from tests.servers.container import engine_answers
from tests.servers.process import free_ports


@dataclass(frozen=True, slots=True)
class Built:
    """The images under test and the directory whose compose file starts them."""

    directory: Path
    brm: str
    settings: dict[str, str]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    directory = tmp_path_factory.mktemp("deploy")
    try:
        if not engine_answers():
            raise Unavailable("no Docker engine answers")
        compose.command()
        base = images.base()
        neo4j = images.neo4j(directory / "neo4j", base)
        (directory / "brm").mkdir()
        checkout = images.checkout(directory / "brm")
    except Unavailable as problem:
        pytest.skip(str(problem))
    brm = f"brm-test:{os.getpid()}"
    settings = {
        "PYTHON_IMAGE": base, "PIP_OPTIONS": "--no-index --find-links /wheelhouse", "BRM_IMAGE": brm,
        "NEO4J_IMAGE": neo4j, "NEO4J_HEAP": "512m", "NEO4J_PAGECACHE": "64m", "BRM_TZ": "Asia/Shanghai",
        "BRM_HEALTH_INTERVAL": "2s", "NEO4J_HEALTH_INTERVAL": "3s",
    }  # fmt: skip
    Stack(checkout, f"brm-test-{os.getpid()}", "embedded", "embedded", 0, settings).compose("build", "embedded")
    yield Built(checkout, brm, settings)
    images.run("docker", "image", "rm", "--force", brm)


@pytest.fixture
def start(built: Built) -> Iterator[Callable[[str], Stack]]:
    """Brings a profile up; everything it made goes when the test ends."""
    stacks: list[Stack] = []

    def up(profile: str) -> Stack:
        server = {"neo4j": "brm", "embedded": "embedded"}[profile]
        project = f"brm-test-{os.getpid()}-{profile}"
        stack = Stack(built.directory, project, profile, server, free_ports(1)[0], built.settings)
        stacks.append(stack)
        stack.compose("up", "-d", "--no-build")
        stack.wait_healthy()
        return stack

    yield up
    for stack in stacks:
        stack.compose("down", "--volumes", "--timeout", "20", check=False)
