"""A long result in parts: each is written whole or not at all, and a run that was stopped goes on where it was."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kb.importing.parsed import Progress, no_progress
from matcher.errors import MatcherError

ABOUT = "about.txt"
Make = Callable[[int], str]


class Workers(Protocol):
    """Who makes the parts: this process, or workers elsewhere."""

    def make(self, make: Make, places: Sequence[int]) -> Iterator[tuple[int, str]]:
        """Yield each part with its place, in any order."""
        ...


class Here:
    """Makes the parts in this process, one after the other."""

    def make(self, make: Make, places: Sequence[int]) -> Iterator[tuple[int, str]]:
        """Yield each part with its place, in order."""
        for place in places:
            yield place, make(place)


@dataclass(frozen=True)
class Parts:
    """The parts of one result file, in a folder beside it until all are there.

    Attributes
    ----------
    out : Path
        The file that is to be written.
    key : str
        What the parts were made of; parts of anything else are thrown away.
    count : int
    """

    out: Path
    key: str
    count: int

    @property
    def folder(self) -> Path:
        """Where the parts are meanwhile."""
        return self.out.with_name(f"{self.out.name}.parts")

    def open(self) -> list[int]:
        """Make the folder ready; returns the places of the parts that are missing.

        Raises
        ------
        MatcherError
            When the folder cannot be written.
        """
        about = self.folder / ABOUT
        try:
            if about.exists() and about.read_text(encoding="utf-8") != self.key:
                shutil.rmtree(self.folder)
            self.folder.mkdir(exist_ok=True)
            for stale in self.folder.glob("*.writing"):
                stale.unlink()
            _write(about, self.key)
        except OSError as error:
            raise self._unwritable(error) from error
        return [place for place in range(self.count) if not self._file(place).exists()]

    def keep(self, place: int, text: str) -> None:
        """Write one part; it is on the disk when this returns.

        Raises
        ------
        MatcherError
            When it cannot be written.
        """
        try:
            _write(self._file(place), text)
        except OSError as error:
            raise self._unwritable(error) from error

    def join(self, head: str) -> None:
        """Put all parts behind each other into the result file, and put the folder away.

        Raises
        ------
        MatcherError
            When it cannot be written.
        """
        writing = self.out.with_name(f"{self.out.name}.writing")
        try:
            with writing.open("w", encoding="utf-8", newline="") as file:
                file.write(head)
                for place in range(self.count):
                    with self._file(place).open(encoding="utf-8", newline="") as part:
                        shutil.copyfileobj(part, file)
                file.flush()
                os.fsync(file.fileno())
            writing.replace(self.out)
            shutil.rmtree(self.folder, ignore_errors=True)
        except OSError as error:
            raise self._unwritable(error) from error

    def _file(self, place: int) -> Path:
        return self.folder / f"{place:06}.part"

    def _unwritable(self, error: OSError) -> MatcherError:
        return MatcherError(
            f"{self.out} cannot be written: {error.strerror or error}; what is done is kept in {self.folder}, "
            "and the same command goes on from there"
        )


def _write(path: Path, text: str) -> None:
    writing = path.with_suffix(".writing")
    with writing.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    writing.replace(path)


def write_in_parts(
    parts: Parts, head: str, make: Make, workers: Workers, what: str, progress: Progress = no_progress
) -> int:
    """Make the parts that are missing and join all; returns how many were there from an earlier run.

    Parameters
    ----------
    head : str
        What the file begins with.
    make : callable
        Makes the text of the part at a place.
    what : str
        What is being done, for the progress.

    Raises
    ------
    MatcherError
        When something cannot be written; what is done is kept.
    """
    missing = parts.open()
    there = parts.count - len(missing)
    progress(what, there, parts.count)
    for done, (place, text) in enumerate(workers.make(make, missing), there + 1):
        parts.keep(place, text)
        progress(what, done, parts.count)
    parts.join(head)
    return there
