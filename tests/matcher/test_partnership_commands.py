"""The commands `dancecard plan`, `shortlist`, `stage` and `health`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from docx import Document
from typer.testing import CliRunner

from matcher.cli import app

RUN = CliRunner()
BRIEF = "energy-saving-uk"


@pytest.fixture(scope="module")
def warm(starter_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starter knowledge base with its vectors, made once."""
    folder = tmp_path_factory.mktemp("warm")
    shutil.copy(starter_file, folder / "kb.db")
    run((folder / "kb.db").as_posix(), "plan", BRIEF, "--with", "itv")
    return folder


@pytest.fixture
def kb_file(warm: Path, tmp_path: Path) -> str:
    shutil.copytree(warm, tmp_path / "kb")
    return (tmp_path / "kb" / "kb.db").as_posix()


def run(kb_file: str, *words: str) -> str:
    result = RUN.invoke(app, [*words, "--kb", kb_file])
    assert result.exit_code == 0, result.output + result.stderr
    return " ".join(result.output.split())


def refused(kb_file: str, *words: str) -> str:
    result = RUN.invoke(app, [*words, "--kb", kb_file])
    assert result.exit_code == 1, result.output
    assert "Traceback" not in result.stderr
    return " ".join(result.stderr.split())


def test_a_plan_is_drafted_written_and_not_saved_unasked(kb_file: str, tmp_path: Path) -> None:
    word, data = tmp_path / "plan.docx", tmp_path / "plan.json"
    said = run(kb_file, "plan", BRIEF, "--with", "itv", "--with", "trussell", "--out", str(word), "--out", str(data))
    assert "Trussell (proposed)" in said
    assert "Nothing was saved" in said
    assert len(Document(str(word)).tables) > 10
    assert json.loads(data.read_text())["brief_id"] == BRIEF
    assert "Nothing was saved" in run(kb_file, "plan", BRIEF, "--with", "itv", "--with", "trussell")


def test_a_plan_is_edited_saved_opened_and_compared(kb_file: str) -> None:
    both = ("plan", BRIEF, "--with", "itv", "--with", "trussell")
    assert "Saved as version 1" in run(kb_file, *both, "--save")
    changes = ("--set", "together/starts/text=1 October", "--add", "exit=Who keeps the archive?")
    said = run(kb_file, *both, *changes, "--remove", "exit/notice", "--save", "--who", "Ada")
    assert "Saved as version 2" in said
    assert "entered by Ada" in run(kb_file, "plan", BRIEF, "--with", "trussell", "--with", "itv")
    assert "1 October" not in run(kb_file, *both, "--version", "1")
    assert "1 October" in run(kb_file, *both, "--fresh")
    assert run(kb_file, *both, "--changes", "1").endswith(
        "Added to Ending the partnership: Who keeps the archive? "
        "Removed from Ending the partnership: How much notice, to whom, and in what form?"
    )
    assert "Nothing changed since version 2." in run(kb_file, *both, "--changes", "2")
    assert "[starts]" in run(kb_file, *both, "--ids")


def test_a_plan_as_json_says_where_every_cell_comes_from(kb_file: str) -> None:
    result = RUN.invoke(app, ["plan", BRIEF, "--with", "itv", "--json", "--kb", kb_file])
    plan = json.loads(result.stdout)
    lines = [line for section in plan["sections"] for line in section["lines"]]
    assert all(line["origin"]["kind"] for line in lines)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("plan", BRIEF), "name at least one partner"),
        (("plan", BRIEF, "--with", "nobody-at-all"), "there is no organization 'nobody-at-all'"),
        (("plan", BRIEF, "--with", "national-energy-action"), "is the seeker of this brief"),
        (("plan", "no-such-brief", "--with", "itv"), "Briefs here:"),
        (("plan", BRIEF, "--with", "itv", "--out", "plan.pdf"), "use .docx, .json"),
        (("plan", BRIEF, "--with", "itv", "--set", "exit"), "write it like"),
        (("plan", BRIEF, "--with", "itv", "--add", "exit"), "write it like"),
        (("plan", BRIEF, "--with", "itv", "--remove", "exit"), "write it like"),
        (("plan", BRIEF, "--with", "itv", "--set", "exit/notice/price=3"), "its columns are text"),
        (("plan", BRIEF, "--with", "itv", "--version", "3"), "there is no plan"),
        (("plan", BRIEF, "--with", "itv", "--policy", "nonsense"), "nonsense"),
        (("stage", BRIEF, "itv"), "say what happened"),
        (("stage", BRIEF, "itv", "shortlist"), "needs a reason"),
        (("stage", BRIEF, "itv", "ended", "--reason", "x"), "it can move to"),
        (("stage", BRIEF, "itv", "active", "--reason", "x", "--lesson", "y"), "goes with the stage"),
        (("stage", BRIEF, "itv", "ended", "--reason", "x", "--trust", "a=1"), "go with --lesson"),
        (("stage", BRIEF, "itv", "ended", "--reason", "x", "--lesson", "y", "--trust", "high"), "reliability=0.8"),
        (("stage", BRIEF, "itv", "active", "--take-back", "--reason", "x"), "leave everything but --reason out"),
        (("stage", BRIEF, "itv", "--take-back", "--reason", "x"), "no step"),
        (("stage", BRIEF, "itv", "--network", "action"), "needs a reason"),
        (("health", BRIEF, "itv", "--answers", "missing.yaml"), "missing.yaml"),
        (("health", BRIEF, "nobody-at-all"), "there is no organization"),
        (("health", BRIEF, "itv", "--instrument", "horoscope"), "there is vichealth"),
    ],
)
def test_what_cannot_be_done_is_said_without_a_traceback(kb_file: str, words: tuple[str, ...], said: str) -> None:
    assert said in refused(kb_file, *words)


def test_the_life_of_a_partnership(kb_file: str) -> None:
    assert "Nobody is on the shortlist" in run(kb_file, "shortlist", BRIEF)
    run(kb_file, "stage", BRIEF, "itv", "shortlist", "--reason", "Heard by all", "--owner", "Ada")
    run(kb_file, "stage", BRIEF, "itv", "in_dialogue", "--reason", "They called", "--network", "obligational")
    said = run(kb_file, "shortlist", BRIEF)
    for part in ("dialogue", "ITV", "Ada", "obligational"):
        assert part in said
    assert "Nobody is on the shortlist" in run(kb_file, "shortlist", BRIEF, "--stage", "active")
    run(kb_file, "stage", BRIEF, "itv", "agreed", "--reason", "Signed", "--note", "by both directors")
    run(kb_file, "stage", BRIEF, "itv", "active", "--reason", "On air", "--on", "2025-10-01")
    ended = run(
        *(kb_file, "stage", BRIEF, "itv", "ended", "--reason", "Season over", "--lesson", "Book airtime in May"),
        *("--trust", "reliability=0.9", "--outcome", "reached"),
    )
    assert "track record and trust know it" in ended
    assert "Season over" in run(kb_file, "shortlist", BRIEF)
    back = run(kb_file, "stage", BRIEF, "itv", "--take-back", "--reason", "not over")
    assert 'Taken back: the lesson "Book airtime in May' in back
    assert "ITV: active" in run(kb_file, "stage", BRIEF, "itv", "--take-back", "--reason", "not over")


def test_a_lesson_that_does_not_speak_for_the_partner_says_so(kb_file: str) -> None:
    run(kb_file, "stage", BRIEF, "itv", "active", "--reason", "On air")
    words = ("stage", BRIEF, "itv", "ended", "--reason", "Quarrel", "--lesson", "Never again", "--trust", "openness=0")
    assert "does not speak for the partner" in run(kb_file, *words)


def test_health_from_form_to_comparison(kb_file: str, tmp_path: Path) -> None:
    run(kb_file, "stage", BRIEF, "itv", "active", "--reason", "On air")
    assert "No health check was recorded yet" in run(kb_file, "health", BRIEF, "itv")
    form = RUN.invoke(app, ["health", BRIEF, "itv", "--form", "--kb", kb_file]).output
    assert "VicHealth" in form
    path = tmp_path / "form.yaml"
    path.write_text(form)
    assert "no item was answered" in refused(kb_file, "health", BRIEF, "itv", "--answers", str(path))
    for value, day in ((4, "2026-03-01"), (3, "2027-03-01")):
        lines = [
            f"{line} {value}" if line.startswith("  ") and line.endswith(":") else line for line in form.splitlines()
        ]
        text = "\n".join(f"day: {day}" if line.startswith("day:") else line for line in lines)
        path.write_text(text)
        said = run(kb_file, "health", BRIEF, "itv", "--answers", str(path))
    assert "The total is 105, 35 less than on 2026-03-01." in said
    assert "On the way" in said
    assert "140" in run(kb_file, "health", BRIEF, "itv")
