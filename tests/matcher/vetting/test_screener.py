"""Screening: who is found, who is not, and why."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.watchlists import ListedEntity, Watchlist
from matcher.vetting.screening import Screener, Subject, registration_key


def entity(number, name, **known):
    return ListedEntity("list", str(number), name, **known)


LISTED = (
    entity(1, "Gezhouba Example Cement Co., Ltd.", countries=("CN",), end=date(2020, 1, 1)),
    entity(2, "VOSTOK MACHINE WORKS JSC", aliases=("Восток машинные работы",), countries=("RU",)),
    entity(3, "Harbour Nominees Limited", registration_numbers=("HE 375900",), countries=("CY",)),
    entity(4, "Ocean Star", kind="vessel"),
    entity(5, "Kalimantan Forestry Group", weak_aliases=("KFG",), countries=("ID",)),
    entity(6, "Vitoland Foods", countries=()),
    entity(7, "Facebrook Trading"),
)
SCREENER = Screener([Watchlist("list", "A list", "Somebody", None, date(2025, 1, 1), LISTED)])


def ids(*args, **known):
    return [hit.entity.entity_id for hit in SCREENER.screen_one(Subject("s", *args, **known))]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Gezhouba Example Cement", "1"),
        ("Gezouba Example Cement Company Limited", "1"),
        ("OAO Vostok Machine Works", "2"),
        ("VITOLAND FOODS INC", "6"),
        ("Vito Land Foods", "6"),
        ("Face Brook Trading", "7"),
        ("Facebrok Trading", "7"),
    ],
)
def test_listed_names_are_found(name, expected):
    assert ids(name) == [expected]


@pytest.mark.parametrize("name", ["", "Oxfam", "Ocean Star", "Cement Company", "KFG", "Foods", "\u200b", "x" * 100_000])
def test_others_are_not(name):
    assert ids(name) == []


def test_aliases_of_the_organization_count():
    assert ids("New Name", ("Vitoland Foods",)) == ["6"]


def test_country_raises_and_contradiction_lowers():
    scores = {}
    for country in ("RU", None, "PE"):
        (hit,) = SCREENER.screen_one(Subject("s", "Vostok Machine Works", country=country))
        scores[country] = hit.score
    assert scores["RU"] > scores[None] > scores["PE"]
    assert hit.level == "possible"
    assert "other_country" in {reason.code for reason in hit.reasons}


def test_a_slip_and_another_country_together_are_no_hit():
    assert ids("Vostock Machine Work", country="PE") == []


def test_weak_alias_needs_the_country():
    (hit,) = SCREENER.screen_one(Subject("s", "KFG", country="ID"))
    assert hit.level == "possible"
    assert hit.listed_name == "KFG"


def test_equal_registration_number_decides():
    (hit,) = SCREENER.screen_one(Subject("s", "Quite Another Name", country="US", registration=("he-375900",)))
    assert (hit.entity.entity_id, hit.score, hit.level) == ("3", 1.0, "strong")


def test_an_expired_debarment_is_found_and_says_so():
    (hit,) = SCREENER.screen_one(Subject("s", "Gezhouba Example Cement"))
    assert hit.entity.in_force(date(2019, 1, 1))
    assert not hit.entity.in_force(date(2025, 1, 1))


def test_reasons_add_up():
    (hit,) = SCREENER.screen_one(Subject("s", "Vostock Machine Works", country="RU"))
    log_odds = hit.base + sum(reason.contribution for reason in hit.reasons)
    assert hit.score == pytest.approx(1 / (1 + 2.718281828459045**-log_odds))
    assert all(reason.text for reason in hit.reasons)


def test_many_are_screened_in_order_with_progress():
    seen = []
    subjects = [Subject(str(at), name) for at, name in enumerate(["Vitoland Foods", "Oxfam", "Facebrook Trading"])]
    hits = SCREENER.screen(subjects, lambda what, done, total: seen.append((what, done, total)))
    assert [(hit.subject_id, hit.entity.entity_id) for hit in hits] == [("0", "6"), ("2", "7")]
    assert seen[-1] == ("screening", 3, 3)


def test_no_lists_no_hits():
    assert Screener([]).screen([Subject("1", "Vitoland Foods")]) == []


@pytest.mark.parametrize(
    ("number", "key"),
    [("HE 375900", "HE375900"), ("12", ""), ("000000", ""), ("", ""), ("n/a", ""), ("1027700-167110", "1027700167110")],
)
def test_registration_key(number, key):
    assert registration_key(number) == key


@given(st.text(max_size=60), st.none() | st.text(max_size=4), st.lists(st.text(max_size=20), max_size=2))
@settings(deadline=None, max_examples=100)
def test_anything_can_be_screened(name, country, numbers):
    for hit in SCREENER.screen_one(Subject("s", name, (name[::-1],), country, tuple(numbers))):
        assert SCREENER.threshold <= hit.score <= 1.0


ORGANIZATIONS = [found for found in LISTED if found.kind == "organization"]


@given(st.sampled_from(ORGANIZATIONS), st.integers(1, 6), st.sampled_from("aeiou"))
@settings(deadline=None, max_examples=60)
def test_a_letter_too_many_does_not_hide_a_name(found, at, letter):
    longest = max(found.name.split(), key=len)
    name = found.name.replace(longest, longest[:at] + letter + longest[at:])
    assert found.entity_id in ids(name, country=next(iter(found.countries), None))


@pytest.mark.parametrize("form", ["Co., Latd.", "Company Limted", "Copmany", "Coporation", "Limited Libility Company"])
def test_a_misspelt_legal_form_does_not_hide_a_name(form):
    assert ids(f"Gezhouba Example Cement {form}") == ["1"]
