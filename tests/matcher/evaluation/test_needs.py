from __future__ import annotations

import csv
from pathlib import Path

import pytest

from matcher.errors import LabelsError
from matcher.evaluation.needs import evaluate, read_needs

LABELS = Path(__file__).resolve().parents[3] / "benchmarks" / "labels"
NEEDS = "query_id,query,positive_org_ids\nq1,A radio station in Kenya,a\nq2,A bakery in Peru,b;c\n"
ORGANIZATIONS = """org_id,name,sector,text
a,Wave,private,Broadcaster in Nairobi.
b,Pan,private,Bakery in Lima.
c,,,Bread in Peru.
"""


def files(folder: Path, needs: str = NEEDS, organizations: str = ORGANIZATIONS) -> tuple[Path, Path]:
    paths = folder / "needs.csv", folder / "organizations.csv"
    for path, text in zip(paths, (needs, organizations), strict=True):
        path.write_text(text, encoding="utf-8")
    return paths


def test_figures_of_ours_and_of_the_baselines(tmp_path: Path, encoder):
    summary, rows = evaluate(*files(tmp_path), encoder)
    assert summary["needs"] == 2
    assert summary["organizations"] == 3
    for name in ("dancecard", "tfidf", "cosine", "sentences_and_tfidf"):
        figures = summary[name]
        assert set(figures) == {"recall_at_1", "recall_at_3", "mrr"}
        assert 0 <= figures["recall_at_1"] <= figures["mrr"] <= 1
    assert [row["query_id"] for row in rows] == ["q1", "q2"]
    assert summary["dancecard"]["mrr"] == pytest.approx(sum(1 / int(row["rank"]) for row in rows) / 2)


@pytest.mark.parametrize(
    ("needs", "organizations", "message"),
    [
        ("id,query\n1,x\n", ORGANIZATIONS, "needs.csv: needs the columns query_id,query,positive_org_ids"),
        (NEEDS, "org_id,text\na,x\n", "organizations.csv: needs the columns org_id,name,sector,text"),
        ("query_id,query,positive_org_ids\n", ORGANIZATIONS, "and a row or more"),
        ("query_id,query,positive_org_ids\nq1,x,a;zz\n", ORGANIZATIONS, "row 2: positive_org_ids: 'zz' is not in"),
        ("query_id,query,positive_org_ids\nq1,x, ; \n", ORGANIZATIONS, "row 2: positive_org_ids: is empty"),
        (NEEDS + "q1,y,a\n", ORGANIZATIONS, "query_id: 'q1' stands more than once"),
        (NEEDS, ORGANIZATIONS + "a,x,y,z\n", "org_id: 'a' stands more than once"),
        (NEEDS, ORGANIZATIONS + "d,x,y,\n", "row 5: text: is empty"),
    ],
)
def test_problems_name_the_file_and_the_row(tmp_path: Path, needs, organizations, message):
    with pytest.raises(LabelsError, match=message.replace("(", r"\(")):
        read_needs(*files(tmp_path, needs, organizations))


def test_all_problems_are_reported_at_once(tmp_path: Path):
    with pytest.raises(LabelsError) as caught:
        read_needs(*files(tmp_path, NEEDS + "q1,,zz\n"))
    assert len(str(caught.value).splitlines()) == 3


def test_a_missing_file_is_reported(tmp_path: Path):
    with pytest.raises(LabelsError, match="cannot be read"):
        read_needs(tmp_path / "none.csv", tmp_path / "none.csv")


@pytest.mark.parametrize(("name", "needs", "organizations"), [("train", 60, 110), ("test", 40, 90)])
def test_our_own_sets_are_large_and_sound(name, needs, organizations):
    queries, candidates = read_needs(LABELS / f"needs_{name}_queries.csv", LABELS / f"needs_{name}_organizations.csv")
    assert len(queries) >= needs
    assert len(candidates) >= organizations


def test_our_own_sets_share_no_organization():
    texts = []
    for name in ("train", "test"):
        with (LABELS / f"needs_{name}_organizations.csv").open(encoding="utf-8", newline="") as file:
            texts.append({row["text"] for row in csv.DictReader(file)})
    assert not texts[0] & texts[1]


@pytest.mark.slow
def test_the_bar_is_met_on_our_own_test_set():
    summary, _ = evaluate(LABELS / "needs_test_queries.csv", LABELS / "needs_test_organizations.csv")
    assert summary["dancecard"]["mrr"] > 0.8
    assert summary["dancecard"]["mrr"] > summary["cosine"]["mrr"] + 0.2
