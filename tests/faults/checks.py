"""What must hold of a database and its snapshot after whatever happened to them."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import numpy as np

from kb.columns import Columns, ColumnStore
from kb.knowledge_base import KnowledgeBase
from tests.faults.operations import QuickEncoder, Site


class Unsaved(ColumnStore):
    """A store that leaves nothing behind."""

    def _save(self, columns: Columns) -> None:
        pass


def problems_of(site: Site) -> list[str]:
    """Open a database as a person would, and say what is wrong with it."""
    found = []
    with site.opened() as kb:
        found += trail_problems(kb)
        found += snapshot_problems(kb, site.snapshots)
    return found + file_problems(site.path)


def file_problems(path: Path) -> list[str]:
    """Ask the database itself."""
    with closing(sqlite3.connect(path)) as connection:
        found = [f"integrity: {row[0]}" for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
        found += [f"reference: {row}" for row in connection.execute("PRAGMA foreign_key_check")]
        try:
            connection.execute("INSERT INTO organization_fts(organization_fts, rank) VALUES ('integrity-check', 1)")
        except sqlite3.DatabaseError as error:
            found.append(f"full-text index: {error}")
        connection.rollback()
    return found


def trail_problems(kb: KnowledgeBase) -> list[str]:
    """Verify the chain of digests, and that every batch of the journal holds what it says."""
    check = kb.casework.verify_trail()
    found = [] if check.whole else [f"trail: {check.problem}"]
    with kb.reading() as connection:
        orphans = connection.exec_driver_sql(
            "SELECT COUNT(*) FROM change WHERE batch_number NOT IN (SELECT number FROM batch)"
        ).scalar_one()
        unfinished = connection.exec_driver_sql("SELECT COUNT(*) FROM batch WHERE counts = '{}'").scalar_one()
    if orphans or unfinished:
        found.append(f"journal: {orphans} changes of no batch, {unfinished} batches that were not closed")
    return found


def snapshot_problems(kb: KnowledgeBase, folder: Path) -> list[str]:
    """Compare the snapshot, brought up to date, with one that is built from nothing."""
    with tempfile.TemporaryDirectory() as empty:
        stores = ColumnStore(kb, QuickEncoder(), folder), Unsaved(kb, QuickEncoder(), Path(empty))
        kept, fresh = (_by_number(store.current()) for store in stores)
        for store in stores:
            store.vectors.close()
    return [f"snapshot: {name} is not as it is built from nothing" for name in fresh if kept[name] != fresh[name]]


def _by_number(columns: Columns) -> dict[str, object]:
    """Return what columns say of the living organizations, in an order that does not depend on their history."""
    rows = np.flatnonzero(columns.alive[: columns.n])
    rows = rows[np.argsort(columns.numbers[rows])]
    found: dict[str, object] = {"numbers": columns.numbers[rows].tolist()}
    for name, array in columns.arrays().items():
        if name.startswith(("claim_", "known_")):
            found[name] = array[..., rows].tobytes()
    for name in ("sector", "kind", "industry", "country", "has_profile", "profile_vectors"):
        found[name] = getattr(columns, name)[rows].tobytes()
    numbers = columns.numbers
    living = [place for place, row in enumerate(columns.offering_row) if columns.alive[row]]
    found["offerings"] = sorted(
        (int(numbers[columns.offering_row[place]]), columns.offering_vectors[place].tobytes()) for place in living
    )
    found["engagements"] = columns.engagement_numbers.tolist(), columns.engagement_vectors.tobytes()
    found["participations"] = sorted(zip(numbers[columns.participant], columns.engagement, strict=True))
    found["relations"] = sorted(zip(numbers[columns.subject], columns.relation, numbers[columns.object_], strict=True))
    return found
