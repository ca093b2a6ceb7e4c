"""Terms: what a public agency cannot agree to, conflicts of a regulator, and questions that only partners answer."""

from __future__ import annotations

from dataclasses import replace

from kb.brief import Brief, Need, Offer, Seeker
from kb.organization import Evidence, Relation, RelationKind
from kb.vocabulary import load_vocabulary
from matcher.exchange import TermFinding, make_ledger, party_of, seeking_party, terms_of_exchange
from matcher.exchange.terms_of_exchange import load_term_rules
from tests.conftest import SOURCE, claim, organization

VOCABULARY = load_vocabulary()
SHOP = organization("shop", claim("capacity", "distribution"), sector="private", kind="company", industry="retail")


def brief(**more: object) -> Brief:
    fields: dict[str, object] = {
        "id": "nets",
        "title": "Nets",
        "behaviour": "Sleep under a net every night.",
        "seeker": Seeker(name="Agency", kind="government_agency"),
        "needs": (Need(code="distribution"),),
        "offers": (Offer(code="credibility"),),
        **more,
    }
    return Brief.model_validate(fields)


def findings(wanted: Brief, *relations: Relation, **other: object) -> tuple[TermFinding, ...]:
    shop = SHOP.model_copy(update=other)
    made = make_ledger(seeking_party(wanted, VOCABULARY), party_of(shop, VOCABULARY), VOCABULARY)
    return terms_of_exchange(made, wanted, relations).findings


def said(found: tuple[TermFinding, ...]) -> set[tuple[str, str]]:
    return {(item.topic, item.level) for item in found}


def test_a_public_agency_can_give_neither_exclusivity_nor_endorsement() -> None:
    found = findings(brief())
    assert {("exclusivity", "cannot"), ("endorsement", "cannot")} <= said(found)
    exclusivity = next(item for item in found if item.topic == "exclusivity")
    assert exclusivity.document.title == "CDC Foundation"
    assert "government agency" in exclusivity.reasons[0].text


def test_a_charity_is_not_bound_like_a_public_agency() -> None:
    found = findings(brief(seeker=Seeker(name="Charity", sector="voluntary", kind="charity")))
    assert not {item for item in said(found) if item[1] == "cannot"}


def test_what_the_brief_asks_for_against_the_rules_comes_first() -> None:
    found = findings(brief(exclusivity=True, endorsement=True))
    assert [item.level for item in found[:2]] == ["conflict", "conflict"]
    assert {item.topic for item in found[:2]} == {"exclusivity", "endorsement"}
    assert ("exclusivity", "conflict") not in said(findings(brief()))


def test_a_regulator_of_the_industry_has_a_conflict() -> None:
    seeker = Seeker(name="Agency", kind="regulator", regulates=("retail",))
    assert ("conflict", "conflict") in said(findings(brief(seeker=seeker)))
    assert ("conflict", "conflict") not in said(findings(brief(seeker=seeker), industry="banking"))


def test_a_regulator_by_name_has_a_conflict_with_the_quoted_relation() -> None:
    wanted = brief()
    made = make_ledger(seeking_party(wanted, VOCABULARY), party_of(SHOP, VOCABULARY), VOCABULARY)
    made = replace(made, first=replace(made.first, key="agency"))
    relation = Relation(
        subject_id="agency",
        kind=RelationKind.REGULATES,
        object_id="shop",
        evidence=(Evidence(text="Licenses the shop."),),
        source=SOURCE,
    )
    found = terms_of_exchange(made, wanted, (relation,)).findings
    conflict = next(item for item in found if item.level == "conflict")
    assert conflict.reasons[0].text == "Licenses the shop."
    back = terms_of_exchange(make_ledger(made.second, made.first, VOCABULARY), wanted, (relation,)).findings
    assert said(back) == said(found)


def test_an_unknown_remit_of_a_regulator_is_asked_about_and_not_cleared() -> None:
    assert ("conflict", "settle") in said(findings(brief(seeker=Seeker(name="Agency", kind="regulator"))))


def test_the_purpose_is_pre_filled_from_facts_and_the_duration_stays_empty_without_any() -> None:
    made = make_ledger(seeking_party(brief(), VOCABULARY), party_of(SHOP, VOCABULARY), VOCABULARY)
    questions = {item.topic: item for item in terms_of_exchange(made, brief()).questions}
    assert questions["purpose"].facts[0].text == "Sleep under a net every night."
    assert questions["duration"].facts == ()
    assert questions["money"].facts == ()


def test_every_rule_cites_a_document() -> None:
    for rule in load_term_rules().rules:
        assert rule["document"]["title"]
        assert rule["document"]["section"]
