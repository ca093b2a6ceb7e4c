"""The starter knowledge base: broad enough, sourced, dated, and honest about how it is known."""

from __future__ import annotations

from collections import Counter
from urllib.parse import urlsplit

import pytest

from kb.organization import ClaimKind, ClaimStatus
from kb.starter import load_starter, load_starter_briefs
from kb.vocabulary import load_vocabulary
from matcher.checks import check_brief
from matcher.components import COMPONENTS

ORGANIZATIONS, ENGAGEMENTS, RELATIONS = load_starter()
VOCABULARY = load_vocabulary()


def test_it_is_broad():
    sectors = Counter(item.sector for item in ORGANIZATIONS)
    assert len(ORGANIZATIONS) >= 300
    assert (sectors["private"] >= 110, sectors["voluntary"] >= 110, sectors["public"] >= 80) == (True, True, True)
    assert len(ENGAGEMENTS) + len(RELATIONS) >= 150
    countries = {item.country for item in ORGANIZATIONS}
    for region in (
        "africa",
        "south_asia",
        "southeast_asia",
        "east_asia",
        "middle_east",
        "europe",
        "north_america",
        "south_america",
        "oceania",
    ):
        assert len(countries & VOCABULARY.places[region].countries) >= 2, region


def test_every_kind_of_claim_is_there_and_every_claim_has_source_evidence_and_date():
    seen = Counter(claim.kind for item in ORGANIZATIONS for claim in item.claims)
    assert set(ClaimKind) <= set(seen)
    for item in ORGANIZATIONS:
        for claim in item.claims:
            assert claim.evidence, (item.id, claim.key)
            assert claim.source.url or claim.source.row or claim.source.name, (item.id, claim.key)
            assert claim.observed_on, (item.id, claim.key)


def test_what_is_stated_names_a_row_of_open_data():
    for item in ORGANIZATIONS:
        for claim in item.claims:
            assert claim.status in (ClaimStatus.UNVERIFIED, ClaimStatus.STATED)
            if claim.status is ClaimStatus.STATED:
                assert claim.source.row, (item.id, claim.key)


def test_no_deep_link_is_invented():
    addresses = {claim.source.url for item in ORGANIZATIONS for claim in item.claims}
    addresses |= {item.source.url for item in (*ENGAGEMENTS, *RELATIONS)} | {item.website for item in ORGANIZATIONS}
    deep = [address for address in addresses if address and urlsplit(address).path.strip("/").count("/") > 0]
    assert deep == []


def test_partnerships_join_two_and_say_what_for():
    for item in ENGAGEMENTS:
        assert len(item.participations) >= 2, item.id
        assert len(item.text) > 30, item.id
        assert item.causes, item.id


@pytest.mark.parametrize("brief", load_starter_briefs(), ids=lambda brief: brief.id)
def test_example_briefs_can_be_answered(brief):
    assert check_brief(brief, VOCABULARY, [component.name for component in COMPONENTS]) == []
    assert brief.needs
    assert brief.offers
    assert brief.red_lines.concerns


def test_there_are_eight_briefs_from_different_places_and_fields():
    briefs = load_starter_briefs()
    assert len(briefs) >= 8
    assert len({brief.causes[0] for brief in briefs}) >= 7
    assert len({brief.places[0] for brief in briefs}) >= 7
