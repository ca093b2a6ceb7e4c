"""Full-text search over names, aliases, missions and descriptions: the same answers in the same order on every engine.

SQLite has FTS5. On PostgreSQL a table beside the organizations holds their words (`kb.words`): as a ``tsvector`` with
a GIN index, which finds them, and in order, which is counted for the rank. Both rank by BM25 with the same weights
and figures (``ts_rank`` knows neither how rare a word is nor how long a text, and put other organizations first), so
that the order is the same but for organizations that are equal up to the last digit; those go by id.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, column, delete, text
from sqlalchemy import table as table_of

from kb.engines import postgres
from kb.organization import Organization
from kb.records.base import chunks
from kb.words import words_of

WEIGHTS = {"name": 10.0, "aliases": 8.0, "mission": 2.0, "description": 1.0}
MOST_WORDS = 40
K1, B = 1.2, 0.75
"""The constants of BM25 (Robertson and Zaragoza, 2009), as in FTS5."""
LEAST_IDF = 1e-6
SQLITE = (
    "SELECT o.id FROM organization_fts f JOIN organization o ON o.number = f.rowid "
    "WHERE organization_fts MATCH :words AND o.merged_into IS NULL "
    f"ORDER BY bm25(organization_fts, {', '.join(map(str, WEIGHTS.values()))}), o.id LIMIT :most"
)
INDEX_FRESH = text(
    f"INSERT INTO organization_fts(rowid, {', '.join(WEIGHTS)}) SELECT number, {', '.join(WEIGHTS)} "
    "FROM organization WHERE number BETWEEN :first AND :last"
)
WORDS = table_of("organization_words", *map(column, ("organization_number", *WEIGHTS, "tokens", "words")))


def matching_ids(connection: Connection, said: str, limit: int) -> list[str]:
    """Return ids by full-text search, best first: those with all words, then those with any.

    The last word may be unfinished; names weigh more than texts (BM25).
    """
    wanted = words_of(said)[:MOST_WORDS]
    if not wanted:
        return []
    *whole, begun = wanted
    on_postgres = connection.dialect.name == "postgresql"
    search = _on_postgres if on_postgres else _on_sqlite
    ids: list[str] = []
    for all_of_them in (True, False):
        ids += [key for key in search(connection, whole, begun, all_of_them, limit) if key not in ids]
        if len(ids) >= limit or not whole:
            break
    return ids[:limit]


def _on_sqlite(connection: Connection, whole: list[str], begun: str, all_of_them: bool, limit: int) -> list[str]:
    terms = [f'"{word}"' for word in whole] + [f'"{begun}"*']
    words = (" AND " if all_of_them else " OR ").join(terms)
    return [row[0] for row in connection.execute(text(SQLITE), {"words": words, "most": limit})]


def _on_postgres(connection: Connection, whole: list[str], begun: str, all_of_them: bool, limit: int) -> list[str]:
    lexemes = [f"'{word}'" for word in whole] + [f"'{begun}':*"]
    given: dict[str, Any] = {f"lexeme{at}": lexeme for at, lexeme in enumerate(lexemes)}
    holding = "(SELECT count(*) FROM organization_words WHERE words @@ CAST(:lexeme{} AS tsquery))"
    figures = ", ".join(holding.format(at) for at in range(len(lexemes)))
    query = f"SELECT organizations, tokens, {figures} FROM organization_words_total"
    organizations, tokens, *holders = connection.execute(text(query), given).one()
    if not organizations or not any(holders):
        return []
    given = {"words": (" & " if all_of_them else " | ").join(lexemes), "most": limit, "average": tokens / organizations}
    score = []
    for at, (word, holder) in enumerate(zip([f" {word} " for word in whole] + [f" {begun}"], holders, strict=True)):
        given |= {f"word{at}": word, f"idf{at}": _idf(organizations, holder)}
        score.append(f"CAST(:idf{at} AS float8) * ((f{at} * {K1 + 1}::float8) / (f{at} + length_part))")
    counted = ", ".join(f"{_weighed(at)} AS f{at}" for at in range(len(lexemes)))
    found = (
        f"SELECT w.organization_number, {counted}, {K1}::float8 * ({1 - B}::float8 + {B}::float8 * w.tokens "
        "/ CAST(:average AS float8)) AS length_part FROM organization_words w WHERE w.words @@ CAST(:words AS tsquery)"
    )
    ranked = (
        f"WITH f AS MATERIALIZED ({found}) SELECT o.id FROM f JOIN organization o ON o.number = f.organization_number "
        f"WHERE o.merged_into IS NULL ORDER BY {' + '.join(score)} DESC, o.id LIMIT :most"
    )
    return [row[0] for row in connection.execute(text(ranked), given)]


def _idf(organizations: int, holders: int) -> float:
    """Return how telling a word is that so many of all organizations have."""
    idf = math.log((organizations - holders + 0.5) / (holders + 0.5))
    return idf if idf > 0 else LEAST_IDF


def _weighed(at: int) -> str:
    """Return SQL for how often a word stands in an organization's texts, each time as much as the text weighs."""
    word = f"CAST(:word{at} AS text)"
    times = (
        "{weight}::float8 * ((octet_length(w.{name}) - octet_length(replace(w.{name}, {word}, ''))) "
        "/ octet_length({word}))"
    )
    return " + ".join(times.format(weight=weight, name=name, word=word) for name, weight in WEIGHTS.items())


def index_words(
    connection: Connection, organizations: Sequence[tuple[int, Organization]], fresh: Sequence[int]
) -> None:
    """Note the words of organizations, by number.

    Parameters
    ----------
    organizations : sequence of (int, Organization)
    fresh : sequence of int
        Numbers of those among them that were inserted, by one statement just now; of the others SQLite notes the
        words by itself.
    """
    if not organizations:
        return
    if connection.dialect.name != "postgresql":
        if fresh:
            connection.execute(INDEX_FRESH, {"first": min(fresh), "last": max(fresh)})
        return
    for part in chunks(organizations):
        connection.execute(delete(WORDS).where(WORDS.c.organization_number.in_([number for number, _ in part])))
    postgres.copy_rows(connection, WORDS, [_row(number, organization) for number, organization in organizations])


def _row(number: int, organization: Organization) -> dict[str, Any]:
    texts = {
        name: words_of(" ".join(said) if isinstance(said := getattr(organization, name), tuple) else said)
        for name in WEIGHTS
    }
    everything = [word for words in texts.values() for word in words]
    row: dict[str, Any] = {"organization_number": number, "tokens": len(everything)}
    row |= {name: f"  {'  '.join(words)}  " for name, words in texts.items()}
    return row | {"words": " ".join(f"'{word}'" for word in dict.fromkeys(everything))}
