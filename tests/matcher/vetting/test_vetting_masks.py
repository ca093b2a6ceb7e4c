"""The masks over all rows mean what the rules mean for a single organization."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb.casework.findings import Document, Severity
from kb.columns import Columns, ColumnStore
from kb.knowledge_base import KnowledgeBase
from kb.organization import (
    Claim,
    ClaimKind,
    ClaimStatus,
    ConcernRole,
    Engagement,
    Evidence,
    Organization,
    Participation,
    Relation,
    RelationKind,
    Source,
)
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
    rests_on_facts,
)
from matcher.vetting.facts import Context, VettingFacts, gather_facts
from matcher.vetting.masks import excluded_rows
from matcher.vetting.policy import Policy, Rule, known_policies, load_policies
from matcher.vetting.screening import Hit
from matcher.vetting.standing_table import StandingTable
from matcher.vetting.verdict import vet
from tests.conftest import TinyEncoder

SOURCE = Source(name="a register")
OTHER_SOURCE = Source(name="another register")
TODAY = date(2026, 11, 1)
CODES = ("tobacco", "weapons", "alcohol", "fraud_corruption")
SIZE = 40


def alive_ids(kb: KnowledgeBase, columns: Columns) -> dict[int, str]:
    numbers = {organization.id: kb.number_of(organization.id) for organization in kb.iterate()}
    return {columns.row_of(number): key for key, number in numbers.items()}


@pytest.mark.parametrize("terms", [{}, {"exclusivity": True}, {"endorsement": True}])
def test_masks_equal_verdicts_on_the_starter(terms: dict, starter_kb: KnowledgeBase, tmp_path: Path) -> None:
    columns = ColumnStore(starter_kb, TinyEncoder(), tmp_path).current()
    table, packs = StandingTable.of(starter_kb, columns), load_policies(known_policies())
    rows = alive_ids(starter_kb, columns)
    facts = gather_facts(starter_kb, list(rows.values()))
    seeker = starter_kb.get("us-fda")
    regulates = frozenset(claim.code for claim in seeker.claims_of(ClaimKind.REGULATES))
    context = Context(seeker_id=seeker.id, sector="public", kind="regulator", regulates=regulates, today=TODAY, **terms)
    found = excluded_rows(table, packs, context, seeker_number=starter_kb.number_of(seeker.id))
    assert set(found.by_policy) == set(known_policies())
    for pack in packs:
        expected = {key for key, item in facts.items() if vet(item, [pack], context).is_excluded}
        assert {rows[row] for row in np.flatnonzero(found.by_policy[pack.code])} == expected, pack.code
    assert found.rows.sum() >= 20
    if terms:
        assert found.by_policy["public_regulator"].any()


def concern(rng: random.Random, code: str, source: Source) -> Claim:
    return Claim(
        kind=ClaimKind.CONCERN,
        code=code,
        role=rng.choice([ConcernRole.CORE, ConcernRole.MINOR, None]),
        status=rng.choice(list(ClaimStatus)),
        revenue_share=rng.choice([None, None, 0.05, 0.10, 0.4]),
        evidence=(Evidence(text=f"about {code}"),),
        source=source,
    )


def an_organization(rng: random.Random, number: int) -> Organization:
    claims = [concern(rng, code, source) for code in CODES for source in (SOURCE, OTHER_SOURCE) if rng.random() < 0.2]
    if rng.random() < 0.3:
        claims.append(Claim(kind=ClaimKind.CAPACITY, code="distribution", source=SOURCE))
    if rng.random() < 0.3:
        claims.append(Claim(kind=ClaimKind.PLACE, code="world", source=SOURCE))
    return Organization(
        id=f"o{number}",
        name=f"Organization {number}",
        sector=rng.choice(["private", "voluntary", None]),
        kind=rng.choice(["company", "ngo", None]),
        industry=rng.choice(["tobacco", "retail", None]),
        country=rng.choice(["KE", "CH", None]),
        claims=tuple(claims),
    )


def records(rng: random.Random) -> Iterator[Organization | Relation | Engagement]:
    ids = [f"o{number}" for number in range(SIZE)]
    yield from (an_organization(rng, number) for number in range(SIZE))
    kinds = [*RelationKind, RelationKind.PARENT_OF, RelationKind.PARENT_OF]
    ties = {(*rng.sample(ids, 2), rng.choice(kinds)) for _ in range(SIZE * 2)}
    for subject, object_, kind in sorted(ties):
        status = rng.choice(list(ClaimStatus))
        evidence = (Evidence(text="says so"),)
        yield Relation(
            subject_id=subject, kind=kind, object_id=object_, status=status, evidence=evidence, source=SOURCE
        )
    for number in range(12):
        parts = tuple(Participation(organization_id=key) for key in rng.sample(ids, rng.randint(1, 4)))
        status = rng.choice(list(ClaimStatus))
        yield Engagement(
            id=f"e{number}", title=f"Programme {number}", participations=parts, source=SOURCE, status=status
        )


@pytest.fixture(scope="module")
def tangle(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """Forty organizations with rings of owners, inferred and rejected claims and ties, merged ones, and list hits."""
    folder, rng = tmp_path_factory.mktemp("tangle"), random.Random(7)
    kb = KnowledgeBase.open(folder / "tangle.db")
    kb.add(*records(rng))
    for kept, other in (("o0", "o1"), ("o2", "o3"), ("o4", "o5")):
        kb.merge(kept, other)
    columns = ColumnStore(kb, TinyEncoder(), folder).current()
    rows = alive_ids(kb, columns)
    hits = {}
    for key in rng.sample(sorted(rows.values()), 25):
        end = rng.choice([None, date(2025, 1, 1), date(2019, 1, 1)])
        entity = ListedEntity(rng.choice(["a_list", "b_list"]), "1", key, end=end)
        hit = Hit(key, entity, key, key, 0.9, rng.choice(["strong", "possible"]), 0.0, ())
        hits[key] = rng.choice([(), (hit,)])
    table = StandingTable.of(kb, columns)
    numbers = {kb.number_of(key): found for key, found in hits.items()}
    around = next(iter(gather_facts(kb, list(rows.values())).values())).surroundings
    yield SimpleNamespace(kb=kb, rows=rows, hits=hits, table=table, numbers=numbers, around=around)
    kb.close()


codes = st.frozensets(st.sampled_from(CODES), min_size=1)
shares = st.sampled_from([(None, False), (0.1, False), (None, True)])
statuses = st.sampled_from(
    [frozenset(ClaimStatus) - {ClaimStatus.REJECTED}, frozenset({ClaimStatus.STATED, ClaimStatus.INFERRED})]
)
concerns = st.builds(
    lambda code, role, share, status: Concern(code, role, share[0], False, share[1], status),
    codes,
    st.sampled_from([None, *ConcernRole]),
    shares,
    statuses,
)
VALUES = {"sector": ["private"], "kind": ["ngo"], "industry": ["tobacco"], "country": ["KE", "FR"]}
identities = st.builds(
    lambda field, unknown: Identity(field, frozenset(VALUES[field]), unknown),
    st.sampled_from(sorted(VALUES)),
    st.sampled_from([None, True, False]),
)
listings = st.builds(
    Listed,
    st.sampled_from([None, "strong", "possible"]),
    st.sampled_from([None, True, False]),
    st.sampled_from([None, 3]),
    st.sampled_from([frozenset(), frozenset({"a_list"})]),
)
terms = st.sampled_from(
    [
        BriefTerm("exclusivity"),
        BriefTerm("endorsement"),
        SeekerIs("sector", frozenset({"public"})),
        SeekerIs("kind", frozenset({"ngo"})),
        RegulatedBySeeker(),
    ]
)
atoms = st.one_of(concerns, concerns, identities, listings, terms)
ties = st.lists(st.sampled_from(sorted(TIES)), min_size=1, max_size=2, unique=True).map(tuple)


def combined(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    parts = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(parts.map(AllOf), parts.map(AnyOf), inner.map(Not))


plain = st.recursive(atoms, combined, max_leaves=4)
linked = st.builds(Linked, ties, st.one_of(plain, st.builds(Linked, ties, concerns)))
engaged = st.builds(Linked, st.just(("engagement",)), concerns)
conditions = st.one_of(plain, linked, engaged, combined(st.one_of(linked, engaged, atoms))).filter(rests_on_facts)


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    condition=conditions,
    screened=st.booleans(),
    fit=st.sampled_from([None, frozenset(), frozenset({"a_list", "b_list"})]),
    when_inferred=st.sampled_from([Severity.ESCALATE, Severity.EXCLUDE]),
    context=st.sampled_from(
        [
            Context(today=TODAY),
            Context("o8", "public", "ngo", frozenset({"retail"}), True, False, today=TODAY),
            Context("o9", "private", "ngo", frozenset(), False, True, today=TODAY),
        ]
    ),
)
def test_a_mask_equals_the_verdict_for_any_condition(
    condition: Condition,
    screened: bool,
    fit: frozenset[str] | None,
    when_inferred: Severity,
    context: Context,
    tangle: SimpleNamespace,
) -> None:
    assert_mask_equals_verdicts(condition, context, tangle, screened, fit, when_inferred)


ANY_CODE = frozenset(CODES) - {"fraud_corruption"}
KENYAN = Identity("country", frozenset({"KE"}), if_unknown=True)
DIRECTED = [
    AllOf((KENYAN, Not(Linked(("owner",), Concern(ANY_CODE))))),
    AllOf((KENYAN, Not(Linked(("partner",), Identity("sector", frozenset({"private"})))))),
    AllOf((KENYAN, Not(Linked(("engagement",), Concern(ANY_CODE))))),
    AllOf((KENYAN, Not(Concern(ANY_CODE, ConcernRole.CORE, 0.1)))),
    AllOf((KENYAN, Not(RegulatedBySeeker()))),
    AllOf((KENYAN, Not(Listed()))),
    AllOf((Concern(frozenset({"alcohol"})), Concern(frozenset({"weapons"})))),
    Linked(("owner", "subsidiary", "partner"), AllOf((KENYAN, Not(Concern(ANY_CODE))))),
    AllOf((KENYAN, Not(Concern(frozenset({"fraud_corruption"}), ConcernRole.CORE)))),
    AllOf((KENYAN, Not(Concern(frozenset({"tobacco"}), ConcernRole.CORE)))),
    AllOf((KENYAN, AnyOf((Not(Concern(frozenset({"alcohol"}))), Concern(frozenset({"tobacco"})))))),
]


@pytest.mark.parametrize("condition", DIRECTED, ids=range(len(DIRECTED)))
def test_a_mask_equals_the_verdict_where_unknowns_and_inferences_meet(
    condition: Condition, tangle: SimpleNamespace
) -> None:
    context = Context("o8", "public", "ngo", frozenset({"retail"}), True, False, today=TODAY)
    assert assert_mask_equals_verdicts(condition, context, tangle, True, None, Severity.ESCALATE) > 0


def assert_mask_equals_verdicts(
    condition: Condition,
    context: Context,
    tangle: SimpleNamespace,
    screened: bool,
    fit: frozenset[str] | None,
    when_inferred: Severity,
) -> int:
    rule = Rule("r", "A rule", Severity.EXCLUDE, condition, "m", Document(title="d"), when_inferred=when_inferred)
    policy = Policy("p", "A pack", "", "", "", {}, (rule,))
    around = replace(tangle.around, hits=tangle.hits if screened else None, screened=fit)
    facts = {key: VettingFacts(around.organizations[key], around) for key in tangle.rows.values()}
    expected = {key for key, item in facts.items() if vet(item, [policy], context).is_excluded}
    number = tangle.kb.number_of(context.seeker_id) if context.seeker_id else None
    found = excluded_rows(tangle.table, [policy], context, tangle.numbers if screened else None, fit, number)
    assert {tangle.rows[row] for row in np.flatnonzero(found.rows)} == expected
    return len(expected)


def test_a_ring_of_owners_does_not_make_anybody_its_own_owner(kb: KnowledgeBase, tmp_path: Path) -> None:
    tobacco = Claim(kind=ClaimKind.CONCERN, code="tobacco", role=ConcernRole.CORE, source=SOURCE)
    ring = [("a", "b"), ("b", "c"), ("c", "a")]
    kb.add(
        Organization(id="a", name="A", claims=(tobacco,)),
        *(Organization(id=key, name=key.upper()) for key in ("b", "c", "d")),
        *(Relation(subject_id=up, kind=RelationKind.PARENT_OF, object_id=down, source=SOURCE) for up, down in ring),
    )
    condition = Linked(("owner",), Concern(frozenset({"tobacco"})))
    rule = Rule("r", "A rule", Severity.EXCLUDE, condition, "m", Document(title="d"))
    policy = Policy("p", "A pack", "", "", "", {}, (rule,))
    columns = ColumnStore(kb, TinyEncoder(), tmp_path).current()
    rows = alive_ids(kb, columns)
    mask = excluded_rows(StandingTable.of(kb, columns), [policy], Context()).rows
    verdicts: dict[str, VettingFacts] = gather_facts(kb, ["a", "b", "c", "d"])
    assert {key for key, item in verdicts.items() if vet(item, [policy], Context()).is_excluded} == {"b", "c"}
    assert {rows[row] for row in np.flatnonzero(mask)} == {"b", "c"}
