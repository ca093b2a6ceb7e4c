"""The files of backups: written in a folder apart, and given their name only when they are finished."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from kb.errors import KbError

WORKSHOP = ".dancecard-"
ABANDONED_AFTER = 24 * 3600.0
"""Seconds after which the folder of a backup or restore is one of a process that was killed."""


class BackupError(KbError):
    """A backup cannot be made or brought back; nothing was changed."""


def free_name(folder: Path, stem: str, suffix: str = ".db") -> Path:
    """Return a file name with the time in it that is not taken, e.g. ``backup 2026-11-24 09.30.db``."""
    named = f"{stem} {datetime.now():%Y-%m-%d %H.%M}"
    free, count = folder / f"{named}{suffix}", 2
    while free.exists():
        free, count = folder / f"{named} ({count}){suffix}", count + 1
    return free


@contextmanager
def workshop(parent: Path) -> Iterator[Path]:
    """Give a folder beside the target, so that a finished file can be renamed; it goes away afterwards."""
    try:
        parent.mkdir(parents=True, exist_ok=True)
        _clear_away(parent)
        with tempfile.TemporaryDirectory(prefix=WORKSHOP, dir=parent) as folder:
            yield Path(folder)
    except KbError:
        raise
    except OSError as error:
        raise BackupError(f"{parent} cannot be written: {error.strerror or error}; choose another folder") from error


def put(finished: Path, target: Path, *, over_empty: bool = False) -> None:
    """Give a finished file its name, unless something has that name by now."""
    with finished.open("rb+") as file:
        os.fsync(file.fileno())
    _move_left_overs_away(target)
    if over_empty and target.exists() and target.stat().st_size == 0:
        target.unlink()
    try:
        os.link(finished, target)
    except FileExistsError:
        raise BackupError(f"{target} was made by another program meanwhile and was left alone; try again") from None
    except OSError:
        if target.exists():
            raise BackupError(f"{target} exists already and was left alone; give another name") from None
        finished.replace(target)


def _clear_away(parent: Path) -> None:
    """Delete what killed processes left behind."""
    for folder in parent.glob(f"{WORKSHOP}*"):
        if folder.is_dir() and time.time() - folder.stat().st_mtime > ABANDONED_AFTER:
            shutil.rmtree(folder, ignore_errors=True)


def _move_left_overs_away(target: Path) -> None:
    """Give the journals of a database that is gone another name: SQLite would play them into the one that comes."""
    if target.exists() and target.stat().st_size > 0:
        return
    for ending in ("-wal", "-shm", "-journal"):
        left = target.with_name(f"{target.name}{ending}")
        if left.exists():
            left.replace(free_name(target.parent, f"{left.name} left over", ".old"))
