from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.vocabulary import Term, load_vocabulary
from matcher.errors import MatcherError
from matcher.reading.phrases import PhraseIndex, entry, fold, stem, tokenize
from matcher.reading.rules import FOLDER, load_reading_rules


@given(st.text(max_size=200))
def test_folding_keeps_every_offset(text):
    assert len(fold(text)) == len(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("clinics", "clinic"),
        ("Mothers'", "mother"),
        ("women's", "woman"),
        ("immunisation", "immunization"),
        ("programmes", "program"),
        ("labour", "labor"),
        ("São", "sao"),
        ("communities", "community"),
    ],
)
def test_stems_meet(one, other):
    assert stem(one) == stem(other)


def test_the_longest_phrase_wins_within_a_group():
    index = PhraseIndex(
        [entry("cause", "a", "health"), entry("cause", "b", "mental health"), entry("value", "c", "health")]
    )
    found = index.find("Mental health", tokenize("Mental health"))
    assert [(item.entries[0].code, item.words) for item in found] == [("b", 2), ("c", 1)]


def test_phrases_do_not_cross_sentences_or_commas():
    index = PhraseIndex([entry("cause", "b", "mental health")])
    for text in ("It was mental. Health came first", "mental, health"):
        assert not index.find(text, tokenize(text))


def test_capitals_matter_where_the_phrase_has_them():
    index = PhraseIndex([entry("cause", "hiv", "AIDS")])
    assert index.find("AIDS", tokenize("AIDS"))
    assert not index.find("hearing aids", tokenize("hearing aids"))


def test_all_problems_of_the_rules_are_reported_at_once(tmp_path):
    for path in FOLDER.glob("*.yaml"):
        (tmp_path / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "cues.yaml").write_text(
        "cues: {nonsense: [x]}\nsigns: {}\nbehaviour: {many: [a b]}\n", encoding="utf-8"
    )
    (tmp_path / "words.yaml").write_text("cause: {flying: {add: [x]}, malaria: {plus: [x]}}\n", encoding="utf-8")
    with pytest.raises(MatcherError) as caught:
        load_reading_rules(load_vocabulary(), tmp_path)
    words = str(caught.value)
    for part in ("nonsense", "need is missing", "flying is not in the vocabulary", "unknown field plus", "'many'"):
        assert part in words


def test_synonyms_of_another_vocabulary_are_used():
    vocabulary = load_vocabulary()
    terms = {**vocabulary.causes, "malaria": Term("malaria", "Malaria prevention", synonyms=("quizzical fever",))}
    rules = load_reading_rules(replace(vocabulary, causes=terms))
    assert rules.index.find("quizzical fevers", tokenize("quizzical fevers"))
