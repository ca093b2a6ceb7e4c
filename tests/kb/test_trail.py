"""The trail: only grows, and every way of tampering with it is found and named."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.casework import trail
from kb.casework.errors import CaseworkError
from kb.casework.partnerships import Move, Note, Stage
from kb.casework.trail import Draft, stream_name, stream_parts
from kb.knowledge_base import KnowledgeBase
from tests.conftest import organization

GUARDS = (
    "SELECT name FROM sqlite_master WHERE type = 'trigger' AND (tbl_name = 'case_event' OR tbl_name = 'trail_head')"
)
COLUMNS = "number, stream, kind, body, who, at, previous, digest"


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "trail.db"
    kb = KnowledgeBase.open(path)
    kb.add(organization("a"))
    kb.casework.record("b", "a", Move(stage=Stage.LONGLIST), who="Anna")
    kb.casework.record("b", "a", *(Note(text=f"note {number}") for number in range(9)), who="Anna")
    kb.close()
    return path


def tampered(path: Path, *statements: str) -> trail.TrailCheck:
    with sqlite3.connect(path) as connection:
        for (name,) in connection.execute(GUARDS).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
    kb = KnowledgeBase.open(path)
    found = kb.casework.verify_trail()
    kb.close()
    return found


def test_a_trail_that_nobody_touched_is_whole(written: Path):
    found = KnowledgeBase.open(written).casework.verify_trail()
    assert (found.whole, found.events, found.broken) == (True, 10, None)
    assert len(found.head) == 64


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE case_event SET body = '{}' WHERE number = 4",
        "DELETE FROM case_event WHERE number = 10",
        "DELETE FROM case_event",
        f"INSERT OR REPLACE INTO case_event ({COLUMNS}) VALUES (4, 's', 'k', '{{}}', 'x', 'now', 'p', 'd')",
        f"INSERT OR REPLACE INTO case_event ({COLUMNS}) SELECT 99, stream, kind, '{{}}', who, at, previous, 'new' "
        "FROM case_event WHERE number = 4",
        "UPDATE trail_head SET number = 5",
        "DELETE FROM trail_head",
        "INSERT OR REPLACE INTO trail_head (id, number, digest) VALUES (1, 3, 'x')",
    ],
)
def test_the_database_refuses_to_change_the_trail(written: Path, statement: str):
    with sqlite3.connect(written) as connection, pytest.raises(sqlite3.DatabaseError, match="only grows"):
        connection.execute(statement)
    assert KnowledgeBase.open(written).casework.verify_trail().whole


@pytest.mark.parametrize(
    ("statements", "broken", "said"),
    [
        (['UPDATE case_event SET body = \'{"text": "other"}\' WHERE number = 4'], 4, "not as it was recorded"),
        (["UPDATE case_event SET who = 'Ben' WHERE number = 1"], 1, "not as it was recorded"),
        (["UPDATE case_event SET at = '2001-01-01T00:00:00+00:00' WHERE number = 10"], 10, "not as it was recorded"),
        (["UPDATE case_event SET stream = 'partnership:b:c' WHERE number = 5"], 5, "not as it was recorded"),
        (["UPDATE case_event SET body = x'00ff' WHERE number = 5"], 5, "not as it was recorded"),
        (["DELETE FROM case_event WHERE number = 1"], 2, "from 1 to 1 are missing"),
        (["DELETE FROM case_event WHERE number BETWEEN 4 AND 6"], 7, "from 4 to 6 are missing"),
        (["DELETE FROM case_event WHERE number > 7"], 8, "events after 7 are missing"),
        (["DELETE FROM case_event"], 1, "missing"),
        (["DELETE FROM case_event WHERE number > 7", "DELETE FROM trail_head"], 8, "no head"),
        (
            [
                "UPDATE case_event SET number = 100 WHERE number = 4",
                "UPDATE case_event SET number = 4 WHERE number = 5",
                "UPDATE case_event SET number = 5 WHERE number = 100",
            ],
            4,
            "does not follow",
        ),
        (
            [
                f"INSERT INTO case_event ({COLUMNS}) SELECT 11, stream, kind, body, who, at, digest, 'forged' "
                "FROM case_event WHERE number = 10"
            ],
            11,
            "not as it was recorded",
        ),
    ],
)
def test_tampering_is_found_and_the_first_broken_event_named(
    written: Path, statements: list[str], broken: int, said: str
):
    found = tampered(written, *statements)
    assert not found.whole
    assert found.broken == broken
    assert said in found.problem


def test_events_deleted_at_the_end_are_found_after_more_were_recorded(written: Path):
    tampered(written, "DELETE FROM case_event WHERE number > 7")
    kb = KnowledgeBase.open(written)
    kb.casework.record("b", "a", Note(text="later"))
    assert kb.casework.verify_trail().broken == 11


def test_a_trail_written_anew_is_found_by_a_head_noted_before(written: Path, tmp_path: Path):
    noted = KnowledgeBase.open(written).casework.verify_trail().head
    other = KnowledgeBase.open(tmp_path / "anew.db")
    other.add(organization("a"))
    other.casework.record("b", "a", Move(stage=Stage.LONGLIST), who="Anna")
    assert other.casework.verify_trail().whole
    assert "written anew" in other.casework.verify_trail([noted]).problem
    original = KnowledgeBase.open(written)
    original.casework.record("b", "a", Note(text="more"))
    assert original.casework.verify_trail([noted]).whole


def test_an_event_changed_to_something_unreadable_is_said_so(written: Path):
    tampered(written, "UPDATE case_event SET body = 'oops' WHERE number = 4")
    with pytest.raises(CaseworkError, match="event 4 of the trail cannot be read"):
        KnowledgeBase.open(written).casework.partnership("b", "a")


def test_a_clock_set_back_does_not_break_the_order(kb: KnowledgeBase, monkeypatch: pytest.MonkeyPatch):
    kb.add(organization("a"))
    start = datetime(2026, 5, 1, tzinfo=UTC)

    class Backwards(datetime):
        calls = 0

        @classmethod
        def now(cls, tz=None):
            cls.calls += 1
            return start - timedelta(days=cls.calls)

    monkeypatch.setattr(trail, "datetime", Backwards)
    kb.casework.record("b", "a", Move(stage=Stage.LONGLIST))
    kb.casework.record("b", "a", Move(stage=Stage.SHORTLIST, reason="fits"))
    found = kb.casework.record("b", "a", Move(stage=Stage.CONTACTED, reason="wrote to them"))
    assert [step.entry.stage for step in found.moves] == ["longlist", "shortlist", "contacted"]
    assert found.moves[0].at > found.moves[-1].at
    assert kb.casework.verify_trail().whole


@pytest.mark.parametrize(
    ("body", "who"), [({"n": float("nan")}, "me"), ({"n": object()}, "me"), ({}, "  "), ({}, "x" * 501)]
)
def test_what_cannot_be_recorded_is_refused_as_a_whole(kb: KnowledgeBase, body: dict, who: str):
    drafts = [Draft("s:1", "fine", {}), Draft("s:1", "bad", body)]
    with pytest.raises(CaseworkError), kb._writing() as connection:
        trail.append(connection, drafts, who)
    assert kb.casework.verify_trail().events == 0


@given(st.lists(st.text(max_size=12), min_size=1, max_size=4))
def test_stream_names_are_taken_apart_again(parts: list[str]):
    assert stream_parts(stream_name(*parts)) == tuple(parts)


def test_five_thousand_events_are_appended_in_two_seconds(kb: KnowledgeBase):
    drafts = [Draft(f"s:{number % 700}", "noted", {"text": "x" * 300, "number": number}) for number in range(5_000)]
    started = time.perf_counter()
    with kb._writing() as connection:
        trail.append(connection, drafts, "me")
    assert time.perf_counter() - started < 2.0
    assert kb.casework.verify_trail().events == 5_000


def test_many_at_once_make_one_chain(written: Path):
    def work(name: str) -> None:
        kb = KnowledgeBase.open(written)
        for number in range(20):
            kb.casework.record("b", "a", Note(text=str(number)), who=name)
        kb.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, ["Anna", "Ben", "Cleo", "Dan"]))
    kb = KnowledgeBase.open(written)
    assert kb.casework.verify_trail().whole
    own = [step.entry.text for step in kb.casework.partnership("b", "a").steps if step.who == "Cleo"]
    assert own == [str(number) for number in range(20)]


APPEND = """
import sys
from kb.casework.trail import Draft, append
from kb.knowledge_base import KnowledgeBase
kb = KnowledgeBase.open(sys.argv[1])
with kb._writing() as connection:
    for part in range(10):
        append(connection, [Draft("s:1", "noted", {"n": n, "x": "x" * 400}) for n in range(500)], "me")
        print("part", part, flush=True)
        sys.stdin.readline()
print("committed", flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
@pytest.mark.parametrize("parts", [1, 10])
def test_a_killed_append_records_nothing(written: Path, parts: int):
    process = subprocess.Popen(
        [sys.executable, "-c", APPEND, str(written)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    for number in range(parts):
        assert process.stdout.readline().split() == ["part", str(number)]
        if number < parts - 1:
            process.stdin.write("\n")
            process.stdin.flush()
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    kb = KnowledgeBase.open(written)
    assert (kb.casework.verify_trail().whole, kb.casework.verify_trail().events) == (True, 10)
    kb.casework.record("b", "a", Note(text="goes on"))
    assert kb.casework.verify_trail().events == 11
