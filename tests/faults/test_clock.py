"""A clock that was set back does no harm: order goes by number, and nothing new passes for something old."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from kb.backup import back_up, examine
from kb.brief import Brief
from kb.casework.partnerships import Move, Stage
from kb.columns import ColumnStore
from kb.organization import ClaimStatus
from tests.conftest import claim, organization
from tests.faults.checks import problems_of, snapshot_problems
from tests.faults.operations import QuickEncoder, Site

NOW = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Set the clock that the knowledge base reads."""

    shown = [NOW]

    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return shown[0].astimezone(tz) if tz else shown[0].replace(tzinfo=None)

    class Calendar(date):
        @classmethod
        def today(cls):
            return shown[0].date()

    for name, module in list(sys.modules.items()):
        if name.split(".")[0] in {"kb", "matcher"}:
            for word, real, stand_in in (("datetime", datetime, Clock), ("date", date, Calendar)):
                if getattr(module, word, None) is real:
                    monkeypatch.setattr(module, word, stand_in)

    def setting(moment: datetime) -> None:
        shown[0] = moment

    return setting


def test_the_journal_goes_by_number(kb, set_clock):
    set_clock(NOW)
    kb.add(organization("a"), who="ann")
    set_clock(NOW - timedelta(days=900))
    second = kb.add(organization("a", claim("capacity", "funding")), who="bea")
    third = kb.add(organization("a", claim("capacity", "funding"), mission="Soap."), who="cas")
    assert [batch.who for batch in kb.batches()] == ["cas", "bea", "ann"]
    assert [change.batch.who for change in kb.history("a")] == ["ann", "bea", "cas"]
    with pytest.raises(Exception, match="Undo those first"):
        kb.undo(second)
    kb.undo(third)
    assert kb.get("a").mission == ""
    assert kb.batches(1)[0].at.year == 2023
    assert problems_of(Site(kb.path)) == []


def test_the_trail_is_whole_and_in_order(kb, set_clock):
    kb.add(organization("a"))
    for number, days in enumerate((0, -500, -499, -2000, 3)):
        set_clock(NOW + timedelta(days=days))
        kb.casework.save_plan("plan", {"n": number}, based_on=number, who="ann")
    set_clock(NOW)
    kb.casework.record("brief", "a", Move(stage=Stage.LONGLIST), who="ann")
    set_clock(NOW - timedelta(days=365))
    found = kb.casework.record("brief", "a", Move(stage=Stage.SHORTLIST, reason="Near."), who="bea")
    assert found.stage is Stage.SHORTLIST
    assert [version.body["n"] for version in kb.casework.plan_versions("plan")] == [0, 1, 2, 3, 4]
    assert kb.casework.plan("plan").body == {"n": 4}
    check = kb.casework.verify_trail()
    assert check.whole
    assert check.events == 7


def test_a_snapshot_follows_what_was_written_at_earlier_times(kb, set_clock, tmp_path):
    set_clock(NOW)
    kb.add(organization("a", mission="Soap."), organization("b"))
    ColumnStore(kb, QuickEncoder(), tmp_path / "cache").current()
    set_clock(NOW - timedelta(days=900))
    kb.judge_claim(*_judged(kb))
    kb.remove("b")
    assert snapshot_problems(kb, tmp_path / "cache") == []


def _judged(kb):
    kb.add_claim("a", claim("capacity", "funding"))
    only = kb.get("a").claims[0]
    return "a", only.key, ClaimStatus.CONFIRMED


def test_a_backup_tells_its_newest_change_whatever_the_clock_said(kb, set_clock, tmp_path):
    set_clock(NOW)
    kb.save_brief(Brief(id="b", title="B"))
    set_clock(NOW - timedelta(days=400))
    kb.save_brief(Brief(id="b", title="C"))
    made = back_up(kb, tmp_path / "saved.db")
    assert made.changed_at == NOW - timedelta(days=400)
    assert examine(made.path).changed_at == made.changed_at
