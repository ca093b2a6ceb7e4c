"""Do we find the partners that unseen engagements really had? The command is `dancecard evaluate partners`."""

from __future__ import annotations

import csv
import importlib
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from kb.columns.vectors import TextEncoder
from kb.importing.parsed import Progress, no_progress
from matcher.evaluation.metrics import RankingMetrics, mean_metrics, ranking_metrics, ranks_of
from matcher.evaluation.partners_data import TrackRecords, read_track_records
from matcher.evaluation.partners_features import CandidateScorer, QueryBlock
from matcher.evaluation.partners_knowledge import Knowledge, QueryText, query_texts, reading_text
from matcher.evaluation.partners_model import LearnedPartners, PartnerRanker, load_learned
from matcher.evaluation.partners_split import PartnerQuery, Split, split_records
from matcher.evaluation.partners_text import Floats, mean_profiles
from matcher.evaluation.partners_vectors import encoding_with

BLOCK = 48
TOP = 100
OURS = "dancecard"
POPULARITY = "popularity"
TERM_MEAN = "tfidf_mean"
VECTOR_MEAN = "embedding_mean"
Write = Callable[[list[list[Any]]], object]


@dataclass(frozen=True)
class Setting:
    """Everything that ranking one block of queries needs."""

    records: TrackRecords
    split: Split
    scorer: CandidateScorer
    ranker: PartnerRanker
    texts: list[QueryText]
    vectors: Floats | None
    mean_vectors: Floats | None


def evaluate(
    engagements: Path,
    participations: Path,
    *,
    start: date | None = None,
    until: date | None = None,
    kinds: tuple[str, ...] = (),
    min_organizations: int = 3,
    max_organizations: int = 40,
    rankings: Path | None = None,
    cases: Path | None = None,
    encoder: TextEncoder | None = None,
    vectors_cache: Path | None = None,
    progress: Progress = no_progress,
    learned: LearnedPartners | None = None,
) -> dict[str, Any]:
    """Rank candidates for every unseen engagement and compare with who took part.

    Parameters
    ----------
    engagements, participations : Path
        CSV, gzip or plain, with CORDIS's column names or the plain form's.
    start, until : date, optional
        The test window on start date, `until` excluded; everything earlier is known. Without `start`, the
        latest fifth is the window; without any dates, a fifth is held out.
    kinds : tuple of str
        Kinds of organization that are candidates; empty for all.
    rankings, cases : Path, optional
        CSV files to write: the top 100 of every query, and every query with its metrics.
    encoder : TextEncoder, optional
        Without one, words alone are compared.
    vectors_cache : Path, optional
        A file that keeps vectors between runs.
    learned : LearnedPartners, optional
        The model; the shipped one by default.

    Returns
    -------
    dict
        Ready for JSON: metrics of the ranker and of the baselines, and what they were measured on.

    Raises
    ------
    LabelsError
        When a file or a needed column is missing.
    TooLittleDataError
        When there is nothing to ask or nothing known.
    """
    began = time.perf_counter()
    model = learned or load_learned()
    records = read_track_records(engagements, participations)
    split = split_records(
        records,
        start=start,
        until=until,
        kinds=kinds,
        min_organizations=min_organizations,
        max_organizations=max_organizations,
    )
    variant = model.variant_for(encoder.key if encoder else None)
    setting = _prepare(records, split, model.variants[variant], encoder, vectors_cache, progress)
    metrics = _rank_all(setting, rankings, cases, progress)
    return {
        "benchmark": "partners",
        "split": split.rule,
        "kinds": list(kinds),
        "organizations_per_engagement": [min_organizations, max_organizations],
        "queries": len(split.queries),
        "gold": int(sum(len(query.gold) for query in split.queries)),
        "candidates": len(split.candidates),
        "known_engagements": len(split.known),
        "model": model.id,
        "variant": variant,
        "encoder": encoder.key if encoder else None,
        "metrics": mean_metrics(metrics[OURS]).rounded(),
        "baselines": {name: mean_metrics(rows).rounded() for name, rows in metrics.items() if name != OURS},
        "not_used": dict(records.dropped),
        "seconds": round(time.perf_counter() - began, 1),
        "peak_memory_mb": _peak_memory(),
    }


def _prepare(
    records: TrackRecords,
    split: Split,
    ranker: PartnerRanker,
    encoder: TextEncoder | None,
    vectors_cache: Path | None,
    progress: Progress,
) -> Setting:
    texts = query_texts(records, split.queries)
    known = asked = means = None
    if encoder:
        encode = encoding_with(encoder, vectors_cache, progress)
        known = encode([reading_text(records, k) for k in split.known])
        asked = encode([text.reading for text in texts])
    progress("Reading what is known", 0, None)
    knowledge = Knowledge.fit(records, split, known)
    if known is not None:
        means = np.asarray(mean_profiles(knowledge.took_part, known), np.float32)
    return Setting(records, split, CandidateScorer.of(knowledge, records.names), ranker, texts, asked, means)


def _rank_all(
    setting: Setting, rankings: Path | None, cases: Path | None, progress: Progress
) -> dict[str, list[RankingMetrics]]:
    """Rank block by block, write what was asked for, and return every query's metrics by method."""
    metrics: dict[str, list[RankingMetrics]] = {}
    with ExitStack() as stack:
        ranked = _writer(stack, rankings, ["query_id", "rank", "organization_id", "score"])
        noted: Write | None = None
        for done, query, scores in _scored(setting):
            row: dict[str, Any] = _case(setting.records, query)
            for name, values in scores.items():
                one = ranking_metrics(ranks_of(values, query.gold))
                metrics.setdefault(name, []).append(one)
                prefix = "" if name == OURS else f"{name}_"
                row |= {f"{prefix}{metric}": value for metric, value in one.rounded(6).items()}
            noted = noted or _writer(stack, cases, list(row))
            noted([list(row.values())])
            ranked(_top(setting, query, scores[OURS]))
            progress("Ranking candidates", done, len(setting.split.queries))
    return metrics


def _scored(setting: Setting) -> Iterator[tuple[int, PartnerQuery, Mapping[str, Floats]]]:
    """Yield each query with its scores by method, (c,) each, the seeker last of all."""
    popularity = setting.scorer.knowledge.engagements
    for first in range(0, len(setting.split.queries), BLOCK):
        rows = slice(first, first + BLOCK)
        vectors = None if setting.vectors is None else setting.vectors[rows]
        block = QueryBlock(setting.split.queries[rows], setting.texts[rows], vectors)
        scores = {
            OURS: setting.ranker.score(setting.scorer, setting.records, block),
            TERM_MEAN: setting.scorer.profile_similarity(block),
            POPULARITY: np.tile(popularity, (len(block.queries), 1)),
        }
        if vectors is not None and setting.mean_vectors is not None:
            scores[VECTOR_MEAN] = vectors @ setting.mean_vectors.T
        for i, query in enumerate(block.queries):
            if query.seeker_candidate >= 0:
                for values in scores.values():
                    values[i, query.seeker_candidate] = -np.inf
            yield first + i + 1, query, {name: values[i] for name, values in scores.items()}


def _case(records: TrackRecords, query: PartnerQuery) -> dict[str, Any]:
    members = records.rows_of(query.engagement)
    return {
        "query_id": records.ids[query.engagement],
        "seeker_id": records.organization_ids[query.seeker] if query.seeker >= 0 else "",
        "organizations": members.stop - members.start,
        "gold": len(query.gold),
    }


def _top(setting: Setting, query: PartnerQuery, scores: Floats) -> list[list[Any]]:
    order = np.argsort(-scores, kind="stable")[:TOP]
    places = [place for place in order if np.isfinite(scores[place])]
    name = setting.records.ids[query.engagement]
    return [
        [name, rank, setting.records.organization_ids[setting.split.candidates[place]], f"{scores[place]:.6f}"]
        for rank, place in enumerate(places, 1)
    ]


def _writer(stack: ExitStack, path: Path | None, header: list[str]) -> Write:
    """Open a CSV file with a header and return what adds rows to it; without a path, rows go nowhere."""
    if path is None:
        return lambda _rows: None
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = csv.writer(stack.enter_context(path.open("w", newline="", encoding="utf-8")))
    writer.writerow(header)
    return writer.writerows


def _peak_memory() -> int | None:
    """Return the process's greatest memory in MB, or None on a system that does not tell (Windows)."""
    try:
        resource = importlib.import_module("resource")
    except ImportError:
        return None
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return round(float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) / unit)
