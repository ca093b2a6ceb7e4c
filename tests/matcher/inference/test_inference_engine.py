"""Roles, strength, languages, industries and evidence."""

import pytest

from kb.organization import ClaimKind, ConcernRole
from matcher.inference import infer, language_of


def _claim(text, code, **more):
    return next(claim for claim in infer(text, **more) if claim.code == code)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The company makes and sells shoes in all parts of the country.", "en"),
        ("Die Firma stellt Schuhe her und verkauft sie in allen Teilen des Landes.", "de"),
        ("La société fabrique et vend des chaussures dans toutes les régions du pays.", "fr"),
        ("La empresa fabrica y vende zapatos en todas las regiones del país.", "es"),
        ("公司在全国各地制造和销售鞋类产品", "other"),
        ("Shoes, boots, laces.", "en"),
    ],
)
def test_languages(text, language):
    assert language_of(text) == language


def test_other_languages_are_not_assessed():
    assert infer("La société fabrique du vin et vend des cigarettes dans toutes les régions du pays.") == ()


def test_empty_text_says_nothing():
    assert infer("") == ()
    assert infer(" \n ") == ()


def test_a_side_line_is_minor_and_weaker():
    text = "The company brews beer. It also sells snacks."
    beer, snacks = _claim(text, "alcohol"), _claim(text, "unhealthy_food")
    assert (beer.role, snacks.role) == (ConcernRole.CORE, ConcernRole.MINOR)
    assert beer.strength > snacks.strength


def test_the_name_is_no_evidence():
    assert not [
        claim
        for claim in infer("Casino Royal operates food stores in France.", name="Casino Royal")
        if claim.kind is ClaimKind.CONCERN
    ]


def test_evidence_says_where_it_stands():
    claim = _claim("We run a hospice. We also train nurses.", "training", where="activities")
    assert claim.evidence[0].where == "activities"
    assert claim.evidence[0].text == "We also train nurses."
    assert claim.source.name == "Dancecard inference"


def test_an_industry_shifts_the_confidence():
    text = "The company offers loans to small firms."
    assert _claim(text, "funding", industry="banking").confidence > _claim(text, "funding", industry=None).confidence


def test_a_country_that_is_also_a_name_needs_its_capital():
    assert not [claim for claim in infer("We serve turkey and chicken dinners on fine china.") if claim.kind == "place"]
    assert _claim("We work with schools in Chad and in Kenya.", "TD")
