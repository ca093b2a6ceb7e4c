"""What holds of a vetting case whatever happens to it, and what becomes of it when organizations are merged."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.casework.findings import Severity
from kb.casework.screenings import NotAssessed, finding_id
from kb.casework.trail import Event
from kb.casework.vetting_cases import CaseOutcome, FindingState, Ruling, VettingCase
from kb.casework.vetting_fold import fold, vetting_stream
from kb.knowledge_base import KnowledgeBase
from kb.people import same_person
from tests.conftest import organization
from tests.kb.test_casework import CHECKED, KEY, POLICIES, RULES, finding, result

AT = datetime(2026, 1, 1, tzinfo=UTC)
PEOPLE = st.sampled_from(["Anna", "anna ", "Ben", "Cleo"])
FINDINGS = st.builds(
    finding, st.sampled_from(RULES), st.sampled_from([item.value for item in Severity]), st.sampled_from(["x", "y"])
)
SCREENED = st.builds(
    lambda found, checked, gap: {
        "result": result(
            *{finding_id(item): item for item in found}.values(),
            checked=checked,
            not_assessed=(NotAssessed(policy="fensa", rule="arms", what="no facts"),) if gap else (),
        ).model_dump(mode="json")
    },
    st.lists(FINDINGS, max_size=3),
    st.sampled_from([CHECKED, CHECKED[:1], ()]),
    st.booleans(),
)
DECIDED = st.builds(
    lambda rule, digest, ruling, needs: {
        "finding": f"fensa|{rule}|",
        "digest": digest,
        "ruling": ruling.value,
        "reason": "r",
        "needs_second": needs,
    },
    st.sampled_from([*RULES, "unheard_of"]),
    st.sampled_from([finding(severity=item.value, text=text).digest for item in Severity for text in "xy"]),
    st.sampled_from(Ruling),
    st.booleans(),
)
SECONDED = st.fixed_dictionaries({"decision": st.integers(1, 25), "agreed": st.booleans(), "reason": st.just("r")})
HOMES = st.sampled_from(["acme", "bolt"])
HAPPENED = st.lists(
    st.tuples(
        st.one_of(
            st.tuples(st.just("screened"), SCREENED),
            st.tuples(st.just("decided"), DECIDED),
            st.tuples(st.just("seconded"), SECONDED),
            st.tuples(st.just("of a later version"), st.just({})),
        ),
        HOMES,
        PEOPLE,
        st.booleans(),
    ),
    max_size=25,
)


def events_of(happened: list) -> list[Event]:
    events = []
    for number, ((kind, body), home, who, merged) in enumerate(happened, 1):
        covers = {"covers": [home, *({"acme", "bolt"} - {home} if merged else ())]} if kind == "screened" else {}
        events.append(Event(number, vetting_stream(POLICIES, home), kind, body | covers, who, AT, ""))
    return events


def folded(happened: list) -> VettingCase:
    return fold(["acme", "bolt"], POLICIES, events_of(happened))


@settings(max_examples=300, deadline=None)
@given(HAPPENED)
def test_no_finding_and_no_decision_is_ever_lost(happened):
    case, events = folded(happened), events_of(happened)
    found = {
        (event.stream.rsplit(":", 1)[1], f"{item['policy']}|{item['rule']}|{item['about']}")
        for event in events
        if event.kind == "screened"
        for item in event.body["result"]["findings"]
    }
    assert {(item.organization_id, finding_id(item.finding)) for item in case.findings} == found
    assert len({item.id for item in case.findings}) == len(case.findings)
    assert len(case.decisions) == sum(event.kind == "decided" for event in events)
    for item in case.findings:
        assert (item.state is FindingState.GONE) == bool(item.gone_because)


@settings(max_examples=300, deadline=None)
@given(HAPPENED)
def test_what_was_found_last_is_dismissed_only_by_a_decision_about_it(happened):
    for item in folded(happened).findings:
        if item.state is FindingState.DISMISSED:
            last = item.decisions[-1]
            assert (last.ruling, last.digest) == (Ruling.DISMISSED, item.finding.digest)
            assert not last.needs_second or (last.second.agreed and not same_person(last.who, last.second.who))


@settings(max_examples=300, deadline=None)
@given(HAPPENED)
def test_the_verdict_is_never_milder_than_a_finding_that_counts(happened):
    case = folded(happened)
    verdict = case.verdict()
    worst = max((item.finding.severity.rank for item in case.findings if item.state.counts), default=None)
    if worst is not None:
        assert verdict.outcome.value == list(Severity)[worst].value
    else:
        assert verdict.outcome is (CaseOutcome.NO_FINDINGS if verdict.complete else CaseOutcome.NOT_ASSESSED)


@settings(max_examples=200, deadline=None)
@given(HAPPENED, st.integers(0, 25))
def test_folding_on_changes_nothing_that_was_said_before(happened, cut):
    before, after = folded(happened[:cut]), folded(happened)
    assert after.screenings[: len(before.screenings)] == before.screenings
    assert [item.number for item in after.decisions[: len(before.decisions)]] == [
        item.number for item in before.decisions
    ]


def test_merging_unites_cases_and_undoing_gives_both_back(kb: KnowledgeBase):
    kb.add(organization("acme"), organization("bolt"))
    desk = kb.casework
    desk.record_screening(result(finding()))
    desk.decide("acme", POLICIES, KEY, Ruling.DISMISSED, "sold", who="Anna")
    desk.record_screening(result(finding("arms", "escalate", who="bolt"), organization_id="bolt"))
    desk.decide("bolt", POLICIES, "fensa|arms|", Ruling.CONFIRMED, "true", who="Ben")
    before = desk.case("acme", POLICIES), desk.case("bolt", POLICIES)

    batch = kb.merge("acme", "bolt")
    both = desk.case("bolt", POLICIES)
    assert both == desk.case("acme", POLICIES)
    assert both.members == ("acme", "bolt")
    assert [(item.id, item.state) for item in both.findings] == [
        (KEY, FindingState.DISMISSED),
        ("bolt@fensa|arms|", FindingState.CONFIRMED),
    ]
    assert both.verdict().outcome is CaseOutcome.ESCALATE
    assert [case.organization_id for case in desk.cases()] == ["acme"]
    desk.decide("acme", POLICIES, "bolt@fensa|arms|", Ruling.ESCALATED, "for the board", who="Ben")

    kb.undo(batch)
    acme, bolt = desk.case("acme", POLICIES), desk.case("bolt", POLICIES)
    assert acme == before[0]
    assert bolt.findings[0].decisions[:1] == before[1].findings[0].decisions
    assert bolt.findings[0].state is FindingState.ESCALATED


def test_screening_a_merged_organization_takes_over_what_was_decided(kb: KnowledgeBase):
    kb.add(organization("acme"), organization("bolt"))
    desk = kb.casework
    desk.record_screening(result(finding("arms", "escalate", who="bolt"), organization_id="bolt"))
    desk.decide("bolt", POLICIES, "fensa|arms|", Ruling.DISMISSED, "a toy", who="Ben")
    batch = kb.merge("acme", "bolt")
    unscreened = desk.case("acme", POLICIES).verdict()
    assert unscreened.outcome is CaseOutcome.NOT_ASSESSED
    assert "acme was never screened" in unscreened.not_assessed[0].what

    case = desk.record_screening(result(finding("arms", "escalate"), organization_id="bolt"))
    assert {item.id: item.state for item in case.findings} == {
        "bolt@fensa|arms|": FindingState.GONE,
        "fensa|arms|": FindingState.DISMISSED,
    }
    assert case.verdict().outcome is CaseOutcome.NO_FINDINGS

    kb.undo(batch)
    assert desk.case("bolt", POLICIES).findings[0].state is FindingState.DISMISSED
    apart = desk.case("acme", POLICIES)
    assert apart.findings[0].state is FindingState.OPEN
    assert any("screened as one with bolt" in gap.what for gap in apart.verdict().not_assessed)


def test_two_cases_of_one_finding_stay_open_until_both_are_decided(kb: KnowledgeBase):
    kb.add(organization("acme"), organization("bolt"))
    desk = kb.casework
    desk.record_screening(result(finding(who="bolt", text="makes cigars"), organization_id="bolt"))
    desk.record_screening(result(finding()))
    desk.decide("acme", POLICIES, KEY, Ruling.DISMISSED, "sold", who="Anna")
    kb.merge("acme", "bolt")
    assert desk.case("acme", POLICIES).verdict().outcome is CaseOutcome.EXCLUDE


def test_the_latest_decision_on_the_same_facts_counts_after_a_merge(kb: KnowledgeBase):
    kb.add(organization("acme"), organization("bolt"))
    desk = kb.casework
    desk.record_screening(result(finding()))
    desk.record_screening(result(finding(who="bolt"), organization_id="bolt"))
    desk.decide("acme", POLICIES, KEY, Ruling.DISMISSED, "sold", who="Anna")
    desk.decide("bolt", POLICIES, KEY, Ruling.CONFIRMED, "still owns it", who="Ben")
    kb.merge("acme", "bolt")
    case = desk.record_screening(result(finding()))
    assert case.in_state(FindingState.CONFIRMED)[0].id == KEY
    assert [decision.who for decision in case.in_state(FindingState.CONFIRMED)[0].decisions] == ["Anna", "Ben"]


def test_ones_own_word_does_not_keep_another_from_giving_theirs():
    decided = {"finding": KEY, "digest": finding().digest, "ruling": "dismissed", "reason": "r", "needs_second": True}
    seconded = {"decision": 2, "agreed": True, "reason": "r"}
    happened = [
        (("screened", {"result": result(finding()).model_dump(mode="json")}), "acme", "Anna", False),
        (("decided", decided), "acme", "Anna", False),
        (("seconded", seconded), "acme", "anna ", False),
    ]
    assert folded(happened).findings[0].state is FindingState.AWAITING_SECOND
    assert folded([*happened, (("seconded", seconded), "acme", "Ben", False)]).findings[0].state is (
        FindingState.DISMISSED
    )


def test_a_case_outlives_its_organization(kb: KnowledgeBase):
    kb.add(organization("acme"))
    kb.casework.record_screening(result(finding()))
    kb.remove("acme")
    assert kb.casework.case("acme", POLICIES).findings[0].id == KEY
    assert len(kb.casework.cases()) == 1


@pytest.mark.slow
def test_five_thousand_screenings_are_one_transaction_of_seconds(kb: KnowledgeBase):
    ids = [f"org-{number}" for number in range(5_000)]
    kb.add(*(organization(key) for key in ids))
    results = [result(finding(who=key), organization_id=key) for key in ids]
    started = time.perf_counter()
    cases = kb.casework.record_screenings(results)
    recorded = time.perf_counter() - started
    started = time.perf_counter()
    assert len(kb.casework.cases()) == 5_000
    assert (recorded < 15, time.perf_counter() - started < 10) == (True, True)
    assert [case.organization_id for case in cases] == ids
