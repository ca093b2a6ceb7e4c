"""Health checks: the published structure and bands, nothing counted that was not answered."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.casework.partnerships import HealthCheck, Stage
from kb.knowledge_base import KnowledgeBase
from matcher.planning import PlanError, Planning
from matcher.planning.health import (
    FOLDER,
    HealthError,
    check_answers,
    health_check,
    instrument_of,
    load_instruments,
    score,
)
from matcher.planning.health_form import form_text, read_answers
from matcher.planning.steps import move_to
from matcher.service import Matcher
from tests.conftest import organization

DAY = date(2026, 3, 1)
VICHEALTH = instrument_of("vichealth")


def all_at(value: int) -> dict[str, int | None]:
    return dict.fromkeys(VICHEALTH.items, value)


def summing_to(total: int) -> dict[str, int | None]:
    base, more = divmod(total, 35)
    return {code: base + (index < more) for index, code in enumerate(VICHEALTH.items)}


def test_the_published_structure() -> None:
    assert [len(section.items) for section in VICHEALTH.sections] == [5] * 7
    assert list(VICHEALTH.scale) == [1, 2, 3, 4, 5]
    assert [(band.lowest, band.highest) for band in VICHEALTH.bands] == [(35, 84), (85, 126), (127, 175)]
    assert "VicHealth" in VICHEALTH.document.title


@pytest.mark.parametrize(
    ("total", "band"),
    [(35, "question"), (84, "question"), (85, "develop"), (126, "develop"), (127, "sustain"), (175, "sustain")],
)
def test_bands_at_their_edges(total: int, band: str) -> None:
    scored = score(VICHEALTH, summing_to(total), DAY)
    assert scored.total == total
    assert scored.band is not None
    assert scored.band.code == band
    assert health_check(VICHEALTH, summing_to(total), DAY).band == band


def test_an_item_without_an_answer_is_not_zero() -> None:
    answers = {**all_at(4), "need_goal": None}
    scored = score(VICHEALTH, answers, DAY)
    assert scored.total is None
    assert (scored.lowest, scored.highest) == (137, 141)
    assert scored.sections[0].mean == 4.0
    assert scored.sections[0].answered == 4
    assert scored.unanswered == ("need_goal",)
    assert scored.band is not None, "whatever the answer is, the band is the same"
    recorded = health_check(VICHEALTH, answers, DAY)
    assert (recorded.total, recorded.band) == (None, "")


def test_no_band_when_what_is_unanswered_decides_it() -> None:
    assert score(VICHEALTH, {**summing_to(126), "need_goal": None}, DAY).band is None


@given(st.lists(st.none() | st.integers(1, 5), min_size=35, max_size=35))
def test_the_total_lies_in_its_range_and_sections_add_up(values: list[int | None]) -> None:
    answers = dict(zip(VICHEALTH.items, values, strict=True))
    scored = score(VICHEALTH, answers, DAY)
    assert 35 <= scored.lowest <= scored.highest <= 175
    assert sum(section.total for section in scored.sections) == sum(value for value in values if value is not None)
    if scored.total is not None:
        assert scored.lowest == scored.total == scored.highest


def test_wrong_answers_are_named_all_at_once() -> None:
    with pytest.raises(HealthError) as caught:
        check_answers(VICHEALTH, {"need_goal": 6, "need_worth": True, "harmony": 3, "choosing_history": 0})  # type: ignore[dict-item]
    said = str(caught.value)
    for part in ("need_goal: 6", "need_worth: True", "harmony is no item", "choosing_history: 0"):
        assert part in said
    with pytest.raises(HealthError, match="no item was answered"):
        check_answers(VICHEALTH, {"need_goal": None})
    with pytest.raises(HealthError, match="there is vichealth"):
        instrument_of("horoscope")


def test_the_form_is_read_back(tmp_path: Path) -> None:
    form = form_text(VICHEALTH, "nets, Shops", DAY)
    path = tmp_path / "form.yaml"
    path.write_text(form.replace("  need_goal:\n", "  need_goal: 4\n"))
    found = read_answers(path, date(2000, 1, 1))
    assert found.on == DAY
    assert set(found.scores) == set(VICHEALTH.items)
    assert {code: value for code, value in found.scores.items() if value is not None} == {"need_goal": 4}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("answers: 3", "has no answers"),
        ("- a", "must be a mapping"),
        ("day: soon\nanswers: {need_goal: 4}", "is no day"),
        ("instrument: x\nanswers: {need_goal: 4}", "there is no instrument"),
    ],
)
def test_a_file_that_is_no_form_is_said_to_be_none(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "form.yaml"
    path.write_text(text)
    with pytest.raises(HealthError, match=said):
        read_answers(path, DAY)


def test_a_broken_instrument_is_refused(tmp_path: Path) -> None:
    text = (FOLDER / "health.yaml").read_text(encoding="utf-8")
    (tmp_path / "health.yaml").write_text(text.replace("from: 85", "from: 90"))
    with pytest.raises(HealthError, match="the band develop begins at 90, not at 85"):
        load_instruments(tmp_path)


@pytest.fixture
def desk(kb: KnowledgeBase, matcher: Matcher) -> Planning:
    kb.add(organization("shops"))
    desk = Planning(matcher)
    desk.record("nets", "shops", move_to(Stage.ACTIVE, "signed"), who="Ada")
    return desk


def test_checks_are_repeated_plotted_and_compared(desk: Planning) -> None:
    desk.check_health("nets", "shops", {**all_at(3), "barriers_core": 5}, on=date(2027, 3, 1), who="Ada")
    history = desk.check_health("nets", "shops", all_at(4), on=DAY, who="Ada")
    assert [scored.on for scored in history.scores] == [DAY, date(2027, 3, 1)], "by the day, not by entry"
    series = {(point.on, point.series): point.mean for point in history.points}
    assert len(series) == 2 * 8
    assert series[DAY, "total"] == 4.0
    assert series[date(2027, 3, 1), "barriers"] == pytest.approx(3.4)
    said = history.compared
    assert said[0] == "The total is 107, 33 less than on 2026-03-01."
    assert said[1] == "It was in the band 'Genuine collaboration' and is in 'On the way'."
    assert "Lowering barriers: down from 4.0 to 3.4." in said
    assert not any("core of able" in text for text in said), "one point is no leap"


def test_a_leap_of_an_item_is_told(desk: Planning) -> None:
    desk.check_health("nets", "shops", all_at(4), on=DAY, who="Ada")
    history = desk.check_health(
        "nets", "shops", {**all_at(4), "barriers_core": 1, "need_goal": None}, on=date(2027, 1, 1), who="Ada"
    )
    assert history.compared[0] == "The totals cannot be compared: not every item was answered both times."
    assert "The need for the partnership: 4.0 to 4.0, on other items than last time." in history.compared
    assert history.compared[-1].startswith("Down from 4 to 1: A core of able")


def test_the_first_check_is_compared_to_nothing(desk: Planning) -> None:
    assert desk.check_health("nets", "shops", all_at(4), who="Ada").compared == ()


def test_there_must_be_a_partnership_to_check(desk: Planning, kb: KnowledgeBase) -> None:
    kb.add(organization("stranger"))
    with pytest.raises(PlanError, match="has no stage under brief nets yet"):
        desk.check_health("nets", "stranger", all_at(4), who="Ada")


def test_what_is_recorded_is_a_health_check_of_casework(desk: Planning, kb: KnowledgeBase) -> None:
    desk.check_health("nets", "shops", all_at(4), on=DAY, notes="with both directors", who="Ada")
    (step,) = kb.casework.partnership("nets", "shops").health_checks
    assert isinstance(step.entry, HealthCheck)
    assert (step.entry.total, step.entry.notes) == (140, "with both directors")
