"""What the program writes to its log: events as JSON on standard error, without personal data."""

from __future__ import annotations

import json
import logging
import socket
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from brm.logs import configure, places
from tests.cli.conftest import PROGRAM, Brm

PRIVATE = ("张平安", "zaphod@heart.example", "crm:person/secret-7")


def _events(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def _ask(address: str, path: str, body: Any = None) -> None:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{address}{urllib.parse.quote(path)}", data, {"Content-Type": "application/json"})
    try:
        urllib.request.urlopen(request, timeout=20).read()
    except urllib.error.HTTPError as refused:
        refused.close()


def test_the_log_of_a_server_holds_no_personal_data(brm: Brm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRM_LOG", "debug")
    name, mail, id_ = PRIVATE
    server = subprocess.Popen([PROGRAM, "serve", "--port", "0"], stderr=subprocess.PIPE, text=True, encoding="utf-8")
    try:
        assert server.stderr is not None
        address = next(line for line in server.stderr if line.startswith("Serving at ")).split()[2]
        _ask(address, "/api/v1/people", {"id": id_, "properties": {"name": name, "email": mail}})
        _ask(address, f"/api/v1/people/{mail}")
        _ask(address, f"/{name}/{mail}")
        with socket.create_connection(("127.0.0.1", int(address.rsplit(":", 1)[1])), timeout=20) as raw:
            raw.sendall(f"GET /{mail} NOT-HTTP {name}\r\n\r\n".encode())
            raw.recv(1_000)
    finally:
        server.terminate()
        _, rest = server.communicate(timeout=20)
    events = _events(rest)
    assert [(e["route"], e["status"]) for e in events if e["event"] == "request"] == [
        ("/api/v1/people", 201), ("/api/v1/people/{id}", 404), ("unmatched", 404),
    ]  # fmt: skip
    assert [e["text"] for e in events if e["event"] == "library"] == ["Invalid HTTP request received."]
    assert [each for each in PRIVATE if each in rest] == []


def test_an_import_and_a_migration_are_events(brm: Brm, native: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRM_LOG", "info")
    (event,) = _events(brm("import", native).err)
    assert {name: event[name] for name in ("event", "status", "rows", "written", "unchanged", "rejected")} == {
        "event": "import", "status": "complete", "rows": 30, "written": 30, "unchanged": 0, "rejected": 0,
    }  # fmt: skip
    (event,) = _events(brm("migrate").err)
    assert {name: event[name] for name in ("event", "engine", "steps", "applied")} == {
        "event": "migration", "engine": "sqlite", "steps": [], "applied": True,
    }  # fmt: skip
    monkeypatch.setenv("BRM_LOG", "warning")
    assert brm("import", native).err == ""


def test_what_libraries_log_is_told_without_values(capsys: pytest.CaptureFixture[str]) -> None:
    configure("warning")
    try:
        raise ValueError(PRIVATE[0])
    except ValueError as error:
        logging.getLogger("somebody").exception("failed for %s", PRIVATE[1])
        logging.getLogger("uvicorn.error").error("Exception in %s", PRIVATE[1])
        own = places(error)
    logging.getLogger("somebody").info("about %s", PRIVATE[2])
    text = capsys.readouterr().err
    events = [{k: v for k, v in e.items() if k != "timestamp"} for e in _events(text)]
    assert events == [
        {"event": "library", "level": "error", "logger": "somebody", "error": "ValueError", "places": own},
        {"event": "library", "level": "error", "logger": "uvicorn.error", "text": "Exception in %s"},
    ]
    assert own[-1].startswith("cli/test_logging.py:")
    assert [each for each in PRIVATE if each in text] == []
