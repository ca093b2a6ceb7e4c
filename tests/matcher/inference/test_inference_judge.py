"""The judge of mentions: what it is learnt from, how it is kept, and what it may not overrule."""

import math

import pytest

from kb.organization import ClaimKind, ConcernRole
from matcher.evaluation.concerns import evaluate
from matcher.evaluation.labels import read_labels
from matcher.inference import infer
from matcher.inference.concerns import is_silent
from matcher.inference.errors import JudgeError
from matcher.inference.judge import Judge, Regression, load_judge
from matcher.inference.learning import examples, learn
from matcher.inference.mentions import hits_of, mentions
from matcher.inference.reading import Reading
from matcher.inference.rules import load_rules

MAKERS = {"beer": "alcohol", "cigarettes": "tobacco", "rifles": "weapons", "chocolate": "unhealthy_food"}


def _concern(text, code):
    return next((claim for claim in infer(text) if claim.kind is ClaimKind.CONCERN and claim.code == code), None)


def _examples(text, roles, asked=frozenset()):
    return list(examples(text, "", roles, asked))


def _given():
    given = []
    for goods, code in MAKERS.items():
        given += _examples(f"The company manufactures {goods}.", {code: ConcernRole.CORE})
        given += _examples(f"The company makes chairs. It also sells {goods}.", {code: ConcernRole.MINOR})
        given += _examples(f"The museum shows old posters for {goods}.", {})
    return given


def test_confidence_is_the_likelihood_of_the_judge():
    clear = _concern("The company brews and sells beer.", "alcohol")
    unclear = _concern("The company sells clothes, toys, books, tools, tea and, in its stores, also wine.", "alcohol")
    assert 0.4 <= unclear.confidence < clear.confidence <= 1.0


def test_what_is_added_with_also_is_no_main_business():
    claim = _concern("The company manufactures office chairs and also slot machines for casinos.", "gambling")
    assert claim.role is ConcernRole.MINOR


def test_a_finding_of_a_court_is_left_to_the_rules():
    claim = _concern("The company was found guilty of fraud by a court in 2019.", "fraud_corruption")
    assert claim is not None
    assert not _examples("The company was found guilty of fraud by a court in 2019.", {})


def test_a_mention_tells_what_speaks_against_it():
    rules = load_rules()
    reading = Reading("It was formerly a brewery that sold beer.", "", rules.guards)
    found = mentions(reading, rules.concerns["alcohol"])
    assert found
    assert all("past" in mention.against for mention in found)
    assert hits_of(found) == []


def test_a_hint_counts_only_where_no_rule_holds_and_is_never_a_finding():
    rules = load_rules()
    brewer = Reading("The company brews beer and sells drinks.", "", rules.guards)
    assert "hint" not in {mention.rule.part for mention in mentions(brewer, rules.concerns["alcohol"])}
    shop = Reading("The company sells drinks.", "", rules.guards)
    found = mentions(shop, rules.concerns["alcohol"])
    assert {mention.rule.part for mention in found} == {"hint"}
    assert hits_of(found) == []


def test_what_stands_beside_a_mention_is_told_by_kind():
    example = next(iter(_examples("The company sells beer, tea, and bread.", {}, {"alcohol"})))
    assert example.features["beside=sells/comma"] == 1.0
    assert example.features["list_goods"] > 0
    assert example.features["word=bread of alcohol"] == 1.0


def test_the_first_words_tell_the_kind_of_business():
    example = next(iter(_examples("The company operates supermarkets. It sells beer.", {}, {"alcohol"})))
    assert example.features["kind_shops of alcohol"] == 1.0
    assert "kind_banks" not in example.features


def test_proposals_teach_nothing():
    text = "This project will develop a novel prototype. Our hypothesis is that beer and wine harm."
    assert is_silent(Reading(text, "", load_rules().guards))
    assert _examples(text, {}) == []


def test_only_what_was_asked_is_an_example():
    text = "The company brews beer and makes cigarettes."
    assert {example.code for example in _examples(text, {}, {"alcohol"})} == {"alcohol"}


def test_learning_tells_makers_from_mentions():
    judge = learn(_given(), regularization=10.0)
    maker, mention = (
        _examples("The company manufactures wine.", {}),
        _examples("The museum shows posters for wine.", {}),
    )
    assert judge.present.likelihood(maker[0].features) > 0.5
    assert all(judge.present.likelihood(example.features) < 0.5 for example in mention)


def test_learning_needs_every_role():
    with pytest.raises(JudgeError, match="minor"):
        learn([example for example in _given() if example.role is not ConcernRole.MINOR])


def test_a_judge_survives_being_saved(tmp_path):
    judge = Judge(Regression(-1.0, {"rule": 2.0}), Regression(0.5, {"first=0": -1.25}))
    judge.save(tmp_path / "judge.json")
    assert load_judge(tmp_path / "judge.json") == judge


@pytest.mark.parametrize("body", ["", "{}", '{"present": {"intercept": "much", "weights": {}}, "core": {}}'])
def test_a_broken_file_is_named(tmp_path, body):
    path = tmp_path / "judge.json"
    path.write_text(body, encoding="utf-8")
    with pytest.raises(JudgeError, match=r"judge\.json"):
        load_judge(path)


def test_what_is_less_likely_than_not_is_no_claim():
    judge = Judge(Regression(math.log(0.45 / 0.55), {"rule": 0.5}), Regression(0.0, {}))
    assert judge.presence({"rule": 1.0}) == pytest.approx(0.574, abs=1e-3)
    assert judge.presence({}) is None


def test_labels_that_ask_one_code_count_no_other(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text(
        "id,name,text,codes,asked\n1,,The company brews beer and makes cigarettes.,alcohol:core,alcohol\n",
        encoding="utf-8",
    )
    summary, rows = evaluate(read_labels(path, ClaimKind.CONCERN))
    assert summary["micro"]["precision"] == 1.0
    assert rows[0]["extra"] == ""
