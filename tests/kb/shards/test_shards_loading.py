"""Loading is idempotent, goes on after a kill, and what changed is seen by the next query."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from kb.shards import Cluster, Shards, ShardsError, VectorRow, create, load, put, rows_of
from kb.shards.errors import ShardRowError, ShardsBusyError, ShardsLayoutError
from kb.shards.layout import SCHEMA
from kb.shards.loading import LOCK, WIDTH
from tests.conftest import TinyEncoder, claim, organization
from tests.kb.shards.conftest import brute_force, made_rows, unit_rows, write_servers
from tests.postgres import Server

MODEL = "random@1"


def spread(count: int = 600, batches: int = 4) -> list[VectorRow]:
    """Organizations over several batches of numbers."""
    step = WIDTH * batches // count
    return [replace(row, number=at * step) for at, row in enumerate(made_rows(unit_rows(count)))]


def held(cluster: Cluster, servers: list[Server]) -> dict[int, str]:
    """What all shards hold, by number; a number on two shards is an error."""
    found: dict[int, str] = {}
    for node, server in zip(cluster.shards, servers[1:], strict=True):
        with server.connect(node.parameters["dbname"]) as connection:
            for number, key in connection.execute(f"SELECT number, id FROM {SCHEMA}.organization"):
                assert number not in found
                found[number] = key
    return found


def test_every_row_lies_where_the_coordinator_looks_for_it(cluster, servers):
    rows = spread()
    done = load(cluster, rows, MODEL)
    assert (done.organizations, done.written, sum(done.per_shard)) == (600, 600, 600)
    assert min(done.per_shard) > 120
    assert held(cluster, servers) == {row.number: row.id for row in rows}
    with servers[0].connect(cluster.coordinator.parameters["dbname"]) as connection:
        for row in rows[::50]:
            found = connection.execute(
                f"SELECT id, name, sector, kind, country, capacities, vector::text FROM {SCHEMA}.organization "
                "WHERE number = %s",
                (row.number,),
            ).fetchone()
            assert found[:6] == (row.id, row.name, row.sector, row.kind, row.country, list(row.capacities))
            assert np.array_equal(np.array(found[6].strip("[]").split(","), np.float32), row.vector)


def test_a_second_load_writes_nothing_and_a_change_writes_its_batch(cluster, servers):
    rows = spread()
    load(cluster, rows, MODEL)
    assert load(cluster, rows, MODEL).written == 0
    rows[7] = replace(rows[7], name="Renamed")
    again = load(cluster, rows, MODEL)
    assert 0 < again.written < WIDTH * 600 // (4 * WIDTH)
    assert held(cluster, servers) == {row.number: row.id for row in rows}


def test_what_the_source_no_longer_has_is_taken_away(cluster, servers):
    rows = spread()
    load(cluster, rows, MODEL)
    kept = [row for row in rows[:300] if row.number % 7]
    done = load(cluster, kept, MODEL)
    assert sum(done.per_shard) == len(kept)
    assert held(cluster, servers) == {row.number: row.id for row in kept}


def test_a_load_that_breaks_off_is_said_and_continued(cluster, servers):
    rows = spread()

    def broken() -> Iterator[VectorRow]:
        yield from rows[:400]
        raise RuntimeError("cable pulled")

    with pytest.raises(RuntimeError):
        load(cluster, broken(), MODEL)
    landed = held(cluster, servers)
    assert 0 < len(landed) < 400
    with Shards(cluster) as shards:
        assert shards.nearest(rows[0].vector, 3).unfinished
        done = load(cluster, rows, MODEL)
        assert done.written == 600 - len(landed)
        answer = shards.nearest(rows[0].vector, 3)
    assert not answer.unfinished
    assert [(one.id, one.similarity) for one in answer.found] == brute_force(rows, rows[0].vector, 3)
    assert held(cluster, servers) == {row.number: row.id for row in rows}


KILLED = """
import sys
from tests.kb.shards.test_shards_loading import MODEL, spread
from kb.shards import load, read_cluster
from pathlib import Path
def slow():
    import time
    for at, row in enumerate(spread(2000, 40)):
        if at % 50 == 0:
            time.sleep(0.02)
            print(at, flush=True)
        yield row
load(read_cluster(Path(sys.argv[1])), slow(), MODEL)
"""


@pytest.mark.parametrize("after", [150, 1_100])
def test_a_load_killed_at_any_moment_is_continued(empty_cluster, servers, tmp_path, after):
    create(empty_cluster)
    file = write_servers(tmp_path / "servers.yaml", empty_cluster)
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(file)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if int(line) >= after:
            break
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    rows = spread(2000, 40)
    wanted = {row.number: row.id for row in rows}
    landed = held(empty_cluster, servers)
    assert landed.items() <= wanted.items()
    done = load(empty_cluster, rows, MODEL)
    assert done.written < 2000
    assert held(empty_cluster, servers) == wanted


def test_a_changed_organization_is_seen_by_the_next_query(cluster):
    rows = spread()
    load(cluster, rows, MODEL)
    query = unit_rows(1, 77)[0]
    with Shards(cluster) as shards:
        before = shards.nearest(query, 1).found[0]
        changed = next(row for row in rows if row.id != before.id)
        put(cluster, [replace(changed, vector=query, sector="public"), replace(rows[-1], number=10**9, id="late")])
        found = shards.nearest(query, 1).found[0]
        assert (found.id, found.sector) == (changed.id, "public")
        assert found.similarity == pytest.approx(1)
        load(cluster, rows, MODEL)
        assert shards.nearest(query, 1).found[0] == before
        assert "late" not in {one.id for one in shards.nearest(rows[-1].vector, 5).found}


def test_shards_that_lost_rows_or_hold_strays_are_mended_by_loading_anew(cluster, servers):
    rows = spread()
    load(cluster, rows, MODEL)
    with servers[1].connect(cluster.shards[0].parameters["dbname"]) as connection:
        connection.execute(f"DELETE FROM {SCHEMA}.organization WHERE number < 1000")
    with servers[0].connect(cluster.coordinator.parameters["dbname"]) as connection:
        connection.execute(
            f"INSERT INTO {SCHEMA}.organization SELECT 10^9, 'stray', 'Stray', NULL, NULL, NULL, '{{}}', vector "
            f"FROM {SCHEMA}.organization LIMIT 1"
        )
    assert load(cluster, rows, MODEL).written == 0
    load(cluster, rows, MODEL, anew=True)
    assert held(cluster, servers) == {row.number: row.id for row in rows}


def test_vectors_of_two_models_are_never_mixed(cluster, servers):
    rows = spread()
    load(cluster, rows, MODEL)

    def broken() -> Iterator[VectorRow]:
        yield from rows[:300]
        raise RuntimeError("cable pulled")

    with pytest.raises(RuntimeError):
        load(cluster, broken(), "another@1")
    assert len(held(cluster, servers)) < 300
    with Shards(cluster) as shards:
        assert shards.loaded() == ("another@1", False)


def test_two_loads_at_once_are_refused(cluster, servers):
    with servers[0].connect(cluster.coordinator.parameters["dbname"]) as other:
        other.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        with pytest.raises(ShardsBusyError, match="another load"):
            load(cluster, spread(), MODEL)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda row: replace(row, vector=row.vector * 2), "length 2, not 1"),
        (lambda row: replace(row, vector=row.vector[:5]), r"\(5,\) numbers, the shards hold 384"),
        (lambda row: replace(row, vector=row.vector * np.float32(np.nan)), "length nan"),
        (lambda row: replace(row, number=0), "must come by ascending number"),
    ],
)
def test_a_row_that_cannot_be_searched_is_named(cluster, servers, wrong, words):
    rows = spread(60, 1)
    rows[40] = wrong(rows[40])
    with pytest.raises(ShardRowError, match=f"{rows[40].id}.*{words}"):
        load(cluster, rows, MODEL)


def test_creating_again_changes_nothing(cluster, servers):
    rows = spread(60, 1)
    load(cluster, rows, MODEL)
    create(cluster)
    assert len(held(cluster, servers)) == 60


def test_shards_of_another_cluster_are_left_alone(cluster):
    turned = replace(cluster, shards=cluster.shards[::-1])
    with pytest.raises(ShardsLayoutError, match=r"shard_3 .* another layout"):
        create(turned)
    fewer = replace(cluster, shards=cluster.shards[:2])
    with pytest.raises(ShardsLayoutError, match="shards 3"):
        create(fewer)


def test_nothing_created_and_nothing_loaded_say_what_to_run(empty_cluster):
    with Shards(empty_cluster) as shards, pytest.raises(ShardsLayoutError, match="dancecard shards create"):
        shards.nearest(unit_rows(1)[0])
    with pytest.raises(ShardsError, match="dancecard shards create"):
        load(empty_cluster, spread(), MODEL)
    create(empty_cluster)
    with Shards(empty_cluster) as shards, pytest.raises(ShardsLayoutError, match="dancecard shards load"):
        shards.nearest(unit_rows(1)[0])


def test_rows_come_from_the_snapshot(matcher, encoder: TinyEncoder):
    matcher.kb.add(
        organization(
            "a", claim("capacity", "funding"), claim("capacity", "logistics"), sector="public", mission="Water for all"
        )
    )
    matcher.kb.add(organization("no-text"))
    matcher.kb.add(organization("b", claim("capacity", "training", status="rejected"), mission="Schools"))
    first, second = rows_of(matcher.kb, matcher.columns())
    assert (first.id, first.name, first.sector, first.kind, first.country) == ("a", "A", "public", None, "KE")
    assert first.capacities == ("funding", "logistics")
    assert np.array_equal(first.vector, encoder.encode(["A. Water for all"])[0])
    assert (second.id, second.capacities) == ("b", ())
    assert first.number < second.number
