"""Agreement in words: TF-IDF, the baseline that a need must not depend on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from matcher.retrieval.passages import empty_words


def tfidf(need: str, texts: Sequence[str]) -> NDArray[np.float64]:
    """Return the cosine of TF-IDF word vectors, fitted on the texts; float64 (len(texts),)."""
    vectorizer = TfidfVectorizer(sublinear_tf=True, token_pattern=r"\w\w+", stop_words=sorted(empty_words()))
    try:
        rows = vectorizer.fit_transform(texts)
    except ValueError:
        return np.zeros(len(texts))
    return np.asarray((rows @ vectorizer.transform([need]).T).toarray().ravel(), np.float64)
