"""What is known before the test window, as matrices: texts, who took part, with whom, from where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags

from matcher.evaluation.partners_data import Indices, TrackRecords, Words
from matcher.evaluation.partners_masking import NameMask
from matcher.evaluation.partners_split import PartnerQuery, Split
from matcher.evaluation.partners_text import Floats, TermSpace, TopicSpace, code_terms

YEAR = 365.0


def reading_text(records: TrackRecords, engagement: int) -> str:
    """Return title and text of an engagement, as they are encoded."""
    return f"{records.titles[engagement]}. {records.texts[engagement]}"


@dataclass(frozen=True)
class QueryText:
    """A query's words with names masked: `reading` is title and text, `full` adds keywords and topic."""

    reading: str
    keywords: str

    @property
    def full(self) -> str:
        """All the words."""
        return f"{self.reading} {self.keywords}"


def query_texts(records: TrackRecords, queries: Sequence[PartnerQuery]) -> list[QueryText]:
    """Return the masked texts of queries: names of the engagement's own organizations and all longer known names."""
    mask = NameMask(records.names)
    texts = []
    for query in queries:
        members = records.organization[records.rows_of(query.engagement)]
        own = [name for member in members for name in records.short_names[member]]
        texts.append(
            QueryText(
                mask.apply(reading_text(records, query.engagement), own),
                mask.apply(records.keywords[query.engagement], own),
            )
        )
    return texts


@dataclass(frozen=True)
class Knowledge:
    """Matrices over the known engagements (k), all their organizations (o) and the candidates (c).

    Attributes
    ----------
    words, phrases, programmes, classifications : term spaces
    topics : TopicSpace
    vectors : float32 (k, dimension), or None without an encoder
    members : sparse (k, o)
    took_part : sparse (k, c)
    sizes : float32 (k,), organizations per engagement
    ages : float32 (k,), years before the window
    name_words : sparse (c, n_terms), candidates' names in the space of words
    family : TermSpace of the candidates' names
    country, city : NDArray, str (c,), the latest reported
    place : float32 (c, 2), latitude and longitude in degrees, the latest reported; NaN where unknown
    """

    split: Split
    words: TermSpace
    phrases: TermSpace
    topics: TopicSpace
    programmes: TermSpace
    classifications: TermSpace
    vectors: Floats | None
    members: csr_matrix
    took_part: csr_matrix
    sizes: Floats
    ages: Floats
    name_words: csr_matrix
    family: TermSpace
    country: Words
    city: Words
    place: NDArray[np.float32]

    @classmethod
    def fit(cls, records: TrackRecords, split: Split, vectors: Floats | None) -> Knowledge:
        """Fit on the known engagements alone."""
        known = split.known
        full = [f"{reading_text(records, k)} {records.keywords[k]}" for k in known]
        words = TermSpace.fit(full)
        members = _members(records, known)
        names = [records.names[c] for c in split.candidates]
        ages = (split.today - records.dates[known]) / np.timedelta64(1, "D") / YEAR
        latest = _latest(records, split)
        return cls(
            split,
            words,
            TermSpace.fit(full, longest=2),
            TopicSpace.fit(words),
            TermSpace.fit([records.programmes[k] for k in known], analyzer=code_terms),
            TermSpace.fit([records.classifications[k] for k in known], analyzer=code_terms),
            vectors,
            members,
            members[:, split.candidates].tocsr(),
            np.asarray(members.sum(axis=1), np.float32).ravel(),
            np.nan_to_num(ages.astype(np.float32), nan=0.0),
            words.transform(names),
            TermSpace.fit(names, analyzer=family_terms),
            records.country[latest],
            records.city[latest],
            records.place[latest],
        )

    @cached_property
    def by_candidate(self) -> csr_matrix:
        """Sparse (c, k): `took_part` the other way round."""
        return self.took_part.T.tocsr()

    @cached_property
    def shares(self) -> csr_matrix:
        """Sparse (k, o): `members` divided by the engagement's size, so that a big consortium ties less."""
        return (diags(1.0 / np.maximum(self.sizes, 2.0)) @ self.members).tocsr().astype(np.float32)

    @cached_property
    def engagements(self) -> Floats:
        """Number of known engagements of each candidate, float32 (c,)."""
        return np.asarray(self.took_part.sum(axis=0), np.float32).ravel()


def family_terms(name: str) -> list[str]:
    """Return the words of a name that could tie a family of organizations together."""
    return [word for word in name.casefold().split() if len(word) > 2]


def _members(records: TrackRecords, known: Indices) -> csr_matrix:
    position = np.full(len(records.ids), -1, np.int64)
    position[known] = np.arange(len(known))
    rows = np.flatnonzero(position[records.engagement] >= 0)
    where = (position[records.engagement[rows]], records.organization[rows])
    return csr_matrix((np.ones(len(rows), np.float32), where), shape=(len(known), len(records.organization_ids)))


def _latest(records: TrackRecords, split: Split) -> Indices:
    """Return the row of each candidate's latest known engagement, int (c,)."""
    known = np.isin(records.engagement, split.known)
    rows = np.flatnonzero(known & np.isin(records.organization, split.candidates))
    rows = rows[np.argsort(records.dates[records.engagement[rows]], kind="stable")]
    last: NDArray[np.int64] = np.zeros(len(records.organization_ids), np.int64)
    last[records.organization[rows]] = rows
    return np.asarray(last[split.candidates])
