"""Cells and casing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.importing.casing import sentence_case, title_case
from kb.importing.cells import clean_line, is_formula, normalize_url, split_list


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("WWW.Example.ORG/", "https://www.example.org"),
        ("http://example.org/Path?q=1", "http://example.org/Path?q=1"),
        ("http//example.org", "http://example.org"),
        ("https://bücher.de", "https://xn--bcher-kva.de"),
        ("n/a", ""),
        ("", ""),
    ],
)
def test_web_addresses(raw: str, expected: str) -> None:
    assert normalize_url(raw) == expected
    assert normalize_url(expected) == expected


@pytest.mark.parametrize(
    "raw", ["javascript:alert(1)", "me@example.org", "no site yet", "http://", "ftp://x.org", "http://a..b", "x"]
)
def test_no_web_addresses(raw: str) -> None:
    with pytest.raises(ValueError, match="not a web address"):
        normalize_url(raw)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("UNIVERSITA DEGLI STUDI DELL'AQUILA", "Universita degli Studi dell'Aquila"),
        ("COMET GLOBAL INNOVATION, SL", "Comet Global Innovation, SL"),
        ("ST CATHERINE'S COLLEGE", "St Catherine's College"),
        ("COMMUNITY TRAINING ASSISTANCE AND SUPPORT (CTAS)", "Community Training Assistance and Support (CTAS)"),
        ("THE UNIVERSITY OF THE THIRD AGE", "The University of the Third Age"),
        ("2ND ANYTOWN SCOUT GROUP", "2nd Anytown Scout Group"),
        ("SAXILBY C OF E SCHOOL P.T.A.", "Saxilby C of E School P.T.A."),
        ("ROCHE DIAGNOSTICS GMBH", "Roche Diagnostics GmbH"),
        ("Already Fine GmbH", "Already Fine GmbH"),
    ],
)
def test_names_in_capitals(raw: str, expected: str) -> None:
    assert title_case(raw) == expected
    assert title_case(expected) == expected


def test_texts_in_capitals() -> None:
    raw = "1) TO HELP PEOPLE WITH HIV IN THE UK, WHO NEED IT. (2) FOR THE CHURCH OF ENGLAND. ANYTOWN TRUST HELPS."
    expected = "1) To help people with HIV in the UK, who need it. (2) For the Church of England. Anytown Trust helps."
    assert sentence_case(raw, names=("Anytown Trust",)) == expected
    assert sentence_case(expected) == expected


@given(st.text(max_size=60))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = clean_line(text)
    assert clean_line(once) == once
    assert "\n" not in once


@given(st.text(max_size=60))
def test_nothing_is_lost_by_casing(text: str) -> None:
    assert title_case(text).casefold().replace("i̇", "i") == text.casefold().replace("i̇", "i") or not text.isascii()


def test_lists() -> None:
    assert split_list("a; b|c\n• d ;; e, f") == ["a", "b", "c", "d", "e, f"]


@pytest.mark.parametrize("text", ["", "-", "plain", "- a bullet", "10-12 (x)", "+41 31 000 00 00", "e = mc2"])
def test_ordinary_cells(text: str) -> None:
    assert not is_formula(text)
