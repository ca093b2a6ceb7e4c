"""The servers: a coordinator and its shards, as a file names them. Passwords are read, used and never shown."""

from __future__ import annotations

import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kb.shards.connecting import parameters_of
from kb.shards.errors import ShardsFileError
from kb.yaml_files import read_mapping

COORDINATOR = "coordinator"
NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
SETTING, VALUE = re.compile(r"[a-z_.]+"), re.compile(r"[A-Za-z0-9_.]+")
SETTINGS = {
    "jit": "off",
    "work_mem": "32MB",
    "max_parallel_workers_per_gather": "2",
    "statement_timeout": "60s",
}
"""Session settings on every server, unless the file says otherwise."""

FETCH_SIZE = 1_000
CONNECT_TIMEOUT = 5


@dataclass(frozen=True)
class Node:
    """One server's database.

    Attributes
    ----------
    name : str
    parameters : mapping
        Of libpq: host, port, dbname, user, password ...
    """

    name: str
    parameters: Mapping[str, str] = field(repr=False)

    @property
    def address(self) -> str:
        """Where it is, without user and password."""
        host, port = self.parameters.get("host", "localhost"), self.parameters.get("port")
        return f"{host}{f':{port}' if port else ''}/{self.parameters.get('dbname', '')}"

    @property
    def shown(self) -> str:
        """Name and address."""
        return f"{self.name} ({self.address})"

    def without_secrets(self, text: str) -> str:
        """Return a text in which the password does not stand."""
        password = self.parameters.get("password")
        return text.replace(password, "***") if password else text


@dataclass(frozen=True)
class Cluster:
    """A coordinator and its shards, in the order of their remainders.

    Attributes
    ----------
    settings : mapping
        Session settings on every server.
    fetch_size : int
        Rows that the coordinator fetches from a shard at a time.
    connect_timeout : int
        Seconds after which a server that does not accept a connection counts as dead.
    """

    coordinator: Node
    shards: tuple[Node, ...]
    settings: Mapping[str, str] = field(default_factory=lambda: dict(SETTINGS))
    fetch_size: int = FETCH_SIZE
    connect_timeout: int = CONNECT_TIMEOUT

    @property
    def options(self) -> str:
        """The session settings as libpq passes them when it connects."""
        return " ".join(f"-c {name}={value}" for name, value in sorted(self.settings.items()))


def read_cluster(path: Path) -> Cluster:
    """Read the file that names the servers.

    Parameters
    ----------
    path : Path
        YAML: `coordinator` (a URL), `shards` (a mapping of names to URLs); optional `settings`, `fetch_size` and
        `connect_timeout`.

    Raises
    ------
    ShardsFileError
        With every problem at once. A file with passwords that others can read is refused.
    """
    problems: list[str] = []
    loaded = read_mapping(path, problems)
    if problems:
        raise ShardsFileError("\n".join(problems))
    for key in sorted(set(loaded) - {COORDINATOR, "shards", "settings", "fetch_size", "connect_timeout"}):
        problems.append(f"{path.name}: {key!r} is not known; it may name coordinator, shards, settings")
    coordinator = _node(COORDINATOR, loaded.get(COORDINATOR), problems)
    shards = _shards(loaded.get("shards"), problems)
    settings = _settings(loaded.get("settings") or {}, problems)
    fetch_size = _count("fetch_size", loaded.get("fetch_size", FETCH_SIZE), problems)
    connect_timeout = _count("connect_timeout", loaded.get("connect_timeout", CONNECT_TIMEOUT), problems)
    nodes = (coordinator, *shards)
    if any("password" in node.parameters for node in nodes) and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        problems.append(f"{path.name} holds passwords and other users can read it; run: chmod 600 {path}")
    if problems:
        raise ShardsFileError("\n".join(problems))
    return Cluster(coordinator, shards, settings, fetch_size, connect_timeout)


def _node(name: str, url: object, problems: list[str]) -> Node:
    parameters: Mapping[str, str] = {}
    if not isinstance(url, str) or not url.startswith("postgresql"):
        problems.append(f"{name}: needs an address such as postgresql://user@host:5432/database")
    else:
        try:
            parameters = parameters_of(url)
        except ValueError:
            problems.append(f"{name}: its address cannot be read; give postgresql://user@host:5432/database")
    return Node(name, parameters)


def _shards(named: object, problems: list[str]) -> tuple[Node, ...]:
    if not isinstance(named, dict) or not named:
        problems.append("shards: needs a name and an address for each, e.g. shard_1: postgresql://user@host/database")
        return ()
    for name in named:
        if not isinstance(name, str) or not NAME.fullmatch(name) or name == COORDINATOR:
            problems.append(f"shards: {name!r} is no name; use small letters, digits and _, e.g. shard_1")
    shards = tuple(_node(str(name), url, problems) for name, url in named.items())
    seen: dict[str, str] = {}
    for node in shards:
        if node.parameters and seen.setdefault(node.address, node.name) != node.name:
            problems.append(f"{node.name} and {seen[node.address]} are the same database, {node.address}")
    return shards


def _settings(given: object, problems: list[str]) -> dict[str, str]:
    if not isinstance(given, dict):
        problems.append("settings: must name PostgreSQL settings and their values")
        return {}
    settings = SETTINGS | {str(name): str(value) for name, value in given.items()}
    for name, value in settings.items():
        if not SETTING.fullmatch(name) or not VALUE.fullmatch(value):
            problems.append(
                f"settings: {name}={value!r} cannot be passed on; values are words or numbers, such as 64MB"
            )
    return settings


def _count(name: str, value: object, problems: list[str]) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    problems.append(f"{name}: {value!r} must be a whole number above 0")
    return 1
