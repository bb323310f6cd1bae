"""Generated files that are committed are what the program would write now."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.current.generate import FOLDER, PAGES


@pytest.mark.parametrize("name", PAGES)
def test_the_committed_page_is_current(name: str) -> None:
    committed = (FOLDER / name).read_text(encoding="utf-8")
    assert committed == PAGES[name](), f"docs/reference/{name} is out of date: run make generated"


def test_nothing_else_lies_among_the_generated_pages() -> None:
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_no_page_names_a_place_of_this_machine(name: str) -> None:
    text = PAGES[name]()
    assert [place for place in (str(Path.home()), str(Path.cwd()), sys.prefix) if place in text] == []
    assert re.findall(r"(?:/home/|/Users/|/tmp/|[A-Z]:\\)\S*", text) == []
