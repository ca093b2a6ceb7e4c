"""`dancecard shards` from start to finish on real servers, with the starter knowledge base."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import kb.starter
from kb.shards import Cluster
from matcher.cli import app
from matcher.service import Matcher
from tests.kb.shards.conftest import stopped, write_servers
from tests.postgres import Server


@pytest.fixture
def file(empty_cluster: Cluster, tmp_path: Path) -> str:
    return str(write_servers(tmp_path / "servers.yaml", empty_cluster))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["shards", *arguments])


@pytest.fixture
def one_model(monkeypatch: pytest.MonkeyPatch, starter_matcher: Matcher) -> None:
    """Load the model once, not by every command."""
    monkeypatch.setattr("matcher.commands.sharding.SentenceTransformerEncoder", lambda _: starter_matcher.encoder)


def test_create_load_status_nearest(
    file: str, starter_file: Path, starter_matcher: Matcher, servers: list[Server], one_model: None
):
    columns = starter_matcher.columns()
    count = int((columns.alive & columns.has_profile)[: columns.n].sum())
    assert run("status", "--servers", file).exit_code == 1
    assert "shard_3" in run("create", "--servers", file).stdout
    unloaded = run("nearest", "--servers", file, "clean water")
    assert unloaded.exit_code == 1
    assert "dancecard shards load" in unloaded.stderr
    loaded = run("load", "--servers", file, "--kb", str(starter_file))
    assert f"{count:,} organizations with a text" in loaded.stdout
    assert " 0 of them" in run("load", "--servers", file, "--kb", str(starter_file)).stdout
    status = json.loads(run("status", "--servers", file, "--json").stdout)
    assert status["ready"]
    assert sum(shard["organizations"] for shard in status["shards"]) == count
    found = run("nearest", "--servers", file, "mobile phone network in Kenya", "--json", "--country", "KE")
    (answer,) = json.loads(found.stdout).values()
    assert answer["found"][0]["id"] == "safaricom"
    assert {one["country"] for one in answer["found"]} == {"KE"}
    brief = Path(kb.starter.__file__).parent / "briefs" / "bed-nets-tanzania.yaml"
    parts = json.loads(run("nearest", "--servers", file, str(brief), "--json", "--top", "3").stdout)
    assert len(parts) == 1 + len(starter_matcher.kb.brief("bed-nets-tanzania").needs)
    assert all(len(part["found"]) == 3 for part in parts.values())
    with stopped(servers[2]):
        dead = run("nearest", "--servers", file, "mobile phone network")
        assert dead.exit_code == 1
        assert "shard_2" in dead.stderr
        left = run("nearest", "--servers", file, "mobile phone network", "--partial")
        assert left.exit_code == 0
        assert "INCOMPLETE: shard_2 did not answer" in left.stderr
        assert run("status", "--servers", file).exit_code == 1
    assert "INCOMPLETE" not in run("nearest", "--servers", file, "mobile phone network").stderr


def test_wrong_words_are_told(file: str):
    wrong = run("nearest", "--servers", file, "water", "--country", "ZZ", "--capacity", "magic")
    assert wrong.exit_code == 1
    assert "--country ZZ" in wrong.stderr
    assert "--capacity magic" in wrong.stderr
