"""The mapping language: what each key does, and how mistakes in it are told."""

from __future__ import annotations

import re
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from brm.errors import InvalidInput
from brm.ingest import load_plan, run, shipped_mappings
from brm.ingest.cells import convert_column, parser
from brm.ingest.mapping import Value
from brm.ingest.mapping_file import parse_mapping
from brm.ingest.rows import ALWAYS_KNOWN
from brm.ingest.templates import Template
from graph_schema import registry
from graph_schema.markers import Money
from graph_schema.values import ValueProblem, parse_day

DEALS = """
name = "old-crm"
source = "old"

[[file]]
path = "deals*.csv"
encoding = "gb18030"
delimiter = ";"
ignore = ["note"]
replace = { kunde = { "Acme AG" = "Acme" } }

[[file.node]]
type = "company"
id = "old:company/{kunde|fold}"
repeat = "first"
when = "kunde"
properties = { name = "kunde", kinds = { column = "art", split = "/", map = { A = "customer", B = "prospect" } } }

[[file.node]]
type = "opportunity"
id = "old:deal/{nr}"
valid_from = { column = "angelegt", format = "%d.%m.%Y" }
[file.node.properties]
name = { template = "Deal {nr} of {kunde}" }
status = { constant = "open" }
amount = { column = "betrag", unit = "万元", currency = "CNY", thousands = ".", decimal = "," }
claimed_likelihood = { column = "chance", unit = "percent", absent = ["?"] }
bundled = { column = "paket", bad = "absent" }
opened_on = { column = "angelegt", format = ["%d.%m.%Y", "%Y-%m-%d"] }

[[file.node]]
type = "opportunity"
id = "old:deal/{nr}"
when = [{ column = "ergebnis", is = ["gewonnen", "verloren"] }, { column = "zu", not = "-" }]
valid_from = { column = "zu", format = "%d.%m.%Y" }
properties = { status = { column = "ergebnis", map = { gewonnen = "won", verloren = "lost" }, otherwise = "reject" } }

[[file.edge]]
type = "for"
from = "old:deal/{nr}"
to = "old:company/{kunde|fold}"
when = "kunde"
valid_from = { column = "angelegt", format = "%d.%m.%Y" }
known = "import"
"""
ROWS = (
    "nr;kunde;art;angelegt;betrag;chance;paket;ergebnis;zu;note\n"
    "1;张氏集团;A/B;01.02.2025;1.250,5;60;ja;gewonnen;15.03.2025;x\n"
    "2;Acme AG;A;02.02.2025;3;?;true;;;\n"
    "3;ACME;A;03.02.2025;3;;;verloren;-;\n"
)
DAY = 86_400_000_000


@pytest.fixture
def deals(folder, store, tmp_path):
    mapping = tmp_path / "old.toml"
    mapping.write_text(DEALS, "utf-8")
    plan = load_plan(folder({"deals-2025.csv": ROWS.encode("gb18030")}), mapping, zone=ZoneInfo("Asia/Shanghai"))
    return run(plan, store, "tester")


def shanghai(day: str) -> int:
    return parse_day(day) * DAY - 8 * 3_600_000_000


def test_one_row_gives_nodes_edges_and_versions(deals, store):
    assert deals.clean
    assert dict(deals.facts) == {"company": 2, "opportunity": 4, "for": 3}
    first, second = store.history("old:deal/1")
    assert (first.valid_from, first.recorded_at, first.properties["status"]) == (
        shanghai("2025-02-01"), shanghai("2025-02-01"), "open",
    )  # fmt: skip
    assert (second.valid_from, second.recorded_at, second.named) == (
        shanghai("2025-03-15"), shanghai("2025-03-15"), ("status",),
    )  # fmt: skip
    assert second.properties["status"] == "won"


def test_numbers_amounts_words_and_dates(deals, store):
    state = store.fetch(["old:deal/1"])["old:deal/1"].properties
    assert state["amount"] == Money(12_505_000 * 10_000, "CNY")
    assert (state["claimed_likelihood"], state["opened_on"]) == (0.6, parse_day("2025-02-01"))
    assert state["name"] == "Deal 1 of 张氏集团"
    company = store.fetch(["old:company/张氏集团"])["old:company/张氏集团"].properties
    assert company["kinds"] == ("customer", "prospect")


def test_cells_that_may_be_bad_are_left_out_and_counted(deals, store):
    assert "bundled" not in store.fetch(["old:deal/1"])["old:deal/1"].properties
    assert store.fetch(["old:deal/2"])["old:deal/2"].properties["bundled"] is True
    assert deals.warnings["cell_left_out"].count == 1
    assert "claimed_likelihood" not in store.fetch(["old:deal/2"])["old:deal/2"].properties


def test_a_replaced_cell_and_a_folded_name_are_one_company(deals, store):
    assert {each.entity.source for trail in _customers(store) for each in trail} == {"old:deal/2", "old:deal/3"}


def _customers(store):
    from brm.store.protocol import Expansion

    return store.expand(Expansion(starts=("old:company/acme",), edge_types=("for",), direction="in"))


def test_known_at_the_import_is_known_at_the_commit(deals, store):
    edge = store.history("for:old:deal/2>old:company/acme")[0]
    (commit,) = [each for each in store.commits() if each.revision == edge.revision]
    assert edge.valid_from == shanghai("2025-02-02")
    assert edge.recorded_at == commit.committed_at


def test_known_at_the_import_stays_unchanged_on_the_next(deals, folder, store, tmp_path):
    plan = load_plan(folder({}), tmp_path / "old.toml", zone=ZoneInfo("Asia/Shanghai"))
    again = run(plan, store, "tester")
    assert (again.written, again.unchanged) == (0, 9)


FILE = '[[file]]\npath = "a.csv"\n'
NODE = FILE + '[[file.node]]\ntype = "person"\nid = "x:{no}"\n'
MISTAKES = {
    "not TOML": ("[[file]\n", "TOML"),
    "no file": ('name = "x"\n', "file"),
    "unknown key at the top": (FILE + "colour = 1\n", "file[1].colour"),
    "nothing built": (FILE, "file[1]"),
    "a path outside": ('[[file]]\npath = "../a.csv"\n', "file[1].path"),
    "unknown type": (FILE + '[[file.node]]\ntype = "persn"\nid = "x"\n', "file[1].node[1].type"),
    "no id": (FILE + '[[file.node]]\ntype = "person"\n', "file[1].node[1].id"),
    "unknown filter": (FILE + '[[file.node]]\ntype = "person"\nid = "x:{no|up}"\n', "file[1].node[1].id"),
    "blank in an id": (FILE + '[[file.node]]\ntype = "person"\nid = "x {no}"\n', "file[1].node[1].id"),
    "unknown property": (NODE + 'properties = { nam = "n" }\n', "file[1].node[1].properties.nam"),
    "unknown value key": (NODE + 'properties = { name = { colum = "n" } }\n', "file[1].node[1].properties.name.colum"),
    "no source of a value": (NODE + 'properties = { name = { map = {} } }\n', "file[1].node[1].properties.name"),
    "unknown unit": (NODE + 'properties = { name = { column = "n", unit = "dozen" } }\n',
                     "file[1].node[1].properties.name.unit"),
    "unknown word": (NODE + 'properties = { sensitivity = { constant = "secret" } }\n',
                     "file[1].node[1].properties.sensitivity"),
    "edge without its key": (FILE + '[[file.edge]]\ntype = "knows"\nfrom = "{a}"\nto = "{b}"\n',
                             "file[1].edge[1].properties"),
    "single brackets": (FILE + '[file.node]\ntype = "person"\n', "file[1].node"),
    "a condition on a number": (NODE + 'when = { column = "n", is = 5 }\n', "file[1].node[1].when"),
    "a format that is a number": (NODE + 'properties = { birthday = { column = "n", format = 5 } }\n',
                                  "file[1].node[1].properties.birthday.format"),
    "a constant out of bounds": (FILE + '[[file.node]]\ntype = "position"\nid = "x"\n'
                                 'properties = { title = "t", level = { constant = 9 } }\n',
                                 "file[1].node[1].properties.level"),
    "a replacement that is a text": (NODE.replace(FILE, FILE + 'replace = { a = "b" }\n'), "file[1].replace.a"),
    "a since that is no day": (NODE + 'properties = { birthday = { column = "n", since = "yesterday" } }\n',
                               "file[1].node[1].properties.birthday.since"),
    "an unknown step": (NODE + 'properties = { birthday = { column = "n", since = 1970-01-01, step = "weeks" } }\n',
                        "file[1].node[1].properties.birthday.step"),
    "bad pattern": (NODE + 'properties = { name = { column = "n", pattern = "(" } }\n',
                    "file[1].node[1].properties.name.pattern"),
}  # fmt: skip


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_names_file_key_and_remedy(case):
    text, key = MISTAKES[case]
    with pytest.raises(InvalidInput) as caught:
        parse_mapping(text, "mine.toml")
    assert (caught.value.code, caught.value.detail["file"], caught.value.detail["key"]) == (
        "bad_mapping",
        "mine.toml",
        key,
    )
    assert caught.value.remedy


def test_a_column_or_file_that_is_not_there_is_told(folder, tmp_path):
    mapping = tmp_path / "m.toml"
    mapping.write_text(NODE + 'properties = { name = "full_name" }\n')
    with pytest.raises(InvalidInput, match="'full_name' of the mapping is missing"):
        load_plan(folder({"a.csv": "no,name\n1,Ann\n"}), mapping)
    with pytest.raises(InvalidInput, match=r"no file a\.csv"):
        load_plan(folder({}, name="empty"), mapping)
    with pytest.raises(InvalidInput, match="cannot be read"):
        load_plan(folder({}), tmp_path / "absent.toml")


def test_columns_that_nothing_reads_are_warned_about(folder, store, tmp_path):
    mapping = tmp_path / "m.toml"
    mapping.write_text(NODE + 'properties = { name = "name" }\n')
    report = run(load_plan(folder({"a.csv": "no,name,age\n1,Ann,3\n"}), mapping), store, "tester")
    assert report.warnings["unmapped_column"].examples == ["a.csv: age"]


def test_shipped_mappings_are_readable():
    assert shipped_mappings() == ("cross-parker", "krackhardt-hightech", "maven-crm-sales", "worldbank-bids-early")


def _parse(type_: str, name: str, cell, **how):
    spec = registry().fact_type(type_)
    return parser(spec.properties[name], Value(column="c", **how), ZoneInfo("UTC"))(cell)


CELLS = [
    ("opportunity", "amount", "120万元", {"currency": "CNY"}, Money(1_200_000 * 10_000, "CNY")),
    ("opportunity", "amount", "1.5亿元", {"currency": "CNY"}, Money(150_000_000 * 10_000, "CNY")),
    ("opportunity", "amount", "1,200.50 CNY", {}, Money(12_005_000, "CNY")),
    ("opportunity", "amount", "USD 1,200", {}, Money(12_000_000, "USD")),
    ("opportunity", "amount", "¥88", {}, Money(880_000, "CNY")),
    ("opportunity", "amount", ("88", "eur"), {}, Money(880_000, "EUR")),
    ("opportunity", "amount", {"amount": "88", "currency": "EUR"}, {}, Money(880_000, "EUR")),
    ("opportunity", "amount", -5, {"currency": "CNY"}, Money(-50_000, "CNY")),
    ("opportunity", "price_weight", "45%", {}, 0.45),
    ("opportunity", "price_weight", "-0.0", {}, 0.0),
    ("opportunity", "bundled", "是", {}, True),
    ("opportunity", "bundled", 0, {}, False),
    ("opportunity", "opened_on", "2025年3月5日", {}, parse_day("2025-03-05")),
    ("opportunity", "opened_on", "5/3/2025", {"formats": ("%d/%m/%Y",)}, parse_day("2025-03-05")),
    ("opportunity", "opened_on", "45721", {"since": date(1899, 12, 30)}, parse_day("2025-03-05")),
    (
        "opportunity",
        "opened_on",
        "No 31",
        {"since": date(2025, 3, 4), "step": timedelta(hours=1), "pattern": re.compile(r"\d+")},
        parse_day("2025-03-05"),
    ),
    (
        "interaction",
        "at",
        "1741140000.5",
        {"since": date(1970, 1, 1), "step": timedelta(seconds=1)},
        (parse_day("2025-03-05") * 24 + 2) * 3_600_000_000 + 500_000,
    ),
    ("interaction", "at", "2025-03-05T10:00:00+08:00", {}, (parse_day("2025-03-05") * 24 + 2) * 3_600_000_000),
    ("company", "employees", "3,000.0", {}, 3000),
    ("company", "kinds", "customer; ours", {}, ("customer", "ours")),
    ("company", "kinds", ["customer"], {}, ("customer",)),
    ("company", "name", "  ", {}, None),
    ("company", "extra", '{"size": 3}', {}, {"size": 3}),
]


@pytest.mark.parametrize(("type_", "name", "cell", "how", "expected"), CELLS)
def test_cells(type_, name, cell, how, expected):
    value = _parse(type_, name, cell, **how)
    assert (value, type(value)) == (expected, type(expected))


WRONG = [
    ("opportunity", "amount", "5 dollars", "not_a_number"),
    ("opportunity", "amount", "1.23456 CNY", "too_many_decimals"),
    ("opportunity", "amount", ("", "CNY"), "currency_without_amount"),
    ("company", "employees", "3.5", "not_an_integer"),
    ("company", "employees", "1_000", "not_a_number"),
    ("company", "employees", True, "not_a_number"),
    ("company", "employees", "1e30", "integer_too_large"),
    ("company", "employees", "1e999999999999999999999", "not_a_number"),
    ("opportunity", "amount", ([], "CNY"), "not_a_number"),
    ("opportunity", "price_weight", "-inf", "not_finite"),
    ("opportunity", "bundled", "maybe", "not_a_flag"),
    ("opportunity", "opened_on", "2025-13-01", "impossible_date"),
    ("company", "extra", "[1]", "not_an_extra"),
    ("company", "extra", "{", "not_an_extra"),
]


@pytest.mark.parametrize(("type_", "name", "cell", "code"), WRONG)
def test_cells_that_cannot_be_read(type_, name, cell, code):
    with pytest.raises(ValueProblem) as caught:
        _parse(type_, name, cell)
    assert caught.value.code == code


def test_a_column_keeps_its_places():
    troubles = []
    spec = registry().nodes["company"].properties["employees"]
    parse = parser(spec, Value(column="c"), ZoneInfo("UTC"))
    values = convert_column(["1", "", "x", None, "1"], parse, lambda *each: troubles.append(each[:2]), {})
    assert (values, troubles) == ([1, None, None, None, 1], [(2, "x")])


TEMPLATES = [
    ("a:{c}", "New York", "a:New_York"),
    ("a:{c|fold}", "  ACME Ｃｏ., Ltd. ", "a:acme-co-ltd"),
    ("a:{c|last}", "http://x.example/p/OP1/", "a:OP1"),
    ("a:{c|whole}", "4.0", "a:4"),
    ("a:{c}/b", 7.0, "a:7/b"),
    ("a:{c}", "  ", None),
    ("a:{c}", None, None),
]


@pytest.mark.parametrize(("template", "cell", "expected"), TEMPLATES)
def test_templates(template, cell, expected):
    assert Template(template).compile(["c"])([cell]) == expected


def test_long_folded_names_stay_apart():
    one, other = (Template("{c|fold}").compile(["c"])(["x" * 150 + end]) for end in "ab")
    assert one != other
    assert len(one or "") == 120


def test_the_earliest_instant_is_one_that_stores_take():
    assert ALWAYS_KNOWN == -62135510400000000
