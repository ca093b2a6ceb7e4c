"""Drafting partnership plans: filled from the match, nothing invented, open where nobody knows."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from kb.brief import Brief, Need, Offer, RedLines, Seeker
from kb.casework.vetting_cases import Ruling
from kb.errors import UnknownOrganizationError
from kb.knowledge_base import KnowledgeBase
from matcher.errors import MatcherError
from matcher.planning import Cell, Origin, OriginKind, Plan, PlanError, Planning, set_cell
from matcher.planning.layout import load_layout
from matcher.planning.plan import PlanLine, PlanSection
from matcher.service import Matcher
from matcher.vetting.asked_names import AskedName, NameList
from tests.conftest import claim, organization

STARTERS = {
    "bed-nets-tanzania": ["a-to-z-textile-mills", "airtel-africa", "brac"],
    "hpv-vaccination-nigeria": ["mtn-group", "sfh-nigeria", "fomwan"],
    "energy-saving-uk": ["itv", "trussell", "comic-relief"],
}
TODAY = date(2026, 3, 1)


def brief(**more: object) -> Brief:
    fields = {
        "id": "nets",
        "title": "Sleeping under nets",
        "seeker": Seeker(name="The agency", organization_id="agency"),
        "behaviour": "Families sleep under a net.",
        "causes": ("malaria",),
        "places": ("KE",),
        "needs": (
            Need(code="distribution", text="Shops that stock nets.", importance=1.0),
            Need(code="media_channels", must=True),
        ),
        "offers": (Offer(code="credibility", text="Our name on approved messages."),),
        **more,
    }
    return Brief(**fields)


@pytest.fixture
def desk(kb: KnowledgeBase, matcher: Matcher) -> Planning:
    kb.add(
        organization("agency", claim("place", "KE"), sector="public", kind="government_agency"),
        organization(
            "shops",
            claim("capacity", "distribution", 0.9),
            claim("place", "KE"),
            claim("need", "credibility", 0.9),
            claim("concern", "alcohol", 0.5, role="minor"),
            sector="private",
        ),
        organization("stalls", claim("capacity", "distribution", 0.5), claim("place", "KE"), sector="private"),
        organization("kiosks", claim("offer", "distribution", 0.5), claim("place", "KE"), sector="private"),
        organization("stranger"),
    )
    return Planning(matcher)


def line(plan: Plan, section: str, key: str) -> PlanLine:
    found = plan.section(section).line(key)
    assert found is not None, (section, key, [item.id for item in plan.section(section).lines])
    return found


def test_the_partner_that_meets_a_need_best_is_proposed_with_evidence(desk: Planning) -> None:
    does = line(desk.draft(brief(), ["stalls", "shops"]), "roles", "need:distribution").cell("does")
    assert does.text == "Shops (proposed)"
    assert "capacity distribution" in does.origin.detail
    assert "it was not asked whether it would" in does.origin.detail
    assert "Stalls" in does.origin.detail
    offered = line(desk.draft(brief(), ["kiosks"]), "roles", "need:distribution").cell("does")
    assert "it offers to" in offered.origin.detail


def test_what_nobody_meets_is_open_and_not_guessed(desk: Planning) -> None:
    plan = desk.draft(brief(), ["shops"])
    does = line(plan, "roles", "need:media_channels").cell("does")
    assert does.is_open
    assert does.origin.words == "to be agreed: no partner is known to be able to do it"
    assert line(plan, "open", "need:media_channels").label == "Media channels (a must)"
    assert plan.section("open").line("need:distribution") is None


def test_benefits_stand_for_both_sides_with_empty_slots(desk: Planning) -> None:
    plan = desk.draft(brief(), ["shops"])
    ours = line(plan, "benefits", "shops>agency:lent:distribution")
    theirs = line(plan, "benefits", "agency>shops:lent:credibility")
    assert (ours.cell("receiver").text, theirs.cell("receiver").text) == ("The agency", "Shops")
    for slot in ("objective", "measure", "due", "accountable"):
        assert ours.cell(slot).is_open
        assert theirs.cell(slot).is_open


def test_the_same_term_with_several_partners_stands_once(desk: Planning) -> None:
    terms = desk.draft(brief(), ["shops", "stalls"]).section("terms").lines
    words = [item.cell("text").text for item in terms if item.id.startswith("exclusivity:cannot")]
    assert len(words) == 1
    assert "Shops or Stalls alone" in words[0]


def test_whoever_lends_its_name_approves_each_use(desk: Planning) -> None:
    plan = desk.draft(brief(), ["shops"])
    for section in ("publicity", "products"):
        approves = line(plan, section, "agency:credibility").cell("approves")
        assert approves.text == "The agency"
        assert approves.origin.kind is OriginKind.TERMS


def test_findings_are_risks_and_their_treatment_is_what_a_person_decided(desk: Planning, kb: KnowledgeBase) -> None:
    plan = desk.draft(brief(), ["shops"], policies=["general"])
    (risk,) = [item for item in plan.section("risks").lines if item.id.startswith("finding:shops")]
    assert "alcohol" in risk.cell("found").text.lower()
    assert risk.cell("treatment").is_open
    shops = NameList((AskedName(1, "Shops", "KE", id="shops"),))
    desk.office.screen(shops, ["general"], brief=brief(), record=True, who="Ada")
    (found,) = kb.casework.case("shops", ["general"]).findings
    reason = "No alcohol stands near the nets."
    kb.casework.decide("shops", ["general"], found.id, Ruling.CONFIRMED, reason, seen=found.finding.digest, who="Ada")
    treated = line(desk.draft(brief(), ["shops"], policies=["general"]), "risks", risk.id).cell("treatment")
    assert reason in treated.text
    assert treated.origin.kind is OriginKind.DECISION
    assert "Ada" in treated.origin.detail


def test_not_assessed_is_a_line_of_its_own_and_never_clear(desk: Planning) -> None:
    gaps = line(desk.draft(brief(), ["stranger"]), "risks", "gaps:stranger")
    assert gaps.cell("level").text == "Not assessed"
    assert "On a watchlist?" in gaps.cell("found").text


def test_a_red_line_is_said_first_of_all(desk: Planning) -> None:
    crossed = brief(red_lines=RedLines(concerns=("alcohol",), include_minor=True))
    plan = desk.draft(crossed, ["shops"])
    assert plan.notes[0].startswith("Shops is kept out by the brief's own terms. Your red line: Alcohol")
    assert line(plan, "risks", "brief:shops:1").cell("level").text == "Kept out"


def test_a_must_may_be_met_by_another_partner(desk: Planning) -> None:
    plan = desk.draft(brief(), ["shops"])
    assert not any("kept out" in note for note in plan.notes)


def test_a_seeker_without_offers_gets_a_plan_that_says_what_is_missing(desk: Planning) -> None:
    plan = desk.draft(brief(offers=()), ["stranger"])
    assert any(note.startswith("The brief offers nothing") for note in plan.notes)
    nothing = line(plan, "benefits", "none>stranger")
    assert nothing.cell("receiver").text == "Stranger"
    assert nothing.cell("giver").is_open
    assert line(plan, "together", "why:stranger").cell("text").is_open


def test_a_seeker_that_is_not_in_the_knowledge_base_has_a_plan_too(desk: Planning) -> None:
    plan = desk.draft(brief(seeker=Seeker(name="A school", country="KE")), ["shops"])
    assert plan.seeker.id == "brief:nets"
    assert line(plan, "parties", "brief:nets").cell("seat").text == "Kenya"


def test_who_cannot_be_planned_with_is_said(desk: Planning) -> None:
    with pytest.raises(PlanError, match="at least one partner"):
        desk.draft(brief(), [])
    with pytest.raises(MatcherError, match="is the seeker of this brief"):
        desk.draft(brief(), ["shops", "agency"])
    with pytest.raises(UnknownOrganizationError, match="nobody"):
        desk.draft(brief(), ["shops", "nobody"])


def test_a_partner_named_twice_is_one(desk: Planning) -> None:
    assert [party.id for party in desk.draft(brief(), ["shops", "shops"]).partners] == ["shops"]


def test_words_without_an_origin_cannot_be() -> None:
    with pytest.raises(ValidationError, match="says where they come from"):
        Cell(text="We guess so.", origin=Origin())
    with pytest.raises(ValidationError, match="to be agreed"):
        Cell(text="", origin=Origin(kind=OriginKind.BRIEF))
    twice = PlanLine(id="a", label="A", origin=Origin(kind=OriginKind.LAYOUT))
    with pytest.raises(ValidationError, match="two lines are called a"):
        PlanSection(code="exit", lines=(twice, twice))


@pytest.mark.parametrize("name", STARTERS)
def test_starter_plans_say_where_every_word_comes_from(starter_matcher: Matcher, name: str) -> None:
    desk = Planning(starter_matcher)
    plan = desk.draft(starter_matcher.kb.brief(name), STARTERS[name])
    layout = load_layout()
    for section, item, column, cell in plan.every_cell():
        assert column in layout.section(section.code).columns
        assert cell.is_open is (cell.origin.kind is OriginKind.TO_AGREE), (section.code, item.id, column)
        assert cell.origin.kind is not OriginKind.PERSON
    for section in plan.sections:
        assert all(item.origin.kind is not OriginKind.TO_AGREE for item in section.lines)
        assert set(layout.section(section.code).questions) <= {item.id for item in section.lines}
    for part in ("decides", "consulted", "told", "due"):
        assert all(item.cell(part).is_open for item in plan.section("roles").lines), "nobody knows yet"
    given = {item.cell("giver").text for item in plan.section("benefits").lines}
    assert {party.name for party in plan.partners} <= given
    for date_column in ("draft", "comments", "approval", "release"):
        assert all(item.cell(date_column).is_open for item in plan.section("products").lines)


def test_a_plan_is_read_back_as_it_was(starter_matcher: Matcher) -> None:
    plan = Planning(starter_matcher).draft(starter_matcher.kb.brief("energy-saving-uk"), ["itv"])
    assert Plan.model_validate_json(plan.model_dump_json()) == plan


def test_drafting_again_keeps_what_people_entered(desk: Planning, kb: KnowledgeBase) -> None:
    plan = desk.draft(brief(), ["shops"])
    plan = set_cell(plan, "roles", "need:distribution", "does", "Shops and stalls", who="Ada", on=TODAY)
    kb.add(organization("shops", claim("capacity", "media_channels", 0.9), claim("place", "KE"), sector="private"))
    again = desk.redraft(plan, brief())
    assert line(again, "roles", "need:media_channels").cell("does").text == "Shops (proposed)"
    kept = line(again, "roles", "need:distribution").cell("does")
    assert (kept.text, kept.origin.words) == ("Shops and stalls", "entered by Ada on 2026-03-01")


def test_a_broken_layout_is_told_with_every_problem(tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").write_text(
        "default_policy: general\n"
        "sections: {a: {title: A, columns: {when: When | day}}, b: {columns: {x: X}}}\n"
        "products: {nonsense: N}\n"
        "topics: {money: nowhere}\n"
    )
    with pytest.raises(PlanError) as caught:
        load_layout(tmp_path)
    said = str(caught.value)
    for part in ("not day", "b: title is missing", "nonsense is not in the vocabulary", "nowhere, which is no section"):
        assert part in said
