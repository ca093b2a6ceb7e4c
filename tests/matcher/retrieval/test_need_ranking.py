from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from kb.organization import ClaimKind
from matcher.encoder import SentenceTransformerEncoder
from matcher.retrieval import index_texts, rank_for_need, search_needs

NEED = "A radio station in Kenya that teenagers listen to"
TEXTS = [
    "Broadcaster in Nairobi with a music show for adolescents, on air every evening.",
    "A radio station in Peru for teenagers.",
    "We study which radio station teenagers in Kenya listen to.",
    "Bakery in Nairobi.",
]


@cache
def bundled() -> SentenceTransformerEncoder:
    return SentenceTransformerEncoder()


@pytest.mark.parametrize(
    ("need", "right", "near_miss"),
    [
        (NEED, TEXTS[0], TEXTS[1]),
        (NEED, TEXTS[0], "Lessons in Kenya teaching teenagers how radio works."),
        (
            "Trucks to bring bed nets to villages in Mali",
            "Our lorries and depots around Bamako and Mopti carry goods to the remotest hamlets.",
            "We teach villages in Mali to hang bed nets.",
        ),
        (
            "Shops in Ghana that could sell water filters",
            "A chain of 80 hardware stores in Accra and Kumasi.",
            "A campaign in Ghana asking people to use water filters.",
        ),
        (
            "Volunteers for a helpline in Australia",
            "Two thousand unpaid helpers in Queensland answer calls at night.",
            "A university in Melbourne studying why people call a helpline in Australia.",
        ),
    ],
)
def test_the_right_organization_outranks_the_near_miss(need, right, near_miss):
    scores = rank_for_need(need, [near_miss, right], bundled())
    assert scores[1] > scores[0]


def test_scores_are_finite_and_one_per_text():
    scores = rank_for_need(NEED, TEXTS, bundled())
    assert scores.shape == (len(TEXTS),)
    assert scores.dtype == np.float64
    assert np.isfinite(scores).all()


def test_another_encoder_can_rank(encoder):
    assert rank_for_need(NEED, TEXTS, encoder).shape == (len(TEXTS),)


@pytest.mark.parametrize("need", ["", "?", "Où trouver une radio au Kenya ?", "Kenya"])
def test_any_need_is_answered(encoder, need):
    assert np.isfinite(rank_for_need(need, [*TEXTS, "", "!"], encoder)).all()


def test_no_texts_give_no_scores(encoder):
    assert rank_for_need(NEED, [], encoder).shape == (0,)
    assert search_needs(NEED, [], encoder) == []


def test_a_hit_says_what_fits_and_what_does_not(encoder):
    index = index_texts(TEXTS, encoder)
    hits = {hit.position: hit for hit in index.search(NEED, k=4)}
    scores = index.scores(NEED)
    assert all(hit.score == pytest.approx(scores[position]) for position, hit in hits.items())
    assert all(sum(hit.contributions.values()) == pytest.approx(hit.score) for hit in hits.values())
    facets = {item.kind: item for item in hits[1].facets}
    assert facets[ClaimKind.PLACE].verdict == "other"
    assert facets[ClaimKind.PLACE].given == ("Peru",)
    assert facets[ClaimKind.AUDIENCE].verdict == "same"
    assert {item.kind: item for item in hits[3].facets}[ClaimKind.AUDIENCE].verdict == "unknown"


def test_what_is_quoted_stands_in_the_texts(encoder):
    for hit in search_needs(NEED, TEXTS, encoder):
        assert hit.best_sentence in TEXTS[hit.position]
        for facet in hit.facets:
            assert facet.quote in TEXTS[hit.position]
            assert facet.need_quote in NEED


def test_hits_come_best_first_and_no_more_than_asked(encoder):
    hits = search_needs(NEED, TEXTS, encoder, k=2)
    assert len(hits) == 2
    assert hits[0].score >= hits[1].score
    assert search_needs(NEED, TEXTS, encoder, k=0) == []
