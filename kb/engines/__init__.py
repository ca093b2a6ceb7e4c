"""The engines that a knowledge base can stand on, one file each, all with the functions of `Kind`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import URL

from kb.engines import postgres, sqlite
from kb.errors import KbError, NotAKnowledgeBaseError


class Kind(Protocol):
    """What differs between engines."""

    READING: dict[str, Any]
    """Execution options of a transaction that reads: it sees one moment, however long it takes."""
    WRITING: dict[str, Any]
    """Execution options of a transaction that writes: no other one writes meanwhile."""

    def check(self, url: URL, shown: str, *, create: bool) -> None:
        """Refuse an address that cannot be a knowledge base, before anything is opened."""
        ...

    def make(self, url: URL, wait_ms: int) -> Engine:
        """Create the engine; a writer waits for another one no longer than `wait_ms`."""
        ...

    def tables(self, connection: Connection) -> set[str]:
        """Return the names of the tables that are there."""
        ...

    def nothing_there(self, shown: str) -> KbError:
        """Return the error for an address at which there is no knowledge base."""
        ...

    def migrating(self, connection: Connection, shown: str) -> AbstractContextManager[None]:
        """Keep others out while the schema is changed, and check it before it is committed."""
        ...

    def explain(self, error: BaseException, shown: str) -> KbError | None:
        """Say in plain words what one of this engine's errors means; None when it is for the program to know."""
        ...


KINDS: dict[str, Kind] = {"sqlite": sqlite, "postgresql": postgres}


def kind_of(url: URL) -> Kind:
    """Return the engine that an address is for.

    Raises
    ------
    NotAKnowledgeBaseError
        When there is none.
    """
    found = KINDS.get(url.get_backend_name())
    if found is None:
        raise NotAKnowledgeBaseError(
            f"a knowledge base cannot be kept in {url.get_backend_name()!r}; give the path of a file, or an address "
            "that begins with postgresql+psycopg://"
        )
    return found


@contextmanager
def explained(shown: str) -> Iterator[None]:
    """Turn the errors of any engine into the knowledge base's own."""
    try:
        yield
    except Exception as error:
        for kind in KINDS.values():
            if (found := kind.explain(error, shown)) is not None:
                raise found from error
        raise
