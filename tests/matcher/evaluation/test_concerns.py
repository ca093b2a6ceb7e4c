"""Concerns and their roles are scored against labels."""

from pathlib import Path

import pytest

from kb.organization import ClaimKind, ConcernRole
from matcher.errors import LabelsError
from matcher.evaluation.concerns import evaluate
from matcher.evaluation.labels import read_labels

ROOT = Path(__file__).parents[3]
LABELS = ROOT / "benchmarks" / "labels" / "concerns_rows.csv"
DATA = ROOT.parent / "shared" / "data"


def test_scores_presence_and_role(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text(
        "id,name,text,codes\n"
        "1,Hill,The company brews beer.,alcohol:core\n"
        "2,Leaf,The company manufactures cigarettes.,tobacco:minor\n"
        "3,Clear,The company makes non-alcoholic beer.,\n",
        encoding="utf-8",
    )
    cases = read_labels(path, ClaimKind.CONCERN)
    assert cases[0].codes == {"alcohol": ConcernRole.CORE}
    summary, rows = evaluate(cases)
    assert summary["micro"]["f1"] == 1.0
    assert summary["role_accuracy"] == 0.5
    assert rows[1]["wrong_role"] == "tobacco"
    assert summary["keyword_list"]["micro"]["precision"] < 1.0


@pytest.mark.parametrize("cell", ["alcohol", "alcohol:main", "beer:core"])
def test_roles_must_be_said(tmp_path, cell):
    path = tmp_path / "labels.csv"
    path.write_text(f"id,name,text,codes\n1,Hill,The company brews beer.,{cell}\n", encoding="utf-8")
    with pytest.raises(LabelsError, match="row 2: codes"):
        read_labels(path, ClaimKind.CONCERN)


@pytest.mark.skipif(not DATA.exists(), reason="the open data sets are not at hand")
def test_the_bar_holds_on_the_labelled_test_part():
    cases = [case for case in read_labels(LABELS, ClaimKind.CONCERN, DATA) if case.split == "test"]
    summary, _ = evaluate(cases)
    assert summary["quotes_that_do_not_stand"] == 0
    assert summary["micro"]["recall"] >= 0.95
    assert summary["role_accuracy"] >= 0.80
    assert summary["micro"]["f1"] > summary["keyword_list"]["micro"]["f1"] + 0.15
