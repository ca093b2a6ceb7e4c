from __future__ import annotations

import pytest

from kb.knowledge_base import KnowledgeBase
from kb.organization import ClaimStatus
from matcher.landscape.matrix import by_country, by_sector, in_country, in_sector, with_capacity
from matcher.landscape.white_space import Standing, presence, regions_around, white_space
from matcher.service import Matcher
from tests.conftest import claim, organization

MALARIA = claim("cause", "malaria")
REJECTED = {"status": ClaimStatus.REJECTED}


@pytest.fixture
def columns(kb: KnowledgeBase, matcher: Matcher):
    kb.add(
        organization("shop", MALARIA, claim("capacity", "distribution", 0.9), sector="private"),
        organization("kiosk", claim("capacity", "distribution", 0.5), claim("capacity", "pricing"), sector="private"),
        organization("clinic", MALARIA, claim("capacity", "training"), claim("need", "logistics"), sector="voluntary"),
        organization("silent", MALARIA, sector="voluntary"),
        organization("trucks", MALARIA, claim("capacity", "logistics"), country="UG", sector="private"),
        organization("visitor", MALARIA, claim("capacity", "promotion"), claim("place", "KE"), country="FR"),
        organization("giant", MALARIA, claim("capacity", "manufacturing"), claim("place", "world"), country="US"),
        organization("not-it", MALARIA, claim("capacity", "volunteers", **REJECTED), claim("capacity", "training")),
    )
    return matcher.columns()


def names(kb: KnowledgeBase, columns, rows) -> list[str]:
    numbers = columns.numbers[rows].tolist()
    found = kb.by_number(numbers)
    return [found[number].id for number in numbers]


def test_a_cell_counts_those_known_to_have_it(kb, columns):
    matrix = by_sector(columns)
    cell = matrix.capacities.index("distribution"), matrix.others.index("private")
    assert matrix.counts[cell] == 2
    voluntary = matrix.others.index("voluntary")
    assert (matrix.organizations[voluntary], matrix.known[voluntary]) == (2, 1)
    rows = with_capacity(columns, "distribution", in_sector(columns, "private"))
    assert names(kb, columns, rows) == ["shop", "kiosk"]


def test_a_rejected_claim_is_not_counted(columns):
    matrix = by_country(columns, 5)
    assert matrix.counts[matrix.capacities.index("volunteers")].sum() == 0


def test_every_count_is_the_length_of_its_list(columns):
    for works_there in (False, True):
        matrix = by_country(columns, 5, works_there)
        for row, capacity in enumerate(matrix.capacities):
            for column, country in enumerate(matrix.others):
                rows = with_capacity(columns, capacity, in_country(columns, country, works_there))
                assert len(rows) == matrix.counts[row, column]


def test_worldwide_is_not_a_country(columns):
    matrix = by_country(columns, 5, works_there=True)
    assert matrix.others == ("KE",)
    assert matrix.organizations.tolist() == [1]


def test_presence_tells_seat_from_work_from_a_wide_claim(kb, columns):
    where = presence(columns, "KE", ["malaria"])
    assert set(names(kb, columns, where.based.nonzero()[0])) == {"shop", "kiosk", "clinic", "silent", "not-it"}
    assert names(kb, columns, where.working.nonzero()[0]) == ["visitor"]
    assert names(kb, columns, where.wider.nonzero()[0]) == ["giant"]


@pytest.mark.parametrize(
    ("capacity", "standing"),
    [
        ("distribution", Standing.HERE),
        ("promotion", Standing.ELSEWHERE),
        ("manufacturing", Standing.WIDER),
        ("pricing", Standing.OTHER_CAUSE),
        ("logistics", Standing.NOBODY),
    ],
)
def test_how_a_capacity_stands(columns, capacity, standing):
    spaces = {space.code: space for space in white_space(columns, "KE", ["malaria"])}
    assert spaces[capacity].standing is standing


def test_unknown_is_kept_apart_from_nobody(columns):
    spaces = {space.code: space for space in white_space(columns, "KE", ["malaria"])}
    logistics, volunteers = spaces["logistics"], spaces["volunteers"]
    assert (logistics.said_not, logistics.not_mentioned, logistics.unknown, logistics.needed) == (0, 4, 1, 1)
    assert (volunteers.said_not, volunteers.not_mentioned, volunteers.unknown) == (1, 3, 1)


def test_where_nothing_is_known_nothing_is_said(kb, matcher):
    kb.add(organization("silent", MALARIA))
    spaces = white_space(matcher.columns(), "KE", ["malaria"])
    assert {space.standing for space in spaces} == {Standing.NOT_KNOWN}
    assert {space.unknown for space in spaces} == {1}


def test_the_nearest_is_named_with_the_region_that_joins_it(kb, columns):
    spaces = {space.code: space for space in white_space(columns, "KE", ["malaria"])}
    (near,) = spaces["logistics"].nearest
    assert names(kb, columns, [near.row]) == ["trucks"]
    assert near.region == "east_africa"
    assert spaces["distribution"].nearest == ()


def test_needed_gaps_come_first_among_equals(columns):
    spaces = white_space(columns, "KE", ["malaria"])
    nobody = [space for space in spaces if space.standing is Standing.NOBODY]
    assert nobody[0].code == "logistics"
    order = [list(Standing).index(space.standing) for space in spaces]
    assert order == sorted(order)


def test_regions_grow_from_the_place(starter_matcher):
    regions = regions_around(starter_matcher.vocabulary, "KE")
    assert next(iter(regions)) == "east_africa"
    assert list(regions)[-1] == "world"
    sizes = [len(countries) for countries in regions.values()]
    assert sizes == sorted(sizes)


def test_a_real_place_for_any_cause(starter_matcher):
    spaces = white_space(starter_matcher.columns(), "KE")
    assert len(spaces) == len(starter_matcher.vocabulary.capacities)
    assert all(not space.other_cause for space in spaces)
