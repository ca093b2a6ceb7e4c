"""White space: what nobody in a place is known to be able to lend to a cause, and who is nearest that could.

"Nobody known" is said only where somebody's capacities are known; where none are, nothing can be said.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from kb.columns import Columns
from kb.columns.layout import REJECTED
from kb.organization import ClaimKind
from kb.vocabulary import Vocabulary
from matcher.landscape.holding import Mask, holds, names_place, said

NEAREST = 3


class Standing(StrEnum):
    """How a capacity stands in a place, for a cause; the emptiest first."""

    NOT_KNOWN = "not_known"
    NOBODY = "nobody"
    OTHER_CAUSE = "other_cause"
    WIDER = "wider"
    ELSEWHERE = "elsewhere"
    HERE = "here"


@dataclass(frozen=True)
class Near:
    """Somebody outside who has what is missing: the row, and the smallest region shared with the place."""

    row: int
    region: str


@dataclass(frozen=True)
class Space:
    """One capacity in a place, for a cause.

    Attributes
    ----------
    code : str
    standing : Standing
    here : int
        Based in the place, known for the cause, and known to have it.
    elsewhere : int
        The same, but based elsewhere (or nobody knows where) and naming the place as one they work in.
    wider : int
        The same, but only saying that they work in a wider region, such as worldwide.
    other_cause : int
        Present in the place with it, but not known for the cause.
    said_not : int
        Present for the cause, and it is known that they do not have it.
    not_mentioned : int
        Present for the cause; capacities of theirs are known, and this one is not among them.
    unknown : int
        Present for the cause, and none of their capacities is known.
    needed : int
        Present in the place, and known to need it.
    nearest : tuple of Near
        Where nobody present for the cause has it: those outside who have it, the nearest first.
    """

    code: str
    standing: Standing
    here: int
    elsewhere: int
    wider: int
    other_cause: int
    said_not: int
    not_mentioned: int
    unknown: int
    needed: int
    nearest: tuple[Near, ...]


@dataclass(frozen=True)
class Presence:
    """Who is in a place.

    Attributes
    ----------
    based, working : bool (n,)
        With the seat in the place; with the seat elsewhere or unknown, and naming the place as theirs.
    wider : bool (n,)
        Neither, and working in a wider region that the place is part of.
    cause : bool (n,)
        Known for the cause, wherever; everybody when no cause is asked for.
    """

    based: Mask
    working: Mask
    wider: Mask
    cause: Mask

    @property
    def present(self) -> Mask:
        """Based in the place, or naming it; bool (n,)."""
        return self.based | self.working


def presence(columns: Columns, place: str, causes: Collection[str] = ()) -> Presence:
    """Return who is in a country or region, and who is known for any of some causes."""
    alive = columns.alive[: columns.n]
    countries = columns.codes.vocabulary.places[place].countries
    seats = [columns.codes.countries[code] for code in countries]
    based = np.isin(columns.country[: columns.n], seats) & alive
    codes = columns.codes.claims[ClaimKind.PLACE]
    named = names_place(columns, np.array([codes[code] for code in sorted(countries)]))
    working = named.any(axis=0) & alive & ~based
    wider = holds(columns, ClaimKind.PLACE, sorted(countries)) & alive & ~based & ~working
    cause = holds(columns, ClaimKind.CAUSE, causes) & alive if causes else alive.copy()
    return Presence(based, working, wider, cause)


def white_space(columns: Columns, place: str, causes: Collection[str] = ()) -> tuple[Space, ...]:
    """Return how every capacity stands in a place, the most needed gaps first.

    Parameters
    ----------
    place : str
        Code of a country or region.
    causes : collection of str
        A cause with those below it; any cause when empty.
    """
    where = presence(columns, place, causes)
    regions = regions_around(columns.codes.vocabulary, place)
    found = [_space(columns, capacity, where, regions) for capacity in columns.codes.claims[ClaimKind.CAPACITY]]
    emptiest = list(Standing)
    return tuple(sorted(found, key=lambda space: (emptiest.index(space.standing), -space.needed, -len(space.nearest))))


def _space(columns: Columns, capacity: str, where: Presence, regions: Mapping[str, frozenset[str]]) -> Space:
    word = said(columns, ClaimKind.CAPACITY, capacity)
    known = columns.known[ClaimKind.CAPACITY][: columns.n]
    has = (word > REJECTED) | holds(columns, ClaimKind.OFFER, [capacity])
    for_cause = where.present & where.cause
    here, elsewhere = has & where.based & where.cause, has & where.working & where.cause
    wider = has & where.wider & where.cause
    other = has & where.present & ~where.cause
    rest = for_cause & ~has
    unknown = rest & ~known
    missing = not (here.any() or elsewhere.any())
    return Space(
        code=capacity,
        standing=_standing((here, elsewhere, wider, other), for_cause & known),
        here=int(here.sum()),
        elsewhere=int(elsewhere.sum()),
        wider=int(wider.sum()),
        other_cause=int(other.sum()),
        said_not=int((rest & (word == REJECTED)).sum()),
        not_mentioned=int((rest & known & (word != REJECTED)).sum()),
        unknown=int(unknown.sum()),
        needed=int((holds(columns, ClaimKind.NEED, [capacity]) & where.present).sum()),
        nearest=_nearest(columns, has & ~where.present, word, where.cause, regions) if missing else (),
    )


def _standing(having: Sequence[Mask], known: Mask) -> Standing:
    levels = (Standing.HERE, Standing.ELSEWHERE, Standing.WIDER, Standing.OTHER_CAUSE)
    for standing, who in zip(levels, having, strict=True):
        if who.any():
            return standing
    return Standing.NOBODY if known.any() else Standing.NOT_KNOWN


def regions_around(vocabulary: Vocabulary, place: str) -> dict[str, frozenset[str]]:
    """Return the regions that contain a place, the smallest first, without the place itself."""
    inside = vocabulary.places[place].countries
    larger = [item for item in vocabulary.places.values() if item.countries > inside]
    return {item.code: item.countries for item in sorted(larger, key=lambda item: (len(item.countries), item.code))}


def _nearest(
    columns: Columns,
    has: Mask,
    strength: NDArray[np.uint8],
    cause: Mask,
    regions: Mapping[str, frozenset[str]],
) -> tuple[Near, ...]:
    """Return those with a seat in the smallest region around, those known for the cause and the strongest first."""
    found: list[Near] = []
    left = has.copy()
    for code, countries in regions.items():
        seats = [columns.codes.countries[country] for country in countries]
        inside = np.flatnonzero(left & np.isin(columns.country[: columns.n], seats))
        order = np.lexsort((inside, -strength[inside].astype(np.int64), ~cause[inside]))
        found += [Near(int(row), code) for row in inside[order][: NEAREST - len(found)]]
        left[inside] = False
        if len(found) == NEAREST:
            break
    return tuple(found)
