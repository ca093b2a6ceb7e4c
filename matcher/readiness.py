"""Is this installation ready to answer? What a person, a supervisor or a load balancer may ask at any time."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from time import perf_counter

from kb.errors import KbError
from kb.observing import redacted
from matcher.errors import MatcherError
from matcher.service import Matcher

LOW_DISK = 1_000_000_000
"""Bytes of free space below which the next import could fail."""


class State(StrEnum):
    """How a check came out; only a failure means not ready."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Attributes
    ----------
    milliseconds : float
        How long looking took.
    """

    name: str
    state: State
    detail: str
    milliseconds: float


@dataclass(frozen=True)
class Readiness:
    """Every check, at one time (UTC)."""

    checks: tuple[Check, ...]
    at: datetime

    @property
    def ready(self) -> bool:
        """Whether nothing failed."""
        return all(check.state is not State.FAILED for check in self.checks)


Look = Callable[[Matcher], tuple[State, str]]


def _knowledge_base(matcher: Matcher) -> tuple[State, str]:
    count = matcher.kb.count()
    found = ", ".join(f"{number:,} {name}" for name, number in count.items())
    return (State.OK if count["organizations"] else State.WARNING), found


def _search(matcher: Matcher) -> tuple[State, str]:
    matcher.kb.find("health", 1)
    return State.OK, "full-text search answers"


def _storage(matcher: Matcher) -> tuple[State, str]:
    path = matcher.kb.path
    if path is None:
        return State.OK, "kept by the database server"
    locked = [str(item) for item in (path, path.parent) if not os.access(item, os.W_OK)]
    if locked:
        return State.WARNING, f"{' and '.join(locked)} cannot be written: nothing can be changed"
    free = shutil.disk_usage(path.parent).free
    enough = free >= max(LOW_DISK, 2 * path.stat().st_size)
    return (State.OK if enough else State.WARNING), f"{free / 1e9:,.1f} GB free beside {path.name}"


def _model(matcher: Matcher) -> tuple[State, str]:
    check = getattr(matcher.encoder, "check", None)
    if check is not None:
        check()
    return State.OK, matcher.encoder.key


def _watchlists(matcher: Matcher) -> tuple[State, str]:
    ages = matcher.kb.watchlists.staleness(datetime.now(UTC).date())
    if not ages:
        return State.WARNING, "no watchlist is loaded: nobody can be screened"
    stale = [f"{code} is {age.days} days old" for code, age in ages.items() if age.level == "stale"]
    return (State.WARNING if stale else State.OK), "; ".join(stale) or f"{len(ages)} watchlists, none stale"


CHECKS: tuple[tuple[str, Look], ...] = (
    ("knowledge base", _knowledge_base),
    ("search", _search),
    ("storage", _storage),
    ("model", _model),
    ("watchlists", _watchlists),
)


def readiness(open_it: Callable[[], Matcher]) -> Readiness:
    """Look at everything; what cannot be opened has failed.

    Parameters
    ----------
    open_it : callable
        Opens the matcher, or returns the one that is open.
    """
    began = perf_counter()
    try:
        matcher = open_it()
    except (KbError, MatcherError) as error:
        return Readiness((_checked("knowledge base", State.FAILED, str(error), began),), datetime.now(UTC))
    return Readiness(tuple(_looked(name, look, matcher) for name, look in CHECKS), datetime.now(UTC))


def _looked(name: str, look: Look, matcher: Matcher) -> Check:
    began = perf_counter()
    try:
        return _checked(name, *look(matcher), began)
    except (KbError, MatcherError, OSError) as error:
        return _checked(name, State.FAILED, str(error), began)


def _checked(name: str, state: State, detail: str, began: float) -> Check:
    return Check(name, state, redacted(detail), round(1000 * (perf_counter() - began), 1))


class Opened:
    """Opens a matcher at the first question and keeps it; a knowledge base that went away is opened anew."""

    def __init__(self, open_it: Callable[[], Matcher]) -> None:
        self._open = open_it
        self._lock = threading.Lock()
        self._matcher: Matcher | None = None

    def __call__(self) -> Matcher:
        """Return the matcher.

        Raises
        ------
        kb.errors.KbError
            When the knowledge base cannot be opened.
        """
        with self._lock:
            path = self._matcher.kb.path if self._matcher else None
            if self._matcher is None or (path is not None and not Path(path).exists()):
                self._matcher = self._open()
            return self._matcher
