from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from kb.columns import Columns
from kb.knowledge_base import KnowledgeBase
from kb.organization import ClaimStatus, Engagement, Participation, Relation, RelationKind
from matcher.landscape.network import around, best_tied, within_cause
from matcher.landscape.springs import spring_places
from matcher.landscape.ties import tie_facts
from matcher.service import Matcher
from tests.conftest import SOURCE, claim, organization

MALARIA = claim("cause", "malaria")


def engagement(key: str, *members: str, **more: object) -> Engagement:
    parts = tuple(Participation(organization_id=member) for member in members)
    return Engagement(id=key, title=key.title(), participations=parts, source=SOURCE, **more)


@pytest.fixture
def tied(kb: KnowledgeBase, matcher: Matcher) -> Columns:
    kb.add(
        *(organization(key, MALARIA) for key in ("a", "b", "c")),
        organization("d"),
        organization("alone", MALARIA),
        engagement("pair", "a", "b"),
        engagement("crowd", "a", "b", "c", "d"),
        engagement("refuted", "a", "alone", status=ClaimStatus.REJECTED),
        Relation(subject_id="c", kind=RelationKind.FUNDS, object_id="d", source=SOURCE),
    )
    return matcher.columns()


def row(kb: KnowledgeBase, columns: Columns, key: str) -> int:
    return columns.row_of(kb.number_of(key))


def refuted(kb: KnowledgeBase, columns: Columns) -> set[int]:
    found = kb.engagements_by_number(columns.engagement_numbers.tolist())
    return {number for number, item in found.items() if item.status is ClaimStatus.REJECTED}


def test_a_crowd_ties_less_than_a_pair(kb, tied):
    network = around(tied, row(kb, tied, "a"), 10, refuted(kb, tied))
    weights = {frozenset((tie.one, tie.other)): tie.weight for tie in network.ties}
    a, b, c, d = (row(kb, tied, key) for key in "abcd")
    assert weights[frozenset((a, b))] == pytest.approx(1 + 1 / 3)
    assert weights[frozenset((a, c))] == pytest.approx(1 / 3)
    assert weights[frozenset((c, d))] == pytest.approx(1 / 3 + 1)
    assert network.rows[0] == a
    assert network.tied == 3


def test_what_somebody_rejected_ties_nobody(kb, tied):
    a, alone = row(kb, tied, "a"), row(kb, tied, "alone")
    assert alone in around(tied, a, 10).rows
    assert alone not in around(tied, a, 10, refuted(kb, tied)).rows


def test_the_size_is_bounded_and_the_strongest_stay(kb, tied):
    network = around(tied, row(kb, tied, "a"), 1, refuted(kb, tied))
    assert network.rows == (row(kb, tied, "a"), row(kb, tied, "b"))
    assert network.tied == 3


def test_a_cause_shows_those_known_for_it_alone(kb, tied):
    network = within_cause(tied, ["malaria"], 10, refuted(kb, tied))
    assert set(network.rows) == {row(kb, tied, key) for key in "abc"}
    assert (network.tied, network.considered) == (3, 4)


def test_every_tie_has_its_evidence(kb, tied):
    network = around(tied, row(kb, tied, "c"), 10, refuted(kb, tied))
    facts = tie_facts(kb, tied, network.ties)
    c, d = row(kb, tied, "c"), row(kb, tied, "d")
    funds = next(fact for fact in facts if fact.relation)
    assert (funds.one, funds.relation, funds.other) == (c, "funds", d)
    assert all(fact.source.name == SOURCE.name for fact in facts)
    assert len(facts) == sum(len(tie.engagements) + len(tie.relations) for tie in network.ties)


def test_a_merged_organization_brings_its_ties(kb, matcher, tied):
    kb.merge("alone", "a")
    columns = matcher.columns()
    network = around(columns, row(kb, columns, "alone"), 10, refuted(kb, columns))
    assert row(kb, columns, "b") in network.rows


def test_the_best_tied_is_in_the_most(kb, tied, matcher):
    assert best_tied(tied) == row(kb, tied, "a")


def test_nobody_tied_is_an_empty_network(kb, matcher):
    kb.add(organization("a"), organization("b"))
    columns = matcher.columns()
    network = around(columns, 0, 10)
    assert (network.rows, network.ties, network.tied) == ((0,), (), 0)
    assert within_cause(columns, ["malaria"], 10).rows == ()
    assert best_tied(columns) is None
    assert spring_places(network).shape == (1, 2)


def test_places_are_steady_and_no_two_lie_upon_each_other(starter_matcher):
    columns = starter_matcher.columns()
    network = around(columns, int(np.bincount(columns.participant).argmax()), 40)
    places = spring_places(network)
    assert np.array_equal(places, spring_places(network))
    assert np.abs(places).max() <= 1.0001
    assert min(np.hypot(*(places[one] - places[other])) for one, other in combinations(range(len(places)), 2)) > 0.03
