"""Kill a process while it makes a backup or brings one back, and check what it leaves behind.

    python -m tests.faults.backup_campaign [--kills 12] [--seed 1]

Prints one JSON object: what was there after each kill, by act, and what was wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from kb import backup as backups
from kb.backup import back_up, examine, restore
from tests.faults.checks import problems_of
from tests.faults.operations import Site, contents, fill, records

PATIENCE = 60.0


def prepare(folder: Path) -> None:
    """Make a knowledge base, a backup of it, and go on in the knowledge base."""
    live = Site(folder / "live.db")
    fill(live.path)
    with live.opened() as kb:
        kb.add(*records("saved", 700), who="ann")
        back_up(kb, folder / "saved.db")
        kb.add(*records("later", 300), who="ann")


def make(folder: Path) -> None:
    with Site(folder / "live.db").opened() as kb:
        back_up(kb, folder / "made.db")


def bring_back(folder: Path) -> None:
    restore(folder / "saved.db", folder / "live.db", replace=True, who="ann")


def bring_back_elsewhere(folder: Path) -> None:
    restore(folder / "saved.db", folder / "new.db", who="ann")


ACTS: dict[str, tuple[Callable[[Path], None], str]] = {
    "backup": (make, "made.db"),
    "restore": (bring_back, "live.db"),
    "restore elsewhere": (bring_back_elsewhere, "new.db"),
}


def timed(act: Callable[[Path], None], folder: Path) -> float:
    started = time.monotonic()
    act(folder)
    return time.monotonic() - started


def kill_after(seconds: float, act: Callable[[Path], None], folder: Path) -> bool:
    """Run an act in a process that is killed; returns whether it was still at it."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            act(folder)
            os.write(writer, b"done")
            time.sleep(PATIENCE)
        except BaseException:  # the parent must not go on in a copy of itself
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(1)
    time.sleep(seconds)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(writer)
    said = os.read(reader, 100)
    os.close(reader)
    return said != b"done"


def what_is_there(folder: Path, name: str, known: dict[str, object]) -> str:
    """Name what a file holds; whatever is none of the known states is half done."""
    path = folder / name
    if not path.exists():
        return "nothing"
    if name == "made.db":
        return "whole" if examine(path).counts["organizations"] == 1160 else "half"
    found = {table: rows for table, rows in contents(path).items() if table not in {"batch", "sqlite_sequence"}}
    return next((state for state, wanted in known.items() if found == wanted), "half")


def campaign(name: str, kills: int, chance: random.Random, base: Path) -> dict[str, object]:
    act, file = ACTS[name]
    prepared = base / "prepared"
    prepared.mkdir()
    prepare(prepared)
    known: dict[str, object] = {}
    for state in ("before", "restored"):
        folder = shutil.copytree(prepared, base / state)
        if state == "restored":
            usual = timed(act, folder)
            bring_back_elsewhere(folder) if not (folder / "new.db").exists() else None
        path = folder / ("live.db" if state == "before" else "new.db")
        known[state] = {
            table: rows for table, rows in contents(path).items() if table not in {"batch", "sqlite_sequence"}
        }
    outcomes: Counter[str] = Counter()
    failures, inside = [], 0
    for kill in range(kills):
        folder = shutil.copytree(prepared, base / "killed")
        inside += kill_after(chance.random() * 1.5 * usual, act, folder)
        found = what_is_there(folder, file, known)
        outcomes[found] += 1
        if found == "half":
            failures.append(f"{name}, kill {kill}: {file} is half done")
        for path in (folder / "live.db", folder / file):
            failures += [f"{name}, kill {kill}: {item}" for item in (problems_of(Site(path)) if path.exists() else [])]
        if name == "restore" and found == "restored" and not list(folder.glob("live before restore*.db")):
            failures.append(f"{name}, kill {kill}: what was replaced is not kept")
        restore(folder / "saved.db", folder / "live.db", replace=True, who="ann")
        if what_is_there(folder, "live.db", known) != "restored":
            failures.append(f"{name}, kill {kill}: the next restore does not bring back what was saved")
        shutil.rmtree(folder)
    return {
        "kills": kills,
        "inside": inside,
        "found": dict(outcomes),
        "usual_ms": round(1000 * usual),
        "failures": failures,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    backups.PAGES = 20
    chance, reports = random.Random(options.seed), {}
    for name in ACTS:
        with tempfile.TemporaryDirectory() as temporary:
            reports[name] = campaign(name, options.kills, chance, Path(temporary))
    sys.stdout.write(json.dumps(reports) + "\n")


if __name__ == "__main__":
    main()
