"""Engagements and who took part in them, read from CORDIS files as published or from the plain form."""

from __future__ import annotations

import csv
import gzip
import io
import math
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matcher.errors import LabelsError

ENGAGEMENT_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "engagement_id": ("engagement_id", "id", "projectID"),
    "title": ("title",),
    "text": ("text", "objective"),
    "start_date": ("start_date", "startDate"),
    "keywords": ("keywords",),
    "topic": ("topic", "topics"),
    "programme": ("programme", "program"),
    "classification": ("classification", "euroSciVoc"),
}
PARTICIPATION_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "engagement_id": ("engagement_id", "projectID"),
    "organization_id": ("organization_id", "orgID", "organisationID"),
    "name": ("name",),
    "short_name": ("short_name", "shortName"),
    "kind": ("kind", "activityType"),
    "country": ("country",),
    "city": ("city",),
    "place": ("place", "geolocation"),
    "role": ("role", "type"),
}
LEADING = frozenset({"coordinator", "lead", "leader", "lead partner", "seeker"})
FIELD_LIMIT = 10_000_000
LARGEST_FILE = 2_000_000_000
GZIP = b"\x1f\x8b"
Words = NDArray[np.str_]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class TrackRecords:
    """Engagements, organizations, and one row per organization in an engagement.

    Attributes
    ----------
    ids, titles, texts, keywords, programmes, classifications : (n_engagements,)
        `keywords` holds keywords and topic; the last two are codes separated by ``|``.
    dates : NDArray, datetime64[D] (n_engagements,)
        NaT where unknown.
    organization_ids, names : (n_organizations,)
    short_names : each organization's other names
    engagement, organization : NDArray, int (n_rows,)
        Ordered by engagement.
    kind, country, city : NDArray, str (n_rows,)
        As reported in that engagement; empty where unknown.
    place : float32 (n_rows, 2)
        Latitude and longitude in degrees; NaN where unknown.
    leads : NDArray, bool (n_rows,)
    dropped : counts of what could not be used
    """

    ids: tuple[str, ...]
    titles: tuple[str, ...]
    texts: tuple[str, ...]
    keywords: tuple[str, ...]
    programmes: tuple[str, ...]
    classifications: tuple[str, ...]
    dates: NDArray[np.datetime64]
    organization_ids: tuple[str, ...]
    names: tuple[str, ...]
    short_names: tuple[tuple[str, ...], ...]
    engagement: Indices
    organization: Indices
    kind: Words
    country: Words
    city: Words
    place: NDArray[np.float32]
    leads: NDArray[np.bool_]
    dropped: Mapping[str, int]

    def rows_of(self, engagement: int) -> slice:
        """Return the participation rows of one engagement."""
        start, stop = np.searchsorted(self.engagement, [engagement, engagement + 1])
        return slice(int(start), int(stop))


def read_track_records(engagements: Path, participations: Path) -> TrackRecords:
    """Read both files; gzip or plain, comma or semicolon.

    Raises
    ------
    LabelsError
        When a file or a column that is needed is missing, or a file holds no usable row.
    """
    rows: dict[str, dict[str, str]] = {}
    dropped = {"engagements_without_date": 0, "repeated_engagements": 0, "participations_elsewhere": 0}
    for row in _rows(engagements, ENGAGEMENT_COLUMNS, needed=("engagement_id",), one_of=("title", "text")):
        if row["engagement_id"] in rows:
            dropped["repeated_engagements"] += 1
        elif row["engagement_id"]:
            rows[row["engagement_id"]] = row
    number = {key: i for i, key in enumerate(rows)}
    members: dict[tuple[int, str], dict[str, str]] = {}
    names: dict[str, str] = {}
    others: dict[str, set[str]] = {}
    needed = ("engagement_id", "organization_id", "role")
    for row in _rows(participations, PARTICIPATION_COLUMNS, needed=needed):
        key = row["organization_id"]
        at = number.get(row["engagement_id"])
        if at is None or not key:
            dropped["participations_elsewhere"] += 1
            continue
        names[key] = row["name"] or names.get(key, key)
        others.setdefault(key, set()).update(name for name in (row["name"], row["short_name"]) if name)
        kept = members.setdefault((at, key), row)
        if row["role"].casefold() in LEADING:
            kept["role"] = row["role"]
    if not rows or not members:
        empty = engagements if not rows else participations
        raise LabelsError(f"{empty.name} holds no row that can be used; check its ids against the other file's")
    known = {key: i for i, key in enumerate(sorted(names))}
    ordered = sorted(members.items(), key=lambda item: (item[0][0], known[item[0][1]]))
    dates = np.asarray([_day(row["start_date"]) for row in rows.values()], "datetime64[D]")
    dropped["engagements_without_date"] = int(np.isnat(dates).sum())
    return TrackRecords(
        tuple(rows),
        tuple(row["title"] for row in rows.values()),
        tuple(row["text"] for row in rows.values()),
        tuple(f"{row['keywords']} {row['topic']}".strip() for row in rows.values()),
        tuple(row["programme"] for row in rows.values()),
        tuple(row["classification"] for row in rows.values()),
        dates,
        tuple(known),
        tuple(names[key] for key in known),
        tuple(tuple(sorted(others[key])) for key in known),
        np.asarray([at for (at, _), _ in ordered], np.int64),
        np.asarray([known[key] for (_, key), _ in ordered], np.int64),
        np.asarray([row["kind"] for _, row in ordered], np.str_),
        np.asarray([row["country"] for _, row in ordered], np.str_),
        np.asarray([row["city"] for _, row in ordered], np.str_),
        np.asarray([_degrees(row["place"]) for _, row in ordered], np.float32),
        np.asarray([row["role"].casefold() in LEADING for _, row in ordered], np.bool_),
        dropped,
    )


def _rows(
    path: Path, columns: Mapping[str, tuple[str, ...]], *, needed: Sequence[str], one_of: Sequence[str] = ()
) -> Iterator[dict[str, str]]:
    """Yield each row under our own column names; absent columns are empty."""
    lines = io.StringIO(_text(path), newline="")
    header = lines.readline()
    lines.seek(0)
    csv.field_size_limit(max(csv.field_size_limit(), FIELD_LIMIT))
    delimiter = max(",;\t", key=header.count)
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        found = [name.strip() for name in next(reader, [])]
        at = {
            ours: next((found.index(name) for name in theirs if name in found), -1) for ours, theirs in columns.items()
        }
        missing = [" or ".join(columns[name]) for name in needed if at[name] < 0]
        if one_of and all(at[name] < 0 for name in one_of):
            missing.append(" or ".join(name for ours in one_of for name in columns[ours]))
        if missing:
            raise LabelsError(
                f"{path.name} lacks the column {'; and '.join(missing)}; it has {', '.join(found) or 'none'}"
            )
        for row in reader:
            yield {ours: row[i].strip() if 0 <= i < len(row) else "" for ours, i in at.items()}
    except csv.Error as error:
        raise LabelsError(f"{path.name}, line {reader.line_num}: {error}; save it as CSV again") from error


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
        if raw.startswith(GZIP):
            with gzip.open(path) as file:
                raw = file.read(LARGEST_FILE + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise LabelsError(f"{path} cannot be read: {error}") from error
    if len(raw) > LARGEST_FILE:
        raise LabelsError(f"{path.name} holds more than {LARGEST_FILE:,} bytes; give a part of it")
    return raw.decode("utf-8-sig", errors="replace").replace("\0", "")


def _degrees(value: str) -> tuple[float, float]:
    """Return latitude and longitude of ``48.2,16.4``; NaN for anything else."""
    try:
        latitude, longitude = (float(part) for part in value.strip("()").split(","))
    except ValueError:
        return math.nan, math.nan
    on_earth = abs(latitude) <= 90 and abs(longitude) <= 180
    return (latitude, longitude) if on_earth else (math.nan, math.nan)


def _day(value: str) -> np.datetime64:
    """Return the day of an ISO date, a year or a year and month; NaT for anything else."""
    head = value[:10]
    for pattern in (head, f"{head}-01", f"{head}-01-01"):
        try:
            return np.datetime64(date.fromisoformat(pattern), "D")
        except ValueError:
            continue
    return np.datetime64("NaT", "D")
