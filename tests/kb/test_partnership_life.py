"""The life of a partnership, and the versions of its plan."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from kb.casework.errors import CaseworkError
from kb.casework.partnerships import (
    TRANSITIONS,
    CollaborationStage,
    Development,
    HealthCheck,
    Lesson,
    Move,
    NetworkType,
    Note,
    Stage,
)
from kb.casework.store import Casework
from kb.errors import ConflictError, UnknownOrganizationError, UnknownRecordError
from kb.knowledge_base import KnowledgeBase
from tests.conftest import organization


@pytest.fixture
def desk(kb: KnowledgeBase) -> Casework:
    kb.add(*(organization(key) for key in ("acme", "bolt", "core")))
    return kb.casework


def move(stage: str, **more: object) -> Move:
    return Move(stage=Stage(stage), **({"reason": "it fits"} | more))


def test_from_longlist_to_renewal(desk: Casework):
    for stage in ("longlist", "shortlist", "contacted", "in_dialogue", "vetting", "agreed", "active", "renewed"):
        found = desk.record("brief-1", "acme", move(stage, owner="Anna" if stage == "contacted" else ""), who="Ben")
    assert (found.stage, found.owner) == (Stage.RENEWED, "Anna")
    assert [step.entry.stage for step in found.moves] == list(Stage)[:8]
    assert {step.who for step in found.steps} == {"Ben"}
    assert found.moves[0].on == found.moves[0].at.date()


def test_a_partnership_that_nobody_touched_has_no_stage(desk: Casework):
    assert desk.partnership("brief-1", "acme").stage is None
    assert desk.shortlist("brief-1") == []


@pytest.mark.parametrize(
    ("first", "then"),
    [("longlist", "active"), ("shortlist", "renewed"), ("active", "longlist"), ("active", "declined")],
)
def test_steps_that_are_not_allowed_say_which_are(desk: Casework, first: str, then: str):
    desk.record("brief-1", "acme", move(first))
    with pytest.raises(CaseworkError, match=f"cannot move to {then}; it can move to: ") as refused:
        desk.record("brief-1", "acme", move(then))
    assert all(stage.value in str(refused.value) for stage in TRANSITIONS[Stage(first)])


def test_what_ended_or_was_declined_is_taken_up_again_with_a_reason(desk: Casework):
    for closing in ("declined", "ended"):
        start = "shortlist" if closing == "declined" else "active"
        desk.record(closing, "acme", move(start), move(closing))
        with pytest.raises(CaseworkError, match="needs a reason"):
            desk.record(closing, "acme", move("in_dialogue", reason=" "))
        assert desk.record(closing, "acme", move("in_dialogue", reason="they wrote")).stage is Stage.IN_DIALOGUE


def test_every_stage_can_be_reached_and_left():
    reached = {stage for stages in TRANSITIONS.values() for stage in stages}
    assert reached == set(Stage)
    assert set(TRANSITIONS) == {None, *Stage}


def test_a_refused_step_records_none_of_those_that_came_with_it(desk: Casework):
    with pytest.raises(CaseworkError):
        desk.record("brief-1", "acme", move("shortlist"), Note(text="hello"), move("renewed"))
    with pytest.raises(UnknownOrganizationError):
        desk.record("brief-1", "nobody", move("shortlist"))
    with pytest.raises(CaseworkError):
        desk.record_many("brief-1", ["bolt", "core", "acme"], move("renewed"))
    assert desk.partnerships() == []


def test_development_health_and_lessons(desk: Casework):
    desk.record("brief-1", "acme", move("active", on=date(2025, 3, 1)))
    stage = Development(collaboration_stage=CollaborationStage.TRANSACTIONAL, reason="they pay for boxes")
    tie = Development(network_type=NetworkType.ACTION, reason="a joint campaign", on=date(2025, 6, 1))
    later = HealthCheck(
        instrument="vichealth", scores={"1": 4, "2": None}, total=110.0, band="growing", on=date(2026, 1, 1)
    )
    early = HealthCheck(instrument="vichealth", scores={"1": 2, "2": None}, on=date(2025, 7, 1))
    lesson = Lesson(text="They deliver late.", trust={"reliability": 0.3})
    found = desk.record("brief-1", "acme", stage, tie, later, early, lesson)
    assert (found.network_type, found.collaboration_stage) == (NetworkType.ACTION, CollaborationStage.TRANSACTIONAL)
    assert [step.entry.total for step in found.health_checks] == [None, 110.0]
    assert found.health_checks[0].entry.scores == {"1": 2, "2": None}
    assert found.lessons[0].entry.trust == {"reliability": 0.3}
    assert found.moves[0].on == date(2025, 3, 1)
    with pytest.raises(CaseworkError, match="say which"):
        desk.record("brief-1", "acme", Development(reason="somehow"))
    with pytest.raises(ValidationError):
        Lesson(text="late", trust={"reliability": 3})


def test_steps_are_taken_back_latest_first_and_stay_in_the_trail(desk: Casework):
    now = desk.record("brief-1", "acme", move("longlist"), move("shortlist"), Note(text="hm"), who="Anna")
    first, second, note = now.steps
    with pytest.raises(ConflictError, match="noted by Anna"):
        desk.take_back("brief-1", "acme", "a slip", step=second.number)
    with pytest.raises(CaseworkError, match="needs a reason"):
        desk.take_back("brief-1", "acme", "")
    desk.take_back("brief-1", "acme", "a slip", step=note.number, who="Ben")
    now = desk.take_back("brief-1", "acme", "wrong one", who="Ben")
    assert (now.stage, now.steps) == (Stage.LONGLIST, (first,))
    assert [(item.step.number, item.reason, item.who) for item in now.taken_back] == [
        (note.number, "a slip", "Ben"),
        (second.number, "wrong one", "Ben"),
    ]
    now = desk.take_back("brief-1", "acme", "not at all")
    assert (now.stage, desk.shortlist("brief-1")) == (None, [])
    with pytest.raises(CaseworkError, match="no step"):
        desk.take_back("brief-1", "acme", "again")
    assert len(desk.partnership_events("brief-1", "acme")) == 6
    assert desk.record("brief-1", "acme", move("shortlist")).stage is Stage.SHORTLIST


def test_nobody_overrides_what_somebody_else_recorded_meanwhile(desk: Casework):
    seen = desk.record("brief-1", "acme", move("shortlist"), who="Anna").last_event
    desk.record("brief-1", "acme", move("contacted"), who="Ben", seen=seen)
    with pytest.raises(ConflictError, match="changed by Ben on 20"):
        desk.record("brief-1", "acme", move("declined"), who="Anna", seen=seen)


def test_lists_by_brief_organization_and_stage(desk: Casework):
    desk.record_many("brief-1", ["acme", "bolt", "core"], move("longlist", reason=""))
    desk.record("brief-1", "bolt", move("shortlist"))
    desk.record("brief-1", "core", move("declined"))
    desk.record("brief-10", "bolt", move("active"))
    assert [item.organization_id for item in desk.shortlist("brief-1")] == ["bolt", "acme", "core"]
    assert [item.organization_id for item in desk.shortlist("brief-1", Stage.LONGLIST)] == ["acme"]
    assert [item.brief_id for item in desk.partnerships(organization_id="bolt")] == ["brief-10", "brief-1"]
    assert [item.organization_id for item in desk.partnerships(Stage.ACTIVE, Stage.DECLINED)] == ["bolt", "core"]


def test_merged_organizations_share_their_partnership_until_the_merge_is_undone(kb: KnowledgeBase, desk: Casework):
    desk.record("brief-1", "acme", move("active"))
    desk.record("brief-1", "bolt", move("shortlist"))
    before = desk.partnership("brief-1", "acme"), desk.partnership("brief-1", "bolt")
    batch = kb.merge("acme", "bolt")
    both = desk.partnership("brief-1", "bolt")
    assert (both.organization_id, both.stage) == ("acme", Stage.SHORTLIST)
    assert both.stages == {"acme": Stage.ACTIVE, "bolt": Stage.SHORTLIST}
    assert [item.organization_id for item in desk.shortlist("brief-1")] == ["acme"]
    desk.take_back("brief-1", "acme", "they are one")
    kb.undo(batch)
    assert desk.partnership("brief-1", "acme") == before[0]
    assert desk.partnership("brief-1", "bolt").taken_back[0].step == before[1].steps[0]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(list(Stage)), st.none()), max_size=12))
def test_any_way_through_the_stages_is_a_way_back(wishes: list[Stage | None]):
    kb = KnowledgeBase.open("sqlite://")
    kb.add(organization("acme"))
    stood: list[Stage | None] = [None]
    for wish in wishes:
        if wish in TRANSITIONS[stood[-1]]:
            stood.append(kb.casework.record("b", "acme", move(wish)).stage)
        elif wish is None and len(stood) > 1:
            stood.pop()
            assert kb.casework.take_back("b", "acme", "no").stage == stood[-1]
        elif wish is not None:
            with pytest.raises(CaseworkError):
                kb.casework.record("b", "acme", move(wish))
        assert kb.casework.partnership("b", "acme").stage == stood[-1]
    kb.close()


def test_versions_of_a_plan(desk: Casework):
    first = desk.save_plan("p:1", {"purpose": "fewer fires"}, based_on=0, who="Anna")
    second = desk.save_plan("p:1", {"purpose": "no fires", "lines": [1]}, based_on=1, note="bolder", who="Ben")
    assert (first.number, second.number, second.note, second.who) == (1, 2, "bolder", "Ben")
    assert desk.plan("p:1") == second
    assert desk.plan("p:1", 1) == first
    assert desk.save_plan("p:1", {"purpose": "no fires", "lines": [1]}, based_on=2, who="Cleo") == second
    desk.save_plan("q", {}, based_on=0)
    assert [(item.plan_id, item.number) for item in desk.plans()] == [("p:1", 2), ("q", 1)]


def test_a_plan_is_not_saved_over_what_somebody_saved_meanwhile(desk: Casework):
    desk.save_plan("p", {"a": 1}, based_on=0, who="Anna")
    desk.save_plan("p", {"a": 2}, based_on=1, note="two", who="Ben")
    with pytest.raises(ConflictError, match=r"saved by Ben on 20.*version 2, 'two'.*based on version 1"):
        desk.save_plan("p", {"a": 3}, based_on=1, who="Anna")
    with pytest.raises(ConflictError, match="saved by Ben"):
        desk.save_plan("p", {"a": 3}, based_on=0)
    with pytest.raises(ConflictError, match="does not exist yet"):
        desk.save_plan("new", {"a": 3}, based_on=4)
    assert desk.plan("p").body == {"a": 2}


@pytest.mark.parametrize("body", [{"a": float("inf")}, {"a": {1, 2}}, {"a": "x" * 5_000_000}])
def test_a_plan_that_is_no_plain_data_is_refused(desk: Casework, body: dict):
    with pytest.raises(CaseworkError):
        desk.save_plan("p", body, based_on=0)
    with pytest.raises(CaseworkError, match="needs an id"):
        desk.save_plan(" ", {}, based_on=0)
    with pytest.raises(UnknownRecordError, match="no plan"):
        desk.plan("p")


def test_a_version_that_is_not_there_is_said(desk: Casework):
    desk.save_plan("p", {}, based_on=0)
    for number in (0, 2, -1):
        with pytest.raises(UnknownRecordError, match="versions 1 to 1"):
            desk.plan("p", number)
