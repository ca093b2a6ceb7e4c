"""What a concern says, and what its absence says: findings of courts, roles that nobody knows, and the way of a tie."""

from __future__ import annotations

import pytest

from kb.organization import ConcernRole, Organization, Relation, RelationKind, Source
from kb.vocabulary import load_vocabulary
from matcher.vetting.conditions import Concern, Not
from matcher.vetting.facts import Context, Surroundings, VettingFacts
from matcher.vetting.judgement import Judgement
from matcher.vetting.judging import judge
from matcher.vetting.policy import known_policies, load_policies, load_policy
from matcher.vetting.verdict import vet
from tests.conftest import claim, organization

KNOWN = claim("capacity", "distribution")
BY_FINDING = sorted(code for code, term in load_vocabulary().concerns.items() if term.by_finding)
CONDUCT = frozenset({"fraud_corruption", "environmental_abuse"})


def ask(condition: Concern | Not, *claims: object) -> Judgement:
    item = organization("acme", *claims)
    return judge(condition, VettingFacts(item, Surroundings.of([item])), Context())


@pytest.mark.parametrize("code", BY_FINDING)
def test_a_profile_without_a_finding_does_not_say_that_there_is_none(code: str) -> None:
    found = ask(Concern(frozenset({code})), KNOWN)
    assert found.holds is None
    assert "nobody is known to have looked" in found.unknown[0]
    assert ask(Not(Concern(frozenset({code}))), KNOWN).holds is None


def test_what_an_organization_does_itself_is_told_by_its_profile() -> None:
    assert ask(Concern(frozenset({"tobacco"})), KNOWN).holds is False


def test_a_finding_on_record_is_found_and_only_the_others_stay_open() -> None:
    fraud = claim("concern", "fraud_corruption", role="minor")
    assert ask(Concern(CONDUCT), fraud).holds is True
    in_the_main = ask(Concern(CONDUCT, ConcernRole.CORE), fraud)
    assert in_the_main.holds is None
    assert in_the_main.unknown[0].startswith("environmental abuse: no finding on record")
    assert ask(Concern(frozenset({"fraud_corruption"}), ConcernRole.CORE), fraud).holds is False


@pytest.mark.parametrize("code", sorted(set(known_policies()) - {"public_regulator", "breastmilk_substitutes_code"}))
def test_no_pack_counts_conduct_as_checked_that_nobody_looked_into(code: str) -> None:
    item = organization("acme", KNOWN, sector="private", industry="software_services")
    verdict = vet(VettingFacts(item, Surroundings.of([item])), [load_policy(code)], Context())
    asked = {rule.id for rule in load_policy(code).rules if set(BY_FINDING) & getattr(rule.condition, "codes", set())}
    assert asked
    assert asked <= {gap.rule for gap in verdict.not_assessed}


def test_a_concern_of_no_known_role_is_a_side_line_at_least_and_perhaps_more() -> None:
    tobacco = frozenset({"tobacco"})
    unsaid = claim("concern", "tobacco")
    assert ask(Concern(tobacco, ConcernRole.MINOR), unsaid).holds is True
    core = ask(Concern(tobacco, ConcernRole.CORE), unsaid)
    assert core.holds is None
    assert "main business" in core.unknown[0]
    assert (
        ask(Concern(tobacco, ConcernRole.CORE, share_above=0.1), claim("concern", "tobacco", revenue_share=0.05)).holds
        is False
    )
    assert (
        ask(Concern(tobacco, ConcernRole.CORE, share_above=0.1), claim("concern", "tobacco", revenue_share=0.5)).holds
        is None
    )
    both = (claim("concern", "tobacco", role="core"), claim("concern", "tobacco", source=Source(name="another")))
    assert ask(Concern(tobacco, ConcernRole.CORE), *both).holds is True


def tied(parent: Organization, child: Organization) -> dict[str, VettingFacts]:
    relation = Relation(
        subject_id=parent.id, kind=RelationKind.PARENT_OF, object_id=child.id, source=Source(name="a register")
    )
    around = Surroundings.of([parent, child], [relation])
    return {item.id: VettingFacts(item, around) for item in (parent, child)}


@pytest.mark.parametrize(
    ("pack", "concern", "of_child", "of_parent", "severity"),
    [
        ("who_fensa", "tobacco", "tobacco-owner", "tobacco-parent", "exclude"),
        ("who_fensa", "weapons", "arms-owner", "arms-parent", "exclude"),
        ("who_fensa", "alcohol", "owner-that-harms", "subsidiary-that-harms", "caution"),
    ],
)
def test_owner_and_subsidiary_are_told_apart(
    pack: str, concern: str, of_child: str, of_parent: str, severity: str
) -> None:
    maker = organization("maker", claim("concern", concern, role="core"))
    below = tied(maker, organization("other", KNOWN))["other"]
    above = tied(organization("other", KNOWN), maker)["other"]
    for facts, rule, words in ((below, of_child, "Other is owned by Maker"), (above, of_parent, "Other owns Maker")):
        findings = vet(facts, load_policies([pack]), Context()).findings
        assert [(finding.rule, finding.severity.value) for finding in findings] == [(rule, severity)]
        assert findings[0].message.startswith(words)
