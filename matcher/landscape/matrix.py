"""How many organizations have which capacity, by sector and by country."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb.columns import Columns
from kb.columns.layout import REJECTED
from kb.organization import ClaimKind
from matcher.landscape.holding import Mask, names_place, said


@dataclass(frozen=True)
class CapacityMatrix:
    """Organizations by capacity and by something else.

    Attributes
    ----------
    capacities, others : tuple of str
        Codes of the rows and of the columns.
    counts : int64 (capacities, others)
        Organizations known to have the capacity.
    organizations, known : int64 (others,)
        All organizations of a column, and those of whom any capacity is known.
    """

    capacities: tuple[str, ...]
    others: tuple[str, ...]
    counts: NDArray[np.int64]
    organizations: NDArray[np.int64]
    known: NDArray[np.int64]


def by_sector(columns: Columns) -> CapacityMatrix:
    """Count capacities by sector, in the order of the vocabulary; sectors that nobody is in are left out."""
    masks = {code: in_sector(columns, code) for code in columns.codes.sectors}
    return _matrix(columns, {code: mask for code, mask in masks.items() if mask.any()})


def by_country(columns: Columns, most: int, works_there: bool = False) -> CapacityMatrix:
    """Count capacities by country, for the countries with the most organizations.

    Parameters
    ----------
    works_there : bool
        Count those that say they work in a country rather than those with their seat there; "worldwide" does not
        count.
    """
    rows = columns.codes.claims[ClaimKind.PLACE]
    alive = columns.alive[: columns.n]
    if works_there:
        masks = dict(zip(rows, names_place(columns, np.array(list(rows.values()))) & alive, strict=True))
    else:
        masks = {code: in_country(columns, code) for code in columns.codes.countries}
    totals = {code: int(np.count_nonzero(mask)) for code, mask in masks.items()}
    largest = sorted((code for code in masks if totals[code]), key=lambda code: -totals[code])
    return _matrix(columns, {code: masks[code] for code in largest[:most]})


def in_sector(columns: Columns, sector: str) -> Mask:
    """Return the living organizations of a sector; bool (n,)."""
    return np.asarray((columns.sector[: columns.n] == columns.codes.sectors[sector]) & columns.alive[: columns.n])


def in_country(columns: Columns, country: str, works_there: bool = False) -> Mask:
    """Return the living organizations with their seat in a country, or that name it as theirs; bool (n,)."""
    if works_there:
        found = names_place(columns, np.array([columns.codes.claims[ClaimKind.PLACE][country]]))[0]
    else:
        found = columns.country[: columns.n] == columns.codes.countries[country]
    return np.asarray(found & columns.alive[: columns.n])


def with_capacity(columns: Columns, capacity: str, among: Mask) -> NDArray[np.int64]:
    """Return the rows of those among some that are known to have a capacity, the strongest first; int64 (rows,)."""
    strength = said(columns, ClaimKind.CAPACITY, capacity)
    rows = np.flatnonzero(among & (strength > REJECTED))
    return np.asarray(rows[np.argsort(-strength[rows].astype(np.int64), kind="stable")], np.int64)


def _matrix(columns: Columns, masks: Mapping[str, Mask]) -> CapacityMatrix:
    held = columns.claims[ClaimKind.CAPACITY][:, : columns.n] > REJECTED
    known = columns.known[ClaimKind.CAPACITY][: columns.n]
    members = [np.flatnonzero(mask) for mask in masks.values()]
    capacities = tuple(columns.codes.claims[ClaimKind.CAPACITY])
    counts = np.array([held[:, rows].sum(axis=1) for rows in members], np.int64).reshape(-1, len(capacities)).T
    return CapacityMatrix(
        capacities,
        tuple(masks),
        counts,
        np.array([len(rows) for rows in members], np.int64),
        np.array([int(known[rows].sum()) for rows in members], np.int64),
    )
