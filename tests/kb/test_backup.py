"""A backup is whole and of one moment; a restore never writes over anything silently."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kb import backup as backups
from kb.backup import BackupError, back_up, examine, restore
from kb.columns import ColumnStore
from kb.engine import HEAD
from kb.errors import (
    KnowledgeBaseLockedError,
    KnowledgeBaseNotFoundError,
    KnowledgeBaseTooNewError,
    NotAKnowledgeBaseError,
)
from kb.knowledge_base import KnowledgeBase
from matcher.cli import app
from tests.conftest import TinyEncoder, organization


class StopError(Exception):
    pass


def stop(*_: object) -> None:
    raise StopError


@pytest.fixture
def filled(kb: KnowledgeBase) -> KnowledgeBase:
    kb.add(*(organization(f"org-{number}", mission="soap " * 200) for number in range(300)), who="ann")
    return kb


@pytest.fixture
def saved(filled: KnowledgeBase, tmp_path: Path) -> Path:
    return back_up(filled, tmp_path / "saved.db").path


def test_a_backup_is_one_file_that_opens_by_itself(filled, tmp_path):
    made = back_up(filled, tmp_path / "away" / "saved.db")
    assert made.counts["organizations"] == 300
    assert made.schema == HEAD
    assert made.changed_at is not None
    assert [path.name for path in (tmp_path / "away").iterdir()] == ["saved.db"]
    opened = KnowledgeBase.open(made.path)
    assert opened.get("org-7") == filled.get("org-7")
    opened.close()


def test_a_backup_is_of_one_moment_while_others_write(filled, tmp_path, monkeypatch):
    monkeypatch.setattr(backups, "PAGES", 5)
    other = KnowledgeBase.open(filled.path)
    written = []

    def write(what: str, *_: object) -> None:
        if what.startswith("Copying") and len(written) < 5:
            written.append(other.add(organization(f"late-{len(written)}")))

    made = back_up(filled, tmp_path / "saved.db", write)
    assert len(written) == 5
    assert made.counts["organizations"] == 300
    assert filled.count()["organizations"] == 305
    other.close()


def test_a_backup_never_replaces_a_file(filled, tmp_path):
    taken = tmp_path / "notes.txt"
    taken.write_text("mine")
    with pytest.raises(BackupError, match="exists already"):
        back_up(filled, taken)
    assert taken.read_text() == "mine"


def test_a_backup_that_is_cancelled_leaves_nothing(filled, tmp_path, monkeypatch):
    monkeypatch.setattr(backups, "PAGES", 20)
    with pytest.raises(StopError):
        back_up(filled, tmp_path / "away" / "saved.db", stop)
    assert list((tmp_path / "away").iterdir()) == []


def test_examining_changes_nothing(saved):
    before = saved.read_bytes()
    examine(saved)
    assert saved.read_bytes() == before
    assert [path.name for path in saved.parent.glob("saved*")] == ["saved.db"]


def test_a_damaged_backup_is_refused(saved, tmp_path):
    content = bytearray(saved.read_bytes())
    for start in range(8_192, len(content), 40_960):
        content[start : start + 4_096] = b"\x5a" * 4_096
    saved.write_bytes(content)
    with pytest.raises((BackupError, NotAKnowledgeBaseError), match="damaged"):
        restore(saved, tmp_path / "new.db")
    assert not (tmp_path / "new.db").exists()


@pytest.mark.parametrize("content", [b"", b"<!doctype html>", b"name,country\nA,KE\n"])
def test_another_file_is_refused(content, tmp_path):
    (tmp_path / "file.db").write_bytes(content)
    with pytest.raises(NotAKnowledgeBaseError, match="choose a file"):
        examine(tmp_path / "file.db")


def test_a_database_of_another_program_is_refused(tmp_path):
    with sqlite3.connect(tmp_path / "other.db") as connection:
        connection.execute("CREATE TABLE song (name TEXT)")
    with pytest.raises(NotAKnowledgeBaseError, match="another program"):
        examine(tmp_path / "other.db")


def test_a_missing_file_and_a_folder_are_explained(tmp_path):
    with pytest.raises(KnowledgeBaseNotFoundError, match="no file"):
        examine(tmp_path / "nowhere.db")
    with pytest.raises(NotAKnowledgeBaseError, match="folder"):
        examine(tmp_path)


def test_a_backup_of_a_newer_version_is_refused(saved, tmp_path):
    with sqlite3.connect(saved) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(KnowledgeBaseTooNewError, match="9999"):
        restore(saved, tmp_path / "new.db")


def test_a_restore_makes_a_knowledge_base_where_there_is_none(saved, filled, tmp_path):
    done = restore(saved, tmp_path / "away" / "new.db", who="bea")
    assert done.before is None
    opened = KnowledgeBase.open(done.path, create=False)
    assert opened.get("org-7") == filled.get("org-7")
    assert (opened.batches(1)[0].who, opened.batches(1)[0].label) == ("bea", "restored from the backup saved.db")
    opened.close()
    assert {path.name for path in done.path.parent.iterdir()} == {"new.db"}


def test_a_knowledge_base_is_not_replaced_unless_asked_for(saved, filled):
    filled.add(organization("later"))
    with pytest.raises(BackupError, match="--replace"):
        restore(saved, filled.path)
    assert filled.get("later").id == "later"


def test_a_replaced_knowledge_base_is_kept_and_can_come_back(saved, filled):
    filled.add(organization("later"))
    done = restore(saved, filled.path, replace=True)
    assert filled.count()["organizations"] == 300
    assert done.before.counts["organizations"] == 301
    restore(done.before.path, filled.path, replace=True)
    assert filled.get("later").id == "later"


def test_those_who_have_it_open_see_what_was_restored_and_can_go_on(saved, filled, tmp_path):
    other = KnowledgeBase.open(filled.path)
    store = ColumnStore(other, TinyEncoder(), tmp_path / "cache")
    other.add(organization("later"))
    newest = store.current().last_change
    restore(saved, filled.path, replace=True)
    assert other.get_many(["later"]) == []
    columns = store.current()
    assert int(columns.alive[: columns.n].sum()) == 300
    other.add(organization("newer"))
    assert store.current().last_change > newest
    with other.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    other.close()


def test_a_restore_that_is_cancelled_changes_nothing(saved, filled, monkeypatch):
    monkeypatch.setattr(backups, "PAGES", 20)
    filled.add(organization("later"))

    def stop_late(what: str, *_: object) -> None:
        if what == "Restoring":
            raise StopError

    with pytest.raises(StopError):
        restore(saved, filled.path, replace=True, progress=stop_late)
    assert filled.get("later").id == "later"
    with filled.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


def test_a_locked_knowledge_base_is_not_waited_for_forever(saved, filled, monkeypatch):
    monkeypatch.setattr(backups, "WAIT_SECONDS", 0.3)
    filled.add(organization("later"))
    with sqlite3.connect(filled.path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(KnowledgeBaseLockedError):
            restore(saved, filled.path, replace=True)
        other.execute("ROLLBACK")
    assert filled.get("later").id == "later"


def test_a_file_that_is_no_knowledge_base_is_not_replaced(saved, tmp_path):
    mine = tmp_path / "mine.db"
    mine.write_text("letters")
    with pytest.raises(BackupError, match="Move that file away"):
        restore(saved, mine, replace=True)
    assert mine.read_text() == "letters"


def test_a_knowledge_base_is_not_restored_from_itself(filled):
    with pytest.raises(BackupError, match="itself"):
        restore(filled.path, filled.path, replace=True)


def test_a_copy_of_the_bare_file_can_be_restored(filled, tmp_path):
    with filled.reading() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    shutil.copy(filled.path, tmp_path / "copied by hand.db")
    restore(tmp_path / "copied by hand.db", tmp_path / "new.db")
    assert KnowledgeBase.open(tmp_path / "new.db").count()["organizations"] == 300


def test_the_commands_say_what_they_did_and_refuse_in_words(filled, tmp_path):
    run = CliRunner()
    target, address = str(tmp_path / "by hand.db"), str(filled.path)
    made = run.invoke(app, ["backup", target, "--kb", address])
    assert made.exit_code == 0
    assert "300 organizations" in made.output
    again = run.invoke(app, ["backup", target, "--kb", address])
    assert (again.exit_code, "exists already" in again.output) == (1, True)
    refused = run.invoke(app, ["restore", target, "--kb", address])
    assert (refused.exit_code, "--replace" in refused.output) == (1, True)
    filled.add(organization("later"))
    done = run.invoke(app, ["restore", target, "--kb", address, "--replace", "--who", "bea"])
    assert done.exit_code == 0
    assert "301 organizations" in done.output
    assert filled.batches(1)[0].who == "bea"
    assert run.invoke(app, ["backup", "x.db", "--kb", str(tmp_path / "nowhere.db")]).exit_code == 1
