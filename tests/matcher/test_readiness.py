"""Readiness says what failed and what to do, on the command line and over HTTP."""

from __future__ import annotations

import json
import shutil
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kb.knowledge_base import KnowledgeBase
from matcher.cli import app
from matcher.encoder import SentenceTransformerEncoder
from matcher.errors import EncoderError
from matcher.readiness import Opened, Readiness, State, readiness
from matcher.readiness_server import make_server
from matcher.service import Matcher
from tests.conftest import TinyEncoder


@pytest.fixture
def path(tmp_path: Path, starter_file: Path) -> Path:
    return Path(shutil.copy(starter_file, tmp_path / "kb.db"))


def opener(path: Path) -> Opened:
    return Opened(lambda: Matcher(KnowledgeBase.open(path, create=False), TinyEncoder()))


def states(found: Readiness) -> dict[str, State]:
    return {check.name: check.state for check in found.checks}


def test_a_starter_knowledge_base_is_ready_and_warns_that_nobody_can_be_screened(path: Path) -> None:
    found = readiness(opener(path))
    assert found.ready
    assert states(found)["watchlists"] is State.WARNING
    assert states(found)["knowledge base"] is State.OK
    assert any("organizations" in check.detail for check in found.checks)


def test_what_is_missing_or_damaged_has_failed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = readiness(opener(path.with_name("nowhere.db")))
    assert not missing.ready
    assert "nowhere.db" in missing.checks[0].detail

    monkeypatch.setattr("matcher.encoder._sha256", lambda _: "0")
    with pytest.raises(EncoderError, match="reinstall"):
        SentenceTransformerEncoder().check()
    damaged = readiness(lambda: Matcher(KnowledgeBase.open(path), SentenceTransformerEncoder()))
    assert states(damaged)["model"] is State.FAILED
    assert not damaged.ready


def test_a_full_disk_is_warned_of(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(path.parent)._replace(free=5_000_000)
    monkeypatch.setattr("matcher.readiness.shutil.disk_usage", lambda _: usage)
    assert states(readiness(opener(path)))["storage"] is State.WARNING


@contextmanager
def served(path: Path) -> Iterator[str]:
    opened = opener(path)
    server = make_server(0, lambda: readiness(opened))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def answer(url: str) -> tuple[int, dict[str, object]]:
    try:
        with urllib.request.urlopen(url, timeout=10) as reply:
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def test_the_endpoint_goes_down_with_the_knowledge_base_and_comes_back(path: Path) -> None:
    with served(path) as url:
        assert answer(f"{url}/health") == (200, {"status": "alive"})
        code, body = answer(f"{url}/ready")
        assert (code, body["status"]) == (200, "ready")
        moved = path.rename(path.with_name("moved.db"))
        code, body = answer(f"{url}/ready")
        assert (code, body["status"]) == (503, "not ready")
        assert "there is no knowledge base" in str(body["checks"])
        moved.rename(path)
        assert answer(f"{url}/ready")[0] == 200
        assert answer(f"{url}/secrets")[0] == 404


def test_status_on_the_command_line(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matcher.api.SentenceTransformerEncoder", lambda model: TinyEncoder())
    run = CliRunner().invoke(app, ["status", "--kb", str(path), "--json"])
    assert run.exit_code == 0
    assert json.loads(run.output)["status"] == "ready"
    missing = CliRunner().invoke(app, ["status", "--kb", str(path.with_name("nowhere.db"))])
    assert missing.exit_code == 1
    assert "failed" in missing.output
    assert "dancecard init" in missing.output


def test_timings_and_log_of_a_ranking(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matcher.api.SentenceTransformerEncoder", lambda model: TinyEncoder())
    log = tmp_path / "log.jsonl"
    match = ["match", "bed-nets-tanzania", "--kb", str(path), "--json", "--timings"]
    run = CliRunner().invoke(app, ["--log", "info", "--log-file", str(log), *match])
    assert run.exit_code == 0
    spent = json.loads(run.stdout)["milliseconds"]
    assert {"columns", "encode", "bound", "select", "select/compare", "explain"} <= set(spent)
    assert all(value >= 0 for value in spent.values())
    made = [line for line in map(json.loads, log.read_text().splitlines()) if line["event"] == "ranking.made"]
    assert [line["brief"] for line in made] == ["bed-nets-tanzania"]
