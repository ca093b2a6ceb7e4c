"""How many others have the same thing: counted over all organizations, in the place, the two sides left out."""

from __future__ import annotations

import pytest

from kb.brief import Brief, Need, Offer, RedLines, Seeker
from kb.knowledge_base import KnowledgeBase
from matcher.exchange import Dependency
from matcher.partnering import Partnering
from matcher.service import Matcher
from tests.conftest import claim, organization

BRIEF = Brief(
    id="nets",
    title="Nets",
    behaviour="Sleep under a net",
    seeker=Seeker(organization_id="ministry"),
    places=("KE",),
    causes=("malaria",),
    needs=(Need(code="distribution"), Need(code="manufacturing")),
    offers=(Offer(code="credibility"),),
    red_lines=RedLines(concerns=("alcohol",)),
)
KENYA = claim("place", "KE", 0.9)
PERU = claim("place", "PE", 0.9)
SHOPS = claim("capacity", "distribution", 0.9)


@pytest.fixture
def partnering(kb: KnowledgeBase, matcher: Matcher) -> Partnering:
    kb.add(
        organization("ministry", SHOPS, KENYA, claim("asset", "credibility", 0.9)),
        organization("shops", SHOPS, claim("capacity", "manufacturing", 0.9), claim("need", "credibility"), KENYA),
        organization("kiosks", SHOPS, KENYA),
        organization("exporter", SHOPS, PERU, country="KE"),
        organization("stall", claim("capacity", "distribution", 0.3), KENYA),
        organization("far-shops", SHOPS, PERU, country="PE"),
        organization("far-maker", claim("capacity", "manufacturing", 0.9), PERU, country="PE"),
        organization("far-name", claim("asset", "credibility", 0.9), PERU, country="PE"),
        organization("brewery", SHOPS, KENYA, claim("concern", "alcohol", role="core")),
    )
    return Partnering(matcher)


def dependency(partnering: Partnering, code: str) -> Dependency:
    power = partnering.power(BRIEF, "shops")
    return next(item for item in (*power.first_on_second, *power.second_on_first) if item.line.code == code)


def test_only_as_good_ones_in_the_place_within_the_red_lines_count(partnering: Partnering) -> None:
    found = dependency(partnering, "distribution")
    assert found.alternatives.names == ("Kiosks",)
    assert found.alternatives.count == 1
    assert "1 other is known to have as much of it in Kenya" in found.text


def test_what_is_not_bound_to_places_is_counted_anywhere(partnering: Partnering) -> None:
    found = dependency(partnering, "manufacturing")
    assert found.alternatives.names == ("Far Maker",)
    assert "Kenya" not in found.text


def test_what_nobody_else_is_known_to_have_is_scarce(partnering: Partnering) -> None:
    found = dependency(partnering, "credibility")
    assert found.alternatives.count == 0
    assert found.scarcity == 1
    assert "nobody else is known to have as much of it" in found.text
