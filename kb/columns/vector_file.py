"""The file of the vector cache: sealed rows, and what is left of them when the file is damaged."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

LOG = logging.getLogger(__name__)
WAIT_SECONDS = 30.0
DIGEST = 8
UNIT = 1e-3
"""By how much the length of a vector that was kept before there were digests may differ from 1."""
PARTS = 1 << 12
"""Ranges of rows that are salvaged one by one: a damaged page costs what lies in its range, at most."""
LEAST_ROW = 1024
"""Fewer bytes than a row takes."""

TABLE = "CREATE TABLE IF NOT EXISTS vector (key BLOB PRIMARY KEY, value BLOB)"
DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR)


def key_of(model: str, text: str) -> bytes:
    """Return what a text's vector is found by."""
    return hashlib.blake2b(f"{model}\n{text}".encode(), digest_size=16).digest()


def sealed(key: bytes, vector: NDArray[np.float32]) -> bytes:
    """Return a vector's bytes, with a digest of them and of their key behind."""
    plain = np.ascontiguousarray(vector, np.float32).tobytes()
    return plain + _digest(key, plain)


def opened(key: bytes, value: bytes, dimension: int) -> NDArray[np.float32] | None:
    """Return the vector in a row, float32 (dimension,); None when it is damaged.

    A row without a digest was kept by an earlier version: it must at least be a unit vector.
    """
    length = 4 * dimension
    if not isinstance(value, bytes) or len(value) not in (length, length + DIGEST):
        return None
    plain = value[:length]
    vector = np.frombuffer(plain, np.float32)
    if len(value) == length:
        square = float(vector @ vector)
        return vector if abs(square - 1) < 2 * UNIT else None
    return vector if value[length:] == _digest(key, plain) else None


def _digest(key: bytes, plain: bytes) -> bytes:
    return hashlib.blake2b(plain, digest_size=DIGEST, key=key).digest()


def is_damage(error: sqlite3.DatabaseError) -> bool:
    """Whether an error says that the file itself is damaged, not that it is locked, full or read-only."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in DAMAGE


def is_gone(connection: sqlite3.Connection) -> bool:
    """Whether the file of an open cache was deleted: it could be written to, and nobody would ever read it."""
    file = connection.execute("PRAGMA database_list").fetchone()[2]
    return bool(file) and not Path(file).exists()


def open_cache(path: Path) -> sqlite3.Connection:
    """Open a cache file, or what comes nearest to it: salvaged, read-only, or in memory; it never fails."""
    problem: Exception | None = None
    for _ in range(2):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            return _open(path)
        except (sqlite3.DatabaseError, OSError) as error:
            problem = error
            if not isinstance(error, sqlite3.DatabaseError) or not is_damage(error):
                break
            salvage(path, str(error))
    LOG.warning("%s cannot be written (%s); texts that are new are encoded at every start", path, problem)
    with contextlib.suppress(sqlite3.DatabaseError):
        return _open_to_read(path)
    connection = _connect(":memory:")
    connection.execute(TABLE)
    return connection


def _connect(address: str, *, uri: bool = False) -> sqlite3.Connection:
    return sqlite3.connect(address, timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False, uri=uri)


def _open(path: Path) -> sqlite3.Connection:
    connection = _connect(str(path))
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA cache_size=-65536")
        connection.execute(TABLE)
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection


def _open_to_read(path: Path) -> sqlite3.Connection:
    connection = _connect(f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1", uri=True)
    try:
        connection.execute("SELECT key FROM vector LIMIT 1").fetchall()
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection


def salvage(path: Path, problem: str) -> None:
    """Put a new file in a damaged one's place, with every row that can still be read; when it cannot, leave it."""
    try:
        kept = _salvage(path)
    except (sqlite3.DatabaseError, OSError) as error:
        LOG.warning("%s is damaged (%s) and cannot be replaced (%s); delete it", path, problem, error)
        return
    LOG.warning("%s is damaged (%s); %s vectors could be kept, the others are encoded anew", path, problem, f"{kept:,}")


def _salvage(path: Path) -> int:
    handle, name = tempfile.mkstemp(prefix=f"{path.name}.", suffix=".salvaged", dir=path.parent)
    os.close(handle)
    fresh = Path(name)
    try:
        with closing(_connect(str(fresh))) as target, closing(_connect(str(path))) as source:
            target.execute(TABLE)
            target.execute("BEGIN")
            for condition, bounds in _ranges(source, path.stat().st_size):
                _salvage_part(source, target, condition, bounds)
            target.execute("COMMIT")
            kept = int(target.execute("SELECT COUNT(*) FROM vector").fetchone()[0])
        for beside in ("-wal", "-shm"):
            path.with_name(path.name + beside).unlink(missing_ok=True)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    return kept


def _ranges(source: sqlite3.Connection, size: int) -> Iterator[tuple[str, tuple[bytes | int, ...]]]:
    """Return conditions that cut a file's rows, in the order in which they lie, into parts; and their bounds."""
    try:
        layout = source.execute("SELECT sql FROM sqlite_master WHERE name = 'vector'").fetchone()
    except sqlite3.DatabaseError:
        return
    bounds: list[Any]
    if "WITHOUT ROWID" in str(layout):
        column, bounds = "key", [(part << 4).to_bytes(2, "big") for part in range(PARTS)]
    else:
        step = size // LEAST_ROW // PARTS + 1
        column, bounds = "rowid", [part * step for part in range(PARTS)]
    for low, high in pairwise(bounds):
        yield f"{column} >= ? AND {column} < ? ORDER BY {column}", (low, high)
    yield f"{column} >= ? ORDER BY {column}", (bounds[-1],)


def _salvage_part(
    source: sqlite3.Connection, target: sqlite3.Connection, condition: str, bounds: tuple[bytes | int, ...]
) -> None:
    """Copy a part from its beginning up to the damage, then from its end down to it."""
    for order in ("ASC", "DESC"):
        try:
            for row in source.execute(f"SELECT key, value FROM vector WHERE {condition} {order}", bounds):
                target.execute("INSERT OR IGNORE INTO vector VALUES (?, ?)", row)
        except sqlite3.DatabaseError:
            continue
        return
