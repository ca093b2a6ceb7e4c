"""Three-valued judging: what is unknown is neither found nor clear."""

from __future__ import annotations

from datetime import date

import pytest

from kb.brief import Brief, Seeker
from kb.casework.findings import Document, Severity
from kb.knowledge_base import KnowledgeBase
from kb.organization import (
    ClaimStatus,
    Engagement,
    Evidence,
    Organization,
    Participation,
    Relation,
    RelationKind,
    Source,
)
from kb.watchlist_formats.entities import ListedEntity
from matcher.vetting.conditions import (
    AllOf,
    AnyOf,
    Concern,
    Condition,
    Identity,
    Linked,
    Listed,
    Not,
    RegulatedBySeeker,
)
from matcher.vetting.facts import Context, Surroundings, VettingFacts, gather_facts, hits_by_id
from matcher.vetting.judgement import Judgement
from matcher.vetting.judging import judge
from matcher.vetting.policy import Policy, Rule
from matcher.vetting.screening import Hit
from matcher.vetting.verdict import Verdict, vet
from tests.conftest import claim, organization

SOURCE = Source(name="a register")
TOBACCO = Concern(frozenset({"tobacco"}))
PRIVATE = Identity("sector", frozenset({"private"}))
KNOWN = claim("capacity", "distribution")
TODAY = date(2026, 11, 1)


def facts_of(
    *claims: object, around: tuple[Organization, ...] = (), ties: tuple[Relation, ...] = (), **more: object
) -> VettingFacts:
    hits, screened = more.pop("hits", None), more.pop("screened", None)
    item = organization("acme", *claims, **more)
    return VettingFacts(item, Surroundings.of([item, *around], ties, hits, screened))


def ask(condition: Condition, facts: VettingFacts, context: Context | None = None) -> Judgement:
    return judge(condition, facts, context or Context(today=TODAY))


def ruled(condition: Condition, facts: VettingFacts, severity: Severity = Severity.EXCLUDE) -> Verdict:
    rule = Rule("r", "A rule", severity, condition, "{organization}: {concern} {related} {tie}", Document(title="d"))
    return vet(facts, [Policy("p", "Pack", "", "", "", {}, (rule,))], Context(today=TODAY))


def owns(parent: str, child: str, status: str = "stated", kind: str = "parent_of") -> Relation:
    return Relation(
        subject_id=parent,
        kind=RelationKind(kind),
        object_id=child,
        status=ClaimStatus(status),
        source=SOURCE,
        evidence=(Evidence(text=f"{parent} {kind} {child}"),),
    )


def test_no_claim_says_no_only_when_something_is_known() -> None:
    assert ask(TOBACCO, facts_of()).holds is None
    assert ask(TOBACCO, facts_of(claim("place", "world"))).holds is None
    assert ask(TOBACCO, facts_of(KNOWN)).holds is False


def test_not_over_the_unknown_stays_unknown() -> None:
    assert ask(Not(TOBACCO), facts_of()).holds is None
    assert ask(Not(TOBACCO), facts_of(KNOWN)).holds is True
    assert ask(Not(PRIVATE), facts_of()).holds is None


@pytest.mark.parametrize(
    ("parts", "every", "some"),
    [
        ("yes no", False, True),
        ("yes unknown", None, True),
        ("no unknown", False, None),
        ("unknown unknown", None, None),
        ("yes yes", True, True),
        ("no no", False, False),
    ],
)
def test_truth_tables(parts: str, every: bool | None, some: bool | None) -> None:
    words = {
        "yes": Identity("country", frozenset({"KE"})),
        "no": Identity("country", frozenset({"CH"})),
        "unknown": PRIVATE,
    }
    facts = facts_of()
    assert ask(AllOf(tuple(words[word] for word in parts.split())), facts).holds is every
    assert ask(AnyOf(tuple(words[word] for word in parts.split())), facts).holds is some


def test_what_is_unknown_is_listed_as_not_assessed_and_never_as_checked() -> None:
    verdict = ruled(TOBACCO, facts_of())
    assert (verdict.severity, verdict.findings, verdict.checked) == (None, (), ())
    assert "nothing is known of what it does" in verdict.not_assessed[0].reasons[0]
    assert [item.rule for item in ruled(TOBACCO, facts_of(KNOWN)).checked] == ["r"]


def test_what_stays_open_beside_a_finding_is_told_too() -> None:
    maker = organization("maker", claim("concern", "tobacco", role="core"))
    facts = facts_of(around=(maker,), ties=(owns("maker", "acme", kind="funds"),))
    verdict = ruled(Linked(("funder", "founder"), TOBACCO), facts)
    assert verdict.is_excluded
    assert verdict.not_assessed[0].reasons == ("nothing is known of its founders",)
    assert verdict.checked == ()


def test_a_person_s_word_wins() -> None:
    rejected = claim("concern", "tobacco", role="core", status="rejected")
    other = claim("concern", "tobacco", role="core", status="unverified", source=Source(name="hearsay"))
    assert ask(TOBACCO, facts_of(rejected)).holds is False
    assert ask(TOBACCO, facts_of(rejected, other)).holds is False
    confirmed = claim("concern", "tobacco", role="core", status="confirmed", source=Source(name="a person"))
    assert ask(TOBACCO, facts_of(rejected, other, confirmed)).holds is True


def test_an_inferred_concern_alone_never_excludes() -> None:
    inferred = claim("concern", "tobacco", role="core", status="inferred")
    verdict = ruled(TOBACCO, facts_of(inferred))
    assert verdict.severity is Severity.ESCALATE
    assert "to be verified" in verdict.findings[0].message
    unverified = claim("concern", "tobacco", role="core", status="unverified", source=Source(name="common knowledge"))
    both = ruled(TOBACCO, facts_of(inferred, unverified))
    assert both.is_excluded
    assert "Not yet verified" in both.findings[0].message
    stated = ruled(TOBACCO, facts_of(claim("concern", "tobacco", role="core")))
    assert "verified" not in stated.findings[0].message


def test_a_rule_of_two_conditions_is_as_firm_as_the_weaker() -> None:
    stated = claim("concern", "tobacco", role="core")
    inferred = claim("concern", "alcohol", role="core", status="inferred")
    both = AllOf((TOBACCO, Concern(frozenset({"alcohol"}))))
    assert ruled(both, facts_of(stated, inferred)).severity is Severity.ESCALATE
    assert ruled(AnyOf(both.parts), facts_of(stated, inferred)).is_excluded


def test_an_inferred_link_in_a_chain_makes_the_chain_inferred() -> None:
    maker = organization("maker", claim("concern", "tobacco", role="core"))
    condition = Linked(("owner",), TOBACCO)
    firm = facts_of(around=(maker,), ties=(owns("maker", "acme"),))
    soft = facts_of(around=(maker,), ties=(owns("maker", "acme", "inferred"),))
    assert ruled(condition, firm).is_excluded
    assert ruled(condition, soft).severity is Severity.ESCALATE


def test_a_firm_way_round_counts_more_than_a_short_inferred_one() -> None:
    maker, middle = organization("maker", claim("concern", "tobacco", role="core")), organization("middle")
    ties = (owns("maker", "acme", "inferred"), owns("maker", "middle"), owns("middle", "acme"))
    verdict = ruled(Linked(("owner",), TOBACCO), facts_of(around=(maker, middle), ties=ties))
    assert verdict.is_excluded
    assert [ground.text for ground in verdict.findings[0].grounds[:2]] == [
        "middle parent_of acme",
        "maker parent_of middle",
    ]


def test_owners_of_owners_are_found_to_any_depth_and_rings_end(kb: KnowledgeBase) -> None:
    maker = organization("level-9", claim("concern", "tobacco", role="core"))
    levels = [organization(f"level-{number}") for number in range(9)]
    ties = [owns(f"level-{number + 1}", f"level-{number}") for number in range(9)]
    kb.add(*levels, maker, *ties, owns("level-0", "level-9"))
    facts = gather_facts(kb, ["level-0", "level-5"])
    for item in facts.values():
        verdict = ruled(Linked(("owner",), TOBACCO), item)
        assert verdict.is_excluded
    assert len(ruled(Linked(("owner",), TOBACCO), facts["level-0"]).findings[0].grounds) == 10
    assert ruled(Linked(("subsidiary",), TOBACCO), facts["level-5"]).is_excluded


def test_ties_lead_to_the_organization_that_absorbed_another(kb: KnowledgeBase) -> None:
    maker = organization("maker", claim("concern", "tobacco", role="core"))
    kb.add(maker, organization("old-name"), organization("acme"), owns("old-name", "acme"))
    kb.merge("maker", "old-name")
    assert ruled(Linked(("owner",), TOBACCO), gather_facts(kb, ["acme"])["acme"]).is_excluded


def test_one_finding_for_each_thing_it_is_about() -> None:
    facts = facts_of(claim("concern", "tobacco", role="core"), claim("concern", "alcohol", role="minor"))
    verdict = ruled(Concern(frozenset({"tobacco", "alcohol"})), facts)
    assert {finding.about for finding in verdict.findings} == {"tobacco", "alcohol"}
    assert len({finding.key for finding in verdict.findings}) == 2


def test_a_share_that_is_not_known_is_asked_for() -> None:
    above = Concern(frozenset({"alcohol"}), share_above=0.1)
    found = ask(above, facts_of(claim("concern", "alcohol", role="minor")))
    assert found.holds is None
    assert "ask" in found.unknown[0]
    assert ask(above, facts_of(claim("concern", "alcohol", role="minor", revenue_share=0.1))).holds is False
    assert ask(above, facts_of(claim("concern", "alcohol", role="minor", revenue_share=0.11))).holds is True


def test_nothing_known_of_owners_is_not_assessed() -> None:
    found = ask(Linked(("owner",), TOBACCO), facts_of(KNOWN))
    assert (found.holds, found.unknown) == (None, ("nothing is known of its owners",))
    holding = organization("holding", KNOWN)
    clean = facts_of(KNOWN, around=(holding,), ties=(owns("holding", "acme"),))
    assert ask(Linked(("owner",), TOBACCO), clean).holds is False


def test_a_tie_goes_one_way() -> None:
    maker = organization("maker", claim("concern", "tobacco", role="core"))
    facts = facts_of(around=(maker,), ties=(owns("acme", "maker", kind="funds"),))
    assert ask(Linked(("funded",), TOBACCO), facts).holds is True
    assert ask(Linked(("funder",), TOBACCO), facts).holds is None


def test_those_in_the_same_engagement(kb: KnowledgeBase) -> None:
    maker = organization("maker", claim("concern", "tobacco", role="core"))
    parts = tuple(Participation(organization_id=key) for key in ("maker", "acme"))
    kb.add(maker, organization("acme"), organization("other"), organization("alone"))
    kb.add(
        Engagement(id="e1", title="A campaign", participations=parts, source=SOURCE),
        Engagement(id="e2", title="Another", participations=(Participation(organization_id="other"),), source=SOURCE),
    )
    facts, condition = gather_facts(kb, ["acme", "other", "alone", "maker"]), Linked(("engagement",), TOBACCO)
    found = ask(condition, facts["acme"])
    assert found.holds is True
    assert found.matches[0].grounds[0].text == "Both took part in: A campaign"
    assert ask(condition, facts["other"]).holds is False
    assert ask(condition, facts["maker"]).holds is False
    assert ask(condition, facts["alone"]).holds is None


def hit(level: str, end: date | None = None, code: str = "a_list") -> Hit:
    entity = ListedEntity(code, "7", "ACME TRADING", end=end, locator="row 7")
    return Hit("acme", entity, "Acme", "ACME TRADING", 0.95, level, 0.0, ())


def test_list_hits() -> None:
    strong = Listed("strong", in_force=True)
    assert ask(strong, facts_of()).unknown == ("it was not screened against a watchlist",)
    assert ask(strong, facts_of(hits={})).holds is None
    assert ask(strong, facts_of(hits=hits_by_id(["acme"], []))).holds is False
    assert ask(strong, facts_of(hits=hits_by_id(["acme"], [hit("strong")]))).holds is True
    assert ask(strong, facts_of(hits=hits_by_id(["acme"], [hit("possible")]))).holds is False
    assert ask(strong, facts_of(hits=hits_by_id(["acme"], [hit("strong", date(2020, 1, 1))]))).holds is False
    recent = Listed("strong", ended_within_years=3)
    assert ask(recent, facts_of(hits={"acme": [hit("strong", date(2024, 1, 1))]})).holds is True
    assert ask(recent, facts_of(hits={"acme": [hit("strong", date(2022, 1, 1))]})).holds is False
    assert ask(recent, facts_of(hits={"acme": [hit("strong", date(2027, 1, 1))]})).holds is False


def test_a_list_that_was_not_screened_cannot_say_no() -> None:
    other = Listed(lists=frozenset({"b_list"}))
    facts = facts_of(hits={"acme": [hit("strong")]}, screened=["a_list"])
    assert ask(other, facts).holds is None
    assert "b_list" in ask(other, facts).unknown[0]
    assert ask(Listed(lists=frozenset({"a_list"})), facts).holds is True
    assert ask(Listed(), facts_of(hits={"acme": []}, screened=[])).holds is None


def test_a_possible_hit_does_not_exclude_by_itself() -> None:
    facts = facts_of(hits={"acme": [hit("possible")]})
    assert ruled(Listed(), facts).severity is Severity.ESCALATE
    assert ruled(Listed(), facts_of(hits={"acme": [hit("strong")]})).is_excluded


def test_the_context_is_read_from_the_brief_and_the_seeker() -> None:
    seeker = organization("agency", claim("regulates", "tobacco"), sector="public", kind="regulator")
    brief = Brief(id="b", title="T", seeker=Seeker(organization_id="agency"), exclusivity=True)
    context = Context.of(brief, seeker, TODAY)
    assert context.regulates == frozenset({"tobacco"})
    assert (context.exclusivity, context.endorsement, context.sector) == (True, False, "public")
    assert ask(RegulatedBySeeker(), facts_of(industry="tobacco"), context).holds is True
    assert ask(RegulatedBySeeker(), facts_of(industry="retail"), context).holds is False
    assert ask(RegulatedBySeeker(), facts_of(), context).holds is None


def test_a_regulator_of_which_no_industry_is_known_cannot_be_judged() -> None:
    brief = Brief(id="b", title="T", seeker=Seeker(kind="regulator"))
    assert ask(RegulatedBySeeker(), facts_of(industry="retail"), Context.of(brief)).holds is None
    charity = Brief(id="b", title="T", seeker=Seeker(sector="voluntary"))
    assert ask(RegulatedBySeeker(), facts_of(industry="retail"), Context.of(charity)).holds is False


def test_grounds_name_whom_they_are_about() -> None:
    maker = organization("maker", claim("concern", "tobacco", role="core"))
    finding = ruled(Linked(("owner",), TOBACCO), facts_of(around=(maker,), ties=(owns("maker", "acme"),))).findings[0]
    assert [ground.organization_id for ground in finding.grounds] == ["maker", "maker"]
    assert finding.about == "maker:tobacco"
    assert finding.message == "Acme: tobacco and nicotine Maker owns"


def test_braces_in_names_are_left_alone() -> None:
    facts = facts_of(claim("concern", "tobacco", role="core"), name="{concern} {0} %s")
    assert ruled(TOBACCO, facts).findings[0].message.startswith("{concern} {0} %s: tobacco")
