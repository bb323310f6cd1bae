"""The three sizes, and what is wanted at the largest."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """How large the made-up graph is; ``largest`` bounds the heavy tail of people per account."""

    name: str
    accounts: int
    people: int
    colleagues: int
    interactions: int
    largest: int
    samples: int
    """How many single operations are timed."""

    @property
    def commits(self) -> int:
        """How many single change sets are timed."""
        return 2 * self.samples


SIZES = {
    "S": Size("S", 100, 5_000, 30, 33_000, 300, 100),
    "M": Size("M", 1_000, 50_000, 100, 330_000, 600, 150),
    "L": Size("L", 5_000, 200_000, 300, 2_000_000, 900, 200),
}

WANTED: dict[str, str] = {
    "import.empty": ">= 40000",
    "import.apply": ">= 40000",
    "import.filled": ">= 15000",
    "import.rss_peak": "<= 2.5",
    "whatif.edit.p95": "<= 100",
    "guide.p95": "<= 100",
    "change.alone.p50": "<= 2",
    "change.alone.p99": "<= 15",
    "change.beside.p99": "<= 250",
    "snapshot.account.p95": "<= 30",
    "start.ready": "<= 15",
    "start.rss": "<= 1.5",
    "start.rss_peak": "<= 2.5",
    "score.warm": "<= 2",
    "score.key_person.ratio": ">= 50",
    "score.decision_chain.ratio": ">= 50",
    "score.customer.ratio": ">= 50",
    "score.employee.ratio": ">= 50",
    "score.our_company.ratio": ">= 50",
    "score.competitor.ratio": ">= 50",
    "change.totals": "<= 6",
    "board.page.p95": "<= 50",
    "heat.page.p95": "<= 50",
    "series.middle.p95": "<= 300",
    "series.largest.p95": "<= 2000",
    "likelihood.warm": "<= 2",
    "criteria.warm": "<= 5",
    "paths.p95": "<= 10",
    "neo4j.load": ">= 10000",
    "neo4j.change.p50": "<= 8",
    "neo4j.change.p99": "<= 40",
    "neo4j.account.p95": "<= 60",
    "neo4j.ties": "<= 4",
    "neo4j.visible.p95": "<= 100",
    "neo4j.gone": "<= 5",
}
"""What is wanted at size L, of the server engine at size M, by figure."""
