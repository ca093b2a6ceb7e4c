"""Build a large knowledge base out of a real one: its rows again and again, each copy a little different.

    python benchmarks/synthetic.py BASE TARGET --organizations 300000
    python benchmarks/synthetic.py BASE TARGET --organizations 2000000 --columns-only

The first copy is the base itself. In the others an organization keeps its identity and words, takes the claims of
another of its sector and industry, and its vectors move by a third of the way between two organizations drawn at
random (cosine to the original about 0.9), so that they spread as real ones do; engagements are copied with
their participants. The database is filled row by row in SQL; vectors pass through the product's own cache and the
columns are written by its own store, so the result is opened like any other knowledge base.
With --columns-only there is no database of that size: only the base, and columns beside it.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from kb.columns import Columns, ColumnStore, VectorCache
from kb.columns.layout import Codes
from kb.columns.short import Short
from kb.knowledge_base import KnowledgeBase
from kb.organization import ClaimKind
from matcher import open_matcher
from matcher.encoder import SentenceTransformerEncoder

JITTER = np.float32(0.35)
SEED = 20
BLOCK = 50_000
MARK = re.compile(r" \((copy|run) (\d+)\.(\d+)\)\. ")

NAMED = (
    "SELECT number FROM real.organization WHERE id IN (SELECT subject_id FROM real.relation "
    "UNION SELECT object_id FROM real.relation "
    "UNION SELECT json_extract(body, '$.seeker.organization_id') FROM real.brief)"
)
TABLES = {
    "organization": (
        "number, id, name, aliases, sector, kind, industry, country, city, website, mission, description, text_source, "
        "merged_into, version",
        "m.new, CASE m.copy WHEN 0 THEN r.id ELSE 'c' || m.copy || '-' || r.id END, "
        "CASE m.copy WHEN 0 THEN r.name ELSE r.name || ' (copy ' || r.number || '.' || m.copy || ')' END, "
        "r.aliases, r.sector, r.kind, r.industry, r.country, r.city, r.website, r.mission, r.description, "
        "r.text_source, CASE m.copy WHEN 0 THEN r.merged_into ELSE 'c' || m.copy || '-' || r.merged_into END, 1",
        "map m JOIN real.organization r ON r.number = m.old",
    ),
    "claim": (
        "organization_number, kind, code, strength, status, confidence, evidence, source_name, source_url, source_row, "
        "observed_on, role, revenue_share",
        "m.new, r.kind, r.code, r.strength, r.status, r.confidence, r.evidence, r.source_name, r.source_url, "
        "r.source_row, r.observed_on, r.role, r.revenue_share",
        "map m JOIN real.claim r ON r.organization_number = m.claims_of",
    ),
    "engagement": (
        "number, id, title, text, start_date, end_date, causes, status, source_name, source_url, source_row",
        "r.number + m.copy * :most, CASE m.copy WHEN 0 THEN r.id ELSE 'c' || m.copy || '-' || r.id END, "
        "CASE m.copy WHEN 0 THEN r.title ELSE r.title || ' (run ' || r.number || '.' || m.copy || ')' END, "
        "r.text, r.start_date, r.end_date, r.causes, r.status, r.source_name, r.source_url, r.source_row",
        "copies m JOIN real.engagement r",
    ),
    "participation": (
        "engagement_number, organization_id, role",
        "r.engagement_number + m.copy * :most, o.id, r.role",
        "real.participation r JOIN real.organization b ON b.id = r.organization_id "
        "JOIN map m ON m.old = b.number JOIN organization o ON o.number = m.new",
    ),
    "relation": (
        "id, subject_id, kind, object_id, status, evidence, source_name, source_url, source_row, observed_on",
        "r.id, r.subject_id, r.kind, r.object_id, r.status, r.evidence, r.source_name, r.source_url, r.source_row, "
        "r.observed_on",
        "real.relation r JOIN organization s ON s.id = r.subject_id JOIN organization t ON t.id = r.object_id",
    ),
    "brief": ("id, title, body, version", "r.id, r.title, r.body, r.version", "real.brief r"),
}


def moved(vectors: np.ndarray, among: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Move unit rows a part of the way between two others, and make them unit rows again; zero rows stay."""
    one, other = (among[generator.integers(len(among), size=len(vectors))] for _ in range(2))
    there = vectors + JITTER * (one - other)
    there /= np.maximum(np.linalg.norm(there, axis=1, keepdims=True), 1e-9)
    there[~vectors.any(axis=1)] = 0
    return there


class CopiedVectors:
    """The vectors of the base for its own texts, moved ones for those of its copies; nothing is encoded."""

    def __init__(self, base: Columns, cache: VectorCache) -> None:
        self._encoder = SentenceTransformerEncoder()
        self._base = base
        self._cache = cache
        self.key, self.dimension = self._encoder.key, self._encoder.dimension

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        found = [MARK.search(text) for text in texts]
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        own = [place for place, mark in enumerate(found) if mark is None]
        if own:
            vectors[own] = self._cache.encode(self._encoder, [texts[place] for place in own])
        copied = [place for place, mark in enumerate(found) if mark is not None]
        if copied:
            marks = [mark.groups() for mark in found if mark is not None]
            seed = [int(number) * 1_000 + int(copy) for _, number, copy in marks]
            before = np.stack([self._original(kind, int(number)) for kind, number, _ in marks])
            among = self._base.profile_vectors[: self._base.n]
            vectors[copied] = moved(before, among, np.random.default_rng(seed))
        return vectors

    def _original(self, kind: str, number: int) -> np.ndarray:
        base = self._base
        if kind == "copy":
            return base.profile_vectors[base.row_of(number)]
        return base.engagement_vectors[np.searchsorted(base.engagement_numbers, number)]


def mapping(
    rows: list[tuple[int, str | None, str | None]], named: set[int], count: int
) -> list[tuple[int, int, int, int]]:
    """Return (new number, copy, number in the base, whose claims it takes), ordered by new number.

    Fewer than the base has are drawn at random, but for those that briefs and relations name.
    """
    generator = np.random.default_rng(SEED)
    numbers = np.array([row[0] for row in rows])
    group = np.unique([f"{sector}|{industry}" for _, sector, industry in rows], return_inverse=True)[1]
    made: list[tuple[int, int, int, int]] = []
    for copy in range(-(-count // len(rows))):
        taken = np.arange(len(rows))
        if copy == 0 and count < len(rows):
            drawn = generator.permutation(len(rows))
            drawn = drawn[np.argsort(~np.isin(numbers[drawn], list(named)), kind="stable")]
            taken = np.sort(drawn[:count])
        claims = np.arange(len(rows))
        if copy:
            shuffled = generator.permutation(len(rows))
            claims[np.argsort(group, kind="stable")] = shuffled[np.argsort(group[shuffled], kind="stable")]
        first = len(made) + 1
        made += [(first + place, copy, int(numbers[row]), int(numbers[claims[row]])) for place, row in enumerate(taken)]
    return made[:count]


def fill(base: Path, target: Path, count: int) -> None:
    """Write the database."""
    KnowledgeBase.open(target).close()
    connection = sqlite3.connect(target, isolation_level=None)
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA temp_store=MEMORY")
    connection.execute("ATTACH ? AS real", (str(base),))
    rows = connection.execute("SELECT number, sector, industry FROM real.organization ORDER BY number").fetchall()
    made = mapping(rows, {row[0] for row in connection.execute(NAMED)}, count)
    connection.execute("BEGIN")
    connection.execute("CREATE TEMP TABLE map (new INTEGER PRIMARY KEY, copy, old, claims_of)")
    connection.executemany("INSERT INTO map VALUES (?, ?, ?, ?)", made)
    connection.execute("CREATE INDEX temp.map_old ON map (old)")
    connection.execute("CREATE TEMP TABLE copies AS SELECT DISTINCT copy FROM map")
    most = connection.execute("SELECT coalesce(max(number), 0) FROM real.engagement").fetchone()[0]
    for table, (columns, values, source) in TABLES.items():
        begin = time.perf_counter()
        statement = f"INSERT INTO {table} ({columns}) SELECT {values} FROM {source}"
        connection.execute(statement, {"most": most} if ":most" in statement else {})
        print(
            f"{table}: {connection.execute(f'SELECT count(*) FROM {table}').fetchone()[0]:,} rows, "
            f"{time.perf_counter() - begin:.1f} s",
            flush=True,
        )
    connection.execute("DELETE FROM engagement WHERE number NOT IN (SELECT engagement_number FROM participation)")
    connection.execute("INSERT INTO organization_fts(organization_fts) VALUES ('rebuild')")
    connection.execute(
        "INSERT INTO batch (number, kind, label, digest, who, at, counts) "
        "VALUES (1, 'import', 'copies for measuring', '', 'benchmark', '2026-01-01 00:00:00', '{}')"
    )
    connection.execute(
        "INSERT INTO change (batch_number, entity, entity_id, action) SELECT 1, 'organization', id, 'added' "
        "FROM organization ORDER BY number LIMIT 1"
    )
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def whole(base: Path, target: Path, count: int) -> None:
    """Write database, vectors and columns."""
    matcher = open_matcher(base)
    fill(base, target, count)
    begin = time.perf_counter()
    store = ColumnStore(KnowledgeBase.open(target), CopiedVectors(matcher.columns(), matcher.store.vectors))
    briefs = store._kb.briefs()
    columns = store.current()
    print(f"columns: {columns.n:,} rows, {time.perf_counter() - begin:.1f} s; {len(briefs)} briefs")


def tiled(base: Columns, count: int) -> Columns:
    """Return columns of many organizations alone: copies of rows, moved, with claims of others."""
    generator = np.random.default_rng(SEED)
    made = Columns.empty(Codes.of(), count, base.dimension)
    made.n, made.last_change, made.fingerprint = count, base.last_change, base.fingerprint
    made.numbers[:] = np.arange(1, count + 1)
    old = np.arange(count) % base.n
    claims = generator.permutation(base.n)[old]
    claims[: base.n] = np.arange(min(base.n, count))
    for name in ("alive", "sector", "kind", "industry", "country", "has_profile"):
        getattr(made, name)[:] = getattr(base, name)[old]
    for kind in ClaimKind:
        made.claims[kind][:] = base.claims[kind][:, claims]
        made.known[kind][:] = base.known[kind][claims]
    made.profile_vectors[: base.n] = base.profile_vectors[: base.n]
    for start in range(base.n, count, BLOCK):
        end = min(count, start + BLOCK)
        made.profile_vectors[start:end] = moved(
            base.profile_vectors[old[start:end]], base.profile_vectors[: base.n], generator
        )
    made.profile_short = Short.of(made.profile_vectors)
    copies = -(-count // base.n)
    rows, engagements = [], []
    for copy in range(copies):
        offering = base.offering_row + copy * base.n
        rows.append(offering[offering < count])
        theirs = base.participant + copy * base.n
        engagements.append(np.stack([theirs, base.engagement], axis=1)[theirs < count])
    made.offering_row = np.concatenate(rows)
    before = base.offering_vectors[np.arange(len(made.offering_row)) % len(base.offering_row)]
    made.offering_vectors = moved(before, base.profile_vectors[: base.n], generator)
    table = np.concatenate(engagements)
    made.participant, made.engagement = (np.ascontiguousarray(column) for column in table.T)
    made.engagement_numbers, made.engagement_vectors = base.engagement_numbers, base.engagement_vectors
    made.engagement_short = base.engagement_short
    return made


def columns_only(base: Path, target: Path, count: int) -> None:
    """Write columns of many organizations beside a copy of the base."""
    matcher = open_matcher(base)
    shutil.copy(base, target)
    store = ColumnStore(KnowledgeBase.open(target), matcher.encoder)
    columns = tiled(matcher.columns(), count)
    store._save(columns)
    print(f"columns: {columns.n:,} rows")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("base", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--organizations", type=int, default=300_000)
    parser.add_argument("--columns-only", action="store_true")
    options = parser.parse_args()
    if options.target.exists():
        parser.error(f"{options.target} exists")
    make = columns_only if options.columns_only else whole
    make(options.base, options.target, options.organizations)


if __name__ == "__main__":
    main()
