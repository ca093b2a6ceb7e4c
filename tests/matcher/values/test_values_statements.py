from matcher.values.stances import load_stances
from matcher.values.statements import QUESTION_FOLDS, SENTENCE_FOLDS, held_out


def test_no_reader_knows_the_sentences_that_it_is_to_read():
    folds = list(held_out(load_stances()))
    assert len(folds) == SENTENCE_FOLDS + QUESTION_FOLDS
    for held in folds:
        known = {said for stance in held.known for said in (*stance.for_says, *stance.against_says)}
        assert held.pairs
        assert not known & {text for pair in held.pairs for text in (pair.text_a, pair.text_b)}


def test_labels_follow_from_the_sides():
    sides = {
        said: (stance.code, number)
        for stance in load_stances()
        for number, says in enumerate((stance.for_says, stance.against_says))
        for said in says
    }
    for held in held_out(load_stances()):
        for pair in held.pairs:
            (code_a, side_a), (code_b, side_b) = sides[pair.text_a], sides[pair.text_b]
            expected = "unrelated" if code_a != code_b else "aligned" if side_a == side_b else "conflict"
            assert pair.label == expected


def test_the_same_pairs_come_out_again():
    stances = load_stances()
    assert [held.pairs for held in held_out(stances)] == [held.pairs for held in held_out(stances)]
