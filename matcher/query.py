"""A brief made ready for scoring: its words encoded once, its similarities computed once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from kb.brief import Brief
from kb.columns import Columns
from kb.organization import Organization
from kb.vocabulary import Vocabulary
from matcher.settings import Background

Floats = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Floats]

_BLAS = ThreadpoolController()


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


@dataclass(frozen=True)
class Similarities:
    """Cosines of the brief (column 0) and its needs (1..k) with every text; float32.

    Attributes
    ----------
    profile : (n, 1 + k)
    offering : (offerings, 1 + k)
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
        """Compare with every text in one pass per facet, on one thread."""
        with _BLAS.limit(limits=1):
            return Similarities(
                columns.profile_vectors[: columns.n] @ self.vectors.T,
                columns.offering_vectors @ self.vectors.T,
                columns.engagement_vectors @ self.vectors[0],
            )

    def calibrated(self, cosines: Floats) -> Floats:
        """Turn cosines into 0..1 between the model's unrelated and closely related texts."""
        low, high = self.background.unrelated, self.background.related
        return np.asarray(np.clip((cosines - np.float32(low)) / np.float32(high - low), 0, 1), np.float32)


class Scored:
    """What the components share while one query is scored: columns and similarities."""

    def __init__(self, query: Query, columns: Columns) -> None:
        self.query = query
        self.columns = columns
        self.similarities = query.similarities(columns)
        self._made: dict[Callable[[Scored], Floats], Floats] = {}

    @cached_property
    def has_profile(self) -> NDArray[np.bool_]:
        """Which rows have an embedded text; bool (n,)."""
        first = self.columns.profile_vectors[: self.columns.n, 0]
        return np.asarray(first != 0)

    def relevance(self, query_column: int) -> Floats:
        """Return calibrated similarity of a text of the query with each organization, NaN without any text.

        The better of profile and offering counts; float32 (n,).
        """
        cosines = np.where(self.has_profile, self.similarities.profile[:, query_column], -np.inf).astype(np.float32)
        rows = self.columns.offering_row
        if len(rows):
            np.maximum.at(cosines, rows, self.similarities.offering[:, query_column])
        relevance = self.query.calibrated(cosines)
        relevance[np.isneginf(cosines)] = np.nan
        return relevance

    def once(self, compute: Callable[[Scored], Floats]) -> Floats:
        """Return what a function makes of this query, computing it the first time only."""
        if compute not in self._made:
            self._made[compute] = compute(self)
        return self._made[compute]

    @cached_property
    def brief_relevance(self) -> Floats:
        """Relevance to the brief as a whole."""
        return self.relevance(0)
