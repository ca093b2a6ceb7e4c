from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from kb.brief import Brief, Need, Offer, RedLines, Seeker
from kb.casework.findings import Document, Finding, Ground, Severity
from kb.casework.vetting_cases import Answer
from kb.knowledge_base import KnowledgeBase
from kb.organization import ClaimStatus, ConcernRole, Organization, Relation, RelationKind
from matcher.vetting.diligence import Diligence, Item, assess
from matcher.vetting.diligence_facts import Pair
from matcher.vetting.diligence_questions import FILES, FOLDER, INSUFFICIENT, DiligenceError, load_catalogue
from matcher.vetting.diligence_risk import ScreeningFacts
from tests.conftest import SOURCE, claim, organization

BRIEF = Brief(
    id="b",
    title="Six months",
    seeker=Seeker(name="The Ministry", sector="public", regulates=("tobacco",)),
    audiences=("mothers",),
    causes=("breastfeeding",),
    values=("breastfeeding_protection",),
    needs=(Need(code="distribution"), Need(code="training", must=True)),
    offers=(Offer(code="credibility"),),
    red_lines=RedLines(concerns=("infant_formula",)),
    exclusivity=True,
    endorsement=True,
)
MAKER = organization(
    "maker",
    claim("concern", "infant_formula", role=ConcernRole.CORE),
    claim("audience", "mothers"),
    claim("value", "commercial_freedom"),
    claim("need", "credibility"),
    claim("capacity", "distribution"),
    claim("asset", "visibility"),
)
CLEAN = ScreeningFacts(current_lists=("a list",), policies=("a policy",))


def finding(severity: Severity) -> Finding:
    ground = Ground(text="It does so.", status=ClaimStatus.STATED, source=SOURCE)
    return Finding(
        organization_id="maker",
        policy="p",
        rule=severity.value,
        severity=severity,
        title=f"A {severity.value}",
        message="See for yourself.",
        document=Document(title="The Document"),
        grounds=(ground,),
    )


def item(found: Diligence, key: str) -> Item:
    return next(item for item in found.items if item.question.key == key)


def asked(found: Diligence, key: str) -> str:
    return "\n".join(raised.text for raised in item(found, key).raised)


def test_there_are_nine_areas_twelve_questions_three_assets_a_side_and_seven_relations() -> None:
    found = assess(Pair(MAKER), CLEAN)
    assert {part.section.code: len(part.items) for part in found.parts} == {
        "area": 9,
        "question": 12,
        "seeker_asset": 3,
        "partner_asset": 3,
        "relation": 7,
    }
    assert list(found.parts[0].section.scale) == [
        "insufficient_information",
        "not_acceptable",
        "acceptable_with_adjustments",
        "acceptable",
    ]


def test_facts_are_laid_beside_questions_and_settle_none() -> None:
    found = assess(Pair(MAKER, brief=BRIEF), CLEAN)
    assert all(entry.state == INSUFFICIENT and entry.settled_by == "nobody" for entry in found.items)
    assert found.unanswered == 34
    assert all(set(part.counts.values()) <= {0, len(part.items)} for part in found.parts)
    assert [fact.about for fact in item(found, "area.value").known] == ["need: Credibility", "capacity: Distribution"]
    grounds = [fact.ground for entry in found.items for fact in entry.known]
    assert all(ground.source.name and ground.text for ground in grounds)


def test_only_an_exclusion_proposes_a_state() -> None:
    for severity in (Severity.OBSERVATION, Severity.CAUTION, Severity.ESCALATE):
        found = assess(Pair(MAKER, (finding(severity),)), CLEAN)
        assert item(found, "area.acceptable_partner").state == INSUFFICIENT
    found = assess(Pair(MAKER, (finding(Severity.EXCLUDE),)), CLEAN)
    assert item(found, "area.acceptable_partner").state == "not_acceptable"
    assert item(found, "area.acceptable_partner").settled_by == "facts"
    assert "The Document" in asked(found, "area.acceptable_partner")
    assert found.unanswered == 34


@pytest.mark.parametrize(("area", "question"), [("area", "acceptable_partner"), ("acceptable_partner", "")])
def test_a_persons_answer_overrides_the_facts(area: str, question: str) -> None:
    answer = Answer(
        1, "Ada", datetime(2026, 1, 1, tzinfo=UTC), area, question, "acceptable_with_adjustments", "No logo."
    )
    found = assess(Pair(MAKER, (finding(Severity.EXCLUDE),)), CLEAN, [answer])
    chosen = item(found, "area.acceptable_partner")
    assert (chosen.state, chosen.settled_by, chosen.answer) == ("acceptable_with_adjustments", "person", answer)
    assert found.unanswered == 33
    assert found.parts[0].counts["acceptable_with_adjustments"] == 1


def test_an_answer_that_is_on_no_scale_answers_nothing() -> None:
    answer = Answer(1, "Ada", datetime(2026, 1, 1, tzinfo=UTC), "area", "cost", "fine")
    assert item(assess(Pair(MAKER), CLEAN, [answer]), "area.cost").state == INSUFFICIENT


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (
            "relation.audiences",
            "addresses mothers and pregnant women as you do. Would they read joint publicity as endors",
        ),
        ("relation.audiences", "endorsement of Maker or its products by The Ministry"),
        ("seeker_asset.credibility", "A main business of Maker is breast-milk substitutes"),
        ("area.acceptable_partner", "red lines is breast-milk substitutes"),
        ("area.mandate_fit", "commercial freedom, which pulls against protection of breastfeeding"),
        ("area.mandate_fit", "Nothing is known of Maker and breastfeeding"),
        ("area.value", "whether Maker has what you must have: training"),
        ("area.value", "looks for credibility, which you offer"),
        ("area.implications", "a public body stands behind it: The Ministry"),
        ("area.risk", "Not assessed: who owns it. Who finds out?"),
    ],
)
def test_questions_are_about_this_pair(key: str, words: str) -> None:
    assert words in asked(assess(Pair(MAKER, not_assessed=("who owns it",), brief=BRIEF), CLEAN), key)


def test_ties_raise_questions_with_their_evidence() -> None:
    relations = [
        Relation(subject_id="parent", kind=RelationKind.PARENT_OF, object_id="maker", source=SOURCE),
        Relation(subject_id="maker", kind=RelationKind.COMPETITOR_OF, object_id="rival", source=SOURCE),
        Relation(subject_id="ministry", kind=RelationKind.REGULATES, object_id="maker", source=SOURCE),
    ]
    names = {"parent": "Big Parent", "rival": "The Rival", "ministry": "The Ministry"}
    pair = Pair(MAKER, relations=tuple(relations), names=names, brief=BRIEF, seeker=organization("ministry"))
    found = assess(pair, CLEAN)
    assert "is owned by Big Parent" in asked(found, "question.governance")
    assert "competes with The Rival" in asked(found, "relation.competitors")
    assert "Maker is regulated by Ministry" in asked(found, "relation.regulators")
    assert item(found, "relation.competitors").raised[0].grounds[0].source == SOURCE
    rejected = relations[1].model_copy(update={"status": ClaimStatus.REJECTED})
    assert not asked(assess(Pair(MAKER, relations=(rejected,)), CLEAN), "relation.competitors")


def test_names_with_braces_and_rejected_claims_do_no_harm() -> None:
    odd = Organization(
        id="odd", name="{seeker} {0}", claims=(claim("concern", "tobacco", status=ClaimStatus.REJECTED),)
    )
    found = assess(Pair(odd, brief=BRIEF), CLEAN)
    assert "{seeker} {0}" in item(found, "area.cost").text
    assert "tobacco" not in asked(found, "relation.advocacy_groups").lower()


@pytest.mark.parametrize(
    ("severities", "facts", "gaps", "level", "tier"),
    [
        ((), CLEAN, (), "low", "basic"),
        ((Severity.OBSERVATION,), CLEAN, (), "low", "basic"),
        ((), CLEAN, ("a rule",), "moderate", "standard"),
        ((), ScreeningFacts(stale_lists=("old",)), (), "moderate", "standard"),
        ((), ScreeningFacts(), (), "moderate", "standard"),
        ((Severity.CAUTION,), CLEAN, (), "moderate", "standard"),
        ((), ScreeningFacts(known=False, current_lists=("a",)), (), "substantial", "enhanced"),
        ((), ScreeningFacts(listed=True, current_lists=("a",)), (), "substantial", "enhanced"),
        ((Severity.CAUTION, Severity.ESCALATE), CLEAN, (), "substantial", "enhanced"),
        ((Severity.EXCLUDE, Severity.CAUTION), CLEAN, (), "high", "enhanced"),
    ],
)
def test_risk_gives_the_tier(
    severities: tuple[Severity, ...], facts: ScreeningFacts, gaps: tuple[str, ...], level: str, tier: str
) -> None:
    found = assess(Pair(MAKER, tuple(map(finding, severities)), gaps), facts)
    assert (found.risk.level, found.tier.code) == (level, tier)
    assert found.risk.reasons
    codes = [state.check.code for state in found.checks]
    assert ("legal" in codes) == (tier == "enhanced")
    assert ("ownership" in codes) == (tier != "basic")
    assert "watchlists" in codes


def test_a_stale_list_is_not_a_check_that_is_done() -> None:
    found = assess(Pair(MAKER), ScreeningFacts(stale_lists=("An old list",), current_lists=("A new one",)))
    state = next(state for state in found.checks if state.check.code == "watchlists")
    assert (state.done, state.why) == ("partly", "out of date: An old list")


def test_a_wrong_catalogue_is_refused_with_every_problem(tmp_path: Path) -> None:
    for name in FILES:
        (tmp_path / name).write_text((FOLDER / name).read_text(encoding="utf-8"), encoding="utf-8")
    wrong = (tmp_path / "diligence_prompts.yaml").read_text(encoding="utf-8").replace("area.risk", "area.rsik")
    (tmp_path / "diligence_prompts.yaml").write_text(wrong, encoding="utf-8")
    tiers = (
        (tmp_path / "diligence_tiers.yaml")
        .read_text(encoding="utf-8")
        .replace("of: exclude, level: high", "of: exclude, level: awful")
    )
    (tmp_path / "diligence_tiers.yaml").write_text(tiers, encoding="utf-8")
    with pytest.raises(DiligenceError) as refused:
        load_catalogue(tmp_path)
    assert "there is no question area.rsik" in str(refused.value)
    assert "there is no level 'awful'" in str(refused.value)
    with pytest.raises(DiligenceError):
        load_catalogue(tmp_path / "nowhere")


def test_starter_pairs_fill_every_question(starter_kb: KnowledgeBase) -> None:
    briefs = starter_kb.briefs()
    for at, candidate in enumerate(list(starter_kb.iterate())[::25]):
        brief = briefs[at % len(briefs)]
        relations = tuple(starter_kb.relations_of(candidate.id))
        pair = Pair(
            candidate, relations=relations, engagements=tuple(starter_kb.engagements_of(candidate.id)), brief=brief
        )
        for entry in assess(pair, CLEAN).items:
            for text in (entry.text, *(raised.text for raised in entry.raised)):
                assert "{" not in text
                assert text.endswith("?")
