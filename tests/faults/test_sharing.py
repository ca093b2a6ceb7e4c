"""Several processes at one file: each waits for the others, a lock that lasts is said, and nothing is lost."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kb import engine
from kb.backup import back_up
from kb.errors import KnowledgeBaseLockedError
from kb.knowledge_base import KnowledgeBase
from tests.conftest import organization
from tests.faults.checks import problems_of
from tests.faults.operations import Site, contents, first_schema, records

ROOT = Path(__file__).resolve().parents[2]
HOLDING = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.readline()
"""


def start(code: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Let another process hold a database all the while."""
    holder = start(HOLDING, path)
    assert holder.stdout.readline() == "held\n"
    try:
        yield
    finally:
        holder.communicate("let go\n", timeout=30)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = Site(tmp_path / "kb.db")
    with site.opened() as kb:
        kb.add(*records("known", 20))
    return site


def test_writing_to_a_locked_database_is_refused_in_words_and_reading_goes_on(site, monkeypatch):
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_MS", 100)
    before = contents(site.path)
    with held(site.path), site.opened() as kb:
        with pytest.raises(
            KnowledgeBaseLockedError, match=f"{site.path} is locked by another program; close it or wait"
        ):
            kb.add(organization("a"))
        assert kb.count()["organizations"] == 20
        assert back_up(kb, site.path.with_name("saved.db")).counts["organizations"] == 20
    assert contents(site.path) == before
    with site.opened() as kb:
        kb.add(organization("a"))
    assert problems_of(site) == []


def test_a_lock_that_is_let_go_in_time_is_waited_for(site):
    with site.opened() as kb:
        holder = start(HOLDING.replace("sys.stdin.readline()", "import time; time.sleep(0.5)"), site.path)
        assert holder.stdout.readline() == "held\n"
        kb.add(organization("a"))
        assert holder.wait(30) == 0
        assert kb.get("a").id == "a"
        holder.communicate()


def test_a_locked_database_of_an_earlier_version_is_migrated_later(tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_MS", 100)
    site = Site(tmp_path / "old.db")
    first_schema(site.path)
    before = contents(site.path)
    with held(site.path), pytest.raises(KnowledgeBaseLockedError, match="locked by another program"):
        KnowledgeBase.open(site.path)
    assert contents(site.path) == before
    assert problems_of(site) == []


WRITERS = 3
WRITING = """
import sys
from tests.faults.operations import Site, land, records
from tests.conftest import claim
from pathlib import Path
site, me = Site(Path(sys.argv[1])), int(sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
site.hold()
with site.opened() as kb:
    for number in range(12):
        kb.add(*records(f"writer-{me}-{number}", 3), who=f"writer {me}")
        kb.add_claim("known-1", claim("value", "safety", observed_on=None, source={"name": f"{me} {number}"}))
        kb.casework.save_plan(f"plan-{me}", {"n": number}, based_on=number, who=f"writer {me}")
        if number % 6 == me:
            land(site, 10 * me + number)
print("done", flush=True)
"""


def test_processes_that_write_to_one_file_at_once_lose_nothing(site):
    """Among them to one and the same organization."""
    writers = [start(WRITING, site.path, number) for number in range(WRITERS)]
    for writer in writers:
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        said, problem = writer.communicate(timeout=120)
        assert (said, problem) == ("done\n", "")
    with site.opened() as kb:
        assert kb.count()["organizations"] == 20 + WRITERS * (12 * 3 + 2 * 120)
        sources = {item.source.name for item in kb.get("known-1").claims if item.code == "safety"}
        assert len(sources) == WRITERS * 12
        assert [len(kb.casework.plan_versions(f"plan-{number}")) for number in range(WRITERS)] == [12] * WRITERS
        assert kb.casework.verify_trail().events == WRITERS * 12
    assert problems_of(site) == []


OPENING = """
import sys
from kb.knowledge_base import KnowledgeBase
print("ready", flush=True)
sys.stdin.readline()
kb = KnowledgeBase.open(sys.argv[1])
print(kb.count()["organizations"], flush=True)
"""


@pytest.mark.parametrize("what", ["new", "of the first schema"])
def test_processes_that_open_a_database_at_once_make_or_migrate_it_once(tmp_path, what):
    prepared = tmp_path / "prepared.db"
    if what != "new":
        first_schema(prepared)
    openers = []
    for number in range(6):
        path = tmp_path / f"{number % 2}.db"
        if prepared.exists() and not path.exists():
            shutil.copy(prepared, path)
        openers.append(start(OPENING, path))
    for opener in openers:
        assert opener.stdout.readline() == "ready\n"
    for opener in openers:
        opener.stdin.write("go\n")
        opener.stdin.flush()
    found = [opener.communicate(timeout=120) for opener in openers]
    assert [problem for _, problem in found] == [""] * 6
    assert len({said for said, _ in found}) == 1
    for number in range(2):
        assert problems_of(Site(tmp_path / f"{number}.db")) == []
