"""Watchlists in the knowledge base: replaced whole or not at all, undone once, and never passed off as current."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from kb.errors import ConflictError, ImportFileError, KbError, UnknownRecordError
from kb.importing.parsed import Rejection
from kb.knowledge_base import KnowledgeBase
from kb.watchlists import ListedEntity, Watchlist, read_watchlist
from tests.kb.test_watchlists import EBRD, REAL

MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)


def entity(key: str, name: str = "", **more: object) -> ListedEntity:
    return ListedEntity("a_list", key, name or f"Firm {key}", **more)


def a_list(*entities: ListedEntity, read_on: date = MAY, published_on: date | None = None) -> Watchlist:
    rejected = (Rejection(7, "name", "", "the row names no entity", "fill in the name"),)
    return Watchlist("a_list", "A list", "Somebody", published_on, read_on, entities, rejected)


FULL = entity(
    "1",
    "Пример \U0001f600 =1+1",
    aliases=("One", "Uno"),
    weak_aliases=("O",),
    countries=("RU", "CY"),
    registration_numbers=("77",),
    programme="X",
    measure="Asset freeze",
    grounds="Fraud",
    start=date(2020, 1, 1),
    end=date(2030, 1, 1),
    locator="row 2",
    kind="vessel",
)


def test_what_goes_in_comes_out(kb: KnowledgeBase):
    watchlist = a_list(FULL, entity("0"), published_on=MAY)
    done = kb.watchlists.put_in_use(watchlist, who="Anna")
    assert (done.action, done.counts) == ("added", {"new": 2, "changed": 0, "gone": 0})
    assert kb.watchlists.watchlists() == [watchlist]
    assert kb.watchlists.entities("a_list") == watchlist.entities
    stored = kb.watchlists.get("a_list")
    assert (stored.imported_by, stored.entities, stored.published_on) == ("Anna", 2, MAY)
    assert stored.used.published_on == MAY
    assert kb.watchlists.all() == [stored]


def test_a_newer_copy_replaces_the_older_and_says_what_changed(kb: KnowledgeBase):
    kb.watchlists.put_in_use(a_list(FULL, entity("2"), entity("3")))
    moved = replace(FULL, locator="row 9")
    newer = a_list(entity("4"), moved, entity("2", "Firm Two"), read_on=JUNE)
    done = kb.watchlists.put_in_use(newer)
    assert (done.action, done.counts) == ("replaced", {"new": 1, "changed": 1, "gone": 1})
    assert (done.new, done.changed, done.gone) == (("Firm 4",), ("Firm Two",), ("Firm 3",))
    assert kb.watchlists.watchlists() == [newer]
    assert kb.watchlists.get("a_list").counts == done.counts


def test_the_same_copy_twice_is_unchanged_and_a_later_day_refreshes_it(kb: KnowledgeBase):
    kb.watchlists.put_in_use(a_list(FULL))
    assert kb.watchlists.put_in_use(a_list(replace(FULL, locator="row 9"))).action == "unchanged"
    done = kb.watchlists.put_in_use(a_list(FULL, read_on=JUNE))
    assert (done.action, done.watchlist.read_on) == ("refreshed", JUNE)
    assert kb.watchlists.put_in_use(a_list(FULL)).action == "unchanged"
    assert [event.kind for event in kb.watchlists.history("a_list")] == ["imported", "refreshed"]


def test_an_older_copy_is_refused(kb: KnowledgeBase):
    kb.watchlists.put_in_use(a_list(FULL, read_on=JUNE))
    with pytest.raises(ConflictError, match="2026-05-01 is older than the copy in use, of 2026-06-01"):
        kb.watchlists.put_in_use(a_list(entity("2")))
    kb.watchlists.put_in_use(a_list(entity("2"), read_on=JUNE, published_on=JUNE))
    with pytest.raises(ConflictError, match="is older"):
        kb.watchlists.put_in_use(a_list(entity("3"), read_on=JULY, published_on=MAY))
    assert kb.watchlists.entities() == (entity("2"),)


def test_an_import_is_undone_once(kb: KnowledgeBase):
    first, second, third = (a_list(entity(key), read_on=day) for key, day in (("1", MAY), ("2", JUNE), ("3", JULY)))
    for watchlist in (first, second, third):
        kb.watchlists.put_in_use(watchlist)
    assert kb.watchlists.undo("a_list", "a broken download", who="Anna").read_on == JUNE
    assert kb.watchlists.watchlists() == [second]
    with pytest.raises(ConflictError, match="no longer kept"):
        kb.watchlists.undo("a_list", "and again")
    assert kb.watchlists.put_in_use(third).action == "replaced"
    assert [event.kind for event in kb.watchlists.history("a_list")] == [
        "imported",
        "imported",
        "imported",
        "undone",
        "imported",
    ]
    assert kb.watchlists.history("a_list")[3].body["reason"] == "a broken download"


def test_undoing_the_first_import_and_removing_leave_no_list(kb: KnowledgeBase):
    kb.watchlists.put_in_use(a_list(FULL))
    assert kb.watchlists.undo("a_list", "the wrong file") is None
    assert kb.watchlists.all() == []
    kb.watchlists.put_in_use(a_list(FULL))
    kb.watchlists.put_in_use(a_list(entity("2"), read_on=JUNE))
    with pytest.raises(KbError, match="needs a reason"):
        kb.watchlists.remove("a_list", " ")
    kb.watchlists.remove("a_list", "not ours to use")
    with kb.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM listed_entity").scalar() == 0
    for act in (
        kb.watchlists.get,
        lambda code: kb.watchlists.undo(code, "x"),
        lambda code: kb.watchlists.remove(code, "x"),
    ):
        with pytest.raises(UnknownRecordError, match="no watchlist 'a_list'; imported are: none"):
            act("a_list")
    assert kb.casework.verify_trail().whole


def test_each_list_goes_stale_by_its_own_date(kb: KnowledgeBase):
    kb.watchlists.put_in_use(a_list(FULL, read_on=JULY, published_on=MAY))
    kb.watchlists.put_in_use(replace(a_list(read_on=MAY), code="other", entities=(replace(FULL, list_code="other"),)))
    found = kb.watchlists.staleness(JULY)
    assert {code: (age.days, age.basis, age.level) for code, age in found.items()} == {
        "a_list": (61, "published", "old"),
        "other": (61, "read", "old"),
    }
    assert kb.watchlists.staleness(date(2027, 7, 1))["other"].level == "stale"


def test_ids_that_are_not_unique_are_refused(kb: KnowledgeBase):
    with pytest.raises(KbError, match="same id"):
        kb.watchlists.put_in_use(a_list(entity("1"), entity("1", "Other")))
    assert kb.watchlists.all() == []


def test_a_file_counts_as_obtained_when_it_was_written(kb: KnowledgeBase, tmp_path: Path):
    path = tmp_path / "ebrd.csv"
    path.write_text(EBRD, encoding="utf-8")
    written = datetime(2024, 2, 3, 12, tzinfo=UTC)
    os.utime(path, (written.timestamp(), written.timestamp()))
    first = kb.watchlists.import_file(path)
    assert (first.action, first.watchlist.read_on) == ("added", written.date())
    assert kb.watchlists.staleness(JUNE)["ebrd"].level == "stale"
    assert kb.watchlists.import_file(path).action == "unchanged"
    assert kb.watchlists.import_file(path, read_on=MAY, published_on=MAY).action == "replaced"
    assert kb.watchlists.staleness(JUNE)["ebrd"].basis == "published"
    for wrong in (tmp_path, tmp_path / "none.csv"):
        with pytest.raises(ImportFileError):
            kb.watchlists.import_file(wrong)


@pytest.mark.skipif(not REAL.is_dir(), reason="needs the publishers' files")
def test_the_real_lists_in_seconds(kb: KnowledgeBase):
    started = time.perf_counter()
    for path in sorted(REAL.glob("*.csv")):
        assert kb.watchlists.import_file(path, read_on=MAY).action == "added"
    assert len(kb.watchlists.entities()) > 13_000
    assert time.perf_counter() - started < 20
    assert kb.watchlists.watchlists("iadb") == [read_watchlist(REAL / "iadb_sanctioned_firms.csv", read_on=MAY)]


IMPORT = """
import sys
from datetime import date
from kb import watchlist_store
from kb.knowledge_base import KnowledgeBase
from kb.watchlists import ListedEntity, Watchlist
kb = KnowledgeBase.open(sys.argv[1])
noting = watchlist_store._note
def waiting(*what):
    noting(*what)
    print("written", flush=True)
    sys.stdin.readline()
watchlist_store._note = waiting
entities = tuple(ListedEntity("a_list", f"n{n}", f"New {n}") for n in range(20_000))
print("ready", flush=True)
kb.watchlists.put_in_use(Watchlist("a_list", "A list", "Somebody", None, date(2026, 6, 1), entities))
print("landed", flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
@pytest.mark.parametrize(("lines", "pause"), [(1, 0.0), (1, 0.15), (1, 0.4), (2, 0.0)])
def test_a_killed_import_leaves_the_list_that_was_in_use(tmp_path: Path, lines: int, pause: float):
    path = tmp_path / "kb.db"
    kb = KnowledgeBase.open(path)
    before = a_list(FULL)
    kb.watchlists.put_in_use(before)
    kb.close()
    process = subprocess.Popen(
        [sys.executable, "-c", IMPORT, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    for _ in range(lines):
        assert "landed" not in process.stdout.readline()
    time.sleep(pause)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    reopened = KnowledgeBase.open(path)
    assert reopened.watchlists.watchlists() == [before]
    assert len(reopened.watchlists.history("a_list")) == 1
    assert reopened.casework.verify_trail().whole
    with reopened.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
