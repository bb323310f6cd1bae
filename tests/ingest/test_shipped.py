"""The shipped mappings on made-up rows of the same shape, and, where present, on the real data."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from brm.ingest import load_plan, run
from brm.store.protocol import When
from graph_schema.markers import Money
from graph_schema.values import parse_day

DAY = 86_400_000_000
MAVEN = {
    "accounts.csv": "account,sector,year_established,revenue,employees,office_location,subsidiary_of\n"
    "Kite Works,technolgy,1990,12.5,100,Philipines,\nKite Labs,retail,2001,1,10,Norway,Kite Works\n",
    "products.csv": "product,series,sales_price\nGTX Pro,GTX,4800\nMG One,MG,50\n",
    "sales_teams.csv": "sales_agent,manager,regional_office\nAda Roe,Max Poe,North\nIda Voe,Max Poe,North\n",
    "sales_pipeline.csv": "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n"
    "A1,Ada Roe,GTXPro,Kite Labs,Won,2016-10-20,2017-03-01,4514\n"
    "A2,Ida Voe,MG One,Kite Works,Lost,2016-11-01,2017-02-01,0\n"
    "A3,Ida Voe,MG One,,Engaging,2017-01-05,,\nA4,Ada Roe,GTX Pro,,Prospecting,,,\n",
}
KRACKHARDT = {
    "nodes.csv": "id,age,tenure,level,dept\n1,33.0,9.0,3.0,2.0\n2,42.0,20.0,2.0,2.0\n3,50.0,25.0,1.0,0.0\n",
    "advice.csv": "from,to\n1,2\n2,3\n",
    "friends.csv": "from,to\n1,2\n2,1\n",
    "reports_to.csv": "from,to\n1,2\n2,3\n",
}
BIDS = (
    "project,contract,bidder.name,status,bidder.country,opening.price.currency,opening.price.amount,opening.price.raw,"
    "evaluated.price.currency,evaluated.price.amount,evaluated.price.raw,contract.price.currency,"
    "contract.price.amount,contract.price.raw\n"
)
WORLDBANK = {
    "contracts.csv": "project,contract,contract.country,method.procurement,method.selection,price.amount,"
    "price.currency,n.bids\nP1,http://x.example/OP1,Ruritania,DIR- Direct,,100.0,USD,2\n"
    "P1,http://x.example/OP2,Ruritania,,QCBS -,,,0\nP1,http://x.example/OP2,Ruritania,,QCBS -,,,0\n",
    "bids.csv": BIDS + "P1,http://x.example/OP1,Alpha Co. Ltd,Awarded,,USD,90.0,,,,,,,\n"
    "P1,http://x.example/OP1,ALPHA CO LTD,Awarded,,USD,90.0,,,,,,,\n"
    "P1,http://x.example/OP1,Beta,Evaluated,,ZMK,95.0,,,,,,,\n"
    "P1,http://x.example/OP1,Gamma,Evaluated,,,95.0,,,,,,,\n"
    "P1,http://x.example/OP1,,Evaluated,,USD,95.0,,,,,,,\n",
}


def states(store, ids, day=None):
    when = When() if day is None else When(as_of=parse_day(day) * DAY + DAY - 1)
    return {each: state.properties for each, state in store.fetch(list(ids), when).items()}


def test_maven(importing, store):
    report = importing(MAVEN, "maven-crm-sales")
    assert report.clean
    assert {code: each.count for code, each in report.warnings.items()} == {"no_customer": 2, "undated": report.undated}
    assert states(store, ["maven:account/Kite_Works"])["maven:account/Kite_Works"] == {
        "name": "Kite Works", "kinds": ("customer",), "industry": "technology", "founded": 1990,
        "employees": 100, "revenue": Money(125_000_000_000, "USD"), "country": "Philippines",
    }  # fmt: skip
    edges = ["needs:maven:deal/A1>maven:product/GTX_Pro", "covers:maven:person/Ada_Roe>maven:deal/A1#sales",
             "reports_to:maven:seat/Ada_Roe>maven:seat/Max_Poe#solid", "part_of:maven:office/North>maven:us",
             "part_of:maven:account/Kite_Labs>maven:account/Kite_Works", "for:maven:deal/A1>maven:account/Kite_Labs",
             "holds:maven:person/Max_Poe>maven:seat/Max_Poe"]  # fmt: skip
    assert set(store.fetch(edges)) == set(edges)


def test_maven_tells_nothing_before_it_was_known(importing, store):
    importing(MAVEN, "maven-crm-sales")
    deals = [f"maven:deal/A{number}" for number in (1, 2, 3, 4)]
    early = states(store, deals, "2016-10-31")
    assert {each: (state["status"], state["stage"]) for each, state in early.items()} == {
        "maven:deal/A1": ("open", "needs"), "maven:deal/A4": ("open", "verify"),
    }  # fmt: skip
    before = states(store, deals, "2017-02-28")
    assert [before[each]["status"] for each in deals] == ["open", "lost", "open", "open"]
    assert "contract_amount" not in before["maven:deal/A1"]
    after = states(store, deals, "2017-03-01")["maven:deal/A1"]
    assert (after["status"], after["winner"], after["contract_amount"], after["stage"]) == (
        "won", "maven:us", Money(45_140_000, "USD"), "needs",
    )  # fmt: skip


def test_krackhardt(importing, store):
    report = importing(KRACKHARDT, "krackhardt-hightech")
    assert report.clean
    assert report.undated == report.written
    seats = states(store, [f"krackhardt:seat/{number}" for number in (1, 2, 3)])
    assert [(each["title"], each["level"]) for each in seats.values()] == [
        ("Manager", 2), ("Vice president", 4), ("Chief executive", 5),
    ]  # fmt: skip
    ties = [row for row in store.export() if row["kind"] == "edge" and row["type"] in ("influences", "knows")]
    assert {(row["type"], row["from"][-1], row["to"][-1], row["key"]) for row in ties} == {
        ("influences", "2", "1", "krackhardt:company"), ("influences", "3", "2", "krackhardt:company"),
        ("knows", "1", "2", "friend"),
    }  # fmt: skip


def test_worldbank(importing, store):
    report = importing(WORLDBANK, "worldbank-bids-early")
    assert [(each.line, each.field, each.code) for each in report.rejects] == [
        (5, "opening.price.amount", "amount_without_currency"), (6, "bidder.name", "missing_required"),
    ]  # fmt: skip
    deals = states(store, ["worldbank:contract/OP1", "worldbank:contract/OP2"])
    opened, closed = parse_day("2010-01-01"), parse_day("2010-01-31")
    known = {"name": "Contract OP1", "opened_on": opened, "award_form": "single_source"}
    assert deals["worldbank:contract/OP1"] == {
        **known, "status": "lost", "closed_on": closed, "winner": "worldbank:firm/alpha-co-ltd",
        "contract_amount": Money(1_000_000, "USD"),
    }  # fmt: skip
    assert deals["worldbank:contract/OP2"] == {
        "name": "Contract OP2", "award_rule": "points", "status": "lost", "opened_on": opened, "closed_on": closed,
    }  # fmt: skip
    eve = states(store, ["worldbank:contract/OP1"], "2010-01-30")
    assert eve == {"worldbank:contract/OP1": {**known, "status": "open"}}
    assert "worldbank:buyer/P1" in store.fetch(["worldbank:buyer/P1", "worldbank:country/ruritania"])
    edges = ["for:worldbank:contract/OP1>worldbank:buyer/P1", "part_of:worldbank:buyer/P1>worldbank:country/ruritania"]
    assert set(store.fetch(edges)) == set(edges)
    bids = ["competes:worldbank:firm/alpha-co-ltd>worldbank:contract/OP1",
            "competes:worldbank:firm/beta>worldbank:contract/OP1"]  # fmt: skip
    assert [each["price"] for each in states(store, bids).values()] == [Money(900_000, "USD"), Money(950_000, "ZMK")]
    assert not any(state.get("kinds") == ("ours",) for state in states(store, ["worldbank:firm/beta"]).values())


CROSS_PARKER = {
    "consulting_nodes.csv": "id,gender,location,orglevel,region\n1,1,3,5,1\n2,2,3,1,1\n3,1,4,4,2\n",
    "consulting_info.csv": "from,to,weight\n1,2,1\n1,3,5\n3,1,2\n",
    "consulting_value.csv": "from,to,weight\n1,2,4\n2,1,5\n3,1,1\n",
}


def test_cross_parker(importing, store):
    """Who never asks is not influenced; of two statements about a pair the first is kept."""
    report = importing(CROSS_PARKER, "cross-parker")
    assert report.clean
    seats = states(store, [f"cross-parker:seat/{number}" for number in (1, 2, 3)])
    assert [(each["title"], each["level"]) for each in seats.values()] == [
        ("Partner", 5), ("Research assistant", 1), ("Managing consultant", 4),
    ]  # fmt: skip
    ties = [row for row in store.export() if row["kind"] == "edge" and row["type"] in ("influences", "knows")]
    said = {(row["type"], row["from"][-1], row["to"][-1]): row["versions"][0]["properties"] for row in ties}
    assert {pair: values.get("weight", values.get("strength")) for pair, values in said.items()} == {
        ("influences", "3", "1"): 1.0, ("influences", "1", "3"): 0.25, ("knows", "1", "2"): 0.75,
        ("knows", "1", "3"): 0.0,
    }  # fmt: skip


REAL = {
    "cross-parker": (1_225, 0, {"person": 46, "influences": 521, "knows": 505}),
    "krackhardt-hightech": (384, 0, {"person": 21, "influences": 190, "knows": 79, "reports_to": 20}),
    "maven-crm-sales": (
        40_799,
        0,
        {"opportunity": 8_800, "for": 7_375, "needs": 8_800, "covers": 8_800, "company": 86},
    ),
    "worldbank-bids-early": (22_175, 36, {"opportunity": 3_645, "competes": 5_319, "company": 4_005, "for": 3_645}),
}


@pytest.mark.data
@pytest.mark.parametrize("name", REAL)
def test_real_data(name, store):
    root = Path(os.environ.get("BRM_DATA", Path(__file__).parents[2] / ".." / "shared" / "data")) / name
    if not root.is_dir():
        pytest.skip("the folder of real data sets is not here (BRM_DATA names it)")
    written, rejected, counts = REAL[name]
    report = run(load_plan(root, name), store, "tester")
    assert (report.written, report.rejected) == (written, rejected)
    found = store.info().counts
    assert {each: found[each] for each in counts} == counts
