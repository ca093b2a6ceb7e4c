"""Training of the partner ranker on windows of its own, never the one that is reported."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from kb.columns.vectors import TextEncoder
from matcher.evaluation.partners_affinity import (
    MEANING_FEATURES,
    WORD_FEATURES,
    Affinity,
    AffinityExamples,
    fit_affinity,
)
from matcher.evaluation.partners_data import TrackRecords, read_track_records
from matcher.evaluation.partners_features import BENDING, FEATURES, CandidateScorer, QueryBlock, pair_features
from matcher.evaluation.partners_knowledge import Knowledge, query_texts, reading_text
from matcher.evaluation.partners_model import LEARNED, WITH_MEANING, WORDS_ONLY, PartnerRanker
from matcher.evaluation.partners_split import PartnerQuery, split_records
from matcher.evaluation.partners_text import Floats
from matcher.evaluation.partners_vectors import Encoding, encoding_with
from matcher.learning import AdditiveRanker, Examples, fit_ranker

BLOCK = 64
HARD = {"track_record": 300, "profile": 100, "partners_of_partners": 100, "shared_record": 60}
RANDOM = 400
AFFINITY_QUERIES = 400


@dataclass(frozen=True)
class TrainingWindow:
    """One window, made ready: all its queries in one block, and their pair features."""

    scorer: CandidateScorer
    block: QueryBlock
    pairs: Mapping[str, Floats]


def training_window(
    records: TrackRecords, start: date, until: date, kinds: Sequence[str], encoding: Encoding | None
) -> TrainingWindow:
    """Prepare a window."""
    split = split_records(records, start=start, until=until, kinds=kinds)
    texts = query_texts(records, split.queries)
    vectors = encoding([reading_text(records, k) for k in split.known]) if encoding else None
    asked = encoding([text.reading for text in texts]) if encoding else None
    knowledge = Knowledge.fit(records, split, vectors)
    block = QueryBlock(split.queries, texts, asked)
    return TrainingWindow(CandidateScorer.of(knowledge, records.names), block, pair_features(knowledge, records, block))


def train(
    windows: Sequence[TrainingWindow],
    *,
    meaning: bool,
    features: Sequence[str] = tuple(FEATURES),
    pair_names: Sequence[str] | None = None,
    bending: Sequence[str] = BENDING,
    penalty: float = 3e-3,
    seed: int = 0,
) -> PartnerRanker:
    """Fit the affinity, then the ranker on top of it."""
    names = pair_names or (WORD_FEATURES + MEANING_FEATURES if meaning else WORD_FEATURES)
    affinity = fit_affinity([_affinity_examples(window, names) for window in windows])
    return PartnerRanker(affinity, rank_on(windows, affinity, features, bending, penalty, seed))


def _affinity_examples(window: TrainingWindow, names: Sequence[str]) -> AffinityExamples:
    """Return evenly spaced queries: few weights need few, and each costs a pass over all that is known."""
    chosen = slice(None, None, -(-len(window.block.queries) // AFFINITY_QUERIES))
    return AffinityExamples(
        {name: np.ascontiguousarray(window.pairs[name][chosen]) for name in names},
        window.scorer.knowledge.took_part,
        [query.gold for query in window.block.queries[chosen]],
    )


def rank_on(
    windows: Sequence[TrainingWindow],
    affinity: Affinity,
    features: Sequence[str],
    bending: Sequence[str],
    penalty: float,
    seed: int,
) -> AdditiveRanker:
    """Fit the additive ranker on sampled candidates of every window."""
    chosen = [list(FEATURES).index(name) for name in features]
    examples = []
    for window in windows:
        for one in _sampled(window, affinity, seed):
            examples.append(Examples(one.features[:, chosen], one.relevant, one.log_weight))
    return fit_ranker(examples, features, bending=bending, penalty=penalty)


def _sampled(window: TrainingWindow, affinity: Affinity, seed: int) -> list[Examples]:
    """Return gold, the strongest by several features, and random others that stand for all the rest."""
    random = np.random.default_rng(seed)
    examples = []
    for start in range(0, len(window.block.queries), BLOCK):
        rows = slice(start, start + BLOCK)
        vectors = None if window.block.vectors is None else window.block.vectors[rows]
        block = QueryBlock(window.block.queries[rows], window.block.texts[rows], vectors)
        pairs = {name: values[rows] for name, values in window.pairs.items()}
        every = window.scorer.features(block, pairs, affinity.engagement_weights(pairs), affinity.floor)
        for query, values in zip(block.queries, every, strict=True):
            examples.append(_sample_one(values, query, random))
    return examples


def _sample_one(values: Floats, query: PartnerQuery, random: np.random.Generator) -> Examples:
    count = len(values)
    kept = np.zeros(count, np.bool_)
    for name, top in HARD.items():
        if top < count:
            kept[np.argpartition(-values[:, list(FEATURES).index(name)], top)[:top]] = True
        else:
            kept[:] = True
    kept[query.gold] = True
    rest = np.flatnonzero(~kept)
    if query.seeker_candidate >= 0:
        kept[query.seeker_candidate] = False
        rest = rest[rest != query.seeker_candidate]
    drawn = random.choice(rest, min(RANDOM, len(rest)), replace=False)
    chosen = np.concatenate([np.flatnonzero(kept), drawn])
    log_weight = np.zeros(len(chosen))
    if len(drawn):
        log_weight[-len(drawn) :] = np.log(len(rest) / len(drawn))
    return Examples(values[chosen], np.isin(chosen, query.gold), log_weight)


def learn(
    engagements: Path,
    participations: Path,
    *,
    windows: Sequence[tuple[date, date]],
    kinds: Sequence[str] = (),
    encoder: TextEncoder | None = None,
    vectors_cache: Path | None = None,
    notes: Mapping[str, Any] | None = None,
    path: Path = LEARNED,
) -> None:
    """Train every variant on the windows and save the model with where it comes from; `notes` are kept beside it."""
    records = read_track_records(engagements, participations)
    encoding = encoding_with(encoder, vectors_cache) if encoder else None
    ready = [training_window(records, start, until, kinds, encoding) for start, until in windows]
    variants = {WORDS_ONLY: train(ready, meaning=False).to_json()}
    if encoder:
        variants[WITH_MEANING] = train(ready, meaning=True).to_json()
    body = {
        "trained_on": {
            "windows": [[str(start), str(until)] for start, until in windows],
            "kinds": list(kinds),
            "queries": [len(window.block.queries) for window in ready],
        },
        "notes": dict(notes or {}),
        "features": dict(FEATURES),
        "encoder": encoder.key.split("/")[0] if encoder else "",
        "variants": variants,
    }
    digest = hashlib.sha256(json.dumps(body["variants"], sort_keys=True).encode()).hexdigest()[:12]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"id": f"partners-{digest}", **body}, indent=1) + "\n", encoding="utf-8")
