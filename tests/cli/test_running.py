"""Getting it to run: init, settings, doctor, schema, migrate, serve, help, exit codes."""

from __future__ import annotations

import json
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from brm.services.doctor import CHECKS
from brm.settings import Settings
from brm.store import open_store
from graph_schema import registry
from graph_schema.changes import ChangeSet, RecordChange
from graph_schema.emit.json_schema import json_schema
from graph_schema.emit.markdown import reference
from tests.cli.conftest import PROGRAM, Brm

ROOT = Path(__file__).parents[2]


def test_init_creates_the_store_and_its_directory_and_is_repeatable(brm: Brm, tmp_path: Path) -> None:
    url = "sqlite:///data/of mine/graph.sqlite"
    for _ in range(2):
        assert brm("init", "--store", url, "--json").json == {"store": url, "engine": "sqlite", "revision": 0}
    assert (tmp_path / "data" / "of mine" / "graph.sqlite").is_file()
    assert brm("init", "--store", url).out == f"Store ready: {url}\n"


def test_init_says_it_when_the_directory_cannot_be_made(brm: Brm, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    problem = brm("init", "--store", "sqlite:///file/graph.sqlite", "--json", code=3).problem
    assert (problem["code"], problem["detail"]) == ("cannot_open", "cannot create the directory file: File exists")


def test_doctor_counts_and_checks(brm: Brm, deal: Path) -> None:
    found = brm("doctor", "--json").json
    assert found["counts"] == {
        "company": 3, "person": 3, "position": 3, "opportunity": 1, "interaction": 1, "observation": 1, "holds": 3,
        "seat_in": 3, "reports_to": 1, "plays": 2, "for": 1, "competes": 1, "covers": 1, "took_part": 2,
        "concerns": 2, "about": 1, "toward": 1,
    }  # fmt: skip
    assert {check["id"]: check["ok"] for check in found["checks"]} == dict.fromkeys(CHECKS, True)
    assert all(check["detail"] and check["remedy"] is None for check in found["checks"])
    assert (found["engine"], found["location"], found["facts"]) == ("sqlite", "graph.sqlite", 30)
    assert found["version"] in brm("doctor").out
    assert "company" in brm("doctor").out


def test_doctor_exits_with_1_when_a_check_fails(brm: Brm, deal: Path, tmp_path: Path) -> None:
    """A commit later than the machine's clock, as after a clock that was set back."""
    brm("doctor")
    with sqlite3.connect(tmp_path / "graph.sqlite") as connection:
        connection.execute("UPDATE commits SET committed_at = committed_at + 86400000000000")
    connection.close()
    failing = [check for check in brm("doctor", "--json", code=1).json["checks"] if not check["ok"]]
    assert [check["id"] for check in failing] == ["clock"]
    assert "Set the machine's clock" in failing[0]["remedy"]
    assert failing[0]["remedy"].split(",")[0] in brm("doctor", code=1).out


def test_doctor_tells_an_import_that_was_killed_from_one_that_is_under_way(brm: Brm, deal: Path) -> None:
    def status(ago: int) -> Any:
        now = time.time_ns() // 1_000
        body = {"source": "crm", "status": "running", "started_at": now - ago * 1_000_000, "actor": "a"}
        record = RecordChange("import_batch", "import:9", body)
        with closing(open_store("sqlite:///graph.sqlite")) as store:
            store.apply(ChangeSet(actor="a", source="s", records=(record,)))
        return brm("doctor", "--json", code=1 if ago > 60 else 0).json["checks"]

    assert [check["id"] for check in status(5) if not check["ok"]] == []
    (failing,) = [check for check in status(600) if not check["ok"]]
    assert failing["id"] == "imports"
    assert "brm import undo import:9" in failing["remedy"]


def test_doctor_tells_a_clock_of_before_this_program(brm: Brm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("brm.services.doctor.time.time_ns", lambda: 0)
    failing = [check["id"] for check in brm("doctor", "--json", code=1).json["checks"] if not check["ok"]]
    assert failing == ["clock"]


def test_settings_name_value_and_origin_and_mask_secrets(
    brm: Brm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "brm.toml").write_text('port = 8123\nlang = "zh-CN"\n')
    monkeypatch.setenv("BRM_NEO4J_PASSWORD", "hunter2")
    monkeypatch.setenv("BRM_HOST", "")
    answer = brm("settings", "--json", "--store", "neo4j://me:hunter2@db.example")
    items = {each["setting"]: (each["value"], each["origin"]) for each in answer.json["items"]}
    assert items == {
        "store": ("neo4j://me:**********@db.example", "flag"),
        "host": ("127.0.0.1", "default"),
        "port": ("8123", "brm.toml"),
        "lang": ("en", "BRM_LANG"),
        "tz": ("Asia/Shanghai", "BRM_TZ"),
        "currency": ("CNY", "default"),
        "params": ("", "default"),
        "neo4j_user": ("", "default"),
        "neo4j_password": ("**********", "BRM_NEO4J_PASSWORD"),
        "neo4j_password_file": ("", "default"),
        "neo4j_timeout": ("15.0", "default"),
        "log": ("warning", "default"),
    }
    assert list(items) == list(Settings.model_fields)
    assert "hunter2" not in answer.out + brm("settings").out
    assert all(each["meaning"] for each in answer.json["items"])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("port = 99999\n", "setting port: Input should be less than or equal to 65535"),
        ('sotre = "memory://"\n', "other.toml: unknown setting sotre"),
        ("port = \n", "other.toml is not TOML: Invalid value (at line 1, column 8)"),
        ('tz = "Mars/Olympus"\n', "setting tz: there is no zone 'Mars/Olympus'"),
    ],
)
def test_a_bad_settings_file_is_named(
    brm: Brm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, message: str
) -> None:
    monkeypatch.delenv("BRM_TZ")
    (tmp_path / "other.toml").write_text(content)
    outcome = brm("doctor", "--config", "other.toml", code=2)
    assert (outcome.out, outcome.err.splitlines()[0]) == ("", message)
    assert outcome.err.splitlines()[1].startswith("→ ")


def test_a_settings_file_that_is_not_there(brm: Brm) -> None:
    assert brm("doctor", "--config", "none.toml", code=2).err.startswith("there is no settings file none.toml\n")


def test_schema_as_json_and_as_a_page(brm: Brm) -> None:
    assert brm("schema").json == brm("schema", "json").json == json_schema(registry())
    assert brm("schema", "docs").out == reference(registry())


def test_schema_layout_writes_a_file_per_type_that_imports(brm: Brm, tmp_path: Path) -> None:
    outcome = brm("schema", "layout", "empty")
    types = {*registry().nodes, *registry().edges}
    assert {path.stem for path in (tmp_path / "empty").iterdir()} == types
    assert (outcome.out, outcome.err) == ("", f"{len(types)} files in empty\n")
    report = brm("import", "empty", "--json").json
    assert (report["written"], report["rejected"]) == (0, 0)
    assert "needs a folder" in brm("schema", "layout", code=2).err


def test_migrate_has_nothing_to_do_on_a_new_store(brm: Brm) -> None:
    brm("init")
    assert brm("migrate", "--dry-run", "--json").json["steps"] == []
    assert brm("migrate", "--json").json["steps"] == []


GARBAGE = {
    "text": b"this is not a database, but a long enough text to be looked at as one\n" * 20,
    "cut": b"SQLite format 3\x00" + b"\xff" * 4_000,
}


@pytest.mark.parametrize("kind", GARBAGE)
def test_a_file_that_is_no_store_is_refused_and_left_alone(brm: Brm, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "graph.sqlite"
    path.write_bytes(GARBAGE[kind])
    problem = brm("doctor", "--json", code=3).problem
    assert (problem["code"], bool(problem["remedy"])) == ("damaged", True)
    assert path.read_bytes() == GARBAGE[kind]


def test_a_database_of_another_program_is_refused(brm: Brm, tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "theirs.sqlite")
    connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    refused = brm("doctor", "--store", "sqlite:///theirs.sqlite", "--json", code=3)
    assert refused.problem["code"] == "other_application"


def test_exit_code_for_each_kind_of_end(brm: Brm, deal: Path, tmp_path: Path) -> None:
    """0 done, 1 rejected, 2 usage, 3 store or file, 4 conflict, 5 not allowed."""
    brm("find", "person", code=0)
    (deal / "person.csv").write_text("id,name,birthday\np9,周九,2026-02-30\n", encoding="utf-8")
    brm("import", deal, code=1)
    assert brm("explain", "key_person", "r1", "--json", code=1).problem["code"] == "not_computable"
    assert "No such command" in brm("nonsense", code=2).err
    assert brm("show", "nobody", "--json", code=2).problem["code"] == "not_found"
    assert brm("import", "no-such-folder", "--json", code=3).problem["code"] == "file_unusable"
    missing = brm("restore", "no-such-file", "--store", "sqlite:///new.sqlite", "--json", code=3)
    assert missing.problem["code"] == "store_unusable"
    brm("export", "all.jsonl")
    assert brm("restore", "all.jsonl", "--json", code=4).problem["code"] == "store_not_empty"
    assert brm("demo", "--load-only", "--json", code=4).problem["code"] == "conflict"
    assert brm("serve", "--host", "0.0.0.0", "--port", "0", "--json", code=5).problem["code"] == "not_allowed"


def test_data_goes_to_stdout_and_diagnostics_to_stderr(brm: Brm, deal: Path) -> None:
    done = brm("find", "person", "--json")
    assert (done.err, done.json["next"]) == ("", None)
    failed = brm("find", "planet", code=2)
    assert (failed.out, failed.err.count("\n")) == ("", 2)
    as_json = brm("find", "planet", "--json", code=2)
    assert (as_json.out, set(as_json.problem)) == ("", {"code", "detail", "remedy", "errors"})


def test_serve_names_the_port_that_is_taken_and_the_remedy(brm: Brm) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        outcome = brm("serve", "--port", str(port), code=2)
    assert outcome.err == (
        f"cannot listen on 127.0.0.1:{port}: Address already in use\n"
        f"→ choose another port, e.g. --port {port + 1} or BRM_PORT=0 for any free one\n"
    )


def test_serve_refuses_other_machines_until_there_is_a_token(brm: Brm) -> None:
    outcome = brm("serve", "--host", "0.0.0.0", "--port", "0", code=5)
    assert "no token is configured" in outcome.err
    assert "brm token create" in outcome.err


def test_the_program_serves_beside_the_command_line(brm: Brm, deal: Path) -> None:
    """On a free port, printed; a write by the command line is seen by the server at once."""
    server = subprocess.Popen([PROGRAM, "serve", "--port", "0"], stderr=subprocess.PIPE, text=True, encoding="utf-8")
    try:
        assert server.stderr is not None
        line = server.stderr.readline()
        address = line.split()[2]
        assert line == f"Serving at {address} (interface: {address}/api/v1/docs). Stop with Ctrl-C.\n"
        assert "only this machine can reach it" in server.stderr.readline()
        assert _names(address) == ["李娜", "王芳", "张平"]
        brm("edit", "upsert", "person", "name=陈晨", "--id", "p3")
        assert _names(address) == ["陈晨", "李娜", "王芳", "张平"]
    finally:
        server.terminate()
        server.communicate(timeout=20)


def _names(address: str) -> list[str]:
    deadline = time.monotonic() + 20
    while True:
        try:
            with urllib.request.urlopen(f"{address}/api/v1/people", timeout=5) as answer:
                items = json.load(answer)["items"]
            return sorted((each["properties"]["name"] for each in items), key=lambda name: "陈李王张".index(name[0]))
        except OSError:
            if time.monotonic() > deadline:
                raise


def test_help_imports_neither_numbers_nor_web() -> None:
    code = (
        "import sys\n"
        "from typer.testing import CliRunner\n"
        "from brm.cli import app\n"
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0\n"
        "heavy = {'numpy', 'scipy', 'networkx', 'fastapi', 'starlette', 'uvicorn', 'pydantic', 'babel', 'sqlite3'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "[]\n"


def test_the_program_lists_its_commands(program: Brm) -> None:
    help_ = program("--help").out
    for name in ("demo", "init", "serve", "doctor", "import", "score", "explain", "findings", "path", "map", "edit"):
        assert f"\n  {name} " in help_


def test_a_store_that_is_not_there_is_named_and_not_made(brm: Brm, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    missing = brm("show", "x", "--store", f"sqlite:///{folder / 'typo.sqlite'}", code=3)
    assert (str(folder / "typo.sqlite") in missing.err, "brm init" in missing.err) == (True, True)
    assert list(folder.iterdir()) == []
