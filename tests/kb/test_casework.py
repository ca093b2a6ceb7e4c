"""Vetting cases: what a screening changes, what people may decide, and that nothing is lost on the way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.casework.errors import CaseworkError
from kb.casework.findings import Document, Finding, Ground, Severity
from kb.casework.screenings import ListUsed, NotAssessed, PackUsed, RuleChecked, ScreeningResult
from kb.casework.vetting_cases import CaseOutcome, FindingState, Ruling
from kb.casework.vetting_desk import NewAnswer, NewReply
from kb.casework.vetting_fold import vetting_stream, vetting_stream_parts
from kb.errors import ConflictError, UnknownOrganizationError, UnknownRecordError
from kb.knowledge_base import KnowledgeBase
from kb.organization import ClaimStatus, Source
from tests.conftest import organization

POLICIES = ("fensa", "unicef")
RULES = ("tobacco", "arms", "sanctions")
TODAY = datetime.now(UTC).date()
OFAC = ListUsed(code="ofac_sdn", title="OFAC SDN", published_on=TODAY - timedelta(days=9), read_on=TODAY, digest="1")
PACKS = tuple(PackUsed(code=code, digest="v1") for code in POLICIES)
CHECKED = tuple(RuleChecked(policy=policy, rule=rule) for policy in POLICIES for rule in RULES)


def finding(
    rule: str = "tobacco",
    severity: str = "exclude",
    text: str = "makes cigarettes",
    policy: str = "fensa",
    about: str = "",
    who: str = "acme",
    status: ClaimStatus = ClaimStatus.STATED,
) -> Finding:
    ground = Ground(text=text, status=status, source=Source(name="a registry"))
    return Finding(
        organization_id=who,
        policy=policy,
        rule=rule,
        about=about,
        severity=Severity(severity),
        title=rule.title(),
        message=f"It {text}.",
        document=Document(title="A framework"),
        grounds=(ground,),
    )


def result(*findings: Finding, **more: object) -> ScreeningResult:
    fields = {"organization_id": "acme", "policies": POLICIES, "lists": (OFAC,), "packs": PACKS, "checked": CHECKED}
    return ScreeningResult(findings=findings, **(fields | more))


@pytest.fixture
def desk(kb: KnowledgeBase):
    kb.add(organization("acme"), organization("bolt"))
    return kb.casework


KEY = "fensa|tobacco|"


def test_a_case_that_nobody_screened_is_not_assessed(desk):
    verdict = desk.case("acme", POLICIES).verdict()
    assert verdict.outcome is CaseOutcome.NOT_ASSESSED
    assert "acme was never screened" in verdict.not_assessed[0].what


def test_no_findings_needs_every_rule_judged(desk):
    assert desk.record_screening(result()).verdict().outcome is CaseOutcome.NO_FINDINGS
    gap = NotAssessed(policy="unicef", rule="sanctions", what="no list was imported")
    assert desk.record_screening(result(not_assessed=(gap,))).verdict().outcome is CaseOutcome.NOT_ASSESSED
    silent = desk.record_screening(result(checked=tuple(item for item in CHECKED if item.policy == "fensa"))).verdict()
    assert (silent.outcome, silent.not_assessed[0].policy) == (CaseOutcome.NOT_ASSESSED, "unicef")


def test_a_list_that_goes_stale_makes_a_case_not_assessed(desk):
    case = desk.record_screening(result())
    assert case.verdict(TODAY).outcome is CaseOutcome.NO_FINDINGS
    later = case.verdict(TODAY + timedelta(days=200))
    assert later.outcome is CaseOutcome.NOT_ASSESSED
    assert "OFAC SDN is 209 days old" in later.not_assessed[0].what


def test_the_verdict_is_the_worst_of_several_policies_and_names_what_is_open(desk):
    gap = NotAssessed(policy="unicef", rule="arms", what="revenue is not published")
    found = [finding("arms", "caution"), finding("tobacco", "escalate", policy="unicef")]
    verdict = desk.record_screening(result(*found, not_assessed=(gap,))).verdict()
    assert (verdict.outcome, verdict.complete, verdict.not_assessed) == (CaseOutcome.ESCALATE, False, (gap,))


def test_outcomes_sort_what_is_not_assessed_above_what_is_clear():
    ranked = sorted(CaseOutcome, key=lambda outcome: outcome.rank)
    assert [item.value for item in ranked] == [
        *("no_findings", "not_assessed", "observation", "caution", "escalate", "exclude")
    ]


@pytest.mark.parametrize(
    ("ruling", "state", "outcome"),
    [
        (Ruling.CONFIRMED, FindingState.CONFIRMED, CaseOutcome.EXCLUDE),
        (Ruling.ESCALATED, FindingState.ESCALATED, CaseOutcome.EXCLUDE),
        (Ruling.DISMISSED, FindingState.DISMISSED, CaseOutcome.NO_FINDINGS),
        (Ruling.REOPENED, FindingState.OPEN, CaseOutcome.EXCLUDE),
    ],
)
def test_a_decision_stands_when_a_screening_finds_the_same(desk, ruling, state, outcome):
    desk.record_screening(result(finding()))
    desk.decide("acme", POLICIES, KEY, ruling, "looked into it", evidence="https://example.org", who="Anna")
    case = desk.record_screening(result(finding()))
    assert (case.findings[0].state, case.verdict().outcome) == (state, outcome)
    assert (case.decisions[0].who, case.decisions[0].evidence) == ("Anna", "https://example.org")
    assert case.screenings[-1].reopened == case.screenings[-1].new == case.screenings[-1].gone == ()


def test_changed_facts_reopen_and_say_why(desk):
    desk.record_screening(result(finding(), finding("arms", "caution")))
    desk.decide("acme", POLICIES, KEY, Ruling.DISMISSED, "sold the branch")
    desk.decide("acme", POLICIES, "fensa|arms|", Ruling.CONFIRMED, "true")
    newer = OFAC.model_copy(update={"published_on": TODAY, "digest": "2"})
    packs = (PackUsed(code="fensa", digest="v2"), PACKS[1])
    case = desk.record_screening(
        result(finding(text="owns a cigarette maker"), finding("arms", "escalate"), lists=(newer,), packs=packs)
    )
    first, second = case.findings
    assert first.state is second.state is FindingState.OPEN
    assert case.screenings[-1].reopened == (KEY, "fensa|arms|")
    assert 'new ground: "owns a cigarette maker" (a registry)' in first.reopened_because
    assert 'no longer a ground: "makes cigarettes"' in first.reopened_because
    assert f"list OFAC SDN of {OFAC.published_on} was replaced by that of {TODAY}" in first.reopened_because
    assert "policy pack fensa was changed" in first.reopened_because
    assert "severity was caution and is escalate" in second.reopened_because
    assert len(first.decisions) == 1


def test_a_ground_known_better_reopens_in_words(desk):
    desk.record_screening(result(finding(status=ClaimStatus.UNVERIFIED)))
    desk.decide("acme", POLICIES, KEY, Ruling.DISMISSED, "nobody could show it")
    case = desk.record_screening(result(finding(status=ClaimStatus.CONFIRMED)))
    assert '"makes cigarettes" (a registry) was unverified and is confirmed' in case.findings[0].reopened_because


def test_what_is_no_longer_found_is_gone_with_the_reason_and_kept(desk):
    desk.record_screening(result(finding(), profile_change=3))
    case = desk.record_screening(result(profile_change=8))
    assert case.findings[0].state is FindingState.GONE
    assert "the profile was changed" in case.findings[0].gone_because
    assert case.screenings[-1].gone == (KEY,)
    assert case.verdict().outcome is CaseOutcome.NO_FINDINGS
    with pytest.raises(CaseworkError, match="is gone"):
        desk.decide("acme", POLICIES, KEY, Ruling.CONFIRMED, "still")


def test_a_dismissed_finding_that_comes_back_unchanged_stays_dismissed(desk):
    desk.record_screening(result(finding()))
    desk.decide("acme", POLICIES, KEY, Ruling.DISMISSED, "another company of that name")
    desk.record_screening(result())
    case = desk.record_screening(result(finding()))
    assert case.findings[0].state is FindingState.DISMISSED
    changed = desk.record_screening(result(finding(text="makes cigars")))
    assert changed.findings[0].state is FindingState.OPEN


@pytest.mark.parametrize(
    "more",
    [
        {"not_assessed": (NotAssessed(policy="fensa", rule="tobacco", what="no facts"),)},
        {"not_assessed": (NotAssessed(policy="fensa", what="the pack could not be read"),)},
        {"not_assessed": (NotAssessed(what="screening was interrupted"),)},
        {"checked": tuple(item for item in CHECKED if item.rule != "tobacco")},
    ],
)
def test_a_finding_whose_rule_was_not_judged_is_not_gone(desk, more):
    desk.record_screening(result(finding()))
    case = desk.record_screening(result(**more))
    assert case.findings[0].state is FindingState.OPEN
    assert case.verdict().outcome is CaseOutcome.EXCLUDE


def test_a_case_says_why_it_is_due_again(desk):
    assert desk.case("acme", POLICIES).due_because((OFAC,), PACKS) == "it was never screened"
    case = desk.record_screening(result(finding(), profile_change=4))
    assert case.due_because((OFAC,), PACKS, 4) == ""
    again = OFAC.model_copy(update={"read_on": TODAY + timedelta(days=3)})
    assert case.due_because((again,), PACKS, 4) == f"list OFAC SDN was obtained again on {again.read_on}"
    newer = OFAC.model_copy(update={"digest": "2"})
    packs = (PACKS[0], PackUsed(code="unicef", digest="v2"))
    said = case.due_because((newer, ListUsed(code="iadb", read_on=TODAY)), packs, 5)
    assert "list iadb of unknown date" in said
    assert "was replaced" in said
    assert "policy pack unicef was changed" in said
    assert "policy pack fensa" not in said
    assert said.count("the profile was changed") == 1


def test_decisions_need_a_person_a_reason_and_a_finding(desk, monkeypatch):
    desk.record_screening(result(finding()))
    for reason, who in (("", "Anna"), ("  ", "Anna"), ("because", " "), ("x" * 20_001, "Anna")):
        with pytest.raises(CaseworkError):
            desk.decide("acme", POLICIES, KEY, Ruling.CONFIRMED, reason, who=who)
    monkeypatch.setattr("kb.casework.desk.current_user", lambda: "unknown")
    with pytest.raises(CaseworkError, match="needs a person"):
        desk.decide("acme", POLICIES, KEY, Ruling.CONFIRMED, "because")
    with pytest.raises(UnknownRecordError, match=r"it has: fensa\|tobacco"):
        desk.decide("acme", POLICIES, "fensa|none|", Ruling.CONFIRMED, "because", who="Anna")
    assert desk.case("acme", POLICIES).decisions == ()


def test_a_decision_about_facts_that_changed_meanwhile_is_refused(desk):
    seen = desk.record_screening(result(finding())).findings[0].finding.digest
    desk.record_screening(result(finding(text="makes cigars")))
    with pytest.raises(ConflictError, match="makes cigars"):
        desk.decide("acme", POLICIES, KEY, Ruling.DISMISSED, "harmless", seen=seen)


def test_four_eyes(desk):
    desk.require_four_eyes(True, "our rules of procedure")
    desk.record_screening(result(finding(), finding("arms", "escalate")))
    assert desk.decide("acme", POLICIES, "fensa|arms|", Ruling.DISMISSED, "a toy", who="Anna").findings[1].state == (
        FindingState.DISMISSED
    )
    waiting = desk.decide("acme", POLICIES, KEY, Ruling.DISMISSED, "sold", who="Anna")
    assert waiting.findings[0].state is FindingState.AWAITING_SECOND
    assert waiting.verdict().outcome is CaseOutcome.EXCLUDE
    for own in ("Anna", " anna ", "ANNA"):
        with pytest.raises(CaseworkError, match="another person"):
            desk.second("acme", POLICIES, KEY, agreed=True, reason="yes", who=own)
    assert desk.record_screening(result(finding())).findings[0].state is FindingState.AWAITING_SECOND
    done = desk.second("acme", POLICIES, KEY, agreed=True, reason="I checked the sale", who="Ben")
    assert done.findings[0].state is FindingState.DISMISSED
    assert (done.decisions[-1].who, done.decisions[-1].second.who) == ("Anna", "Ben")
    with pytest.raises(CaseworkError, match="does not await"):
        desk.second("acme", POLICIES, KEY, agreed=False, reason="no", who="Cleo")


def test_a_second_person_who_disagrees_leaves_the_finding_open(desk):
    desk.require_four_eyes(True, "rules")
    desk.record_screening(result(finding()))
    desk.decide("acme", POLICIES, KEY, Ruling.DISMISSED, "sold", who="Anna")
    case = desk.second("acme", POLICIES, KEY, agreed=False, reason="not sold yet", who="Ben")
    assert (case.findings[0].state, case.findings[0].decisions[0].second.reason) == (FindingState.OPEN, "not sold yet")


def test_switching_four_eyes_off_does_not_release_what_waits(desk):
    desk.require_four_eyes(True, "rules")
    desk.record_screening(result(finding()))
    desk.decide("acme", POLICIES, KEY, Ruling.DISMISSED, "sold", who="Anna")
    desk.require_four_eyes(False, "too few people")
    assert desk.four_eyes() is False
    assert desk.case("acme", POLICIES).findings[0].state is FindingState.AWAITING_SECOND


def test_right_of_reply_and_due_diligence(desk):
    desk.record_screening(result(finding()))
    reply = NewReply(text="We sold it in May.", received_on=TODAY, sender="Their counsel", about=(KEY,))
    case = desk.record_reply("acme", POLICIES, reply, who="Anna")
    assert (case.replies[0].text, case.replies[0].who, case.replies[0].about) == ("We sold it in May.", "Anna", (KEY,))
    assert case.findings[0].state is FindingState.OPEN
    with pytest.raises(UnknownRecordError):
        desk.record_reply("acme", POLICIES, reply.model_copy(update={"about": ("fensa|other|",)}))
    area = NewAnswer(area="money", state="insufficient_information", note="no accounts yet")
    desk.record_answers("acme", POLICIES, [area, NewAnswer(area="money", question="audited", state="no")], who="Anna")
    case = desk.record_answers("acme", POLICIES, [area.model_copy(update={"state": "acceptable"})], who="Ben")
    assert [(item.question, item.state, item.who) for item in case.answers] == [
        ("", "acceptable", "Ben"),
        ("audited", "no", "Anna"),
    ]
    assert len(case.answer_history) == 3
    with pytest.raises(CaseworkError, match="is no state of an area"):
        desk.record_answers("acme", POLICIES, [area.model_copy(update={"state": "fine"})])


def test_screenings_that_cannot_be_are_refused_whole(desk):
    with pytest.raises(UnknownOrganizationError, match="nobody"):
        desk.record_screenings([result(finding()), result(organization_id="nobody")])
    with pytest.raises(CaseworkError, match="findings about bolt"):
        desk.record_screening(result(finding(who="bolt")))
    assert desk.cases() == []
    with pytest.raises(ValueError, match="found twice"):
        result(finding(), finding(text="again"))
    with pytest.raises(ValueError, match="not among the policies"):
        result(finding(policy="other"))
    with pytest.raises(CaseworkError, match="at least one policy"):
        desk.case("acme", [])


def test_cases_are_told_apart_by_policies_in_any_order(desk):
    desk.record_screening(result(finding()))
    desk.record_screening(result(policies=("unicef",), checked=CHECKED, packs=()))
    assert desk.case("acme", ("unicef", "fensa")).findings[0].id == KEY
    assert [case.policies for case in desk.cases("acme")] == [POLICIES, ("unicef",)]
    assert desk.cases("bolt") == []
    assert [event.kind for event in desk.case_events("acme", POLICIES)] == ["screened"]


@given(st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=4), st.text(min_size=1, max_size=8))
def test_a_stream_tells_its_policies_and_its_organization(policies: list[str], organization_id: str):
    stream = vetting_stream(policies, organization_id)
    assert vetting_stream_parts(stream) == (tuple(sorted(set(policies))), organization_id)
