"""Changing plans, versions of them, and how two differ in words."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.errors import ConflictError, UnknownRecordError
from kb.knowledge_base import KnowledgeBase
from matcher.planning import (
    Origin,
    OriginKind,
    Plan,
    PlanError,
    PlanLine,
    Planning,
    PlanSection,
    add_line,
    differences,
    relabel_line,
    remove_line,
    set_cell,
)
from matcher.planning.editing import refreshed
from matcher.planning.plan import Party
from matcher.service import Matcher
from tests.conftest import TinyEncoder

ASKED = Origin(kind=OriginKind.LAYOUT)
DAY = date(2026, 3, 1)


def small() -> Plan:
    lines = tuple(PlanLine(id=key, label=f"{key}?", origin=ASKED) for key in ("grounds", "notice"))
    reviews = (PlanLine(id="plan", label="This plan", origin=ASKED),)
    return Plan(
        brief_id="b",
        title="A plan",
        seeker=Party(id="a", name="A"),
        partners=(Party(id="c", name="C"),),
        sections=(PlanSection(code="exit", lines=lines), PlanSection(code="reviews", lines=reviews)),
        drafted_on=DAY,
    )


def enter(plan: Plan, key: str, text: str) -> Plan:
    return set_cell(plan, "exit", key, "text", text, who="Ada", on=DAY)


def test_an_entry_carries_who_and_when() -> None:
    cell = enter(small(), "notice", "Three months").section("exit").lines[1].cell("text")
    assert cell.text == "Three months"
    assert cell.origin.words == "entered by Ada on 2026-03-01"


def test_an_emptied_cell_is_to_be_agreed_again() -> None:
    plan = enter(enter(small(), "notice", "Three months"), "notice", "  ")
    assert plan.section("exit").lines[1].cell("text").is_open


def test_the_same_words_are_no_change() -> None:
    plan = enter(small(), "notice", "Three months")
    assert set_cell(plan, "exit", "notice", "text", "Three months ", who="Ben", on=DAY) == plan


def test_differences_in_words() -> None:
    before = enter(small(), "notice", "Three months")
    after = enter(before, "notice", "Six months")
    after = add_line(after, "exit", "Who keeps the archive?", {"text": "The agency"}, who="Ada", on=DAY)
    after = remove_line(after, "exit", "grounds")
    after = set_cell(after, "reviews", "plan", "when", "2026-09-01", who="Ada", on=DAY)
    assert [item.words for item in differences(before, after)] == [
        'Changed in Ending the partnership: notice?, what is agreed: "Three months" became "Six months"',
        "Added to Ending the partnership: Who keeps the archive? (The agency)",
        "Removed from Ending the partnership: grounds?",
        'Changed in Reviews: This plan, first on: to be agreed became "2026-09-01"',
    ]


def test_other_words_for_a_line_are_a_change() -> None:
    after = relabel_line(small(), "exit", "notice", "Notice in writing?", who="Ada", on=DAY)
    assert [item.words for item in differences(small(), after)] == [
        'Changed in Ending the partnership: Notice in writing?: "notice?" became "Notice in writing?"'
    ]


@given(st.lists(st.tuples(st.sampled_from(["grounds", "notice"]), st.text(max_size=20)), max_size=6))
def test_going_back_undoes_every_difference(entries: list[tuple[str, str]]) -> None:
    before = after = small()
    for key, text in entries:
        after = enter(after, key, text)
    there, back = differences(before, after), differences(after, before)
    assert [(item.before, item.after) for item in there] == [(item.after, item.before) for item in back]
    assert not differences(after, after)


@pytest.mark.parametrize(
    ("place", "text", "said"),
    [
        (("nowhere", "notice", "text"), "x", "has no section 'nowhere'"),
        (("exit", "nothing", "text"), "x", "its lines are grounds, notice"),
        (("exit", "notice", "price"), "x", "its columns are text"),
        (("reviews", "plan", "when"), "next spring", "is no day; write it like 2026-03-31"),
    ],
)
def test_what_cannot_be_entered_is_refused(place: tuple[str, str, str], text: str, said: str) -> None:
    with pytest.raises(PlanError, match=said):
        set_cell(small(), *place, text, who="Ada")


def test_a_line_needs_words() -> None:
    with pytest.raises(PlanError, match="needs words"):
        add_line(small(), "exit", " ", who="Ada")
    with pytest.raises(PlanError, match="say who"):
        enter_nobody()


def enter_nobody() -> Plan:
    return set_cell(small(), "exit", "notice", "text", "x", who=" ")


def test_a_new_draft_keeps_lines_that_people_added_and_names_new_ones() -> None:
    old = add_line(enter(small(), "grounds", "Fraud"), "exit", "Who keeps the archive?", who="Ada", on=DAY)
    fresh = remove_line(small(), "exit", "grounds")
    again = refreshed(old, fresh)
    assert [item.id for item in again.section("exit").lines] == ["notice", "grounds", "added:1"]
    more = add_line(again, "exit", "Another", who="Ada", on=DAY)
    assert more.section("exit").lines[-1].id == "added:2"


@pytest.fixture
def desk(starter_file: Path, tmp_path: Path) -> Iterator[Planning]:
    opened = KnowledgeBase.open(shutil.copy(starter_file, tmp_path / "kb.db"))
    yield Planning(Matcher(opened, TinyEncoder()))
    opened.close()


def test_versions_are_kept_and_nobody_is_overwritten(desk: Planning) -> None:
    plan = desk.draft(desk.matcher.kb.brief("energy-saving-uk"), ["trussell", "itv"])
    first = desk.save(plan, based_on=0, note="first", who="Ada")
    assert first.id == desk.plan_id(desk.matcher.kb.brief("energy-saving-uk"), ["itv", "trussell"])
    entered = enter(plan, "notice", "Three months")
    second = desk.save(entered, based_on=1, who="Ada")
    with pytest.raises(ConflictError, match="saved by Ada"):
        desk.save(enter(plan, "notice", "Six months"), based_on=1, who="Ben")
    assert desk.open(second.id).plan == entered
    assert [item.number for item in desk.versions(first.id)] == [1, 2]
    assert [item.words for item in desk.differences(first.id, 1)] == [
        "Changed in Ending the partnership: How much notice, to whom, and in what form?, what is agreed: "
        'to be agreed became "Three months"'
    ]
    assert [item.id for item in desk.plans("energy-saving-uk")] == [first.id]
    assert desk.plans("bed-nets-tanzania") == ()


def test_something_else_saved_as_a_plan_is_said_to_be_none(desk: Planning) -> None:
    desk.matcher.kb.casework.save_plan("odd", {"a": 1}, based_on=0, who="Ada")
    with pytest.raises(PlanError, match="is no partnership plan"):
        desk.open("odd")
    with pytest.raises(UnknownRecordError):
        desk.open("nothing")
