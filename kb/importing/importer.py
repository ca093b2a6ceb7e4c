"""What every importer is: a name, what it is for, how its files are told apart, and a reader."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kb.errors import ImportFileError
from kb.importing.parsed import Parsed, Progress, no_progress


class Reader(Protocol):
    """Reads a publisher's files."""

    def __call__(
        self, paths: Sequence[Path], *, mapping: Mapping[str, str] | None = None, progress: Progress = no_progress
    ) -> Parsed:
        """Read the files and check every row; nothing is written anywhere."""
        ...


@dataclass(frozen=True)
class Importer:
    """One way of reading files.

    Attributes
    ----------
    name : str
        Its key in the registry, and `Parsed.source`.
    label, description : str
        For the person who chooses: what it is called, what it reads and where the files come from.
    files : tuple of str
        The files expected, in words.
    headers : tuple of frozenset of str
        One set of columns per kind of file; a file that has all columns of a set is of that kind.
    read : Reader
        Reads the files.
    """

    name: str
    label: str
    description: str
    files: tuple[str, ...]
    headers: tuple[frozenset[str], ...]
    read: Reader

    def knows(self, header: Sequence[str]) -> bool:
        """Whether a file with this header is one of the importer's files."""
        return any(columns <= set(header) for columns in self.headers)


def combined_digest(digests: Sequence[str]) -> str:
    """Return one digest for several files, whatever their order; that of a single file is its own."""
    if len(digests) == 1:
        return digests[0]
    return hashlib.sha256("".join(sorted(digests)).encode("ascii")).hexdigest()


def fixed_columns(label: str, mapping: Mapping[str, str] | None) -> None:
    """Refuse a column mapping for a format whose columns are given by its publisher.

    Raises
    ------
    ImportFileError
        When there is a mapping.
    """
    if mapping:
        raise ImportFileError(
            f"{label}: the columns are fixed by the publisher; to choose columns, import as spreadsheet"
        )


def some_paths(label: str, paths: Sequence[Path], most: int | None = None) -> list[Path]:
    """Return the paths, once it is clear that there are neither none nor too many.

    Raises
    ------
    ImportFileError
        When the number of files is wrong.
    """
    if not paths:
        raise ImportFileError(f"{label}: no file was given")
    if most is not None and len(paths) > most:
        raise ImportFileError(f"{label}: {len(paths)} files were given, and at most {most} can be read together")
    return [Path(path) for path in paths]
