"""What holds for every text: quotes stand in it, confidence is a share, nothing crashes."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from kb.organization import ClaimStatus
from kb.vocabulary import load_vocabulary
from matcher.inference import infer, infer_many
from matcher.inference.engine import Profile
from matcher.inference.prose import clauses, lower

PIECES = st.sampled_from(
    [
        "The company manufactures",
        "beer, wine and spirits",
        "Our volunteers",
        "run a village hall; ",
        "grants to charities.",
        "İSTANBUL ŞTİ. ",
        "formerly known as",
        "cigarettes",
        "in Kenya.",
        "\n\n",
        " - ",
        "• ",
        "non-alcoholic",
        "FREE TRAINING FOR OLDER PEOPLE",
        "does not",
        "(\u201ccasino\u201d)",
        "oil and gas",
        "Co., Ltd. ",
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=20), max_size=14).map(" ".join)


@settings(deadline=None, max_examples=150)
@given(text=TEXTS, name=st.sampled_from(["", "Beer", "Casino Group Ltd", "İ", "(", "a b c"]))
def test_every_quote_stands_in_the_text(text, name):
    for claim in infer(text, name=name):
        assert claim.status is ClaimStatus.INFERRED
        assert 0.0 <= claim.confidence <= 1.0
        assert claim.code in load_vocabulary().terms(claim.kind)
        assert all(evidence.verbatim and evidence.text and evidence.text in text for evidence in claim.evidence)


@given(text=st.text(max_size=200))
def test_lowering_keeps_every_offset(text):
    assert len(lower(text)) == len(text)


@given(text=TEXTS)
def test_clauses_are_in_order_and_within_the_text(text):
    found = clauses(text)
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


@settings(deadline=None, max_examples=30)
@given(texts=st.lists(TEXTS, max_size=4))
def test_many_say_the_same_as_one_by_one(texts):
    assert list(infer_many([Profile(text) for text in texts])) == [infer(text) for text in texts]


def test_ten_pages_in_one_line_are_read_in_reasonable_time():
    text = "The company brews beer, wine and spirits, " * 1200
    assert any(claim.code == "alcohol" for claim in infer(text))


def test_capitals_read_like_small_letters():
    text = "We provide training for older people and make grants to charities."
    small = {(claim.kind, claim.code) for claim in infer(text)}
    assert small == {(claim.kind, claim.code) for claim in infer(text.upper())}
    assert small
