"""Labels are read with clear errors, and capacities are scored against them."""

import gzip
from pathlib import Path

import pytest

from kb.organization import ClaimKind
from matcher.errors import LabelsError
from matcher.evaluation.capacities import Tally, evaluate, keyword_codes
from matcher.evaluation.labels import read_labels

ROOT = Path(__file__).parents[3]
LABELS = ROOT / "benchmarks" / "labels" / "capacities_rows.csv"
DATA = ROOT.parent / "shared" / "data"


def _written(folder, text):
    path = folder / "labels.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_scores_texts(tmp_path):
    path = _written(
        tmp_path,
        "id,name,text,codes\n"
        "1,Shoe Co,The company manufactures shoes in Italy.,manufacturing;pricing\n"
        "2,Hall,We run a village hall for local residents.,community_reach\n",
    )
    summary, rows = evaluate(read_labels(path, ClaimKind.CAPACITY))
    assert summary["cases"] == 2
    assert summary["quotes_that_do_not_stand"] == 0
    assert set(summary) >= {"micro", "macro", "by_code", "keyword_list"}
    assert rows[1]["missed"] == rows[1]["extra"] == ""
    assert rows[0]["expected"] == "manufacturing;pricing"


def test_tally_counts():
    tally = Tally()
    tally.add(["a", "b"], ["a", "c"])
    assert tally.summary()["micro"] == {"precision": 0.5, "recall": 0.5, "f1": 0.5, "labelled": 2.0}


def test_the_keyword_list_is_plain():
    assert "technology" in keyword_codes("Software for all", ClaimKind.CAPACITY)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id,name,codes\n1,a,funding\n", "needs the columns"),
        ("", "needs the columns"),
        ("id,name,text,codes\n1,a,some text,fundng\n", "row 2: codes: .*did you mean funding"),
        ("id,name,text,codes\n1,a,,funding\n", "row 2: text"),
        ("id,name,text,codes\n1,a,some text,funding:core\n", "only a concern has a role"),
        ("id,name,text,codes\n1,a,b c,\n1,a,b c,\n", "labelled twice"),
        ("source,row_key,name,codes,split\nequities,A,b,,train\n", "say in which folder"),
    ],
)
def test_errors_name_row_and_field(tmp_path, text, message):
    with pytest.raises(LabelsError, match=message):
        read_labels(_written(tmp_path, text), ClaimKind.CAPACITY)


def test_row_keys_are_looked_up(tmp_path):
    (tmp_path / "financedatabase").mkdir()
    with gzip.open(tmp_path / "financedatabase" / "equities.csv.gz", "wt", encoding="utf-8") as file:
        file.write("symbol,name,summary\nA,Shoe Co,The company manufactures shoes.\n")
    keys = _written(tmp_path, "source,row_key,name,codes,split\nequities,A,Shoe Co,manufacturing,test\n")
    (case,) = read_labels(keys, ClaimKind.CAPACITY, tmp_path)
    assert (case.id, case.text, case.split) == ("equities:A", "The company manufactures shoes.", "test")
    missing = _written(tmp_path, "source,row_key,name,codes,split\nequities,B,x,,test\nmoon,C,x,,test\n")
    with pytest.raises(LabelsError, match=r"(?s)source 'moon' is unknown.*row_key B: no text"):
        read_labels(missing, ClaimKind.CAPACITY, tmp_path)


@pytest.mark.skipif(not DATA.exists(), reason="the open data sets are not at hand")
def test_the_bar_holds_on_the_labelled_test_part():
    cases = [case for case in read_labels(LABELS, ClaimKind.CAPACITY, DATA) if case.split == "test"]
    summary, _ = evaluate(cases)
    assert summary["quotes_that_do_not_stand"] == 0
    assert summary["micro"]["f1"] >= 0.78
    assert summary["macro"]["f1"] >= 0.70
    assert summary["micro"]["f1"] > summary["keyword_list"]["micro"]["f1"] + 0.2
