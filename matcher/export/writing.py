"""Writing a record to a file in the format of the file's ending."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from matcher.errors import MatcherError

Record = TypeVar("Record")


def refuse_unwritable(path: Path, writers: Mapping[str, object]) -> None:
    """Make sure that a file can be written by one of the writers, before the work for it is done.

    Raises
    ------
    MatcherError
        When the ending is unknown or the folder does not exist.
    """
    if path.suffix.lower() not in writers:
        ending = path.suffix or "a file without an ending"
        raise MatcherError(f"{path.name}: cannot write {ending}; use {', '.join(writers)}")
    if not path.parent.is_dir():
        raise MatcherError(f"{path}: there is no folder {path.parent}; make it first")


def write_by_ending(record: Record, path: Path, writers: Mapping[str, Callable[[Record, Path], object]]) -> None:
    """Write a record with the writer of the file's ending.

    Raises
    ------
    MatcherError
        When the ending is unknown, the folder does not exist, or the file cannot be written.
    """
    refuse_unwritable(path, writers)
    try:
        writers[path.suffix.lower()](record, path)
    except (OSError, UnicodeEncodeError) as error:
        raise MatcherError(f"{path} cannot be written: {error}") from error
