from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from matcher.errors import MatcherError, TooLittleDataError
from matcher.retrieval.capacity_head import read_head
from matcher.retrieval.learning import LabelledNeed, learn
from matcher.retrieval.training import cross_validated_ranks, labelled_needs, train
from matcher.retrieval.weights import Weights, read_weights, write_weights


def needs(count: int = 12, seed: int = 3) -> list[LabelledNeed]:
    random = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        capacity, words = random.random((2, 8))
        capacity[2] += 1
        made.append(LabelledNeed({"capacity": capacity, "noise": -capacity, "tfidf": words}, (2,)))
    return made


def test_what_tells_gets_weight_and_what_misleads_none():
    learnt = learn(needs(), "tiny@1")
    assert learnt.weights["capacity"] > 0
    assert "noise" not in learnt.weights
    assert all(weight > 0 for weight in learnt.weights.values())


def test_echoes_are_left_out():
    need = LabelledNeed({"tfidf": np.array([0.9, 0.2, 0.1])}, (1,))
    quiet = need.without_echoes()
    assert quiet.features["tfidf"].tolist() == [0.2, 0.1]
    assert quiet.right == (0,)


def test_nothing_to_learn_from_is_an_error():
    with pytest.raises(TooLittleDataError):
        learn([], "tiny@1")


def test_weights_survive_writing(tmp_path: Path):
    learnt = Weights("tiny@1", {"whole": 2.0}, {"whole": 0.1})
    write_weights(learnt, tmp_path / "weights.json")
    assert read_weights(tmp_path / "weights.json") == learnt


@pytest.mark.parametrize(
    "body", ["", "{}", '{"encoder": "x", "weights": {"whole": -1}, "spreads": {"whole": 1}}', '{"weights": []}']
)
def test_broken_weights_say_what_to_do(tmp_path: Path, body):
    path = tmp_path / "weights.json"
    path.write_text(body, encoding="utf-8")
    with pytest.raises(MatcherError, match="again"):
        read_weights(path)


def test_cosines_of_another_encoder_are_scaled():
    learnt = Weights("tiny@1", {"whole": 2.0, "capacity": 1.0}, {"whole": 0.1, "capacity": 0.5})
    features = {"whole": np.array([0.0, 1.0]), "capacity": np.array([0.0, 1.0])}
    assert learnt.contributions(features, "tiny@1")["whole"].tolist() == [0.0, 2.0]
    other = learnt.contributions(features, "other@1")
    assert np.allclose(other["whole"], [0.0, 0.4])
    assert other["capacity"].tolist() == [0.0, 1.0]


def test_training_writes_what_ranking_reads(tmp_path: Path, encoder):
    needs, organizations = tmp_path / "needs.csv", tmp_path / "organizations.csv"
    needs.write_text("query_id,query,positive_org_ids\na-1,Bakery in Peru,p\nb-1,Radio in Kenya,k\n", encoding="utf-8")
    organizations.write_text(
        "org_id,name,sector,text\np,Pan,,Bread makers in Lima.\nk,Wave,,On air in Nairobi.\n", encoding="utf-8"
    )
    train(needs, organizations, encoder, tmp_path)
    assert read_weights(tmp_path / "weights.json").encoder == "tiny@1"
    assert read_head(tmp_path / "capacity_head.json").encoder == "tiny@1"
    labelled, families = labelled_needs(needs, organizations, encoder)
    assert families == ["a", "b"]
    assert set(cross_validated_ranks(labelled, families, encoder)) <= {1, 2}
