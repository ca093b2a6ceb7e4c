from __future__ import annotations

import pytest

from kb.brief import Brief, Need, Offer, RedLines, Seeker
from kb.knowledge_base import KnowledgeBase
from kb.organization import ClaimKind, ClaimStatus, Engagement, Participation, Relation, RelationKind
from matcher.errors import BriefProblemError
from matcher.service import Matcher
from matcher.terms import Filters
from tests.conftest import SOURCE, claim, organization


def brief(**more) -> Brief:
    fields = {
        "id": "nets",
        "title": "Bed nets",
        "behaviour": "Families sleep under bed nets.",
        "causes": ("malaria",),
        "places": ("KE",),
        "needs": (Need(code="distribution", importance=0.9), Need(code="promotion", importance=0.5)),
        "offers": (Offer(code="credibility"),),
    }
    return Brief(**{**fields, **more})


@pytest.fixture
def filled(kb: KnowledgeBase) -> KnowledgeBase:
    kb.add(
        organization(
            "shops",
            claim("capacity", "distribution", 0.9),
            claim("place", "KE", 0.9),
            claim("need", "credibility", 0.9),
            sector="private",
        ),
        organization(
            "far-shops",
            claim("capacity", "distribution", 0.9),
            claim("place", "PE", 0.9),
            country="PE",
            sector="private",
        ),
        organization(
            "malaria-club",
            claim("cause", "malaria", 0.9),
            claim("place", "KE", 0.9),
            claim("capacity", "volunteers", 0.6),
            mission="Bed nets for families.",
            sector="voluntary",
        ),
        organization(
            "brewery",
            claim("capacity", "distribution", 0.9),
            claim("place", "KE", 0.9),
            claim("concern", "alcohol", 0.9, role="core"),
            sector="private",
        ),
        organization("stranger", country=None),
        organization("agency", sector="public"),
    )
    return kb


def ids(ranking) -> list[str]:
    return [candidate.organization.id for candidate in ranking.candidates]


def test_better_fit_ranks_higher_and_scores_add_up(filled: KnowledgeBase, matcher: Matcher):
    ranking = matcher.find_partners(brief())
    assert ids(ranking).index("shops") < ids(ranking).index("far-shops")
    for candidate in ranking.candidates:
        assert sum(item.points for item in candidate.contributions) == pytest.approx(candidate.score)
        assert 0 <= candidate.coverage <= 1
    scores = [candidate.score for candidate in ranking.candidates]
    assert scores == sorted(scores, reverse=True)


def test_who_is_unknown_is_said_to_be_not_assessed(filled: KnowledgeBase, matcher: Matcher):
    found = matcher.find_partners(brief()).candidates
    stranger = next(item for item in found if item.organization.id == "stranger")
    by_name = {item.component: item for item in stranger.contributions}
    assert by_name["complementarity"].value is None
    assert "Not assessed" in by_name["complementarity"].note


def test_a_red_line_sets_apart_with_its_reason_and_leaves_scores_alone(filled: KnowledgeBase, matcher: Matcher):
    free = matcher.find_partners(brief())
    bound = matcher.find_partners(brief(red_lines=RedLines(concerns=("alcohol",))))
    assert "brewery" in ids(free)
    assert "brewery" not in ids(bound)
    (apart,) = bound.set_apart
    assert "Alcohol" in apart.reasons[0]
    before = {item.organization.id: item.score for item in free.candidates}
    assert all(item.score == pytest.approx(before[item.organization.id]) for item in bound.candidates)
    assert apart.score == pytest.approx(before["brewery"], abs=1e-3)


def test_a_flag_never_changes_a_score(filled: KnowledgeBase, matcher: Matcher):
    def entry():
        return next(item for item in matcher.find_partners(brief()).candidates if item.organization.id == "shops")

    before = entry()
    filled.add_claim("shops", claim("concern", "tobacco", 0.9, role="core"))
    after = entry()
    assert after.score == pytest.approx(before.score)
    assert [flag.code for flag in after.flags] == ["tobacco"]


def test_the_candidates_own_red_line_counts_too(filled: KnowledgeBase, matcher: Matcher):
    filled.add_claim("malaria-club", claim("red_line", "alcohol", 0.9))
    ranking = matcher.find_partners(brief(seeker=Seeker(name="A brewer", concerns=("alcohol",))))
    assert "malaria-club" not in ids(ranking)
    assert "which concerns you" in ranking.set_apart[0].reasons[0]


def test_a_must_sets_apart_who_is_not_known_to_meet_it(filled: KnowledgeBase, matcher: Matcher):
    must = brief(needs=(Need(code="distribution", must=True),))
    ranking = matcher.find_partners(must)
    assert set(ids(ranking)) == {"shops", "brewery"} | ({"far-shops"} & set(ids(ranking)))
    reasons = {item.organization.id: item.reasons for item in ranking.set_apart}
    assert "not known to be met: Distribution" in reasons["stranger"][0]


def test_nobody_left_says_what_to_change(filled: KnowledgeBase, matcher: Matcher):
    ranking = matcher.find_partners(brief(needs=(Need(code="manufacturing", must=True),)))
    assert ranking.candidates == ()
    assert "Make a must a wish" in ranking.notes[0]


def test_filters_and_wanted_sectors(filled: KnowledgeBase, matcher: Matcher):
    assert ids(matcher.find_partners(brief(), filters=Filters(sectors=("voluntary",)))) == ["malaria-club"]
    assert set(ids(matcher.find_partners(brief(sectors=("public",))))) == {"agency"}
    assert set(ids(matcher.find_partners(brief(), filters=Filters(countries=("PE",))))) == {"far-shops"}
    assert set(ids(matcher.find_partners(brief(), filters=Filters(capacities=("volunteers",))))) == {"malaria-club"}
    assert "brewery" not in ids(matcher.find_partners(brief(), filters=Filters(with_concerns=False)))


def test_weights_change_the_order_and_are_scaled(filled: KnowledgeBase, matcher: Matcher):
    prepared = matcher.prepare(brief())
    needs_only = dict.fromkeys(matcher.settings.weights, 0.0) | {"complementarity": 1.0}
    mission_only = dict.fromkeys(matcher.settings.weights, 0.0) | {"mission_fit": 1.0}
    by_needs, by_mission = matcher.rank(prepared, weights=needs_only), matcher.rank(prepared, weights=mission_only)
    assert ids(by_needs)[0] in {"shops", "brewery"}
    assert ids(by_mission)[0] == "malaria-club"
    assert sum(by_needs.weights.values()) == pytest.approx(1)


def test_the_next_ranking_sees_one_new_claim_and_one_new_organization(filled: KnowledgeBase, matcher: Matcher):
    assert "new" not in ids(matcher.find_partners(brief()))
    filled.add(
        organization(
            "new",
            claim("capacity", "distribution", 1.0),
            claim("capacity", "promotion", 1.0),
            claim("place", "KE", 1.0),
            claim("cause", "malaria", 1.0),
            claim("need", "credibility", 1.0),
        )
    )
    assert ids(matcher.find_partners(brief()))[0] == "new"
    filled.judge_claim("new", (ClaimKind.CAPACITY, "distribution", SOURCE.name), ClaimStatus.REJECTED)
    lowered = next(item for item in matcher.find_partners(brief()).candidates if item.organization.id == "new")
    assert lowered.needs[0].strength == 0.0


def test_the_seeker_does_not_find_itself_and_trusts_its_partners(filled: KnowledgeBase, matcher: Matcher):
    filled.add(Relation(subject_id="agency", kind=RelationKind.PARTNER_OF, object_id="malaria-club", source=SOURCE))
    filled.add(
        Engagement(
            id="e",
            title="Nets",
            text="Bed nets for families",
            source=SOURCE,
            participations=(Participation(organization_id="malaria-club"), Participation(organization_id="shops")),
        )
    )
    ranking = matcher.find_partners(brief(seeker=Seeker(organization_id="agency")))
    assert "agency" not in ids(ranking)
    trust = {
        item.organization.id: next(c.value for c in item.contributions if c.component == "trust")
        for item in ranking.candidates
    }
    assert trust["malaria-club"] == 1.0
    assert trust["shops"] == pytest.approx(0.25)
    assert trust["brewery"] is None


def test_reciprocity_is_the_harmonic_mean_of_both_gains(filled: KnowledgeBase, matcher: Matcher):
    shops = next(item for item in matcher.find_partners(brief()).candidates if item.organization.id == "shops")
    a, b = shops.seeker_gain, shops.candidate_gain
    value = next(item.value for item in shops.contributions if item.component == "reciprocity")
    assert value == pytest.approx(2 * a * b / (a + b), rel=1e-3)


def test_opposed_values_lower_the_score_and_raise_a_flag(filled: KnowledgeBase, matcher: Matcher):
    filled.add_claim("shops", claim("value", "consumer_choice", 0.9))
    ranking = matcher.find_partners(brief(values=("tobacco_free",)))
    shops = next(item for item in ranking.candidates if item.organization.id == "shops")
    assert next(item.value for item in shops.contributions if item.component == "value_alignment") < 0.5
    assert any(flag.code == "value:consumer_choice" for flag in shops.flags)


def test_counterfactuals_reach_the_rank_that_they_promise(filled: KnowledgeBase, matcher: Matcher):
    prepared = matcher.prepare(brief())
    lifts = matcher.counterfactuals(prepared, "far-shops", rank=1)
    assert lifts
    for lift in lifts:
        if lift.by == "candidate":
            assert lift.rank <= 1
    before = ids(matcher.find_partners(brief())).index("far-shops")
    filled.add_claim("far-shops", claim("place", "KE", 0.9))
    assert ids(matcher.find_partners(brief())).index("far-shops") < before


def test_an_empty_knowledge_base_answers(matcher: Matcher):
    ranking = matcher.find_partners(brief())
    assert ranking.candidates == ()
    assert "import" in ranking.notes[0]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"needs": (), "causes": (), "behaviour": "", "places": (), "title": "x"}, "asks for nothing"),
        ({"needs": (Need(code="distributon"),)}, "distribution"),
        ({"causes": ("malria",)}, "malaria"),
        ({"weights": {"luck": 1.0}}, "luck"),
        ({"sectors": ("private",), "red_lines": RedLines(sectors=("private",))}, "private"),
    ],
)
def test_a_brief_that_cannot_be_answered_says_what_to_change(matcher: Matcher, changes, said):
    with pytest.raises(BriefProblemError, match=f"(?i){said}"):
        matcher.find_partners(brief(**changes))


def test_search_joins_words_and_meaning(filled: KnowledgeBase, matcher: Matcher):
    hits = matcher.search("bed nets families")
    assert hits[0].organization.id == "malaria-club"
    assert hits[0].by == "words and meaning"
    assert matcher.search("  ") == ()
