from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.columns.short import Short

KINDS = ("random", "small", "one large number", "equal", "nothing")


def made(kind: str, n: int, dimension: int, generator: np.random.Generator) -> np.ndarray:
    vectors = generator.normal(size=(n, dimension))
    if kind == "small":
        vectors *= 1e-3
    elif kind == "one large number":
        vectors *= 0.01
        vectors[np.arange(n), generator.integers(dimension, size=n)] = 50
    elif kind == "equal":
        vectors = np.tile(vectors[0], (n, 1))
    elif kind == "nothing":
        vectors = np.zeros((n, dimension))
    return vectors.astype(np.float32)


@given(
    kind=st.sampled_from(KINDS),
    asked=st.sampled_from(KINDS),
    n=st.integers(1, 80),
    dimension=st.integers(1, 1_500),
    seed=st.integers(0, 10_000),
)
@settings(max_examples=150, deadline=None)
def test_every_product_is_between_its_least_and_its_most(kind, asked, n, dimension, seed):
    generator = np.random.default_rng(seed)
    vectors, queries = made(kind, n, dimension, generator), made(asked, 3, dimension, generator)
    short = Short.of(vectors)
    exact = queries.astype(np.float64) @ vectors.T.astype(np.float64)
    least, most = short.between(queries, slice(None))
    assert (least <= exact).all()
    assert (exact <= most).all()
    some = generator.permutation(n)[: 1 + n // 2]
    assert short.most(queries, some).tolist() == most[:, some].tolist()


def test_bounds_of_unit_vectors_are_close():
    vectors = made("random", 500, 384, np.random.default_rng(1))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    least, most = Short.of(vectors).between(vectors[:5], slice(None))
    assert (most - least).max() < 0.05


def test_rows_are_put_in_their_places():
    vectors = made("random", 40, 24, np.random.default_rng(2))
    short = Short.empty(40, 24)
    order = np.random.default_rng(3).permutation(40)
    short.put(order, vectors[order])
    for name, array in vars(Short.of(vectors)).items():
        assert (getattr(short, name) == array).all(), name


def test_no_rows_and_no_queries_have_no_products():
    short = Short.empty(0, 24)
    assert short.most(np.ones((2, 24), np.float32), slice(None)).shape == (2, 0)
    assert short.most(np.ones((0, 24), np.float32), slice(None)).shape == (0, 0)
    assert Short.of(np.ones((3, 24), np.float32)).most(np.ones((2, 24), np.float32), np.zeros(0, np.int64)).size == 0


@pytest.mark.parametrize("dimension", [1, 24, 384, 2_000])
def test_equal_bytes_multiply_to_whole_numbers(dimension):
    vectors = np.full((3, dimension), 1, np.float32)
    assert Short.of(vectors).most(vectors[:1], slice(None))[0] == pytest.approx(dimension, rel=1e-3)
