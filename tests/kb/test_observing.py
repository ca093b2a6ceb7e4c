"""Timings count what they wrap, and logs are lines of JSON without secrets."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.observing import configure_log, log_event, redacted, stage, timed


@pytest.fixture(autouse=True)
def _quiet_again() -> Iterator[None]:
    yield
    configure_log()


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_stages_are_counted_by_their_path() -> None:
    with timed() as timings:
        for _ in range(3):
            with stage("outer"), stage("inner"):
                time.sleep(0.002)
        with stage("after"):
            pass
    assert list(timings.seconds) == ["outer", "outer/inner", "after"]
    assert timings.seconds["outer"] >= timings.seconds["outer/inner"] >= 0.006
    assert timings.seconds["after"] < 0.002


def test_stages_outside_are_not_counted_and_errors_end_a_stage() -> None:
    with stage("before"):
        pass
    with timed() as timings:
        with pytest.raises(RuntimeError), stage("failing"):
            raise RuntimeError
        with stage("next"):
            pass
    assert list(timings.milliseconds()) == ["failing", "next"]


def test_a_line_has_the_event_and_its_fields(tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    configure_log("info", file)
    log_event("ranking.made", brief="nets", milliseconds=12.5)
    log_event("columns.read", level=logging.DEBUG)
    (line,) = lines(file)
    assert line["event"] == "ranking.made"
    assert (line["brief"], line["milliseconds"], line["level"]) == ("nets", 12.5, "info")
    assert str(line["at"]).endswith("+00:00")


def test_the_log_is_off_unless_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "log.jsonl"
    configure_log(None, file)
    log_event("ranking.made")
    assert not file.exists()
    monkeypatch.setenv("DANCECARD_LOG", "warning")
    monkeypatch.setenv("DANCECARD_LOG_FILE", str(file))
    configure_log()
    log_event("ranking.made")
    log_event("columns.damaged", level=logging.WARNING)
    assert [line["event"] for line in lines(file)] == ["columns.damaged"]


def test_what_the_packages_say_is_written_too(tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    configure_log("info", file)
    logging.getLogger("kb.columns.store").warning("%s is damaged", "postgresql://ann:hunter2@db/kb")
    (line,) = lines(file)
    assert line["event"] == "postgresql://ann:***@db/kb is damaged"


@pytest.mark.parametrize(("level", "file"), [("loud", None), ("info", "/proc/no/such/folder/log")])
def test_a_wrong_level_or_file_is_said(level: str, file: str | None) -> None:
    with pytest.raises(ValueError, match=r"choose one of|cannot be written"):
        configure_log(level, file)


@given(password=st.text(st.characters(codec="ascii", categories=("L", "N", "P"), exclude_characters="@/ "), min_size=4))
def test_passwords_in_addresses_are_never_shown(password: str) -> None:
    said = redacted(f"cannot open postgresql+psycopg://ann:{password}@db.example/kb today")
    assert said == "cannot open postgresql+psycopg://ann:***@db.example/kb today"


def test_secrets_are_taken_out_at_any_depth(tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    configure_log("info", file)
    log_event("kb.opened", address="postgresql://a:hunter2@h/k", more={"list": ["token=hunter2", "password: hunter2"]})
    assert "hunter2" not in file.read_text(encoding="utf-8")
    assert "postgresql://a:***@h/k" in file.read_text(encoding="utf-8")
