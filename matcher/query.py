"""A brief made ready for scoring: its words encoded once, its similarities computed once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from kb.brief import Brief
from kb.columns import Columns
from kb.organization import Organization
from kb.vocabulary import Vocabulary
from matcher.settings import Background

Floats = NDArray[np.float32]
Made = TypeVar("Made")
Encode = Callable[[Sequence[str]], Floats]

_BLAS = ThreadpoolController()
BLOCK = 512
"""Rows of vectors that stay in the processor's cache while every vector of the query is compared with them."""


def brief_text(brief: Brief, vocabulary: Vocabulary) -> str:
    """Return the words that a candidate's profile is compared with: behaviour, context, causes, audience."""
    causes = ", ".join(vocabulary.causes[code].label for code in brief.causes)
    audiences = ", ".join(vocabulary.audiences[code].label for code in brief.audiences)
    parts = (brief.title, brief.behaviour, brief.context, causes, audiences, brief.audience_text)
    return ". ".join(part.strip(" .") for part in parts if part)


def need_text(brief: Brief, code: str, text: str, vocabulary: Vocabulary) -> str:
    """Return the words of one need: its own, or the capacity's with the brief's causes."""
    label = vocabulary.lendable[code].label
    if text:
        return f"{label}: {text}"
    causes = ", ".join(vocabulary.causes[cause].label.lower() for cause in brief.causes)
    return f"{label}: {vocabulary.lendable[code].definition} {f'For {causes}.' if causes else ''}".strip()


def _fused(texts: Floats, vectors: Floats) -> Floats:
    """Multiply block by block, so that each block is read from memory once; float32 (vectors, texts)."""
    out = np.empty((len(vectors), len(texts)), np.float32)
    plain = np.asarray(texts)
    for start in range(0, len(plain), BLOCK):
        block = plain[start : start + BLOCK]
        for row, vector in enumerate(vectors):
            np.dot(block, vector, out=out[row, start : start + len(block)])
    return out


@dataclass(frozen=True)
class Similarities:
    """Cosines of the brief (row 0) and its needs (rows 1..k) with every text; float32.

    Attributes
    ----------
    profile : (1 + k, n)
    offering : (1 + k, offerings)
    engagement : (engagements,)
    """

    profile: Floats
    offering: Floats
    engagement: Floats


@dataclass(frozen=True)
class Query:
    """A brief, encoded.

    Attributes
    ----------
    vectors : float32 (1 + needs, d)
        The brief as a whole, then each need.
    seeker : Organization or None
        The seeker's own profile, when it is in the knowledge base.
    barred : tuple of int
        Numbers of the organizations that the brief's red lines name.
    """

    brief: Brief
    vocabulary: Vocabulary
    vectors: Floats
    background: Background
    seeker: Organization | None = None
    seeker_number: int | None = None
    barred: tuple[int, ...] = ()

    @classmethod
    def of(
        cls,
        brief: Brief,
        vocabulary: Vocabulary,
        encode: Encode,
        background: Background,
        seeker: Organization | None = None,
        seeker_number: int | None = None,
        barred: tuple[int, ...] = (),
    ) -> Query:
        """Encode a brief and its needs."""
        texts = [brief_text(brief, vocabulary)]
        texts += [need_text(brief, need.code, need.text, vocabulary) for need in brief.needs]
        return cls(brief, vocabulary, encode(texts), background, seeker, seeker_number, barred)

    def similarities(self, columns: Columns) -> Similarities:
        """Compare with every text in one pass over memory per facet, on one thread."""
        with _BLAS.limit(limits=1):
            return Similarities(
                _fused(columns.profile_vectors[: columns.n], self.vectors),
                _fused(columns.offering_vectors, self.vectors),
                columns.engagement_vectors @ self.vectors[0],
            )

    def calibrated(self, cosines: Floats) -> Floats:
        """Turn cosines into 0..1 between the model's unrelated and closely related texts."""
        low, high = self.background.unrelated, self.background.related
        scaled = (cosines - np.float32(low)) * np.float32(1 / (high - low))
        return np.asarray(np.clip(scaled, 0, 1, out=scaled), np.float32)


class Scored:
    """What the components share while one query is scored: columns and similarities."""

    def __init__(self, query: Query, columns: Columns) -> None:
        self.query = query
        self.columns = columns
        self.similarities = query.similarities(columns)
        self._made: dict[tuple[object, ...], Any] = {}

    def _best_offering(self, query_row: int) -> Floats:
        """Return the cosine of each organization's offering, -inf where it has none; float32 (n,)."""
        best = np.full(self.columns.n, -np.inf, np.float32)
        if len(self.columns.offering_row):
            np.maximum.at(best, self.columns.offering_row, self.similarities.offering[query_row])
        return best

    def relevance(self, query_row: int) -> Floats:
        """Return calibrated similarity of a text of the query with each organization, NaN without any text.

        The better of profile and offering counts; float32 (n,).
        """
        cosines = self._best_offering(query_row)
        has_profile = self.columns.has_profile[: self.columns.n]
        np.maximum(cosines, self.similarities.profile[query_row], out=cosines, where=has_profile)
        relevance = self.query.calibrated(cosines)
        relevance[np.isneginf(cosines)] = np.nan
        return relevance

    def relevance_of(self, rows: NDArray[np.int64], query_row: int) -> Floats:
        """Return the relevance of some rows, 0 without any text; float32 (len(rows),)."""
        cosines = self._best_offering(query_row)[rows]
        profile = self.similarities.profile[query_row, rows]
        np.maximum(cosines, profile, out=cosines, where=self.columns.has_profile[rows])
        return self.query.calibrated(cosines)

    def once(self, compute: Callable[..., Made], *key: int) -> Made:
        """Return what a function makes of this query (and a key), computing it the first time only."""
        if (compute, *key) not in self._made:
            self._made[compute, *key] = compute(self, *key)
        made: Made = self._made[compute, *key]
        return made

    @cached_property
    def brief_relevance(self) -> Floats:
        """Relevance to the brief as a whole."""
        return self.relevance(0)
