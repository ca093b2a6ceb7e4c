"""Similarity of texts and of codes: spaces fitted on what is known, queries compared with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize
from sklearn.utils.extmath import randomized_svd

Floats = NDArray[np.float32]
SMALL = 50
TOPICS = 200
PATH_DEPTH = 2


@dataclass(frozen=True)
class TermSpace:
    """TF-IDF (sublinear, unit rows) of the known texts; `vectorizer` is None where they hold no term at all."""

    vectorizer: TfidfVectorizer | None
    known: csr_matrix

    @classmethod
    def fit(
        cls, texts: Sequence[str], *, longest: int = 1, analyzer: Callable[[str], list[str]] | None = None
    ) -> TermSpace:
        """Fit on texts; terms of one text only are left out unless there are few texts."""
        options: dict[str, Any] = {"dtype": np.float32, "min_df": 2 if len(texts) >= SMALL else 1}
        if analyzer:
            options["analyzer"] = analyzer
        else:
            options |= {"sublinear_tf": True, "stop_words": "english", "ngram_range": (1, longest)}
        vectorizer = TfidfVectorizer(**options)
        try:
            return cls(vectorizer, vectorizer.fit_transform(texts).tocsr())
        except ValueError:
            return cls(None, csr_matrix((len(texts), 1), dtype=np.float32))

    def transform(self, texts: Sequence[str]) -> csr_matrix:
        """Return unit rows, sparse float32 (len(texts), n_terms)."""
        if self.vectorizer is None:
            return csr_matrix((len(texts), 1), dtype=np.float32)
        return self.vectorizer.transform(texts).tocsr()

    def similarity(self, texts: Sequence[str]) -> Floats:
        """Return cosines with the known texts, float32 (len(texts), n_known)."""
        return np.asarray((self.transform(texts) @ self.known.T).toarray(), np.float32)


@dataclass(frozen=True)
class TopicSpace:
    """Latent topics: the leading singular vectors of a term space."""

    terms: TermSpace
    axes: Floats
    known: Floats

    @classmethod
    def fit(cls, terms: TermSpace) -> TopicSpace:
        """Fit at most 200 topics, fewer where the data are small."""
        size = max(1, min(TOPICS, *(side - 1 for side in terms.known.shape)))
        _, _, axes = randomized_svd(terms.known, size, random_state=0, n_iter=3)
        axes = np.asarray(axes.T, np.float32)
        return cls(terms, axes, np.asarray(normalize(terms.known @ axes), np.float32))

    def similarity(self, texts: Sequence[str]) -> Floats:
        """Return cosines with the known texts, float32 (len(texts), n_known)."""
        return np.asarray(normalize(self.terms.transform(texts) @ self.axes) @ self.known.T, np.float32)


def code_terms(codes: str) -> list[str]:
    """Return the codes of a ``|``-separated field; of a path, every level from the second down."""
    terms = []
    for code in filter(None, (part.strip().casefold() for part in re.split(r"[|;]", codes))):
        levels = code.split("/")
        terms += (
            ["/".join(levels[:depth]) for depth in range(PATH_DEPTH, len(levels) + 1)] if len(levels) > 1 else [code]
        )
    return terms


def mean_profiles(took_part: csr_matrix, known: csr_matrix | Floats) -> csr_matrix | Floats:
    """Return unit rows: each organization's mean engagement vector, (n_organizations, n_columns)."""
    return normalize(normalize(took_part.T.tocsr(), "l1") @ known)
