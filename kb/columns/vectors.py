"""The vector cache: no text is encoded twice by the same model, and a killed run goes on where it was."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kb.importing.parsed import Progress, no_progress

BATCH = 512
LOOKUP = 500


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

    Parameters
    ----------
    path : Path
        The cache file; it is created, and can be deleted at any time.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        try:
            self._connection = self._open(path)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            path.unlink()
            self._connection = self._open(path)

    @staticmethod
    def _open(path: Path) -> sqlite3.Connection:
        connection = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("CREATE TABLE IF NOT EXISTS vector (key BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID")
        return connection

    @staticmethod
    def _key(encoder: TextEncoder, text: str) -> bytes:
        return hashlib.blake2b(f"{encoder.key}\n{text}".encode(), digest_size=16).digest()

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
                rows.setdefault(self._key(encoder, text), []).append(row)
        keys = list(rows)
        for start in range(0, len(keys), LOOKUP):
            part = keys[start : start + LOOKUP]
            marks = ",".join("?" * len(part))
            query = f"SELECT key, value FROM vector WHERE key IN ({marks})"
            for key, value in self._connection.execute(query, part):
                vectors[rows.pop(key)] = np.frombuffer(value, np.float32)
        self._encode_missing(encoder, texts, rows, vectors, progress)
        return vectors

    def _encode_missing(
        self,
        encoder: TextEncoder,
        texts: Sequence[str],
        rows: dict[bytes, list[int]],
        vectors: NDArray[np.float32],
        progress: Progress,
    ) -> None:
        missing = sorted(rows.items(), key=lambda item: len(texts[item[1][0]]))
        for start in range(0, len(missing), BATCH):
            part = missing[start : start + BATCH]
            encoded = encoder.encode([texts[places[0]] for _, places in part])
            for (_, places), vector in zip(part, encoded, strict=True):
                vectors[places] = vector
            stored = [(key, vector.tobytes()) for (key, _), vector in zip(part, encoded, strict=True)]
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany("INSERT OR REPLACE INTO vector VALUES (?, ?)", stored)
            self._connection.execute("COMMIT")
            progress("Encoding texts", start + len(part), len(missing))

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
