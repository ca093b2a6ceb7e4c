from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kb.casework.vetting_cases import Ruling
from kb.knowledge_base import KnowledgeBase
from matcher.errors import BriefProblemError
from matcher.scene import open_scene
from matcher.service import Matcher
from matcher.vetting.office import VettingOffice
from tests.conftest import TinyEncoder

POLICIES = ("breastmilk_substitutes_code",)


@pytest.fixture
def matcher(starter_file: Path, tmp_path: Path) -> Matcher:
    shutil.copy(starter_file, tmp_path / "kb.db")
    return Matcher(KnowledgeBase.open(tmp_path / "kb.db"), TinyEncoder())


def bound(matcher: Matcher, **more: object):
    brief = matcher.kb.brief("hpv-vaccination-nigeria")
    open_lines = brief.red_lines.model_copy(update={"concerns": ()})
    return brief.model_copy(update={"red_lines": open_lines, **more})


def apart(ranking) -> dict[str, str]:
    return {item.organization.id: " ".join(item.reasons) for item in ranking.set_apart}


def test_an_exclusion_sets_apart_with_its_reason_and_leaves_every_score_alone(matcher: Matcher):
    free = matcher.find_partners(bound(matcher), count=500)
    strict = matcher.find_partners(bound(matcher, policies=POLICIES), count=500)
    excluded = apart(strict)
    assert {"nestle", "danone", "abbott"} <= set(excluded) - set(apart(free))
    assert "Breast-milk substitutes" in excluded["nestle"]
    scores = {item.organization.id: item.score for item in free.candidates}
    assert all(scores[item.organization.id] == pytest.approx(item.score) for item in strict.candidates)
    assert all(item.score == pytest.approx(scores[item.organization.id], abs=1e-3) for item in strict.set_apart)
    assert len(strict.candidates) + strict.set_apart_count == len(free.candidates) + free.set_apart_count


def test_an_exclusion_that_a_person_dismissed_no_longer_sets_apart(matcher: Matcher):
    brief = bound(matcher, policies=POLICIES)
    assert "nestle" in apart(matcher.find_partners(brief))
    office = VettingOffice(matcher.kb)
    office.screen(office.names_of(["nestle"]), POLICIES, record=True, who="Ann")
    casework = matcher.kb.casework
    for item in casework.case("nestle", POLICIES).findings:
        if item.finding.severity.value == "exclude":
            casework.decide("nestle", POLICIES, item.id, Ruling.DISMISSED, "Sold that business.", who="Ann")
    after = matcher.find_partners(brief, count=500)
    assert "nestle" not in apart(after)
    assert "danone" in apart(after)


def test_an_unknown_pack_is_refused_with_the_nearest_one(matcher: Matcher):
    with pytest.raises(BriefProblemError, match="did you mean who_fensa"):
        matcher.find_partners(bound(matcher, policies=("who_fenza",)))


def test_nobody_whom_a_policy_excludes_sits_in_a_coalition_or_is_asked_to(matcher: Matcher):
    free = bound(matcher, policies=())
    strict = bound(matcher, policies=("unicef_national_committee",))
    open_, closed = open_scene(matcher, free), open_scene(matcher, strict)
    row = open_.row_of("diageo")
    assert open_.welcome[row]
    assert not closed.welcome[row]
    assert not closed.unbarred[row]
    assert closed.everyone[row]
