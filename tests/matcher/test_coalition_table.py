"""The table: missing seats with suggestions, who may oppose, and common ground quoted from each."""

from __future__ import annotations

import pytest

from kb.brief import Brief, Need, Seeker
from kb.knowledge_base import KnowledgeBase
from kb.organization import ClaimKind
from kb.vocabulary import load_vocabulary
from matcher.coalition import Seat, find_common_ground
from matcher.coalition.seats import load_seat_rules
from matcher.errors import MatcherError
from matcher.partnering import Partnering
from matcher.service import Matcher
from tests.conftest import claim, organization

VOCABULARY = load_vocabulary()
BRIEF = Brief(
    id="quit",
    title="Quitting in Kenya",
    seeker=Seeker(name="Agency", sector="public", kind="ministry", country="KE"),
    causes=("tobacco_control",),
    audiences=("smokers",),
    places=("KE",),
    needs=(Need(code="media_channels"),),
)


def here(key: str, *claims: object, **more: object) -> object:
    return organization(key, claim("place", "KE", 0.9), claim("cause", "tobacco_control", 0.9), *claims, **more)  # type: ignore[arg-type]


@pytest.fixture
def partnering(kb: KnowledgeBase, matcher: Matcher) -> Partnering:
    kb.add(
        here("radio", claim("capacity", "media_channels", 0.9), sector="private"),
        here("bank", claim("capacity", "funding", 0.9), sector="private"),
        here("fund-abroad", claim("capacity", "funding", 0.9), claim("place", "PE", 0.9), country="PE"),
        here("brewer-fund", claim("capacity", "funding", 0.9), claim("concern", "tobacco", role="minor")),
        here("quitters", claim("audience", "smokers", 0.9), sector="voluntary", kind="association"),
        here("campaigner", claim("audience", "smokers", 0.9), sector="voluntary", kind="foundation"),
        here("everybody", claim("audience", "general_public", 0.9), sector="voluntary", kind="association"),
        organization(
            "cigarettes", claim("place", "KE", 0.9), claim("concern", "tobacco", role="core"), sector="private"
        ),
    )
    return Partnering(matcher)


def seat(seats: tuple[Seat, ...], code: str) -> Seat:
    return next(item for item in seats if item.code == code)


def test_a_seat_is_held_with_evidence_and_the_seeker_counts(partnering: Partnering) -> None:
    seats = partnering.seats(BRIEF, ["radio"])
    assert [holder.name for holder in seat(seats, "regulate").held_by] == ["Agency"]
    assert [holder.id for holder in seat(seats, "reach").held_by] == ["radio"]
    assert seat(seats, "reach").held_by[0].reasons[0].text == "capacity media_channels"
    assert not seat(seats, "reach").suggestions


def test_a_missing_seat_names_whom_to_ask_and_never_the_industry(partnering: Partnering) -> None:
    fund = seat(partnering.seats(BRIEF, ["radio"]), "fund")
    assert fund.missing
    assert fund.suggestions[0].id == "bank"
    assert "brewer-fund" not in {item.id for item in fund.suggestions}
    assert fund.suggestions[0].reasons


def test_those_affected_are_not_everybody(partnering: Partnering) -> None:
    affected = seat(partnering.seats(BRIEF, ["radio"]), "affected")
    assert [item.id for item in affected.suggestions] == ["quitters"]
    assert not seat(partnering.seats(BRIEF, ["quitters"]), "affected").missing
    assert seat(partnering.seats(BRIEF, ["everybody"]), "affected").missing
    assert seat(partnering.seats(BRIEF, ["campaigner"]), "affected").missing


def test_an_authority_of_another_country_does_not_make_the_rules_here(
    kb: KnowledgeBase, partnering: Partnering
) -> None:
    kb.add(
        here("abroad", sector="public", kind="ministry", country="PE"),
        here("home", sector="public", kind="regulator", country="KE"),
    )
    unseated = BRIEF.model_copy(update={"seeker": Seeker(name="Charity", sector="voluntary", kind="charity")})
    assert [item.id for item in seat(partnering.seats(unseated, ["radio"]), "regulate").suggestions] == ["home"]
    assert seat(partnering.seats(unseated, ["abroad"]), "regulate").missing


def test_who_may_oppose_is_named_and_not_suggested_as_a_partner(partnering: Partnering) -> None:
    oppose = seat(partnering.seats(BRIEF, ["radio"]), "oppose")
    assert not oppose.partner
    assert [item.id for item in oppose.suggestions] == ["cigarettes"]
    assert "how they will react" in oppose.note


def test_without_a_known_industry_that_is_said_and_not_taken_for_none(partnering: Partnering) -> None:
    other = BRIEF.model_copy(update={"causes": ("malaria",)})
    assert "No industry is on record" in seat(partnering.seats(other, ["radio"]), "oppose").note


def test_a_suggestion_does_not_clash_with_those_at_the_table(kb: KnowledgeBase, partnering: Partnering) -> None:
    kb.add(here("radio", claim("capacity", "media_channels", 0.9), claim("red_line", "gambling"), sector="private"))
    kb.add(here("bank", claim("capacity", "funding", 0.9), claim("concern", "gambling", role="core"), sector="private"))
    assert "bank" not in {item.id for item in seat(partnering.seats(BRIEF, ["radio"]), "fund").suggestions}


def test_the_rules_name_every_kind_of_stakeholder() -> None:
    assert [role.code for role in load_seat_rules().roles] == [
        "affected",
        "regulate",
        "reach",
        "supply",
        "fund",
        "study",
    ]


def test_common_ground_quotes_each_and_says_who_is_unknown() -> None:
    one = organization("one", claim("cause", "malaria"), claim("value", "affordability"), claim("place", "KE"))
    two = organization("two", claim("cause", "malaria"), claim("audience", "mothers"), claim("place", "world"))
    three = organization("three", claim("cause", "vaccination"))
    ground = find_common_ground([one, two, three], VOCABULARY, ["KE"])
    (cause,) = ground.of(ClaimKind.CAUSE)
    assert (cause.code, [key for key, _ in cause.by], cause.everyone) == ("malaria", ["one", "two"], False)
    assert cause.by[0][1].text == "cause malaria"
    (place,) = ground.of(ClaimKind.PLACE)
    assert [key for key, _ in place.by] == ["one", "two"]
    assert "Three: values not known" in ground.unknown
    assert not ground.of(ClaimKind.VALUE)


def test_without_named_places_only_places_named_alike_are_shared() -> None:
    one, two = organization("one", claim("place", "KE")), organization("two", claim("place", "world"))
    assert not find_common_ground([one, two], VOCABULARY).of(ClaimKind.PLACE)


def test_common_ground_needs_two(partnering: Partnering) -> None:
    with pytest.raises(MatcherError, match="two or more different"):
        partnering.common_ground(["radio", "radio"])
    assert {item.code for item in partnering.common_ground(["radio", "bank"]).shared} == {"tobacco_control", "KE"}
