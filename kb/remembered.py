"""Small choices that people make once: which columns a spreadsheet has, and which look-alikes are not the same.

Each choice is an event of the trail, so that it is known who made it and when; the newest one counts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Self

from kb.casework import trail
from kb.casework.desk import Desk
from kb.casework.trail import Draft
from kb.people import current_user

if TYPE_CHECKING:
    from kb.knowledge_base import KnowledgeBase

COLUMNS, APART = "columns", "look_alikes"


class Remembered(Desk):
    """The choices remembered in one knowledge base."""

    @classmethod
    def of(cls, kb: KnowledgeBase) -> Self:
        """Return the choices of a knowledge base."""
        return cls(kb.reading, kb._writing)

    def columns(self, header: Sequence[str]) -> dict[str, str] | None:
        """Return the column chosen for each field when a file last had this header; None when it never had.

        The order of the columns does not matter. A field that was left out on purpose has an empty column.
        """
        with self._reading() as connection:
            events = trail.read(connection, [_columns_stream(header)])
        return {str(field): str(column) for field, column in events[-1].body["mapping"].items()} if events else None

    def keep_columns(self, header: Sequence[str], mapping: Mapping[str, str], who: str | None = None) -> None:
        """Remember the column of each field for files with this header."""
        if self.columns(header) == dict(mapping):
            return
        draft = Draft(_columns_stream(header), "chosen", {"mapping": dict(mapping)})
        with self._writing() as connection:
            trail.append(connection, [draft], who or current_user())

    def apart(self) -> set[frozenset[str]]:
        """Return the pairs of organizations that somebody found to be two."""
        with self._reading() as connection:
            events = trail.read_family(connection, APART)
        last = {frozenset(event.body["pair"]): event.kind for event in events}
        return {pair for pair, kind in last.items() if kind == "apart"}

    def keep_apart(self, one: str, two: str, who: str | None = None) -> None:
        """Remember that two organizations that look alike are not the same."""
        self._judge(one, two, "apart", who)

    def doubt_again(self, one: str, two: str, who: str | None = None) -> None:
        """Take `keep_apart` back."""
        self._judge(one, two, "doubted", who)

    def _judge(self, one: str, two: str, kind: str, who: str | None) -> None:
        pair = sorted((one, two))
        with self._writing() as connection:
            draft = Draft(trail.stream_name(APART, *pair), kind, {"pair": pair})
            trail.append(connection, [draft], who or current_user())


def _columns_stream(header: Sequence[str]) -> str:
    digest = hashlib.sha256("\n".join(sorted(header)).encode()).hexdigest()
    return trail.stream_name(COLUMNS, digest[:32])
