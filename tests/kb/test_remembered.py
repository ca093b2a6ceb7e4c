"""The newest choice counts, whoever asks, and is part of the trail."""

from __future__ import annotations

from kb.knowledge_base import KnowledgeBase
from kb.remembered import Remembered
from tests.kb.conftest import opened_again


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
