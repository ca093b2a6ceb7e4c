import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.vocabulary import load_vocabulary
from matcher.encoder import SentenceTransformerEncoder
from matcher.values import ValueComparer, compare_values
from matcher.values.stances import load_stances

SENTENCES = (
    "We campaign for a ban on tobacco advertising.",
    "We make and sell cigarettes to adult smokers.",
    "We want an end to tobacco promotion and smoking.",
    "Our nurses help mothers to breastfeed.",
    "We market infant formula in clinics.",
    "Village committees decide how the money is spent.",
    "No gun should be sold without a background check!",
    "",
    " - ",
)
TEXTS = st.lists(st.sampled_from(SENTENCES), max_size=3).map(" ".join) | st.text(max_size=80)


@pytest.fixture(scope="module")
def encoder():
    return SentenceTransformerEncoder()


@given(TEXTS, TEXTS)
@settings(deadline=None)
def test_swapping_the_sides_keeps_everything(a, b):
    one, other = compare_values(a, b), compare_values(b, a)
    assert one.label == other.label
    assert one.conflict == pytest.approx(other.conflict, abs=1e-9)
    assert one.aligned == pytest.approx(other.aligned, abs=1e-9)
    assert one.principles == other.principles
    assert (one.quote_a, one.quote_b) == (other.quote_b, other.quote_a)


@given(TEXTS, TEXTS)
@settings(deadline=None)
def test_quotes_stand_in_the_texts_and_numbers_are_probabilities(a, b):
    found = compare_values(a, b)
    assert found.quote_a in a
    assert found.quote_b in b
    assert found.conflict >= 0
    assert found.aligned >= 0
    assert found.conflict + found.aligned <= 1 + 1e-9
    if found.label == "unrelated":
        assert not found.principles
    else:
        assert found.quote_a
        assert found.quote_b


@pytest.mark.parametrize(("a", "b"), [("", ""), ("", SENTENCES[0]), (SENTENCES[0], "  \n"), ("...", SENTENCES[0])])
def test_empty_texts_are_unrelated(a, b):
    found = compare_values(a, b)
    assert (found.label, found.conflict, found.aligned, found.quote_a) == ("unrelated", 0.0, 0.0, "")


def test_opposite_sides_conflict_by_words_alone():
    found = compare_values(SENTENCES[0], "We oppose the ban on tobacco advertising.")
    assert found.label == "conflict"
    assert found.principles == ("tobacco_free", "consumer_choice")


def test_an_unknown_encoder_is_not_trusted(encoder):
    class Other:
        key = "another@1/f32"
        encode = encoder.encode

    assert ValueComparer(Other()).reader is None


def test_principles_are_codes_of_values_or_questions(encoder):
    known = {*load_vocabulary().values, *(stance.code for stance in load_stances())}
    texts = [(a, b) for a in SENTENCES for b in SENTENCES]
    for found in ValueComparer(encoder).compare(texts):
        assert set(found.principles) <= known


def test_with_meaning_a_text_agrees_with_itself_and_both_orders_agree(encoder):
    comparer = ValueComparer(encoder)
    texts = [(a, b) for a in SENTENCES[:7] for b in SENTENCES[:7]]
    by_pair = dict(zip(texts, comparer.compare(texts), strict=True))
    for (a, b), found in by_pair.items():
        assert found.label == by_pair[b, a].label
        assert found.quote_a in a
        if a == b:
            assert found.label == "aligned"


def test_conflict_and_alignment_with_few_shared_words(encoder):
    assert compare_values(SENTENCES[0], SENTENCES[1], encoder).label == "conflict"
    assert compare_values(SENTENCES[0], SENTENCES[2], encoder).label == "aligned"
    assert compare_values(SENTENCES[3], SENTENCES[4], encoder).label == "conflict"
    assert compare_values(SENTENCES[0], SENTENCES[5], encoder).label == "unrelated"
