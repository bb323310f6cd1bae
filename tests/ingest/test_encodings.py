"""Files as programs really write them: encodings, byte order marks, delimiters, quotes, workbooks."""

from __future__ import annotations

import codecs

import openpyxl
import pytest

from brm.errors import InvalidInput
from brm.ingest import load_plan, run
from brm.ingest.encoding import detect_encoding
from brm.ingest.readers import CsvTable

PEOPLE = "id,name\n" + "".join(f"p:{n},{name}\n" for n, name in enumerate(["张伟", "王芳", "李娜采购经理", "赵敏"]))
NAMES = {"p:0": "张伟", "p:1": "王芳", "p:2": "李娜采购经理", "p:3": "赵敏"}
FORMS = {
    "UTF-8": PEOPLE.encode(),
    "UTF-8 with a mark": codecs.BOM_UTF8 + PEOPLE.encode(),
    "UTF-16": PEOPLE.encode("utf-16"),
    "UTF-16 big-endian": codecs.BOM_UTF16_BE + PEOPLE.encode("utf-16-be"),
    "GB18030": PEOPLE.encode("gb18030"),
    "semicolons": PEOPLE.replace(",", ";").encode(),
    "tabs": PEOPLE.replace(",", "\t").encode(),
    "bars": PEOPLE.replace(",", "|").encode(),
    "Windows line ends": PEOPLE.replace("\n", "\r\n").encode(),
    "GB18030 with semicolons": PEOPLE.replace(",", ";").encode("gb18030"),
}


@pytest.mark.parametrize("form", FORMS)
def test_names_arrive_whole(form, importing, store):
    report = importing({"person.csv": FORMS[form]})
    assert report.clean
    assert {each: state.properties["name"] for each, state in store.fetch(list(NAMES)).items()} == NAMES


def test_western_accents_are_not_taken_for_chinese(tmp_path):
    path = tmp_path / "person.csv"
    names = ["José Müller", "François Lefèvre", "Zoë Brontë", "Jürgen Groß"] * 5
    path.write_bytes(("id,name\n" + "".join(f"p:{n},{each}\n" for n, each in enumerate(names))).encode("cp1252"))
    encoding = detect_encoding(path)
    assert path.read_bytes().decode(encoding).splitlines()[1] == "p:0,José Müller"


def test_an_accent_far_below_the_header_still_decides(tmp_path):
    path = tmp_path / "person.csv"
    path.write_bytes(b"id,name\n" + b"p:1,Ann\n" * 300_000 + "p:2,王芳,李娜,张伟,采购经理\n".encode("gb18030"))
    assert detect_encoding(path) == "gb18030"


def test_one_broken_byte_rejects_one_row(importing, store):
    data = PEOPLE.encode() + b"p:8,\xff\xfebad\n" + "p:9,赵六\n".encode()
    report = importing({"person.csv": data})
    assert [(each.line, each.field, each.code) for each in report.rejects] == [(6, "name", "unstorable_text")]
    assert store.fetch(["p:9"])["p:9"].properties["name"] == "赵六"


def test_a_wrongly_stated_encoding_is_told(importing, tmp_path):
    mapping = tmp_path / "people.toml"
    mapping.write_text(
        '[[file]]\npath = "person.csv"\nencoding = "utf-8"\n'
        '[[file.node]]\ntype = "person"\nid = "{id}"\nproperties = { name = "name" }\n'
    )
    report = importing({"person.csv": PEOPLE.encode("gb18030")}, mapping)
    assert report.rejects.by_code == {"unstorable_text": 4}
    mapping.write_text(mapping.read_text().replace("utf-8", "utf-16"))
    with pytest.raises(InvalidInput) as caught:
        importing({"person.csv": PEOPLE.encode("gb18030")}, mapping)
    assert caught.value.code == "wrong_encoding"


def test_quoted_newlines_keep_the_physical_line(importing, store):
    text = 'id,name,agenda\np:1,Ann,"two\nlines, and ""quotes"""\np:2,,x\np:3,Cy,\n'
    report = importing({"person.csv": text})
    assert [(each.line, each.field) for each in report.rejects] == [(4, "name")]
    assert store.fetch(["p:1"])["p:1"].properties["agenda"] == 'two\nlines, and "quotes"'


def test_a_quote_that_never_ends_is_told(importing):
    report = importing({"person.csv": 'id,name\np:1,Ann\np:2,"Bob\np:3,Cy\n'})
    assert [(each.line, each.code) for each in report.rejects] == [(3, "malformed_row")]
    assert report.written == 1


def test_blank_lines_and_comments_are_skipped(importing):
    report = importing({"person.csv": "id,name\n#p:0,example\n\np:1,Ann\n", "company.jsonl": "\n# note\n"})
    assert (report.rows, report.written) == (1, 1)


def test_a_header_alone_has_one_column_in_a_comma_file(tmp_path):
    path = tmp_path / "org_unit.csv"
    path.write_text("id\nu:1\n")
    assert CsvTable(path).delimiter == ","


WORKBOOK = """
[[file]]
path = "people.xlsx"
sheet = "staff"
[[file.node]]
type = "position"
id = "x:{no}"
properties = { title = "title", level = "level" }
"""


def test_formula_cells_give_their_cached_value(folder, store, tmp_path):
    root, mapping = folder({}), tmp_path / "staff.toml"
    mapping.write_text(WORKBOOK)
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "staff"
    for row in (["no", "title", "level"], [1, "Head", 3], [2, "Aide", 1], [3, "Chief", "=2+3"]):
        sheet.append(row)
    book.save(root / "people.xlsx")
    report = run(load_plan(root, mapping), store, "tester")
    assert [(each.line, each.field, each.value, each.code) for each in report.rejects] == [
        (4, "level", "=2+3", "formula_without_value")
    ]
    assert {each: state.properties["level"] for each, state in store.fetch(["x:1", "x:2", "x:3"]).items()} == {
        "x:1": 3, "x:2": 1,
    }  # fmt: skip


def test_a_cached_value_counts_and_is_warned_about(folder, store, tmp_path, monkeypatch):
    from brm.ingest.sheets import SheetTable

    root, mapping = folder({}), tmp_path / "staff.toml"
    mapping.write_text(WORKBOOK)
    book = openpyxl.Workbook()
    book.active.title = "staff"
    for row in (["no", "title", "level"], [3, "Chief", "=2+3"]):
        book.active.append(row)
    book.save(root / "people.xlsx")
    read = SheetTable._rows

    def calculated(table):
        for values, written in read(table):
            yield tuple(5 if cell is None else cell for cell in values), written

    monkeypatch.setattr(SheetTable, "_rows", calculated)
    report = run(load_plan(root, mapping), store, "tester")
    assert report.clean
    assert report.warnings["formula_cell"].count == 1
    assert store.fetch(["x:3"])["x:3"].properties["level"] == 5


UNREADABLE = {"garbage": b"not a workbook", "empty": b""}


@pytest.mark.parametrize("case", UNREADABLE)
def test_a_workbook_that_is_none_is_an_error(case, folder, tmp_path):
    mapping = tmp_path / "staff.toml"
    mapping.write_text(WORKBOOK)
    with pytest.raises(InvalidInput) as caught:
        load_plan(folder({"people.xlsx": UNREADABLE[case]}), mapping)
    assert caught.value.code == "file_unusable"
