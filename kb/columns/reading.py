"""From the database into columns: all rows at once, or some of them again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select, text

from kb.columns.layout import CORE, MINOR, REJECTED, RELATION_CODES, Columns, breadth_share, strength_byte
from kb.organization import ClaimKind
from kb.records import ORGANIZATION, chunks

TEXT_LENGTH = 1_000
"""Characters of a text that are embedded; the model reads about 256 tokens."""

IDENTITY = (
    "SELECT number, id, name, sector, kind, industry, country, mission, description, merged_into FROM organization"
)
CLAIMS = (
    "SELECT organization_number, kind, code, strength, confidence, status, role FROM claim {where} "
    "ORDER BY CASE status WHEN 'confirmed' THEN 2 WHEN 'rejected' THEN 1 ELSE 0 END"
)
OFFERING = (
    "SELECT organization_number, evidence FROM claim "
    "WHERE kind IN ('capacity', 'offer') AND status <> 'rejected' AND evidence LIKE '%, false,%' {where} "
    "ORDER BY number"
)


@dataclass(frozen=True)
class Texts:
    """What is to be embedded, by organization number."""

    profile: dict[int, str]
    offering: dict[int, str]


def _where(column: str, numbers: Sequence[int] | None, *, word: str = "WHERE") -> str:
    return "" if numbers is None else f"{word} {column} IN ({','.join(map(str, numbers))})"


def read_rows(connection: Connection, columns: Columns, numbers: Sequence[int] | None = None) -> Texts:
    """Fill the rows of the given organizations (all when None) from the database; new ones are appended.

    The caller has made sure that there is room. Vectors are set to zero and returned as texts to encode.
    """
    texts = Texts({}, {})
    rows: dict[int, int] = {}
    codes = columns.codes
    query = f"{IDENTITY} {_where('number', numbers)} ORDER BY number"
    for number, _, name, sector, kind, industry, country, mission, description, merged in connection.exec_driver_sql(
        query
    ):
        row = columns.row_of(number) if numbers is not None else None
        if row is None:
            row = columns.n
            columns.n += 1
            columns.numbers[row] = number
        rows[number] = row
        columns.alive[row] = merged is None
        columns.sector[row] = codes.sectors.get(sector, 0)
        columns.kind[row] = codes.kinds.get(kind, 0)
        columns.industry[row] = codes.industries.get(industry, 0)
        columns.country[row] = codes.countries.get(country, 0)
        about = f"{mission}\n{description}".strip()
        if about and merged is None:
            texts.profile[number] = f"{name}. {about}"[:TEXT_LENGTH]
    if numbers is not None:
        _blank(columns, list(rows.values()))
    _read_claims(connection, columns, rows, numbers)
    offering = text(OFFERING.format(where=_where("organization_number", numbers, word="AND")))
    for number, evidence in connection.execute(offering):
        said = [words for words, verbatim, _ in json.loads(evidence) if not verbatim]
        texts.offering[number] = f"{texts.offering.get(number, '')} {' '.join(said)}".strip()[:TEXT_LENGTH]
    return texts


def _blank(columns: Columns, rows: list[int]) -> None:
    for matrix in columns.claims.values():
        matrix[:, rows] = 0
    for known in columns.known.values():
        known[rows] = False
    columns.profile_vectors[rows] = 0
    columns.has_profile[rows] = False


def _read_claims(connection: Connection, columns: Columns, rows: dict[int, int], numbers: Sequence[int] | None) -> None:
    kinds = {kind.value: kind for kind in ClaimKind}
    codes = columns.codes
    spread = {
        code: np.array([codes.claims[ClaimKind.PLACE][country] for country in sorted(place.countries)], np.int64)
        for code, place in codes.vocabulary.places.items()
    }
    query = CLAIMS.format(where=_where("organization_number", numbers))
    for number, kind_name, code, strength, confidence, status, role in connection.exec_driver_sql(query):
        kind, row = kinds[kind_name], rows[number]
        rejected = status == "rejected"
        if kind is ClaimKind.CONCERN:
            value = REJECTED if rejected else CORE if role == "core" else MINOR
        else:
            value = REJECTED if rejected else strength_byte(strength, confidence)
        if kind is ClaimKind.PLACE:
            if code in spread:
                at = spread[code]
                matrix = columns.claims[kind]
                share = REJECTED if rejected else strength_byte(strength * breadth_share(len(at)), confidence)
                matrix[at, row] = np.maximum(matrix[at, row], share)
        elif code in codes.claims[kind]:
            matrix = columns.claims[kind]
            place = codes.claims[kind][code]
            matrix[place, row] = value if rejected else max(matrix[place, row], value)
        columns.known[kind][row] = True


def read_relations(connection: Connection, columns: Columns) -> None:
    """Fill subject, object and kind of every relation; merged sides lead to the one that absorbed them."""
    query = (
        "SELECT COALESCE(rs.number, s.number), COALESCE(ro.number, t.number), r.kind FROM relation r "
        "JOIN organization s ON s.id = r.subject_id LEFT JOIN organization rs ON rs.id = s.merged_into "
        "JOIN organization t ON t.id = r.object_id LEFT JOIN organization ro ON ro.id = t.merged_into "
        "WHERE r.status <> 'rejected' ORDER BY r.id"
    )
    found = [
        (subject, object_, RELATION_CODES.index(kind)) for subject, object_, kind in connection.exec_driver_sql(query)
    ]
    table = np.array(found, np.int64).reshape(-1, 3)
    columns.subject = _rows(columns, table[:, 0])
    columns.object_ = _rows(columns, table[:, 1])
    columns.relation = np.ascontiguousarray(table[:, 2])


def read_engagements(connection: Connection, columns: Columns) -> list[str]:
    """Fill who took part in what; returns the engagements' texts to encode, in row order."""
    texts, place = [], {}
    for row, (number, title, about) in enumerate(
        connection.exec_driver_sql("SELECT number, title, text FROM engagement ORDER BY number")
    ):
        place[number] = row
        texts.append(f"{title}. {about}"[:TEXT_LENGTH])
    columns.engagement_numbers = np.array(list(place), np.int64)
    query = (
        "SELECT COALESCE(root.number, o.number), p.engagement_number FROM participation p "
        "JOIN organization o ON o.id = p.organization_id LEFT JOIN organization root ON root.id = o.merged_into"
    )
    pairs = [(number, place[engagement]) for number, engagement in connection.exec_driver_sql(query)]
    table = np.array(pairs, np.int64).reshape(-1, 2)
    participant = _rows(columns, table[:, 0])
    order = np.lexsort((table[:, 1], participant))
    columns.participant = participant[order]
    columns.engagement = np.ascontiguousarray(table[order, 1])
    return texts


def _rows(columns: Columns, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.searchsorted(columns.numbers[: columns.n], numbers).astype(np.int64)


def count_organizations(connection: Connection) -> int:
    """Return the number of rows that a full reading would fill."""
    return int(connection.exec_driver_sql("SELECT COUNT(*) FROM organization").scalar_one())


def numbers_of(connection: Connection, ids: Iterable[str]) -> list[int]:
    """Return the numbers of the organizations that still exist among `ids`, ascending."""
    numbers: list[int] = []
    for part in chunks(list(ids)):
        query = select(ORGANIZATION.c.number).where(ORGANIZATION.c.id.in_(part))
        numbers += [row[0] for row in connection.execute(query)]
    return sorted(numbers)


def living_numbers(connection: Connection) -> NDArray[np.int64]:
    """Return the numbers of all organizations that are not merged, ascending."""
    query = "SELECT number FROM organization WHERE merged_into IS NULL ORDER BY number"
    return np.array([row[0] for row in connection.exec_driver_sql(query)], np.int64)
