"""Vectors of texts from an encoder, cached where a place is given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from kb.columns.vectors import TextEncoder, VectorCache
from kb.importing.parsed import Progress, no_progress
from matcher.evaluation.partners_text import Floats

Encoding = Callable[[Sequence[str]], Floats]
BATCH = 512


def encoding_with(encoder: TextEncoder, cache: Path | None, progress: Progress = no_progress) -> Encoding:
    """Return a function from texts to unit rows, float32 (n_texts, dimension), that encodes nothing twice."""

    def cached(texts: Sequence[str]) -> Floats:
        assert cache is not None
        store = VectorCache(cache)
        try:
            return store.encode(encoder, texts, progress)
        finally:
            store.close()

    def fresh(texts: Sequence[str]) -> Floats:
        vectors = np.zeros((len(texts), encoder.dimension), np.float32)
        for start in range(0, len(texts), BATCH):
            vectors[start : start + BATCH] = encoder.encode(texts[start : start + BATCH])
            progress("Encoding texts", min(start + BATCH, len(texts)), len(texts))
        return vectors

    return cached if cache else fresh
