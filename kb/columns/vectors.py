"""The vector cache: no text is encoded twice by the same model, and a killed run goes on where it was."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kb.columns import vector_file
from kb.importing.parsed import Progress, no_progress

LOG = logging.getLogger(__name__)
BATCH = 512
LOOKUP = 500
HELD, HELD_S = 16_384, 1.0
"""New vectors are written at the latest when so many are held, or after so many seconds: many at once go faster."""


class TextEncoder(Protocol):
    """What turns texts into vectors."""

    @property
    def key(self) -> str:
        """Model id, weights hash and precision: vectors of different keys must not be mixed."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit rows, float32 (len(texts), dimension)."""
        ...


class VectorCache:
    """Vectors by model and text, in a file of their own.

    Every vector is kept with a digest and looked at when it is read: a damaged one is encoded anew. A cache that
    cannot be written (read-only folder, full disk) costs time and nothing else.

    Parameters
    ----------
    path : Path
        The cache file; it is created, and can be deleted at any time.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._connection = vector_file.open_cache(path)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other processes that use this cache from writing meanwhile.

        Raises
        ------
        sqlite3.DatabaseError
            When they cannot be kept from it.
        """
        with self._lock:
            self._begin()
            try:
                yield
            finally:
                self._roll_back()

    def encode(
        self, encoder: TextEncoder, texts: Sequence[str], progress: Progress = no_progress
    ) -> NDArray[np.float32]:
        """Return the vectors of texts, encoding only what was never encoded; empty texts get zero rows.

        Returns
        -------
        float32 (len(texts), dimension)
        """
        with self._lock:
            return self._encode(encoder, texts, progress)

    def _encode(self, encoder: TextEncoder, texts: Sequence[str], progress: Progress) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), encoder.dimension), np.float32)
        rows: dict[bytes, list[int]] = {}
        for row, text in enumerate(texts):
            if text:
                rows.setdefault(vector_file.key_of(encoder.key, text), []).append(row)
        self._look_up(rows, vectors)
        self._encode_missing(encoder, texts, rows, vectors, progress)
        return vectors

    def _look_up(self, rows: dict[bytes, list[int]], vectors: NDArray[np.float32]) -> None:
        """Fill in the vectors that are known; what is left in `rows` has to be encoded."""
        keys = list(rows)
        unsealed: list[tuple[bytes, bytes]] = []
        damaged = 0
        for start in range(0, len(keys), LOOKUP):
            for key, value in self._select(keys[start : start + LOOKUP]):
                vector = vector_file.opened(key, value, vectors.shape[1])
                if vector is None:
                    damaged += 1
                    continue
                vectors[rows.pop(key)] = vector
                if len(value) == vector.nbytes:
                    unsealed.append((key, vector_file.sealed(key, vector)))
        if damaged:
            LOG.warning("%s: %s vectors are damaged and are encoded anew", self._path, f"{damaged:,}")
        self._remember(unsealed)

    def _select(self, keys: Sequence[bytes]) -> list[tuple[bytes, bytes]]:
        query = f"SELECT key, value FROM vector WHERE key IN ({','.join('?' * len(keys))})"
        try:
            return self._connection.execute(query, keys).fetchall()
        except sqlite3.DatabaseError as error:
            self._reopen(error)
        try:
            return self._connection.execute(query, keys).fetchall()
        except sqlite3.DatabaseError as error:
            LOG.warning("%s cannot be read (%s); texts are encoded anew", self._path, error)
            return []

    def _encode_missing(
        self,
        encoder: TextEncoder,
        texts: Sequence[str],
        rows: Mapping[bytes, list[int]],
        vectors: NDArray[np.float32],
        progress: Progress,
    ) -> None:
        missing = sorted(rows.items(), key=lambda item: len(texts[item[1][0]]))
        fresh: list[tuple[bytes, bytes]] = []
        kept_at = time.monotonic()
        try:
            for start in range(0, len(missing), BATCH):
                part = missing[start : start + BATCH]
                encoded = encoder.encode([texts[places[0]] for _, places in part])
                for (_, places), vector in zip(part, encoded, strict=True):
                    vectors[places] = vector
                fresh += (
                    (key, vector_file.sealed(key, vector)) for (key, _), vector in zip(part, encoded, strict=True)
                )
                if len(fresh) >= HELD or time.monotonic() > kept_at + HELD_S:
                    self._remember(fresh)
                    fresh, kept_at = [], time.monotonic()
                progress("Encoding texts", start + len(part), len(missing))
        finally:
            self._remember(fresh)

    def _remember(self, rows: list[tuple[bytes, bytes]]) -> None:
        """Write rows in the order of their keys, which is the file's."""
        if not rows:
            return
        rows.sort()
        try:
            self._begin()
            self._connection.executemany("INSERT OR REPLACE INTO vector VALUES (?, ?)", rows)
            self._connection.execute("COMMIT")
        except sqlite3.DatabaseError as error:
            self._roll_back()
            if vector_file.is_damage(error):
                self._reopen(error)
            LOG.warning(
                "%s: %s vectors cannot be kept (%s); they are encoded anew next time. Check that the folder is "
                "writable and has free space",
                self._path,
                f"{len(rows):,}",
                error,
            )

    def _begin(self) -> None:
        if vector_file.is_gone(self._connection):
            self._reopen(None)
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.DatabaseError as error:
            if not vector_file.is_damage(error):
                raise
            self._reopen(error)
            self._connection.execute("BEGIN IMMEDIATE")

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def _reopen(self, error: sqlite3.DatabaseError | None) -> None:
        """Open the file again, after keeping what can be read of a damaged one."""
        self._connection.close()
        if error is not None and vector_file.is_damage(error) and self._path.exists():
            vector_file.salvage(self._path, str(error))
        self._connection = vector_file.open_cache(self._path)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
