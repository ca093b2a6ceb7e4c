from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb.brief import Brief, Need, Offer
from kb.columns.sketch import principal_axes, sketch
from matcher.ranking import top
from matcher.selection import Prepared
from matcher.service import Matcher
from tests.matcher.test_graded_cases import BRIEFS

CODES = ("distribution", "promotion", "media_channels", "funding", "community_reach", "research_evaluation")
CAUSES = ("malaria", "road_safety", "breastfeeding", "tobacco_control")
UNIT = st.floats(0.05, 1)


@st.composite
def briefs(draw: st.DrawFn) -> Brief:
    codes = draw(st.lists(st.sampled_from(CODES), min_size=1, max_size=4, unique=True))
    return Brief(
        id="drawn",
        title=draw(st.sampled_from(["Bed nets", "Helmets for riders", "Radio for farmers", "Soap"])),
        behaviour=draw(st.sampled_from(["", "Riders wear a helmet on every trip.", "Families sleep under a net."])),
        causes=tuple(draw(st.lists(st.sampled_from(CAUSES), max_size=2, unique=True))),
        places=tuple(draw(st.lists(st.sampled_from(["TZ", "CO", "GB", "world"]), max_size=1))),
        needs=tuple(Need(code=code, text=draw(st.sampled_from(["", "shops in villages"]))) for code in codes),
        offers=tuple(Offer(code=code) for code in draw(st.lists(st.sampled_from(CODES), max_size=2, unique=True))),
    )


@given(brief=briefs(), weights=st.fixed_dictionaries({"mission_fit": UNIT, "complementarity": UNIT}), count=UNIT)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_best_are_those_of_a_full_comparison(starter_matcher: Matcher, brief: Brief, weights, count):
    prepared = Prepared(starter_matcher._query(brief, 0), starter_matcher.columns())
    weigh = starter_matcher.weighing(brief, weights)
    mask = np.arange(prepared.columns.n) % 7 != 3
    wanted = [(mask, 1 + int(count * 12)), (~mask, 5)]
    found = prepared.best(weigh, wanted)
    exact = weigh(prepared.scores).score
    for judged, (allowed, many) in zip(found, wanted, strict=True):
        expected = top(exact, allowed, many)
        assert judged.weighted.score == pytest.approx(exact[expected], abs=1e-5)
        assert exact[judged.rows] == pytest.approx(judged.weighted.score, abs=1e-5)
    assert prepared._some.n < prepared.columns.n or isinstance(prepared._some.rows, slice)


def test_bounds_are_never_below_the_true_values_and_come_down(starter_matcher: Matcher):
    for brief in BRIEFS.values():
        prepared = Prepared(starter_matcher._query(brief, 0), starter_matcher.columns())
        loose = prepared.bounds.values.copy()
        prepared._sketch(np.arange(prepared.columns.n))
        closer, exact = prepared.bounds.values, prepared.scores.values
        assert (np.isnan(loose) == np.isnan(exact)).all()
        assert (np.nan_to_num(exact) <= np.nan_to_num(closer) + 1e-6).all()
        assert (np.nan_to_num(closer) <= np.nan_to_num(loose) + 1e-6).all()
        assert np.nansum(closer) < np.nansum(loose)


def test_a_standing_is_the_place_in_the_full_order(starter_matcher: Matcher):
    brief = BRIEFS["bed-nets-tanzania"]
    prepared = Prepared(starter_matcher._query(brief, 0), starter_matcher.columns())
    weigh = starter_matcher.weighing(brief)
    allowed = np.ones(prepared.columns.n, np.bool_)
    score = weigh(prepared.scores).score
    for row in (0, 17, 200, prepared.columns.n - 1):
        rank, points = prepared.standing(weigh, allowed, row)
        assert rank == 1 + int((score > score[row] + 1e-6).sum())
        assert points == pytest.approx(100 * score[row], abs=1e-3)
    allowed[17] = False
    assert prepared.standing(weigh, allowed, 17) is None


@given(seed=st.integers(0, 1_000), length=st.integers(1, 24))
@settings(max_examples=40, deadline=None)
def test_a_sketch_bounds_every_cosine(seed, length):
    vectors = np.random.default_rng(seed).normal(size=(60, 24)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    axes = principal_axes(vectors[:30], length)
    assert axes.T @ axes == pytest.approx(np.eye(length), abs=1e-4)
    short, rest = sketch(vectors, axes)
    bound = short @ short.T + rest[:, None] * rest[None, :]
    assert (vectors @ vectors.T <= bound + 1e-5).all()
