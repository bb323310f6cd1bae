"""The committed picture is what the command above it draws."""

from __future__ import annotations

import pytest

from brm.services.workspace import Workspace
from tests.docs.picture import FILE, drawn
from tests.pictures.reading import Picture, is_standalone

pytestmark = pytest.mark.docs


def test_the_committed_picture_is_current(demo: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRM_STORE", demo.settings.store)
    monkeypatch.setenv("BRM_TZ", "Asia/Shanghai")
    assert FILE.read_text(encoding="utf-8") == drawn(), "it is out of date: run python -m tests.docs.picture"


def test_the_committed_picture_is_small_and_stands_alone() -> None:
    source = FILE.read_text(encoding="utf-8")
    assert len(source.encode()) < 40_000
    assert is_standalone(Picture(source))
