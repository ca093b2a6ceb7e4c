"""Power: mutual dependence and imbalance are two numbers, and what is unknown is not assessed."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.organization import Organization
from kb.vocabulary import load_vocabulary
from matcher.exchange import Alternatives, Ledger, make_ledger, party_of, weigh_power
from matcher.exchange.power import OthersOf, Power, scarcity
from tests.conftest import claim, organization
from tests.matcher.test_exchange import organizations

VOCABULARY = load_vocabulary()


def ledger(first: Organization, second: Organization) -> Ledger:
    return make_ledger(party_of(first, VOCABULARY), party_of(second, VOCABULARY), VOCABULARY)


def power(made: Ledger, counts: dict[str, int] | None = None) -> Power:
    lines = (*made.first_gives, *made.second_gives)
    others: OthersOf = {
        (line.receiver, line.subject, line.code): Alternatives(
            (counts or {}).get(line.code, len(line.code)), ("A", "B", "C"), " in Kenya"
        )
        for line in lines
    }
    return weigh_power(made, others, {})


@given(organizations("one"), organizations("two"))
def test_imbalance_changes_sign_on_swap_and_mutual_dependence_does_not(one: Organization, two: Organization) -> None:
    here, there = power(ledger(one, two)), power(ledger(two, one))
    assert here.verdict == there.verdict or here.mutual is None
    assert here.first_depends == there.second_depends
    if here.mutual is None:
        assert there.mutual is None
        return
    assert here.imbalance is not None
    assert there.mutual == pytest.approx(here.mutual)
    assert there.imbalance == pytest.approx(-here.imbalance)
    assert here.mutual == pytest.approx((here.first_depends or 0) + (here.second_depends or 0))


@given(organizations("one"), organizations("two"), st.integers(0, 50), st.integers(1, 50))
def test_more_alternatives_mean_less_dependence(one: Organization, two: Organization, few: int, more: int) -> None:
    made = ledger(one, two)
    codes = [line.code for line in made.second_gives]
    scarce, plenty = power(made, dict.fromkeys(codes, few)), power(made, dict.fromkeys(codes, few + more))
    if scarce.first_depends:
        assert plenty.first_depends is not None
        assert plenty.first_depends < scarce.first_depends


def test_scarcity_follows_the_stated_formula() -> None:
    assert [scarcity(count) for count in (0, 1, 3, 63)] == pytest.approx([1, 1 / 2, 1 / 3, 1 / 7])


def test_the_amount_is_importance_times_strength_times_scarcity() -> None:
    made = ledger(
        organization("agency", claim("need", "distribution", 0.9), claim("capacity", "training")),
        organization("shop", claim("capacity", "distribution", 0.6), claim("need", "training", 0.3)),
    )
    found = power(made, {"distribution": 3, "training": 0})
    assert found.first_on_second[0].amount == pytest.approx(0.9 * 0.6 / 3)
    assert found.second_on_first[0].amount == pytest.approx(0.3 * 0.6)
    assert found.mutual == pytest.approx(0.36)
    assert found.imbalance == pytest.approx(0.0, abs=1e-9)
    assert found.verdict.startswith("Balanced")
    assert not found.balancing


def test_the_more_dependent_side_hears_what_would_balance_it() -> None:
    made = ledger(
        organization("agency", claim("need", "distribution", 0.9), claim("capacity", "training")),
        organization("shop", claim("capacity", "distribution", 0.9), claim("need", "funding")),
    )
    others = {("agency", "lent", "distribution"): Alternatives(3, ("Duka", "Soko", "Kiosk"), " in Kenya")}
    found = weigh_power(made, others, {("shop", "lent", "funding"): Alternatives(1, ("Bank",))})
    assert found.imbalance
    assert found.imbalance > 0
    assert "Shop holds more power" in found.verdict
    assert "Duka, Soko, Kiosk in Kenya" in found.balancing[0]
    assert any("wants funding" in step and "Bank" in step for step in found.balancing)


def test_unknown_wants_are_not_assessed_rather_than_zero() -> None:
    made = ledger(
        organization("agency", claim("need", "distribution"), claim("capacity", "training")),
        organization("shop", claim("capacity", "distribution")),
    )
    found = power(made)
    assert found.first_depends
    assert found.second_depends is None
    assert found.mutual is None
    assert found.imbalance is None
    assert found.verdict == "Not assessed: what Shop would get that it wants is not known."


def test_nothing_wanted_on_either_side_is_no_dependence() -> None:
    one = organization("one", claim("need", "funding"), claim("capacity", "training"))
    two = organization("two", claim("need", "funding"), claim("capacity", "training"))
    found = power(ledger(one, two))
    assert (found.mutual, found.imbalance) == (0, 0)
    assert math.isclose(found.first_depends or 0, 0)
