import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from matcher.errors import MatcherError, TooLittleDataError
from matcher.learning import AdditiveRanker, Curve, Examples, fit_ranker, learn_from_decisions

NAMES = ("useful", "noise", "bent")


def examples(queries=60, seed=0):
    random = np.random.default_rng(seed)
    out = []
    for _ in range(queries):
        features = random.normal(size=(40, 3)).astype(np.float32)
        truth = 3 * features[:, 0] + 3 * np.maximum(features[:, 2] - 1, 0)
        relevant = np.zeros(40, np.bool_)
        relevant[np.argsort(-truth)[:3]] = True
        out.append(Examples(features, relevant, np.zeros(40)))
    return out


@pytest.fixture(scope="module")
def ranker():
    return fit_ranker(examples(), NAMES, bending=("bent",))


def test_the_better_candidate_outranks_the_worse(ranker):
    for one in examples(20, seed=1):
        score = ranker.score(one.features)
        assert score[one.relevant].mean() > score[~one.relevant].mean() + 1


def test_noise_gets_little_weight(ranker):
    slopes = {curve.feature: abs(curve.slope) for curve in ranker.curves}
    assert slopes["noise"] < slopes["useful"] / 5


def test_a_curve_bends_where_the_data_do(ranker):
    bent = ranker.curves[2]
    low, middle, high = bent.contribution(np.asarray([-1.0, 0.0, 2.0]))
    assert (high - middle) / 2 > 2 * (middle - low)


@given(arrays(np.float64, (5, 3), elements=st.floats(-1e3, 1e3) | st.just(float("nan"))))
def test_contributions_add_up_exactly(features):
    ranker = AdditiveRanker(tuple(Curve(name, 1.5, (0.1,), (2.0,), 0.3) for name in NAMES))
    parts = ranker.contributions(features)
    assert parts.shape == features.shape
    assert np.array_equal(parts.sum(axis=-1), ranker.score(features))


def test_what_is_not_known_adds_nothing_and_the_typical_value_adds_nothing():
    ranker = AdditiveRanker((Curve("a", 2.0, typical=3.0),))
    assert ranker.contributions(np.asarray([[np.nan], [3.0], [4.0]])).tolist() == [[0.0], [0.0], [2.0]]


def test_a_saved_ranker_scores_the_same(ranker):
    again = AdditiveRanker.from_json(json.loads(json.dumps(ranker.to_json())))
    features = examples(1, seed=2)[0].features
    assert again == ranker
    assert np.array_equal(again.score(features), ranker.score(features))


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"format": 99, "curves": []},
        {"format": 1},
        {"format": 1, "curves": [{"feature": "a"}]},
        {"format": 1, "curves": [{"feature": "a", "slope": 1, "knots": [1], "bends": [], "typical": 0}]},
    ],
)
def test_a_broken_model_is_refused(body):
    with pytest.raises(MatcherError, match="learnt model"):
        AdditiveRanker.from_json(body)


def test_another_number_of_features_is_refused(ranker):
    with pytest.raises(MatcherError, match="3 features, the data 2"):
        ranker.score(np.zeros((4, 2)))


def test_nothing_to_learn_from_is_refused():
    with pytest.raises(TooLittleDataError):
        fit_ranker([], NAMES)


def test_sampled_negatives_carry_their_weight():
    """One row that stands for a thousand counts like a thousand rows."""
    random = np.random.default_rng(3)
    many, few = [], []
    for _ in range(30):
        good, bad = random.normal(1, 1, (1, 1)), random.normal(0, 1, (1, 1))
        many.append(Examples(np.vstack([good, np.repeat(bad, 50, 0)]), np.arange(51) == 0, np.zeros(51)))
        few.append(Examples(np.vstack([good, bad]), np.arange(2) == 0, np.asarray([0, np.log(50)])))
    # The columns are standardized over other rows, so the two fits agree only without a penalty.
    one, other = (fit_ranker(rows, ["x"], penalty=0.0).curves[0].slope for rows in (many, few))
    assert one == pytest.approx(other, rel=1e-2)


def decisions(yes, no, signal, seed=0):
    random = np.random.default_rng(seed)
    accepted = np.arange(yes + no) < yes
    features = random.normal(size=(yes + no, 3))
    features[:, 0] += signal * accepted
    return features, accepted


def test_decisions_with_a_signal_are_learnt():
    model = learn_from_decisions(*decisions(60, 90, 2.0), NAMES)
    assert model.useful
    assert model.auc > 0.85
    assert (model.accepted, model.declined) == (60, 90)
    assert model.base_rate == pytest.approx(0.6)


def test_decisions_without_a_signal_are_not_flattered():
    aucs = [learn_from_decisions(*decisions(40, 40, 0.0, seed), NAMES).auc for seed in range(8)]
    assert abs(np.mean(aucs) - 0.5) < 0.1


@pytest.mark.parametrize(("yes", "no"), [(19, 200), (200, 19), (0, 0), (50, 0)])
def test_too_few_decisions_are_refused(yes, no):
    with pytest.raises(TooLittleDataError, match=f"{yes} accepted and {no} declined"):
        learn_from_decisions(*decisions(yes, no, 1.0), NAMES)


def test_unknown_values_in_decisions_count_as_typical():
    features, accepted = decisions(40, 40, 2.0)
    features[::7, 1] = np.nan
    features[:, 2] = np.nan
    assert np.isfinite(learn_from_decisions(features, accepted, NAMES).auc)


def test_decisions_of_another_shape_are_refused():
    with pytest.raises(MatcherError, match="do not fit"):
        learn_from_decisions(np.zeros((50, 2)), np.ones(50, np.bool_), NAMES)
