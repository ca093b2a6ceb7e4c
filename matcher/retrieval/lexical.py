"""Agreement in words: TF-IDF over words and over character n-grams, and BM25."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from matcher.retrieval.passages import EMPTY_WORDS

Floats = NDArray[np.float64]
SATURATION = 1.2
LENGTH_SHARE = 0.75


def tfidf(need: str, texts: Sequence[str]) -> Floats:
    """Return the cosine of TF-IDF word vectors; float64 (len(texts),)."""
    return _cosine(TfidfVectorizer(sublinear_tf=True, stop_words=sorted(EMPTY_WORDS)), need, texts)


def character_tfidf(need: str, texts: Sequence[str]) -> Floats:
    """Return the cosine of TF-IDF vectors of 3 to 5 characters within words; float64 (len(texts),)."""
    return _cosine(TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True), need, texts)


def bm25(need: str, texts: Sequence[str]) -> Floats:
    """Return BM25 (Robertson and Zaragoza, 2009); float64 (len(texts),)."""
    vectorizer = CountVectorizer(stop_words=sorted(EMPTY_WORDS))
    try:
        counts = vectorizer.fit_transform(texts).tocsc().astype(np.float64)
    except ValueError:
        return np.zeros(len(texts))
    length = np.asarray(counts.sum(axis=1)).ravel()
    norm = SATURATION * (1 - LENGTH_SHARE + LENGTH_SHARE * length / max(float(length.mean()), 1.0))
    total = np.zeros(len(texts))
    for term in vectorizer.transform([need]).indices:
        occurrences = counts[:, term].toarray().ravel()
        holding = int((occurrences > 0).sum())
        rarity = np.log(1 + (len(texts) - holding + 0.5) / (holding + 0.5))
        total += rarity * occurrences * (SATURATION + 1) / (occurrences + norm)
    return total


def _cosine(vectorizer: TfidfVectorizer, need: str, texts: Sequence[str]) -> Floats:
    try:
        rows = vectorizer.fit_transform(texts)
    except ValueError:
        return np.zeros(len(texts))
    return np.asarray((rows @ vectorizer.transform([need]).T).toarray().ravel(), np.float64)
