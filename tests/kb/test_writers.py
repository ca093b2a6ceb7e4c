"""Many people writing at once, in threads and in programs: nothing is lost, and nothing is written over unseen."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from kb import journal
from kb.brief import Brief
from kb.casework.partnerships import Move, Note, Stage
from kb.errors import ConflictError
from kb.knowledge_base import KnowledgeBase
from kb.organization import ClaimKind, ClaimStatus, Source
from tests.conftest import SOURCE, claim, organization
from tests.kb.conftest import address_of, opened_again

CODES = ["funding", "training", "logistics", "distribution", "volunteers"]
WRITE = """
import sys
from kb.casework.partnerships import Note
from kb.knowledge_base import KnowledgeBase
from kb.organization import Claim, ClaimKind, Evidence, Source
kb = KnowledgeBase.open(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
for number in range(int(sys.argv[3])):
    source = Source(name=f"{sys.argv[2]} {number}")
    kb.add_claim("a", Claim(kind=ClaimKind.CAPACITY, code="training", strength=0.5, source=source,
                            evidence=(Evidence(text="x"),)), who=sys.argv[2])
    kb.casework.record("b", "a", Note(text=str(number)), who=sys.argv[2])
"""


def at_once(*works: Callable[[], object]) -> list[object]:
    """Run pieces of work in threads that start together; an error is a result."""
    together = threading.Barrier(len(works))

    def run(work: Callable[[], object]) -> object:
        together.wait()
        try:
            return work()
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def test_no_claim_is_lost_when_threads_and_programs_write_the_same_organization(kb: KnowledgeBase):
    kb.add(organization("a"))
    kb.casework.record("b", "a", Move(stage=Stage.LONGLIST))
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", WRITE, address_of(kb), f"program {number}", "8"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(3)
    ]
    assert [program.stdout.readline() for program in programs] == ["ready\n"] * 3

    def write(name: str) -> None:
        own = opened_again(kb)
        for number in range(8):
            own.add_claim("a", claim("capacity", "training", source=Source(name=f"{name} {number}")), who=name)
            own.casework.record("b", "a", Note(text=str(number)), who=name)
        own.close()

    for program in programs:
        program.stdin.write("\n")
        program.stdin.flush()
    assert at_once(*(lambda name=f"thread {number}": write(name) for number in range(4))) == [None] * 4
    assert [program.wait(120) for program in programs] == [0, 0, 0]
    writers = [f"thread {number}" for number in range(4)] + [f"program {number}" for number in range(3)]
    assert {item.source.name for item in kb.get("a").claims} == {f"{name} {n}" for name in writers for n in range(8)}
    assert kb.version("a") == 1 + 7 * 8
    assert len(kb.history("a")) == 1 + 7 * 8
    check = kb.casework.verify_trail()
    assert (check.whole, check.events) == (True, 1 + 7 * 8)
    steps = kb.casework.partnership("b", "a").steps
    for name in writers:
        assert [step.entry.text for step in steps if step.who == name] == [str(number) for number in range(8)]


def test_of_many_edits_based_on_one_version_one_is_saved(kb: KnowledgeBase):
    kb.add(organization("a"), who="Anna")
    version = kb.version("a")
    edits = [
        lambda city=city: kb.add(organization("a", city=city), who=city, based_on={"a": version})
        for city in ("Accra", "Bamako", "Cairo", "Dakar", "Entebbe")
    ]
    results = at_once(*edits)
    saved = [item for item in results if isinstance(item, int)]
    refused = [str(item) for item in results if isinstance(item, ConflictError)]
    assert (len(saved), len(refused)) == (1, 4)
    winner = kb.get("a").city
    assert all(f"by {winner} on " in message and "Open it again" in message for message in refused)


def test_an_edit_of_what_somebody_else_changed_says_who_and_changes_nothing(kb: KnowledgeBase):
    kb.add(organization("a", mission="One."), organization("b"), who="Anna")
    seen = {key: kb.version(key) for key in ("a", "b")}
    kb.add(organization("a", mission="Two."), who="Ben", label="a call with them")
    with pytest.raises(ConflictError, match=r"a was changed after you opened it: by Ben .* \(a call with them\)"):
        kb.add(organization("a", mission="Three."), organization("b", city="Nairobi"), based_on=seen)
    assert (kb.get("a").mission, kb.get("b").city) == ("Two.", "")
    kb.add(organization("a", mission="Three."), based_on={"a": kb.version("a")})
    assert kb.get("a").mission == "Three."


def test_an_edit_of_what_is_gone_and_a_new_one_that_exists(kb: KnowledgeBase):
    kb.add(organization("a"))
    version = kb.version("a")
    with pytest.raises(ConflictError, match="a exists already"):
        kb.add(organization("a"), based_on={"a": 0})
    kb.remove("a", who="Ben")
    with pytest.raises(ConflictError, match="a is no longer there: by Ben"):
        kb.add(organization("a"), based_on={"a": version})
    assert kb.version("a") == 0


def test_a_word_on_a_claim_that_changed_meanwhile_is_refused(kb: KnowledgeBase):
    kb.add(organization("a", claim("capacity", "training"), claim("capacity", "funding")))
    seen = {item.code: item for item in kb.get("a").claims}
    key = (ClaimKind.CAPACITY, "training", SOURCE.name)
    kb.judge_claim("a", key, ClaimStatus.REJECTED, who="Ben", seen=seen["training"])
    with pytest.raises(ConflictError, match=r"capacity training is rejected now since you looked at it \(by Ben"):
        kb.judge_claim("a", key, ClaimStatus.CONFIRMED, who="Anna", seen=seen["training"])
    other = (ClaimKind.CAPACITY, "funding", SOURCE.name)
    kb.judge_claim("a", other, ClaimStatus.CONFIRMED, who="Anna", seen=seen["funding"])
    with pytest.raises(ConflictError, match="is confirmed now"):
        kb.add_claim("a", claim("capacity", "funding", 0.9), seen=seen["funding"])
    statuses = {item.code: item.status for item in kb.get("a").claims}
    assert statuses == {"training": ClaimStatus.REJECTED, "funding": ClaimStatus.CONFIRMED}


def test_a_brief_is_not_saved_over_somebody_elses(kb: KnowledgeBase):
    kb.save_brief(Brief(id="b", title="One"), based_on=0)
    version = kb.brief_version("b")
    kb.save_brief(Brief(id="b", title="Two"), who="Ben", based_on=version)
    with pytest.raises(ConflictError, match="b was changed after you opened it: by Ben"):
        kb.save_brief(Brief(id="b", title="Three"), based_on=version)
    with pytest.raises(ConflictError, match="b exists already"):
        kb.save_brief(Brief(id="b", title="Four"), based_on=0)
    assert kb.brief("b").title == "Two"
    kb.save_brief(Brief(id="b", title="Three"), based_on=kb.brief_version("b"))
    assert (kb.brief("b").title, kb.brief_version("b")) == ("Three", 3)


def test_a_step_is_decided_once_when_many_decide(kb: KnowledgeBase):
    kb.add(organization("a"))
    seen = kb.casework.record("b", "a", Move(stage=Stage.LONGLIST)).last_event
    decisions = [
        lambda stage=stage: kb.casework.record("b", "a", Move(stage=stage, reason="seen"), who=stage, seen=seen)
        for stage in (Stage.SHORTLIST, Stage.DECLINED, Stage.SHORTLIST, Stage.DECLINED)
    ]
    results = at_once(*decisions)
    assert sum(isinstance(item, ConflictError) for item in results) == 3
    assert len(kb.casework.partnership("b", "a").moves) == 2
    assert kb.casework.verify_trail().whole


def test_of_many_merges_at_once_every_claim_is_kept(kb: KnowledgeBase):
    kb.add(*(organization(f"o{number}", claim("capacity", CODES[number])) for number in range(5)))
    results = at_once(
        *(lambda number=number: kb.merge("o0", f"o{number}") for number in range(1, 5)),
        lambda: kb.add_claim("o4", claim("need", "funding")),
        lambda: kb.add_claim("o0", claim("need", "training")),
    )
    assert [item for item in results if isinstance(item, Exception)] == []
    assert kb.count()["organizations"] == 1
    assert {item.code for item in kb.get("o3").claims_of(ClaimKind.CAPACITY)} == set(CODES)
    assert {item.code for item in kb.get("o4").claims_of(ClaimKind.NEED)} == {"funding", "training"}


def test_a_reader_sees_one_moment_while_others_write(kb: KnowledgeBase):
    kb.add(organization("a"))
    with kb.reading() as connection:
        before = journal.last_change(connection)
        opened_again(kb).add(organization("b"))
        assert journal.last_change(connection) == before
    with kb.reading() as connection:
        assert journal.last_change(connection) > before


def test_a_later_change_is_never_seen_before_an_earlier_one(kb: KnowledgeBase):
    kb.add(organization("a"))
    with kb.reading() as connection:
        before = journal.last_change(connection)
    with ThreadPoolExecutor(1) as pool:
        with kb._writing() as connection:
            batch = journal.open_batch(connection, "edit", "slow", "Anna")
            journal.write(connection, batch, "organization", [(organization("slow"), None)])
            quick = pool.submit(opened_again(kb).add, organization("quick"))
            time.sleep(0.3)
            assert not quick.done()
            with opened_again(kb).reading() as other:
                assert journal.last_change(other) == before
        quick.result()
    with kb.reading() as connection:
        assert sorted(journal.changed_since(connection, before)["organization"]) == ["quick", "slow"]
        assert journal.changed_since(connection, before + 1) == {"organization": ["quick"]}


def test_no_change_is_missed_by_one_who_follows_the_feed(kb: KnowledgeBase):
    ended = threading.Event()
    seen: set[str] = set()

    def follow() -> None:
        own, last = opened_again(kb), 0
        while True:
            over = ended.is_set()
            with own.reading() as connection:
                newest = journal.last_change(connection)
                seen.update(journal.changed_since(connection, last).get("organization", []))
            last = newest
            if over:
                return
            time.sleep(0.001)

    def write(name: str) -> None:
        own = opened_again(kb)
        for number in range(12):
            own.add(*(organization(f"{name}-{number}-{part}") for part in range(3)))
        own.close()

    follower = threading.Thread(target=follow)
    follower.start()
    assert at_once(*(lambda name=name: write(name) for name in "pqrs")) == [None] * 4
    ended.set()
    follower.join()
    assert seen == {f"{name}-{number}-{part}" for name in "pqrs" for number in range(12) for part in range(3)}
