"""The phrase language."""

import pytest

from matcher.inference.phrases import compile_phrase, problems_of


@pytest.mark.parametrize(
    ("phrase", "text", "stands"),
    [
        ("retail_store*|outlet*", "two retail stores", True),
        ("retail_store*|outlet*", "retailing", False),
        ("develops ~3 drugs", "develops new small molecule drugs", True),
        ("develops ~2 drugs", "develops new small molecule drugs", False),
        ("develops ~9 drugs", "develops tools. drugs", False),
        ("# stores", "1,855 stores", True),
        ("open the? door", "open door", True),
        ("open the? door", "open the door", True),
        ("wine", "swine", False),
    ],
)
def test_matches(phrase, text, stands):
    assert bool(list(compile_phrase(phrase).spans(text))) is stands


@pytest.mark.parametrize(
    ("phrase", "problem"),
    [
        ("~3 drugs", "begin or end with a gap"),
        ("develops ~90 drugs", "wider than"),
        ("Drugs", "lower case"),
        ("dr(ugs", "not understood"),
        ("the?", "must be there"),
        ("one two three four five six seven eight nine ten eleven", "more than"),
    ],
)
def test_says_what_is_wrong(phrase, problem):
    assert problem in "; ".join(problems_of(phrase))
    with pytest.raises(ValueError, match="phrase"):
        compile_phrase(phrase)
