from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb.brief import Brief, Need, Offer
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


def test_bounds_are_never_below_the_true_values(starter_matcher: Matcher):
    for brief in BRIEFS.values():
        prepared = Prepared(starter_matcher._query(brief, 0), starter_matcher.columns())
        bounds, exact = prepared.bounds.values, prepared.scores.values
        assert (np.isnan(bounds) == np.isnan(exact)).all()
        assert (np.nan_to_num(exact) <= np.nan_to_num(bounds) + 1e-6).all()


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
