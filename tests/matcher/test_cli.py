from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from matcher.cli import app
from tests.conftest import TinyEncoder

BRIEF = {
    "id": "mine",
    "title": "Helmets",
    "behaviour": "Riders wear a helmet",
    "causes": ["road_safety"],
    "places": ["KE"],
    "needs": [{"code": "distribution"}],
    "red_lines": {"concerns": ["tobacco"]},
}


@pytest.fixture
def run(tmp_path: Path, starter_file: Path, monkeypatch: pytest.MonkeyPatch):
    shutil.copy(starter_file, tmp_path / "kb.db")
    monkeypatch.setattr("matcher.api.SentenceTransformerEncoder", lambda model: TinyEncoder())
    monkeypatch.setenv("DANCECARD_KB", str(tmp_path / "kb.db"))
    monkeypatch.setenv("COLUMNS", "160")
    runner = CliRunner()

    def invoke(*arguments: object, fails: bool = False):
        result = runner.invoke(app, [str(item) for item in arguments])
        assert (result.exit_code != 0) == fails, result.output
        assert "Traceback" not in result.output
        return result.output

    return invoke


@pytest.fixture
def brief(tmp_path: Path) -> Path:
    path = tmp_path / "brief.yaml"
    path.write_text(yaml.safe_dump(BRIEF))
    return path


def test_table_json_and_api_agree_on_the_order(run, brief: Path):
    table = run("match", brief, "--top", 5)
    data = json.loads(run("match", brief, "--top", 5, "--json"))
    names = [item["organization"]["id"] for item in data["candidates"]]
    assert len(names) == 5
    places = [table.index(name) for name in names]
    assert places == sorted(places)
    assert "set apart" in table


def test_explanation_shows_components_evidence_and_status(run, brief: Path):
    data = json.loads(run("match", brief, "--top", 1, "--json"))
    text = run("match", brief, "--explain", data["candidates"][0]["organization"]["id"])
    assert "Meets your needs" in text
    assert "unverified" in text
    assert "Thin evidence" in text


def test_explaining_one_that_is_set_apart_says_why(run, brief: Path):
    assert "Tobacco" in run("match", brief, "--explain", "philip-morris-international", fails=True)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "empty"),
        ("[1, 2]", "brief"),
        ("id: a\ntitle: b\nneds: []", "needs"),
        ("id: a\ntitle: b", "asks for nothing"),
        ("id: a\ntitle: b\nneeds: [{code: luck}]", "luck"),
        ("id: a\n  title: b: c", "line"),
    ],
)
def test_a_wrong_brief_file_is_said_in_plain_words(run, tmp_path: Path, content: str, said: str):
    path = tmp_path / "wrong.yaml"
    path.write_text(content)
    assert said in run("match", path, fails=True)


def test_an_unknown_brief_lists_those_that_exist(run):
    assert "bed-nets-tanzania" in run("match", "no-such-brief", fails=True)


def test_import_preview_land_repeat_undo(run, tmp_path: Path):
    sheet = tmp_path / "partners.csv"
    sheet.write_text(
        "Organisation,Country,What they do\nQuay Radio,Kenya,Community radio for fishers\n,Kenya,No name\n"
    )
    preview = run("import", sheet, "--dry-run")
    assert "1 new" in preview
    assert "1 rejected" in preview
    assert "Quay Radio" not in run("search", "quay radio fishers", "--words-only")
    landed = run("import", sheet)
    batch = landed.split("dancecard undo ")[1].split()[0]
    assert "Quay Radio" in run("search", "quay radio", "--words-only")
    assert "1 unchanged" in run("import", sheet)
    assert "1 removed" in run("undo", batch)
    assert "Quay Radio" not in run("search", "quay radio fishers", "--words-only")


def test_a_wrong_file_changes_nothing(run, tmp_path: Path):
    page = tmp_path / "page.csv"
    page.write_text("<!doctype html><html><body>Log in</body></html>")
    before = run("batches")
    run("import", page, fails=True)
    run("import", tmp_path / "none.csv", fails=True)
    run("import", tmp_path, fails=True)
    run("import", page, "--as", "nothing", fails=True)
    run("import", page, "--column", "name", fails=True)
    assert run("batches") == before


def test_show_history_and_export(run, brief: Path, tmp_path: Path):
    assert "capacity: Promotion" in run("show", "psi")
    assert json.loads(run("show", "psi", "--json"))["id"] == "psi"
    assert "added" in run("history", "psi")
    run("export", tmp_path / "list.xlsx", "--brief", brief)
    run("export", tmp_path / "all.jsonl")
    assert len((tmp_path / "all.jsonl").read_text().splitlines()) > 300
    assert "use .xlsx" in run("export", tmp_path / "list.pdf", "--brief", brief, fails=True)
    assert "search" in run("show", "nobody", fails=True)


def test_a_knowledge_base_that_is_not_there_is_said_and_not_created(run, tmp_path: Path):
    missing = tmp_path / "typo.db"
    assert "there is no knowledge base" in run("search", "radio", "--kb", missing, fails=True)
    assert not missing.exists()


def test_an_empty_knowledge_base_stays_empty(run, tmp_path: Path, brief: Path):
    empty = tmp_path / "empty.db"
    run("init", "--empty", "--kb", empty)
    assert "import more organizations" in run("match", brief, "--kb", empty)


def test_every_command_helps(run):
    text = run("--help")
    for command in app.registered_commands:
        assert command.name in text
        assert run(command.name, "--help").strip()
