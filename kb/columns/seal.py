"""The seal of a snapshot: what every file must hold, so that damage is found before anything is read from it.

Sizes, shapes and the seal of the manifest are looked at whenever a snapshot is opened; a file's content whenever it is
not the very file that was checked last (inode, times, size), and now and then although it is, because disks age. The
sums guard against accidents, not against people who may write to the folder.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

BLOCK = 1 << 22
CHECKED = "checked.json"
CHECK_AGAIN_AFTER = 24 * 3600.0
"""Seconds after which files that nobody touched are read through again."""

Array = NDArray[Any]


class DamagedSnapshotError(Exception):
    """A snapshot does not hold what was written; it must not be used."""


@dataclass(frozen=True)
class Sealed:
    """What one array's file must be: its size in bytes, the CRC-32 of its content, and the array's shape and dtype."""

    size: int
    crc32: int
    shape: tuple[int, ...]
    dtype: str


class _Summing:
    """A file that sums what is written to it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = self.crc32 = 0

    def write(self, data: bytes) -> int:
        self.size += len(data)
        self.crc32 = zlib.crc32(data, self.crc32)
        return self._file.write(data)


def write_array(path: Path, array: Array) -> Sealed:
    """Write an array as a ``.npy`` file.

    The sum is of what was to be written, not of what the disk made of it.
    """
    with path.open("wb") as file:
        summing = _Summing(file)
        np.lib.format.write_array(cast("BinaryIO", summing), np.asarray(array), allow_pickle=False)
    return Sealed(summing.size, summing.crc32, array.shape, array.dtype.str)


def put_on_disk(folder: Path, files: Mapping[str, Sealed]) -> None:
    """Wait until every file is on the disk; all at once, because one after the other takes many times as long."""
    for name in files:
        with _file(folder, name).open("rb+") as file:
            os.fsync(file.fileno())


def open_arrays(folder: Path, files: Mapping[str, Sealed]) -> dict[str, Array]:
    """Map every array into memory, once its file was found to be the one that was written.

    Raises
    ------
    DamagedSnapshotError
        When a file is missing, cut off, changed or exchanged.
    OSError
        When a file cannot be read.
    """
    for name, sealed in files.items():
        size = _file(folder, name).stat().st_size
        if size != sealed.size:
            raise DamagedSnapshotError(f"{name}.npy has {size:,} bytes and should have {sealed.size:,}")
    seen = identities(folder, files)
    if _checked(folder).get("files") != seen:
        check_content(folder, files)
        note_checked(folder, seen)
    named = {}
    for name, sealed in files.items():
        try:
            named[name] = np.asarray(np.load(_file(folder, name), mmap_mode="c", allow_pickle=False))
        except (ValueError, EOFError) as error:
            raise DamagedSnapshotError(f"{name}.npy cannot be read ({error})") from error
        if named[name].shape != sealed.shape or named[name].dtype.str != sealed.dtype:
            raise DamagedSnapshotError(f"{name}.npy holds an array of another shape")
    return named


def check_content(folder: Path, files: Mapping[str, Sealed]) -> None:
    """Read every file through.

    Raises
    ------
    DamagedSnapshotError
        Naming the first whose content is not what was written.
    """
    for name, sealed in files.items():
        crc32 = 0
        with _file(folder, name).open("rb", buffering=0) as file:
            while block := file.read(BLOCK):
                crc32 = zlib.crc32(block, crc32)
        if crc32 != sealed.crc32:
            raise DamagedSnapshotError(f"{name}.npy does not hold what was written to it")


def identities(folder: Path, files: Mapping[str, Sealed]) -> dict[str, list[int]]:
    """Return what changes when a file is written to or exchanged; files that are gone are left out."""
    found = {}
    for name in files:
        with contextlib.suppress(FileNotFoundError):
            about = os.stat(f"{folder}/{name}.npy")  # noqa: PTH116 (called before every ranking, for many files)
            found[name] = [about.st_size, about.st_ino, about.st_mtime_ns, about.st_ctime_ns]
    return found


def note_checked(folder: Path, seen: Mapping[str, list[int]]) -> None:
    """Remember which files were found whole, and when; a folder that cannot be written is read through each time."""
    writing = folder / f"{CHECKED}.{os.getpid()}"
    try:
        writing.write_text(json.dumps({"at": time.time(), "files": seen}), encoding="utf-8")
        writing.replace(folder / CHECKED)
    except OSError:
        with contextlib.suppress(OSError):
            writing.unlink(missing_ok=True)


def is_due(folder: Path) -> bool:
    """Whether the files were last read through long ago, or at a time that has not come yet."""
    at = _checked(folder).get("at")
    return not isinstance(at, int | float) or abs(time.time() - at) > CHECK_AGAIN_AFTER


def _checked(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / CHECKED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_manifest(path: Path, manifest: Mapping[str, Any]) -> None:
    """Write a manifest with its seal; the file is either as it was or whole, also after a power failure."""
    plain: dict[str, Any] = json.loads(json.dumps(manifest, default=vars))
    writing = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with writing.open("w", encoding="utf-8") as file:
            file.write(json.dumps(plain | {"seal": _seal(plain)}))
            file.flush()
            os.fsync(file.fileno())
        writing.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            writing.unlink(missing_ok=True)
        raise


def read_manifest(path: Path) -> dict[str, Any] | None:
    """Return a manifest with its ``arrays`` as `Sealed`; None when there is none, or one from before there were seals.

    Raises
    ------
    DamagedSnapshotError
        When it is not as it was written.
    """
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise DamagedSnapshotError(f"{path.name} cannot be read") from error
    if not isinstance(manifest, dict):
        raise DamagedSnapshotError(f"{path.name} is no manifest")
    if "seal" not in manifest:
        return None
    if manifest.pop("seal") != _seal(manifest):
        raise DamagedSnapshotError(f"{path.name} is not as it was written")
    manifest["arrays"] = {
        name: Sealed(**(about | {"shape": tuple(about["shape"])})) for name, about in manifest["arrays"].items()
    }
    return manifest


def _seal(manifest: Mapping[str, Any]) -> str:
    return hashlib.blake2b(json.dumps(manifest, sort_keys=True).encode(), digest_size=16).hexdigest()


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name}.npy"
