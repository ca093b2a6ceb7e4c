"""Ids and names of all organizations, for labels on charts that show thousands of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb.knowledge_base import KnowledgeBase

LIVING = "SELECT number, id, name FROM organization WHERE merged_into IS NULL ORDER BY number"


@dataclass(frozen=True)
class Directory:
    """Every living organization.

    Attributes
    ----------
    numbers : int64 (n,)
        Ascending.
    ids, names : tuple of str, n each
    """

    numbers: NDArray[np.int64]
    ids: tuple[str, ...]
    names: tuple[str, ...]

    def place_of(self, number: int) -> int | None:
        """Return where a number stands, None when there is no such living organization."""
        at = int(np.searchsorted(self.numbers, number))
        return at if at < len(self.numbers) and self.numbers[at] == number else None

    def name(self, number: int) -> str:
        """Return an organization's name, empty when there is none."""
        at = self.place_of(number)
        return "" if at is None else self.names[at]

    def id(self, number: int) -> str:
        """Return an organization's id, empty when there is none."""
        at = self.place_of(number)
        return "" if at is None else self.ids[at]


def read_directory(kb: KnowledgeBase) -> Directory:
    """Read ids and names in one query."""
    with kb.reading() as connection:
        found = [tuple(row) for row in connection.exec_driver_sql(LIVING)]
    numbers, ids, names = zip(*found, strict=True) if found else ((), (), ())
    return Directory(np.array(numbers, np.int64), tuple(ids), tuple(names))
