"""What the ranker looks at: features of (query, past engagement) pairs and of (query, candidate) pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from matcher.evaluation.partners_affinity import FLOOR
from matcher.evaluation.partners_data import TrackRecords
from matcher.evaluation.partners_knowledge import Knowledge, QueryText
from matcher.evaluation.partners_places import distances, named_cities, named_countries
from matcher.evaluation.partners_split import PartnerQuery
from matcher.evaluation.partners_text import Floats, mean_profiles

TINY = 1e-9
LEAST = 1e-3
TIE_SCALE = 10.0
NAME_LIMIT = 0.5
NEAR = 10.0
"""Kilometres within which it hardly matters how far."""
FEATURES: Mapping[str, str] = {
    "track_record": "past engagements, each counted by how much it resembles the query",
    "typical_fit": "the same per engagement: a small record wholly on the point",
    "profile": "words of all its engagements together, relative to the query's best candidate",
    "profile_words": "words of all its engagements together",
    "activity": "how many engagements it has had",
    "idle_years": "years since its last engagement began",
    "company_size": "how large its consortia usually are",
    "shared_engagements": "engagements shared with the seeker, small consortia counting more",
    "known_to_seeker": "has worked with the seeker",
    "partners_of_partners": "has worked with those who worked with the seeker",
    "shared_record": "engagements shared with the seeker that resemble the query",
    "same_country": "is in the seeker's country",
    "distance": "how far it is from the seeker",
    "country_named": "the query's text names its country",
    "city_named": "the query's text names its city",
    "name_in_text": "its name has the query's words",
    "same_family": "its name resembles the seeker's",
}
BENDING = (
    "track_record",
    "distance",
    "typical_fit",
    "profile_words",
    "shared_engagements",
    "partners_of_partners",
    "shared_record",
)


@dataclass(frozen=True)
class QueryBlock:
    """Some queries with their texts and, with an encoder, their vectors (n_queries, dimension)."""

    queries: Sequence[PartnerQuery]
    texts: Sequence[QueryText]
    vectors: Floats | None

    @property
    def full(self) -> list[str]:
        """All words of each query."""
        return [text.full for text in self.texts]


def seeker_rows(knowledge: Knowledge, block: QueryBlock) -> csr_matrix:
    """Return a sparse (n_queries, o) with a one at each query's seeker."""
    known = [(row, query.seeker) for row, query in enumerate(block.queries) if query.seeker >= 0]
    where = ([row for row, _ in known], [seeker for _, seeker in known])
    shape = (len(block.queries), knowledge.members.shape[1])
    return csr_matrix((np.ones(len(known), np.float32), where), shape=shape)


def pair_features(knowledge: Knowledge, records: TrackRecords, block: QueryBlock) -> dict[str, Floats]:
    """Return the features of every (query, known engagement), each float32 (n_queries, k)."""
    full = block.full
    words, phrases = knowledge.words.similarity(full), knowledge.phrases.similarity(full)
    topics = np.maximum(knowledge.topics.similarity(full), 0)
    engagements = [query.engagement for query in block.queries]
    seekers = seeker_rows(knowledge, block)
    taken = seekers @ knowledge.members.T
    ties = (taken @ knowledge.members).tocsr()
    ties.data = np.log1p(ties.data)
    ties = ties - ties.multiply(seekers)
    tied = (ties @ knowledge.members.T).toarray() / np.maximum(knowledge.sizes, 3.0)
    pairs = {
        "words": np.log(words + FLOOR),
        "words_to_best": _to_best(words),
        "phrases": np.log(phrases + FLOOR),
        "phrases_to_best": _to_best(phrases),
        "topics": topics,
        "topics_squared": topics**2,
        "programme": knowledge.programmes.similarity([records.programmes[i] for i in engagements]),
        "classification": knowledge.classifications.similarity([records.classifications[i] for i in engagements]),
        "seeker_took_part": taken.toarray(),
        "seeker_ties": np.log1p(TIE_SCALE * tied),
        "participants": np.broadcast_to(np.log(np.maximum(knowledge.sizes, 2.0)), words.shape),
        "age": np.broadcast_to(knowledge.ages, words.shape),
    }
    if knowledge.vectors is not None and block.vectors is not None:
        meaning = np.maximum(block.vectors @ knowledge.vectors.T, 0)
        pairs |= {"meaning": meaning, "meaning_squared": meaning**2}
    return {name: np.asarray(values, np.float32) for name, values in pairs.items()}


@dataclass(frozen=True)
class CandidateScorer:
    """Candidate features over one knowledge; holds what does not depend on the query."""

    knowledge: Knowledge
    profiles: csr_matrix
    fixed: Mapping[str, Floats]
    names: Sequence[str]

    @classmethod
    def of(cls, knowledge: Knowledge, names: Sequence[str]) -> CandidateScorer:
        """Prepare the profiles and the features that every query shares; `names` of all organizations (o,)."""
        count = knowledge.engagements
        idle = np.full(len(count), np.inf, np.float32)
        place = knowledge.took_part.tocoo()
        np.minimum.at(idle, place.col, knowledge.ages[place.row])
        company = knowledge.by_candidate @ np.log(np.maximum(knowledge.sizes, 2.0)) / count
        fixed = {"activity": np.log1p(count), "idle_years": idle, "company_size": company.astype(np.float32)}
        return cls(knowledge, mean_profiles(knowledge.took_part, knowledge.words.known), fixed, names)

    def profile_similarity(self, block: QueryBlock) -> Floats:
        """Return the cosine of each query with each candidate's mean TF-IDF vector, float32 (n_queries, c)."""
        return np.asarray((self.knowledge.words.transform(block.full) @ self.profiles.T).toarray(), np.float32)

    def features(self, block: QueryBlock, pairs: Mapping[str, Floats], weights: Floats, floor: float) -> Floats:
        """Return all features, float32 (n_queries, c, len(FEATURES)), in the order of `FEATURES`.

        Parameters
        ----------
        pairs : what `pair_features` returned
        weights : float32 (n_queries, k)
            How much each known engagement speaks for its members.
        """
        known = self.knowledge
        record = np.asarray((known.by_candidate @ weights.T).T)
        shared = np.asarray((known.by_candidate @ (weights * pairs["seeker_took_part"]).T).T)
        profile = self.profile_similarity(block)
        seekers = seeker_rows(known, block) @ known.shares.T
        direct = (seekers @ known.took_part).toarray()
        second = (((seekers @ known.members) @ known.shares.T) @ known.took_part).toarray()
        country = np.asarray([query.country for query in block.queries])[:, None]
        seeker_names = ["" if query.seeker < 0 else self.names[query.seeker] for query in block.queries]
        away = distances(np.asarray([query.place for query in block.queries]), known.place)
        in_text = known.words.transform(block.full) @ known.name_words.T
        columns = {
            **{name: np.broadcast_to(values, record.shape) for name, values in self.fixed.items()},
            "track_record": np.log(_to_best(record) + floor),
            "typical_fit": np.log(record / known.engagements + LEAST / 10),
            "profile": _to_best(profile),
            "profile_words": np.log(profile + FLOOR),
            "shared_engagements": np.log1p(TIE_SCALE * direct),
            "known_to_seeker": direct > 0,
            "partners_of_partners": np.log(_to_best(second) + LEAST),
            "shared_record": np.log(shared + LEAST),
            "same_country": (country == known.country[None]) & (country != ""),
            "distance": np.log1p(away / NEAR),
            "country_named": named_countries([text.full for text in block.texts], known.country),
            "city_named": named_cities([text.full for text in block.texts], known.city),
            "name_in_text": np.minimum(in_text.toarray(), NAME_LIMIT),
            "same_family": known.family.similarity(seeker_names),
        }
        return np.stack([np.asarray(columns[name], np.float32) for name in FEATURES], axis=-1)


def _to_best(values: Floats) -> Floats:
    """Return values relative to each row's greatest."""
    return np.asarray(values / (values.max(axis=1, keepdims=True) + TINY), np.float32)
