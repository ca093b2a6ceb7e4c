from __future__ import annotations

import shutil
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from kb.columns import Columns
from kb.columns.layout import CORE, STRENGTH
from kb.knowledge_base import KnowledgeBase
from kb.organization import ClaimKind, ConcernRole
from matcher.bulk import pairs as pairs_module
from matcher.bulk.pairs import Pairs
from matcher.service import Matcher
from tests.conftest import TinyEncoder, claim, organization


@pytest.fixture
def starter(tmp_path: Path, starter_file: Path) -> Matcher:
    shutil.copy(starter_file, tmp_path / "kb.db")
    return Matcher(KnowledgeBase.open(tmp_path / "kb.db"), TinyEncoder())


@lru_cache(maxsize=1)
def columns_of(matcher: Matcher) -> Columns:
    return matcher.columns()


def of(matcher: Matcher) -> Pairs:
    return Pairs(matcher.columns(), matcher.settings, matcher.background)


def values_of(matcher: Matcher, one: int, other: int) -> list[tuple[float, float]]:
    """Weigh one pair as its definition says: weight and value of all that is known of both."""
    columns, weights = columns_of(matcher), matcher.settings.weights
    shares = [weights[name] for name in ("mission_fit", "complementarity", "reciprocity")]
    found = []
    if columns.has_profile[one] and columns.has_profile[other]:
        cosine = float(columns.profile_vectors[one] @ columns.profile_vectors[other])
        unrelated = matcher.background.unrelated
        found.append((shares[0], min(1.0, max(0.0, (cosine - unrelated) / (1 - unrelated)))))
    for share, wants, gives in ((shares[1], one, other), (shares[2], other, one)):
        needs = strengths(matcher, wants, ClaimKind.NEED)
        kinds = (ClaimKind.CAPACITY, ClaimKind.OFFER)
        if needs and any(columns.known[kind][gives] for kind in kinds):
            has = [strengths(matcher, gives, kind) for kind in (*kinds, ClaimKind.ASSET)]
            met = sum(need * max(part.get(code, 0) for part in has) for code, need in needs.items())
            found.append((share, met / sum(needs.values())))
    return [(share / sum(shares), value) for share, value in found]


def strengths(matcher: Matcher, row: int, kind: ClaimKind) -> dict[str, float]:
    columns = columns_of(matcher)
    held = STRENGTH[columns.claims[kind][:, row]]
    return {code: float(held[at]) for code, at in columns.codes.claims[kind].items() if held[at] > 0}


def expected(matcher: Matcher, one: int, other: int) -> float | None:
    columns, settings = columns_of(matcher), matcher.settings
    for mine, theirs in ((one, other), (other, one)):
        refused, concern = columns.claims[ClaimKind.RED_LINE][:, mine], columns.claims[ClaimKind.CONCERN][:, theirs]
        if ((refused > 1) & (concern == CORE)).any():
            return None
    values = values_of(matcher, one, other)
    coverage = sum(weight for weight, _ in values)
    if one == other or not coverage:
        return None
    fit = sum(weight * value for weight, value in values) / coverage
    return fit + settings.caution * (1 - coverage) * (settings.usual - fit)


@pytest.mark.parametrize(("seekers", "others", "count"), [(256, 2_048, 10), (7, 16, 40), (3, 50, 1_000)])
def test_the_best_partners_are_those_of_a_loop_over_all_pairs(starter: Matcher, monkeypatch, seekers, others, count):
    monkeypatch.setattr(pairs_module, "SEEKERS", seekers)
    monkeypatch.setattr(pairs_module, "OTHERS", others)
    pairs = of(starter)
    seeker, other, score = pairs.best(20, 40, count)
    for one in (20, 39):
        by_loop = {row: value for row in range(pairs.n) if (value := expected(starter, one, row)) is not None}
        mine = seeker == one
        ranked = sorted(by_loop.values(), reverse=True)[:count]
        assert score[mine].tolist() == pytest.approx(ranked, abs=1e-5)
        assert [by_loop[row] for row in other[mine].tolist()] == pytest.approx(ranked, abs=1e-5)
    assert set(seeker.tolist()) == set(range(20, 40))


def test_what_a_score_is_made_of_adds_up_to_it(starter: Matcher):
    pairs = of(starter)
    seeker, other, score = pairs.best(0, 60, 1_000)
    rated = pairs.rated(seeker, other)
    assert rated.score == pytest.approx(score, abs=1e-5)
    assert ((rated.coverage > 0) & (rated.coverage <= 1 + 1e-6)).all()
    assert not np.isnan(rated.needs_met).all()


def test_what_is_unknown_of_one_of_both_is_neither_counted_nor_shown(matcher: Matcher):
    matcher.kb.add(
        organization("needy", claim("need", "funding"), mission="clean water"),
        organization("mute", mission="clean water"),
        organization("funder", claim("capacity", "funding", 0.5)),
    )
    pairs, columns = of(matcher), matcher.columns()
    seeker, other, score = pairs.best(0, 1, 10)
    rated = pairs.rated(seeker, other)
    found = {int(columns.numbers[row]): place for place, row in enumerate(other.tolist())}
    mute, funder = (found[matcher.kb.number_of(key)] for key in ("mute", "funder"))
    assert np.isnan([rated.needs_met[mute], rated.closeness[funder], *rated.meets_theirs]).all()
    assert rated.needs_met[funder] == pytest.approx(0.5, abs=0.01)
    assert (rated.coverage < 1).all()
    assert rated.score == pytest.approx(score, abs=1e-6)


def test_who_has_what_is_needed_comes_first_and_a_red_line_keeps_out(matcher: Matcher):
    smoke = claim("concern", "tobacco", role=ConcernRole.CORE)
    matcher.kb.add(
        organization("seeker", claim("need", "distribution"), claim("red_line", "tobacco"), mission="clean water"),
        organization("shops", claim("capacity", "distribution", 0.9), mission="shops in villages"),
        organization("weak-shops", claim("capacity", "distribution", 0.2), mission="shops in villages"),
        organization("cigarettes", claim("capacity", "distribution", 0.9), smoke, mission="shops in villages"),
        organization("silent"),
    )
    pairs, columns = of(matcher), matcher.columns()
    seeker, other, _ = pairs.best(0, pairs.n, 10)
    ids = {int(columns.numbers[row]): row for row in range(columns.n)}
    row = {name: ids[matcher.kb.number_of(name)] for name in ("seeker", "shops", "weak-shops", "cigarettes", "silent")}
    assert other[seeker == row["seeker"]].tolist() == [row["shops"], row["weak-shops"]]
    assert row["seeker"] not in other[seeker == row["cigarettes"]]
    assert row["silent"] not in seeker


def test_who_was_removed_neither_seeks_nor_is_found(matcher: Matcher):
    for key in ("one", "two", "three"):
        matcher.kb.add(organization(key, mission="clean water for villages"))
    matcher.columns()
    matcher.kb.remove("two")
    pairs = of(matcher)
    seeker, other, _ = pairs.best(0, pairs.n, 10)
    assert len(seeker) == 2
    assert pairs.alive[seeker].all()
    assert pairs.alive[other].all()
