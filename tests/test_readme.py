"""What the README shows works: its commands run, and its Python too."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from matcher.cli import app
from tests.conftest import DATA, TinyEncoder

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
MATCHING = re.findall(
    r"^\$ dancecard ((?:match|search|show|export|batches|history|duplicates|exchange|coalition) ?[^#\n]*)", README, re.M
)
INLINE = [
    found
    for found in re.findall(r"`dancecard ([^`]+)`", README)
    if found.split()[0] in {"search", "show", "export", "batches", "history", "duplicates"}
]
PYTHON = re.findall(r"```python\n(.*?)```", README, re.S)
YAML = re.findall(r"```yaml\n(.*?)```", README, re.S)


@pytest.fixture
def workplace(tmp_path: Path, starter_file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copy(starter_file, tmp_path / "kb.db")
    monkeypatch.setenv("DANCECARD_KB", str(tmp_path / "kb.db"))
    monkeypatch.setattr("matcher.api.SentenceTransformerEncoder", lambda model: TinyEncoder())
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("command", [*MATCHING, *INLINE])
def test_commands_run(command: str, workplace: Path):
    result = CliRunner().invoke(app, shlex.split(command))
    assert result.exit_code == 0, result.output


def test_there_is_something_to_run():
    assert len(MATCHING) >= 2
    assert len(INLINE) >= 4
    assert PYTHON
    assert YAML


def test_the_python_and_the_brief_run(workplace: Path, capsys: pytest.CaptureFixture[str]):
    (workplace / "my_brief.yaml").write_text(YAML[0], encoding="utf-8")
    exec(compile(PYTHON[0], "README.md", "exec"), {})
    assert len(capsys.readouterr().out.splitlines()) == 5


def test_files_that_it_names_exist():
    root = Path(__file__).parents[1]
    for path in re.findall(r"`((?:kb|matcher|dashboard|tests|benchmarks)/[\w/.-]+)`", README):
        assert (root / path).exists(), path
    for path in re.findall(r"\]\((?!http)([\w/.-]+)\)", README):
        assert (root / path).exists(), path


@pytest.mark.skipif(not DATA.exists(), reason="the publishers' files are not here")
def test_the_import_example_reads_the_publishers_files(workplace: Path):
    sheet = DATA / "ukcat" / "sample.csv"
    result = CliRunner().invoke(app, ["import", str(sheet), "--dry-run"])
    assert result.exit_code == 0, result.output
