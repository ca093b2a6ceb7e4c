"""A brief made ready for scoring: its words encoded once, its similarities computed once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from kb.brief import Brief
from kb.columns import Columns
from kb.organization import ClaimKind, Organization
from kb.vocabulary import Vocabulary
from matcher.settings import Background
from matcher.similarity import AtMost, AtRows, Everywhere, Floats, Rows, Similarities

Made = TypeVar("Made")
Encode = Callable[[Sequence[str]], Floats]


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
    _made: dict[object, Any] = field(default_factory=dict, repr=False, compare=False)

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

    def once(self, compute: Callable[[Query], Made]) -> Made:
        """Return what a function makes of this query, computing it the first time only."""
        if compute not in self._made:
            self._made[compute] = compute(self)
        made: Made = self._made[compute]
        return made

    def calibrated(self, cosines: Floats) -> Floats:
        """Turn cosines into 0..1 between the model's unrelated and closely related texts."""
        low, high = self.background.unrelated, self.background.related
        scaled = (cosines - np.float32(low)) * np.float32(1 / (high - low))
        return np.asarray(np.clip(scaled, 0, 1, out=scaled), np.float32)


class Scored:
    """What the components share while one query is scored: columns, rows, similarities.

    A component's value must never fall when a similarity rises. So values at the highest possible similarities
    (`Scored.at_most`) bound the true ones from above, and only the rows whose bound reaches the top need
    their texts compared (`Scored.at`).

    Parameters
    ----------
    near : Similarities
    whole : Scored, optional
        The same query over all rows; itself when not given.

    Attributes
    ----------
    rows : slice or int64 (n,)
        The rows of the columns that are scored.
    n : int
        How many they are.
    """

    def __init__(self, query: Query, columns: Columns, near: Similarities, whole: Scored | None = None) -> None:
        self.query = query
        self.columns = columns
        self.near = near
        self.rows: Rows = near.rows
        self.n = columns.n if isinstance(near.rows, slice) else len(near.rows)
        self._whole = whole
        self._made: dict[tuple[object, ...], Any] = {}

    @classmethod
    def at_most(cls, query: Query, columns: Columns) -> Scored:
        """Score all rows as if every text were as close to the query as it can be, read as bytes."""
        return cls(query, columns, AtMost(columns, query.vectors))

    def everywhere(self) -> Scored:
        """Score all rows, comparing every text."""
        return Scored(self.query, self.columns, Everywhere(self.columns, self.query.vectors), self.whole)

    def at(self, rows: NDArray[np.int64]) -> Scored:
        """Score some rows, comparing their texts; int64 (m,) without repetitions."""
        return Scored(self.query, self.columns, AtRows(self.columns, self.query.vectors, rows), self.whole)

    def joined(self, more: NDArray[np.int64]) -> Scored:
        """Score further rows beside those of an `at`, comparing only their texts."""
        return Scored(self.query, self.columns, self._some().joined(more), self.whole)

    def taken(self, places: NDArray[np.int64]) -> Scored:
        """Score some rows of an `at`, by their place in it."""
        return Scored(self.query, self.columns, self._some().taken(places), self.whole)

    def _some(self) -> AtRows:
        if not isinstance(self.near, AtRows):
            raise TypeError("only what is scored at some rows can be joined and taken from")
        return self.near

    @property
    def whole(self) -> Scored:
        """The same query over all rows."""
        return self._whole or self

    def relevance(self, vector: int) -> Floats:
        """Return calibrated similarity of a text of the query with each organization, NaN without any text.

        The better of profile and offering counts; float32 (n,).
        """
        cosines = self.near.cosines(vector)
        relevance = self.query.calibrated(cosines)
        relevance[np.isneginf(cosines)] = np.nan
        return relevance

    def fit(self, vector: int) -> Floats:
        """Return the relevance, 0 without any text; float32 (n,)."""
        return self.query.calibrated(self.near.cosines(vector))

    def once(self, compute: Callable[..., Made], *key: int) -> Made:
        """Return what a function makes of this query (and a key), computing it the first time only.

        The arrays are shared: nobody may change them.
        """
        if (compute, *key) not in self._made:
            self._made[compute, *key] = compute(self, *key)
        made: Made = self._made[compute, *key]
        return made

    def strength_bytes(self, kind: ClaimKind, code: str) -> NDArray[np.uint8]:
        """Return strength bytes of a claim as `kb.columns.layout` packs them; uint8 (n,)."""
        row = self.columns.codes.claims[kind][code]
        return np.asarray(self.columns.claims[kind][row, self.rows])
