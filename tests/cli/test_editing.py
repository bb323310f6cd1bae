"""Edits: dated, attributed, undoable, visible in history; and finding what was entered."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Brm


def _properties(brm: Brm, id_: str, *options: str) -> dict[str, Any]:
    properties: dict[str, Any] = brm("show", id_, "--json", *options).json["entity"]["properties"]
    return properties


def _history(brm: Brm, id_: str) -> list[tuple[Any, ...]]:
    items = brm("show", id_, "--history", "--json").json["items"]
    return [(each["revision"], each["verb"], each["named"], each["void_revision"]) for each in items]


def test_upsert_creates_then_dates_new_values(brm: Brm) -> None:
    made = brm("edit", "upsert", "company", "name=华辰", "grade=third", "--id", "c1", "--json").json
    assert (made["id"], made["revision"], made["written"], made["replayed"]) == ("c1", 1, 1, False)
    brm("edit", "upsert", "company", "grade=key", "--id", "c1", "--from", "2025-06-01")
    assert _properties(brm, "c1") == {"name": "华辰", "grade": "key"}
    history = brm("show", "c1", "--history", "--json").json["items"]
    assert [(each["valid_from"], each["actor"], each["source"]) for each in history] == [
        (None, "local", "edit"),
        ("2025-05-31T16:00:00Z", "local", "edit"),
    ]
    table = brm("show", "c1", "--history").out
    assert "2025-06-01 00:00" in table
    assert "grade=key" in table


def test_upsert_reads_values_by_their_kind(brm: Brm) -> None:
    brm("edit", "upsert", "company", "name=123", "kinds=customer;rival", "employees=1200", "revenue=12.5 CNY",
        'extra={"tier": 1}', "--id", "c1")  # fmt: skip
    assert _properties(brm, "c1") == {
        "name": "123", "kinds": ["customer", "rival"], "employees": 1200, "extra": {"tier": 1},
        "revenue": {"amount": "12.5", "currency": "CNY"},
    }  # fmt: skip


def test_an_empty_value_makes_it_unknown(brm: Brm) -> None:
    brm("edit", "upsert", "person", "name=张平", "email=a@example.com", "--id", "p1")
    brm("edit", "upsert", "person", "email=", "--id", "p1")
    assert _properties(brm, "p1") == {"name": "张平"}


@pytest.mark.parametrize(
    ("arguments", "field", "detail"),
    [
        (("person", "nmae=张平"), "nmae", "person has no property 'nmae'"),
        (("planet", "name=x"), "type", "there is no node type 'planet'"),
        (("position", "title=x", "level=9"), None, "level: 9 is outside 1..5"),
        (("person", "name"), None, "'name' is not name=value"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(
    brm: Brm, arguments: tuple[str, ...], field: str | None, detail: str
) -> None:
    brm("init")
    problem = brm("edit", "upsert", *arguments, "--json", code=2).problem
    assert (problem["detail"], bool(problem["remedy"])) == (detail, True)
    assert field is None or problem["errors"]["field"] == field
    assert brm("doctor", "--json").json["facts"] == 0


def test_link_end_and_the_edge_at_each_date(brm: Brm) -> None:
    brm("edit", "upsert", "person", "name=张平", "--id", "p1")
    brm("edit", "upsert", "position", "title=总裁", "--id", "q1")
    made = brm("edit", "link", "holds", "p1", "q1", "--from", "2024-01-01", "--json").json
    assert (made["id"], made["written"]) == ("holds:p1>q1", 1)
    brm("edit", "end", "holds:p1>q1", "--on", "2025-01-01")
    shown = brm("show", "p1").out
    assert "holds" not in shown
    revision = brm("doctor", "--json").json["revision"]
    assert revision == 4
    assert _history(brm, "holds:p1>q1") == [(3, "set", [], None), (4, "end", [], None)]


def test_an_edge_is_shown_with_its_days_and_the_name_at_its_end(brm: Brm, deal: object) -> None:
    edges = brm("show", "p1", "--json").json["edges"]
    assert sorted(each["id"] for each in edges) == ["holds:p1>q1", "plays:p1>d1#approver"]
    row = next(line for line in brm("show", "p1").out.splitlines() if "holds" in line)
    assert row.split() == ["→", "holds", "总裁", "(q1)", "2024-01-01"]


def test_correct_replaces_the_whole_interval(brm: Brm) -> None:
    brm("edit", "upsert", "person", "name=张萍", "--id", "p1", "--from", "2024-01-01")
    brm("edit", "correct", "p1", "name=张平")
    assert _properties(brm, "p1") == {"name": "张平"}
    assert _history(brm, "p1")[-1] == (2, "correct", ["name"], None)
    items = brm("show", "p1", "--history", "--json").json["items"]
    assert [each["superseded_at"] is None for each in items] == [False, True]


def test_retract_takes_it_out_of_every_read_but_history(brm: Brm) -> None:
    brm("edit", "upsert", "person", "name=张平", "--id", "p1")
    brm("edit", "retract", "p1")
    assert brm("show", "p1", "--json", code=2).problem["code"] == "not_found"
    assert _history(brm, "p1") == [(1, "set", ["name"], 2)]


def test_undo_takes_one_commit_back_and_keeps_what_came_later(brm: Brm) -> None:
    brm("edit", "upsert", "person", "name=张平", "--id", "p1")
    brm("edit", "upsert", "person", "email=a@example.com", "--id", "p1")
    assert brm("edit", "undo", "2", "--json").json["kept"] == []
    assert _properties(brm, "p1") == {"name": "张平"}
    assert brm("edit", "undo", "2", "--json", code=4).problem["code"] == "already_undone"
    brm("edit", "upsert", "opportunity", "name=项目", "--id", "d1")
    brm("edit", "link", "plays", "p1", "d1", "role=decider")
    done = brm("edit", "undo", "1")
    assert "kept because later facts use it: p1" in done.out
    assert brm("show", "p1", "--json").json["entity"]["stub"] is True


def test_observe_records_evidence_with_its_edges(brm: Brm, deal: object) -> None:
    made = brm("edit", "observe", "stance", "p1", "value=-1", "note=prefers the rival", "--toward", "us1",
               "--said-by", "s1", "--concerns", "d1", "--at", "2026-06-02", "--json").json  # fmt: skip
    assert made["written"] == 5
    shape = brm("show", made["id"], "--json").json
    assert shape["entity"]["properties"] == {
        "at": "2026-06-01T16:00:00Z", "kind": "stance", "value": -1.0, "note": "prefers the rival",
        "source_class": "opinion",
    }  # fmt: skip
    assert sorted((each["type"], each["to"]) for each in shape["edges"]) == [
        ("about", "p1"), ("concerns", "d1"), ("said_by", "s1"), ("toward", "us1"),
    ]  # fmt: skip


def test_interaction_records_who_took_part(brm: Brm, deal: object) -> None:
    made = brm("edit", "interaction", "call", "subject=价格", "--part", "s1=organiser", "--part", "p1", "--concerns",
               "d1", "--at", "2026-06-10T15:00:00+08:00", "--json").json  # fmt: skip
    shape = brm("show", made["id"], "--json").json
    assert shape["entity"]["properties"] == {
        "at": "2026-06-10T07:00:00Z", "channel": "call", "subject": "价格",
    }  # fmt: skip
    parts = {each["from"]: each["properties"] for each in shape["edges"] if each["type"] == "took_part"}
    assert parts == {"s1": {"role": "organiser"}, "p1": {"role": "attendee"}}
    nobody = brm("edit", "interaction", "call", "--json", code=2).problem
    assert nobody["detail"] == "an interaction needs a moment and at least one participant"


@pytest.mark.parametrize("text", ["张平", "张", "平", "zhangping", "ZHANG", "ngpi"])
def test_find_in_chinese_and_pinyin(brm: Brm, deal: object, text: str) -> None:
    items = brm("find", "person", text, "--json").json["items"]
    assert [each["id"] for each in items] == ["p1"]


def test_find_pages_limits_and_says_when_there_is_nothing(brm: Brm, deal: object) -> None:
    assert [each["id"] for each in brm("find", "person", "--json").json["items"]] == ["p1", "p2", "s1"]
    assert len(brm("find", "person", "--limit", "2", "--json").json["items"]) == 2
    assert brm("find", "person", "赵").out == "Nothing found.\n"
    assert brm("find", "person", "赵", "--lang", "zh-CN").out == "没有结果。\n"
    assert brm("find", "person", "李娜").out.split() == ["name", "id", "李娜", "p2"]


def test_an_old_state_is_read_with_as_of(brm: Brm, deal: object) -> None:
    assert brm("show", "d1", "--as-of", "2026-01-04", "--json", code=2).problem["code"] == "not_found"
    assert _properties(brm, "d1", "--as-of", "2026-01-05") == {"name": "扩建项目", "status": "open"}
    assert brm("show", "d1", "--as-of", "soon", "--json", code=2).problem["errors"]["field"] == "as_of"


def test_tokens_are_shown_once_listed_without_secret_and_revoked(brm: Brm, deal: object) -> None:
    made = brm("token", "create", "--scope", "write", "--scope", "read", "--person", "s1", "--label", "CRM",
               "--json").json  # fmt: skip
    assert (made["scopes"], made["person"]) == (["read", "write"], "s1")
    assert made["secret"].startswith(f"brm_{made['id']}_")
    listed = brm("token", "list", "--json")
    assert made["secret"] not in listed.out
    (row,) = listed.json["items"]
    assert {**row, "created_at": None} == {
        "id": made["id"], "scopes": ["read", "write"], "person": "s1", "label": "CRM", "created_at": None,
        "revoked_at": None,
    }  # fmt: skip
    assert brm("token", "revoke", made["id"]).out == f"{made['id']}\n"
    (row,) = brm("token", "list", "--json").json["items"]
    assert row["revoked_at"] is not None
    assert brm("token", "revoke", "none", "--json", code=2).problem["code"] == "not_found"
    assert brm("token", "create", "--scope", "root", "--json", code=2).problem["errors"]["field"] == "scope"
    assert brm("token", "create", "--scope", "read", "--person", "nobody", "--json", code=2).problem["code"] == (
        "not_found"
    )


def test_a_token_in_a_file_is_made_once_and_read_by_its_owner_alone(brm: Brm, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    create = ("token", "create", "--scope", "admin", "--secret-file", file)
    made = brm(*create, "--json").json
    assert made == {"id": made["id"], "file": str(file), "created": True, "state": "created", "aside": None}
    secret = file.read_text()
    assert secret.startswith(f"brm_{made['id']}_")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "nothing was changed" in brm(*create).out
    assert brm(*create, "--json").json == {
        "id": None, "file": str(file), "created": False, "state": "kept", "aside": None,
    }  # fmt: skip
    assert brm(*create, "--renew", "--json").json["state"] == "kept"
    assert file.read_text() == secret
    assert [row["id"] for row in brm("token", "list", "--json").json["items"]] == [made["id"]]
    assert sorted(path.name for path in tmp_path.iterdir() if "secret" in path.name) == ["secret"]


def test_a_token_file_of_another_store_or_in_no_place_is_told(brm: Brm, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("brm_000000000000_never-made\n")
    create = ("token", "create", "--scope", "admin", "--json", "--secret-file")
    assert brm(*create, file, code=4).problem["code"] == "token_file_stale"
    assert brm(*create, tmp_path / "nowhere" / "secret", code=3).problem["code"] == "file_unusable"
    assert brm(*create, tmp_path, code=3).problem["code"] == "file_unusable"
    assert brm("token", "list", "--json").json["items"] == []
    file.write_text("")
    assert brm(*create, file).json["created"]


def test_a_revoked_token_in_a_file_is_left_while_another_like_it_is_in_force(brm: Brm, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    create = ("token", "create", "--scope", "admin", "--secret-file", file)
    first = brm(*create, "--json").json["id"]
    secret = file.read_text()
    brm("token", "create", "--scope", "read")
    second = brm("token", "create", "--scope", "admin", "--json").json["id"]
    brm("token", "revoke", first)
    problem = brm(*create, "--json", code=4).problem
    assert (problem["code"], problem["errors"]["revoked"]) == ("token_file_stale", True)
    assert brm(*create, "--renew", "--json").json == {
        "id": None, "file": str(file), "created": False, "state": "revoked", "aside": None,
    }  # fmt: skip
    assert "nothing was changed" in brm(*create, "--renew").out
    assert "未作改动" in brm(*create, "--renew", "--lang", "zh-CN").out
    assert file.read_text() == secret

    brm("token", "revoke", second)
    made = brm(*create, "--renew", "--json").json
    assert (made["state"], made["created"]) == ("replaced", True)
    assert file.read_text().startswith(f"brm_{made['id']}_")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert brm(*create, "--json").json["state"] == "kept"
    assert sorted(path.name for path in tmp_path.iterdir() if "secret" in path.name) == ["secret"]


def test_the_token_of_a_person_is_not_what_another_person_needs(brm: Brm, deal: object, tmp_path: Path) -> None:
    create = ("token", "create", "--scope", "read", "--person", "s1", "--json", "--secret-file", tmp_path / "secret")
    first = brm(*create).json["id"]
    brm("token", "create", "--scope", "read")
    brm("token", "revoke", first)
    assert brm(*create, "--renew").json["state"] == "replaced"


def test_a_token_of_another_store_is_replaced_on_request_and_put_aside(brm: Brm, tmp_path: Path) -> None:
    file, aside = tmp_path / "secret", tmp_path / "secret.old"
    file.write_text("brm_000000000000_never-made\n")
    brm("token", "create", "--scope", "admin")
    create = ("token", "create", "--scope", "admin", "--renew", "--json", "--secret-file", file)
    made = brm(*create).json
    assert (made["state"], made["aside"]) == ("replaced", str(aside))
    assert file.read_text().startswith(f"brm_{made['id']}_")
    assert aside.read_text() == "brm_000000000000_never-made\n"
    assert [stat.S_IMODE(each.stat().st_mode) for each in (file, aside)] == [0o600, 0o600]
    file.write_text("a letter")
    assert brm(*create, code=4).problem["code"] == "token_file_foreign"
    assert file.read_text() == "a letter"
    file.write_text("brm_000000000000_of-a-third-store\n")
    assert f"The one of another store is in {aside}" in brm(*create[:-3], "--secret-file", file).out
    assert brm("token", "create", "--scope", "admin", "--renew", "--json", code=2).problem["errors"]["field"] == "renew"
