"""A changed declaration without a migration fails here."""

from __future__ import annotations

import copy

from graph_schema import registry
from graph_schema.migrations import carry_out, changes_between, declared, digest_of, steps
from graph_schema.migrations.operations import empty
from graph_schema.migrations.steps import missing_operations, structure_after


def test_the_steps_lead_to_the_declarations() -> None:
    assert missing_operations() == [], "run python -m graph_schema.migrations NAME and review the new step"
    assert digest_of(structure_after(steps())) == registry().digest() == steps()[-1].digest


def test_every_step_leads_to_its_digest() -> None:
    for number, step in enumerate(steps(), start=1):
        assert step.number == number
        assert digest_of(structure_after(steps()[:number])) == step.digest


def test_a_changed_declaration_is_seen() -> None:
    changed = copy.deepcopy(declared())
    shoe_size = {**changed["nodes"]["person"]["properties"]["language"], "name": "shoe_size"}
    changed["nodes"]["person"]["properties"]["shoe_size"] = shoe_size
    del changed["nodes"]["person"]["properties"]["chat"]
    changed["vocabularies"]["stage"].append("archived")
    changed["edges"]["knows"]["symmetric"] = False
    del changed["records"]["review"]
    operations = changes_between(declared(), changed)
    assert sorted((each["op"], each.get("type", each.get("name"))) for each in operations) == [
        ("add_property", "person"),
        ("change_type", "knows"),
        ("drop_property", "person"),
        ("drop_type", "review"),
        ("set_vocabulary", "stage"),
    ]
    assert carry_out(declared(), operations) == changed
    assert digest_of(changed) != registry().digest()


def test_renames() -> None:
    operations = [
        {"op": "rename_property", "sort": "nodes", "type": "person", "property": "chat", "to": "wechat"},
        {"op": "rename_type", "sort": "nodes", "type": "org_unit", "to": "unit"},
    ]
    after = carry_out(declared(), operations)
    assert "chat" not in after["nodes"]["person"]["properties"]
    assert after["nodes"]["person"]["properties"]["wechat"]["name"] == "wechat"
    assert after["nodes"]["unit"]["name"] == "unit"
    assert changes_between(empty(), empty()) == []
