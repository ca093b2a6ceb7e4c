"""Seeing inside: timings per stage of a piece of work, and logs of one JSON object a line.

`stage` costs next to nothing unless somebody asked for timings (`timed`) or the log is on.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

LOGGER = "dancecard"
ROOMS = (LOGGER, "kb", "matcher", "dashboard")
"""The loggers that are written out: that of the events, and those of the packages."""
LEVELS = ("debug", "info", "warning", "error")
LEVEL_VARIABLE, FILE_VARIABLE = "DANCECARD_LOG", "DANCECARD_LOG_FILE"
SECRETS = re.compile(
    r"(?P<user>://[^/\s:@]*:)[^@\s]*(?=@)|(?P<name>\b(?:password|passwd|secret|token|api_key)\b[\"']?\s*[=:]\s*)[^\s,;&]+",
    re.IGNORECASE,
)


@dataclass
class Timings:
    """Seconds spent in each stage, in the order in which they first began.

    Attributes
    ----------
    seconds : dict of str to float
        A stage inside another is named after it, with a slash: ``select/compare``.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    _path: list[str] = field(default_factory=list, repr=False)

    def milliseconds(self) -> dict[str, float]:
        """Return the same in milliseconds, rounded to hundredths."""
        return {name: round(1000 * spent, 2) for name, spent in self.seconds.items()}


_asked: ContextVar[Timings | None] = ContextVar("timings", default=None)


@contextmanager
def timed() -> Iterator[Timings]:
    """Collect the time that every stage inside takes."""
    timings = Timings()
    token = _asked.set(timings)
    try:
        yield timings
    finally:
        _asked.reset(token)


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Count what happens inside as one stage, when timings were asked for."""
    timings = _asked.get()
    if timings is None:
        yield
        return
    timings._path.append(name)
    path = "/".join(timings._path)
    timings.seconds.setdefault(path, 0.0)
    started = time.perf_counter()
    try:
        yield
    finally:
        timings.seconds[path] += time.perf_counter() - started
        timings._path.pop()


def redacted(text: str) -> str:
    """Return a text without the passwords in addresses, and without what is said to be a secret."""
    return SECRETS.sub(lambda found: f"{found['user'] or found['name']}***", text)


def log_event(name: str, /, level: int = logging.INFO, **fields: object) -> None:
    """Write one event to the log, with its fields; nothing happens while the log is off.

    Parameters
    ----------
    name : str
        What happened, as ``subject.verb``: ``ranking.made``.
    level : int
        One of `logging`'s.
    **fields
        Numbers and short texts; the texts of organizations and briefs do not belong in a log.
    """
    logger = logging.getLogger(LOGGER)
    if logger.isEnabledFor(level):
        logger.log(level, name, extra={"fields": fields})


class JsonLines(logging.Formatter):
    """One JSON object a line: when, level, event, process, then the fields of the event."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        said: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            "process": record.process,
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            said["exception"] = self.formatException(record.exc_info)
        return json.dumps(_clean(said), ensure_ascii=False, default=str)


def _clean(value: object) -> object:
    """Return a value without secrets, at any depth."""
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, Mapping):
        return {str(key): _clean(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_clean(item) for item in value]
    return value if value is None or isinstance(value, (bool, int, float)) else redacted(str(value))


def configure_log(level: str | None = None, file: Path | str | None = None) -> None:
    """Turn the log on, to a file or to standard error; without a level it stays off.

    Parameters
    ----------
    level : str, optional
        One of `LEVELS`; ``DANCECARD_LOG`` when not given.
    file : Path or str, optional
        Lines are added at its end; ``DANCECARD_LOG_FILE`` when not given.

    Raises
    ------
    ValueError
        When the level is none of these, or the file cannot be written.
    """
    level, file = level or os.environ.get(LEVEL_VARIABLE), file or os.environ.get(FILE_VARIABLE)
    loggers = [logging.getLogger(name) for name in ROOMS]
    for logger in loggers:
        for handler in tuple(logger.handlers):
            logger.removeHandler(handler)
            handler.close()
        logger.propagate = not level
        logger.setLevel(logging.NOTSET)
    if not level:
        loggers[0].setLevel(logging.CRITICAL)
        return
    if level.lower() not in LEVELS:
        raise ValueError(f"{level!r} is no log level; choose one of {', '.join(LEVELS)}")
    try:
        handler = logging.FileHandler(file, encoding="utf-8") if file else logging.StreamHandler(sys.stderr)
    except OSError as error:
        raise ValueError(f"the log file {file} cannot be written: {error.strerror}") from error
    handler.setFormatter(JsonLines())
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(level.upper())
