"""Account plans: what is computed of them, what people write, what actions did, and reviewed versions."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE

from brm.errors import InvalidInput, NotAllowed, NotComputable, NotFound
from brm.i18n import catalogue
from brm.plans import exporting, planning, versions
from brm.plans.plan import plan
from brm.principal import Principal, local_admin
from brm.services import editing, moments, scores
from brm.services.workspace import Workspace
from brm.store.protocol import When
from graph_schema.changes import Change, NodeRef
from graph_schema.values import iso_instant
from scoring.deal_outlook import first_day, quarter_of
from scoring.snapshot import MISSING
from tests.services.deal_world import ago, copied, edge, meeting, node
from tests.services.plan_world import EPOCH, action, cny, day, planned, write

ADMIN, READER = local_admin("en", "Asia/Shanghai"), Principal("r", frozenset(("read",)))


@pytest.fixture
def workspace() -> Workspace:
    return planned()


def cell(shape: dict[str, Any], unit: str, offering: str) -> dict[str, Any]:
    cells = shape["how"]["white_space"]["cells"]
    return next(each for each in cells if (each["unit"], each["offering"]) == (unit, offering))


@pytest.fixture(scope="module")
def shape() -> dict[str, Any]:
    """The plan of the world as it begins."""
    return plan(planned(), ADMIN, "c")


def test_white_space_by_hand(shape: dict[str, Any]) -> None:
    """The greatest potential recorded, 100, less what all vendors sell, 30 + 20, leaves 50."""
    found = cell(shape, "c", "ops")
    amounts = {name: found[name]["amount"] for name in ("potential", "current", "white")}
    assert amounts == {"potential": "100", "current": "30", "white": "50"}
    assert (found["installed_share"], found["deals"]) == (0.5, [])
    assert [(r["vendor"]["id"], r["current"]["amount"], r["installed_share"]) for r in found["rivals"]] == [
        ("r1", "20", 0.3)
    ]
    assert cell(shape, "plant", "ops")["white"]["amount"] == "0"
    assert [each["id"] for each in shape["how"]["white_space"]["offerings"]] == ["data", "ops"]


def test_who_decides_in_a_cell(shape: dict[str, Any]) -> None:
    """In a deal about it those who approve or decide; else the most influential people seated there."""
    needed = cell(shape, "c", "data")
    assert [each["id"] for each in needed["deals"]] == ["deal"]
    assert {each["id"]: each["roles"] for each in needed["deciders"]} == {"a": ["approver"], "b": ["decider"]}
    people = {each["id"]: each["influence"] for each in shape["coverage"]["people"]}
    seated = [each["id"] for each in cell(shape, "c", "ops")["deciders"]]
    assert seated == sorted(people, key=lambda each: (-people[each], each))[:2]
    assert cell(shape, "plant", "ops")["deciders"] == []


def test_what_units_buy_moves_no_score(workspace: Workspace) -> None:
    before = scores.shapes(workspace, scores.score(workspace, ADMIN, "customer", ["c"]))
    write(workspace, edge("buys", "plant", "data", "us", current=cny(1_000_000), installed_share=1.0))
    after = scores.shapes(workspace, scores.score(workspace, ADMIN, "customer", ["c"]))
    assert [each["score"] for each in after] == [each["score"] for each in before]


def test_the_matrix_counts_people_and_those_reached(shape: dict[str, Any]) -> None:
    """All seats are of level 3: one holder of each role; a and b were met, d and e were not."""
    matrix = {each["role"]: each for each in shape["coverage"]["matrix"]}
    assert {role: (each["level"], each["people"]) for role, each in matrix.items()} == dict.fromkeys(
        ("approver", "decider", "evaluator", "user"), (3, 1)
    )
    assert [matrix[role]["tie"] > 0.3 for role in matrix] == [each["reached"] == 1 for each in matrix.values()]
    assert matrix["user"]["tie"] == 0


@pytest.mark.parametrize(("kind", "aims_at"), [("key_person", "a"), ("customer", "c"), ("decision_chain", "deal")])
def test_the_measured_effect_is_what_taking_the_evidence_away_takes(
    workspace: Workspace, kind: str, aims_at: str
) -> None:
    """Set 100 days ago, due 60 days ago, met at 55: measured as of 30 days ago, against a copy without the meeting."""
    write(
        workspace,
        *action("visit", 100, due=60, done=54, aims_at=aims_at, score_kind=kind),
        *meeting("met", 55, "s1", "a", "b", concerns="c"), edge("results_from", "met", "visit", since=54),
    )  # fmt: skip
    known = moments.now()
    shape = plan(workspace, ADMIN, "c", when=When(ago(0), known))
    (found,) = [each["measured"] for each in shape["strategy"]["actions"] if each["id"] == "visit"]
    then = When(moments.end_of_day(EPOCH + timedelta(days=day(30)), "Asia/Shanghai"), known)
    without = copied(workspace)
    editing.retract(without.store, ADMIN, "met")

    def score(space: Workspace) -> float:
        scope = "c" if kind == "key_person" else None
        scored = scores.score(space, ADMIN, kind, [aims_at], scope=scope, when=then)
        return float(scores.shapes(space, scored)[0]["score"])

    assert (found["state"], found["on"]) == ("measured", str(EPOCH + timedelta(days=day(30))))
    assert found["with"] == pytest.approx(score(workspace), abs=1e-9)
    assert found["without"] == pytest.approx(score(without), abs=1e-9)
    assert found["effect"] == pytest.approx(score(workspace) - score(without), abs=1e-9)
    assert found["effect"] != 0


def test_why_an_action_has_no_effect_yet(workspace: Workspace) -> None:
    write(
        workspace,
        *action("soon", 40, due=10, done=10, aims_at="a"), *action("bare", 100, due=60, done=60, aims_at="a"),
        *action("aimless", 100, due=60, done=60), *action("stranger", 100, due=60, done=60, aims_at="k"),
        *meeting("met", 55, "s1", "a", concerns="c"), edge("results_from", "met", "stranger", since=54),
    )  # fmt: skip
    shape = plan(workspace, ADMIN, "c", when=When(ago(0), moments.now()))
    told = {each["id"]: each["measured"] for each in shape["strategy"]["actions"]}
    assert {id_: each and each["state"] for id_, each in told.items()} == {
        "soon": "pending", "bare": "no_evidence", "aimless": None, "stranger": "no_score",
    }  # fmt: skip


def test_adherence_by_hand(workspace: Workspace) -> None:
    """Of four that were due within 90 days: one in time, one late, one open, one cancelled; one was due before."""
    write(
        workspace,
        *action("kept", 80, due=20, done=25), *action("late", 80, due=30, done=10), *action("open", 80, due=5),
        *action("dropped", 80, due=5, status="cancelled"), *action("old", 300, due=120), *action("ahead", 5, due=-9),
    )  # fmt: skip
    shape = plan(workspace, ADMIN, "c")
    assert shape["evaluate"]["adherence"] == {
        "days": 90, "due": 3, "kept": 1, "late": 1, "overdue": 1, "share": pytest.approx(1 / 3),
    }  # fmt: skip
    assert [each["id"] for each in shape["strategy"]["actions"]][:3] == ["old", "open", "ahead"]
    assert {each["id"]: each["days_late"] for each in shape["strategy"]["actions"]}["old"] == day(0) + 2 - day(120)


def test_forecast_and_actual_by_hand(workspace: Workspace) -> None:
    """The open deal's likelihood times what is quoted; a deal won this quarter counts as actual."""
    today = day(-2)
    quarter = int(quarter_of(np.array([today]))[0])
    write(
        workspace,
        Change("set", NodeRef("opportunity", "deal"),
               {"amount": cny(900), "quoted": cny(1_000), "expected_close_on": today - 1}),
        node("opportunity", "won", name="Won", status="won", amount=cny(70), contract_amount=cny(60),
             closed_on=max(first_day(quarter), today - 5)), edge("for", "won", "c"),
    )  # fmt: skip
    found = plan(workspace, ADMIN, "c")["evaluate"]["outlook"]
    (likelihood,) = [
        each["score"] for each in scores.shapes(workspace, scores.score(workspace, ADMIN, "likelihood", ["deal"]))
        if each["vendor"]["id"] == "us"
    ]  # fmt: skip
    (deal,) = found["deals"]
    assert (deal["likelihood"], deal["amount"]["amount"], deal["late"]) == (pytest.approx(likelihood), "1000", True)
    assert float(found["forecast"]["amount"]) == pytest.approx(1_000 * likelihood, abs=0.005)
    assert [float(each["forecast"]["amount"]) for each in found["ahead"]] == [float(found["forecast"]["amount"])]
    running = found["quarters"][-1]
    assert (running["running"], running["actual"]["amount"]) == (True, "60")


def test_quarters() -> None:
    days = np.array([(date(2026, 1, 1) - EPOCH).days, (date(2026, 3, 31) - EPOCH).days,
                     (date(2026, 4, 1) - EPOCH).days, MISSING])  # fmt: skip
    assert quarter_of(days).tolist() == [224, 224, 225, MISSING]
    assert EPOCH + timedelta(days=first_day(225)) == date(2026, 4, 1)


def test_progress_of_aims(workspace: Workspace) -> None:
    """Revenue: won since the aim was set and by its day; offerings of ours in use; points of a score."""
    write(
        workspace,
        *(
            change
            for id_, given in (
                ("money", {"kind": "revenue", "target": 200.0, "due_on": day(0)}),
                ("more", {"kind": "development", "target": 4.0}), ("warm", {"kind": "relationship", "target": 80.0}),
            )
            for change in (
                Change("set", NodeRef("objective", id_), {"name": id_, "status": "open", **given}, ago(100)),
                edge("belongs_to", id_, "c", since=100),
            )
        ),
        *(
            change
            for id_, closed, amount in (("before", 150, 10), ("within", 50, 70), ("within2", 20, 30))
            for change in (
                node("opportunity", id_, name=id_, status="won", contract_amount=cny(amount), closed_on=day(closed)),
                edge("for", id_, "c"),
            )
        ),
    )  # fmt: skip
    found = {each["id"]: each for each in plan(workspace, ADMIN, "c")["strategy"]["objectives"]}
    assert (found["money"]["progress"], found["money"]["unit"], found["money"]["share"]) == (100, "CNY", 0.5)
    assert (found["more"]["progress"], found["more"]["share"]) == (1, 0.25)
    (customer,) = scores.shapes(workspace, scores.score(workspace, ADMIN, "customer", ["c"]))
    assert found["warm"]["progress"] == pytest.approx(customer["score"], abs=1e-9)


def test_what_people_write_is_dated_and_read_back(workspace: Workspace) -> None:
    before = When(moments.now(), None)
    planning.add_objective(workspace, ADMIN, "c", "Grow", kind="revenue", target=10, due="2030-01-01", owner="s1")
    planning.add_note(workspace, ADMIN, "c", " Operations first ")
    made, _ = planning.add_action(
        workspace, ADMIN, "deal", "Show the reference", owner="s1", due="2030-01-01", promised_to="a", hours=2,
        aims_at="a", score_kind="key_person", effect=3.5,
    )  # fmt: skip
    shape = plan(workspace, READER, "c")["strategy"]
    (aim,), (note,), (act,) = shape["objectives"], shape["notes"], shape["actions"]
    assert (aim["name"], aim["target"], aim["owner"]["id"], aim["due"]) == ("Grow", 10, "s1", "2030-01-01")
    assert (note["text"], note["topic"]) == ("Operations first", "strategy")
    assert (act["id"], act["kind"], act["promised_to"]["id"], act["scope"]) == (made, "promise", "a", "deal")
    assert (act["aims_at"], act["score_kind"], act["expected_effect"], act["hours"]) == ("a", "key_person", 3.5, 2)
    assert plan(workspace, READER, "c", when=before)["strategy"] == {"objectives": [], "notes": [], "actions": []}
    met, _ = editing.log_interaction(
        workspace.store,
        ADMIN,
        {"channel": "call", "at": iso_instant(moments.now())},
        participants={"a": "attendee", "s1": "organiser"},
        concerns=("c",),
    )
    planning.finish(workspace, ADMIN, made, evidence=[met])
    (done,) = plan(workspace, READER, "c")["strategy"]["actions"]
    assert (done["status"], done["done"], done["evidence"]) == (
        "done", moments.local_day(moments.now(), "Asia/Shanghai").isoformat(), [met],
    )  # fmt: skip


def test_a_retry_of_a_review_is_the_same_version(workspace: Workspace) -> None:
    """Also where the plan has changed in between; another key makes another version."""
    first, other = (editing.Terms(idempotency_key=key) for key in ("one", "two"))
    made = versions.review(workspace, ADMIN, "c", verdict="approved", terms=first)
    planning.add_note(workspace, ADMIN, "c", "Written in between")
    assert versions.review(workspace, ADMIN, "c", verdict="approved", terms=first) == made
    assert versions.review(workspace, ADMIN, "c", verdict="approved", terms=other)["id"] != made["id"]
    assert len(versions.listed(workspace, READER, "c")) == 2


def test_restricted_notes_are_for_admins_and_stay_out_of_versions(workspace: Workspace) -> None:
    planning.add_note(workspace, ADMIN, "c", "Their chief may leave", topic="risk", restricted=True)
    planning.add_note(workspace, ADMIN, "c", "Operations first")
    assert [each["text"] for each in plan(workspace, READER, "c")["strategy"]["notes"]] == ["Operations first"]
    assert len(plan(workspace, ADMIN, "c")["strategy"]["notes"]) == 2
    kept = versions.review(workspace, ADMIN, "c", verdict="approved")
    assert [each["text"] for each in kept["plan"]["strategy"]["notes"]] == ["Operations first"]


def test_a_version_stays_as_it_was_reviewed(workspace: Workspace) -> None:
    first = versions.review(workspace, ADMIN, "c", verdict="changes_asked", comment="Name the second sponsor")
    planning.add_note(workspace, ADMIN, "c", "Second sponsor: b")
    second = versions.review(workspace, ADMIN, "c", verdict="approved")
    listed = versions.listed(workspace, READER, "c")
    assert [(each["id"], each["verdict"]) for each in listed] == [
        (second["id"], "approved"), (first["id"], "changes_asked"),
    ]  # fmt: skip
    again = versions.shown(workspace, READER, first["id"])
    assert again == first
    assert (again["comment"], again["plan"]["strategy"]["notes"]) == ("Name the second sponsor", [])
    assert [each["text"] for each in second["plan"]["strategy"]["notes"]] == ["Second sponsor: b"]


WRITTEN = ("Rival of ours", "Operations first", "Win them over", "Call the lawyer", "Secret")


@pytest.fixture(scope="module")
def told() -> Workspace:
    """A world whose plan holds names, notes, aims and actions that are not for the customer, and some that are."""
    workspace = planned()
    write(
        workspace,
        *(Change("set", NodeRef("person", id_), {"name": f"Person {id_} Name"}) for id_ in "abdex"),
        Change("set", NodeRef("company", "r1"), {"name": "Rival of ours"}),
        Change("set", NodeRef("company", "r2"), {"name": "Secret rival"}), edge("competes", "r2", "deal"),
        *action("call", 20, due=5, name="Call the lawyer"), *action("send", 20, due=5, name="Send the manual"),
        edge("promised_to", "send", "a", since=20),
        node("delivery", "first", name="First delivery", due_on=day(3)), edge("belongs_to", "first", "deal"),
    )  # fmt: skip
    planning.add_note(workspace, ADMIN, "c", "Operations first")
    planning.add_note(workspace, ADMIN, "c", "Secret note", restricted=True)
    planning.add_objective(workspace, ADMIN, "c", "Win them over", kind="relationship", target=60)
    return workspace


@pytest.fixture(scope="module")
def forbidden(told: Workspace) -> list[str]:
    """Names, texts and numbers of the internal plan that a customer must not read."""
    shape = plan(told, ADMIN, "c")
    people = told.store.fetch([each["id"] for each in shape["coverage"]["people"]])
    return [
        *(str(each.properties["name"]) for each in people.values()), *WRITTEN,
        *(f"{cell['score']:.1f}" for cell in shape["who"]["cells"].values() if cell),
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_nothing_internal_is_in_the_customers_plan(told: Workspace, forbidden: list[str], language: Any) -> None:
    """Every byte of every form, unpacked, is searched; the internal form of the same plan has them all."""
    texts = catalogue(language)
    internal = exporting.plan_for(told, ADMIN, "c", texts, form="pptx")
    for form in ("md", "json", "xlsx", "pptx"):
        shared = unpacked(
            exporting.exported(exporting.plan_for(told, ADMIN, "c", texts, "customer", form=form), form, texts)
        )
        assert (form, [each for each in forbidden if each in shared]) == (form, [])
        ours = unpacked(exporting.exported(internal, form, texts))
        assert (form, [each for each in forbidden[:-6] if each not in ours]) == (form, [])
        assert [each for each in ("Send the manual", "First delivery", "Operations") if each not in shared] == []


def unpacked(made: str | bytes) -> str:
    if isinstance(made, str):
        return made
    with zipfile.ZipFile(io.BytesIO(made)) as book:
        return "\n".join(book.read(name).decode(errors="replace") for name in book.namelist())


@pytest.fixture(scope="module")
def priced() -> Workspace:
    workspace = planned()
    write(workspace, Change("set", NodeRef("opportunity", "deal"), {"amount": cny(900)}))
    return workspace


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_slides_are_native_shapes_that_can_be_edited(priced: Workspace, language: Any) -> None:
    """A card per person on the map, tied by connectors; tables; charts with their data; no picture."""
    texts = catalogue(language)
    shape = exporting.plan_for(priced, ADMIN, "c", texts, form="pptx")
    slides = Presentation(io.BytesIO(exporting.exported(shape, "pptx", texts))).slides  # type: ignore[arg-type]
    shapes = [each for slide in slides for each in slide.shapes]
    assert {each.shape_type for each in shapes} == {
        MSO_SHAPE_TYPE.TEXT_BOX, MSO_SHAPE_TYPE.AUTO_SHAPE, MSO_SHAPE_TYPE.LINE, MSO_SHAPE_TYPE.TABLE,
        MSO_SHAPE_TYPE.CHART,
    }  # fmt: skip
    cards = [each.text_frame.text for each in shapes if each.shape_type == MSO_SHAPE_TYPE.AUTO_SHAPE]
    assert [name for name in "ABDEX" if not any(f" {name}\n" in card for card in cards)] == []
    waterfall = next(each.chart for each in shapes if each.has_chart)
    lifts, levels, up, down = (list(series.values) for series in waterfall.plots[0].series)
    assert levels[-1] == pytest.approx(100 * shape["evaluate"]["leading"]["score"])
    moved = sum(up) - sum(down)
    assert levels[0] + moved == pytest.approx(levels[-1], abs=0.05)
    assert all(lift >= 0 for lift in lifts)


def test_what_is_refused(workspace: Workspace) -> None:
    write(workspace, *action("visit", 10, due=5), *meeting("early", 30, "s1", "a", concerns="c"),
          Change("set", NodeRef("interaction", "planned"), {"at": ago(-30), "channel": "meeting"}, ago(1)))  # fmt: skip
    with pytest.raises(InvalidInput, match="a is a person"):
        plan(workspace, ADMIN, "a")
    with pytest.raises(NotComputable, match="no account of ours"):
        plan(workspace, ADMIN, "r1")
    with pytest.raises(InvalidInput, match="before the action was set"):
        planning.finish(workspace, ADMIN, "visit", evidence=["early"])
    with pytest.raises(InvalidInput, match="planned has not happened yet"):
        planning.attach(workspace, ADMIN, "visit", ["planned"])
    with pytest.raises(InvalidInput, match="a is a person"):
        planning.attach(workspace, ADMIN, "visit", ["a"])
    with pytest.raises(NotFound, match="there is no nothing"):
        planning.attach(workspace, ADMIN, "visit", ["nothing"])
    with pytest.raises(InvalidInput, match="no evidence is named"):
        planning.attach(workspace, ADMIN, "visit", [])
    with pytest.raises(InvalidInput, match="kind: there is no 'profit'"):
        planning.add_objective(workspace, ADMIN, "c", "x", kind="profit")
    with pytest.raises(InvalidInput, match="text of 1 to 4000 characters"):
        planning.add_note(workspace, ADMIN, "c", "  ")
    with pytest.raises(InvalidInput, match="no verdict 'maybe'"):
        versions.review(workspace, ADMIN, "c", verdict="maybe")
    with pytest.raises(NotFound, match="there is no plan version 7"):
        versions.shown(workspace, ADMIN, "7")
    assert workspace.store.fetch(["visit"])["visit"].properties["status"] == "open"


@pytest.mark.parametrize("write_", ["objective", "note", "action", "done", "review"])
def test_a_reader_writes_nothing(workspace: Workspace, write_: str) -> None:
    calls = {
        "objective": lambda: planning.add_objective(workspace, READER, "c", "x", kind="revenue"),
        "note": lambda: planning.add_note(workspace, READER, "c", "x"),
        "action": lambda: planning.add_action(workspace, READER, "c", "x", owner="s1", due="2030-01-01"),
        "done": lambda: planning.finish(workspace, READER, "visit"),
        "review": lambda: versions.review(workspace, READER, "c", verdict="approved"),
    }
    before = workspace.store.revision()
    with pytest.raises(NotAllowed):
        calls[write_]()
    assert workspace.store.revision() == before
