"""The columns: which arrays there are, their shapes, and what their values mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.columns.short import Short
from kb.organization import ClaimKind
from kb.vocabulary import Vocabulary, load_vocabulary

UNKNOWN, REJECTED, FULL = 0, 1, 255
"""A strength byte: 0 unknown, 1 known not to hold, 1..255 strength times confidence from 0 to 1."""

MINOR, CORE = 2, 3
"""A concern byte besides UNKNOWN and REJECTED."""

RELATION_CODES = ("parent_of", "funds", "regulates", "competitor_of", "partner_of", "member_of", "hosts", "founded")

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
Integers = NDArray[np.int64]


BREADTH = ((1, 1.0), (25, 0.8), (70, 0.7), (1_000, 0.55))
"""How much a place claim says about each of its countries: up to so many countries, this share."""


def breadth_share(countries: int) -> float:
    """Return how much "works in" a place of so many countries says about one of them."""
    return next(share for limit, share in BREADTH if countries <= limit)


def strength_byte(strength: float, confidence: float) -> int:
    """Pack strength times confidence (0..1) into 1..255."""
    return REJECTED + round(strength * confidence * (FULL - REJECTED))


STRENGTH = np.concatenate([[np.nan], np.arange(FULL) / (FULL - REJECTED)]).astype(np.float32)
"""Lookup from a strength byte to 0..1; NaN for unknown."""


@dataclass(frozen=True)
class Codes:
    """Row numbers of the vocabulary's codes in every claim matrix."""

    vocabulary: Vocabulary
    claims: Mapping[ClaimKind, Mapping[str, int]]
    countries: Mapping[str, int]
    sectors: Mapping[str, int]
    kinds: Mapping[str, int]
    industries: Mapping[str, int]

    @classmethod
    def of(cls, vocabulary: Vocabulary | None = None) -> Codes:
        """Give every code of a vocabulary its row. Identity codes count from 1; 0 is unknown."""
        vocabulary = vocabulary or load_vocabulary()
        countries = [code for code, place in vocabulary.places.items() if place.countries == {code}]
        claims = {
            kind: {
                code: row for row, code in enumerate(countries if kind is ClaimKind.PLACE else vocabulary.terms(kind))
            }
            for kind in ClaimKind
        }
        return cls(
            vocabulary,
            claims,
            {code: row for row, code in enumerate(countries, 1)},
            {code: row for row, code in enumerate(vocabulary.sectors, 1)},
            {code: row for row, code in enumerate(vocabulary.kinds, 1)},
            {code: row for row, code in enumerate(vocabulary.industries, 1)},
        )

    @property
    def signature(self) -> str:
        """Text that changes when a code is added, removed or moved."""
        return repr(
            [
                sorted((kind.value, *rows) for kind, rows in self.claims.items()),
                *map(list, (self.sectors, self.kinds, self.industries)),
            ]
        )


SHORTENED = ("profile_short", "engagement_short")


@dataclass
class Columns:
    """The snapshot in memory. `n` rows are in use of `capacity`; row r is one organization.

    Attributes
    ----------
    numbers : int64 (capacity,)
        The organization's number in the database, ascending over the rows in use.
    alive : bool (capacity,)
        False for removed and merged organizations.
    sector, kind, industry, country : uint8 or uint16 (capacity,)
        Codes of `Codes`; 0 unknown.
    claims : dict of ClaimKind to uint8 (codes, capacity)
        Strength bytes; for concerns UNKNOWN, REJECTED, MINOR or CORE.
    known : dict of ClaimKind to bool (capacity,)
        Whether anybody said anything of that kind.
    has_profile : bool (capacity,)
        Whether there is a text to compare with.
    profile_vectors : float32 (capacity, d)
        What an organization is and does; unit rows, zero rows where there is no text.
    profile_short : Short
        The same as bytes.
    offering_vectors : float32 (offerings, d)
        What it has and offers, in words of its own claims; only for those that have such words.
    offering_row : int64 (offerings,)
        The organization's row of each offering.
    engagement_numbers : int64 (engagements,)
        Their numbers in the database, ascending.
    engagement_vectors : float32 (engagements, d)
    engagement_short : Short
        The same as bytes.
    participant, engagement : int64 (participations,)
        Row of the organization and of the engagement, ordered by organization.
    subject, object_, relation : int64 (relations,)
        Rows of both sides and an index into RELATION_CODES.
    last_change : int
        The journal's number up to which the columns are true.
    fingerprint : str
        What that change was, to tell this database from another.
    """

    codes: Codes
    n: int
    last_change: int
    numbers: Integers
    alive: NDArray[np.bool_]
    sector: Bytes
    kind: Bytes
    industry: Bytes
    country: NDArray[np.uint16]
    claims: dict[ClaimKind, Bytes]
    known: dict[ClaimKind, NDArray[np.bool_]]
    has_profile: NDArray[np.bool_]
    profile_vectors: Floats
    profile_short: Short
    offering_vectors: Floats
    offering_row: Integers
    engagement_numbers: Integers
    engagement_vectors: Floats
    engagement_short: Short
    participant: Integers
    engagement: Integers
    subject: Integers
    object_: Integers
    relation: Integers
    fingerprint: str = field(default="", compare=False)
    _starts: tuple[Integers, Integers] | None = field(default=None, compare=False, repr=False)

    @classmethod
    def empty(cls, codes: Codes, capacity: int, dimension: int) -> Columns:
        """Allocate columns where everything is unknown."""
        return cls(
            codes=codes,
            n=0,
            last_change=0,
            numbers=np.zeros(capacity, np.int64),
            alive=np.zeros(capacity, np.bool_),
            sector=np.zeros(capacity, np.uint8),
            kind=np.zeros(capacity, np.uint8),
            industry=np.zeros(capacity, np.uint8),
            country=np.zeros(capacity, np.uint16),
            claims={kind: np.zeros((len(rows), capacity), np.uint8) for kind, rows in codes.claims.items()},
            known={kind: np.zeros(capacity, np.bool_) for kind in codes.claims},
            has_profile=np.zeros(capacity, np.bool_),
            profile_vectors=np.zeros((capacity, dimension), np.float32),
            profile_short=Short.empty(capacity, dimension),
            offering_vectors=np.zeros((0, dimension), np.float32),
            offering_row=np.zeros(0, np.int64),
            engagement_numbers=np.zeros(0, np.int64),
            engagement_vectors=np.zeros((0, dimension), np.float32),
            engagement_short=Short.empty(0, dimension),
            participant=np.zeros(0, np.int64),
            engagement=np.zeros(0, np.int64),
            subject=np.zeros(0, np.int64),
            object_=np.zeros(0, np.int64),
            relation=np.zeros(0, np.int64),
        )

    @property
    def capacity(self) -> int:
        """Rows allocated."""
        return len(self.numbers)

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self.profile_vectors.shape[1])

    def strengths(self, kind: ClaimKind, code: str) -> Floats:
        """Return 0..1 per row in use, NaN where unknown; float32 (n,)."""
        row = self.codes.claims[kind][code]
        return np.take(STRENGTH, self.claims[kind][row, : self.n])

    def row_of(self, number: int) -> int | None:
        """Return the row of an organization's number, None when it has none."""
        row = int(np.searchsorted(self.numbers[: self.n], number))
        return row if row < self.n and self.numbers[row] == number else None

    def offering_of(self, rows: Integers) -> Integers:
        """Return the place of each row's offering among the offerings, -1 where it has none; int64 (rows,)."""
        order = np.argsort(self.offering_row, kind="stable")
        place = np.searchsorted(self.offering_row, rows, sorter=order)
        found = order[np.minimum(place, len(order) - 1)] if len(order) else np.zeros(len(rows), np.int64)
        hit = self.offering_row[found] == rows if len(order) else np.zeros(len(rows), np.bool_)
        return np.asarray(np.where(hit, found, -1), np.int64)

    @property
    def participant_starts(self) -> Integers:
        """Where each organization's participations begin, for those that have any; int64 (organizations,)."""
        if self._starts is None or self._starts[0] is not self.participant:
            self._starts = (self.participant, np.flatnonzero(np.diff(self.participant, prepend=-1)))
        return self._starts[1]

    def participations(self, rows: slice | Integers) -> tuple[Integers, Integers]:
        """Return who took part in what: place among `rows`, row of the engagement; each int64 (participations,).

        The places ascend.
        """
        if isinstance(rows, slice):
            return self.participant, self.engagement
        first = np.searchsorted(self.participant, rows, "left")
        many = np.searchsorted(self.participant, rows, "right") - first
        within = np.arange(int(many.sum())) - np.repeat(np.cumsum(many) - many, many)
        return np.repeat(np.arange(len(rows)), many), self.engagement[np.repeat(first, many) + within]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Name every array, for saving."""
        named: dict[str, NDArray[Any]] = {
            name: getattr(self, name)
            for name in (
                "numbers",
                "alive",
                "sector",
                "kind",
                "industry",
                "country",
                "has_profile",
                "profile_vectors",
                "offering_vectors",
                "offering_row",
                "engagement_numbers",
                "engagement_vectors",
                "participant",
                "engagement",
                "subject",
                "object_",
                "relation",
            )
        }
        named |= {f"claim_{kind.value}": array for kind, array in self.claims.items()}
        named |= {f"known_{kind.value}": array for kind, array in self.known.items()}
        for name in SHORTENED:
            named |= {f"{name}_{part}": array for part, array in vars(getattr(self, name)).items()}
        return named

    @classmethod
    def from_arrays(cls, codes: Codes, n: int, last_change: int, named: Mapping[str, NDArray[Any]]) -> Columns:
        """Put saved arrays back together."""
        plain: dict[str, Any] = {
            name: array for name, array in named.items() if not name.startswith(("claim_", "known_", *SHORTENED))
        }
        for name in SHORTENED:
            plain[name] = Short(**{field.name: named[f"{name}_{field.name}"] for field in fields(Short)})
        return cls(
            codes=codes,
            n=n,
            last_change=last_change,
            claims={kind: named[f"claim_{kind.value}"] for kind in codes.claims},
            known={kind: named[f"known_{kind.value}"] for kind in codes.claims},
            **plain,
        )
