"""Every operation of the interface, called with generated requests, answers as its description says."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.app import create_app
from api.pictures import MARKDOWN, PPTX, SVG, XLSX
from api.routers.collections import COLLECTIONS
from brm.plans.plan import plan
from brm.services.workspace import Workspace
from brm.settings import Settings
from brm.store import open_store
from brm.store.protocol import Store
from graph_schema import registry
from graph_schema.changes import Change, ChangeSet, EdgeRef, NodeRef, RecordChange
from graph_schema.values import to_json

pytestmark = pytest.mark.contract
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = int(os.environ.get("BRM_CONTRACT_EXAMPLES", "8"))
SETTINGS = Settings(store="memory://", lang="en", tz="Asia/Shanghai")
APP = create_app(SETTINGS, open_store("memory://"))
schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", APP)
schema.config.phases.update(phases=["examples", "fuzzing"])


def _values(type_: str) -> dict[str, Any]:
    at = int(datetime(2026, 6, 1, tzinfo=UTC).timestamp() * 1_000_000)
    special: dict[str, dict[str, Any]] = {
        "company": {"name": "华辰集团", "kinds": ("customer",)},
        "opportunity": {"name": "扩建项目", "status": "open"},
        "interaction": {"at": at, "channel": "meeting"},
        "observation": {"at": at, "kind": "stance", "value": 1.0, "source_class": "observed"},
    }
    return special.get(type_, {})


def _id(type_: str) -> str:
    return f"one-{type_}"


DEAL, PERSON, COMPANY = _id("opportunity"), _id("person"), _id("company")
KNOWN = {
    **{segment: _id(type_) for segment, type_ in COLLECTIONS.items()},
    "accounts": COMPANY, "neighbourhoods": PERSON, "edges": f"for:{DEAL}>{COMPANY}", "scores": DEAL,
    "findings": f"role_missing:{DEAL}:decider", "imports": "import:1", "parameters": "1",
    "tokens": "0123456789ab", "drafts": "draft-1", "reviews": "review-1", "plan-versions": "version-1",
    "focus-profiles": "balanced", "tickets": "ticket-1", "portraits": "大客户",
}  # fmt: skip
"""By the first segment of a path, an id that exists."""
COLLEAGUE = "our-colleague"
IDS = {"plan_handover": COLLEAGUE, "read_day": COLLEAGUE}
"""Of operations that want somebody else than their path's usual one."""
EDGES = {
    "holds": (PERSON, _id("position")),
    "seat_in": (_id("position"), COMPANY),
    "for": (DEAL, COMPANY),
    "took_part": (PERSON, _id("interaction")),
    "about": (_id("observation"), PERSON),
    "concerns": (_id("observation"), DEAL),
}
QUERIES = {
    "list_scores": {"kind": "decision_chain"},
    "score_series": {"kind": "decision_chain", "subject": DEAL},
    "all_score_series": {"kind": "decision_chain", "weeks": 2},
    "list_findings": {"subject": DEAL},
    "list_paths": {"to": PERSON},
    "read_my_day": {"person": COLLEAGUE},
    "match_portrait": {"where": ["employees>=0"]},
}
BODIES = {
    "apply_changes": {"changes": [{"verb": "set", "type": "plays", "from": PERSON, "to": DEAL,
                                   "properties": {"role": "champion"}}]},
    "undo_commit": {"revision": 1},
    "answer_questions_of_opportunity": {"answers": {"profit": "yes"}},
    "import_files": {"files": {"company.csv": "id,name\nc9,华辰电网\n"}},
    "create_token": {"scopes": ["read"]},
    "save_parameters": {"values": {"tie.video": 1.5}},
    "activate_parameters": {},
    "save_focus_profile": {"name": "北方", "weights": {"value": 1}},
    "activate_focus_profile": {},
    "save_portrait": {
        "name": "新画像", "predicates": [{"field": "kinds", "comparison": "is", "value": "customer"}],
    },
    "create_draft": {"scope": DEAL, "name": "假设", "add": [{"what": "stance", "person": PERSON, "value": 1.0}]},
    "change_draft": {"add": [{"what": "role", "person": PERSON, "role": "champion"}], "name": "另一个假设"},
    "approve_draft": {"as": "actions", "owner": COLLEAGUE, "due": "2027-01-01"},
    "accept_guidance": {"key": "ask_event", "owner": COLLEAGUE},
    "start_review": {"opportunity": DEAL},
    "add_review_note": {"text": "张总态度不明"},
    "add_review_decision": {"text": "继续跟进"},
    "add_review_commitment": {"text": "拜访", "owner": COLLEAGUE, "due": "2027-01-01"},
    "attach_review_evidence": {"commitment": "action-1", "ids": ["new-interaction"]},
    "open_ticket": {"name": "夜间停机", "account": COMPANY, "severity": 3},
    "close_ticket": {"satisfaction": 0.8},
    "add_plan_objective": {"name": "成为首选供应商", "kind": "relationship", "target": 60},
    "add_plan_note": {"text": "先做运维"},
    "add_plan_action": {"name": "拜访", "owner": COLLEAGUE, "due": "2027-01-01", "aims_at": PERSON},
    "finish_action": {"on": "2026-06-02"},
    "attach_action_evidence": {"evidence": ["new-interaction"]},
    "review_plan": {"verdict": "approved"},
    "decide_finding": {"state": "snoozed", "until": "2027-01-01T00:00:00+08:00"},
}  # fmt: skip
LINKS = {"interaction": {"participants": {PERSON: "attendee"}, "concerns": [DEAL]}, "observation": {"about": PERSON}}


@pytest.fixture(autouse=True)
def store() -> Iterator[None]:
    """A store with one entity of each type and a small deal, new for each operation."""
    opened = open_store("memory://", zone="Asia/Shanghai")
    changes = [
        Change("set", NodeRef(type_, _id(type_)), _required(type_) | _values(type_)) for type_ in COLLECTIONS.values()
    ]
    changes.append(Change("set", NodeRef("company", "us-co"), {"name": "我们", "kinds": ("ours",)}))
    changes.append(Change("set", NodeRef("ticket", KNOWN["tickets"]), {"name": "停机"}))
    changes.append(Change("set", NodeRef("person", COLLEAGUE), {"name": "王芳"}))
    changes.append(Change("set", EdgeRef("covers", COLLEAGUE, COMPANY, "sales"), {"team_role": "sales"}))
    changes += [Change("set", EdgeRef(type_, *ends)) for type_, ends in EDGES.items()]
    plays = EdgeRef("plays", PERSON, DEAL, "approver")
    changes.append(Change("set", plays, {"role": "approver"}))
    opened.apply(ChangeSet(actor="test", source="test", changes=tuple(changes)))
    token = {"digest": "0", "scopes": ["read"], "created_at": 0, "revoked_at": 1}
    batch = {"source": "test", "digest": "0", "status": "complete", "started_at": 0, "actor": "test"}
    stance = {"number": 1, "what": "role", "given": {"person": PERSON, "role": "coach"}, "seen": {}, "changes": [
        {"verb": "set", "type": "plays", "from": PERSON, "to": DEAL, "properties": {"role": "coach"}}]}  # fmt: skip
    draft = {"name": "假设", "scope": DEAL, "changes": [stance], "base": 1, "status": "open", "actor": "local",
             "created_at": 0, "updated_at": 0}  # fmt: skip
    said = {"text": "拜访", "by": "local", "at": "2026-06-01T00:00:00Z", "id": "action-1", "evidence": []}
    portrait = {"name": KNOWN["portraits"], "author": "local", "created_at": 0, "predicates": [
        {"field": "kinds", "comparison": "is", "value": "customer"}]}  # fmt: skip
    review = {"opportunity": DEAL, "as_of": 0, "decisions": [], "commitments": [said], "actor": "local"}
    records = (
        RecordChange("token", KNOWN["tokens"], token), RecordChange("import_batch", KNOWN["imports"], batch),
        RecordChange("draft", KNOWN["drafts"], draft), RecordChange("review", KNOWN["reviews"], review),
        RecordChange("portrait", "portrait-1", portrait),
    )  # fmt: skip
    opened.apply(ChangeSet(actor="test", source="test", records=records))
    opened.apply(ChangeSet(actor="test", source="test", records=(
        RecordChange("plan_review", KNOWN["plan-versions"], _frozen(opened)),
    )))  # fmt: skip
    later = Change("set", NodeRef("interaction", "new-interaction"), _values("interaction"), 1)
    opened.apply(ChangeSet(actor="test", source="test", changes=(later,)))
    APP.state.workspace = Workspace(opened, SETTINGS)
    yield
    opened.close()


_FROZEN: dict[str, Any] = {}


def _frozen(opened: Store) -> dict[str, Any]:
    """A reviewed plan of the account, made once."""
    if not _FROZEN:
        space = Workspace(opened, SETTINGS)
        _FROZEN.update(plan(space, space.local_principal(), COMPANY))
    return {"account": COMPANY, "as_of": 0, "revision": 1, "plan": _FROZEN, "verdict": "approved", "actor": "local"}


def _required(type_: str) -> dict[str, Any]:
    declared = registry().nodes[type_].properties
    return {name: _filled(prop.kind, prop.words) for name, prop in declared.items() if prop.required}


def _filled(kind: str, words: tuple[str, ...] | None) -> object:
    if kind == "code":
        assert words
        return words[0]
    return {"text": "一", "integer": 1, "real": 1.0, "day": 20_000, "instant": 0, "codes": words}[kind]


def _body(operation_id: str) -> dict[str, Any] | None:
    """A body that fits."""
    verb, _, type_ = operation_id.partition("_")
    if operation_id in BODIES or type_ not in COLLECTIONS.values():
        return BODIES.get(operation_id)
    required = {**_required(type_), **_values(type_)}
    declared = registry().nodes[type_].properties
    properties = {name: to_json(declared[name].kind, value) for name, value in required.items()}
    return {"properties": properties, **(LINKS.get(type_, {}) if verb == "create" else {})}


def _path_parameters(path: str, operation_id: str) -> dict[str, str]:
    segment = path.removeprefix("/api/v1/").split("/")[0]
    given = {"id": IDS.get(operation_id, KNOWN.get(segment, "")), "kind": "decision_chain"}
    return {name: value for name, value in given.items() if f"{{{name}}}" in path}


OPERATIONS = [each.ok() for each in schema.get_all_operations()]


@pytest.mark.parametrize("operation", OPERATIONS, ids=[each.definition.raw["operationId"] for each in OPERATIONS])
def test_a_request_that_fits_is_answered(operation: Any) -> None:
    """Every operation succeeds at least once, in the shape that it describes."""
    operation_id = operation.definition.raw["operationId"]
    body = _body(operation_id)
    case = operation.Case(
        path_parameters=_path_parameters(operation.path, operation_id), query=dict(QUERIES.get(operation_id, {})),
        **({} if body is None else {"body": body, "media_type": "application/json"}),
    )  # fmt: skip
    answer = case.call()
    case.validate_response(answer, checks=CHECKS)
    successes = {status for status in operation.definition.raw["responses"] if status < "400"}
    assert {str(answer.status_code)} == successes, answer.content.decode()


@schema.parametrize()
@settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
def test_an_operation_answers_as_described(case: schemathesis.Case) -> None:
    """Generated requests, right and wrong ones; half of the ids and dates are replaced by those that exist."""
    case.headers.pop("Authorization", None)
    for name, value in _path_parameters(case.operation.path, case.operation.definition.raw["operationId"]).items():
        if len(str(case.path_parameters[name])) % 2 == 0:
            case.path_parameters[name] = value
    for name in ("as_of", "known_at"):
        if isinstance(case.query, dict) and len(str(case.query.get(name, "x"))) % 2 == 0:
            case.query[name] = "2026-06-30"
    case.call_and_validate(checks=CHECKS)


@pytest.mark.parametrize("name", ["../company.csv", "/etc/company.csv", "", "汉" * 90, "a/b.csv"])
def test_a_file_name_that_leads_elsewhere_is_refused(name: str) -> None:
    case = schema["/api/v1/imports"]["POST"].Case(body={"files": {name: "id,name\n"}}, media_type="application/json")
    answer = case.call()
    case.validate_response(answer, checks=CHECKS)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "files")


PICTURES = [
    each for each in OPERATIONS if any(p["name"] == "format" for p in each.definition.raw.get("parameters", ()))
]


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("operation", PICTURES, ids=[each.definition.raw["operationId"] for each in PICTURES])
def test_a_picture_is_answered_in_every_format_that_is_described(operation: Any, language: str) -> None:
    operation_id = operation.definition.raw["operationId"]
    formats = next(p["schema"]["enum"] for p in operation.definition.raw["parameters"] if p["name"] == "format")
    media_types = {"json": "application/json", "svg": SVG, "md": MARKDOWN, "xlsx": XLSX, "pptx": PPTX}
    assert {media_types[each] for each in formats} == set(operation.definition.raw["responses"]["200"]["content"])
    for name in formats:
        case = operation.Case(
            path_parameters=_path_parameters(operation.path, operation_id),
            query={**QUERIES.get(operation_id, {}), "format": name},
            headers={"Accept-Language": language},
        )
        answer = case.call()
        case.validate_response(answer, checks=CHECKS)
        assert (answer.status_code, answer.headers["content-type"][0].split(";")[0]) == (200, media_types[name])
        if name != "json":
            assert answer.headers["content-security-policy"] == ["default-src 'none'; style-src 'unsafe-inline'"]
        if name == "svg":
            assert f'xml:lang="{language}"' in answer.content.decode()
