"""The trail: every step of casework as an event that is added at the end and never changed.

Each event's digest covers the event before it and its own contents, in one chain for the whole database, so that an
edit, a deletion, an insertion or a change of order is found by `verify`. The number gives the order; a clock that was
set back does no harm. The chain shows *that* somebody tampered, to anyone who noted a head digest (a dossier prints
it); a program that rewrites the whole chain, head included, is found only by comparing with such a digest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, select, update

from kb.casework.errors import CaseworkError
from kb.organization import MAX_NAME
from kb.people import recorded_as
from kb.records import chunks, insert_rows
from kb.tables import CaseEventRow, TrailHeadRow

EVENT = CaseEventRow.__table__  # type: ignore[attr-defined]
HEAD = TrailHeadRow.__table__  # type: ignore[attr-defined]
MAX_BODY = 4_000_000
SEPARATOR = ":"


@dataclass(frozen=True)
class Draft:
    """An event that is about to be recorded. `body` is plain data that JSON can hold."""

    stream: str
    kind: str
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Event:
    """A recorded event.

    Attributes
    ----------
    number : int
        Its place in the trail, from 1; the order of events is the order of numbers.
    stream, kind : str
        What it belongs to, e.g. ``vetting:fensa:unilever``, and what happened, e.g. ``screened``.
    body : mapping
    who : str
    at : datetime.datetime
        UTC, as the machine's clock said.
    digest : str
        SHA-256 in hex over the event before and this one.
    """

    number: int
    stream: str
    kind: str
    body: Mapping[str, Any]
    who: str
    at: datetime
    digest: str


@dataclass(frozen=True)
class TrailCheck:
    """What `verify` found.

    Attributes
    ----------
    events : int
        How many events are there.
    head : str
        Digest of the newest event; empty when there is none. Note it outside the database to be able to prove that
        nothing before it was rewritten.
    broken : int or None
        Number of the first event at which the chain does not hold.
    problem : str
        What is wrong there, in words; empty when the trail is whole.
    """

    events: int
    head: str
    broken: int | None = None
    problem: str = ""

    @property
    def whole(self) -> bool:
        """True when every event is as it was recorded and none is missing."""
        return not self.problem


def newest(connection: Connection) -> int:
    """Return the number of the newest event, 0 when there is none."""
    return int(connection.execute(select(HEAD.c.number)).scalar_one())


def stream_name(*parts: str) -> str:
    """Join the parts of a stream's name; a colon within a part is escaped."""
    return SEPARATOR.join(part.replace("%", "%25").replace(SEPARATOR, "%3A") for part in parts)


def stream_parts(stream: str) -> tuple[str, ...]:
    """Take a stream's name apart: the inverse of `stream_name`."""
    return tuple(part.replace("%3A", SEPARATOR).replace("%25", "%") for part in stream.split(SEPARATOR))


def append(connection: Connection, drafts: Sequence[Draft], who: str) -> list[Event]:
    """Record events at the end of the trail, in the caller's write transaction.

    Raises
    ------
    CaseworkError
        When nobody is named, or a body is no JSON or too long.
    """
    if not drafts:
        return []
    person = recorded_as(who).strip()
    if not person or len(person) > MAX_NAME:
        raise CaseworkError(f"say who did it, in 1 to {MAX_NAME} characters; nothing was recorded")
    head = connection.execute(select(HEAD.c.number, HEAD.c.digest).with_for_update()).one()
    number, previous = int(head[0]), str(head[1])
    now = datetime.now(UTC)
    rows, events = [], []
    for draft in drafts:
        number += 1
        body = _written(draft)
        row = _row(number, draft.stream, draft.kind, body, person, now.isoformat(), previous)
        rows.append(row)
        previous = row["digest"]
        events.append(Event(number, draft.stream, draft.kind, json.loads(body), person, now, previous))
    insert_rows(connection, EVENT, rows)
    connection.execute(update(HEAD).values(number=number, digest=previous))
    return events


def _written(draft: Draft) -> str:
    try:
        body = json.dumps(draft.body, sort_keys=True, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise CaseworkError(f"{draft.stream}: what is to be recorded is no plain data ({error})") from error
    if len(body) > MAX_BODY:
        raise CaseworkError(f"{draft.stream}: too long to be recorded ({len(body):,} characters of {MAX_BODY:,})")
    return body


def _row(number: int, stream: str, kind: str, body: str, who: str, at: str, previous: str) -> dict[str, Any]:
    row = {"number": number, "stream": stream, "kind": kind, "body": body, "who": who, "at": at, "previous": previous}
    return row | {"digest": _digest(row)}


def _digest(row: Mapping[Any, Any]) -> str:
    covered = [row[name] for name in ("previous", "number", "stream", "kind", "body", "who", "at")]
    return hashlib.sha256(json.dumps(covered, default=repr).encode()).hexdigest()


def read(connection: Connection, streams: Sequence[str]) -> list[Event]:
    """Return the events of some streams, oldest first."""
    rows: list[Event] = []
    for part in chunks(list(dict.fromkeys(streams))):
        query = select(EVENT).where(EVENT.c.stream.in_(part))
        rows += [_event(row) for row in connection.execute(query).mappings()]
    return sorted(rows, key=lambda event: event.number)


def read_family(connection: Connection, family: str) -> list[Event]:
    """Return the events of every stream whose name begins with a part, e.g. ``vetting``, oldest first."""
    query = select(EVENT).where(_of_family(family)).order_by(EVENT.c.number)
    return [_event(row) for row in connection.execute(query).mappings()]


def streams(connection: Connection, family: str) -> list[str]:
    """Return the names of the streams that begin with a part, e.g. ``vetting`` or ``partnership:brief-1``."""
    query = select(EVENT.c.stream).where(_of_family(family)).distinct().order_by(EVENT.c.stream)
    return [row[0] for row in connection.execute(query)]


def _of_family(family: str) -> Any:  # noqa: ANN401 (a SQL expression)
    start = family + SEPARATOR
    return (EVENT.c.stream >= start) & (EVENT.c.stream < family + chr(ord(SEPARATOR) + 1))


def _event(row: Mapping[Any, Any]) -> Event:
    try:
        at, body = datetime.fromisoformat(row["at"]), json.loads(row["body"])
    except (TypeError, ValueError) as error:
        raise CaseworkError(f"event {row['number']} of the trail cannot be read: it was changed; verify it") from error
    return Event(row["number"], row["stream"], row["kind"], body, row["who"], at, row["digest"])


def verify(connection: Connection, noted: Iterable[str] = ()) -> TrailCheck:
    """Check the whole trail; the first event at which it is broken is named.

    Parameters
    ----------
    connection : Connection
    noted : iterable of str
        Head digests noted earlier, outside the database; one that is not in the trail means that it was rewritten.
    """
    number, previous = 0, ""
    missing = set(noted) - {""}
    for row in connection.execute(select(EVENT).order_by(EVENT.c.number)).mappings():
        problem = _problem(row, number, previous)
        if problem:
            return TrailCheck(number, previous, row["number"], problem)
        number, previous = row["number"], row["digest"]
        missing.discard(previous)
    head = connection.execute(select(HEAD.c.number, HEAD.c.digest)).first()
    if head is None or tuple(head) != (number, previous):
        last = "no head is recorded" if head is None else f"{head[0]:,} were recorded"
        problem = f"events after {number} are missing or were added around the program: {last}, {number:,} are there"
        return TrailCheck(number, previous, number + 1, problem)
    if missing:
        problem = f"the trail was written anew: it does not hold {min(missing)}, which was noted earlier"
        return TrailCheck(number, previous, None, problem)
    return TrailCheck(number, previous)


def _problem(row: Mapping[Any, Any], number: int, previous: str) -> str:
    here = f"event {row['number']} ({row['kind']} in {row['stream']})"
    if row["number"] != number + 1:
        return f"{here}: the events from {number + 1} to {row['number'] - 1} are missing before it"
    if row["previous"] != previous:
        return f"{here} does not follow the event before it: that one was changed, exchanged or slipped in"
    if row["digest"] != _digest(row):
        return f"{here} is not as it was recorded on {row['at']} by {row['who']}"
    return ""
