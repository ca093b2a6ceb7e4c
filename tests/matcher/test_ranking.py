from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from matcher.components import COMPONENTS
from matcher.errors import MatcherError
from matcher.ranking import Caution, Scores, diversify, share_weights, top, weigh, weigh_one

UNIT = st.floats(0, 1, width=32)
VALUE = st.one_of(st.none(), UNIT)


@given(
    values=st.lists(VALUE, min_size=1, max_size=8),
    raw=st.lists(st.floats(0.01, 1), min_size=8, max_size=8),
    caution=UNIT,
)
def test_contributions_add_up_to_the_score_of_the_fused_pass(values, raw, caution):
    components = COMPONENTS[: len(values)]
    weights = {component.name: weight for component, weight in zip(components, raw, strict=False)}
    column = np.array([[np.nan if value is None else value] for value in values], np.float32)
    weighted = weigh(Scores(tuple(components), column), weights, Caution(caution, 0.12))
    points, thin = weigh_one(values, list(weighted.weights), Caution(caution, 0.12))
    assert sum(points) + thin == pytest.approx(100 * float(weighted.score[0]), abs=1e-3)
    assert all(0 <= point <= 100.0001 for point in points)
    known = sum(share for value, share in zip(values, weighted.weights, strict=True) if value is not None)
    assert float(weighted.coverage[0]) == pytest.approx(known, abs=1e-5)


@given(values=st.lists(UNIT, min_size=2, max_size=8), at=st.integers(0, 7), caution=UNIT)
def test_raising_a_component_never_lowers_the_score(values, at, caution):
    shares = [1 / len(values)] * len(values)
    at %= len(values)
    before = weigh_one(values, shares, Caution(caution, 0.12))
    raised = [min(1.0, value + 0.2) if index == at else value for index, value in enumerate(values)]
    after = weigh_one(raised, shares, Caution(caution, 0.12))
    assert sum(after[0]) + after[1] >= sum(before[0]) + before[1] - 1e-9


def test_without_caution_the_weight_of_the_unknown_is_redistributed():
    points, thin = weigh_one([0.8, None], [0.5, 0.5], Caution(0.0, 0.12))
    assert points == [80.0, 0.0]
    assert thin == 0.0


def test_unknown_is_not_zero_and_not_full():
    known_bad, _ = weigh_one([0.8, 0.0], [0.5, 0.5], Caution(1.0, 0.12))
    points, thin = weigh_one([0.8, None], [0.5, 0.5], Caution(1.0, 0.12))
    assert sum(known_bad) < sum(points) + thin < 80


@given(scores=arrays(np.float32, st.integers(1, 200), elements=st.floats(0, 1, width=16)), count=st.integers(1, 60))
def test_the_top_is_exactly_the_head_of_a_full_sort(scores, count):
    allowed = np.arange(len(scores)) % 3 != 1
    expected = sorted(np.flatnonzero(allowed), key=lambda row: (-scores[row], row))[:count]
    assert top(scores, allowed, count).tolist() == expected


def test_all_weights_zero_is_an_error():
    with pytest.raises(MatcherError, match="raise at least one"):
        share_weights(COMPONENTS, {})


def test_diversity_skips_a_near_copy_and_zero_keeps_the_order():
    rows = np.array([10, 11, 12])
    score = np.array([0.9, 0.89, 0.7], np.float32)
    alike = np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1]], np.float32)
    assert diversify(rows, score, alike, 0.5, 3).tolist() == [10, 12, 11]
    assert diversify(rows, score, alike, 0.0, 3).tolist() == [10, 11, 12]


def test_every_component_documents_itself_and_has_a_weight():
    from matcher.settings import load_settings

    for component in COMPONENTS:
        assert component.__doc__
        assert len(component.__doc__) > 60
        assert component.name in load_settings().weights
    assert len({component.name for component in COMPONENTS}) == len(COMPONENTS) == len(load_settings().weights)
