"""The learnt partner ranker: one affinity and one additive ranker per kind of input, saved as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from matcher.errors import MatcherError
from matcher.evaluation.partners_affinity import Affinity
from matcher.evaluation.partners_data import TrackRecords
from matcher.evaluation.partners_features import FEATURES, CandidateScorer, QueryBlock, pair_features
from matcher.evaluation.partners_text import Floats
from matcher.learning import AdditiveRanker

LEARNED = Path(__file__).parent.parent / "learned" / "partners.json"
WORDS_ONLY = "words"
WITH_MEANING = "words and meaning"


@dataclass(frozen=True)
class PartnerRanker:
    """Scores candidates as a sum of contributions, one per feature."""

    affinity: Affinity
    ranker: AdditiveRanker

    def features(self, scorer: CandidateScorer, records: TrackRecords, block: QueryBlock) -> Floats:
        """Return the features of every candidate, float32 (n_queries, c, n_features)."""
        pairs = pair_features(scorer.knowledge, records, block)
        weights = self.affinity.engagement_weights(pairs)
        every = scorer.features(block, pairs, weights, self.affinity.floor)
        return every[:, :, [list(FEATURES).index(name) for name in self.ranker.features]]

    def score(self, scorer: CandidateScorer, records: TrackRecords, block: QueryBlock) -> Floats:
        """Return the scores, (n_queries, c): the sums of the contributions of `features`."""
        return np.asarray(self.ranker.score(self.features(scorer, records, block)), np.float32)

    def to_json(self) -> dict[str, Any]:
        """Return a plain mapping that `from_json` reads back."""
        return {"affinity": self.affinity.to_json(), "ranker": self.ranker.to_json()}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> PartnerRanker:
        """Read what `to_json` wrote."""
        ranker = AdditiveRanker.from_json(body["ranker"])
        unknown = sorted(set(ranker.features) - set(FEATURES))
        if unknown:
            raise MatcherError(f"the learnt model uses unknown features {', '.join(unknown)}; restore or retrain it")
        return cls(Affinity.from_json(body["affinity"]), ranker)


@dataclass(frozen=True)
class LearnedPartners:
    """The model file: an id, where it comes from, and its variants by name."""

    id: str
    encoder: str
    variants: Mapping[str, PartnerRanker]

    def variant_for(self, encoder_key: str | None) -> str:
        """Return the variant for an encoder; one that the model was not trained with cannot be used."""
        same = encoder_key is not None and encoder_key.split("/")[0] == self.encoder.split("/")[0]
        return WITH_MEANING if same and WITH_MEANING in self.variants else WORDS_ONLY


def load_learned(path: Path = LEARNED) -> LearnedPartners:
    """Read the model file.

    Raises
    ------
    MatcherError
        When it is missing or broken.
    """
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        variants = {str(name): PartnerRanker.from_json(one) for name, one in body["variants"].items()}
        learned = LearnedPartners(str(body["id"]), str(body["encoder"]), variants)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise MatcherError(f"the learnt model {path.name} cannot be read: {error!r}; restore or retrain it") from error
    if WORDS_ONLY not in learned.variants:
        raise MatcherError(f"the learnt model {path.name} lacks the variant {WORDS_ONLY!r}; restore or retrain it")
    return learned
