import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.evaluation.partners_masking import MASK, NameMask


@pytest.mark.parametrize(
    ("text", "own", "gone", "kept"),
    [
        ("Led by Blue River Foundation in Ghana.", [], "Blue River", "Ghana"),
        ("led by BLUE RIVER FOUNDATION.", [], "RIVER", "led by"),
        ("We and Lomar test it.", ["LOMAR SL"], "Lomar", "test it"),
        ("The SMART plan is smart.", ["SMART"], "SMART", "plan"),
        ("WHO decides who is asked.", ["WHO"], "WHO", "who is asked"),
        ("Ends with Blue River Foundation", [], "Foundation", "Ends with"),
    ],
)
def test_names_are_masked(text, own, gone, kept):
    masked = NameMask(["Blue River Foundation", "Water"]).apply(text, own)
    assert gone not in masked
    assert kept in masked
    assert MASK in masked


def test_a_common_word_that_is_somebody_elses_name_stays():
    assert NameMask(["Water"]).apply("Clean water for all", []) == "Clean water for all"


@given(st.text(), st.lists(st.text(), max_size=3))
def test_any_text_and_names_can_be_masked(text, names):
    assert isinstance(NameMask(names).apply(text, names), str)


@given(st.text(alphabet="ab .", max_size=30))
def test_without_names_the_text_is_untouched(text):
    assert NameMask([]).apply(text, []) == text
