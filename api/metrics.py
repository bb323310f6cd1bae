"""Measurements in Prometheus' text form, one registry for each application."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib.metadata import version
from typing import TYPE_CHECKING

from brm.errors import NotInstalled
from brm.metering import Meter, Outcome
from brm.services.moments import now
from brm.services.workspace import Workspace

if TYPE_CHECKING:
    from prometheus_client.core import Metric

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
REQUEST_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
CALL_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5, 10.0)


def new_meter(workspace: Callable[[], Workspace]) -> Meter:
    """A meter that keeps what it hears, where the library is installed; ``workspace`` is asked at each reading."""
    try:
        return PrometheusMeter(workspace)
    except ModuleNotFoundError:
        return Meter()


def exposition(meter: Meter) -> bytes:
    """All measurements; NotInstalled where none are kept."""
    if not isinstance(meter, PrometheusMeter):
        raise NotInstalled(
            "measurements are not kept: prometheus-client is not installed",
            remedy="Run pip install 'brm[telemetry]' and start the server again.",
        )
    return meter.page()


class PrometheusMeter(Meter):
    """Histograms by labels from small fixed sets, and what the workspace holds at the moment of reading."""

    def __init__(self, workspace: Callable[[], Workspace]) -> None:
        from prometheus_client import (
            CollectorRegistry,
            Gauge,
            Histogram,
            PlatformCollector,
            ProcessCollector,
            disable_created_metrics,
        )

        # When each series began is a third of the lines and told by no dashboard.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry(auto_describe=True)
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        self._requests = Histogram(
            "brm_request_seconds", "Time to answer a request", ("method", "route", "status"),
            registry=self._registry, buckets=REQUEST_BUCKETS,
        )  # fmt: skip
        self._calls = Histogram(
            "brm_store_call_seconds", "Time of a call of the store", ("method", "outcome"),
            registry=self._registry, buckets=CALL_BUCKETS,
        )  # fmt: skip
        self._scoring = Histogram(
            "brm_scoring_seconds", "Time to compute scores, paths or findings", ("kind",),
            registry=self._registry, buckets=REQUEST_BUCKETS,
        )  # fmt: skip
        build = Gauge("brm_build_info", "The program's version", ("version",), registry=self._registry)
        build.labels(version("brm")).set(1)
        self._registry.register(_Held(self, workspace))

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """An answered request, by the class of its status."""
        self._requests.labels(method, route, f"{status // 100}xx").observe(seconds)

    def store_call(self, method: str, outcome: Outcome, seconds: float) -> None:
        """A call of the store."""
        self._calls.labels(method, outcome).observe(seconds)

    def scoring(self, kind: str, seconds: float) -> None:
        """A computation of scores, paths or findings."""
        self._scoring.labels(kind).observe(seconds)

    def page(self) -> bytes:
        """Everything kept, in the text form."""
        from prometheus_client import generate_latest

        return generate_latest(self._registry)


class _Held:
    """The revisions and the snapshot that the workspace holds when it is asked."""

    def __init__(self, meter: Meter, workspace: Callable[[], Workspace]) -> None:
        self._meter = meter
        self._workspace = workspace

    def describe(self) -> Iterable[Metric]:
        """Nothing: what is held depends on the moment."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """One number each, left out while there is none."""
        from prometheus_client.core import GaugeMetricFamily

        held = self._workspace().follower.held
        age = None if held is None else (now() - held.read_at) / 1_000_000
        numbers = (
            ("brm_store_revision", "The store's revision when it was last seen", self._meter.revision),
            ("brm_snapshot_revision", "The revision of the whole graph that is held", held.revision if held else None),
            ("brm_snapshot_age_seconds", "Time since the whole graph was last read through", age),
        )
        for name, meaning, value in numbers:
            if value is not None:
                yield GaugeMetricFamily(name, meaning, value=value)
