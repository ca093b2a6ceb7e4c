"""Do we answer a need? The rank of the right organizations, beside three baselines in the same run."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb.columns.vectors import TextEncoder
from matcher.encoder import SentenceTransformerEncoder
from matcher.errors import LabelsError
from matcher.evaluation.metrics import ranks_of
from matcher.reading.sentences import sentences
from matcher.retrieval.lexical import tfidf
from matcher.retrieval.ranking import index_texts

NEED_COLUMNS = ("query_id", "query", "positive_org_ids")
ORGANIZATION_COLUMNS = ("org_id", "name", "sector", "text")
OURS = "dancecard"
BASELINES = ("tfidf", "cosine", "sentences_and_tfidf")
DIGITS = 4

Floats = NDArray[np.float64]
Row = dict[str, str]


@dataclass(frozen=True)
class LabelledQuery:
    """A need in plain words, and the organizations that have it."""

    id: str
    query: str
    right: tuple[str, ...]


@dataclass(frozen=True)
class Candidate:
    """An organization to be found."""

    id: str
    name: str
    text: str

    @property
    def searched(self) -> str:
        """The name, then the text."""
        return f"{self.name}. {self.text}" if self.name else self.text


def read_needs(needs: Path, organizations: Path) -> tuple[list[LabelledQuery], list[Candidate]]:
    """Read the needs and the organizations among which they are looked for.

    Parameters
    ----------
    needs : Path
        CSV with ``query_id,query,positive_org_ids``; ids separated by ``;``.
    organizations : Path
        CSV with ``org_id,name,sector,text``.

    Raises
    ------
    LabelsError
        With one line per problem, each naming the file, the row and the field.
    """
    problems: list[str] = []
    candidates = [
        Candidate(row["org_id"], row["name"], row["text"])
        for row in _rows(organizations, ORGANIZATION_COLUMNS, ("org_id", "text"), problems)
    ]
    queries = [
        LabelledQuery(row["query_id"], row["query"], _ids(row["positive_org_ids"]))
        for row in _rows(needs, NEED_COLUMNS, NEED_COLUMNS, problems)
    ]
    known = {candidate.id for candidate in candidates}
    problems += _twice(organizations, "org_id", [candidate.id for candidate in candidates])
    problems += _twice(needs, "query_id", [query.id for query in queries])
    problems += [
        f"{needs.name} row {number}: positive_org_ids: {identifier!r} is not in {organizations.name}"
        for number, query in enumerate(queries, start=2)
        for identifier in query.right
        if identifier not in known
    ]
    if problems:
        raise LabelsError("\n".join(problems))
    return queries, candidates


def _ids(cell: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in cell.split(";") if part.strip()))


def _rows(path: Path, columns: Sequence[str], needed: Sequence[str], problems: list[str]) -> list[Row]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            header = list(reader.fieldnames or ())
            rows = [{name: (row.get(name) or "").strip() for name in columns} for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise LabelsError(f"{path}: cannot be read: {error}") from error
    missing = [name for name in columns if name not in header]
    if missing or not rows:
        found = ",".join(header) or "nothing"
        raise LabelsError(f"{path.name}: needs the columns {','.join(columns)} and a row or more; found {found}")
    problems += [
        f"{path.name} row {number}: {name}: is empty; fill it in or drop the row"
        for number, row in enumerate(rows, start=2)
        for name in needed
        if not row[name].strip(" ;")
    ]
    return rows


def _twice(path: Path, column: str, ids: Sequence[str]) -> list[str]:
    repeated = dict.fromkeys(identifier for identifier in ids if identifier and ids.count(identifier) > 1)
    return [f"{path.name}: {column}: {identifier!r} stands more than once" for identifier in repeated]


def evaluate(
    needs: Path, organizations: Path, encoder: TextEncoder | None = None
) -> tuple[dict[str, object], list[Row]]:
    """Rank the organizations for every need.

    Parameters
    ----------
    needs, organizations : Path
        See `read_needs`.
    encoder : TextEncoder or None
        None takes the bundled model; the baselines use the same.

    Returns
    -------
    summary : dict
        ``needs``, ``organizations``, and for ``dancecard`` and each baseline ``recall_at_1``, ``recall_at_3`` and
        ``mrr`` (0..1). Recall: whether a right organization is among the first 1 or 3.
    rows : list of dict
        One per need: the rank of its first right organization, and what came first, with its best sentence.
    """
    queries, candidates = read_needs(needs, organizations)
    chosen = encoder or SentenceTransformerEncoder()
    searched = [candidate.searched for candidate in candidates]
    index = index_texts(searched, chosen)
    baselines = _Baselines(searched, chosen)
    positions = {candidate.id: place for place, candidate in enumerate(candidates)}
    ranks: dict[str, list[int]] = {name: [] for name in (OURS, *BASELINES)}
    rows: list[Row] = []
    for query in queries:
        right = np.asarray([positions[identifier] for identifier in query.right])
        for name, scores in {OURS: index.scores(query.query), **baselines.scores(query.query)}.items():
            ranks[name].append(int(ranks_of(scores, right)[0]))
        first = index.search(query.query, 1)[0]
        rows.append(
            {
                "query_id": query.id,
                "query": query.query,
                "right": ";".join(query.right),
                "rank": str(ranks[OURS][-1]),
                "first": candidates[first.position].id,
                "best_sentence": first.best_sentence,
                "facets": "; ".join(f"{item.kind.value}: {item.verdict}" for item in first.facets),
            }
        )
    figures = {name: _figures(found) for name, found in ranks.items()}
    return {"needs": len(queries), "organizations": len(candidates), **figures}, rows


def _figures(ranks: Sequence[int]) -> Mapping[str, float]:
    found = np.asarray(ranks)
    return {
        "recall_at_1": round(float((found <= 1).mean()), DIGITS),
        "recall_at_3": round(float((found <= 3).mean()), DIGITS),
        "mrr": round(float((1.0 / found).mean()), DIGITS),
    }


class _Baselines:
    """Words alone, vectors of whole texts, and vectors by sentence joined by words."""

    def __init__(self, texts: Sequence[str], encoder: TextEncoder) -> None:
        self.texts = texts
        self.encoder = encoder
        parts = [[text[item.start : item.end] for item in sentences(text)] or [text] for text in texts]
        self.ends = np.cumsum([len(part) for part in parts])
        self.whole = encoder.encode(texts)
        self.by_sentence = encoder.encode([sentence for part in parts for sentence in part])

    def scores(self, query: str) -> dict[str, Floats]:
        """Return the scores of each baseline; float64 (n_texts,) by name."""
        vector = self.encoder.encode([query])[0]
        whole = np.asarray(self.whole @ vector, np.float64)
        near = np.maximum.reduceat(self.by_sentence @ vector, np.r_[0, self.ends[:-1]]).astype(np.float64)
        words = tfidf(query, self.texts)
        joined = _standardized((whole + near) / 2) + _standardized(words)
        return {"tfidf": words, "cosine": whole, "sentences_and_tfidf": joined}


def _standardized(values: Floats) -> Floats:
    spread = float(values.std())
    return np.asarray((values - values.mean()) / (spread or 1.0), np.float64)
