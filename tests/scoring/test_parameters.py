"""The parameter file: everything described, overridden by name, checked and digested."""

from __future__ import annotations

import pytest

from scoring import DEFAULTS


def test_everything_is_described_and_within_its_range() -> None:
    listed = DEFAULTS.describe()
    assert len({each.name for each in listed}) == len(listed)
    for each in listed:
        assert each.doc
        assert each.unit
        assert each.source
        assert each.evidence in ("measured", "literature", "expert")
        assert each.value == each.default
        if each.low is not None and each.high is not None:
            assert each.low <= each.value <= each.high


def test_values_are_replaced_by_name() -> None:
    changed = DEFAULTS.with_values({"tie.video": 2.5, "expected_roles.new": ["decider", "user"]})
    assert changed.tie.video == 2.5
    assert changed.expected_roles.new == ("decider", "user")
    assert changed.tie.call == DEFAULTS.tie.call
    assert changed.digest != DEFAULTS.digest
    assert changed.with_values(
        {"tie.video": 2.0, "expected_roles.new": DEFAULTS.expected_roles.new}
    ).digest == DEFAULTS.digest  # fmt: skip


@pytest.mark.parametrize("name", ["tie.nothing", "nothing.tie", "tie", "digest.x", ""])
def test_unknown_names_are_refused(name: str) -> None:
    with pytest.raises(KeyError):
        DEFAULTS.with_values({name: 1.0})


@pytest.mark.parametrize("value", [-1.0, 21.0, float("nan"), float("inf"), True, "2", None])
def test_values_out_of_range_are_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"tie\.video"):
        DEFAULTS.with_values({"tie.video": value})


@pytest.mark.parametrize("roles", [["boss"], ["user", "user"]])
def test_roles_outside_the_vocabulary_are_refused(roles: list[str]) -> None:
    with pytest.raises(ValueError, match=r"expected_roles\.new"):
        DEFAULTS.with_values({"expected_roles.new": roles})
