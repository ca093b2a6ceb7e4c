"""The measure of the name matcher: what it counts, and that it says no where it cannot measure."""

import json
from pathlib import Path

import pytest

from matcher.errors import LabelsError, TooLittleDataError
from matcher.evaluation.screening import LabelledPair, evaluate, learn, read_pairs
from matcher.vetting.name_features import FEATURES, SPEAKING_FOR
from matcher.vetting.names import WEIGHTS_FILE

OWN = Path(__file__).parents[3] / "benchmarks" / "labels" / "name_pairs.csv"
SDN = '7,"VITOLAND FOODS",-0- ,"CUBA",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \n'


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_summary_and_rows(tmp_path):
    pairs = write(
        tmp_path / "pairs.csv",
        "name1,name2,is_match\nNestlé S.A.,Nestle SA,true\nOxfam,Oxford,false\n"
        "Siemens AG,Siemens Energy,0\nUnilever,Unilever plc,1\n",
    )
    summary, rows = evaluate(pairs)
    assert (summary["pairs"], summary["matching"]) == (4, 2)
    assert (summary["precision"], summary["recall"], summary["f1"], summary["auc"]) == (1.0, 1.0, 1.0, 1.0)
    assert summary["baseline"]["auc"] <= 1.0
    assert [row["predicted"] for row in rows] == [True, False, False, True]
    assert all(row["because"] for row in rows)


def test_clean_names_that_are_hit_are_counted_and_shown(tmp_path):
    pairs = write(tmp_path / "pairs.csv", "name1,name2,is_match\nA B,A B,true\nOxfam,Shell,false\n")
    clean = write(tmp_path / "clean.csv", "name,country\nVitoland Foods Inc,Cuba\nOxfam,\nOXFAM,\nShell,Narnia\n")
    watchlist = write(tmp_path / "sdn.csv", SDN)
    summary, rows = evaluate(pairs, [watchlist], clean)
    assert summary["clean_names"]["names"] == 3
    assert summary["clean_names"]["hit"] == 1
    assert summary["clean_names"]["hit_per_1000"] == pytest.approx(333.333)
    assert rows[-1]["name2"] == "VITOLAND FOODS"


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("name1,name2\na,b\n", LabelsError, "is_match"),
        ("name1,name2,is_match\na,b,perhaps\nc,d,true\n", LabelsError, "row 2"),
        ("name1,name2,is_match\na,b,true\n", TooLittleDataError, "both"),
    ],
)
def test_what_cannot_be_measured_is_said(tmp_path, text, error, said):
    with pytest.raises(error, match=said):
        evaluate(write(tmp_path / "pairs.csv", text))


def test_clean_names_need_a_column(tmp_path):
    pairs = write(tmp_path / "pairs.csv", "name1,name2,is_match\nA B,A B,true\nOxfam,Shell,false\n")
    with pytest.raises(LabelsError, match="column called name"):
        evaluate(pairs, [write(tmp_path / "sdn.csv", SDN)], write(tmp_path / "clean.csv", "a,b\n1,2\n"))


def test_learnt_weights_keep_the_sign_that_explanations_promise():
    found = learn(read_pairs(OWN, "train"))
    assert list(found["weights"]) == [feature.__name__ for feature in FEATURES]
    speaks_for = {feature.__name__ for feature in SPEAKING_FOR}
    assert all((weight >= 0) == (name in speaks_for) or weight == 0 for name, weight in found["weights"].items())


def test_one_kind_of_pair_is_too_little_to_learn_from():
    with pytest.raises(TooLittleDataError):
        learn([LabelledPair("a", "b", is_match=True)])


def test_own_labels_are_many_and_apart():
    train, test = read_pairs(OWN, "train"), read_pairs(OWN, "test")
    assert len(train) + len(test) >= 400
    assert not {(pair.name1, pair.name2) for pair in train} & {(pair.name1, pair.name2) for pair in test}


def test_the_untouched_part_of_the_own_labels_is_matched_well():
    summary, _ = evaluate(OWN, part="test")
    assert summary["f1"] >= 0.91
    assert summary["auc"] >= 0.92
    assert summary["auc"] > summary["baseline"]["auc"]


def test_the_weights_are_those_learnt_from_the_training_part():
    shipped, learnt = json.loads(WEIGHTS_FILE.read_text(encoding="utf-8")), learn(read_pairs(OWN, "train"))
    assert shipped["base"] == pytest.approx(learnt["base"], abs=0.02)
    assert shipped["weights"] == pytest.approx(learnt["weights"], abs=0.02)
