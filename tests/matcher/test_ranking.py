from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from matcher.components import COMPONENTS
from matcher.errors import MatcherError
from matcher.ranking import Caution, Scores, diversify, share_weights, top, weigh, weigh_one
from matcher.settings import Holdback

UNIT = st.floats(0, 1, width=32)
NAMES = [component.name for component in COMPONENTS]
FEW = Holdback("complementarity", "Brings little", 0.25, 0.6)
VALUE = st.one_of(st.none(), UNIT)


@given(
    values=st.lists(VALUE, min_size=1, max_size=8),
    raw=st.lists(st.floats(0.01, 1), min_size=8, max_size=8),
    caution=UNIT,
    holdbacks=st.lists(
        st.builds(Holdback, st.sampled_from(NAMES), st.just("Weak"), st.floats(0.05, 1), UNIT), max_size=3
    ),
)
def test_contributions_add_up_to_the_score_of_the_fused_pass(values, raw, caution, holdbacks):
    components = COMPONENTS[: len(values)]
    weights = {component.name: weight for component, weight in zip(components, raw, strict=False)}
    column = np.array([[np.nan if value is None else value] for value in values], np.float32)
    weighted = weigh(Scores(tuple(components), column), weights, Caution(caution, 0.12), holdbacks)
    points = weigh_one(NAMES[: len(values)], values, list(weighted.weights), Caution(caution, 0.12), holdbacks)
    assert points.score == pytest.approx(100 * float(weighted.score[0]), abs=1e-3)
    assert all(0 <= point <= 100.0001 for point in points.components)
    assert all(loss <= 1e-9 for _, loss in points.held_back)
    known = sum(share for value, share in zip(values, weighted.weights, strict=True) if value is not None)
    assert float(weighted.coverage[0]) == pytest.approx(known, abs=1e-5)


@given(values=st.lists(UNIT, min_size=2, max_size=8), at=st.integers(0, 7), caution=UNIT)
def test_raising_a_component_never_lowers_the_score(values, at, caution):
    shares = [1 / len(values)] * len(values)
    at %= len(values)
    before = weigh_one(NAMES[: len(values)], values, shares, Caution(caution, 0.12), (FEW,))
    raised = [min(1.0, value + 0.2) if index == at else value for index, value in enumerate(values)]
    after = weigh_one(NAMES[: len(values)], raised, shares, Caution(caution, 0.12), (FEW,))
    assert after.score >= before.score - 1e-9


@pytest.mark.parametrize(("met", "loss"), [(0.05, -56 * 0.32), (0.3, 0.0), (None, -74.4 * 0.208)])
def test_who_meets_few_needs_is_held_back_and_says_so(met, loss):
    ((holdback, taken_off),) = weigh_one(NAMES[:2], [met, 0.9], [0.4, 0.6], Caution(0.5, 0.12), (FEW,)).held_back
    assert holdback is FEW
    assert taken_off == pytest.approx(loss)


def test_without_caution_the_weight_of_the_unknown_is_redistributed():
    points = weigh_one(NAMES[:2], [0.8, None], [0.5, 0.5], Caution(0.0, 0.12))
    assert points.components == (80.0, 0.0)
    assert points.thin_evidence == 0.0


def test_unknown_is_not_zero_and_not_full():
    known_bad = weigh_one(NAMES[:2], [0.8, 0.0], [0.5, 0.5], Caution(1.0, 0.12))
    unknown = weigh_one(NAMES[:2], [0.8, None], [0.5, 0.5], Caution(1.0, 0.12))
    assert known_bad.score < unknown.score < 80


@given(scores=arrays(np.float32, st.integers(1, 200), elements=st.floats(0, 1, width=16)), count=st.integers(1, 60))
def test_the_top_is_exactly_the_head_of_a_full_sort(scores, count):
    allowed = np.arange(len(scores)) % 3 != 1
    expected = sorted(np.flatnonzero(allowed), key=lambda row: (-scores[row], row))[:count]
    assert top(scores, allowed, count).tolist() == expected


def test_all_weights_zero_is_an_error():
    with pytest.raises(MatcherError, match="raise at least one"):
        share_weights(COMPONENTS, {})


def test_diversity_skips_a_near_copy_and_zero_keeps_the_order():
    score = np.array([0.9, 0.89, 0.7], np.float32)
    alike = np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1]], np.float32)
    assert diversify(score, alike, 0.5, 3).tolist() == [0, 2, 1]
    assert diversify(score, alike, 0.0, 3).tolist() == [0, 1, 2]


def test_every_component_documents_itself_and_has_a_weight():
    from matcher.settings import load_settings

    for component in COMPONENTS:
        assert component.__doc__
        assert len(component.__doc__) > 60
        assert component.name in load_settings().weights
    assert len({component.name for component in COMPONENTS}) == len(COMPONENTS) == len(load_settings().weights)
