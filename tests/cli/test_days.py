"""``brm due`` and ``brm my-day`` as a seller types them."""

from __future__ import annotations

import pytest

from tests.cli.conftest import AS_OF, Brm


@pytest.mark.usefixtures("shown")
def test_what_is_due_and_a_day(brm: Brm) -> None:
    found = brm("due", "--owner", "demo:person/32", "--as-of", AS_OF, "--json").json
    assert {each["owner"]["id"] for each in found["items"]} == {"demo:person/32"}
    told = brm("due", "--owner", "demo:person/32", "--as-of", AS_OF).out
    assert all(each["text"] in told for each in found["items"])
    day = brm("my-day", "--person", "demo:person/32", "--as-of", AS_OF, "--limit", "3", "--lang", "zh-CN").out
    assert "徐超 2026-06-29：" in day
    assert "排序：" in day
    assert "name a colleague" in brm("my-day", "--as-of", AS_OF, code=2).err
    assert "use one of touch, tie" in brm("due", "--kind", "later", "--as-of", AS_OF, code=2).err
