from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.columns.short import Short
from matcher import nearest as module
from matcher.nearest import nearest


def brute_force(vectors: np.ndarray, query: np.ndarray, count: int, mask: np.ndarray | None = None):
    scores = (vectors.astype(np.float64) @ query.astype(np.float64)).astype(np.float32)
    rows = np.arange(len(vectors)) if mask is None else np.flatnonzero(mask)
    order = rows[np.lexsort((rows, -scores[rows]))][:count]
    return order, scores[order]


def made(kind: str, n: int, dimension: int, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    query = generator.normal(size=dimension).astype(np.float32)
    if kind == "random":
        vectors = generator.normal(size=(n, dimension))
    elif kind == "ties":
        vectors = generator.integers(-2, 3, size=(n, dimension)) / 4
        query = (generator.integers(-2, 3, size=dimension) / 4).astype(np.float32)
    elif kind == "near ties":
        vectors = np.tile(generator.normal(size=dimension), (n, 1))
        vectors = vectors + generator.normal(size=(n, dimension)) * 1e-6
    elif kind == "rising":
        vectors = query + np.linspace(2, 0, n)[:, None] * generator.normal(size=(n, dimension))
    elif kind == "one large number":
        vectors = generator.normal(size=(n, dimension)) * 0.01
        vectors[np.arange(n), generator.integers(dimension, size=n)] = 1
    else:
        vectors = np.zeros((n, dimension))
    return vectors.astype(np.float32), query


KINDS = ("random", "ties", "near ties", "rising", "one large number", "nothing")


@given(
    kind=st.sampled_from(KINDS),
    n=st.integers(1, 700),
    dimension=st.integers(1, 48),
    count=st.integers(1, 60),
    block=st.sampled_from([7, 64, 16_384]),
    share=st.sampled_from([0.0, 0.3, 1.0]),
    scale=st.sampled_from([1e-3, 1.0, 50.0]),
    seed=st.integers(0, 10_000),
)
@settings(max_examples=300, deadline=None)
def test_the_nearest_are_those_of_a_full_comparison(kind, n, dimension, count, block, share, scale, seed):
    generator = np.random.default_rng(seed)
    vectors, query = made(kind, n, dimension, generator)
    vectors *= np.float32(scale)
    mask = None if share == 1.0 else generator.random(n) < share
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BLOCK", block)
        found = nearest(vectors, Short.of(vectors), query, count, mask)
    rows, scores = brute_force(vectors, query, count, mask)
    assert found.rows.tolist() == rows.tolist()
    assert found.scores.tolist() == scores.tolist()


def test_few_rows_are_compared_where_few_are_near():
    generator = np.random.default_rng(5)
    vectors = generator.normal(size=(20_000, 64)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    found = nearest(vectors, Short.of(vectors), vectors[3], 10)
    assert found.rows[0] == 3
    assert not found.everything
    assert found.compared < 500


def test_where_bytes_tell_nothing_apart_everything_is_compared():
    vectors, query = made("near ties", 5_000, 32, np.random.default_rng(1))
    found = nearest(vectors, Short.of(vectors), query, 10)
    assert found.everything
    assert found.compared == 5_000
