"""A full disk and a read-only one: a clear message, and nothing that was acknowledged is lost."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from kb.columns import ColumnStore
from kb.errors import KnowledgeBaseUnavailableError
from tests.conftest import claim, organization
from tests.faults import small_disks
from tests.faults.checks import file_problems, problems_of, snapshot_problems
from tests.faults.operations import QuickEncoder, Site, contents, records

needs_mounts = pytest.mark.skipif(not small_disks.can_mount(), reason="this machine lets nobody mount a small disk")
needs_limits = pytest.mark.skipif(sys.platform == "win32", reason="needs limits of file sizes")

UNTIL_FULL = """
import sys
from pathlib import Path
from kb.errors import KnowledgeBaseUnavailableError
from kb.knowledge_base import KnowledgeBase
from tests.faults.checks import problems_of
from tests.faults.operations import Site, land, records
{limit}
path = Path(sys.argv[1])
site = Site(path)
with site.opened() as kb:
    kb.add(*records("first", 30))
landed = 0
try:
    for number in range(1, 1000):
        land(site, number)
        landed += 1
except KnowledgeBaseUnavailableError as error:
    print(error)
{more}
with site.opened() as kb:
    assert kb.count()["organizations"] == 30 + 120 * landed, (kb.count(), landed)
    assert kb.batches(1)[0].label.endswith(f"coming-{{landed}}.csv")
assert landed > 0
assert problems_of(site) == []
with site.opened() as kb:
    kb.add(*records("last", 1))
    assert kb.get("last-0").id == "last-0"
print("nothing lost")
"""


@needs_limits
def test_a_file_that_may_grow_no_further_says_so_and_loses_nothing(tmp_path):
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, resource.RLIM_INFINITY))"
    more = "resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))"
    said = small_disks.run(UNTIL_FULL.format(limit=limit, more=more), tmp_path / "kb.db")
    assert f"{tmp_path / 'kb.db'} cannot be used" in said
    assert "free space" in said
    assert "nothing lost" in said


@needs_mounts
def test_a_full_disk_says_so_and_loses_nothing(tmp_path):
    more = 'import subprocess; subprocess.run(["mount", "-o", "remount,size=64m", path.parent], check=True)'
    said = small_disks.run(
        UNTIL_FULL.format(limit="", more=more), tmp_path / "kb.db", mounts=small_disks.full(tmp_path, "4m")
    )
    assert "database or disk is full" in said
    assert f"{tmp_path / 'kb.db'} cannot be used" in said
    assert "nothing lost" in said


def test_a_database_at_its_largest_size_takes_no_half_import(kb):
    kb.add(*records("known", 5))
    with kb.reading() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 5}")
    before = contents(kb.path)
    with pytest.raises(KnowledgeBaseUnavailableError, match="free space"):
        kb.add(*records("coming", 400))
    assert contents(kb.path) == before
    assert file_problems(kb.path) == []


WRITING = """
import sys
from kb.errors import KbError
from kb.knowledge_base import KnowledgeBase
from tests.faults.operations import records
try:
    kb = KnowledgeBase.open(sys.argv[1])
    print("opened", kb.count()["organizations"])
    kb.add(*records("coming", 1))
    print("written")
except KbError as error:
    print(error)
"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A small knowledge base in a folder of its own, closed."""
    site = Site(tmp_path / "there" / "kb.db")
    with site.opened() as kb:
        kb.add(*records("known", 20))
        ColumnStore(kb, QuickEncoder()).current()
    return site


@needs_mounts
@pytest.mark.parametrize("what", ["folder", "file"])
def test_what_is_read_only_is_said_and_left_alone(site, what):
    before = site.path.read_bytes()
    place = site.path if what == "file" else site.path.parent
    said = small_disks.run(WRITING, site.path, mounts=small_disks.read_only(place))
    assert f"{site.path} cannot be used" in said
    assert "writable" in said
    assert "written" not in said
    assert site.path.read_bytes() == before
    assert problems_of(site) == []


@needs_mounts
def test_a_knowledge_base_cannot_be_made_in_a_read_only_folder(tmp_path):
    said = small_disks.run(WRITING, tmp_path / "new" / "kb.db", mounts=small_disks.read_only(tmp_path))
    assert f"{tmp_path / 'new'} cannot be created: Read-only file system" in said
    said = small_disks.run(WRITING, tmp_path / "kb.db", mounts=small_disks.read_only(tmp_path))
    assert f"{tmp_path / 'kb.db'} cannot be used" in said


RANKING = """
import logging, sys
logging.basicConfig(stream=sys.stdout, format="%(message)s")
import numpy as np
from pathlib import Path
from kb.columns import ColumnStore
from kb.knowledge_base import KnowledgeBase
from tests.conftest import claim
from tests.faults.operations import QuickEncoder
kb = KnowledgeBase.open(sys.argv[1])
encoder = QuickEncoder()
store = ColumnStore(kb, encoder, Path(sys.argv[2]) if len(sys.argv) > 2 else None)
columns = store.current()
print("ready", columns.n, len(encoder.encoded))
kb.add_claim("known-3", claim("value", "safety"))
columns = store.rebuild()
print("rebuilt", columns.n, np.flatnonzero(columns.claims[claim("value", "safety").kind].any(axis=0)).tolist())
store.vectors.encode(encoder, ["a new text"])
print("encoded", len(encoder.encoded))
"""


@needs_mounts
def test_a_read_only_cache_is_used_and_said_and_ranking_goes_on(site):
    said = small_disks.run(RANKING, site.path, mounts=small_disks.read_only(site.snapshots))
    assert "ready 20 0" in said
    assert "rebuilt 20 [3]" in said
    assert "vectors cannot be kept (attempt to write a readonly database)" in said
    assert "the snapshot cannot be saved" in said
    with site.opened() as kb:
        assert snapshot_problems(kb, site.snapshots) == []


@needs_mounts
def test_a_read_only_folder_without_a_cache_costs_time_and_nothing_else(site, tmp_path):
    folder = tmp_path / "shelf"
    folder.mkdir()
    said = small_disks.run(RANKING, site.path, folder / "cache", mounts=small_disks.read_only(folder))
    assert "ready 20 24" in said
    assert "rebuilt 20 [3]" in said
    assert "the snapshot cannot be saved" in said


@needs_mounts
@pytest.mark.parametrize("size", ["4k", "64k", "300k"])
def test_a_full_disk_under_the_cache_costs_time_and_nothing_else(site, tmp_path, size):
    folder = tmp_path / "shelf"
    folder.mkdir()
    said = small_disks.run(RANKING, site.path, folder, mounts=small_disks.full(folder, size))
    assert "ready 20 24" in said
    assert "rebuilt 20 [3]" in said
    assert "the snapshot cannot be saved" in said
    assert "free space" in said


def test_a_cache_folder_that_is_a_file_is_said(site, caplog):
    with site.opened() as kb:
        for file in site.path.parent.glob("kb.db.cache/**/*"):
            file.unlink() if file.is_file() else None
        site.snapshots.rename(site.path.parent / "away")
        site.snapshots.write_text("in the way")
        store = ColumnStore(kb, QuickEncoder())
        assert store.current().n == 20
    assert "kb.db.cache cannot be made" in caplog.text
    assert site.snapshots.read_text() == "in the way"


def test_a_write_that_fails_half_way_leaves_nothing_of_itself(kb):
    """A file that another program damages under the hands of an import."""
    kb.add(*records("known", 5))
    with closing(sqlite3.connect(kb.path)) as connection, connection:
        connection.execute(
            "CREATE TRIGGER broken BEFORE INSERT ON claim WHEN new.code = 'logistics' "
            "BEGIN SELECT RAISE(ABORT, 'the disk said no'); END"
        )
    before = contents(kb.path)
    with pytest.raises(Exception, match="the disk said no"):
        kb.add(organization("a", claim("capacity", "funding")), organization("b", claim("capacity", "logistics")))
    assert contents(kb.path) == before
