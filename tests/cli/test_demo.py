"""``brm demo --load-only``: loads once, keeps what is there, explains in both languages."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from tests.cli.conftest import Brm


def _state(path: Path) -> tuple[int, int]:
    with closing(sqlite3.connect(path)) as connection:
        commits = connection.execute("SELECT count(*), max(revision) FROM commits").fetchone()
    return commits[0], commits[1]


def test_the_second_run_keeps_the_data_and_is_quick(program: Brm, tmp_path: Path) -> None:
    url = {"BRM_STORE": "sqlite:///made/up/world.sqlite", "COLUMNS": "160"}
    first = program("demo", "--load-only", "--anchor", "2026-06-30", env=url)
    assert "every company and person in it is invented" in first.err
    assert "\nWhat to do next\n" in first.out
    assert first.out.startswith("Decision chain · ")
    state = _state(tmp_path / "made" / "up" / "world.sqlite")
    began = time.perf_counter()
    second = program("demo", "--load-only", "--lang", "zh-CN", env=url)
    assert time.perf_counter() - began < 30
    assert _state(tmp_path / "made" / "up" / "world.sqlite") == state
    assert (second.err, second.out[:6]) == ("演示数据已存在，原样保留。\n", "决策链关系 ")
    assert "\n下一步怎么做\n" in second.out
    named = [line for line in first.out.splitlines() if line.startswith("brm explain decision_chain ")]
    assert named == [line for line in second.out.splitlines() if line.startswith("brm explain decision_chain ")]
    assert len(named) == 1


def test_a_token_is_no_other_data(brm: Brm) -> None:
    brm("token", "create", "--scope", "admin")
    brm("demo", "--load-only", "--anchor", "2026-06-30")
    assert brm("doctor", "--json").json["counts"]["company"] > 1
