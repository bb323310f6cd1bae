"""Heat, coverage, gaps, assets, hand-over and what changed: on the command line and over HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from brm.principal import Principal
from brm.services import assets, moving
from brm.services.heat import SORTS
from brm.services.moments import when
from brm.services.workspace import Workspace
from scoring.causes import CAUSES
from scoring.heat import KINDS
from scoring.moves import TOLD_EDGES, TOLD_NODES
from tests.cli.conftest import AS_OF, Brm

DAY = ("--as-of", AS_OF)
CHINESE = re.compile("[\u4e00-\u9fff]")
LISTS = ("heat", "coverage", "assets")


@pytest.fixture(scope="module")
def client(demo: Workspace) -> Iterator[TestClient]:
    """One server for all, which scores each date once."""
    with TestClient(create_app(demo.settings, demo.store)) as opened:
        yield opened


def read(client: TestClient, path: str, **query: Any) -> Any:
    answer = client.get(f"/api/v1/{path}", params={"as_of": AS_OF, **query})
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused(client: TestClient, path: str) -> str:
    """The code of the problem that a path is refused with."""
    answer = client.get(f"/api/v1/{path}", params={"as_of": AS_OF})
    assert answer.status_code == 422, answer.text
    return str(answer.json()["type"]).rsplit(":", 1)[-1]


def segment(id_: str) -> str:
    return id_.replace("/", "%2F").replace(":", "%3A")


def everything(client: TestClient, path: str, **query: Any) -> list[dict[str, Any]]:
    """All items, page by page."""
    items, cursor = [], {}
    while True:
        page = read(client, path, limit=7, **query, **cursor)
        items += page["items"]
        if page["next"] is None:
            assert page["total"] == len(items)
            return items
        cursor = {"cursor": page["next"]}


def sort_value(item: dict[str, Any], sort: str) -> Any:
    column, _, part = sort.removeprefix("-").partition(".")
    if column == "name":
        return item["account"]["name"].casefold()
    if column == "value":
        return None if item["value"] is None else float(item["value"]["amount"])
    cell = item["cells"][column]
    return None if cell is None else cell[part or "score"]


@pytest.mark.parametrize("sort", ["-value", "name", "customer", "-decision_chain.change", "competitor.completeness"])
def test_the_pages_of_the_heat_table_are_the_whole_in_order(client: TestClient, sort: str) -> None:
    assert sort in SORTS
    whole = read(client, "heat", sort=sort, limit=500)["items"]
    assert everything(client, "heat", sort=sort) == whole
    assert len({each["account"]["id"] for each in whole}) == len(whole) == 44
    values = [sort_value(each, sort) for each in whole]
    known = [each for each in values if each is not None]
    assert values == [*sorted(known, reverse=sort.startswith("-")), *[None] * (len(values) - len(known))]


def test_a_cell_is_the_score_and_its_change_that_of_the_explanation(client: TestClient) -> None:
    item = read(client, "heat", limit=1)["items"][0]
    id_ = item["account"]["id"]
    for kind in ("customer", "our_company", "competitor"):
        shape = read(client, f"scores/{kind}/{segment(id_)}")
        cell = item["cells"][kind]
        for told in ("interval", "completeness", "band"):
            assert cell[told] == pytest.approx(shape[told], abs=1e-9), (kind, told)
        assert cell["score"] == pytest.approx(shape["score"], abs=1e-9)
        if kind != "competitor":
            assert cell["change"] == pytest.approx(shape["change"]["total"], abs=1e-9)
    assert item["cells"]["competitor"]["vendor"]["id"] == shape["vendor"]["id"]


def test_one_account_is_its_row_of_the_table(client: TestClient) -> None:
    item = read(client, "heat", limit=1)["items"][0]
    alone = read(client, f"accounts/{segment(item['account']['id'])}/heat")
    assert {name: alone[name] for name in item} == item
    assert alone["since"] == "2026-05-30"


def test_filters_keep_what_they_say(client: TestClient) -> None:
    every = read(client, "heat", limit=500)["items"]
    owner = every[0]["owner"]["id"]
    for option, value, of in (
        ("region", every[0]["region"], lambda each: each["region"]),
        ("industry", every[0]["industry"], lambda each: each["industry"]),
        ("segment", every[0]["industry"], lambda each: each["industry"]),
        ("grade", every[0]["grade"], lambda each: each["grade"]),
        ("owner", owner, lambda each: each["owner"] and each["owner"]["id"]),
    ):
        kept = read(client, "heat", limit=500, **{option: value})["items"]
        assert kept == [each for each in every if of(each) == value]
        assert 0 < len(kept) < len(every)
    assert read(client, "heat", region="nowhere")["items"] == []


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (("heat", "--sort", "weather"), "sort"),
        (("heat", "--since", AS_OF), "since"),
        (("heat", "--since", "soon"), "since"),
        (("heat", "--grade", "gold"), "grade"),
        (("heat", "--limit", "0"), "limit"),
        (("coverage", "--kind", "hole"), "kind"),
        (("assets", "--limit", "501"), "limit"),
        (("changes", "--from", "2027-01-01"), "since"),
    ],
)
def test_what_cannot_be_is_refused(brm: Brm, shown: Workspace, arguments: tuple[str, ...], field: str) -> None:
    assert brm(*arguments, *DAY, "--json", code=2).problem["errors"]["field"] == field


@pytest.mark.parametrize("path", LISTS)
def test_a_cursor_of_another_list_is_refused(client: TestClient, path: str) -> None:
    others = [read(client, each, limit=1)["next"] for each in LISTS if each != path]
    for cursor in ("!!!", "e30", *others):
        assert client.get(f"/api/v1/{path}", params={"as_of": AS_OF, "cursor": cursor}).status_code == 422
    by_name = read(client, "heat", limit=1, sort="name")["next"]
    assert client.get("/api/v1/heat", params={"as_of": AS_OF, "cursor": by_name}).status_code == 422


def test_coverage_of_an_account_is_what_its_score_counts(client: TestClient) -> None:
    """The grid is the explained one of the customer score; people stand by influence."""
    id_ = read(client, "heat", limit=1)["items"][0]["account"]["id"]
    shape = read(client, f"accounts/{segment(id_)}/coverage")
    cells = shape["grid"]["cells"]
    explained = read(client, f"scores/customer/{segment(id_)}")["contributions"]
    inputs = next(each["inputs"] for each in explained if each["factor"] == "coverage")
    told = {(each["unit"], each["level"] or None): bool(each["covered_by"]) for each in inputs["cells"]}
    assert told == {(each["department"], each["level"]): each["covered"] for each in cells}
    influence = [each["influence"] for each in shape["people"]]
    assert influence == sorted(influence, reverse=True)
    best = {each["id"]: each["tie"] for each in shape["people"]}
    ties: dict[str, float] = {}
    for each in shape["ties"]:
        ties[each["person"]] = max(each["strength"], ties.get(each["person"], 0.0))
    assert {person: best[person] for person in ties} == pytest.approx(ties)
    assert {each["colleague"] for each in shape["ties"]} == {each["id"] for each in shape["colleagues"]}
    gaps = [each for each in read(client, "coverage", limit=500)["items"] if each["account"]["id"] == id_]
    assert [each["text"] for each in shape["gaps"]] == [each["text"] for each in gaps]
    assert [each["share"] for each in shape["gaps"]] == pytest.approx([each["share"] for each in gaps])


def test_gaps_are_ranked_by_value_and_paged(client: TestClient) -> None:
    whole = read(client, "coverage", limit=500)["items"]
    assert everything(client, "coverage") == whole
    values = [float(each["value"]["amount"]) for each in whole]
    assert values == sorted(values, reverse=True)
    assert {each["kind"] for each in whole} == {"cell", "person", "role", "single"}
    single = read(client, "coverage", kind="single", limit=500)["items"]
    assert single == [each for each in whole if each["kind"] == "single"]
    owner = single[0]["owner"]["id"]
    mine = read(client, "coverage", owner=owner, limit=500)["items"]
    assert mine == [each for each in whole if each["owner"] and each["owner"]["id"] == owner]


def test_assets_are_ranked_as_the_score_is(client: TestClient) -> None:
    whole = read(client, "assets", limit=500)
    assert everything(client, "assets") == whole["items"]
    assert "never used for pay or dismissal" in whole["notice"]
    scored = {e["subject"]["id"]: e["score"] for e in read(client, "scores", kind="employee", limit=500)["items"]}
    ranked = {e["colleague"]["id"]: e["rank"]["percent"] for e in whole["items"] if e["rank"]}
    assert ranked == pytest.approx(scored)
    capital = [each["capital"]["value"] for each in whole["items"]]
    assert capital == sorted(capital, reverse=True)
    for role in {each["role"] for each in whole["items"] if each["rank"]}:
        places = [each["rank"]["position"] for each in whole["items"] if each["rank"] and each["role"] == role]
        assert places == list(range(1, len(places) + 1))


def test_one_sees_ones_own_assets_first(shown: Workspace, client: TestClient) -> None:
    last = read(client, "assets", limit=500)["items"][-1]["colleague"]["id"]
    reader = Principal("somebody", frozenset({"read"}), person_id=last)
    found = assets.page(shown, reader, when=when(AS_OF, None, shown.settings.zone), limit=2)
    assert [each["own"] for each in found["items"]] == [True, False]
    assert found["items"][0]["colleague"]["id"] == last


def test_a_hand_over_plan_holds_every_tie(client: TestClient) -> None:
    asset = read(client, "assets", limit=1)["items"][0]
    id_ = asset["colleague"]["id"]
    plan = read(client, f"people/{segment(id_)}/handover")
    worth = [each["worth"]["value"] for each in plan["ties"]]
    assert worth == sorted(worth, reverse=True)
    assert sum(worth) == pytest.approx(plan["worth"]["value"]) == pytest.approx(asset["capital"]["value"])
    for each in plan["ties"]:
        assert each["successor"] is None or each["successor"]["id"] != id_
        assert "{" not in each["text"]
    heat = {e["account"]["id"]: e["cells"] for e in read(client, "heat", limit=500)["items"]}
    for each in plan["accounts"]:
        for kind, score in each["scores"].items():
            assert score["before"] == pytest.approx(heat[each["account"]["id"]][kind]["score"], abs=1e-9)
            assert score["after"] < score["before"] + 1e-9
    dearest = next(each for each in plan["accounts"] if each["account"]["id"] == asset["account"]["id"])
    assert dearest["owned"]


def test_only_a_colleague_hands_over(client: TestClient) -> None:
    customer = read(client, "scores", kind="key_person", limit=1)["items"][0]["subject"]["id"]
    assert refused(client, f"people/{segment(customer)}/handover") == "not_computable"
    rival = next(
        each["cells"]["competitor"]["vendor"] for each in read(client, "heat", limit=500)["items"]
        if not each["cells"]["competitor"]["vendor"].get("itself")
    )  # fmt: skip
    for path in ("coverage", "heat"):
        assert refused(client, f"accounts/{segment(rival['id'])}/{path}") == "not_computable"


def adds_up(move: dict[str, Any]) -> None:
    assert [part["part"] for part in move["parts"]] == list(CAUSES)
    assert sum(part["effect"] for part in move["parts"]) == pytest.approx(move["total"], abs=1e-9)
    assert move["before"] + move["total"] == pytest.approx(move["after"], abs=1e-9)


def test_what_changed_at_an_account_adds_up(client: TestClient) -> None:
    everywhere = read(client, "heat/changes")
    assert (everywhere["from"], everywhere["to"]) == ("2026-06-22", AS_OF)
    id_ = everywhere["accounts"][0]["account"]["id"]
    moved = read(client, f"accounts/{segment(id_)}/changes")
    assert moved == client.get(f"/api/v1/accounts/{segment(id_)}/changes", params={"to": AS_OF}).json()
    for each in (*moved["scores"], *moved["people"], *moved["deals"]):
        adds_up(each)
    cells = everywhere["accounts"][0]["cells"]
    for each in moved["scores"]:
        assert each["total"] == pytest.approx(cells[each["kind"]]["total"], abs=1e-9)
    assert moved["people"]
    assert moved["deals"]


def test_new_facts_are_counted(shown: Workspace, client: TestClient) -> None:
    """The interactions of the week are those that the store holds with a moment in it."""
    everywhere = read(client, "heat/changes")
    news = {(each["type"], each["change"]): each for each in everywhere["facts"]}
    assert {each["type"] for each in everywhere["facts"]} <= {*TOLD_NODES, *TOLD_EDGES}
    zone = shown.settings.zone
    later, earlier = (when(day, None, zone).as_of or 0 for day in (AS_OF, "2026-06-22"))
    table = shown.store.snapshot().nodes["interaction"]
    inside = (table["at"] > earlier) & (table["at"] <= later)
    assert news["interaction", "new"]["count"] == int(inside.sum())
    assert len(news["interaction", "new"]["items"]) == 10


def test_what_changed_for_people(client: TestClient) -> None:
    account = read(client, "heat/changes")["accounts"][0]["account"]["id"]
    person = read(client, f"accounts/{segment(account)}/changes")["people"][0]["subject"]["id"]
    told = read(client, f"people/{segment(person)}/changes", **{"from": "2026-05-30"})
    for each in told["scores"]:
        adds_up(each)
        assert each["subject"]["id"] == person
    owner = read(client, "heat", limit=1)["items"][0]["owner"]["id"]
    mine = read(client, f"people/{segment(owner)}/changes")
    assert [each["kind"] for each in mine["scores"]] == ["employee"]
    adds_up(mine["scores"][0])
    owned = {each["account"]["id"] for each in read(client, "heat", owner=owner, limit=500)["items"]}
    assert {each["account"]["id"] for each in mine["accounts"]} <= owned
    assert [each["colleague"]["id"] for each in mine["colleagues"]] in ([], [owner])


def test_personal_ties_are_only_counted_for_others(shown: Workspace) -> None:
    """Who knows whom, who listens to whom and who is in conflict: an administrator sees names, others numbers."""
    moment = when(AS_OF, None, shown.settings.zone)
    for scopes, named in ((("admin",), True), (("read",), False)):
        reader = Principal("reader", frozenset(scopes))
        facts = moving.moves(shown, reader, since="2024-09-01", when=moment)["facts"]
        ties = [each for each in facts if each["type"] in ("knows", "influences", "conflicts_with")]
        assert ties
        assert all(bool(each["items"]) is named and each["count"] > 0 for each in ties)


def commands(client: TestClient) -> dict[tuple[str, ...], str]:
    """Each command with the path that answers the same."""
    item = read(client, "heat", limit=1)["items"][0]
    account, owner = item["account"]["id"], item["owner"]["id"]
    return {
        ("heat", "--limit", "5"): "heat",
        ("coverage", "--limit", "5"): "coverage",
        ("coverage", account): f"accounts/{segment(account)}/coverage",
        ("assets", "--limit", "5"): "assets",
        ("handover", owner): f"people/{segment(owner)}/handover",
        ("changes",): "heat/changes",
        ("changes", account): f"accounts/{segment(account)}/changes",
    }


@pytest.mark.parametrize("place", range(7))
def test_the_command_line_says_what_the_interface_says(
    brm: Brm, shown: Workspace, client: TestClient, place: int
) -> None:
    arguments, path = list(commands(client).items())[place]
    told = brm(*arguments, *DAY, "--json").json
    query = {"limit": 5} if "--limit" in arguments else {}
    same = read(client, path, **query)
    assert told == ({**same, "next": None} if query else same)
    language = ("en", "zh-CN")[place % 2]
    out = brm(*arguments, "--lang", language, *DAY).out
    assert "{" not in out
    assert CHINESE.search(out)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_texts_are_in_the_readers_language(client: TestClient, language: str) -> None:
    """Beside names an English text holds no Chinese."""
    spoken = {"Accept-Language": language}
    query = {"as_of": AS_OF, "limit": 500}
    for each in client.get("/api/v1/coverage", params=query, headers=spoken).json()["items"]:
        text = f"{each['text']} {each['who']}"
        for name in (each["subject"], each["colleague"], *each["people"]):
            text = text.replace(name["name"], "") if name else text
        assert bool(CHINESE.search(text)) == (language == "zh-CN"), text
        assert "{" not in text


def test_every_kind_has_a_column() -> None:
    assert {f"-{kind}.change" for kind in KINDS} <= set(SORTS)


def test_an_account_without_rivals_or_deals_shows_dashes(brm: Brm, deal: object) -> None:
    """The small import: one account, nothing 30 days before the deal; a month later there is."""
    row = brm("heat", "--as-of", "2026-01-04", "--json").json["items"][0]
    assert row["cells"]["decision_chain"] is None
    assert row["cells"]["employee"] is None
    out = brm("heat", "--as-of", "2026-01-04").out
    assert "华辰集团" in out
    assert "—" in out
