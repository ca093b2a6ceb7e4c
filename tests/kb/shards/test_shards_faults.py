"""A dead shard is named, an incomplete answer says so, and a server that is back is used without a restart."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from kb.shards import (
    Cluster,
    Node,
    Shards,
    ShardsError,
    ShardUnavailableError,
    check_health,
    create,
    load,
    read_cluster,
)
from kb.shards.errors import ShardsFileError
from kb.shards.layout import SCHEMA
from tests.kb.shards.conftest import brute_force, made_rows, stopped, unit_rows
from tests.postgres import Server

MODEL = "random@1"
ROWS = made_rows(unit_rows(300))
QUERY = unit_rows(1, 5)[0]
EXPECTED = brute_force(ROWS, QUERY, 10)


@pytest.fixture
def loaded(cluster: Cluster) -> Cluster:
    load(cluster, ROWS, MODEL)
    return cluster


def answer(shards: Shards, **how: bool) -> list[tuple[str, float]]:
    return [(one.id, one.similarity) for one in shards.nearest(QUERY, 10, **how).found]


def test_a_dead_shard_is_named_left_out_on_request_and_found_again(loaded: Cluster, servers: list[Server]):
    with servers[2].connect(loaded.shards[1].parameters["dbname"]) as connection:
        there = {key for (key,) in connection.execute(f"SELECT id FROM {SCHEMA}.organization")}
    with Shards(loaded) as shards:
        assert answer(shards) == EXPECTED
        with stopped(servers[2]):
            with pytest.raises(ShardUnavailableError, match=r"^shard_2 \(.*\) does not answer; .*--partial") as error:
                answer(shards)
            assert error.value.names == ("shard_2",)
            left = shards.nearest(QUERY, 10, partial=True)
            assert left.missing == ("shard_2",)
            rest = [row for row in ROWS if row.id not in there]
            assert [(one.id, one.similarity) for one in left.found] == brute_force(rest, QUERY, 10)
            health = check_health(loaded)
            assert [shard.ready for shard in health.shards] == [True, False, True]
            assert health.shards[1].problem.startswith("shard_2 (")
            assert not health.ready
            with pytest.raises(ShardUnavailableError, match=r"^shard_2"):
                load(loaded, ROWS, MODEL)
        assert answer(shards) == EXPECTED
        assert shards.nearest(QUERY, 10, partial=True).missing == ()
    load(loaded, ROWS, MODEL)
    assert check_health(loaded).ready


def test_several_dead_shards_are_all_named(loaded: Cluster, servers: list[Server]):
    with Shards(loaded) as shards, stopped(servers[1]), stopped(servers[3]):
        with pytest.raises(ShardUnavailableError) as error:
            answer(shards)
        assert error.value.names == ("shard_1", "shard_3")
        assert shards.nearest(QUERY, 10, partial=True).missing == ("shard_1", "shard_3")
        with stopped(servers[2]), pytest.raises(ShardUnavailableError):
            answer(shards, partial=True)


def test_a_coordinator_that_was_restarted_is_used_again(loaded: Cluster, servers: list[Server]):
    with Shards(loaded) as shards:
        assert answer(shards) == EXPECTED
        with stopped(servers[0]):
            with pytest.raises(ShardUnavailableError, match=r"^coordinator .* does not answer"):
                answer(shards, partial=True)
            assert check_health(loaded).problem.startswith("coordinator (")
        assert answer(shards) == EXPECTED


def test_a_shard_that_moved_is_reached_after_creating_again(loaded: Cluster):
    wrong = replace(loaded.shards[0], parameters={**loaded.shards[0].parameters, "user": "nobody_here"})
    with pytest.raises(ShardUnavailableError, match="nobody_here"):
        create(replace(loaded, shards=(wrong, *loaded.shards[1:])))
    create(replace(loaded, settings={"work_mem": "8MB"}, fetch_size=50))
    with Shards(loaded) as shards:
        assert answer(shards) == EXPECTED


def test_the_settings_hold_on_every_shard(loaded: Cluster, servers: list[Server]):
    create(replace(loaded, settings={**loaded.settings, "work_mem": "77MB"}))
    name = loaded.coordinator.parameters["dbname"]
    with servers[0].connect(name) as connection:
        connection.execute(
            "CREATE FOREIGN TABLE seen (name text, setting text) SERVER dancecard_shard_2 "
            "OPTIONS (schema_name 'pg_catalog', table_name 'pg_settings')"
        )
        found = dict(connection.execute("SELECT name, setting FROM seen WHERE name IN ('work_mem', 'jit')").fetchall())
    assert found == {"work_mem": str(77 * 1024), "jit": "off"}


def test_lost_rows_make_a_shard_not_ready(loaded: Cluster, servers: list[Server]):
    with servers[3].connect(loaded.shards[2].parameters["dbname"]) as connection:
        connection.execute(f"DELETE FROM {SCHEMA}.organization WHERE number % 2 = 0")
    shard = check_health(loaded).shards[2]
    assert not shard.ready
    assert "load --anew" in shard.problem


def test_no_message_holds_a_password(loaded: Cluster, servers: list[Server]):
    secret = "hush-o'hush"
    shards = tuple(replace(node, parameters={**node.parameters, "password": secret}) for node in loaded.shards)
    cluster = replace(loaded, shards=shards)
    create(cluster)
    messages = [repr(cluster), repr(cluster.shards[0]), repr(check_health(cluster))]
    with Shards(cluster) as opened, stopped(servers[1]):
        for fails in (
            lambda: answer(opened),
            lambda: load(cluster, ROWS, MODEL),
            lambda: create(cluster),
        ):
            with pytest.raises(ShardsError) as error:
                fails()
            messages.append(f"{error.value!r} {error.value.__cause__!r}")
        messages.append(repr(check_health(cluster)))
    assert not [message for message in messages if "hush" in message]
    with servers[0].connect(cluster.coordinator.parameters["dbname"]) as connection:
        stored = connection.execute("SELECT umoptions FROM pg_user_mappings LIMIT 1").fetchone()
    assert f"password={secret}" in stored[0]


def test_a_server_log_never_holds_a_password(cluster: Cluster, servers: list[Server]):
    log = servers[0]._server.log
    with servers[0].connect() as connection:
        connection.execute("ALTER SYSTEM SET log_statement = 'all'")
        connection.execute("SELECT pg_reload_conf()")
    try:
        node = replace(cluster.shards[0], parameters={**cluster.shards[0].parameters, "password": "unheard-of"})
        create(replace(cluster, shards=(node, *cluster.shards[1:])))
    finally:
        with servers[0].connect() as connection:
            connection.execute("ALTER SYSTEM RESET log_statement")
            connection.execute("SELECT pg_reload_conf()")
    said = log.read_text()
    assert "ALTER SERVER" in said
    assert "unheard-of" not in said


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "servers.yaml"


def test_the_file_names_servers_and_settings(file: Path):
    file.write_text(
        "coordinator: postgresql+psycopg://me@db0:6000/kb\n"
        "shards:\n  north: postgresql://me:pw@db1/kb\n  south: postgresql://me@db2/kb\n"
        "settings: {work_mem: 64MB, max_parallel_workers_per_gather: 4}\nconnect_timeout: 2\n"
    )
    file.chmod(0o600)
    cluster = read_cluster(file)
    assert [node.shown for node in (cluster.coordinator, *cluster.shards)] == [
        "coordinator (db0:6000/kb)",
        "north (db1/kb)",
        "south (db2/kb)",
    ]
    assert cluster.shards[0].parameters["password"] == "pw"
    assert (cluster.settings["work_mem"], cluster.settings["jit"], cluster.connect_timeout) == ("64MB", "off", 2)


def test_the_file_in_the_documentation_can_be_read(file: Path):
    text = (Path(__file__).parents[3] / "docs" / "scaling.md").read_text(encoding="utf-8")
    file.write_text(text.split("```yaml\n")[1].split("```")[0])
    assert [node.shown for node in read_cluster(file).shards] == [f"shard_{at} (db{at}/dancecard)" for at in (1, 2, 3)]


def test_every_problem_of_the_file_is_told_at_once(file: Path):
    file.write_text(
        "coordinator: sqlite:///x\nshard: 3\nfetch_size: 0\nsettings: {work_mem: '1 -c fsync=off'}\n"
        "shards:\n  A-b: postgresql://me@db1/kb\n  two: postgresql://me@db1/kb\n  three: 'postgresql://me:hush@[h/kb'\n"
    )
    file.chmod(0o600)
    with pytest.raises(ShardsFileError) as error:
        read_cluster(file)
    text = str(error.value)
    for words in ("'shard' is not known", "coordinator: needs", "fetch_size: 0", "fsync", "'A-b' is no name", "same"):
        assert words in text
    assert "three: its address cannot be read" in text
    assert "hush" not in text


def test_a_file_with_passwords_that_others_can_read_is_refused(file: Path):
    file.write_text("coordinator: postgresql://me@db0/kb\nshards: {one: 'postgresql://me:pw@db1/kb'}\n")
    file.chmod(0o644)
    with pytest.raises(ShardsFileError, match="chmod 600"):
        read_cluster(file)


def test_a_missing_file_is_told(file: Path):
    with pytest.raises(ShardsFileError, match=r"servers\.yaml"):
        read_cluster(file)


def test_a_missing_driver_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    node = Node("coordinator", {})
    with Shards(Cluster(node, (node,))) as shards, pytest.raises(ShardsError, match=r"dancecard\[postgres\]"):
        shards.nearest(QUERY)
