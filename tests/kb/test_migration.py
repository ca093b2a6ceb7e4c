"""A knowledge base of an earlier schema is brought up to date with everything in it."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from kb import engine
from kb.casework.partnerships import Move, Stage
from kb.errors import KnowledgeBaseTooNewError, KnowledgeBaseUnavailableError
from kb.knowledge_base import KnowledgeBase
from kb.organization import Organization

TABLES = ("organization", "registry_id", "claim", "engagement", "participation", "relation", "brief", "batch", "change")


@pytest.fixture
def first_schema(tmp_path: Path) -> Path:
    path = tmp_path / "old.db"
    opened = engine.make_engine(engine.parse_url(path))
    config = Config()
    config.set_main_option("script_location", str(engine.MIGRATIONS))
    with opened.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.commit()
    opened.dispose()
    evidence = json.dumps([["sells soap", True, "summary"]])
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA foreign_keys=ON")
        connection.executescript(
            f"""
            INSERT INTO organization (number, id, name, aliases, country, city, website, mission, description,
                text_source, merged_into, version) VALUES
                (1, 'acme', 'Acme', '["A"]', 'KE', '', '', 'Clean hands', '', '', NULL, 3),
                (2, 'bolt', 'Bolt', '[]', NULL, '', '', '', '', '', 'acme', 1);
            INSERT INTO registry_id VALUES (1, 'GB-CHC', '123');
            INSERT INTO claim (organization_number, kind, code, strength, status, confidence, evidence, source_name,
                source_url, source_row)
                VALUES (1, 'capacity', 'distribution', 0.6, 'stated', 1, '{evidence}', 's', '', '');
            INSERT INTO engagement (number, id, title, text, causes, status, source_name, source_url, source_row)
                VALUES (1, 'e', 'Soap for all', '', '[]', 'stated', 's', '', '');
            INSERT INTO participation VALUES (1, 'acme', 'lead'), (1, 'bolt', 'participant');
            INSERT INTO relation (id, subject_id, kind, object_id, status, evidence, source_name, source_url,
                source_row) VALUES ('acme|funds|bolt', 'acme', 'funds', 'bolt', 'stated', '[]', 's', '', '');
            INSERT INTO brief VALUES ('b', 'A brief', '{{"id": "b", "title": "A brief"}}', 1);
            INSERT INTO batch VALUES (1, 'edit', 'edit', '', 'Anna', '2025-01-01 00:00:00', '{{}}', NULL);
            INSERT INTO change VALUES (1, 1, 'organization', 'acme', 'added', NULL);
            """
        )
    return path


def contents(path: Path) -> dict[str, list[tuple]]:
    with sqlite3.connect(path) as connection:
        return {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES}


def test_the_first_schema_comes_to_the_newest_with_all_its_data(first_schema: Path):
    before = contents(first_schema)
    assert all(before.values())
    kb = KnowledgeBase.open(first_schema)
    assert contents(first_schema) == before
    assert kb.get("bolt").claims[0].evidence[0].text == "sells soap"
    assert [found.id for found in kb.find("hands")] == ["acme"]
    with kb.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == engine.HEAD
    kb.casework.record("b", "acme", Move(stage=Stage.LONGLIST))
    assert kb.casework.verify_trail().events == 1
    assert kb.watchlists.all() == []


def test_words_of_a_migrated_knowledge_base_are_found_after_every_change(first_schema: Path):
    kb = KnowledgeBase.open(first_schema)
    renamed = kb.get("acme").model_copy(update={"name": "Zenith", "aliases": ()})
    batch = kb.add(*(Organization(id=f"new-{n}", name=f"Lantern {n}") for n in range(3)), renamed)
    assert {found.id for found in kb.find("lantern")} == {"new-0", "new-1", "new-2"}
    assert [found.id for found in kb.find("zenith")] == ["acme"]
    assert kb.find("acme") == []
    kb.undo(batch)
    assert kb.find("lantern") == []
    with sqlite3.connect(first_schema) as connection:
        connection.execute("INSERT INTO organization_fts(organization_fts, rank) VALUES ('integrity-check', 1)")


def test_a_migrated_and_a_new_knowledge_base_have_the_same_schema(first_schema: Path, tmp_path: Path):
    KnowledgeBase.open(first_schema).close()
    KnowledgeBase.open(tmp_path / "new.db").close()
    schemas = []
    for path in (first_schema, tmp_path / "new.db"):
        with sqlite3.connect(path) as connection:
            schemas.append(set(connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall()))
    assert schemas[0] == schemas[1]


def test_a_migration_that_fails_leaves_the_knowledge_base_as_it_was(first_schema: Path):
    before = contents(first_schema)
    with sqlite3.connect(first_schema) as connection:
        connection.execute("CREATE TABLE watchlist (in_the_way INTEGER)")
    with pytest.raises(KnowledgeBaseUnavailableError, match="watchlist already exists"):
        KnowledgeBase.open(first_schema)
    with sqlite3.connect(first_schema) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]
        assert not connection.execute("SELECT name FROM sqlite_master WHERE name = 'case_event'").fetchall()
        connection.execute("DROP TABLE watchlist")
    assert contents(first_schema) == before
    assert KnowledgeBase.open(first_schema).count()["organizations"] == 1


def test_a_schema_that_is_newer_than_the_program_is_refused_and_left_alone(first_schema: Path):
    with sqlite3.connect(first_schema) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    content = first_schema.read_bytes()
    with pytest.raises(KnowledgeBaseTooNewError, match="schema 9999"):
        KnowledgeBase.open(first_schema)
    assert first_schema.read_bytes() == content
