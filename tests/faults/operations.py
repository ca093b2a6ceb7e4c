"""The operations that are killed: each is a row of acts, numbered, that do the same to every copy of a database."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config

from kb import engine
from kb.brief import Brief
from kb.casework.partnerships import Move, Stage
from kb.columns import ColumnStore
from kb.importing.parsed import Parsed, SourceRecord
from kb.knowledge_base import KnowledgeBase
from kb.organization import (
    ClaimKind,
    ClaimStatus,
    Engagement,
    Organization,
    Participation,
    RegistryId,
    Relation,
    RelationKind,
)
from tests.conftest import SOURCE, TinyEncoder, claim, organization

KNOWN, COMING, WHO = 160, 120, "ann"
CODES = ("funding", "training", "logistics", "distribution")


class QuickEncoder(TinyEncoder):
    """A tiny encoder of few dimensions, so that most of a rebuild is reading and writing."""

    key = "quick@1/f32"
    dimension = 32


@dataclass
class Site:
    """A database and the folder of its snapshots."""

    path: Path
    _held: KnowledgeBase | None = None

    def hold(self) -> None:
        """Keep the database open from now on."""
        self._held = KnowledgeBase.open(self.path)

    @property
    def snapshots(self) -> Path:
        return self.path.with_name(f"{self.path.name}.cache")

    @contextmanager
    def opened(self) -> Iterator[KnowledgeBase]:
        kb = self._held or KnowledgeBase.open(self.path)
        try:
            yield kb
        finally:
            if kb is not self._held:
                kb.close()


@dataclass(frozen=True)
class Operation:
    """How to prepare a database, and what the n-th act does to it.

    Attributes
    ----------
    prepare : callable
        Makes the database at a path.
    act : callable
        Does the n-th act.
    is_target : callable
        Whether the n-th act is one to kill, rather than one that it needs before.
    acts : int
        How many acts there are on one database.
    opens : bool
        Whether opening the database is the act itself.
    """

    prepare: Callable[[Path], None]
    act: Callable[[Site, int], None]
    is_target: Callable[[int], bool] = lambda number: True
    acts: int = 60
    opens: bool = False


def records(prefix: str, count: int) -> list[Organization]:
    return [
        organization(
            f"{prefix}-{number}",
            claim("capacity", CODES[number % 4], 0.3 + number % 5 / 10),
            claim("place", "KE", 0.9),
            mission=f"We bring soap and water to district {number} of {prefix}.",
            registry_ids=(RegistryId(scheme="XX-TEST", value=f"{prefix}-{number}"),),
        )
        for number in range(count)
    ]


def fill(path: Path) -> None:
    with Site(path).opened() as kb:
        ties = [
            Relation(subject_id=f"known-{n}", kind=RelationKind.FUNDS, object_id=f"known-{n + 1}", source=SOURCE)
            for n in range(0, 40, 2)
        ]
        kb.add(*records("known", KNOWN), *_programmes("known", 10), *ties, who=WHO)


def _programmes(prefix: str, count: int) -> list[Engagement]:
    return [
        Engagement(
            id=f"{prefix}-programme-{number}",
            title=f"Programme {number}",
            text="Hand washing in schools.",
            source=SOURCE,
            participations=tuple(Participation(organization_id=f"{prefix}-{number + k}") for k in range(3)),
        )
        for number in range(count)
    ]


def land(site: Site, number: int) -> None:
    prefix = f"coming-{number}"
    found = [
        SourceRecord(f"{prefix}-{row}", row, item.model_copy(update={"name": f"{prefix} number {row}"}))
        for row, item in enumerate(records(prefix, COMING))
    ]
    tie = Relation(subject_id=f"{prefix}-0", kind=RelationKind.FUNDS, object_id=f"{prefix}-1", source=SOURCE)
    parsed = Parsed("bulk", (f"{prefix}.csv",), "", COMING, found, _programmes(prefix, 8), [tie])
    with site.opened() as kb:
        kb.land(parsed, who=WHO)


def edit(site: Site, number: int) -> None:
    key = f"known-{number % KNOWN}"
    with site.opened() as kb:
        match number % 6:
            case 0:
                kb.add_claim(key, claim("need", "funding", 0.9), who=WHO)
            case 1:
                kb.add(*records(f"edited-{number}", 20), *_programmes(f"edited-{number}", 3), who=WHO)
            case 2:
                ids = [f"known-{(number + k) % KNOWN}" for k in range(15)]
                kb.casework.record_many(f"brief-{number}", ids, Move(stage=Stage.LONGLIST), who=WHO)
            case 3:
                kb.save_brief(Brief(id="soap", title="Soap", behaviour=f"Wash hands {number} times."), who=WHO)
            case 4:
                code = CODES[number % KNOWN % 4]
                judged = ClaimStatus.REJECTED if number % 4 else ClaimStatus.CONFIRMED
                kb.judge_claim(key, (ClaimKind.CAPACITY, code, SOURCE.name), judged, who=WHO)
            case _:
                kb.casework.save_plan(f"plan-{number}", {"steps": ["one", "two"], "n": number}, based_on=0, who=WHO)


def merge(site: Site, number: int) -> None:
    with site.opened() as kb:
        kb.merge(f"known-{2 * number}", f"known-{2 * number + 1}", who=WHO)


def undo(site: Site, number: int) -> None:
    """Take back an import, a merge or an edit: every second act, after one that does it."""
    before, what = number // 2, (land, merge, edit)[number // 2 % 3]
    if number % 2 == 0:
        what(site, 6 * before if what is edit else before)
        return
    with site.opened() as kb:
        kb.undo(kb.batches(1)[0].number, who=WHO)


def rebuild(site: Site, number: int) -> None:
    with site.opened() as kb:
        kb.add(*records(f"late-{number}", 30), who=WHO)
        store = ColumnStore(kb, QuickEncoder(), site.snapshots)
        store.rebuild()
        store.vectors.close()


def migrate(site: Site, number: int) -> None:
    with site.opened():
        pass


def first_schema(path: Path) -> None:
    """Make a database as the first version of the tables had it, with something in every table."""
    full = path.with_name("full.db")
    fill(full)
    with Site(full).opened() as kb:
        kb.merge("known-3", "known-5", who=WHO)
        kb.save_brief(Brief(id="soap", title="Soap"), who=WHO)
        parsed = Parsed("bulk", ("a.csv",), "", 1, [SourceRecord("a", 1, organization("landed"))])
        kb.land(parsed, who=WHO)
    at_revision(path, "0001")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("ATTACH ? AS full", (str(full),))
        tables = {row[0] for row in connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'")}
        for table in sorted(tables):
            if table != "alembic_version" and not table.startswith(("sqlite_", "organization_fts")):
                names = ", ".join(f'"{row[1]}"' for row in connection.execute(f"PRAGMA main.table_info({table})"))
                connection.execute(f"INSERT INTO main.{table} ({names}) SELECT {names} FROM full.{table}")
    for file in full.parent.glob("full.db*"):
        shutil.rmtree(file) if file.is_dir() else file.unlink()


def at_revision(path: Path, revision: str) -> None:
    """Make an empty database of a revision."""
    opened = engine.make_engine(engine.parse_url(path))
    config = Config()
    config.set_main_option("script_location", str(engine.MIGRATIONS))
    with opened.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()
    opened.dispose()


OPERATIONS = {
    "import": Operation(fill, land),
    "edit": Operation(fill, edit),
    "merge": Operation(fill, merge),
    "undo": Operation(fill, undo, lambda number: number % 2 == 1),
    "snapshot rebuild": Operation(fill, rebuild),
    "migration": Operation(first_schema, migrate, acts=1, opens=True),
}


def contents(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table in its order, and the schema, without times and what is computed from them."""
    with closing(sqlite3.connect(path)) as connection:
        found = {"schema": connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall()}
        for kind, table, _ in found["schema"]:
            if kind != "table" or table.startswith("organization_fts_"):
                continue
            names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            kept = ", ".join(f'"{name}"' for name in names if name not in _TIMES.get(table, ()))
            found[table] = connection.execute(f"SELECT {kept} FROM {table}").fetchall()
    return found


_TIMES = {
    "batch": ("at", "undone_at"),
    "case_event": ("at", "previous", "digest"),
    "trail_head": ("digest",),
    "watchlist": ("imported_at",),
}
