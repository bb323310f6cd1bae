"""Collections over HTTP: create, read, revise, end, list, history, optimistic locking, retries."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

PEOPLE = "/api/v1/people"


def _create(client: TestClient, name: str, id_: str) -> dict[str, object]:
    answer = client.post(PEOPLE, json={"id": id_, "properties": {"name": name}})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_create_then_read_with_its_etag(client: TestClient) -> None:
    receipt = _create(client, "张平", "crm:person/1")
    assert (receipt["revision"], receipt["written"]) == (1, 1)
    answer = client.get(f"{PEOPLE}/crm%3Aperson%2F1")
    assert answer.headers["ETag"] == '"1"'
    body = answer.json()
    assert (body["type"], body["id"], body["properties"]) == ("person", "crm:person/1", {"name": "张平"})


def test_create_again_with_the_same_id_is_a_conflict(client: TestClient) -> None:
    _create(client, "张平", "p1")
    answer = client.post(PEOPLE, json={"id": "p1", "properties": {"name": "李娜"}})
    assert (answer.status_code, answer.json()["type"]) == (412, "urn:brm:problem:revision_conflict")
    assert client.get(f"{PEOPLE}/p1").json()["properties"] == {"name": "张平"}


def test_revise_needs_the_revision_seen(client: TestClient) -> None:
    _create(client, "张平", "p1")
    first = client.patch(f"{PEOPLE}/p1", json={"properties": {"email": "a@example.com"}}, headers={"If-Match": '"1"'})
    assert (first.status_code, first.headers["ETag"]) == (200, '"2"')
    second = client.patch(f"{PEOPLE}/p1", json={"properties": {"email": "b@example.com"}}, headers={"If-Match": '"1"'})
    assert second.status_code == 412
    assert client.get(f"{PEOPLE}/p1").json()["properties"]["email"] == "a@example.com"


def test_a_null_makes_a_value_unknown_again(client: TestClient) -> None:
    client.post(PEOPLE, json={"id": "p1", "properties": {"name": "张平", "email": "a@example.com"}})
    client.patch(f"{PEOPLE}/p1", json={"properties": {"email": None}})
    assert client.get(f"{PEOPLE}/p1").json()["properties"] == {"name": "张平"}


def test_a_dated_revision_is_read_back_at_each_date(client: TestClient) -> None:
    client.post("/api/v1/companies", json={"id": "c1", "properties": {"name": "华辰", "grade": "third"}})
    answer = client.patch("/api/v1/companies/c1", json={"properties": {"grade": "key"}, "valid_from": "2025-06-01"})
    assert answer.status_code == 200
    for day, grade in (("2025-05-31", "third"), ("2025-06-01", "key")):
        read = client.get("/api/v1/companies/c1", params={"as_of": day, "known_at": "now"})
        assert read.json()["properties"]["grade"] == grade
    assert client.get("/api/v1/companies/c1", params={"as_of": "2025-06-01"}).status_code == 404


def test_an_ended_person_stays_in_history_and_retract_leaves_only_history(client: TestClient) -> None:
    _create(client, "张平", "p1")
    _create(client, "李娜", "p2")
    assert client.delete(f"{PEOPLE}/p1").status_code == 200
    assert client.delete(f"{PEOPLE}/p2", params={"mode": "retract"}).status_code == 200
    assert [client.get(f"{PEOPLE}/{each}").status_code for each in ("p1", "p2")] == [404, 404]
    assert [v["void_revision"] for v in client.get(f"{PEOPLE}/p2/history").json()["items"]] == [4]
    verbs = [v["verb"] for v in client.get(f"{PEOPLE}/p1/history").json()["items"]]
    assert verbs == ["set", "end"]


def test_pages_cover_the_list_once_in_order(client: TestClient) -> None:
    for number in range(7):
        _create(client, f"Person {6 - number}", f"p{number}")
    seen, cursor = [], None
    while True:
        params = {"limit": 3, **({"cursor": cursor} if cursor else {})}
        page = client.get(PEOPLE, params=params).json()
        seen += [item["properties"]["name"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == [f"Person {number}" for number in range(7)]


def test_search_finds_chinese_names_by_part_and_pinyin(client: TestClient) -> None:
    _create(client, "张平", "p1")
    _create(client, "李娜", "p2")
    for text in ("张", "张平", "zhangping", "zp"):
        found = client.get(PEOPLE, params={"q": text}).json()["items"]
        assert [item["id"] for item in found] == ["p1"], text


def test_the_same_idempotency_key_is_done_once(client: TestClient) -> None:
    body = {"changes": [{"verb": "set", "type": "person", "id": "p1", "properties": {"name": "张平"}}]}
    first = client.post("/api/v1/changes", json=body, headers={"Idempotency-Key": "k1"})
    again = client.post("/api/v1/changes", json=body, headers={"Idempotency-Key": "k1"})
    assert (first.json()["revision"], again.json()["revision"], again.json()["replayed"]) == (1, 1, True)
    body["changes"][0]["properties"] = {"name": "李娜"}  # type: ignore[index]
    other = client.post("/api/v1/changes", json=body, headers={"Idempotency-Key": "k1"})
    assert (other.status_code, client.get(f"{PEOPLE}/p1").json()["properties"]["name"]) == (409, "张平")


def test_an_interaction_and_its_people_are_one_commit(client: TestClient) -> None:
    _create(client, "张平", "p1")
    client.post("/api/v1/companies", json={"id": "c1", "properties": {"name": "华辰"}})
    answer = client.post(
        "/api/v1/interactions",
        json={
            "properties": {"at": "2026-03-01T10:00:00+08:00", "channel": "meeting"},
            "participants": {"p1": "organiser"},
            "concerns": ["c1"],
        },
    )
    assert answer.status_code == 201, answer.text
    seen = client.get(f"/api/v1/neighbourhoods/{answer.json()['id']}").json()
    assert sorted(edge["type"] for edge in seen["edges"]) == ["concerns", "took_part"]
    assert seen["entity"]["valid_from"] == "2026-03-01T02:00:00Z"


@pytest.mark.parametrize(
    ("segment", "body", "field"),
    [
        ("people", {"properties": {}}, "body.properties.name"),
        ("people", {"properties": {"name": "x", "age": 3}}, "body.properties.age"),
        ("positions", {"properties": {"title": "x", "level": 9}}, "body.properties.level"),
        ("opportunities", {"properties": {"name": "x", "status": "maybe"}}, "body.properties.status"),
    ],
)
def test_bad_bodies_name_the_field(client: TestClient, segment: str, body: dict[str, object], field: str) -> None:
    answer = client.post(f"/api/v1/{segment}", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


def test_a_stance_out_of_bounds_is_refused_with_the_field(client: TestClient) -> None:
    _create(client, "张平", "p1")
    body = {"about": "p1", "properties": {"kind": "stance", "value": 3, "source_class": "observed"}}
    answer = client.post("/api/v1/observations", json={**body, "properties": {**body["properties"]}})  # type: ignore[dict-item]
    assert answer.status_code == 422
    assert client.get("/api/v1/observations").json()["items"] == []


def test_an_edge_to_nobody_leaves_no_trace(client: TestClient) -> None:
    body = {
        "changes": [
            {"verb": "set", "type": "person", "id": "p1", "properties": {"name": "张平"}},
            {"verb": "set", "type": "holds", "from": "p1", "to": "nowhere"},
        ]
    }
    answer = client.post("/api/v1/changes", json=body)
    assert answer.status_code == 422
    assert "nowhere" in answer.text
    assert client.get(f"{PEOPLE}/p1").status_code == 404


def test_undo_takes_a_commit_back(client: TestClient) -> None:
    _create(client, "张平", "p1")
    client.patch(f"{PEOPLE}/p1", json={"properties": {"name": "张萍"}})
    assert client.post("/api/v1/changes/undo", json={"revision": 2}).status_code == 200
    assert client.get(f"{PEOPLE}/p1").json()["properties"]["name"] == "张平"
    assert [c["undone_by"] for c in client.get("/api/v1/commits").json()["items"]] == [None, 3, None]


def test_the_feed_lists_what_was_touched_in_commit_order(client: TestClient) -> None:
    _create(client, "张平", "p1")
    _create(client, "李娜", "p2")
    client.patch(f"{PEOPLE}/p1", json={"properties": {"name": "张萍"}})
    feed = client.get("/api/v1/changes", params={"since": 1}).json()
    assert [(item["id"], item["revision"]) for item in feed["items"]] == [("p2", 2), ("p1", 3)]


def test_files_are_imported_and_taken_back(client: TestClient) -> None:
    files = {
        "company.csv": "id,name,kinds\nc1,华辰电网,customer\nc2,瑞禾,kustomer\n",
        "person.csv": "id,name\np1,张平\n",
    }
    tried = client.post("/api/v1/imports", json={"files": files, "dry_run": True}).json()
    assert (tried["new"], tried["rejected"], client.get("/api/v1/companies").json()["items"]) == (
        {"company": 1, "person": 1}, 1, [],
    )  # fmt: skip
    done = client.post("/api/v1/imports", json={"files": files})
    report = done.json()
    assert (done.status_code, report["written"], report["rejected"]) == (201, 2, 1)
    reject = report["rejects"][0]
    assert (reject["file"], reject["line"], reject["field"], reject["code"]) == (
        "company.csv",
        3,
        "kinds",
        "unknown_word",
    )
    again = client.post("/api/v1/imports", json={"files": files}).json()
    assert (again["written"], again["unchanged"]) == (0, 2)
    assert client.post(f"/api/v1/imports/{report['id']}/undo").status_code == 200
    assert client.get("/api/v1/companies").json()["items"] == []


@pytest.mark.parametrize("name", ["../company.csv", "a/b.csv", "/etc/x.csv", ""])
def test_a_sent_file_name_holds_no_path(client: TestClient, name: str) -> None:
    answer = client.post("/api/v1/imports", json={"files": {name: "id,name\n"}})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "files")


def test_an_observation_without_date_and_class_is_an_opinion_of_now(client: TestClient) -> None:
    _create(client, "张平", "p1")
    made = client.post("/api/v1/observations", json={"about": "p1", "properties": {"kind": "stance", "value": 0.5}})
    assert made.status_code == 201, made.text
    seen = client.get(f"/api/v1/observations/{made.json()['id']}").json()
    assert (seen["properties"]["source_class"], seen["properties"]["at"]) == ("opinion", seen["valid_from"])
