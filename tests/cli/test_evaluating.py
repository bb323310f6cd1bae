"""Evaluations on the command line: of the store, of a folder, in both languages, and what cannot be compared."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.cli.conftest import Brm
from tests.services.decided import write

DATA = Path(os.environ.get("BRM_DATA", Path(__file__).parents[2] / ".." / "shared" / "data"))
REAL = DATA / "cross-parker"
CHINESE = re.compile("[\u4e00-\u9fff]")
FOLDER = {
    "company.csv": "id,name,kinds\nfirm,Firm,customer\n",
    "person.csv": "id,name\n" + "".join(f"{each},{each.upper()}\n" for each in "abcdef"),
    "position.csv": "id,title\n" + "".join(f"{each}s,Seat\n" for each in "abcdef"),
    "holds.csv": "from,to\n" + "".join(f"{each},{each}s\n" for each in "abcdef"),
    "seat_in.csv": "from,to\n" + "".join(f"{each}s,firm\n" for each in "abcdef"),
    "influences.csv": "from,to,weight\na,b,.2\nb,c,.8\nd,e,.6\ne,f,.4\n",
    "knows.csv": "from,to,kind,strength\na,b,work,.2\nb,c,work,.4\nd,e,work,.6\ne,f,work,.8\n",
}


@pytest.fixture
def firm(tmp_path: Path) -> Path:
    folder = tmp_path / "firm"
    folder.mkdir()
    for name, text in FOLDER.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_a_folder_is_compared_and_nothing_is_kept(brm: Brm, firm: Path) -> None:
    """Half weights .1 .4 .3 .2 beside .2 .4 .6 .8: of 15 pairs 4 are said, all above the 11 at 0; order .2."""
    found = brm("evaluate", "ties", firm, "--json").json
    (item,) = found["items"]
    numbers = {name: item[name] for name in ("measure", "people", "pairs", "said", "stated", "strong", "weak")}
    assert numbers == {
        "measure": "influence", "people": 6, "pairs": 15, "said": 4, "stated": 4, "strong": 2, "weak": 2,
    }  # fmt: skip
    assert item["known"]["value"] == 1.0
    assert item["close"]["value"] == pytest.approx(0.5)
    assert item["order"]["value"] == pytest.approx(0.2)
    assert (found["rejected"], found["undated"]) == (0, 33)
    assert brm("find", "person", "--json").json["items"] == []
    assert brm("evaluate", "ties", firm, "--json").json["items"] == found["items"]


def test_the_store_gives_the_same_as_its_folder(brm: Brm, firm: Path) -> None:
    brm("import", firm)
    assert brm("evaluate", "ties", "--json").json["items"] == brm("evaluate", "ties", firm, "--json").json["items"]


def test_a_folder_with_rejected_rows_says_so(brm: Brm, firm: Path) -> None:
    with (firm / "knows.csv").open("a", encoding="utf-8") as file:
        file.write("a,nobody,work,.5\n")
    assert brm("evaluate", "ties", firm, "--json", code=1).json["rejected"] == 1
    assert "rows rejected 1," in brm("evaluate", "ties", firm, code=1).out


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_it_says_what_was_compared_and_its_limits(brm: Brm, firm: Path, language: str) -> None:
    shape = brm("evaluate", "ties", firm, "--lang", language, "--json").json
    lines = brm("evaluate", "ties", firm, "--lang", language).out
    for text in (shape["items"][0]["text"], shape["items"][0]["limits"], shape["method"]):
        assert bool(CHINESE.search(text)) == (language == "zh-CN")
        assert text in lines
    assert "1.000" in lines


def test_where_there_is_nothing_to_compare_it_says_what_is_missing(brm: Brm) -> None:
    refused = brm("evaluate", "ties", "--json", code=1).problem
    assert refused["code"] == "not_computable"
    assert "KNOWS" in refused["remedy"]
    assert "--mapping belongs to a folder" in brm("evaluate", "ties", "--mapping", "cross-parker", code=2).err


@pytest.mark.data
def test_the_real_firm_of_consultants(brm: Brm) -> None:
    """Figures of docs/evaluation.md; the areas were checked against a rank-sum test."""
    if not REAL.is_dir():
        pytest.skip("the folder of real data sets is not here (BRM_DATA names it)")
    found = brm("evaluate", "ties", REAL, "--mapping", "cross-parker", "--json").json
    (item,) = found["items"]
    assert (item["measure"], item["people"], item["pairs"], item["said"]) == ("influence", 46, 1_035, 505)
    assert (found["rejected"], item["strong"], item["weak"]) == (0, 298, 207)
    values = [item[name]["value"] for name in ("known", "close", "order")]
    assert values == pytest.approx([0.8123, 0.7934, 0.5585], abs=1e-4)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_likelihoods_are_compared_with_who_won(brm: Brm, tmp_path: Path, language: str) -> None:
    folder = write(tmp_path / "decided")
    shape = brm("evaluate", "win", folder, "--lang", language, "--json").json
    assert (shape["label"], shape["deals"], shape["bids"], shape["rejected"]) == ("prior", 14, 42, 0)
    lines = brm("evaluate", "win", folder, "--lang", language).out
    told = (shape["text"], shape["verdict_text"], shape["left_out_text"], shape["limits"], shape["method"])
    for text in (*told, *(each["text"] for each in shape["gains"])):
        assert bool(CHINESE.search(text)) == (language == "zh-CN")
        assert text in lines
    assert all(each["text"] in lines for each in shape["items"])


def test_the_store_foretells_the_same_as_its_folder(brm: Brm, tmp_path: Path) -> None:
    folder = write(tmp_path / "decided")
    brm("import", folder)
    assert brm("evaluate", "win", "--json").json["items"] == brm("evaluate", "win", folder, "--json").json["items"]
    assert "--mapping belongs to a folder" in brm("evaluate", "win", "--mapping", "cross-parker", code=2).err
