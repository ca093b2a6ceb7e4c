"""The camp that a text speaks for: what its wording and meaning have in common with the sides of many questions.

Questions have two camps in common: those who care, share, open and protect, and those who trade, command, keep and
close. A text on a matter that no question covers still shows its camp.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from matcher.values.polarity import Leaning, is_content, stem

Floats = NDArray[np.float32]
FOCUS = 4.0
WORDING = 0.5
RIDGE = 0.5
MIN_STATEMENTS = 2


class CampReader:
    """A kernel ridge regression of the camp on statements whose camp is known, fitted at once.

    Parameters
    ----------
    vectors : NDArray, (n_statements, dimension)
        Unit rows.
    words : sequence of sequences of Leaning
        The words of each statement.
    camps : NDArray, (n_statements,)
        -1 or 1.
    """

    def __init__(self, vectors: Floats, words: Sequence[Sequence[Leaning]], camps: Floats) -> None:
        tokens = [_tokens(said) for said in words]
        common = min(MIN_STATEMENTS, len(tokens))
        self._vectors = vectors
        self._wording = TfidfVectorizer(analyzer=list, sublinear_tf=True, min_df=common, dtype=np.float32)
        self._rows = self._wording.fit_transform(tokens)
        kernel = self._kernel(vectors, tokens).astype(np.float64)
        kernel[np.diag_indices_from(kernel)] += RIDGE
        self._weights = np.asarray(np.linalg.solve(kernel, camps), np.float32)

    def parts(self, vectors: Floats, words: Sequence[Sequence[Leaning]]) -> Floats:
        """Return what each statement adds to the camp of each text, (n_texts, n_statements).

        The sum of a row, about -1 to 1, is the estimate.
        """
        return np.asarray(self._kernel(vectors, [_tokens(said) for said in words]) * self._weights, np.float32)

    def _kernel(self, vectors: Floats, tokens: Sequence[Sequence[str]]) -> Floats:
        likeness = (self._wording.transform(tokens) @ self._rows.T).toarray()
        return np.asarray(np.exp(FOCUS * (vectors @ self._vectors.T - 1)) + WORDING * likeness, np.float32)


def _tokens(words: Sequence[Leaning]) -> list[str]:
    """Return words, pairs of words, stems, and stems with the way that the writer leans toward them."""
    named = [word for word in words if is_content(word.word)]
    plain = [word.word for word in words]
    return [
        *plain,
        *(f"{one} {other}" for one, other in pairwise(plain)),
        *(f"{stem(word.word)}*" for word in named),
        *(f"{stem(word.word)}{'+' if word.sign > 0 else '-'}" for word in named if word.cued),
    ]
