"""The give/get ledger: both directions, evidence, what is open, and who gets nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.brief import Brief, Need, Offer, Seeker
from kb.organization import ClaimStatus, Organization
from kb.vocabulary import load_vocabulary
from matcher.errors import MatcherError
from matcher.exchange import Agreement, Gain, make_ledger, party_of, seeking_party
from matcher.exchange.value_types import FOLDER, load_value_types, value_types
from tests.conftest import claim, organization

VOCABULARY = load_vocabulary()
CODES = ["distribution", "funding", "credibility", "media_channels", "training"]
CAUSES = ["malaria", "health", "vaccination"]


def ledger(first: Organization, second: Organization):
    return make_ledger(party_of(first, VOCABULARY), party_of(second, VOCABULARY), VOCABULARY)


@st.composite
def organizations(draw: st.DrawFn, key: str) -> Organization:
    strengths = st.sampled_from([0.3, 0.6, 0.9])
    claims = []
    for kind, codes in (("capacity", CODES[:2] + CODES[3:]), ("need", CODES), ("offer", CODES), ("cause", CAUSES)):
        chosen = draw(st.lists(st.sampled_from(codes), unique=True, max_size=3))
        claims += [claim(kind, code, draw(strengths)) for code in chosen]
    return organization(key, *claims)


@given(organizations("one"), organizations("two"))
def test_swapping_the_sides_swaps_the_ledger(one: Organization, two: Organization) -> None:
    assert ledger(two, one) == ledger(one, two).swapped()
    assert ledger(one, two).swapped().swapped() == ledger(one, two)


@given(organizations("one"), organizations("two"))
def test_every_want_is_either_met_or_open(one: Organization, two: Organization) -> None:
    made = ledger(one, two)
    met = {line.code for line in made.first_gives if line.subject == "lent"}
    still_open = {want.item.code for want in made.second_open}
    assert met | still_open == {item.code for item in made.second.wants}
    assert not met & still_open


def test_a_line_says_who_wants_and_who_has_with_evidence_and_type() -> None:
    made = ledger(
        organization("shop", claim("capacity", "distribution", 0.9)),
        organization("agency", claim("need", "distribution", 0.6, status=ClaimStatus.UNVERIFIED)),
    )
    (line,) = made.first_gives
    assert (line.giver, line.receiver, line.code) == ("shop", "agency", "distribution")
    assert line.value_type.code == "transferred_asset"
    assert line.wanted[0].text == "need distribution"
    assert line.had[0].text == "capacity distribution"
    assert line.status is ClaimStatus.UNVERIFIED
    assert not line.offered
    assert line.agreement == Agreement()


def test_an_offer_is_told_from_what_is_merely_had() -> None:
    made = ledger(
        organization("shop", claim("capacity", "distribution"), claim("offer", "distribution")),
        organization("agency", claim("need", "distribution")),
    )
    assert made.first_gives[0].offered


def test_a_shared_cause_is_synergistic_both_ways_and_a_wider_one_counts_less() -> None:
    same = ledger(
        organization("one", claim("cause", "malaria", 0.9)), organization("two", claim("cause", "malaria", 0.6))
    )
    assert [line.value_type.code for line in (*same.first_gives, *same.second_gives)] == ["synergistic", "synergistic"]
    wider = ledger(
        organization("one", claim("cause", "health", 0.9)), organization("two", claim("cause", "malaria", 0.6))
    )
    assert wider.first_gives[0].strength < same.first_gives[0].strength
    assert "through health" in wider.first_gives[0].label


def test_what_is_rejected_is_known_to_lack_and_what_nobody_said_is_not() -> None:
    receiver = organization("agency", claim("need", "distribution"), claim("need", "funding"))
    giver = organization(
        "shop", claim("capacity", "distribution", status=ClaimStatus.REJECTED), claim("capacity", "training")
    )
    known = {want.item.code: want.known_lacking for want in ledger(giver, receiver).second_open}
    assert known == {"distribution": True, "funding": False}


def test_a_one_sided_exchange_is_said_to_be_so() -> None:
    made = ledger(
        organization("shop", claim("capacity", "distribution"), claim("need", "funding")),
        organization("agency", claim("capacity", "training"), claim("need", "distribution")),
    )
    assert made.one_sided is True
    assert made.first_gain is Gain.NOTHING
    assert made.notes[0].startswith("One-sided, as far as is known: nothing that Shop")


def test_an_unknown_want_is_not_taken_for_no_want() -> None:
    made = ledger(
        organization("shop", claim("capacity", "distribution")),
        organization("agency", claim("capacity", "training"), claim("need", "distribution")),
    )
    assert made.first_gain is Gain.UNKNOWN
    assert made.one_sided is None
    assert "What Shop wants is not known" in made.notes[0]


def test_headway_alone_is_told_from_something_asked_for() -> None:
    made = ledger(
        organization("shop", claim("capacity", "training"), claim("need", "funding"), claim("cause", "malaria")),
        organization("agency", claim("capacity", "training"), claim("need", "training"), claim("cause", "malaria")),
    )
    assert made.first_gain is Gain.CAUSE_ONLY
    assert made.second_gain is Gain.WANTED
    assert made.one_sided is False


def brief(**more: object) -> Brief:
    fields: dict[str, object] = {
        "id": "nets",
        "title": "Nets",
        "seeker": Seeker(name="Ministry", kind="ministry", sector="public"),
        "causes": ("malaria",),
        "needs": (Need(code="distribution", text="Shops near the village.", importance=0.9),),
        "offers": (Offer(code="credibility", text="The ministry's name."),),
        **more,
    }
    return Brief.model_validate(fields)


def test_a_seeker_wants_what_the_brief_needs_and_has_what_it_offers() -> None:
    party = seeking_party(brief(), VOCABULARY)
    assert [(item.code, item.strength) for item in party.wants] == [("distribution", 0.9)]
    assert [(item.code, item.offered) for item in party.has] == [("credibility", True)]
    assert party.has[0].reasons[0].source == "Brief: Nets"
    assert [item.code for item in party.causes] == ["malaria"]


def test_what_a_seeker_holds_back_is_named_where_the_other_wants_it() -> None:
    profile = organization("ministry", claim("capacity", "training", 0.9), claim("capacity", "distribution", 0.6))
    party = seeking_party(brief(), VOCABULARY, profile)
    assert [item.code for item in party.held_back] == ["training"]
    shop = organization("shop", claim("capacity", "distribution"), claim("need", "training"))
    made = make_ledger(party, party_of(shop, VOCABULARY), VOCABULARY)
    assert made.second_open[0].held_back
    assert any("does not offer it" in note for note in made.notes)


def test_a_seeker_without_offers_is_told_what_to_add() -> None:
    shop = organization("shop", claim("capacity", "distribution"), claim("need", "training"))
    made = make_ledger(seeking_party(brief(offers=()), VOCABULARY), party_of(shop, VOCABULARY), VOCABULARY)
    assert made.second_gain is Gain.UNKNOWN
    assert any("offers of the brief" in note for note in made.notes)


def test_everything_that_can_be_lent_has_exactly_one_type_of_value() -> None:
    types = value_types(VOCABULARY)
    assert set(types.by_code) == set(VOCABULARY.lendable)
    assert {kind.code for kind in types.by_code.values()} | {types.of_causes.code} == {
        "associational",
        "transferred_asset",
        "interaction",
        "synergistic",
    }
    assert types.by_code["credibility"].code == "associational"


def test_a_code_without_a_type_is_reported() -> None:
    with pytest.raises(MatcherError, match="teleportation has no type"):
        load_value_types(frozenset({*VOCABULARY.lendable, "teleportation"}), FOLDER)
