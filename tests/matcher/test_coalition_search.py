"""Coalitions from a knowledge base: who is shortlisted, who cannot sit together, and what each answer says."""

from __future__ import annotations

import numpy as np
import pytest

from kb.brief import Brief, Need, Offer, RedLines, Seeker
from kb.errors import UnknownOrganizationError
from kb.knowledge_base import KnowledgeBase
from kb.organization import Organization, Relation, RelationKind
from matcher.coalition.candidates import between
from matcher.errors import BriefProblemError
from matcher.partnering import Partnering
from matcher.service import Matcher
from tests.conftest import SOURCE, claim, organization

BRIEF = Brief(
    id="nets",
    title="Bed nets in Kenya",
    behaviour="Sleep under a net",
    causes=("malaria",),
    places=("KE",),
    needs=(
        Need(code="distribution", importance=1.0, must=True),
        Need(code="media_channels", importance=0.8),
        Need(code="research_evaluation", importance=0.4),
    ),
    offers=(Offer(code="credibility"),),
)


def here(key: str, *claims: object, **more: object) -> Organization:
    return organization(key, claim("place", "KE", 0.9), claim("cause", "malaria", 0.6), *claims, **more)  # type: ignore[arg-type]


SHOPS = here("shops", claim("capacity", "distribution", 0.9), claim("need", "credibility"), sector="private")
KIOSKS = here("kiosks", claim("capacity", "distribution", 0.7), sector="private")
RADIO = here("radio", claim("capacity", "media_channels", 0.9), claim("value", "affordability"), sector="private")
PAPER = here("paper", claim("capacity", "media_channels", 0.6), sector="private")
SURVEYS = here("surveys", claim("capacity", "research_evaluation", 0.9), sector="voluntary")


def relate(kind: RelationKind, one: str, two: str) -> Relation:
    return Relation(subject_id=one, kind=kind, object_id=two, source=SOURCE)


@pytest.fixture
def partnering(kb: KnowledgeBase, matcher: Matcher) -> Partnering:
    kb.add(SHOPS, KIOSKS, RADIO, PAPER, SURVEYS)
    return Partnering(matcher)


def ids(found: object, at: int = 0) -> set[str]:
    return {member.organization.id for member in found.alternatives[at].members}  # type: ignore[attr-defined]


def test_the_needs_are_covered_and_each_cover_is_quoted(partnering: Partnering) -> None:
    found = partnering.coalition(BRIEF)
    assert ids(found) == {"shops", "radio", "surveys"}
    best = found.alternatives[0]
    assert {need.code: need.by for need in best.needs} == {
        "distribution": "shops",
        "media_channels": "radio",
        "research_evaluation": "surveys",
    }
    assert best.needs[0].reasons[0].text == "capacity distribution"
    assert best.open_needs == ()
    assert best.proven


def test_what_is_lost_if_one_leaves_is_said(partnering: Partnering) -> None:
    (shops,) = [item for item in partnering.coalition(BRIEF).alternatives[0].departures if item.member == "shops"]
    assert shops.lost == ("distribution",)
    assert shops.breaks == ("the must distribution",)
    assert shops.text.startswith("nobody else here covers distribution")


def test_alternatives_are_different_sets(partnering: Partnering) -> None:
    found = partnering.coalition(BRIEF, count=3)
    sets = [frozenset(ids(found, at)) for at in range(len(found.alternatives))]
    assert len(sets) == len(set(sets)) >= 2
    worths = [item.worth for item in found.alternatives]
    assert worths == sorted(worths, reverse=True)


def test_competitors_do_not_sit_together(kb: KnowledgeBase, partnering: Partnering) -> None:
    kb.add(relate(RelationKind.COMPETITOR_OF, "shops", "radio"))
    for at, _ in enumerate((found := partnering.coalition(BRIEF)).alternatives):
        assert not {"shops", "radio"} <= ids(found, at)


def test_a_company_and_its_parent_hold_one_seat(kb: KnowledgeBase, partnering: Partnering) -> None:
    kb.add(relate(RelationKind.PARENT_OF, "shops", "radio"))
    assert not {"shops", "radio"} <= ids(partnering.coalition(BRIEF))


def test_a_red_line_of_a_partner_keeps_another_out(kb: KnowledgeBase, partnering: Partnering) -> None:
    kb.add(
        here("radio", claim("capacity", "media_channels", 0.9), claim("concern", "alcohol", role="minor")),
        here("surveys", claim("capacity", "research_evaluation", 0.9), claim("red_line", "alcohol")),
    )
    found = partnering.coalition(BRIEF)
    assert not {"radio", "surveys"} <= ids(found)
    assert found.incompatible_pairs == 1
    columns = partnering.matcher.columns()
    (conflict,) = between(columns, np.arange(columns.n), partnering.matcher.vocabulary).conflicts
    assert conflict.why == "a red line of one of them is alcohol, which is a side line of the other"


def test_a_red_line_that_one_crosses_itself_is_no_clash_between_two(kb: KnowledgeBase, partnering: Partnering) -> None:
    own = (claim("red_line", "alcohol"), claim("concern", "alcohol", role="minor"))
    kb.add(here("radio", claim("capacity", "media_channels", 0.9), *own))
    assert "radio" in ids(partnering.coalition(BRIEF))


def test_a_pair_that_pulls_apart_is_the_weakest_link(kb: KnowledgeBase, partnering: Partnering) -> None:
    kb.add(relate(RelationKind.REGULATES, "surveys", "radio"), relate(RelationKind.PARTNER_OF, "shops", "radio"))
    best = partnering.coalition(BRIEF, kept=("surveys", "radio", "shops")).alternatives[0]
    assert best.weakest is not None
    assert {best.weakest.first, best.weakest.second} == {"surveys", "radio"}
    assert best.weakest.rubs == ("one regulates the other",)
    assert best.costs["friction"] > 0


def test_what_is_asked_of_the_table_is_kept(partnering: Partnering) -> None:
    assert "paper" in ids(partnering.coalition(BRIEF, kept=("paper",)))
    assert "shops" not in ids(partnering.coalition(BRIEF, excluded=("shops",)))
    assert len(ids(partnering.coalition(BRIEF, smallest=4, largest=4))) == 4
    assert "surveys" in ids(partnering.coalition(BRIEF, sectors=("voluntary",), largest=2))


def test_a_red_line_of_the_brief_keeps_a_partner_out(partnering: Partnering) -> None:
    barred = BRIEF.model_copy(update={"red_lines": RedLines(organizations=("shops",))})
    assert "kiosks" in ids(partnering.coalition(barred))
    with pytest.raises(BriefProblemError, match="shops cannot be a partner"):
        partnering.coalition(barred, kept=("shops",))


def test_a_must_that_nobody_meets_is_explained(partnering: Partnering) -> None:
    wanted = BRIEF.model_copy(update={"needs": (*BRIEF.needs, Need(code="logistics", must=True))})
    found = partnering.coalition(wanted)
    assert found.alternatives == ()
    assert "the must logistics" in found.notes[0]
    assert "Make it a wish" in found.notes[0]


def test_a_wish_that_nobody_meets_stays_open(partnering: Partnering) -> None:
    wanted = BRIEF.model_copy(update={"needs": (*BRIEF.needs, Need(code="logistics"))})
    found = partnering.coalition(wanted)
    assert found.alternatives[0].open_needs == ("logistics",)
    assert found.notes == ("Nobody that could be a partner is known to meet logistics; it stays open.",)


def test_a_knowledge_base_of_one_organization_is_too_small(kb: KnowledgeBase, matcher: Matcher) -> None:
    kb.add(SHOPS)
    found = Partnering(matcher).coalition(BRIEF)
    assert found.alternatives == ()
    assert found.notes[0].startswith("1 organization is left to choose from")


@pytest.mark.parametrize(
    ("change", "options", "words"),
    [
        ({"needs": ()}, {}, "has no needs"),
        ({}, {"smallest": 1}, "2 to 8 partners"),
        ({}, {"smallest": 5, "largest": 3}, "2 to 8 partners"),
        ({}, {"sectors": ("privat",)}, "did you mean private"),
        ({"sectors": ("voluntary",)}, {"sectors": ("private",)}, "widen its sectors"),
        ({"red_lines": RedLines(sectors=("private",))}, {"sectors": ("private",)}, "a red line of the brief"),
        ({}, {"kept": ("shops",), "excluded": ("shops",)}, "decide which"),
        ({"sectors": ("private",), "red_lines": RedLines(sectors=("private",))}, {}, "both wanted and a red line"),
    ],
)
def test_what_cannot_be_answered_says_what_to_change(
    partnering: Partnering, change: dict[str, object], options: dict[str, object], words: str
) -> None:
    with pytest.raises(BriefProblemError, match=words):
        partnering.coalition(BRIEF.model_copy(update=change), **options)  # type: ignore[arg-type]


def test_an_unknown_member_is_an_error(partnering: Partnering) -> None:
    with pytest.raises(UnknownOrganizationError):
        partnering.coalition(BRIEF, kept=("nobody",))


def test_a_seeker_is_never_its_own_partner(kb: KnowledgeBase, partnering: Partnering) -> None:
    own = BRIEF.model_copy(update={"seeker": Seeker(organization_id="shops")})
    assert "shops" not in ids(partnering.coalition(own))


def test_a_trace_of_a_capacity_does_not_cover_a_must(kb: KnowledgeBase, matcher: Matcher) -> None:
    kb.add(here("stall", claim("capacity", "distribution", 0.1)), RADIO, SURVEYS)
    assert "the must distribution" in Partnering(matcher).coalition(BRIEF).notes[0]


def test_a_seat_is_not_a_market(kb: KnowledgeBase, partnering: Partnering) -> None:
    elsewhere = (claim("place", "PE", 0.9), claim("cause", "malaria", 0.6))
    kb.add(organization("exporter", claim("capacity", "distribution", 0.9), *elsewhere, country="KE"))
    distance = partnering.coalition(BRIEF, kept=("exporter",)).alternatives[0].costs["distance"]
    assert distance >= 1
    assert partnering.coalition(BRIEF, excluded=("exporter",)).alternatives[0].costs["distance"] < 0.5


@pytest.mark.parametrize("brief_id", ["bed-nets-tanzania", "handwashing-bangladesh", "sugary-drinks-mexico"])
def test_examples_have_sensible_coalitions(starter_matcher: Matcher, brief_id: str) -> None:
    brief = starter_matcher.kb.brief(brief_id)
    found = Partnering(starter_matcher).coalition(brief)
    assert len(found.alternatives) == 3
    for item in found.alternatives:
        assert item.proven
        assert item.coverage > 0.5
        assert not item.open_needs
        lines = set(brief.red_lines.concerns)
        for member in item.members:
            cores = {claim.code for claim in member.organization.claims if claim.role == "core"}
            assert not lines & cores
