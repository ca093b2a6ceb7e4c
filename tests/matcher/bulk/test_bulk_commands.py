from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kb.brief import Brief
from matcher.brief_files import save_brief_file
from matcher.bulk.place import opened
from matcher.cli import app
from tests.conftest import TinyEncoder


@pytest.fixture
def workplace(tmp_path: Path, starter_file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copy(starter_file, tmp_path / "kb.db")
    monkeypatch.setenv("DANCECARD_KB", str(tmp_path / "kb.db"))
    monkeypatch.setattr("matcher.api.SentenceTransformerEncoder", lambda model: TinyEncoder())
    monkeypatch.setattr("matcher.bulk.place.SentenceTransformerEncoder", lambda model: TinyEncoder())
    monkeypatch.chdir(tmp_path)
    opened.cache_clear()
    folder = tmp_path / "briefs"
    folder.mkdir()
    for number in range(3):
        save_brief_file(Brief(id=f"b{number}", title="Nets", behaviour="Sleep under a net."), folder / f"{number}.yaml")
    return tmp_path


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["bulk", *words])
    return result.exit_code, " ".join(result.output.split())


def test_briefs_of_a_folder_are_ranked_into_a_file(workplace: Path):
    assert run("match", "briefs", "--out", "all.csv", "--top", "4") == (0, "Ranked 3 briefs into all.csv.")
    with (workplace / "all.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["brief"] for row in csv.DictReader(file)] == ["b0"] * 4 + ["b1"] * 4 + ["b2"] * 4


def test_pairs_are_written_with_names_and_reasons(workplace: Path):
    assert run("pairs", "--out", "pairs.csv", "--top", "2")[0] == 0
    with (workplace / "pairs.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    unilever = [row for row in rows if row["id"] == "unilever"]
    assert [row["rank"] for row in unilever] == ["1", "2"]
    assert unilever[0]["organization"] == "Unilever"
    assert float(unilever[0]["score"]) >= float(unilever[1]["score"])
    assert all(row["partner id"] != row["id"] for row in rows)


def test_texts_are_encoded_here_without_a_scheduler(workplace: Path):
    status, said = run("encode")
    assert status == 0
    assert said.startswith("Columns of ")
    assert (workplace / "kb.db.cache" / "columns.json").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("match", "nowhere", "--out", "all.csv"), "there is no such folder"),
        (("match", "briefs", "--out", "all.docx"), "use .csv, .jsonl"),
        (("pairs", "--out", "nowhere/pairs.csv"), "there is no folder nowhere"),
        (("pairs", "--out", "pairs.csv", "--kb", "none.db"), "there is no knowledge base at none.db"),
    ],
)
def test_what_cannot_be_done_is_said(workplace: Path, words: tuple[str, ...], said: str):
    status, output = run(*words)
    assert status == 1
    assert said in output
    assert not list(workplace.glob("*.parts"))
