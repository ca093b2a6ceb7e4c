"""A knowledge base of every earlier schema, with something in every table and column, keeps all of it."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

import pytest

from kb import engine
from kb.backup import restore
from kb.casework.partnerships import Move, Stage
from kb.knowledge_base import KnowledgeBase
from tests.faults.checks import problems_of
from tests.faults.operations import Site, at_revision

REVISIONS = sorted(path.name[:4] for path in (engine.MIGRATIONS / "versions").glob("[0-9]*.py"))
ROWS = 5
IDENTITIES = {
    ("organization", "id"): "org-{}",
    ("organization", "merged_into"): None,
    ("organization", "text_source"): '{"name": "a registry"}',
    ("participation", "organization_id"): "org-{}",
    ("participation", "engagement_number"): "{}",
    ("relation", "subject_id"): "org-{}",
    ("relation", "object_id"): "org-1",
    ("relation", "id"): "org-{}|funds|org-1",
    ("relation", "kind"): "funds",
    ("source_record", "target_id"): "org-{}",
    ("claim", "kind"): "capacity",
    ("claim", "code"): "funding",
    ("claim", "role"): None,
    ("claim", "revenue_share"): None,
    ("change", "entity"): "organization",
    ("change", "entity_id"): "org-{}",
    ("change", "before"): None,
    ("watchlist", "in_use"): 1,
}
JSON_LISTS = {
    "evidence",
    "causes",
    "counts",
    "aliases",
    "weak_aliases",
    "countries",
    "registration_numbers",
    "rejections",
}


def value(table: str, name: str, kind: str, row: int) -> object:
    """Make up a value that the program could have written."""
    if (table, name) in IDENTITIES:
        made = IDENTITIES[table, name]
        return made.replace("{}", str(row)) if isinstance(made, str) else made
    if name == "status":
        return "stated"
    if name in JSON_LISTS and table != "organization":
        return "{}" if name == "counts" else '[["soap", true, "row 1"]]' if name == "evidence" else '["soap"]'
    if table == "brief" and name == "body":
        return json.dumps({"id": f"id {row}", "title": f"Brief {row}"})
    if "INT" in kind or kind == "BOOLEAN":
        return row
    if kind == "FLOAT":
        return row / 10
    if kind == "DATE":
        return date(2024, 1, row).isoformat()
    if kind == "DATETIME":
        return datetime(2024, 1, row, 12, 30).isoformat(" ")
    return f"{name} {row}"


def fill(path: Path) -> None:
    """Write rows to every table, by what its columns are; the trail gets a chain of events that holds."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        for table in _tables(connection):
            columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
            if table in {"case_event", "trail_head"}:
                continue
            marks = ", ".join("?" * len(columns))
            for row in range(1, ROWS + 1):
                values = [value(table, column[1], column[2], row) for column in columns]
                connection.execute(f"INSERT INTO {table} VALUES ({marks})", values)
        if "case_event" in _tables(connection):
            _fill_trail(connection)
        connection.execute("INSERT INTO organization_fts(organization_fts) VALUES ('rebuild')")
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def _fill_trail(connection: sqlite3.Connection) -> None:
    previous = ""
    for row in range(1, ROWS + 1):
        body = json.dumps(Move(stage=Stage.LONGLIST).model_dump(mode="json"), sort_keys=True)
        event = [previous, row, f"partnership:brief:org-{row}", "move", body, "ann", f"2024-01-0{row}T12:00:00+00:00"]
        digest = hashlib.sha256(json.dumps(event).encode()).hexdigest()
        names = "previous, number, stream, kind, body, who, at, digest"
        connection.execute(f"INSERT INTO case_event ({names}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*event, digest))
        connection.execute("UPDATE trail_head SET number = ?, digest = ?", (row, digest))
        previous = digest


def _tables(connection: sqlite3.Connection) -> list[str]:
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid"
    names = [row[0] for row in connection.execute(query)]
    return [name for name in names if name != "alembic_version" and not name.startswith("organization_fts")]


def rows_of(path: Path) -> dict[str, list[dict[str, object]]]:
    with closing(sqlite3.connect(path)) as connection:
        found = {}
        for table in _tables(connection):
            cursor = connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2")
            names = [column[0] for column in cursor.description]
            found[table] = [dict(zip(names, row, strict=True)) for row in cursor]
    return found


@pytest.fixture(params=REVISIONS)
def earlier(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A database of a revision with something in every table."""
    path = tmp_path / "earlier.db"
    at_revision(path, request.param)
    fill(path)
    return path


def test_everything_of_every_earlier_schema_is_kept(earlier):
    before = rows_of(earlier)
    assert all(before.values())
    KnowledgeBase.open(earlier).close()
    after = rows_of(earlier)
    for table, rows in before.items():
        kept = [{name: row[name] for name in old} for row, old in zip(after[table], rows, strict=True)]
        assert kept == rows, table
    with Site(earlier).opened() as kb:
        assert {item.id for item in kb.iterate()} == {f"org-{row}" for row in range(1, ROWS + 1)}
        assert kb.get("org-2").claims[0].evidence[0].text == "soap"
        assert [item.id for item in kb.engagements_of("org-3")] == ["id 3"]
        assert kb.brief("id 4").title == "Brief 4"
        kb.casework.record("another", "org-1", Move(stage=Stage.LONGLIST), who="ann")
    found = [problem for problem in problems_of(Site(earlier)) if "not closed" not in problem]
    assert [problem for problem in found if not problem.startswith("snapshot")] == []


def test_a_backup_of_every_earlier_schema_can_be_restored(earlier, tmp_path):
    before = rows_of(earlier)
    restore(earlier, tmp_path / "new.db", who="ann")
    after = rows_of(tmp_path / "new.db")
    for table, rows in before.items():
        if table != "batch":
            assert [{name: row[name] for name in rows[0]} for row in after[table]] == rows, table
    assert len(after["batch"]) == ROWS + 1
