"""Concerns, ties and engagements of all organizations as arrays over the rows of the columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from kb.columns import Columns
from kb.knowledge_base import KnowledgeBase
from kb.organization import ClaimKind, ClaimStatus, ConcernRole
from kb.standing import ConcernRow, RelationRow, read_standing
from matcher.vetting.conditions import TIES, Field

Mask = NDArray[np.bool_]
Integers = NDArray[np.int64]
STATUSES = tuple(status for status in ClaimStatus if status is not ClaimStatus.REJECTED)
INFERRED = STATUSES.index(ClaimStatus.INFERRED)


@dataclass(frozen=True)
class Together:
    """Who took part in an engagement with somebody of whom something holds; bool (n,) each."""

    holds: Mask
    firm: Mask
    told: Mask


@dataclass(frozen=True)
class Ties:
    """The pairs of one tie: `other` stands in it to `here`; rows, int64 (pairs,)."""

    n: int
    here: Integers
    other: Integers
    firm: Mask

    @cached_property
    def told(self) -> Mask:
        """Rows of which any such tie is known; bool (n,)."""
        mask = np.zeros(self.n, np.bool_)
        mask[self.here] = True
        return mask

    def reach(self, wanted: Mask, firm: bool) -> Mask:
        """Return the rows tied to a wanted one, `firm` by ties that are not inferred; bool (n,)."""
        mask = np.zeros(self.n, np.bool_)
        if len(self.here):
            mask[self.here[wanted[self.other] & (self.firm | (not firm))]] = True
        return mask

    def closure(self, wanted: Mask, firm: bool) -> Mask:
        """Return the rows tied to a wanted one through any number of ties; bool (n,).

        A row does not reach itself: in a ring of owners, the way is walked to see who else is reached.
        """
        mask = self.reach(wanted, firm)
        while (grown := mask | self.reach(mask, firm)).sum() > mask.sum():
            mask = grown
        for row in np.flatnonzero(mask & wanted & self._in_ring):
            mask[row] = bool(wanted[list(self._beyond(int(row), firm))].any())
        return mask

    @cached_property
    def _in_ring(self) -> Mask:
        # Loading scipy's graphs takes longer than a ranking, and only rings of owners ask for them.
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        graph = coo_array((np.ones(len(self.here), np.bool_), (self.here, self.other)), shape=(self.n, self.n))
        _, ring = connected_components(graph, connection="strong")
        return np.asarray(np.bincount(ring)[ring] > 1)

    @cached_property
    def _others(self) -> Mapping[int, tuple[tuple[int, bool], ...]]:
        others: defaultdict[int, tuple[tuple[int, bool], ...]] = defaultdict(tuple)
        for here, other, firm in zip(self.here.tolist(), self.other.tolist(), self.firm.tolist(), strict=True):
            others[here] += ((other, firm),)
        return others

    def _beyond(self, start: int, firm: bool) -> set[int]:
        seen, frontier = {start}, [start]
        while frontier:
            frontier = [
                other
                for here in frontier
                for other, sure in self._others.get(here, ())
                if (sure or not firm) and other not in seen and not seen.add(other)  # type: ignore[func-returns-value]
            ]
        return seen - {start}


@dataclass(frozen=True)
class StandingTable:
    """Concerns and ties over the rows of the columns. Made once per change of the knowledge base.

    Attributes
    ----------
    claim_pair : int64 (claims,)
        Concern claims that hold: to which pair of organization and concern each belongs.
    claim_status : int64 (claims,)
        Index into STATUSES.
    claim_core, claim_roleless : bool (claims,)
        Of a main business; of nobody knows how large a part.
    pair_row, pair_code : int64 (pairs,)
        The organization's row, and the concern's row in the columns' claim matrix.
    pair_share : float64 (pairs,)
        Share of revenue; NaN where unknown.
    profiled : bool (n,)
        Whether anything beyond places is known.
    """

    columns: Columns
    claim_pair: Integers
    claim_status: Integers
    claim_core: Mask
    claim_roleless: Mask
    pair_row: Integers
    pair_code: Integers
    pair_share: NDArray[np.float64]
    profiled: Mask
    relations: Mapping[str, Ties]
    participations: tuple[Integers, Integers, Mask]

    @classmethod
    def of(cls, kb: KnowledgeBase, columns: Columns) -> Self:
        """Read what the columns leave out, and lay it over their rows."""
        standing = read_standing(kb)
        known = [columns.known[kind][: columns.n] for kind in columns.known if kind is not ClaimKind.PLACE]
        return cls(
            columns,
            *_concerns(columns, standing.concerns),
            profiled=np.logical_or.reduce(known),
            relations=_ties(columns, standing.relations),
            participations=_participations(columns, standing.soft_engagements),
        )

    @property
    def n(self) -> int:
        """Rows in use."""
        return self.columns.n

    @property
    def alive(self) -> Mask:
        """Rows of living organizations."""
        alive: Mask = self.columns.alive[: self.n]
        return alive

    @cached_property
    def claim_firm(self) -> Mask:
        """Claims that are not inferred."""
        firm: Mask = self.claim_status != INFERRED
        return firm

    def row_of(self, number: int) -> int | None:
        """Return the row of an organization's number."""
        return self.columns.row_of(number)

    def identity(self, field: Field) -> tuple[NDArray[Any], Mapping[str, int]]:
        """Return a column of identity codes (n,) and what they stand for; 0 is unknown."""
        codes = self.columns.codes
        columns: dict[Field, tuple[NDArray[Any], Mapping[str, int]]] = {
            "sector": (self.columns.sector, codes.sectors),
            "kind": (self.columns.kind, codes.kinds),
            "industry": (self.columns.industry, codes.industries),
            "country": (self.columns.country, codes.countries),
        }
        column, known = columns[field]
        return column[: self.n], known

    def concern_is(self, codes: Collection[str], statuses: Collection[ClaimStatus]) -> Mask:
        """Return which claims are of one of these concerns and statuses; bool (claims,)."""
        rows = self.columns.codes.claims[ClaimKind.CONCERN]
        of_code, of_status = np.zeros(len(rows), np.bool_), np.zeros(len(STATUSES), np.bool_)
        of_code[[rows[code] for code in codes if code in rows]] = True
        of_status[[STATUSES.index(status) for status in statuses if status in STATUSES]] = True
        found: Mask = of_code[self.pair_code[self.claim_pair]] & of_status[self.claim_status]
        return found

    def has_concern(self, code: str) -> Mask:
        """Return the rows of which a concern is on record, in whatever role; bool (n,)."""
        row = self.columns.codes.claims[ClaimKind.CONCERN].get(code, -1)
        return self.rows_with(self.pair_code == row)

    def pairs_with(self, claims: Mask) -> Mask:
        """Return the pairs that any of these claims belongs to; bool (pairs,)."""
        mask = np.zeros(len(self.pair_row), np.bool_)
        mask[self.claim_pair[claims]] = True
        return mask

    def rows_with(self, pairs: Mask) -> Mask:
        """Return the rows that any of these pairs belongs to; bool (n,)."""
        mask = np.zeros(self.n, np.bool_)
        mask[self.pair_row[pairs]] = True
        return mask

    def ties(self, name: str) -> Ties:
        """Return the pairs of a tie."""
        return self.relations[name]

    def together(self, holds: Mask, firm: Mask) -> Together:
        """Return who took part in an engagement with another row of which something holds."""
        participant, _, sure = self.participations
        told = np.zeros(self.n, np.bool_)
        told[participant] = True
        return Together(self._with_others(holds, np.ones_like(sure)), self._with_others(firm, sure), told)

    def _with_others(self, wanted: Mask, counted: Mask) -> Mask:
        participant, engagement, _ = self.participations
        mask = np.zeros(self.n, np.bool_)
        if len(engagement):
            own = wanted[participant] & counted
            count = np.bincount(engagement[own], minlength=int(engagement.max()) + 1)
            mask[participant[(count[engagement] - own > 0) & counted]] = True
        return mask


def _rows(columns: Columns, numbers: Iterable[int]) -> Integers:
    return np.searchsorted(columns.numbers[: columns.n], np.fromiter(numbers, np.int64)).astype(np.int64)


def _concerns(
    columns: Columns, concerns: Iterable[ConcernRow]
) -> tuple[Integers, Integers, Mask, Mask, Integers, Integers, NDArray[np.float64]]:
    codes = columns.codes.claims[ClaimKind.CONCERN]
    by_pair: defaultdict[tuple[int, str], list[ConcernRow]] = defaultdict(list)
    for row in concerns:
        if row.code in codes:
            by_pair[row.number, row.code].append(row)
    pairs: list[tuple[int, int, float]] = []
    claims: list[tuple[int, int, str | None]] = []
    for (number, code), listed in by_pair.items():
        rejected = any(row.status == ClaimStatus.REJECTED for row in listed)
        held = [row for row in listed if not rejected or row.status == ClaimStatus.CONFIRMED]
        if held:
            shares = [row.revenue_share for row in held if row.revenue_share is not None]
            claims += [(len(pairs), STATUSES.index(ClaimStatus(row.status)), row.role) for row in held]
            pairs.append((number, codes[code], max(shares, default=np.nan)))
    return (
        np.array([claim[0] for claim in claims], np.int64),
        np.array([claim[1] for claim in claims], np.int64),
        np.array([claim[2] == ConcernRole.CORE for claim in claims], np.bool_),
        np.array([claim[2] is None for claim in claims], np.bool_),
        _rows(columns, (pair[0] for pair in pairs)),
        np.array([pair[1] for pair in pairs], np.int64),
        np.array([pair[2] for pair in pairs], np.float64),
    )


def _ties(columns: Columns, relations: Iterable[RelationRow]) -> dict[str, Ties]:
    known = [row for row in relations if row.subject != row.object_]
    subject, object_ = _rows(columns, (row.subject for row in known)), _rows(columns, (row.object_ for row in known))
    kinds = np.array([row.kind for row in known], dtype=np.str_)
    firm = np.array([row.status != ClaimStatus.INFERRED for row in known], np.bool_)
    found = {}
    for name, tie in TIES.items():
        of_kind = kinds == tie.relation.value
        pairs = [(object_, subject)] if tie.other_is == "subject" else [(subject, object_)]
        if tie.other_is == "either":
            pairs.append((object_, subject))
        here = np.concatenate([pair[0][of_kind] for pair in pairs])
        other = np.concatenate([pair[1][of_kind] for pair in pairs])
        found[name] = Ties(columns.n, here, other, np.tile(firm[of_kind], len(pairs)))
    return found


def _participations(columns: Columns, soft: Mapping[int, str]) -> tuple[Integers, Integers, Mask]:
    pairs = np.unique(np.stack([columns.participant, columns.engagement]), axis=1)
    kept, sure = (np.ones(len(columns.engagement_numbers), np.bool_) for _ in range(2))
    for number, status in soft.items():
        at = int(np.searchsorted(columns.engagement_numbers, number))
        if at < len(kept) and columns.engagement_numbers[at] == number:
            kept[at], sure[at] = status != ClaimStatus.REJECTED, status != ClaimStatus.INFERRED
    pairs = pairs[:, kept[pairs[1]]] if pairs.size else pairs.reshape(2, 0)
    return pairs[0], pairs[1], sure[pairs[1]]
