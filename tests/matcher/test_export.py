from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from docx import Document
from python_calamine import CalamineWorkbook

from kb.brief import Brief, Need
from kb.knowledge_base import KnowledgeBase
from matcher.errors import MatcherError
from matcher.export import write_ranking
from matcher.service import Matcher
from tests.conftest import claim, organization

HOSTILE = '=HYPERLINK("http://evil.example")'


@pytest.fixture
def ranking(kb: KnowledgeBase, matcher: Matcher):
    kb.add(
        organization(
            "shop",
            claim("capacity", "distribution", 0.9, status="unverified"),
            name=HOSTILE,
            mission="+1 <script>alert(1)</script> \x0b",
        ),
        organization("other", claim("capacity", "distribution", 0.3)),
    )
    return matcher.find_partners(Brief(id="b", title="@title", behaviour="x", needs=(Need(code="distribution"),)))


def test_csv_neutralises_formulas_and_counts_unverified_facts(ranking, tmp_path: Path):
    write_ranking(ranking, tmp_path / "out.csv")
    rows = list(csv.DictReader((tmp_path / "out.csv").open(encoding="utf-8-sig")))
    assert rows[0]["organization"] == f"'{HOSTILE}"
    assert int(rows[0]["unverified facts"]) >= 1


def test_excel_shows_text_as_text_and_every_status(ranking, tmp_path: Path):
    write_ranking(ranking, tmp_path / "out.xlsx")
    book = CalamineWorkbook.from_path(tmp_path / "out.xlsx")
    assert book.sheet_names == ["Candidates", "Evidence", "Set apart"]
    evidence = book.get_sheet_by_name("Evidence").to_python()
    assert "unverified" in {row[evidence[0].index("status")] for row in evidence[1:]}


def test_word_names_the_candidates_and_what_is_unverified(ranking, tmp_path: Path):
    write_ranking(ranking, tmp_path / "out.docx")
    text = "\n".join(paragraph.text for paragraph in Document(str(tmp_path / "out.docx")).paragraphs)
    assert "unverified" in text
    assert "HYPERLINK" in text


def test_json_holds_everything(ranking, tmp_path: Path):
    write_ranking(ranking, tmp_path / "out.json")
    data = json.loads((tmp_path / "out.json").read_text())
    first = data["candidates"][0]
    assert sum(item["points"] for item in first["contributions"]) == pytest.approx(first["score"], abs=0.01)


def test_an_unknown_ending_says_which_are_known(ranking, tmp_path: Path):
    with pytest.raises(MatcherError, match=r"\.xlsx, \.docx"):
        write_ranking(ranking, tmp_path / "out.pdf")
