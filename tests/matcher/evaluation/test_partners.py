import csv
import hashlib
import json
from datetime import date

import numpy as np
import pytest

from matcher.errors import MatcherError, TooLittleDataError
from matcher.evaluation.metrics import mean_metrics, ranking_metrics, ranks_of
from matcher.evaluation.partners import evaluate
from matcher.evaluation.partners_features import FEATURES
from matcher.evaluation.partners_model import WITH_MEANING, WORDS_ONLY, load_learned
from matcher.evaluation.partners_places import countries_in, named_cities

THEMES = {
    "savon": "lavage des mains au savon dans les écoles",
    "net": "bed nets against malaria for rural mothers",
    "riego": "ahorro de agua y riego para agricultores",
    "helmet": "motorcycle helmets and road safety for young riders",
}


class TinyEncoder:
    """Hashes words into eight dimensions."""

    dimension = 8

    def __init__(self, key="tiny/f32"):
        self.key = key
        self.encoded = 0

    def encode(self, texts):
        self.encoded += len(texts)
        rows = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.casefold().split():
                row[hashlib.sha256(word.encode()).digest()[0] % self.dimension] += 1
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


@pytest.fixture
def small(tmp_path):
    """Four themes in three languages, each with partners of its own; some rows without date, kind or country."""
    random = np.random.default_rng(0)
    engagements = [["engagement_id", "title", "text", "start_date"]]
    participations = [["engagement_id", "organization_id", "name", "kind", "country", "role"]]
    for i in range(80):
        theme = list(THEMES)[i % 4]
        day = "" if i % 13 == 0 else f"{2018 + i // 20}-{1 + i % 12:02d}-01"
        engagements.append([f"e{i}", theme.title(), THEMES[theme], day])
        participations.append([f"e{i}", f"lead{i % 7}", f"Health Office {i % 7}", "agency", "KE", "coordinator"])
        for member in random.choice(6, 3, replace=False):
            kind = "company" if member % 2 else ""
            participations.append([f"e{i}", f"{theme}{member}", f"Maison {theme} {member}", kind, "", "partner"])
    paths = tmp_path / "engagements.csv", tmp_path / "participations.csv"
    for path, rows in zip(paths, (engagements, participations), strict=True):
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)
    return paths


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_small_file_of_another_shape_is_evaluated(small, tmp_path):
    result = evaluate(
        *small,
        start=date(2021, 1, 1),
        rankings=tmp_path / "out" / "rankings.csv",
        cases=tmp_path / "out" / "cases.csv",
    )
    json.dumps(result)
    assert result["variant"] == WORDS_ONLY
    assert result["not_used"]["engagements_without_date"] == 7
    assert result["metrics"]["recall_at_10"] > 0.9
    assert result["metrics"]["mrr"] > 1.5 * result["baselines"]["popularity"]["mrr"]
    cases = rows(tmp_path / "out" / "cases.csv")
    assert len(cases) == result["queries"]
    assert np.mean([float(case["mrr"]) for case in cases]) == pytest.approx(result["metrics"]["mrr"], abs=1e-4)
    assert {"tfidf_mean_mrr", "popularity_recall_at_100"} <= set(cases[0])
    ranked = rows(tmp_path / "out" / "rankings.csv")
    assert list(ranked[0]) == ["query_id", "rank", "organization_id", "score"]
    first = [row for row in ranked if row["query_id"] == cases[0]["query_id"]]
    assert [int(row["rank"]) for row in first] == list(range(1, len(first) + 1))
    scores = [float(row["score"]) for row in first]
    assert scores == sorted(scores, reverse=True)
    assert cases[0]["seeker_id"] not in {row["organization_id"] for row in first}
    assert len(first) <= 100


def test_the_same_input_gives_the_same_rankings(small, tmp_path):
    written = []
    for name in ("one.csv", "two.csv"):
        evaluate(*small, start=date(2021, 1, 1), rankings=tmp_path / name)
        written.append((tmp_path / name).read_bytes())
    assert written[0] == written[1]


def test_kinds_narrow_the_candidates(small):
    every, companies = (evaluate(*small, kinds=kinds) for kinds in ((), ("company",)))
    assert companies["candidates"] < every["candidates"]


def test_an_encoder_adds_its_baseline_and_a_cache_saves_its_work(small, tmp_path):
    encoder = TinyEncoder()
    told = []
    cache = tmp_path / "vectors.db"
    options = {"start": date(2021, 1, 1), "encoder": encoder, "vectors_cache": cache}
    result = evaluate(*small, **options, progress=lambda what, done, total: told.append((what, done, total)))
    assert "embedding_mean" in result["baselines"]
    assert result["variant"] == WORDS_ONLY, "a model trained with another encoder must not read this one's cosines"
    assert told[-1] == ("Ranking candidates", result["queries"], result["queries"])
    before = encoder.encoded
    assert evaluate(*small, **options)["baselines"] == result["baselines"]
    assert encoder.encoded == before


def test_the_encoder_that_the_model_knows_is_used(small):
    result = evaluate(*small, start=date(2021, 1, 1), encoder=TinyEncoder(f"{load_learned().encoder}/f32"))
    assert result["variant"] == WITH_MEANING
    assert result["metrics"]["recall_at_10"] > 0.9


def test_one_word_of_text_or_none_is_enough(tmp_path):
    engagements, participations = tmp_path / "e.csv", tmp_path / "p.csv"
    engagements.write_text("engagement_id,title\n" + "".join(f"e{i},{'the' if i % 2 else ''}\n" for i in range(40)))
    participations.write_text(
        "engagement_id,organization_id,role\n"
        + "".join(f"e{i},o{(i + m) % 9},{'lead' if m == 0 else ''}\n" for i in range(40) for m in range(3))
    )
    result = evaluate(engagements, participations)
    assert 0 < result["metrics"]["mrr"] <= 1
    with pytest.raises(TooLittleDataError):
        evaluate(engagements, participations, min_organizations=5)


def test_engagements_without_a_coordinator_have_no_seeker(tmp_path, small):
    text = small[1].read_text(encoding="utf-8").replace("coordinator", "partner")
    small[1].write_text(text, encoding="utf-8")
    evaluate(*small, cases=tmp_path / "cases.csv")
    assert {case["seeker_id"] for case in rows(tmp_path / "cases.csv")} == {""}


def test_the_shipped_model_explains_every_feature_that_it_uses():
    for ranker in load_learned().variants.values():
        assert all(FEATURES[name] for name in ranker.ranker.features)
        assert ranker.to_json() == type(ranker).from_json(ranker.to_json()).to_json()


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"id": "x", "encoder": "y", "variants": {}}'])
def test_a_broken_model_file_is_refused(tmp_path, body):
    path = tmp_path / "model.json"
    path.write_text(body)
    with pytest.raises(MatcherError, match=r"model\.json"):
        load_learned(path)
    with pytest.raises(MatcherError, match="cannot be read"):
        load_learned(tmp_path / "none.json")


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Cities of Greece", {"GR", "EL"}),
        ("the British coast", {"GB", "UK"}),
        ("Romanian schools and Kenya", {"RO", "KE"}),
        ("nothing here", set()),
    ],
)
def test_countries_are_recognized(text, codes):
    assert countries_in(text) == codes


def test_metrics_of_a_known_ranking():
    ranks = ranks_of(np.asarray([0.1, 0.9, 0.5, 0.5]), np.asarray([0, 2]))
    assert ranks.tolist() == [2, 4]
    one = ranking_metrics(ranks)
    assert one.mrr == 0.5
    assert one.recall_at_10 == 1.0
    assert one.ndcg_at_10 == pytest.approx((1 / np.log2(3) + 1 / np.log2(5)) / (1 + 1 / np.log2(3)))
    assert mean_metrics([one, ranking_metrics(np.asarray([200]))]).recall_at_100 == 0.5


def test_cities_are_recognized_by_whole_words():
    named = named_cities(["from New York to Nice"], np.asarray(["NEW YORK", "York", "Ni", "Nic", "Nice", ""]))
    assert named.tolist() == [[1, 1, 0, 0, 1, 0]]
