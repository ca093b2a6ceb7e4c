"""A knowledge base on a PostgreSQL server: opening, refusing in words, keeping its secrets, migrating once."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kb import engine
from kb.columns import ColumnStore
from kb.engines import postgres as postgres_engine
from kb.errors import (
    KbError,
    KnowledgeBaseLockedError,
    KnowledgeBaseNotFoundError,
    KnowledgeBaseTooNewError,
    KnowledgeBaseUnavailableError,
    NotAKnowledgeBaseError,
)
from kb.knowledge_base import KnowledgeBase
from tests.conftest import TinyEncoder, claim, organization

if TYPE_CHECKING:
    from tests.postgres import Server

SECRET = "hunter2"


def test_an_empty_database_is_not_filled_unless_asked_for(postgres: Server):
    url = postgres.url(postgres.fresh_database())
    with pytest.raises(KnowledgeBaseNotFoundError, match="dancecard init"):
        KnowledgeBase.open(url, create=False)
    kb = KnowledgeBase.open(url)
    kb.add(organization("a"))
    kb.close()
    assert KnowledgeBase.open(url, create=False).get("a").name == "A"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_usual_spelling_of_an_address_is_understood(postgres_url: str, scheme: str):
    assert KnowledgeBase.open(f"{scheme}://{postgres_url.partition('://')[2]}").count()["organizations"] == 0


@pytest.mark.parametrize(
    ("address", "error", "said"),
    [
        ("postgresql+psycopg://u:hunter2@localhost:1/x", KnowledgeBaseUnavailableError, "no server answers"),
        ("postgresql+psycopg://u:hunter2@/x?host=/nowhere", KnowledgeBaseUnavailableError, "no server answers"),
        ("postgresql+psycopg://u@localhost:1/x?password=hunter2", KnowledgeBaseUnavailableError, "no server answers"),
        ("postgresql+psycopg://u:hunter2@no.such.host.invalid/x", KnowledgeBaseUnavailableError, "not known"),
        ("postgresql+psycopg://u:hunter2@localhost", KnowledgeBaseNotFoundError, "names no database"),
        ("postgresql+psycopg://u:hunter2@localhost:port/x", NotAKnowledgeBaseError, "not a database address"),
        ("postgresql+psycopg://u:hunt@hunter2@localhost:port/x", NotAKnowledgeBaseError, "not a database address"),
        ("mysql://u:hunter2@localhost/x", NotAKnowledgeBaseError, "cannot be kept in 'mysql'"),
        ("nonsense://u:hunter2@localhost/x", NotAKnowledgeBaseError, "cannot be kept in 'nonsense'"),
    ],
)
def test_what_cannot_be_opened_is_said_without_the_password(address: str, error: type[KbError], said: str):
    with pytest.raises(error, match=said) as caught:
        KnowledgeBase.open(address)
    assert SECRET not in str(caught.value)


def test_a_database_or_a_user_that_is_not_there(postgres: Server, postgres_url: str):
    with pytest.raises(KnowledgeBaseNotFoundError, match="no database 'missing'"):
        KnowledgeBase.open(postgres.url("missing"))
    with pytest.raises(KnowledgeBaseUnavailableError, match="no user 'nobody'"):
        KnowledgeBase.open(postgres_url.replace("postgres@", "nobody@"))


def test_a_wrong_password_is_said_and_never_shown(postgres: Server, postgres_url: str, tmp_path: Path):
    with postgres.connect() as connection:
        connection.execute("CREATE ROLE guarded LOGIN PASSWORD 'right'")
        (path,) = connection.execute("SHOW hba_file").fetchone()
        rules = Path(path)
        before = rules.read_text()
        try:
            rules.write_text("local all guarded scram-sha-256\n" + before)
            connection.execute("SELECT pg_reload_conf()")
            with pytest.raises(KnowledgeBaseUnavailableError, match="password is wrong") as caught:
                KnowledgeBase.open(postgres_url.replace("postgres@", f"guarded:{SECRET}@"))
        finally:
            rules.write_text(before)
            connection.execute("SELECT pg_reload_conf()")
    assert SECRET not in str(caught.value)
    assert "guarded" in str(caught.value)


def test_the_address_of_an_open_knowledge_base_holds_no_password(postgres_url: str):
    kb = KnowledgeBase.open(postgres_url.replace("postgres@", f"postgres:{SECRET}@"))
    assert SECRET not in kb.address
    assert "***" in kb.address


def test_a_database_of_another_program_and_a_newer_one_are_left_alone(postgres: Server, postgres_url: str):
    name = postgres.fresh_database()
    with postgres.connect(name) as connection:
        connection.execute("CREATE TABLE recipe (name TEXT)")
    with pytest.raises(NotAKnowledgeBaseError, match="another program"):
        KnowledgeBase.open(postgres.url(name))
    kb = KnowledgeBase.open(postgres_url)
    with engine.writing(kb._engine, "") as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(KnowledgeBaseTooNewError, match="schema 9999"):
        KnowledgeBase.open(postgres_url)


def test_the_migration_makes_the_tables_of_the_models_and_those_of_search(postgres_url: str):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from sqlmodel import SQLModel

    kb = KnowledgeBase.open(postgres_url)
    with kb.reading() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), SQLModel.metadata)
        texts = "SELECT DISTINCT collation_name FROM information_schema.columns WHERE table_schema = current_schema() "
        collations = connection.exec_driver_sql(texts + "AND data_type IN ('text', 'character varying')").all()
    assert [item for item in differences if "organization_words" not in str(item)] == []
    assert collations == [("C",)]


def test_a_migration_that_fails_leaves_nothing_behind(postgres: Server, monkeypatch: pytest.MonkeyPatch):
    name = postgres.fresh_database()
    with postgres.connect(name) as connection:
        connection.execute("CREATE FUNCTION case_event_kept() RETURNS int LANGUAGE sql AS 'SELECT 1'")
    with pytest.raises(Exception, match="case_event_kept"):
        KnowledgeBase.open(postgres.url(name))
    with postgres.connect(name) as connection:
        assert connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall() == []
        connection.execute("DROP FUNCTION case_event_kept()")
    assert KnowledgeBase.open(postgres.url(name)).count()["organizations"] == 0


OPEN = """
import sys
from kb.knowledge_base import KnowledgeBase
sys.stdin.readline()
print(KnowledgeBase.open(sys.argv[1]).count()["organizations"])
"""


def test_programs_that_migrate_at_once_do_not_disturb_each_other(postgres: Server):
    url = postgres.url(postgres.fresh_database())
    started = [
        subprocess.Popen([sys.executable, "-c", OPEN, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for process in started:
        process.stdin.write("\n")
        process.stdin.flush()
    threads = [threading.Thread(target=KnowledgeBase.open, args=[url]) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [process.communicate()[0].strip() for process in started] == ["0", "0", "0"]


def test_a_server_that_says_no_or_stops_is_said(postgres: Server, postgres_url: str):
    kb = KnowledgeBase.open(postgres_url)
    kb.add(organization("a"))
    name = kb._engine.url.database
    with postgres.connect() as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        assert kb.get("a").id == "a"  # a connection that was lost between two questions is opened anew

        def lose_it() -> None:
            with kb._writing() as writing:
                connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
                writing.exec_driver_sql("UPDATE organization SET name = 'lost'")

        with pytest.raises(KnowledgeBaseUnavailableError, match="lost"):
            lose_it()
        connection.execute("CREATE ROLE onlooker LOGIN")
    with postgres.connect(name) as connection:
        connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO onlooker")
    onlooker = KnowledgeBase.open(postgres_url.replace("postgres@", "onlooker@"))
    assert onlooker.get("a").name == "A"
    with pytest.raises(KnowledgeBaseUnavailableError, match="does not allow that to this user"):
        onlooker.add(organization("b"))
    assert kb.get("a").name == "A"


def test_a_character_that_cannot_be_kept_is_said(postgres_url: str):
    kb = KnowledgeBase.open(postgres_url)
    with pytest.raises(KbError, match="character NUL"):
        kb.add(organization("a", mission="one\x00two"))
    assert kb.count()["organizations"] == 0


def test_a_writer_that_holds_on_for_too_long_is_said(postgres_url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_MS", 100)
    one, other = KnowledgeBase.open(postgres_url), KnowledgeBase.open(postgres_url)
    with one._writing():
        with pytest.raises(KnowledgeBaseLockedError, match="locked or busy"):
            other.add(organization("a"))
        assert other.count()["organizations"] == 0
    other.add(organization("a"))


def test_a_writer_that_falls_silent_is_ended(postgres_url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(postgres_engine, "SILENT_MS", 200)
    silent, other = KnowledgeBase.open(postgres_url), KnowledgeBase.open(postgres_url)

    def fall_silent() -> None:
        with silent._writing() as connection:
            connection.exec_driver_sql("SELECT 1")
            other.add(organization("a"))
            connection.exec_driver_sql("SELECT 1")

    with pytest.raises(KnowledgeBaseUnavailableError, match="lost"):
        fall_silent()
    assert other.get("a").id == "a"


def test_without_the_driver_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(KnowledgeBaseUnavailableError, match=r"pip install 'dancecard\[postgres\]'"):
        KnowledgeBase.open("postgresql+psycopg://localhost/x")


def test_numbers_are_never_given_twice(kb: KnowledgeBase):
    kb.add(organization("a"), organization("b"))
    kept = kb.number_of("a")
    gone = kb.number_of("b")
    kb.remove("b")
    with pytest.raises(KbError):
        kb.add(organization("c"), based_on={"a": 99})
    kb.add(organization("a", claim("need", "funding")), organization("d"))
    assert kb.number_of("a") == kept
    assert kb.number_of("d") > gone


def test_the_snapshot_lies_in_the_users_cache_whatever_the_password(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda name: str(tmp_path / name))
    encoder = TinyEncoder()
    one = KnowledgeBase.open(postgres_url.replace("postgres@", f"postgres:{SECRET}@"))
    other = KnowledgeBase.open(postgres_url)
    one.add(organization("a", mission="Soap."))
    store = ColumnStore(one, encoder)
    assert store.current().n == 1
    assert store.folder.parent == tmp_path / "dancecard"
    fresh = TinyEncoder()
    assert ColumnStore(other, fresh).current().n == 1
    assert fresh.encoded == []
    assert not [path for path in store.folder.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]
