from __future__ import annotations

from pathlib import Path

import pytest

from kb.organization import ClaimKind
from matcher.errors import MatcherError
from matcher.retrieval.facets import load_gazetteer, read_facets, relation


@pytest.mark.parametrize(
    ("need", "text", "expected"),
    [
        ("Clinics in Kenya", "Nurses in Kisumu see everybody.", 1.0),
        ("Clinics in Kenya", "Nurses all over East Africa.", 0.6),
        ("Clinics in Kenya", "Nurses in Peru.", -1.0),
        ("Clinics in Kenya", "Nurses near you.", None),
        ("Clinics in West Africa", "Nurses in Senegal and Ghana.", 1.0),
        ("Mothers in Punjab", "Households around Lahore.", 1.0),
        ("Mothers in Punjab", "Households around Delhi.", 1.0),
        ("Growers in Nigeria", "Traders from Benin City to Kano.", 1.0),
        ("Growers in Benin", "Traders in Benin City.", -1.0),
    ],
)
def test_places_are_the_same_broader_elsewhere_or_unknown(need, text, expected):
    assert relation(ClaimKind.PLACE, read_facets(need), read_facets(text)) == expected


@pytest.mark.parametrize(
    ("need", "text", "expected"),
    [
        ("Help for young people", "We meet teenagers after school.", 1.0),
        ("Help for teenagers", "We meet young people in clubs.", 0.5),
        ("Help for teenagers", "We visit pensioners.", -1.0),
        ("Help for teenagers", "We bake bread.", None),
    ],
)
def test_audiences_are_the_same_broader_other_or_unknown(need, text, expected):
    assert relation(ClaimKind.AUDIENCE, read_facets(need), read_facets(text)) == expected


def test_quotes_stand_in_the_text():
    text = "Savings groups of mothers meet in Kisumu to talk about malaria."
    facets = read_facets(text)
    found = [item for items in facets.mentions.values() for item in items.values()]
    assert {item.kind for item in found} >= {ClaimKind.AUDIENCE, ClaimKind.PLACE, ClaimKind.CAUSE}
    assert all(item.quote in text for item in found)


def test_place_names_are_taken_out():
    facets = read_facets("Nurses in Kisumu treat children.")
    assert "Kisumu" not in facets.without_places
    assert facets.place_names == ("Kisumu",)


def test_a_wrong_gazetteer_names_every_problem(tmp_path: Path):
    path = tmp_path / "gazetteer.yaml"
    path.write_text("XX: [Nowhere]\nKE: Kisumu\n", encoding="utf-8")
    with pytest.raises(MatcherError, match=r"'XX' is not a place(.|\n)*KE: must be a list"):
        load_gazetteer(path)
