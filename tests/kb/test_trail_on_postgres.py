"""The trail on PostgreSQL: the server refuses to change it, and what gets past the server is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kb.casework.partnerships import Move, Note, Stage
from kb.knowledge_base import KnowledgeBase
from tests.conftest import organization

if TYPE_CHECKING:
    from tests.postgres import Server

COLUMNS = "number, stream, kind, body, who, at, previous, digest"


@pytest.fixture
def written(postgres_url: str) -> KnowledgeBase:
    kb = KnowledgeBase.open(postgres_url)
    kb.add(organization("a"))
    kb.casework.record("b", "a", Move(stage=Stage.LONGLIST), who="Anna")
    kb.casework.record("b", "a", *(Note(text=f"note {number}") for number in range(9)), who="Anna")
    return kb


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE case_event SET body = '{}' WHERE number = 4",
        "DELETE FROM case_event WHERE number = 10",
        "DELETE FROM case_event",
        "TRUNCATE case_event",
        f"INSERT INTO case_event ({COLUMNS}) VALUES (0, 's', 'k', '{{}}', 'x', 'now', 'p', 'd')",
        f"INSERT INTO case_event ({COLUMNS}) VALUES (4, 's', 'k', '{{}}', 'x', 'now', 'p', 'd') "
        "ON CONFLICT (number) DO UPDATE SET body = excluded.body",
        "UPDATE trail_head SET number = 5",
        "UPDATE trail_head SET number = 50, id = 2",
        "DELETE FROM trail_head",
        "TRUNCATE trail_head",
        "INSERT INTO trail_head (id, number, digest) VALUES (2, 3, 'x')",
    ],
)
def test_the_database_refuses_to_change_the_trail(written: KnowledgeBase, postgres: Server, statement: str):
    with postgres.connect(written._engine.url.database) as connection, pytest.raises(Exception, match="only grows"):
        connection.execute(statement)
    assert written.casework.verify_trail().whole


@pytest.mark.parametrize(
    ("statement", "broken", "said"),
    [
        ('UPDATE case_event SET body = \'{"text": "other"}\' WHERE number = 4', 4, "not as it was recorded"),
        ("DELETE FROM case_event WHERE number BETWEEN 4 AND 6", 7, "from 4 to 6 are missing"),
        ("DELETE FROM case_event WHERE number > 7", 8, "events after 7 are missing"),
        (
            f"INSERT INTO case_event ({COLUMNS}) SELECT 11, stream, kind, body, who, at, digest, 'forged' "
            "FROM case_event WHERE number = 10",
            11,
            "not as it was recorded",
        ),
    ],
)
def test_what_gets_past_the_database_is_found(
    written: KnowledgeBase, postgres: Server, statement: str, broken: int, said: str
):
    with postgres.connect(written._engine.url.database) as connection:
        connection.execute("SET session_replication_role = replica")  # an owner switches the guards off
        connection.execute(statement)
    found = written.casework.verify_trail()
    assert (found.whole, found.broken) == (False, broken)
    assert said in found.problem
