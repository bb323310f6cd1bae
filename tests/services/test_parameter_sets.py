"""Versions of the parameters: the starting set, saved ones, which one rules, and who sees it when."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from brm.errors import Conflict, InvalidInput, NotAllowed, NotFound
from brm.principal import Principal, local_admin
from brm.services import parameters, scores
from brm.services.workspace import Workspace
from brm.settings import Settings
from graph_schema.changes import Change, ChangeSet, EdgeRef, NodeRef
from scoring.parameters import Parameters

ADMIN = local_admin()
READER = Principal("reader", frozenset({"read"}))


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'graph.sqlite'}"


@pytest.fixture
def workspace(url: str) -> Iterator[Workspace]:
    with closing(Workspace.open(Settings(store=url, tz="UTC"))) as opened:
        yield opened


def test_an_installation_starts_with_the_defaults(workspace: Workspace) -> None:
    used = workspace.parameter_set
    assert (used.version, used.digest, used.changed) == ("1", Parameters().digest, {})
    assert [each["version"] for each in parameters.listed(workspace, READER)] == ["1"]


def test_a_saved_version_rules_once_it_is_activated_and_one_can_go_back(workspace: Workspace) -> None:
    made = parameters.save(workspace, ADMIN, {"tie.video": 1.5}, note="calmer")
    assert (made["version"], made["base"], made["author"], made["note"]) == ("2", "1", "local", "calmer")
    assert (made["active"], workspace.parameter_set.version) == (False, "1")
    assert [(each["name"], each["value"], each["default"]) for each in made["items"]] == [("tie.video", 1.5, 2.0)]
    parameters.activate(workspace, ADMIN, "2", note="agreed")
    assert (workspace.parameter_set.version, workspace.parameters.tie.video) == ("2", 1.5)
    third = parameters.save(workspace, ADMIN, {"tie.call": 1.0})
    assert (third["version"], third["base"]) == ("3", "2")
    assert {each["name"]: each["value"] for each in third["items"]} == {"tie.video": 1.5, "tie.call": 1.0}
    from_defaults = parameters.save(workspace, ADMIN, {"tie.call": 1.0}, base="1")
    assert [each["name"] for each in from_defaults["items"]] == ["tie.call"]
    parameters.activate(workspace, ADMIN, "1")
    assert workspace.parameter_set.version == "1"
    told = [(each["version"], each["actor"], each["note"]) for each in parameters.history(workspace, READER)]
    assert told == [("1", "local", None), ("2", "local", "agreed")]


def test_a_version_is_never_changed_and_never_made_twice(workspace: Workspace) -> None:
    before = parameters.save(workspace, ADMIN, {"tie.video": 1.5})
    with pytest.raises(Conflict) as same:
        parameters.save(workspace, ADMIN, {"tie.video": 1.5})
    assert (same.value.code, same.value.detail["version"]) == ("same_parameters", "2")
    with pytest.raises(Conflict):
        parameters.save(workspace, ADMIN, {"tie.video": 2.0})
    parameters.activate(workspace, ADMIN, "2")
    parameters.save(workspace, ADMIN, {"tie.video": 1.0})
    after = parameters.shown(workspace, ADMIN, "2", changed=True)
    unmoved = ("version", "digest", "digest_saved", "author", "created_at", "note", "items")
    assert {name: after[name] for name in unmoved} == {name: before[name] for name in unmoved}


def test_writers_at_the_same_time_never_share_a_number(url: str, workspace: Workspace) -> None:
    failures: list[Exception] = []

    def save(video: float) -> None:
        try:
            with closing(Workspace.open(Settings(store=url, tz="UTC"))) as own:
                parameters.save(own, ADMIN, {"tie.video": video})
        except Exception as problem:
            failures.append(problem)

    threads = [threading.Thread(target=save, args=(number / 10,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    saved = [each for each in parameters.listed(workspace, READER) if each["author"]]
    assert [each["version"] for each in saved] == ["2", "3", "4", "5"]
    videos = {parameters.shown(workspace, READER, each["version"], changed=True)["items"][0]["value"] for each in saved}
    assert videos == {0.0, 0.1, 0.2, 0.3}


def test_another_process_sees_it_with_its_next_answer(url: str, workspace: Workspace) -> None:
    with closing(Workspace.open(Settings(store=url, tz="UTC"))) as other:
        assert other.parameter_set.version == "1"
        parameters.save(workspace, ADMIN, {"tie.video": 1.5})
        parameters.activate(workspace, ADMIN, "2")
        assert (other.parameter_set.version, other.parameters.tie.video) == ("2", 1.5)


def test_one_answer_holds_one_set(workspace: Workspace) -> None:
    answer = workspace.under()
    assert answer.parameters.tie.video == 2.0
    parameters.save(workspace, ADMIN, {"tie.video": 1.5})
    parameters.activate(workspace, ADMIN, "2")
    assert answer.parameter_set.version == "1"
    assert workspace.under().parameter_set.version == "2"
    assert workspace.under("1").parameters == Parameters()


def test_the_active_set_is_read_once_per_commit(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    records = workspace.store.records
    monkeypatch.setattr(workspace.store, "records", lambda type_, ids=None: asked.append(type_) or records(type_, ids))
    for _ in range(5):
        assert workspace.parameters.tie.video == 2.0
    assert asked == ["parameter_activation"]
    workspace.store.apply(
        ChangeSet(actor="a", source="s", changes=(Change("set", NodeRef("person", "p"), {"name": "N"}),))
    )
    assert workspace.parameters.tie.video == 2.0
    assert asked == ["parameter_activation"] * 2


def test_the_file_starts_and_a_stored_set_rules(url: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("[tie]\nvideo = 1.0\n", encoding="utf-8")
    with closing(Workspace.open(Settings(store=url, tz="UTC", params=str(file)))) as workspace:
        assert (workspace.parameter_set.version, workspace.parameters.tie.video) == ("file", 1.0)
        assert [each["version"] for each in parameters.listed(workspace, READER)] == ["1", "file"]
        made = parameters.save(workspace, ADMIN, {"tie.call": 1.0})
        assert {each["name"]: each["value"] for each in made["items"]} == {"tie.video": 1.0, "tie.call": 1.0}
        parameters.activate(workspace, ADMIN, "2")
        assert workspace.parameter_set.version == "2"
        parameters.activate(workspace, ADMIN, "1")
        assert workspace.parameters.tie.video == 2.0
        parameters.activate(workspace, ADMIN, "file")
        assert workspace.parameters.tie.video == 1.0
    with (
        closing(Workspace.open(Settings(store=url, tz="UTC"))) as without,
        pytest.raises(NotFound, match="BRM_PARAMS names no file"),
    ):
        without.parameter_set  # noqa: B018


@pytest.mark.parametrize(
    ("text", "told", "remedy"),
    [
        ("[tie]\nvideo = 99\n", "tie.video cannot be 99", "give a number from 0 to 20 (energy)"),
        ("tie.vidio = 1\n", "there is no parameter tie.vidio", "did you mean tie.video"),
        ("tie = 1\n", "there is no parameter tie", ""),
        ("[tie\n", "is not TOML", "correct the file"),
        (None, "No such file", "check the path"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_with_name_value_and_range(
    tmp_path: Path, text: str | None, told: str, remedy: str
) -> None:
    file = tmp_path / "mine.toml"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput) as refused:
        Workspace.open(Settings(store="memory://", params=str(file)))
    assert told in refused.value.message
    assert str(file) in refused.value.message
    assert remedy in refused.value.remedy


@pytest.mark.parametrize(
    ("values", "field", "remedy"),
    [
        ({"tie.video": 21}, "tie.video", "from 0 to 20"),
        ({"tie.video": "much"}, "tie.video", "from 0 to 20"),
        ({"tie.video": True}, "tie.video", "from 0 to 20"),
        ({"tie.video": float("nan")}, "tie.video", "from 0 to 20"),
        ({"video": 1.0}, "video", "tie.video"),
        ({"expected_roles.new": ["approver", "king"]}, "expected_roles.new", "buying_role"),
        ({"expected_roles.new": 5}, "expected_roles.new", "buying_role"),
        ({"employee.currency": "yuan"}, "employee.currency", "CNY"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_and_nothing_is_saved(
    workspace: Workspace, values: dict[str, object], field: str, remedy: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        parameters.save(workspace, ADMIN, values)
    assert refused.value.detail["field"] == field
    assert remedy in refused.value.remedy
    assert len(parameters.listed(workspace, READER)) == 1


def test_reading_needs_read_and_changing_needs_admin(workspace: Workspace) -> None:
    writer = Principal("writer", frozenset({"write"}))
    nobody = Principal("nobody", frozenset())
    for who in (writer, READER):
        with pytest.raises(NotAllowed):
            parameters.save(workspace, who, {"tie.video": 1.0})
        with pytest.raises(NotAllowed):
            parameters.activate(workspace, who, "1")
        assert parameters.shown(workspace, who)["version"] == "1"
    for read in (parameters.listed, parameters.shown, parameters.history):
        with pytest.raises(NotAllowed):
            read(workspace, nobody)
    with pytest.raises(NotFound):
        parameters.activate(workspace, ADMIN, "7")


def _small_deal(workspace: Workspace) -> None:
    at = 1_750_000_000_000_000
    changes = (
        Change("set", NodeRef("company", "us"), {"name": "us", "kinds": ("ours",)}),
        Change("set", NodeRef("company", "c"), {"name": "c", "kinds": ("customer",)}),
        *(Change("set", NodeRef("person", each), {"name": each}) for each in ("p", "s")),
        *(Change("set", NodeRef("position", f"{each}/seat"), {"title": "t"}) for each in ("p", "s")),
        *(Change("set", EdgeRef("holds", each, f"{each}/seat"), {}) for each in ("p", "s")),
        Change("set", EdgeRef("seat_in", "p/seat", "c"), {}),
        Change("set", EdgeRef("seat_in", "s/seat", "us"), {}),
        Change("set", NodeRef("interaction", "i"), {"at": at, "channel": "video"}, recorded_at=at),
        *(Change("set", EdgeRef("took_part", each, "i"), {"role": "attendee"}, recorded_at=at) for each in ("p", "s")),
    )
    workspace.store.apply(ChangeSet(actor="a", source="s", changes=changes))


def test_scores_and_the_reference_follow_the_version(workspace: Workspace) -> None:
    _small_deal(workspace)
    parameters.save(workspace, ADMIN, {"tie.video": 4.0, "priors.level_match": 0.9})
    digests = {}
    for version in ("1", "2", "1"):
        view = workspace.under(version)
        found = scores.explain(view, ADMIN, "key_person", "p")
        assert found["parameters"] == {"version": version, "digest": view.parameters.digest}
        digests.setdefault(version, []).append((found["score"], found["reference"]))
    assert digests["1"][0] == digests["1"][1]
    assert digests["2"][0][0] > digests["1"][0][0]
    assert digests["2"][0][1] != digests["1"][0][1]
    parameters.activate(workspace, ADMIN, "2")
    assert scores.explain(workspace, ADMIN, "key_person", "p")["score"] == digests["2"][0][0]
