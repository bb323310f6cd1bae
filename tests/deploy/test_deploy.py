"""The compose file on a real Docker engine: set up, secured, asked, restarted, killed, asked again."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from tests.deploy import page
from tests.deploy.compose import Stack
from tests.deploy.conftest import Built

# The first test makes the images, on a bare machine from nothing.
pytestmark = pytest.mark.timeout(900)
QUESTION = "/api/v1/scores?kind=decision_chain&as_of=2026-06-29&limit=20"
USER = "10001"
TOKEN_FILES = {"embedded": "/run/brm/admin-token-embedded", "neo4j": "/run/brm/admin-token"}
SHOWN = {
    "embedded": ("brm alone",),
    "neo4j": ("brm and Neo4j", "Copies", "Stopping, starting again, removing"),
}
"""The sections of the page whose commands run in each profile."""


def ask(stack: Stack) -> list[dict[str, Any]]:
    """The scores with all that explains them; the number of the last commit aside, which new tokens raise."""
    token = stack.inside("cat", TOKEN_FILES[stack.profile]).strip()
    answer = stack.get(QUESTION, token)
    assert answer.status == 200, answer
    return [{name: value for name, value in item.items() if name != "revision"} for item in answer.body["items"]]


def test_a_container_without_a_token_refuses_and_says_how_to_make_one(built: Built) -> None:
    ran = subprocess.run(
        ["docker", "run", "--rm", "--read-only", "--network=none", built.brm],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert ran.returncode == 5, ran
    assert "no token is configured" in ran.stderr
    assert "brm token create" in ran.stderr


@pytest.mark.parametrize("profile", ["embedded", "neo4j"])
def test_a_stack_keeps_its_answers_through_restarts_and_kills(profile: str, start: Callable[[str], Stack]) -> None:
    stack = start(profile)
    stack.inside("brm", "demo", "--load-only", "--anchor", "2026-06-30")
    services = [stack.server, "neo4j"] if profile == "neo4j" else [stack.server]
    _is_locked_down(stack, services)
    assert stack.get(QUESTION).status == 401
    before = ask(stack)
    assert len(before) > 1

    secrets = _secrets(stack)
    said = [page.run(stack, block) for block in page.blocks(*SHOWN[profile])]
    assert '"scopes":["admin"' in "".join(said).replace(" ", "")
    stack.compose("up", "-d", "--no-build")
    stack.wait_healthy()
    assert (_secrets(stack), ask(stack)) == (secrets, before)
    _starts_after_its_token_was_revoked(stack)

    for service in services:
        stack.wait_restarted(service, stack.kill_process(service))
        stack.wait_healthy(service)
    stack.wait_healthy()
    assert ask(stack) == before


def test_every_command_of_the_page_is_in_a_section_that_runs() -> None:
    titles = [title for shown in SHOWN.values() for title in shown]
    assert page.PAGE.read_text(encoding="utf-8").count("```sh\n") == len(page.blocks(*titles))


def _secrets(stack: Stack) -> str:
    return stack.inside("sh", "-c", "find /run/brm /run/brm-neo4j -type f | sort | xargs sha256sum")


def _starts_after_its_token_was_revoked(stack: Stack) -> None:
    """The file is left while the administrator has another token, and gets a new one where nobody has."""
    listed = json.loads(stack.inside("brm", "token", "list", "--json"))["items"]
    made = json.loads(stack.inside("brm", "token", "create", "--scope", "admin", "--json"))
    secrets = _secrets(stack)
    for each in listed:
        stack.inside("brm", "token", "revoke", each["id"])
    stack.compose("up", "-d", "--no-build")
    stack.wait_healthy()
    assert (_secrets(stack), stack.get(QUESTION, made["secret"]).status) == (secrets, 200)
    stack.inside("brm", "token", "revoke", made["id"])
    stack.compose("up", "-d", "--no-build")
    stack.wait_healthy()
    assert _secrets(stack) != secrets


def _is_locked_down(stack: Stack, services: list[str]) -> None:
    assert stack.inside("id", "-u").strip() == USER
    expected = [TOKEN_FILES[stack.profile]]
    if "neo4j" in services:
        expected += ["/run/brm-neo4j/neo4j-auth", "/run/brm-neo4j/neo4j-password"]
        mounts = {mount["Destination"]: mount.get("Name", "") for mount in stack.state("neo4j")["Mounts"]}
        assert "/run/brm" not in mounts
        assert not any(name.endswith("_tokens") for name in mounts.values())
    listed = stack.inside("sh", "-c", "find /run/brm /run/brm-neo4j -type f -exec stat -c '%n %a %u' {} + | sort")
    assert sorted(listed.splitlines()) == sorted(f"{name} 600 {USER}" for name in expected)
    assert "read-only" in stack.inside("sh", "-c", "touch /opt/brm/x 2>&1 || true").lower()
    for service in services:
        ports = stack.state(service)["HostConfig"]["PortBindings"] or {}
        assert {binding["HostIp"] for bindings in ports.values() for binding in bindings} <= {"127.0.0.1"}
        assert stack.state(service)["Config"]["User"].startswith(USER)
