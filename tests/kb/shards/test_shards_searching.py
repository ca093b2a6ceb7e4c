"""The nearest organizations over three real servers are exactly those of a brute-force search."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.columns import Columns
from kb.knowledge_base import KnowledgeBase
from kb.shards import Cluster, Shards, ShardsError, VectorRow, Wanted, create, load, rows_of
from kb.shards.health import remote_queries
from kb.shards.searching import SPARE, first_limit, rounding
from matcher.service import Matcher
from matcher.starter import land_starter
from tests.kb.shards.conftest import CAPACITIES, brute_force, made_rows, node, unit_rows
from tests.postgres import Server

COUNT = 3_000
ALIKE = 40


def rows_with_ties() -> list[VectorRow]:
    """Random organizations; every tenth has the vector of the first, and the next ones differ in the last bit."""
    vectors = unit_rows(COUNT)
    vectors[::10] = vectors[0]
    for at in range(1, ALIKE):
        vectors[10 * at + 5] = vectors[5]
        vectors[10 * at + 5, at] = np.nextafter(vectors[5, at], np.float32(1))
    return made_rows(vectors)


@pytest.fixture(scope="module")
def rows() -> list[VectorRow]:
    return rows_with_ties()


@pytest.fixture(scope="module")
def loaded(servers: list[Server], rows: list[VectorRow]) -> Cluster:
    shards = tuple(node(f"shard_{at}", server) for at, server in enumerate(servers[1:], 1))
    cluster = Cluster(node("coordinator", servers[0]), shards)
    create(cluster)
    load(cluster, rows, "random@1")
    return cluster


@pytest.fixture(scope="module")
def shards(loaded: Cluster) -> Iterator[Shards]:
    with Shards(loaded) as opened:
        yield opened


def fits(row: VectorRow, wanted: Wanted) -> bool:
    one_of = ((row.sector, wanted.sectors), (row.kind, wanted.kinds), (row.country, wanted.countries))
    return all(not values or value in values for value, values in one_of) and set(wanted.capacities) <= set(
        row.capacities
    )


some = st.lists(st.sampled_from(["public", "voluntary", "private", "no such sector"]), max_size=2, unique=True)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    like=st.sampled_from([None, 0, 5, 17]),
    count=st.sampled_from([1, 7, 50, 400]),
    sectors=some,
    countries=st.lists(st.sampled_from(["KE", "TZ", "US"]), max_size=2, unique=True),
    capacities=st.lists(st.sampled_from(CAPACITIES), max_size=2, unique=True),
)
def test_equals_brute_force(shards, rows, seed, like, count, sectors, countries, capacities):
    wanted = Wanted(tuple(sectors), ("company",), tuple(countries), tuple(capacities))
    query = unit_rows(1, seed)[0] if like is None else rows[like].vector
    expected = brute_force([row for row in rows if fits(row, wanted)], query, count)
    answer = shards.nearest(query, count, wanted)
    assert [(one.id, one.similarity) for one in answer.found] == expected
    assert (answer.missing, answer.unfinished) == ((), False)


def test_ties_are_in_order_of_ids_and_more_is_fetched_for_them(shards, rows):
    answer = shards.nearest(rows[0].vector, 5)
    alike = sorted(row.id for row in rows if np.array_equal(row.vector, rows[0].vector))
    assert [one.id for one in answer.found] == alike[:5]
    assert answer.fetched > first_limit(5, 3)


def test_float32_rounding_does_not_decide(shards, rows):
    answer = shards.nearest(rows[5].vector, ALIKE)
    gaps = -np.diff([one.similarity for one in answer.found])
    assert 0 < gaps.max() < rounding(384)
    assert [(one.id, one.similarity) for one in answer.found] == brute_force(rows, rows[5].vector, ALIKE)


def test_the_length_of_the_query_does_not_matter(shards, rows):
    query = unit_rows(1, 4)[0]
    assert [one.id for one in shards.nearest(1000 * query).found] == [one.id for one in shards.nearest(query).found]


def test_a_query_without_direction_is_refused(shards):
    for wrong in (np.zeros(384, np.float32), np.full(384, np.nan, np.float32)):
        with pytest.raises(ShardsError, match="zero or not finite"):
            shards.nearest(wrong)


def test_one_server_gives_the_same(servers, shards, rows):
    alone = Cluster(node("coordinator", servers[0]), (node("shard_1", servers[1]),))
    create(alone)
    load(alone, rows, "random@1")
    with Shards(alone) as one:
        for seed in range(5):
            query = unit_rows(1, seed)[0]
            assert one.nearest(query).found == shards.nearest(query).found


@pytest.mark.parametrize(
    "wanted", [Wanted(), Wanted(("public",)), Wanted(("public",), ("company",), ("KE",), ("funding", "training"))]
)
@pytest.mark.parametrize("count", [1, 50])
def test_every_shard_filters_sorts_and_limits_itself(loaded, wanted, count):
    plans = remote_queries(loaded, wanted, count)
    assert len(plans) == 3
    for plan in plans:
        assert " ORDER BY (vector OPERATOR(public.<#>)" in plan["Remote SQL"]
        assert plan["Remote SQL"].endswith(f"ASC NULLS LAST, id ASC NULLS LAST LIMIT {count}::bigint")
        assert plan["Async Capable"], "the shards are asked one after the other"
        for values in (wanted.sectors, wanted.countries, wanted.capacities):
            assert all(value in plan["Remote SQL"] for value in values)


def test_through_the_parent_the_limit_is_not_handed_over(loaded, servers):
    with servers[0].connect(loaded.coordinator.parameters["dbname"]) as connection:
        plan = connection.execute(
            "EXPLAIN (VERBOSE) SELECT id FROM dancecard_shards.organization ORDER BY vector <#> %s::vector, id LIMIT 5",
            (str(unit_rows(1)[0].tolist()),),
        ).fetchall()
    remote = [line for (line,) in plan if "Remote SQL" in line]
    assert len(remote) == 3
    assert not any(line.endswith("LIMIT 5::bigint") for line in remote)


def test_the_parent_counts_and_takes_single_rows(loaded, servers, rows):
    with servers[0].connect(loaded.coordinator.parameters["dbname"]) as connection:
        table = "dancecard_shards.organization"
        assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (len(rows),)
        with connection.transaction(force_rollback=True):
            connection.execute(
                f"INSERT INTO {table} SELECT 999999, 'new', 'New', NULL, NULL, NULL, '{{}}', vector "
                f"FROM {table} LIMIT 1"
            )
            assert connection.execute(f"SELECT id FROM {table} WHERE number = 999999").fetchone() == ("new",)


def test_a_shard_hardly_ever_holds_more_of_the_nearest_than_are_fetched_at_first():
    draw = np.random.default_rng(0)
    for count, shards in ((10, 3), (50, 3), (50, 12), (1_000, 5)):
        on_first = draw.binomial(count, 1 / shards, 20_000)
        assert (on_first > first_limit(count, shards) - SPARE).mean() < 1e-3
        assert first_limit(count, shards) <= count + SPARE


def exactly(columns: Columns, query: np.ndarray, count: int) -> list[int]:
    alive = np.flatnonzero(columns.alive[: columns.n] & columns.has_profile[: columns.n])
    products = columns.profile_vectors[alive] @ query
    return [int(number) for number in columns.numbers[alive[np.argsort(-products, kind="stable")[:count]]]]


def test_the_starter_knowledge_base_is_found_alike_on_snapshot_one_server_and_three_shards(
    servers: list[Server], cluster: Cluster, starter_matcher: Matcher
):
    columns = starter_matcher.columns()
    rows = list(rows_of(starter_matcher.kb, columns))
    assert len(rows) == int((columns.alive & columns.has_profile)[: columns.n].sum()) > 100
    alone = Cluster(node("coordinator", servers[0]), (node("shard_1", servers[1]),))
    create(alone)
    for each in (alone, cluster):
        load(each, rows, starter_matcher.encoder.key)
    texts = ["malaria nets in Tanzania", "a bank that lends to small shops", "tobacco control campaign on television"]
    with Shards(alone) as one, Shards(cluster) as three:
        for query in starter_matcher.encoder.encode(texts):
            answer = three.nearest(query, 50)
            assert answer.found == one.nearest(query, 50).found
            assert [(near.id, near.similarity) for near in answer.found] == brute_force(rows, query, 50)
            snapshot = exactly(columns, query / np.linalg.norm(query), 50)
            assert [near.number for near in answer.found] == snapshot


def test_shards_loaded_from_postgresql_are_those_loaded_from_sqlite(
    servers: list[Server], cluster: Cluster, starter_matcher: Matcher, tmp_path: Path
):
    kb = KnowledgeBase.open(servers[0].url(servers[0].fresh_database()))
    land_starter(kb)
    matcher = Matcher(kb, starter_matcher.encoder, tmp_path)
    found = {}
    query = starter_matcher.encoder.encode(["clean water for schools"])[0]
    for source in (starter_matcher, matcher):
        load(cluster, rows_of(source.kb, source.columns()), source.encoder.key)
        with Shards(cluster) as shards:
            answers = [
                shards.nearest(query, 50),
                shards.nearest(query, 20, Wanted(("public",), capacities=("funding",))),
            ]
        found[source] = [(near.id, near.sector, near.country) for answer in answers for near in answer.found]
    kb.close()
    assert found[matcher] == found[starter_matcher]
    assert len(found[matcher]) > 60
