"""Judging never fails, and learning more never overturns what was judged: the unknown only gives way."""

from __future__ import annotations

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from kb.organization import Claim, ConcernRole, Organization
from kb.watchlist_formats.entities import ListedEntity
from matcher.vetting.conditions import (
    TIES,
    AllOf,
    AnyOf,
    BriefTerm,
    Concern,
    Condition,
    Identity,
    Linked,
    Listed,
    Not,
    RegulatedBySeeker,
    SeekerIs,
)
from matcher.vetting.facts import Context, Hits, Surroundings, VettingFacts
from matcher.vetting.judging import judge
from matcher.vetting.screening import Hit
from tests.conftest import claim, organization

TODAY = date(2026, 11, 1)
CODES = ("tobacco", "alcohol", "fraud_corruption")
VALUES = {
    "sector": ("private", "voluntary"),
    "kind": ("company", "ngo"),
    "industry": ("tobacco", "retail"),
    "country": ("KE", "CH"),
}

concerns = st.builds(
    lambda code, role, above: Concern(code, role, above),
    st.frozensets(st.sampled_from(CODES), min_size=1),
    st.sampled_from([None, *ConcernRole]),
    st.sampled_from([None, 0.1]),
)
identities = st.sampled_from(sorted(VALUES)).flatmap(
    lambda field: st.builds(Identity, st.just(field), st.frozensets(st.sampled_from(VALUES[field])))
)
listings = st.builds(
    Listed,
    st.sampled_from([None, "strong", "possible"]),
    st.sampled_from([None, True, False]),
    st.sampled_from([None, 3]),
)
terms = st.sampled_from(
    [
        BriefTerm("exclusivity"),
        BriefTerm("endorsement"),
        SeekerIs("sector", frozenset({"public"})),
        SeekerIs("kind", frozenset({"regulator"})),
        RegulatedBySeeker(),
    ]
)


def combined(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    parts = st.lists(inner, min_size=1, max_size=3).map(tuple)
    ties = st.lists(st.sampled_from([*sorted(TIES), "engagement"]), min_size=1, max_size=2).map(tuple)
    return st.one_of(parts.map(AllOf), parts.map(AnyOf), inner.map(Not), st.builds(Linked, ties, concerns))


conditions = st.recursive(st.one_of(concerns, identities, listings, terms), combined, max_leaves=8)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[VettingFacts, Context, VettingFacts, Context]:
    """Draw what is known of an organization and of a seeker, and the same with some of it forgotten."""
    claims = [claim("capacity", "distribution")]
    for code in draw(st.frozensets(st.sampled_from(CODES))):
        role, share = draw(st.sampled_from(list(ConcernRole))), draw(st.sampled_from([None, 0.05, 0.4]))
        claims.append(claim("concern", code, role=role, revenue_share=share))
    identity = {field: draw(st.sampled_from(values)) for field, values in VALUES.items()}
    entity = ListedEntity("a_list", "1", "Acme", end=draw(st.sampled_from([None, date(2025, 1, 1), date(2010, 1, 1)])))
    hit = Hit("acme", entity, "Acme", "Acme", 0.9, draw(st.sampled_from(["strong", "possible"])), 0.0, ())
    hits: Hits = {"acme": draw(st.sampled_from([(), (hit,)]))}
    told = {
        "sector": draw(st.sampled_from(["public", "private"])),
        "kind": draw(st.sampled_from(["regulator", "ngo"])),
        "regulates": draw(st.frozensets(st.sampled_from(VALUES["industry"]))),
        "exclusivity": draw(st.booleans()),
        "endorsement": draw(st.booleans()),
    }
    kept = draw(
        st.frozensets(st.sampled_from([*VALUES, *(f"seeker {name}" for name in told), "hits", "shares", "all"]))
    )
    fewer = [item.model_copy(update={"revenue_share": None}) for item in claims] if "shares" not in kept else claims
    return (
        facts_of(claims, identity, hits),
        Context(today=TODAY, **told),
        facts_of(
            fewer if "all" in kept else [],
            {field: value if field in kept else None for field, value in identity.items()},
            hits if "hits" in kept else None,
        ),
        Context(today=TODAY, **{name: value for name, value in told.items() if f"seeker {name}" in kept}),
    )


def facts_of(claims: list[Claim], identity: dict[str, str | None], hits: Hits | None) -> VettingFacts:
    item: Organization = organization("acme", *claims, **identity)
    return VettingFacts(item, Surroundings.of([item], hits=hits))


@settings(max_examples=600, deadline=None)
@given(condition=conditions, known=pairs())
def test_learning_more_never_overturns_a_judgement(
    condition: Condition, known: tuple[VettingFacts, Context, VettingFacts, Context]
) -> None:
    more, context, less, forgetful = known
    before, after = judge(condition, less, forgetful), judge(condition, more, context)
    assert before.holds is None or before.holds is after.holds
    for found in (before, after):
        assert found.holds is not None or found.unknown
        assert found.holds or not found.matches
