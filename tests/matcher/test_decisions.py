from __future__ import annotations

import json
from pathlib import Path

import pytest

from kb.brief import Brief, Need
from kb.knowledge_base import KnowledgeBase
from matcher.decisions import Decision, learn_weights, read_decisions, read_weights
from matcher.errors import LabelsError, MatcherError, TooLittleDataError
from matcher.service import Matcher
from tests.conftest import claim, organization


@pytest.fixture
def decided(kb: KnowledgeBase) -> list[Decision]:
    """Decisions that follow the capacity and ignore the place."""
    kb.save_brief(Brief(id="b", title="t", behaviour="x", places=("KE",), needs=(Need(code="distribution"),)))
    found = []
    for number in range(60):
        strong = number % 2 == 0
        place = "KE" if number % 3 else "PE"
        strength = (0.9 if strong else 0.2) - number / 1000
        capacity = claim("capacity", "distribution", strength)
        kb.add(organization(f"o{number}", capacity, claim("place", place, 0.9), country=None))
        found.append(Decision("b", f"o{number}", strong))
    return found


def test_what_decided_gets_the_weight(decided: list[Decision], matcher: Matcher):
    learned = learn_weights(matcher, decided)
    assert max(learned.weights, key=learned.weights.get) == "complementarity"
    assert sum(learned.weights.values()) == pytest.approx(1, abs=1e-3)
    assert learned.model.auc > 0.9
    body = json.loads(learned.as_json())
    assert body["encoder"] == matcher.encoder.key
    assert body["figures"]["accepted"] == 30


def test_too_little_is_refused(decided: list[Decision], matcher: Matcher):
    with pytest.raises(TooLittleDataError, match="at least 20 of each"):
        learn_weights(matcher, decided[:30])


def test_unknown_names_are_said(decided: list[Decision], matcher: Matcher):
    with pytest.raises(LabelsError, match="no organization 'nobody'"):
        learn_weights(matcher, [*decided, Decision("b", "nobody", True)])
    with pytest.raises(LabelsError, match="no brief 'none'"):
        learn_weights(matcher, [*decided, Decision("none", "o1", True)])


def test_files_round_trip_and_problems_are_named(tmp_path: Path, decided: list[Decision], matcher: Matcher):
    path = tmp_path / "decisions.csv"
    path.write_text("brief_id,organization_id,accepted\nb,o1,yes\nb,o2,perhaps\n")
    with pytest.raises(LabelsError, match="row 3: accepted is 'perhaps'"):
        read_decisions(path)
    path.write_text("brief,organization\nb,o1\n")
    with pytest.raises(LabelsError, match="missing: brief_id"):
        read_decisions(path)
    weights = tmp_path / "weights.json"
    weights.write_text(learn_weights(matcher, decided).as_json())
    assert sum(read_weights(weights).values()) == pytest.approx(1, abs=1e-3)
    weights.write_text('{"luck": 1}')
    with pytest.raises(MatcherError, match="unknown component luck"):
        read_weights(weights)
