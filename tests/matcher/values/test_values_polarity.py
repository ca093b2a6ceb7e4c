import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.values.cues import load_cues
from matcher.values.polarity import leanings


def sign(text: str, word: str) -> int:
    return next(one.sign for one in leanings(text, load_cues()) if one.word == word)


@pytest.mark.parametrize(
    ("text", "word", "expected"),
    [
        ("We promote tobacco.", "tobacco", 1),
        ("We oppose tobacco.", "tobacco", -1),
        ("We oppose the ban on tobacco advertising.", "tobacco", 1),
        ("Hunting is cruel.", "hunting", -1),
        ("Hunting should be banned.", "hunting", -1),
        ("Hunting should not be banned.", "hunting", 1),
        ("Refugees should not be allowed to work.", "refugees", -1),
        ("We want smoking outlawed.", "smoking", -1),
        ("A plastic ban is needed.", "plastic", -1),
        ("A plastic ban would hurt shops.", "plastic", 1),
        ("We ban plastic and promote cycling.", "cycling", 1),
        ("We ban plastic and promote cycling.", "plastic", -1),
        ("Protect children from advertising.", "advertising", -1),
        ("Protect children from advertising.", "children", 1),
        ("We plant no churches and share no gospel.", "gospel", -1),
        ("Our drop-in centre welcomes refugees.", "refugees", 1),
        ("Keep casinos out of phones.", "casinos", -1),
    ],
)
def test_cue_words_lean_the_right_way(text, word, expected):
    assert sign(text, word) == expected


@given(st.text(max_size=200))
def test_words_stand_where_they_are_said_to_stand(text):
    for one in leanings(text, load_cues()):
        assert 0 <= one.start < one.end <= len(text)
        assert one.sign in (-1, 1)
