from pathlib import Path

import pytest

from matcher.encoder import SentenceTransformerEncoder
from matcher.errors import LabelsError
from matcher.evaluation.values import evaluate, read_pairs

LABELS = Path(__file__).resolve().parents[3] / "benchmarks" / "labels"


def written(path: Path, *rows: str, header: str = "pair_id,text_a,text_b,label") -> Path:
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return path


def test_the_pairs_of_the_project_are_many_and_balanced():
    for name, least in (("train", 220), ("test", 120)):
        pairs = read_pairs(LABELS / f"value_pairs_{name}.csv")
        assert len(pairs) >= least
        shares = [sum(pair.label == label for pair in pairs) / len(pairs) for label in ("aligned", "conflict")]
        assert min(shares) > 0.2


def test_no_text_stands_in_both_sets():
    train, test = (
        {text for pair in read_pairs(LABELS / f"value_pairs_{name}.csv") for text in (pair.text_a, pair.text_b)}
        for name in ("train", "test")
    )
    assert not train & test


def test_problems_name_the_row_and_the_field(tmp_path):
    path = written(tmp_path / "pairs.csv", "1,a,b,aligned", "1,a,b,friends")
    with pytest.raises(LabelsError) as caught:
        read_pairs(path)
    assert "row 3: label: 'friends'" in str(caught.value)
    assert "row 3: pair_id: '1' stands twice" in str(caught.value)


@pytest.mark.parametrize("header", ["pair_id,text_a,label", "pair_id,text_a,text_b,label"])
def test_a_file_without_columns_or_rows_is_an_error(tmp_path, header):
    with pytest.raises(LabelsError, match="needs the columns"):
        read_pairs(written(tmp_path / "pairs.csv", header=header))


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(LabelsError, match="cannot be read"):
        read_pairs(tmp_path / "none.csv")


def test_one_kind_of_label_has_no_area(tmp_path):
    summary, rows = evaluate(written(tmp_path / "pairs.csv", "1,We ban tobacco.,We fight tobacco.,aligned"))
    assert summary["auc_conflict_against_rest"] == {"all": None, "high_overlap": None, "low_overlap": None}
    assert rows[0]["pair_id"] == "1"


def test_pairs_are_told_apart_better_than_by_likeness():
    summary, rows = evaluate(LABELS / "value_pairs_train.csv", SentenceTransformerEncoder())
    assert summary["quotes_that_do_not_stand"] == 0
    assert summary["pairs"] == len(rows)
    found = summary["auc_conflict_against_rest"]
    for rule in ("similar_means_conflict", "similar_means_aligned"):
        other = summary[rule]["auc_conflict_against_rest"]
        assert all(found[half] > other[half] + 0.2 for half in found)
