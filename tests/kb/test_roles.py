"""Who may do what is decided where things are written, whoever asks and however they ask."""

from __future__ import annotations

import ast
import inspect
import shutil
import textwrap
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb import backup, people
from kb.annotating import Annotation
from kb.brief import Brief
from kb.casework.errors import CaseworkError
from kb.casework.partnerships import Note
from kb.casework.store import Casework
from kb.casework.vetting_cases import FindingState, Ruling
from kb.casework.vetting_desk import NewAnswer, NewReply
from kb.importing.parsed import Parsed
from kb.knowledge_base import KnowledgeBase
from kb.organization import ClaimKind, ClaimStatus
from kb.people import NOBODY, Person, acting_as, current_user, on_behalf, same_person
from kb.remembered import Remembered
from kb.roles import GRANTED, NotPermittedError, Permission, Role, may, roles_with
from kb.watchlist_store import WatchlistStore
from kb.watchlists import ListedEntity, Watchlist
from tests.conftest import SOURCE, claim, organization
from tests.kb.test_casework import KEY, POLICIES, finding, result

VERA = Person("Vera", Role.VIEWER, "vera@example.org", "Ada")
ED = Person("Ed", Role.EDITOR, "ed@example.org")
EVE = Person("Eve", Role.EDITOR, "eve@example.org")
ADA = Person("Ada", Role.ADMIN, "ada@example.org")

WAYS_IN: dict[type, Callable[[KnowledgeBase], object]] = {
    KnowledgeBase: lambda kb: kb,
    Casework: lambda kb: kb.casework,
    WatchlistStore: lambda kb: kb.watchlists,
    Remembered: Remembered.of,
}
LIST = Watchlist("a_list", "A list", "Somebody", None, date(2026, 6, 1), (ListedEntity("a_list", "1", "Firm"),))
SUPPLY = ("capacity", "distribution", SOURCE.name)

ACTS: dict[str, Callable[[KnowledgeBase, Path], object]] = {
    "KnowledgeBase.add": lambda kb, _: kb.add(organization("new")),
    "KnowledgeBase.remove": lambda kb, _: kb.remove("core"),
    "KnowledgeBase.judge_claim": lambda kb, _: kb.judge_claim(
        "acme", (ClaimKind.CAPACITY, *SUPPLY[1:]), ClaimStatus.CONFIRMED
    ),
    "KnowledgeBase.add_claim": lambda kb, _: kb.add_claim("acme", claim("capacity", "logistics")),
    "KnowledgeBase.annotate": lambda kb, _: kb.annotate(
        "reader", SOURCE.name, [Annotation("acme", "1", (claim("capacity", "media_channels"),))]
    ),
    "KnowledgeBase.land": lambda kb, _: kb.land(Parsed("sheet", ("a.csv",), "0", 0)),
    "KnowledgeBase.merge": lambda kb, _: kb.merge("acme", "bolt"),
    "KnowledgeBase.undo": lambda kb, _: kb.undo(kb.add(organization("mistake"))),
    "KnowledgeBase.save_brief": lambda kb, _: kb.save_brief(Brief(id="b", title="B")),
    "Casework.require_four_eyes": lambda kb, _: kb.casework.require_four_eyes(False, "we are two"),
    "Casework.record_screening": lambda kb, _: kb.casework.record_screening(result()),
    "Casework.record_screenings": lambda kb, _: kb.casework.record_screenings([result()]),
    "Casework.decide": lambda kb, _: kb.casework.decide("acme", POLICIES, KEY, Ruling.CONFIRMED, "because"),
    "Casework.second": lambda kb, _: kb.casework.second("bolt", POLICIES, KEY, agreed=True, reason="so it is"),
    "Casework.record_reply": lambda kb, _: kb.casework.record_reply(
        "acme", POLICIES, NewReply(text="We sold it.", received_on=date(2026, 6, 1))
    ),
    "Casework.record_answers": lambda kb, _: kb.casework.record_answers(
        "acme", POLICIES, [NewAnswer(area="value", question="q", state="yes")]
    ),
    "Casework.record": lambda kb, _: kb.casework.record("b", "acme", Note(text="called")),
    "Casework.record_many": lambda kb, _: kb.casework.record_many("b", ["acme"], Note(text="called")),
    "Casework.take_back": lambda kb, _: kb.casework.take_back("b", "core", "by mistake"),
    "Casework.save_plan": lambda kb, _: kb.casework.save_plan("p", {"a": 1}, based_on=0),
    "WatchlistStore.import_file": lambda kb, folder: kb.watchlists.import_file(folder / "list.csv"),
    "WatchlistStore.put_in_use": lambda kb, _: kb.watchlists.put_in_use(LIST),
    "WatchlistStore.undo": lambda kb, _: kb.watchlists.undo("by_ed", "the wrong file"),
    "WatchlistStore.remove": lambda kb, _: kb.watchlists.remove("by_ed", "no longer kept"),
    "Remembered.keep_columns": lambda kb, _: Remembered.of(kb).keep_columns(["a"], {"name": "a"}),
    "Remembered.keep_apart": lambda kb, _: Remembered.of(kb).keep_apart("acme", "bolt"),
    "Remembered.doubt_again": lambda kb, _: Remembered.of(kb).doubt_again("acme", "bolt"),
    "Remembered.mark_seen": lambda kb, _: Remembered.of(kb).mark_seen("nets", ["acme"]),
    "Remembered.take_back_seen": lambda kb, _: Remembered.of(kb).take_back_seen("nets"),
    "backup.back_up": lambda kb, folder: backup.back_up(kb, folder / "made.db"),
    "backup.restore": lambda kb, folder: backup.restore(folder / "saved.db", kb.path, replace=True),
}
"""Every way of changing something, as a person would use it."""
ADMINS_ONLY = {"Casework.require_four_eyes", "WatchlistStore.remove", "backup.restore"}


def _calls(function: Callable[..., object]) -> set[str]:
    """Return which of its own attributes a method uses."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"
    }


def writing_methods(kind: type) -> set[str]:
    """Return the public methods of a class that open a write transaction, themselves or through other methods."""
    methods = dict(inspect.getmembers(kind, inspect.isfunction))
    uses = {name: _calls(method) for name, method in methods.items() if name != "__init__"}
    writing = {"_writing"}
    while grown := {name for name, used in uses.items() if used & writing} - writing:
        writing |= grown
    return {f"{kind.__name__}.{name}" for name in writing if not name.startswith("_")}


def test_no_way_of_writing_is_forgotten_here():
    found = set().union(*(writing_methods(kind) for kind in WAYS_IN))
    assert found == {name for name in ACTS if not name.startswith("backup.")}


def test_nothing_else_in_the_knowledge_base_writes_around_these_ways_in():
    root = Path(backup.__file__).parent
    users = {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        if "self._writing()" in path.read_text(encoding="utf-8")
    }
    modules = {inspect.getsourcefile(base) for kind in WAYS_IN for base in kind.__mro__ if base is not object}
    assert {str(root / user) for user in users} <= modules


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A knowledge base in which every act has something to act on; Ed made what can be undone."""
    folder = tmp_path_factory.mktemp("roles")
    kb = KnowledgeBase.open(folder / "kb.db")
    kb.add(*(organization(key, claim(*SUPPLY[:2])) for key in ("acme", "bolt", "core")))
    desk = kb.casework
    desk.require_four_eyes(True, "we are many", who="Zoe")
    desk.record_screenings([result(finding()), result(finding(who="bolt"), organization_id="bolt")])
    desk.decide("bolt", POLICIES, KEY, Ruling.DISMISSED, "not them", who="Zoe")
    with acting_as(ED):
        desk.record("b", "core", Note(text="called"))
        other = Watchlist("by_ed", "Ed's list", "Somebody", None, date(2026, 6, 1), ())
        kb.watchlists.put_in_use(other)
    backup.back_up(kb, folder / "saved.db")
    kb.close()
    (folder / "list.csv").write_text(OPENSANCTIONS, encoding="utf-8")
    return folder


OPENSANCTIONS = (
    '"id","schema","name","aliases","birth_date","countries","addresses","identifiers","sanctions","phones","emails",'
    '"dataset","first_seen","last_seen","last_change"\n'
    '"x-1","Company","Firm","","","ru","","","Somebody","","","A List","2026-01-01","2026-06-01","2026-06-01"\n'
)


@pytest.fixture
def folder(template: Path, tmp_path: Path) -> Path:
    shutil.copytree(template, tmp_path / "own")
    return tmp_path / "own"


@pytest.fixture
def kb(folder: Path) -> Iterator[KnowledgeBase]:
    opened = KnowledgeBase.open(folder / "kb.db")
    yield opened
    opened.close()


def contents(kb: KnowledgeBase) -> tuple[object, ...]:
    lists = [(item.code, item.digest) for item in kb.watchlists.all()]
    return kb.batches(), kb.count(), kb.casework.newest_event(), lists, kb.annotated("reader")


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if not path.name.endswith(("-wal", "-shm"))}


@pytest.mark.parametrize("person", [VERA, NOBODY], ids=["viewer", "nobody"])
@pytest.mark.parametrize("act", ACTS)
def test_a_viewer_and_nobody_change_nothing_by_any_way(kb, folder, act, person):
    before, beside = contents(kb), files(folder)
    with acting_as(person), pytest.raises(NotPermittedError, match=r"editor|admin|sign in"):
        ACTS[act](kb, folder)
    assert contents(kb) == before
    assert files(folder) == beside


@pytest.mark.parametrize("act", ACTS)
def test_an_editor_does_all_but_what_only_an_admin_may(kb, folder, act):
    with acting_as(ED):
        if act in ADMINS_ONLY:
            before = contents(kb)
            with pytest.raises(NotPermittedError, match="only an admin may"):
                ACTS[act](kb, folder)
            assert contents(kb) == before
        else:
            ACTS[act](kb, folder)


@pytest.mark.parametrize("act", ACTS)
def test_an_admin_does_everything(kb, folder, act):
    with acting_as(ADA):
        ACTS[act](kb, folder)


def test_the_table_gives_more_with_every_role_and_every_act_to_somebody():
    assert not GRANTED[Role.VIEWER]
    assert GRANTED[Role.VIEWER] < GRANTED[Role.EDITOR] < GRANTED[Role.ADMIN]
    assert all(roles_with(permission)[-1] is Role.ADMIN for permission in Permission)
    assert not any(may(None, permission) for permission in Permission)


def test_a_refusal_says_what_which_role_and_whom_to_ask(kb):
    with acting_as(VERA), pytest.raises(NotPermittedError) as refused:
        kb.add(organization("new"))
    assert str(refused.value) == (
        "only an editor or an admin may change the knowledge base, and Vera is a viewer here: ask Ada for that role"
    )


def test_only_an_admin_undoes_what_somebody_else_did(kb):
    with acting_as(ED):
        batch = kb.add(organization("new"), who="Eve <eve@example.org>")
    assert kb.batches()[0].who == "Ed <ed@example.org>"
    namesake = Person("Ed", Role.EDITOR, "other.ed@example.org")
    for other in (EVE, namesake):
        with acting_as(other), pytest.raises(NotPermittedError, match=rf"^batch {batch} \(edit\) is by Ed <ed@"):
            kb.undo(batch)
    with acting_as(ED):
        undone = kb.undo(batch)
    with acting_as(EVE), pytest.raises(NotPermittedError):
        kb.undo(undone.number)
    with acting_as(ADA):
        assert kb.undo(undone.number).who == "Ada <ada@example.org>"
    assert kb.get("new")


def test_what_was_done_before_anybody_signed_in_is_nobodys_own(kb):
    batch = kb.add(organization("old"), who="Ed")
    with acting_as(ED), pytest.raises(NotPermittedError):
        kb.undo(batch)


def test_only_an_admin_undoes_an_import_of_a_watchlist_by_somebody_else(kb):
    with acting_as(EVE), pytest.raises(NotPermittedError, match="Ed's list was imported by Ed"):
        kb.watchlists.undo("by_ed", "looks wrong")
    assert [item.code for item in kb.watchlists.all()] == ["by_ed"]


def test_whoever_signed_in_is_recorded_whatever_name_is_given(kb):
    with acting_as(EVE):
        kb.add(organization("new"), who="Ada <ada@example.org>")
        case = kb.casework.decide("acme", POLICIES, KEY, Ruling.CONFIRMED, "because", who="Somebody")
        kb.casework.save_plan("p", {"a": 1}, based_on=0, who="Somebody")
        kb.watchlists.put_in_use(LIST, who="Somebody")
    assert kb.batches()[0].who == EVE.signature
    assert case.findings[0].decisions[-1].who == EVE.signature
    assert kb.casework.plan_versions("p")[-1].who == EVE.signature
    assert kb.watchlists.get("a_list").imported_by == EVE.signature


def test_four_eyes_are_two_peoples_whatever_name_is_typed(kb):
    with acting_as(ED):
        kb.casework.decide("acme", POLICIES, KEY, Ruling.DISMISSED, "not them", who="Somebody Else")
        with pytest.raises(CaseworkError, match="another person must look at it"):
            kb.casework.second("acme", POLICIES, KEY, agreed=True, reason="so it is", who="Eve")
    renamed = Person("A Quite Different Name", Role.EDITOR, "ED@example.org")
    with acting_as(renamed), pytest.raises(CaseworkError, match="another person must look at it"):
        kb.casework.second("acme", POLICIES, KEY, agreed=True, reason="so it is")
    with acting_as(EVE):
        case = kb.casework.second("acme", POLICIES, KEY, agreed=True, reason="so it is", who="Ed")
    assert case.findings[0].state is FindingState.DISMISSED


def test_without_a_sign_in_the_local_user_may_do_everything_and_is_named_as_before(kb, monkeypatch):
    monkeypatch.setenv("LOGNAME", "jo")
    assert current_user() == "jo"
    kb.add(organization("new"), who="Anna")
    kb.add(organization("newer"))
    assert [batch.who for batch in kb.batches()[:2]] == ["jo", "Anna"]


def test_two_people_at_work_at_once_do_not_mix(kb):
    barrier = threading.Barrier(2)

    def work(person: Person) -> set[str]:
        with acting_as(person):
            barrier.wait()
            return {current_user() for _ in range(2_000)}

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(work, (ED, EVE))) == [{ED.signature}, {EVE.signature}]


@pytest.fixture
def served(monkeypatch) -> None:
    """A process that serves many: whom code runs for that nobody vouches for is not known."""
    monkeypatch.setattr(people, "_identify", people.local_person)
    people.identify_by(lambda: NOBODY)


@pytest.mark.usefixtures("served")
def test_a_thread_works_for_whom_it_was_given_and_otherwise_for_nobody(kb):
    with acting_as(ED), ThreadPoolExecutor(1) as pool:
        assert pool.submit(on_behalf(lambda: kb.add(organization("one")))).result()
        with pytest.raises(NotPermittedError, match="nobody who may change the knowledge base is signed in"):
            pool.submit(kb.add, organization("two")).result()
    assert kb.batches()[0].who == ED.signature


WITHOUT = st.characters(blacklist_characters="<>", blacklist_categories=("Cs", "Cc"))
NAMES = st.text(WITHOUT, min_size=1).filter(str.strip)


@given(NAMES, NAMES, st.emails(), st.emails())
def test_accounts_tell_people_apart_and_names_only_without_them(one, other, account, others):
    first, renamed = f"{one} <{account}>", f"{other} <{account.upper()}>"
    assert same_person(first, renamed) == (account.casefold() == account.upper().casefold())
    assert same_person(first, f"{one} <{others}>") == (account.casefold() == others.casefold())
    assert same_person(first, one)
    assert same_person(one, f"  {one} ")
    assert same_person(first, other) == same_person(other, first)
