"""Tiers: every folder under tests/ is one. The summary tells what each ran, skipped and cost."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Generator, Iterator
from datetime import date

import pytest
from hypothesis import HealthCheck, settings

from brm.cli.demonstration import PER_COMMIT
from brm.demo import DEMO_SOURCE, generate
from brm.services.workspace import Workspace
from brm.settings import Settings
from graph_schema.changes import ChangeSet
from tests.servers import choosing
from tests.servers.model import told

ANCHOR = date(2026, 6, 30)
AS_OF = "2026-06-29"
"""The Monday of the anchor's week; the demonstration world knows nothing later."""

settings.register_profile("default", max_examples=60, deadline=None, print_blob=True)
settings.register_profile(
    "deep", max_examples=1_000, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


SERVER_PROPERTY = "neo4j_server"
MARKED_TIERS = ("conformance", "contract", "packaging", "docs", "deploy")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--require",
        default="",
        help="Comma-separated tiers that must run at least one test; neo4j: a real Neo4j must take part in one",
    )


def _tier(nodeid: str) -> str:
    parts = nodeid.split("::")[0].split("/")
    return parts[1] if len(parts) > 2 else "unit"


class Tally:
    def __init__(self, config: pytest.Config) -> None:
        self.required = {each for each in config.getoption("--require").split(",") if each}
        self.seconds: dict[str, float] = defaultdict(float)
        self.ran: dict[str, int] = defaultdict(int)
        self.skipped: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.servers: dict[str, int] = defaultdict(int)
        self.real_server = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        tier = _tier(report.nodeid)
        self.seconds[tier] += report.duration
        if report.skipped:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
            self.skipped[tier][reason.removeprefix("Skipped: ")] += 1
        elif report.when == "call":
            self.ran[tier] += 1
            # The worker that ran the test tells by the report, which is all that reaches the controller.
            for name, value in report.user_properties:
                if name == SERVER_PROPERTY:
                    self.servers[str(value["server"])] += 1
                    self.real_server |= bool(value["real"])

    def missing(self) -> list[str]:
        ran = {tier for tier, number in self.ran.items() if number} | ({"neo4j"} if self.real_server else set())
        return sorted(self.required - ran)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section("tiers")
        for tier in sorted({*self.ran, *self.skipped}):
            terminalreporter.line(f"{tier:<14}{self.ran[tier]:>6} ran {self.seconds[tier]:>8.1f} s")
            for reason, number in self.skipped[tier].items():
                terminalreporter.line(f"{'':<14}{number:>6} skipped: {reason}")
        for server, number in sorted(self.servers.items()):
            terminalreporter.line(f"{'server':<14}{number} tests used {server}")
        for tier in self.missing():
            nothing = "no real one took part in a test" if tier == "neo4j" else "nothing ran"
            terminalreporter.line(f"{tier:<14}required, but {nothing}")

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.missing() and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        tier = _tier(item.nodeid)
        if tier in MARKED_TIERS:
            item.add_marker(tier)
        # Deselecting by marker then keeps runs without a server from starting one.
        if getattr(item, "callspec", None) and item.callspec.params.get("engine") == "neo4j":
            item.add_marker("neo4j")


def pytest_runtest_setup() -> None:
    choosing.forget_asking()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(call: pytest.CallInfo[None]) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    used = choosing.asked_for()
    if used and call.when == "call":
        why = "" if used.is_real else f", a stand-in, because {told(used.passed_over)}"
        report.user_properties.append((SERVER_PROPERTY, {"server": f"{used}{why}", "real": used.is_real}))
    return report


def pytest_unconfigure() -> None:
    choosing.close_servers()


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Tally(config), "tier-tally")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """The demonstration world in a file, loaded once; tests read it and leave it as it is."""
    path = tmp_path_factory.mktemp("demo") / "demo.sqlite"
    workspace = Workspace.open(Settings(store=f"sqlite:///{path}", tz="Asia/Shanghai", lang="en"))
    changes = generate(ANCHOR)
    for first in range(0, len(changes), PER_COMMIT):
        part = tuple(changes[first : first + PER_COMMIT])
        workspace.store.apply(ChangeSet(actor="demo", source=DEMO_SOURCE, changes=part))
    yield workspace
    workspace.close()
