"""Lessons flow back: what was learnt from a partnership is known to the next ranking, until it is taken back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from kb.brief import Brief, Seeker
from kb.casework.errors import CaseworkError
from kb.casework.partnerships import Lesson, Stage
from kb.errors import ConflictError, KbError, KnowledgeBaseLockedError
from kb.knowledge_base import KnowledgeBase
from kb.organization import ClaimStatus, Engagement
from matcher.planning import Closing, Outcome, PlanError, Planning
from matcher.planning.steps import development, move_to, remark
from matcher.results import Candidate
from matcher.service import Matcher
from tests.conftest import TinyEncoder

BRIEF = "energy-saving-uk"
PARTNER = "itv"


@pytest.fixture
def desk(starter_file: Path, tmp_path: Path) -> Iterator[Planning]:
    opened = KnowledgeBase.open(shutil.copy(starter_file, tmp_path / "kb.db"))
    yield Planning(Matcher(opened, TinyEncoder()))
    opened.close()


@pytest.fixture
def brief(desk: Planning) -> Brief:
    return desk.matcher.kb.brief(BRIEF)


def begin(desk: Planning) -> None:
    desk.record(BRIEF, PARTNER, move_to(Stage.ACTIVE, "Signed", on=date(2025, 1, 10)), who="Ada")


def ending(**more: object) -> Closing:
    fields = {"stage": Stage.ENDED, "reason": "The winter is over", "lesson": "Start in September.", **more}
    return Closing(**fields)  # type: ignore[arg-type]


def candidate(desk: Planning, brief: Brief) -> Candidate:
    ranking = desk.matcher.find_partners(brief, count=500)
    return next(item for item in ranking.candidates if item.organization.id == PARTNER)


def values(found: Candidate) -> dict[str, float | None]:
    return {item.component: item.value for item in found.contributions}


def test_the_next_ranking_knows_and_taking_back_restores(desk: Planning, brief: Brief) -> None:
    before = candidate(desk, brief)
    assert values(before)["trust"] != 1.0, "they have not worked together yet"
    begin(desk)
    assert values(candidate(desk, brief)) == values(before), "an agreement alone is no record"
    closed = desk.close(brief, PARTNER, ending(), who="Ada")
    after = candidate(desk, brief)
    assert values(after)["trust"] == 1.0
    assert (values(after)["track_record"] or 0) > (values(before)["track_record"] or 0)
    assert after.rank < before.rank
    record = next(item for item in after.contributions if item.component == "track_record")
    assert any(closed.engagement and closed.engagement.title in reason.text for reason in record.reasons)
    desk.take_back(BRIEF, PARTNER, "It is not over", who="Ada")
    restored = candidate(desk, brief)
    assert values(restored) == values(before)
    assert restored.rank == before.rank
    assert desk.partnership(BRIEF, PARTNER).lessons == []


def test_the_engagement_is_a_persons_record(desk: Planning, brief: Brief) -> None:
    begin(desk)
    closing = ending(on=date(2026, 3, 1), outcome=Outcome.PARTLY, trust={"reliability": 0.9})
    found = desk.close(brief, PARTNER, closing, who="Ada").engagement
    assert found is not None
    assert found in desk.matcher.kb.engagements_of(PARTNER)
    assert {part.organization_id for part in found.participations} == {PARTNER, "national-energy-action"}
    assert (found.start_date, found.end_date) == (date(2025, 1, 10), date(2026, 3, 1))
    assert found.causes == brief.causes
    assert found.status is ClaimStatus.CONFIRMED
    assert found.source.name == "Partnership record of Ada"
    assert "Objectives partly reached." in found.text
    lesson = desk.partnership(BRIEF, PARTNER).lessons[-1].entry
    assert isinstance(lesson, Lesson)
    assert lesson.text == "Start in September. (objectives partly reached)"
    assert lesson.trust == {"reliability": 0.9}


@pytest.mark.parametrize(
    ("trust", "counts", "written"),
    [
        ({}, None, True),
        ({"reliability": 0.2, "openness": 0.4}, None, False),
        ({"reliability": 0.4, "openness": 0.6}, None, True),
        ({"reliability": 0.2}, True, True),
        ({"reliability": 1.0}, False, False),
    ],
)
def test_who_is_not_to_be_trusted_gains_nothing(
    desk: Planning, brief: Brief, trust: dict[str, float], counts: bool | None, written: bool
) -> None:
    before = desk.matcher.kb.count()["engagements"]
    begin(desk)
    closed = desk.close(brief, PARTNER, ending(trust=trust, counts=counts), who="Ada")
    assert (closed.engagement is not None) is written
    assert desk.matcher.kb.count()["engagements"] == before + written
    assert closed.partnership.lessons, "the lesson is kept either way"
    desk.take_back(BRIEF, PARTNER, "again", who="Ada")
    assert desk.matcher.kb.count()["engagements"] == before


def test_each_period_is_a_record_of_its_own(desk: Planning, brief: Brief) -> None:
    begin(desk)
    first = desk.close(brief, PARTNER, ending(stage=Stage.RENEWED, on=date(2025, 6, 1)), who="Ada").engagement
    second = desk.close(brief, PARTNER, ending(on=date(2026, 6, 1)), who="Ada").engagement
    assert first is not None
    assert second is not None
    assert first.id != second.id
    assert (second.start_date, second.end_date) == (date(2025, 6, 1), date(2026, 6, 1))
    desk.take_back(BRIEF, PARTNER, "too early", who="Ada")
    held = [item.id for item in desk.matcher.kb.engagements_of(PARTNER)]
    assert first.id in held
    assert second.id not in held


def test_a_seeker_outside_the_knowledge_base_leaves_a_record_of_the_partner(desk: Planning, brief: Brief) -> None:
    outside = brief.model_copy(update={"seeker": Seeker(name="A parish council")})
    begin(desk)
    found = desk.close(outside, PARTNER, ending(), who="Ada").engagement
    assert found is not None
    assert [part.organization_id for part in found.participations] == [PARTNER]
    assert "A parish council and ITV" in found.title


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"lesson": " "}, "say what was learnt"),
        ({"stage": Stage.DECLINED}, "goes with ended or renewed"),
        ({"trust": {"reliability": 80}}, "from 0"),
        ({"started": date(2027, 1, 1), "on": date(2026, 1, 1)}, "cannot have started"),
    ],
)
def test_a_closing_that_says_too_little_is_refused(
    desk: Planning, brief: Brief, more: dict[str, object], said: str
) -> None:
    begin(desk)
    with pytest.raises(PlanError, match=said):
        desk.close(brief, PARTNER, ending(**more), who="Ada")
    assert desk.partnership(BRIEF, PARTNER).stage is Stage.ACTIVE


def test_what_casework_refuses_writes_no_engagement(desk: Planning, brief: Brief) -> None:
    before = desk.matcher.kb.count()["engagements"]
    with pytest.raises(CaseworkError, match="cannot move to ended"):
        desk.close(brief, PARTNER, ending(), who="Ada")
    begin(desk)
    with pytest.raises(ConflictError):
        desk.close(brief, PARTNER, ending(), seen=-1, who="Ada")
    with pytest.raises(CaseworkError, match="needs a reason"):
        desk.close(brief, PARTNER, ending(reason=""), who="Ada")
    assert desk.matcher.kb.count()["engagements"] == before


def test_when_the_engagement_cannot_be_written_nothing_is_closed(
    desk: Planning, brief: Brief, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(desk)

    def locked(*records: Engagement, **more: object) -> int:
        raise KnowledgeBaseLockedError("locked")

    monkeypatch.setattr(desk.matcher.kb, "add", locked)
    with pytest.raises(KnowledgeBaseLockedError):
        desk.close(brief, PARTNER, ending(), who="Ada")
    now = desk.partnership(BRIEF, PARTNER)
    assert now.stage is Stage.ACTIVE
    assert now.lessons == []


def test_a_step_back_that_is_refused_leaves_the_engagement(desk: Planning, brief: Brief) -> None:
    begin(desk)
    found = desk.close(brief, PARTNER, ending(), who="Ada").engagement
    with pytest.raises(CaseworkError, match="needs a reason"):
        desk.take_back(BRIEF, PARTNER, " ", who="Ada")
    with pytest.raises(ConflictError, match="is not the latest"):
        desk.take_back(BRIEF, PARTNER, "wrong", step=1, who="Ada")
    assert found in desk.matcher.kb.engagements_of(PARTNER)


def test_an_engagement_that_was_edited_since_is_not_thrown_away(desk: Planning, brief: Brief) -> None:
    begin(desk)
    found = desk.close(brief, PARTNER, ending(), who="Ada").engagement
    assert found is not None
    desk.matcher.kb.add(found.model_copy(update={"text": "More was reached than we knew."}), who="Ben")
    with pytest.raises(KbError, match="later changes build on it"):
        desk.take_back(BRIEF, PARTNER, "wrong", who="Ada")
    assert desk.partnership(BRIEF, PARTNER).lessons, "neither half was taken back"


def test_a_refused_take_back_puts_the_engagement_back(
    desk: Planning, brief: Brief, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(desk)
    found = desk.close(brief, PARTNER, ending(), who="Ada").engagement

    def overtaken(*names: str, **more: object) -> None:
        raise ConflictError("somebody was faster")

    monkeypatch.setattr("kb.casework.store.Casework.take_back", overtaken)
    with pytest.raises(ConflictError):
        desk.take_back(BRIEF, PARTNER, "wrong", who="Ada")
    assert found in desk.matcher.kb.engagements_of(PARTNER)


def test_several_steps_are_recorded_together_or_not_at_all(desk: Planning) -> None:
    with pytest.raises(CaseworkError, match="cannot move to ended"):
        desk.record(BRIEF, PARTNER, remark("called"), move_to(Stage.ENDED, "no"), who="Ada")
    assert desk.partnership(BRIEF, PARTNER).steps == ()
    with pytest.raises(PlanError, match="needs a reason"):
        development(" ")
    with pytest.raises(PlanError, match="network type or collaboration stage"):
        development("they meet every month")
    with pytest.raises(PlanError, match="note is empty"):
        remark("")
