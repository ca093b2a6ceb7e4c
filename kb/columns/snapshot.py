"""The snapshot on disk: written beside the last one and put in its place at once, opened by memory mapping."""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from kb.columns import seal
from kb.columns.layout import Codes, Columns
from kb.columns.seal import DamagedSnapshotError, Sealed

LOG = logging.getLogger(__name__)
POINTER, WRITTEN, WRITING = "columns.json", "columns-", "writing-"
TRIES = 3


@dataclass
class _Mapped:
    """The files that are mapped into memory, and what they looked like when their content was last checked."""

    folder: Path
    files: Mapping[str, Sealed]
    seen: dict[str, list[int]]


class Snapshot:
    """The snapshot in one folder. It is a cache: damage costs the time to build it anew, and nothing else.

    Parameters
    ----------
    folder : Path
        It may be deleted at any time.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pointer = folder / POINTER
        self._mapped: _Mapped | None = None
        self._damage = ""

    def load(self, codes: Codes, key: str) -> Columns | None:
        """Open the columns that were saved under a key; None when there are none, or none that may be used."""
        problem = ""
        for _ in range(TRIES):  # another process may put a newer one in its place meanwhile
            try:
                return self._load(codes, key)
            except (DamagedSnapshotError, OSError) as error:
                problem = str(error)
        self._say_damaged(problem)
        return None

    def _load(self, codes: Codes, key: str) -> Columns | None:
        manifest = seal.read_manifest(self._pointer)
        if manifest is None:
            return None
        if manifest["key"] != key:
            LOG.info("%s: made by another model, vocabulary or version; it is built anew", self._pointer)
            return None
        folder, files = self._folder / manifest["folder"], manifest["arrays"]
        named = seal.open_arrays(folder, files)
        columns = Columns.from_arrays(codes, manifest["n"], manifest["last_change"], named)
        columns.fingerprint = manifest["fingerprint"]
        self._mapped, self._damage = _Mapped(folder, files, seal.identities(folder, files)), ""
        if seal.is_due(folder):
            threading.Thread(target=self._check, args=(self._mapped,), name="snapshot check", daemon=True).start()
        return columns

    def _check(self, mapped: _Mapped) -> bool:
        """Read the files through; what is wrong is noted in `_damage`."""
        try:
            seen = seal.identities(mapped.folder, mapped.files)
            seal.check_content(mapped.folder, {name: mapped.files[name] for name in seen})
        except FileNotFoundError:
            return True  # put away by another process; what is mapped stays as it was
        except (DamagedSnapshotError, OSError) as error:
            self._damage = str(error)
            return False
        mapped.seen = seen
        if len(seen) == len(mapped.files):
            seal.note_checked(mapped.folder, seen)
        return True

    def is_damaged(self) -> bool:
        """Whether the files that are mapped were damaged since they were opened; then their columns must go."""
        mapped = self._mapped
        if mapped is None:
            return False
        seen = seal.identities(mapped.folder, mapped.files)
        touched = any(mapped.seen.get(name) != about for name, about in seen.items())
        if not self._damage and (not touched or self._check(mapped)):
            return False
        self._say_damaged(self._damage)
        self._mapped = None
        return True

    def _say_damaged(self, problem: str) -> None:
        LOG.warning("%s: the snapshot is damaged (%s); it is not used, and built anew", self._folder, problem)

    def save(self, columns: Columns, key: str, alone: AbstractContextManager[None]) -> None:
        """Write columns beside the last ones and put them in their place; when that cannot be done, say so.

        Parameters
        ----------
        columns : Columns
        key : str
        alone : context manager
            Keeps other processes from saving meanwhile.
        """
        self._mapped = None
        try:
            with alone:
                self._save(columns, key)
        except (OSError, sqlite3.DatabaseError) as error:
            LOG.warning(
                "%s: the snapshot cannot be saved (%s); the next start reads the whole database. Check that the folder "
                "is writable and has free space",
                self._folder,
                error,
            )

    def _save(self, columns: Columns, key: str) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._put_away(keep="")
        writing = Path(tempfile.mkdtemp(prefix=WRITING, dir=self._folder))
        try:
            files = {name: seal.write_array(writing / f"{name}.npy", array) for name, array in columns.arrays().items()}
            seal.put_on_disk(writing, files)
            folder = writing.with_name(writing.name.replace(WRITING, WRITTEN))
            seal.note_checked(writing, seal.identities(writing, files))
            writing.rename(folder)
            manifest = {
                "key": key,
                "folder": folder.name,
                "n": columns.n,
                "last_change": columns.last_change,
                "fingerprint": columns.fingerprint,
                "arrays": files,
            }
            seal.write_manifest(self._pointer, manifest)
        except OSError:
            shutil.rmtree(writing, ignore_errors=True)
            raise
        _sync(self._folder)
        self._put_away(keep=folder.name)

    def _put_away(self, keep: str) -> None:
        """Delete what a killed process was writing, and unless `keep` is empty every snapshot but that one."""
        patterns = [f"{WRITING}*", f"{POINTER}.*", *([f"{WRITTEN}*"] if keep else [])]
        for stale in (path for pattern in patterns for path in self._folder.glob(pattern)):
            if stale.name == keep:
                continue
            if stale.is_dir():
                shutil.rmtree(stale, ignore_errors=True)
            else:
                stale.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """Make sure that renames in a folder are on the disk, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
