"""A snapshot that is damaged, exchanged, foreign or half gone is found, said and built anew, and never used."""

from __future__ import annotations

import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from kb.columns import ColumnStore, seal
from kb.knowledge_base import KnowledgeBase
from tests.conftest import claim, organization
from tests.faults.checks import snapshot_problems
from tests.faults.operations import QuickEncoder


@pytest.fixture
def filled(kb: KnowledgeBase) -> KnowledgeBase:
    claims = claim("capacity", "funding"), claim("need", "training"), claim("place", "KE")
    kb.add(*(organization(f"o{number}", *claims, mission=f"Soap for district {number}.") for number in range(40)))
    return kb


@pytest.fixture
def folder(filled: KnowledgeBase, tmp_path: Path) -> Path:
    """A folder with a snapshot."""
    store = ColumnStore(filled, QuickEncoder(), tmp_path / "cache")
    store.current()
    store.vectors.close()
    return store.folder


def arrays_in(folder: Path) -> Path:
    return folder / json.loads((folder / "columns.json").read_text())["folder"]


def flip(path: Path, at: int = -5) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 0x10
    path.write_bytes(content)


def flip_quietly(path: Path) -> None:
    """Change a byte and set the time of the change back."""
    before = path.stat()
    flip(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def replace(folder: Path) -> None:
    """Put another array's file in the place of one."""
    shutil.copy(folder / "has_profile.npy", folder / "numbers.npy")


def exchange(folder: Path) -> None:
    """Exchange two files of the same shape."""
    one, two, away = (folder / f"{name}.npy" for name in ("known_capacity", "known_value", "away"))
    one.rename(away)
    two.rename(one)
    away.rename(two)


def edit_manifest(folder: Path) -> None:
    pointer = folder.parent / "columns.json"
    pointer.write_text(pointer.read_text().replace('"n": 40', '"n": 39'))


DAMAGE: dict[str, Callable[[Path], object]] = {
    "flipped": lambda folder: flip(folder / "profile_vectors.npy", -1000),
    "flipped in a small one": lambda folder: flip(folder / "country.npy"),
    "flipped in a header": lambda folder: flip(folder / "alive.npy", 20),
    "flipped with its time set back": lambda folder: flip_quietly(folder / "claim_need.npy"),
    "cut off": lambda folder: os.truncate(folder / "profile_short_rows.npy", 300),
    "empty": lambda folder: os.truncate(folder / "sector.npy", 0),
    "longer": lambda folder: (folder / "profile_short_scale.npy").open("ab").write(b"0"),
    "missing": lambda folder: (folder / "kind.npy").unlink(),
    "another array": lambda folder: np.save(folder / "alive.npy", np.zeros(3, np.bool_)),
    "an array of another type": replace,
    "exchanged": exchange,
    "manifest": edit_manifest,
    "manifest cut off": lambda folder: os.truncate(folder.parent / "columns.json", 100),
    "no longer a manifest": lambda folder: (folder.parent / "columns.json").write_text("[]"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_found_and_said_and_the_snapshot_built_anew(filled, folder, damage, caplog):
    DAMAGE[damage](arrays_in(folder))
    encoder = QuickEncoder()
    with caplog.at_level(logging.WARNING, "kb.columns"):
        store = ColumnStore(filled, encoder, folder)
        assert snapshot_problems(filled, folder) == []
        store.current()
    assert "the snapshot is damaged" in caplog.text
    assert encoder.encoded == []
    caplog.clear()
    ColumnStore(filled, QuickEncoder(), folder).current()
    assert caplog.text == ""


def test_a_snapshot_of_another_knowledge_base_is_not_used(filled, folder, tmp_path, caplog):
    other = KnowledgeBase.open(tmp_path / "other.db")
    other.add(*(organization(f"p{number}", claim("capacity", "logistics")) for number in range(40)))
    assert snapshot_problems(other, folder) == []
    assert "of another database" in caplog.text
    other.close()


def test_a_stale_snapshot_is_brought_up_to_date(filled, folder):
    filled.add_claim("o3", claim("value", "safety"))
    filled.remove("o4")
    assert snapshot_problems(filled, folder) == []


def test_files_that_nobody_touched_are_read_through_once_and_again_after_a_day(filled, folder, monkeypatch):
    looked = []
    monkeypatch.setattr(seal, "check_content", lambda *given: looked.append(given))
    ColumnStore(filled, QuickEncoder(), folder).current()
    assert looked == []
    for far in (2 * seal.CHECK_AGAIN_AFTER, -2 * seal.CHECK_AGAIN_AFTER):
        now = time.time()
        monkeypatch.setattr(seal.time, "time", lambda now=now, far=far: now + far)
        ColumnStore(filled, QuickEncoder(), folder).current()
        until = time.monotonic() + 10
        while not looked and time.monotonic() < until:
            time.sleep(0.01)
        assert len(looked) == 1
        looked.clear()
        monkeypatch.undo()
        monkeypatch.setattr(seal, "check_content", lambda *given: looked.append(given))


def test_a_disk_that_aged_is_found_in_the_background(filled, folder, caplog):
    """The bytes differ though neither time, size nor inode does."""
    arrays = arrays_in(folder)
    flip(arrays / "profile_vectors.npy", -1000)
    names = [path.stem for path in arrays.glob("*.npy")]
    seal.note_checked(arrays, seal.identities(arrays, dict.fromkeys(names)))
    checked = json.loads((arrays / "checked.json").read_text())
    (arrays / "checked.json").write_text(json.dumps(checked | {"at": 0}))
    store = ColumnStore(filled, QuickEncoder(), folder)
    store.current()
    until = time.monotonic() + 10
    while not store._snapshot._damage and time.monotonic() < until:
        time.sleep(0.01)
    store.current()
    assert "profile_vectors.npy does not hold what was written" in caplog.text
    assert snapshot_problems(filled, folder) == []


@pytest.mark.parametrize("damage", ["flipped", "cut off", "folder"])
def test_damage_while_the_snapshot_is_in_use_is_found_before_the_next_ranking(filled, folder, damage):
    store = ColumnStore(filled, QuickEncoder(), folder)
    first = store.current()
    if damage == "folder":
        shutil.rmtree(folder)
    else:
        DAMAGE[damage](arrays_in(folder))
    filled.add_claim("o7", claim("value", "safety"))
    after = store.current()
    assert (after is first) == (damage == "folder")
    assert not np.isnan(after.strengths(claim("value", "safety").kind, "safety")[7])
    assert np.array_equal(
        after.profile_vectors[:40], QuickEncoder().encode([f"O{n}. Soap for district {n}." for n in range(40)])
    )
    assert snapshot_problems(filled, folder) == []


def test_a_snapshot_that_was_only_copied_is_read_through_and_used(filled, folder, tmp_path):
    shutil.copytree(folder, tmp_path / "copied")
    before = arrays_in(tmp_path / "copied").name
    encoder = QuickEncoder()
    ColumnStore(filled, encoder, tmp_path / "copied").current()
    assert arrays_in(tmp_path / "copied").name == before
    assert encoder.encoded == []


def test_what_a_killed_process_was_writing_is_put_away(filled, folder):
    for name in ("writing-abc", "columns-old"):
        (folder / name).mkdir()
        (folder / name / "numbers.npy").write_bytes(b"half")
    (folder / "columns.json.123").write_text("{")
    ColumnStore(filled, QuickEncoder(), folder).rebuild()
    kept = {path.name for path in folder.iterdir() if not path.name.startswith("vectors.sqlite")}
    assert kept == {"columns.json", arrays_in(folder).name}


SAVING = """
import sys
from kb.columns import ColumnStore
from kb.knowledge_base import KnowledgeBase
from tests.faults.operations import QuickEncoder
kb = KnowledgeBase.open(sys.argv[1])
for _ in range(8):
    ColumnStore(kb, QuickEncoder()).rebuild()
"""


def test_two_processes_save_their_snapshots_at_once(filled):
    command = [sys.executable, "-c", SAVING, str(filled.path)]
    saving = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    assert [process.communicate(timeout=120)[1] for process in saving] == ["", ""]
    encoder = QuickEncoder()
    store = ColumnStore(filled, encoder)
    folder = arrays_in(store.folder)
    store.current()
    assert arrays_in(store.folder) == folder
    assert encoder.encoded == []
    assert len(list(store.folder.glob("columns-*"))) == 1


MAPPED = """
import os, sys
from kb.columns import ColumnStore
from kb.knowledge_base import KnowledgeBase
from tests.faults.operations import QuickEncoder
kb = KnowledgeBase.open(sys.argv[1])
columns = ColumnStore(kb, QuickEncoder()).current()
columns = ColumnStore(kb, QuickEncoder()).current()
print("mapped", flush=True)
sys.stdin.readline()
columns.profile_vectors.sum()
"""


@pytest.mark.skipif(not hasattr(signal, "SIGBUS"), reason="memory mapping of another kind")
def test_cutting_files_off_in_the_middle_of_a_ranking_costs_the_process_and_no_data(filled):
    process = subprocess.Popen(
        [sys.executable, "-c", MAPPED, str(filled.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "mapped\n"
    folder = filled.path.with_name("test.db.cache")
    os.truncate(arrays_in(folder) / "profile_vectors.npy", 0)
    process.communicate("go\n")
    assert process.returncode in (0, -signal.SIGBUS)
    assert filled.count()["organizations"] == 40
    assert snapshot_problems(filled, folder) == []
