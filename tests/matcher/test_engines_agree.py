"""The same brief gives the same ranking, whichever engine the knowledge base stands on."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb.brief import Brief
from kb.knowledge_base import KnowledgeBase
from kb.organization import ClaimStatus, Engagement, Organization, Participation, Relation, RelationKind
from kb.vocabulary import load_vocabulary
from matcher.service import Matcher
from matcher.starter import land_starter
from tests.conftest import SOURCE, TinyEncoder, claim, organization

if TYPE_CHECKING:
    from tests.postgres import Server

VOCABULARY = load_vocabulary()
WORDS = ["children", "handwashing", "schools", "radio", "salud", "Salud", "nets", "Kenya", "trains", "nurses", "soap"]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)
KINDS = {
    "capacity": sorted(VOCABULARY.capacities)[:6],
    "need": sorted(VOCABULARY.capacities)[:6],
    "cause": sorted(VOCABULARY.causes)[:4],
    "value": sorted(VOCABULARY.values)[:4],
    "place": ["KE", "UG", "africa"],
    "concern": ["tobacco", "alcohol"],
}
CLAIMS = st.sampled_from(sorted(KINDS)).flatmap(
    lambda kind: st.builds(
        lambda code, strength, status: claim(
            kind, code, strength, status=status, **({"role": "core"} if kind == "concern" else {})
        ),
        st.sampled_from(KINDS[kind]),
        st.sampled_from([0.0, 0.3, 0.6, 1.0]),
        st.sampled_from([ClaimStatus.STATED, ClaimStatus.CONFIRMED, ClaimStatus.REJECTED]),
    )
)


@st.composite
def organizations(draw: st.DrawFn) -> list[Organization]:
    found = []
    for number in range(draw(st.integers(2, 9))):
        claims = {item.key: item for item in draw(st.lists(CLAIMS, max_size=6))}
        found.append(
            organization(
                f"{draw(st.sampled_from('aBcZ'))}-{number}",
                *claims.values(),
                name=draw(TEXTS) or "Nameless",
                mission=draw(TEXTS),
                description=draw(TEXTS),
                country=draw(st.sampled_from(["KE", "UG", None])),
                sector=draw(st.sampled_from(["private", "voluntary", None])),
            )
        )
    return found


@st.composite
def briefs(draw: st.DrawFn) -> Brief:
    needs = draw(st.lists(st.sampled_from(KINDS["capacity"]), min_size=1, max_size=3, unique=True))
    return Brief.model_validate(
        {
            "id": "b",
            "title": draw(TEXTS) or "A brief",
            "context": draw(TEXTS),
            "places": draw(st.sampled_from([[], ["KE"], ["africa"]])),
            "causes": draw(st.lists(st.sampled_from(KINDS["cause"]), max_size=2, unique=True)),
            "needs": [{"code": code, "must": at == 0} for at, code in enumerate(needs)],
            "red_lines": {"concerns": draw(st.sampled_from([[], ["tobacco"]]))},
        }
    )


@pytest.fixture(scope="module")
def databases(postgres: Server, empty_kb_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """Gives two empty knowledge bases, one on each engine, each time it is asked."""
    numbers = count()
    folder = tmp_path_factory.mktemp("agree")
    names: list[str] = []

    def pair() -> tuple[Matcher, Matcher]:
        names.append(postgres.fresh_database(empty_kb_database))
        made = []
        for address in (folder / f"{next(numbers)}.db", postgres.url(names[-1])):
            made.append(Matcher(KnowledgeBase.open(address), TinyEncoder(), folder / f"cache{next(numbers)}"))
        return made[0], made[1]

    yield pair
    for name in names:
        postgres.drop_database(name)


def assert_agree(one: Matcher, other: Matcher, brief: Brief) -> None:
    assert one.find_partners(brief, count=50) == other.find_partners(brief, count=50)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=organizations(), brief=briefs(), data=st.data())
def test_random_knowledge_is_ranked_and_found_alike(databases, made: list[Organization], brief: Brief, data):
    """Landed, ranked, then changed in every way, merged and undone, and ranked again from the refreshed columns."""
    pair = databases()
    ids = [item.id for item in made]
    joint = Engagement(id="e", title="Joint soap", source=SOURCE, participations=tuple(
        Participation(organization_id=key) for key in data.draw(st.lists(st.sampled_from(ids), unique=True, min_size=1))
    ))  # fmt: skip
    tie = Relation(subject_id=ids[0], kind=RelationKind.PARENT_OF, object_id=ids[1], source=SOURCE)
    more = data.draw(CLAIMS)
    words = data.draw(st.lists(st.sampled_from([*WORDS, "ra", "ch"]), min_size=1, max_size=3).map(" ".join))
    for matcher in pair:
        matcher.kb.add(*made, joint, tie)
    assert_agree(*pair, brief)
    for matcher in pair:
        matcher.kb.add_claim(ids[0], more)
        merge = matcher.kb.merge(ids[0], ids[-1])
        if more.strength > 0.5:
            matcher.kb.undo(merge)
    one, other = pair
    assert_agree(one, other, brief)
    assert one.search(words) == other.search(words)
    assert [item.id for item in one.kb.find(words)] == [item.id for item in other.kb.find(words)]
    assert list(one.kb.iterate()) == list(other.kb.iterate())
    for matcher in pair:
        matcher.kb.close()


def test_the_starter_knowledge_base_answers_alike(databases, tmp_path: Path):
    one, other = databases()
    for matcher in (one, other):
        land_starter(matcher.kb)
    assert one.kb.count() == other.kb.count()
    assert list(one.kb.iterate()) == list(other.kb.iterate())
    for brief in one.kb.briefs():
        assert_agree(one, other, brief)
    for words in ("soap", "clean water africa", "bank", "world health organ", "fundaci\u00f3n", "unil", "a"):
        assert [item.id for item in one.kb.find(words)] == [item.id for item in other.kb.find(words)], words
        assert one.search(words) == other.search(words), words
    key = one.kb.find("unilever")[0].id
    assert one.kb.relations_of(key) == other.kb.relations_of(key)
    assert one.kb.engagements_of(key) == other.kb.engagements_of(key)
    assert one.kb.briefs() == other.kb.briefs()
    assert one.kb.duplicates() == other.kb.duplicates()
