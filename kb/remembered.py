"""Small choices that people make: which columns a spreadsheet has, which look-alikes are two, who was seen already.

Each choice is an event of the trail, so that it is known who made it and when; the newest one counts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Self

from sqlalchemy import Connection

from kb import journal, queries
from kb.casework import trail
from kb.casework.desk import Desk
from kb.casework.trail import Draft, Event
from kb.people import at_work, current_user

if TYPE_CHECKING:
    from kb.knowledge_base import KnowledgeBase

COLUMNS, APART, SEEN = "columns", "look_alikes", "seen"


@dataclass(frozen=True)
class Seen:
    """Whom a person marked as seen under a brief.

    Attributes
    ----------
    organizations : frozenset of str
        Ids as they are now: a merged organization is the one that absorbed it, and one that is gone is left out.
    gone : int
        How many of those marked are no longer in the knowledge base.
    at : datetime.datetime
        UTC.
    batch : int
        Number of the newest batch of changes at that moment, 0 when there was none.
    """

    organizations: frozenset[str]
    gone: int
    at: datetime
    batch: int


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

    def seen(self, brief_id: str) -> Seen | None:
        """Return whom the person at work marked as seen under a brief last; None when they never did."""
        with self._reading() as connection:
            event = _standing(connection, brief_id)
            if event is None:
                return None
            ids = [str(key) for key in event.body["organizations"]]
            found = queries.roots(connection, ids)
        gone = sum(key not in found for key in ids)
        return Seen(frozenset(found.values()), gone, event.at, int(event.body["batch"]))

    def mark_seen(self, brief_id: str, organizations: Sequence[str]) -> bool:
        """Remember whom the person at work has seen under a brief; returns whether that was new.

        Nothing is recorded when they marked the same organizations last time, in whatever order.

        Raises
        ------
        NotPermittedError
            When the person at work may change nothing.
        """
        known = self.seen(brief_id)
        if known is not None and not known.gone and known.organizations == frozenset(organizations):
            return False
        with self._writing() as connection:
            newest = journal.batches(connection, 1)
            body = {"organizations": list(organizations), "batch": newest[0].number if newest else 0}
            trail.append(connection, [Draft(_seen_stream(brief_id), "seen", body)], current_user())
        return True

    def take_back_seen(self, brief_id: str) -> None:
        """Take the last `mark_seen` of the person at work back; what they marked before it counts again."""
        with self._writing() as connection:
            if _standing(connection, brief_id) is not None:
                trail.append(connection, [Draft(_seen_stream(brief_id), "taken_back", {})], current_user())

    def _judge(self, one: str, two: str, kind: str, who: str | None) -> None:
        pair = sorted((one, two))
        with self._writing() as connection:
            draft = Draft(trail.stream_name(APART, *pair), kind, {"pair": pair})
            trail.append(connection, [draft], who or current_user())


def _columns_stream(header: Sequence[str]) -> str:
    digest = hashlib.sha256("\n".join(sorted(header)).encode()).hexdigest()
    return trail.stream_name(COLUMNS, digest[:32])


def _seen_stream(brief_id: str) -> str:
    return trail.stream_name(SEEN, brief_id)


def _standing(connection: Connection, brief_id: str) -> Event | None:
    """Return the newest mark of the person at work that was not taken back."""
    person = at_work()
    marks: list[Event] = []
    for event in trail.read(connection, [_seen_stream(brief_id)]):
        if not person.recorded(event.who):
            continue
        if event.kind == "seen":
            marks.append(event)
        elif marks:
            marks.pop()
    return marks[-1] if marks else None
