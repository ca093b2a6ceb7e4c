from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from kb import engine
from kb.errors import (
    KnowledgeBaseLockedError,
    KnowledgeBaseNotFoundError,
    KnowledgeBaseTooNewError,
    KnowledgeBaseUnavailableError,
    NotAKnowledgeBaseError,
)
from kb.knowledge_base import KnowledgeBase
from tests.conftest import organization


def test_a_missing_knowledge_base_is_said_and_not_created(tmp_path: Path):
    with pytest.raises(KnowledgeBaseNotFoundError, match="dancecard init"):
        KnowledgeBase.open(tmp_path / "none.db", create=False)
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize("content", [b"hello", b"PK\x03\x04" + b"0" * 100])
def test_a_file_of_another_kind_is_left_alone(tmp_path: Path, content: bytes):
    path = tmp_path / "file.db"
    path.write_bytes(content)
    with pytest.raises(NotAKnowledgeBaseError, match="left alone"):
        KnowledgeBase.open(path)
    assert path.read_bytes() == content


def test_a_database_of_another_program_is_left_alone(tmp_path: Path):
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE recipe (name TEXT)")
    with pytest.raises(NotAKnowledgeBaseError, match="another program"):
        KnowledgeBase.open(path)


def test_a_folder_is_not_a_knowledge_base(tmp_path: Path):
    with pytest.raises(NotAKnowledgeBaseError, match="is a folder"):
        KnowledgeBase.open(tmp_path)


def test_a_newer_schema_is_said_and_left_alone(tmp_path: Path):
    path = tmp_path / "kb.db"
    KnowledgeBase.open(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(KnowledgeBaseTooNewError, match="newer Dancecard"):
        KnowledgeBase.open(path)


def test_a_locked_database_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_MS", 100)
    path = tmp_path / "kb.db"
    kb = KnowledgeBase.open(path)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(KnowledgeBaseLockedError, match="locked by another program"):
        kb.add(organization("a"))
    holder.execute("ROLLBACK")
    kb.add(organization("a"))


def test_a_truncated_database_is_said(tmp_path: Path):
    path = tmp_path / "kb.db"
    kb = KnowledgeBase.open(path)
    kb.add(*(organization(f"o{number}") for number in range(200)))
    kb.close()
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises((NotAKnowledgeBaseError, KnowledgeBaseUnavailableError)):
        KnowledgeBase.open(path).count()


def test_the_migration_makes_exactly_the_tables_of_the_models(tmp_path: Path):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from sqlmodel import SQLModel

    kb = KnowledgeBase.open(tmp_path / "kb.db")
    with kb.reading() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), SQLModel.metadata)
    assert [item for item in differences if "organization_fts" not in str(item)] == []


def test_pragmas_that_protect_the_data(tmp_path: Path):
    kb = KnowledgeBase.open(tmp_path / "kb.db")
    with kb.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_memory_knowledge_base_works():
    kb = KnowledgeBase.open("sqlite://")
    kb.add(organization("a"))
    assert kb.count()["organizations"] == 1
