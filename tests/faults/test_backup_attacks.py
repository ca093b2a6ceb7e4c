"""Backups that are damaged or foreign, restores that are killed or go to a place in use: all or nothing, and said."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from kb.backup import BackupError, back_up, examine, restore
from kb.errors import KbError
from kb.knowledge_base import KnowledgeBase
from tests.conftest import organization
from tests.faults import small_disks
from tests.faults.checks import problems_of
from tests.faults.operations import Site, contents, records

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = Site(tmp_path / "kb.db")
    with site.opened() as kb:
        kb.add(*records("known", 60), who="ann")
    return site


@pytest.fixture
def saved(site: Site, tmp_path: Path) -> Path:
    with site.opened() as kb:
        return back_up(kb, tmp_path / "saved.db").path


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
def test_a_backup_or_restore_that_is_killed_is_whole_or_absent():
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.backup_campaign", "--kills", "12", "--seed", "3"],
        cwd=ROOT,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    reports = json.loads(done.stdout)
    assert [failure for report in reports.values() for failure in report["failures"]] == []
    assert sum(report["inside"] for report in reports.values()) >= 15


@pytest.mark.parametrize("seed", range(30))
def test_one_changed_byte_anywhere_is_found(saved, tmp_path, seed):
    chance = random.Random(seed)
    content = bytearray(saved.read_bytes())
    # the header's counter, journal mode and page size: a change there says that a program wrote to the file
    at = chance.randrange(100, len(content))
    content[at] ^= 1 << chance.randrange(8)
    saved.write_bytes(content)
    with pytest.raises(KbError, match="damaged"):
        restore(saved, tmp_path / "new.db")
    assert not (tmp_path / "new.db").exists()


def test_one_changed_letter_of_a_text_is_found(saved, tmp_path):
    """SQLite itself finds nothing wrong with it."""
    saved.write_bytes(saved.read_bytes().replace(b"district 7 of", b"district 9 of"))
    with closing(sqlite3.connect(saved)) as connection:
        assert connection.execute("PRAGMA quick_check").fetchone() == ("ok",)
    with pytest.raises(BackupError, match=r"saved\.db is damaged"):
        restore(saved, tmp_path / "new.db")


@pytest.mark.parametrize("share", [0.3, 0.9, 0.999])
def test_a_backup_that_was_cut_off_is_refused(saved, site, share):
    before = contents(site.path)
    os.truncate(saved, int(saved.stat().st_size * share))
    with pytest.raises(KbError, match="damaged"):
        restore(saved, site.path, replace=True)
    assert contents(site.path) == before


def test_a_backup_that_was_opened_and_changed_can_be_restored(saved, tmp_path):
    with Site(saved).opened() as kb:
        kb.add(organization("later"))
    restore(saved, tmp_path / "new.db")
    with Site(tmp_path / "new.db").opened() as kb:
        assert kb.get("later").id == "later"
    assert problems_of(Site(tmp_path / "new.db")) == []


def test_a_backup_of_what_was_restored_is_sealed_anew(saved, tmp_path):
    restore(saved, tmp_path / "new.db")
    with Site(tmp_path / "new.db").opened() as kb:
        kb.add(organization("later"))
        again = back_up(kb, tmp_path / "again.db")
    assert examine(again.path).counts["organizations"] == 61
    again.path.write_bytes(again.path.read_bytes().replace(b"district 7 of", b"district 9 of"))
    with pytest.raises(BackupError, match="damaged"):
        examine(again.path)


@pytest.mark.parametrize("mode", ["DELETE", "WAL"])
def test_a_backup_with_pages_of_another_size_can_be_restored(saved, site, mode):
    with closing(sqlite3.connect(saved, isolation_level=None)) as connection:
        connection.execute("PRAGMA page_size=16384")
        connection.execute("VACUUM")
        connection.execute(f"PRAGMA journal_mode={mode}")
    with site.opened() as kb:
        kb.add(organization("later"))
        restore(saved, site.path, replace=True)
        assert kb.count()["organizations"] == 60
    assert problems_of(site) == []


def test_a_journal_that_a_deleted_knowledge_base_left_is_not_played_into_what_is_restored(saved, tmp_path):
    """A killed process leaves a journal; its database is deleted; the restored one must not meet that journal."""
    gone = Site(tmp_path / "new.db")
    with gone.opened() as kb:
        kb.add(*records("gone", 90), who="ann")
        shutil.copy(tmp_path / "new.db-wal", tmp_path / "kept-wal")
    (tmp_path / "kept-wal").rename(tmp_path / "new.db-wal")
    gone.path.unlink()
    assert (tmp_path / "new.db-wal").stat().st_size > 0
    restore(saved, gone.path)
    with gone.opened() as kb:
        assert kb.count()["organizations"] == 60
        assert kb.get_many(["gone-1"]) == []
    assert problems_of(gone) == []
    assert len(list(tmp_path.glob("new.db-wal left over*.old"))) == 1


def test_a_restore_to_a_place_where_others_write_loses_nothing_of_theirs_unsaid(saved, site, tmp_path):
    """What was acknowledged before is in the backup beside it; what is written after is in the restored one."""
    writing = subprocess.Popen(
        [sys.executable, "-c", WRITING, str(site.path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    written = [writing.stdout.readline().strip() for _ in range(5)]
    done = restore(saved, site.path, replace=True)
    written += [writing.stdout.readline().strip() for _ in range(5)]
    writing.send_signal(signal.SIGTERM)
    written += writing.stdout.read().split()
    writing.wait(30)
    with Site(done.before.path).opened() as before, site.opened() as after:
        lost = [key for key in written if not before.get_many([key]) and not after.get_many([key])]
    assert "" not in written
    assert lost == []
    assert problems_of(site) == []


WRITING = """
import signal, sys
from kb.knowledge_base import KnowledgeBase
from kb.organization import Organization
going = []
signal.signal(signal.SIGTERM, lambda *_: going.append(0))
kb = KnowledgeBase.open(sys.argv[1])
number = 0
while not going:
    kb.add(Organization(id=f"during-{number}", name=f"During {number}"))
    print(f"during-{number}", flush=True)
    number += 1
"""


def test_what_killed_restores_left_is_cleared_away_after_a_day(saved, tmp_path):
    for name, age in ((".dancecard-old", 2 * 24 * 3600), (".dancecard-new", 60)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "restored.db").write_bytes(b"half")
        os.utime(tmp_path / name, (time.time() - age, time.time() - age))
    restore(saved, tmp_path / "new.db")
    assert [path.name for path in tmp_path.glob(".dancecard-*")] == [".dancecard-new"]


RESTORING = """
import sys
from kb.backup import restore
from kb.errors import KbError
try:
    restore(sys.argv[1], sys.argv[2], replace=True)
except KbError as error:
    print(error)
"""


@pytest.mark.skipif(not small_disks.can_mount(), reason="this machine lets nobody mount a small disk")
def test_a_restore_to_a_full_or_read_only_disk_is_refused_in_words(saved, tmp_path):
    (tmp_path / "small").mkdir()
    target = tmp_path / "small" / "kb.db"
    said = small_disks.run(RESTORING, saved, target, mounts=small_disks.full(tmp_path / "small", "100k"))
    assert "full" in said or "No space" in said
    shutil.copy(saved, target)
    before = target.read_bytes()
    said = small_disks.run(RESTORING, saved, target, mounts=small_disks.read_only(tmp_path / "small"))
    assert "Read-only file system" in said
    assert target.read_bytes() == before


def test_a_folder_of_backups_holds_nothing_else(site, tmp_path):
    with site.opened() as kb:
        back_up(kb, tmp_path / "shelf" / "one.db")
    assert [path.name for path in (tmp_path / "shelf").iterdir()] == ["one.db"]
    opened = KnowledgeBase.open(tmp_path / "shelf" / "one.db")
    assert opened.count()["organizations"] == 60
    opened.close()
