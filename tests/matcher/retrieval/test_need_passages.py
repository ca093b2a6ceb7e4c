from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.errors import MatcherError
from matcher.retrieval.passages import clauses, empty_words, read_passages


def test_a_sentence_is_split_at_punctuation_and_relative_pronouns():
    assert clauses("A mill that spins cotton thread, with forty looms in two halls") == [
        "spins cotton thread",
        "with forty looms in two halls",
    ]


def test_a_sentence_of_one_clause_has_no_clauses():
    assert clauses("We bake bread every day") == []


def test_pieces_leave_out_the_places():
    passages = read_passages("Nurses in Kisumu treat children. We also train midwives.")
    assert passages.sentences == ("Nurses in Kisumu treat children.", "We also train midwives.")
    assert not any("Kisumu" in piece for piece in passages.pieces)


@given(st.text(max_size=200))
@settings(max_examples=50, deadline=None)
def test_any_text_has_a_sentence_and_a_piece(text):
    passages = read_passages(text)
    assert passages.sentences
    assert len(passages.pieces) == len(passages.piece_sentence) >= 1
    assert all(sentence in text for sentence in passages.sentences)


def test_wrong_empty_words_are_reported(tmp_path: Path):
    path = tmp_path / "empty_words.yaml"
    path.write_text("words: [no, a]\n", encoding="utf-8")
    with pytest.raises(MatcherError, match="put doubtful ones in quotes"):
        empty_words(path)
