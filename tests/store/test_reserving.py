"""One server process per file."""

from __future__ import annotations

from pathlib import Path

import pytest

from brm.errors import Conflict
from brm.store import open_store
from graph_schema.changes import Change, ChangeSet, NodeRef


def test_a_second_server_is_refused_until_the_first_ends(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.sqlite'}"
    first, second = open_store(url), open_store(url)
    first.reserve()
    first.reserve()
    with pytest.raises(Conflict) as refused:
        second.reserve()
    assert refused.value.code == "already_served"
    first.close()
    second.reserve()
    second.close()


def test_the_command_line_writes_beside_a_server(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.sqlite'}"
    server, other = open_store(url), open_store(url)
    server.reserve()
    change = Change("set", NodeRef("person", "p"), {"name": "张平"})
    other.apply(ChangeSet(actor="a", source="s", changes=(change,)))
    assert server.fetch(["p"])["p"].properties == {"name": "张平"}
    other.close()
    server.close()
