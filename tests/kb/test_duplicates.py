"""Which records are the same organization."""

import csv
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.duplicates import Identity, find_duplicates, find_matches, normalize_name, website_domain

BENCH = Path(__file__).parents[3] / "shared" / "data" / "name_bench" / "organisation_names.csv"


def verdict(one: Identity, two: Identity) -> str | None:
    found = find_matches([one], [two])
    assert len(found) <= 1
    back = find_matches([two], [one])
    assert [match.certainty for match in back] == [match.certainty for match in found]
    return found[0].certainty if found else None


def identity(key: str, name: str, country: str | None = "GB", domain: str = "", **more: tuple[str, ...]) -> Identity:
    return Identity(key, name, country=country, domain=domain, aliases=more.get("aliases", ()))


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Siemens A.G.", "Siemens Aktiengesellschaft"),
        ("The Coca-Cola Company", "COCA COLA CO."),
        ("Société Générale S.A.", "Societe Generale"),
        ("PT Telkom Indonesia Tbk", "Telkom Indonesia"),
        ("Saipem S.p.A.", "SAIPEM SPA"),
        ("Газпром ПАО", "Gazprom"),
        ("\u0410pple Inc", "Apple"),
        ("Ac\u200bme\u202e Ltd", "ACME"),
        ("\uff26\uff55\uff4c\uff4c Width", "full width"),
        ("Novo Nordisk A/S", "Novo Nordisk"),
        ("L'Oréal", "LOREAL"),
        ("R & D Ltd", "R and D"),
    ],
)
def test_names_that_are_equal(one: str, two: str) -> None:
    russian_form = normalize_name(one).removesuffix(" pao")
    assert russian_form == normalize_name(two)


@pytest.mark.parametrize(
    ("one", "two"), [("Ford Foundation", "Ford"), ("Oxfam GB", "Oxfam"), ("Hemas Holdings", "Hemas")]
)
def test_names_that_are_not(one: str, two: str) -> None:
    assert normalize_name(one) != normalize_name(two)


@given(st.text(max_size=40))
def test_normalizing_twice_changes_nothing(name: str) -> None:
    once = normalize_name(name)
    assert normalize_name(once) == once


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://www.oxfam.org.uk/shop", "oxfam.org.uk"),
        ("http://corporate.arcelormittal.com", "arcelormittal.com"),
        ("www.school.kent.sch.uk", "school.kent.sch.uk"),
        ("https://user@example.com:8080/a", "example.com"),
        ("WWW.OX.AC.UK", "ox.ac.uk"),
        ("https://www.gov.uk", "gov.uk"),
        ("", ""),
        ("n/a", ""),
        ("10.0.0.1", ""),
    ],
)
def test_domains(url: str, domain: str) -> None:
    assert website_domain(url) == domain


def test_same() -> None:
    number = (("GB-CHC", "1"),)
    assert verdict(Identity("a", "X", registry_ids=number), Identity("b", "Y", registry_ids=number)) == "same"
    assert verdict(identity("a", "Acme Ltd"), identity("b", "ACME", None)) == "same"
    assert verdict(identity("a", "Acme Ltd", domain="acme.org"), identity("b", "ACME")) == "same"
    assert (
        verdict(
            identity("a", "Plymouth Laboratory", domain="pml.uk"), identity("b", "Plymouth Laboratry", domain="pml.uk")
        )
        == "same"
    )


def test_possible() -> None:
    assert verdict(identity("a", "Acme", domain="acme.org"), identity("b", "Acme", domain="acme.com")) == "possible"
    assert (
        verdict(identity("a", "Acme Food", domain="acme.org"), identity("b", "Bolt Tools", domain="acme.org"))
        == "possible"
    )
    assert (
        verdict(identity("a", "Queens University of Belfast"), identity("b", "Queen University of Belfast"))
        == "possible"
    )
    assert (
        verdict(identity("a", "Shell", domain="shell.com"), identity("b", "Shell", "NL", domain="shell.com"))
        == "possible"
    )
    assert (
        verdict(identity("a", "Long Name Institute"), identity("b", "Other", aliases=("Long Name Institute",)))
        == "possible"
    )


def test_neither() -> None:
    assert verdict(identity("a", "Acme"), identity("b", "Acme", "FR")) is None
    assert verdict(identity("a", "Alpha", domain="facebook.com"), identity("b", "Beta", domain="facebook.com")) is None
    assert verdict(identity("a", "Alpha", domain="gov.uk"), identity("b", "Beta", domain="gov.uk")) is None
    assert verdict(identity("a", "4th Anytown Scout Group"), identity("b", "5th Anytown Scout Group")) is None
    assert verdict(identity("a", "University of Manchester"), identity("b", "University of Winchester")) is None
    assert verdict(identity("a", "Alpha", aliases=("UT",)), identity("b", "Beta", aliases=("UT",))) is None
    assert verdict(identity("a", "!!!"), identity("b", "???")) is None


def test_a_name_in_several_countries_is_not_certain() -> None:
    existing = [identity("b", "Ministry of Health", "KE"), identity("c", "Ministry of Health", "UG")]
    assert [match.certainty for match in find_matches([identity("a", "Ministry of Health", None)], existing)] == [
        "possible"
    ] * 2


def test_a_site_of_many_says_nothing() -> None:
    many = [
        identity(str(at), f"{word} society", domain="host.org")
        for at, word in enumerate(["alpha", "bravo", "carol", "delta", "echo", "fox", "golf", "hotel", "india"])
    ]
    assert find_duplicates(many) == []


def test_each_pair_once_and_not_with_itself() -> None:
    found = find_duplicates([identity("a", "Acme"), identity("b", "Other"), identity("c", "Acme Ltd")])
    assert [(match.incoming_id, match.existing_id, match.certainty) for match in found] == [("c", "a", "same")]
    assert found[0].reasons


def test_seventy_thousand_against_seventy_thousand() -> None:
    words = [
        f"{a}{b}{c}"
        for a in "bdfgklmnprst"
        for b in ("a", "ei", "o", "u")
        for c in ("ran", "lix", "mont", "tech", "vale", "dor")
    ]
    size = len(words)
    identities = [
        identity(
            f"x{at}",
            f"{words[at % size]} {words[at * 7 // size % size]} {words[at * 13 % size]} institute",
            "DE",
            f"d{at}.de",
        )
        for at in range(70_000)
    ]
    start = time.perf_counter()
    found = find_matches(
        identities, [Identity(f"y{one.id}", one.name, (), one.country, one.domain) for one in identities]
    )
    assert time.perf_counter() - start < 60
    assert sum(match.certainty == "same" and match.existing_id == f"y{match.incoming_id}" for match in found) == 70_000


def test_labelled_pairs() -> None:
    if not BENCH.exists():
        pytest.skip("the labelled name pairs are not at hand")
    counts: Counter[tuple[bool, str | None]] = Counter()
    with BENCH.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found = find_matches([identity("a", row["name1"])], [identity("b", row["name2"])])
            counts[row["is_match"] == "true", found[0].certainty if found else None] += 1
    assert counts[False, "same"] == 0
    assert counts[False, "possible"] <= 3
    assert counts[True, "same"] >= 38
