"""All pairs as a file: for every organization its best partners, with names and with what the scores are made of."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from kb.importing.parsed import Progress, no_progress
from matcher.bulk.pairs import Pairs, Rated
from matcher.bulk.parts import Here, Parts, Workers, write_in_parts
from matcher.bulk.place import Where, columns_at, opened
from matcher.export.plain import neutral
from matcher.export.writing import refuse_unwritable
from matcher.landscape.directory import Directory, read_directory

SEEKERS = 2_048
"""Organizations in a part of the result."""
HEAD = "id,organization,rank,partner id,partner,score,closeness,needs met,meets theirs,known\r\n"


@lru_cache(maxsize=1)
def _prepared(where: Where, change: int) -> tuple[Pairs, Directory]:
    columns, matcher = columns_at(where, change), opened(where)
    return Pairs(columns, matcher.settings, matcher.background), read_directory(matcher.kb)


@dataclass(frozen=True)
class PairParts:
    """Makes the text of some organizations' best partners; it can be sent to a worker.

    Attributes
    ----------
    change : int
        The state of the knowledge base that all parts are of.
    count : int
        Partners for each.
    size : int
        Organizations in a part.
    """

    where: Where
    change: int
    count: int
    size: int

    def __call__(self, place: int) -> str:
        """Find the partners of one part's organizations."""
        pairs, directory = _prepared(self.where, self.change)
        columns = columns_at(self.where, self.change)
        seeker, other, score = pairs.best(place * self.size, min((place + 1) * self.size, pairs.n), self.count)
        rated = pairs.rated(seeker, other)
        return _text(directory, columns.numbers, rated, score)


def write_pairs(
    where: Where, out: Path, *, count: int = 50, workers: Workers | None = None, progress: Progress = no_progress
) -> int:
    """Write every organization's best partners as CSV; returns how many parts an earlier run had made.

    Raises
    ------
    MatcherError
        When the file cannot be written; what is done is kept, and the same call goes on from there.
    """
    refuse_unwritable(out, {".csv": "one line per pair"})
    matcher = opened(where)
    columns = matcher.columns(progress)
    make = PairParts(where, columns.last_change, count, SEEKERS)
    said = [columns.fingerprint, str(columns.last_change), matcher.encoder.key, repr(matcher.settings)]
    said += [str(count), str(SEEKERS)]
    key = hashlib.sha256("\n".join(said).encode()).hexdigest()
    parts = Parts(out, key, -(-columns.n // SEEKERS))
    return write_in_parts(parts, f"\ufeff{HEAD}", make, workers or Here(), "Pairing organizations", progress)


def _text(directory: Directory, numbers: np.ndarray, rated: Rated, score: np.ndarray) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    rank, before = 0, -1
    values = zip(
        rated.seeker.tolist(),
        numbers[rated.seeker].tolist(),
        numbers[rated.other].tolist(),
        (100 * score).tolist(),
        *(_shares(column) for column in (rated.closeness, rated.needs_met, rated.meets_theirs, rated.coverage)),
        strict=True,
    )
    for seeker, own, other, points, *shares in values:
        rank = rank + 1 if seeker == before else 1
        before = seeker
        names = [neutral(name) for name in (directory.id(own), directory.name(own))]
        theirs = [neutral(name) for name in (directory.id(other), directory.name(other))]
        writer.writerow([*names, rank, *theirs, f"{points:.2f}", *shares])
    return text.getvalue()


def _shares(values: np.ndarray) -> list[str]:
    return ["" if value != value else f"{value:.3f}" for value in values.tolist()]
