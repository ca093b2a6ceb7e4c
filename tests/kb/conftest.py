"""The tests of the knowledge base run on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.knowledge_base import KnowledgeBase

ABOUT_SQLITE_FILES = frozenset({"test_backup"})
"""Modules and tests that ask for `kb` and are about its file."""


@pytest.fixture(params=["sqlite", "postgres"])
def kb(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[KnowledgeBase]:
    """An empty knowledge base, on each engine in turn."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    if request.param == "postgres":
        if {request.path.stem, request.function.__name__} & ABOUT_SQLITE_FILES:
            pytest.skip("about the file of a SQLite knowledge base")
        address = request.getfixturevalue("postgres_url")
    else:
        address = str(tmp_path / "test.db")
    opened = KnowledgeBase.open(address)
    yield opened
    opened.close()


def address_of(kb: KnowledgeBase) -> str:
    """Return the whole address of a knowledge base, for another program."""
    return kb._engine.url.render_as_string(hide_password=False)


def opened_again(kb: KnowledgeBase) -> KnowledgeBase:
    """Open the same knowledge base as another program would."""
    return KnowledgeBase.open(address_of(kb))
