"""The newest choice counts, whoever asks, and is part of the trail."""

from __future__ import annotations

import pytest

from kb.knowledge_base import KnowledgeBase
from kb.organization import Organization
from kb.people import Person, acting_as
from kb.remembered import Remembered
from kb.roles import NotPermittedError, Role
from tests.kb.conftest import opened_again

ANN, BEA = (Person(name, Role.EDITOR, f"{name}@example.org") for name in ("ann", "bea"))


def test_columns_are_remembered_by_header_in_any_order(kb: KnowledgeBase):
    choices = Remembered.of(kb)
    assert choices.columns(["who", "where"]) is None
    choices.keep_columns(["who", "where"], {"name": "who", "country": ""})
    assert choices.columns(["where", "who"]) == {"name": "who", "country": ""}
    assert choices.columns(["where", "who", "more"]) is None
    choices.keep_columns(["who", "where"], {"name": "where"})
    reopened = opened_again(kb)
    assert Remembered.of(reopened).columns(["who", "where"]) == {"name": "where"}
    reopened.close()


def test_the_same_choice_is_noted_once(kb: KnowledgeBase):
    choices = Remembered.of(kb)
    for _ in range(3):
        choices.keep_columns(["who"], {"name": "who"}, "ann")
    assert kb.casework.verify_trail().events == 1
    assert kb.casework.verify_trail().whole


def test_a_pair_told_apart_stays_apart_until_doubted_again(kb: KnowledgeBase):
    choices = Remembered.of(kb)
    choices.keep_apart("b:1", "a", "ann")
    choices.keep_apart("a", "c", "ann")
    assert choices.apart() == {frozenset(("a", "b:1")), frozenset(("a", "c"))}
    choices.doubt_again("a", "b:1", "bea")
    assert choices.apart() == {frozenset(("a", "c"))}


def named(*ids: str) -> list[Organization]:
    return [Organization(id=key, name=f"Organization {key}") for key in ids]


def test_whom_somebody_saw_is_theirs_alone_and_outlives_the_program(kb: KnowledgeBase):
    kb.add(*named("a", "b", "c"))
    with acting_as(ANN):
        assert Remembered.of(kb).seen("nets") is None
        assert Remembered.of(kb).mark_seen("nets", ["b", "a"])
    reopened = opened_again(kb)
    choices = Remembered.of(reopened)
    with acting_as(ANN):
        seen = choices.seen("nets")
        assert seen is not None
        assert seen.organizations == {"a", "b"}
        assert seen.batch == reopened.batches()[0].number
        assert choices.seen("soap") is None
    with acting_as(BEA):
        assert choices.seen("nets") is None
    reopened.close()


def test_the_same_list_is_marked_once_and_another_order_is_the_same_list(kb: KnowledgeBase):
    kb.add(*named("a", "b", "c"))
    choices = Remembered.of(kb)
    assert choices.mark_seen("nets", ["a", "b"])
    assert not choices.mark_seen("nets", ["b", "a"])
    assert kb.casework.newest_event() == 1
    assert choices.mark_seen("nets", ["a", "c"])
    assert kb.casework.newest_event() == 2
    assert kb.casework.verify_trail().whole


def test_a_mark_taken_back_leaves_the_one_before_it(kb: KnowledgeBase):
    kb.add(*named("a", "b"))
    choices = Remembered.of(kb)
    choices.take_back_seen("nets")
    assert kb.casework.newest_event() == 0
    choices.mark_seen("nets", ["a"])
    choices.mark_seen("nets", ["a", "b"])
    with acting_as(BEA):
        choices.take_back_seen("nets")
    choices.take_back_seen("nets")
    seen = choices.seen("nets")
    assert seen is not None
    assert seen.organizations == {"a"}
    choices.take_back_seen("nets")
    assert choices.seen("nets") is None


def test_who_was_merged_since_was_seen_and_who_was_removed_is_counted(kb: KnowledgeBase):
    kb.add(*named("a", "b", "c"))
    choices = Remembered.of(kb)
    choices.mark_seen("nets", ["a", "c"])
    kb.merge("b", "a")
    kb.remove("c")
    seen = choices.seen("nets")
    assert seen is not None
    assert (seen.organizations, seen.gone) == ({"b"}, 1)


def test_a_viewer_marks_nothing(kb: KnowledgeBase):
    with acting_as(Person("vera", Role.VIEWER, "vera@example.org")):
        with pytest.raises(NotPermittedError):
            Remembered.of(kb).mark_seen("nets", [])
        assert Remembered.of(kb).seen("nets") is None
    assert kb.casework.newest_event() == 0
