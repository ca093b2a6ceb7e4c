"""The store: opens the snapshot, brings it up to date, and writes it anew when it has drifted too far."""

from __future__ import annotations

import atexit
import hashlib
import logging
import shutil
import tempfile
from pathlib import Path

import numpy as np
import platformdirs
from sqlalchemy import Connection

from kb import journal
from kb.columns import reading
from kb.columns.layout import Codes, Columns
from kb.columns.short import Short
from kb.columns.snapshot import Snapshot
from kb.columns.vectors import TextEncoder, VectorCache
from kb.engine import address_digest
from kb.importing.parsed import Progress, no_progress
from kb.knowledge_base import KnowledgeBase

LOG = logging.getLogger(__name__)
FORMAT = 7
SPARE_SHARE, SPARE_ROWS = 0.05, 256
REBUILD_SHARE, REBUILD_ROWS = 0.1, 2_000


class ColumnStore:
    """The columns of one knowledge base for one encoder.

    Parameters
    ----------
    kb : KnowledgeBase
    encoder : TextEncoder
    folder : Path, optional
        Where the cache lies; by default beside the database.
    """

    def __init__(self, kb: KnowledgeBase, encoder: TextEncoder, folder: Path | None = None) -> None:
        self._kb = kb
        self._encoder = encoder
        self._codes = Codes.of()
        self.folder = folder or _default_folder(kb)
        self.vectors = VectorCache(self.folder / "vectors.sqlite")
        self._snapshot = Snapshot(self.folder)
        self._columns: Columns | None = None

    @property
    def _key(self) -> str:
        signature = f"{FORMAT}\n{self._encoder.key}\n{self._codes.signature}\n{reading.TEXT_LENGTH}"
        return hashlib.sha256(signature.encode()).hexdigest()[:16]

    def current(self, progress: Progress = no_progress) -> Columns:
        """Return columns that are true to the database as it is now."""
        if self._columns is not None and self._snapshot.is_damaged():
            self._columns = None
        elif self._columns is None:
            self._columns = self._snapshot.load(self._codes, self._key)
        with self._kb.reading() as connection:
            newest, mark = journal.newest(connection)
            if self._columns is not None and not self._belongs(connection, self._columns, newest, mark):
                LOG.warning(
                    "%s: the snapshot is of another database, or of a later state; it is built anew", self.folder
                )
                self._columns = None
            if self._columns is not None and self._columns.last_change == newest:
                return self._columns
            if self._columns is None or not self._refresh(connection, self._columns, newest, progress):
                self._columns = self._build(connection, newest, progress)
                self._save(self._columns)
        return self._columns

    def _save(self, columns: Columns) -> None:
        self._snapshot.save(columns, self._key, self.vectors.alone())

    def _belongs(self, connection: Connection, columns: Columns, newest: int, mark: str) -> bool:
        """Whether columns were made from this very database: it may have been replaced, or restored from a backup."""
        if newest < columns.last_change:
            return False
        if newest > columns.last_change:
            mark = journal.fingerprint(connection, columns.last_change)
        return columns.fingerprint == mark

    def rebuild(self, progress: Progress = no_progress) -> Columns:
        """Read everything anew, whatever the cache holds."""
        with self._kb.reading() as connection:
            self._columns = self._build(connection, journal.last_change(connection), progress)
        self._save(self._columns)
        return self._columns

    def _build(self, connection: Connection, newest: int, progress: Progress) -> Columns:
        count = reading.count_organizations(connection)
        capacity = count + max(SPARE_ROWS, int(count * SPARE_SHARE))
        columns = Columns.empty(self._codes, capacity, self._encoder.dimension)
        progress("Reading organizations", 0, count)
        self._embed(columns, reading.read_rows(connection, columns), progress)
        reading.read_relations(connection, columns)
        self._read_engagements(connection, columns, progress)
        columns.last_change, columns.fingerprint = newest, journal.fingerprint(connection, newest)
        return columns

    def _embed(self, columns: Columns, texts: reading.Texts, progress: Progress) -> None:
        rows = np.array([columns.row_of(number) for number in texts.profile], np.int64)
        if len(rows):
            columns.has_profile[rows] = True
            vectors = self.vectors.encode(self._encoder, list(texts.profile.values()), progress)
            columns.profile_vectors[rows] = vectors
            columns.profile_short.put(rows, vectors)
        rows = np.array([columns.row_of(number) for number in texts.offering], np.int64)
        if len(rows):
            offerings = self.vectors.encode(self._encoder, list(texts.offering.values()), progress)
            columns.offering_vectors = np.concatenate([columns.offering_vectors, offerings])
            columns.offering_row = np.concatenate([columns.offering_row, rows])

    def _read_engagements(self, connection: Connection, columns: Columns, progress: Progress) -> None:
        texts = reading.read_engagements(connection, columns)
        columns.engagement_vectors = self.vectors.encode(self._encoder, texts, progress)
        columns.engagement_short = Short.of(columns.engagement_vectors)

    def _refresh(self, connection: Connection, columns: Columns, newest: int, progress: Progress) -> bool:
        changed = journal.changed_since(connection, columns.last_change)
        ids = changed.get("organization", [])
        numbers = reading.numbers_of(connection, ids)
        fresh = sum(columns.row_of(number) is None for number in numbers)
        if len(ids) > max(REBUILD_ROWS, columns.n * REBUILD_SHARE) or columns.n + fresh > columns.capacity:
            return False
        lived = columns.alive[: columns.n].copy()
        if numbers:
            texts = reading.read_rows(connection, columns, numbers)
            rows = np.array([columns.row_of(number) for number in numbers], np.int64)
            kept = ~np.isin(columns.offering_row, rows)
            if not kept.all():
                columns.offering_row, columns.offering_vectors = (
                    columns.offering_row[kept],
                    columns.offering_vectors[kept],
                )
            self._embed(columns, texts, progress)
        moved = False
        if ids:
            living = np.isin(columns.numbers[: columns.n], reading.living_numbers(connection))
            moved = bool(fresh) or not np.array_equal(living[: len(lived)], lived)
            columns.alive[: columns.n] = living
        if moved or "relation" in changed:
            reading.read_relations(connection, columns)
        if moved or "engagement" in changed:
            self._read_engagements(connection, columns, progress)
        columns.last_change, columns.fingerprint = newest, journal.fingerprint(connection, newest)
        return True


def _default_folder(kb: KnowledgeBase) -> Path:
    """Return the folder beside a file, or in the user's cache for a server; a temporary one where there is neither."""
    url = kb._engine.url
    if kb.path is not None:
        folder = kb.path.with_name(f"{kb.path.name}.cache")
    elif url.drivername.startswith("sqlite"):
        return _temporary_folder()
    else:
        folder = Path(platformdirs.user_cache_dir("dancecard")) / address_digest(url)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        LOG.warning("%s cannot be made (%s); what is computed from texts is not kept", folder, error.strerror)
        return _temporary_folder()
    return folder


def _temporary_folder() -> Path:
    folder = tempfile.mkdtemp(prefix="dancecard-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)
