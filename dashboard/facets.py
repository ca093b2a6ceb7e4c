"""How many organizations a filter would leave: counts over the columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb.columns.layout import MINOR, REJECTED, Columns
from kb.organization import ClaimKind


@dataclass(frozen=True)
class Facets:
    """Organizations by code; codes that nobody has are left out."""

    organizations: int
    sectors: Mapping[str, int]
    countries: Mapping[str, int]
    capacities: Mapping[str, int]
    concerns: Mapping[str, int]


def count_facets(columns: Columns) -> Facets:
    """Count the living organizations by sector, country, capacity and concern."""
    alive = columns.alive[: columns.n]
    return Facets(
        organizations=int(alive.sum()),
        sectors=_by_code(columns.sector, columns.codes.sectors, alive),
        countries=_by_code(columns.country, columns.codes.countries, alive),
        capacities=_by_claim(columns, ClaimKind.CAPACITY, REJECTED + 1),
        concerns=_by_claim(columns, ClaimKind.CONCERN, MINOR),
    )


def _by_code(
    column: NDArray[np.uint8] | NDArray[np.uint16], codes: Mapping[str, int], alive: NDArray[np.bool_]
) -> dict[str, int]:
    counts = np.bincount(column[: len(alive)][alive], minlength=len(codes) + 1)
    return {code: int(counts[number]) for code, number in codes.items() if counts[number]}


def _by_claim(columns: Columns, kind: ClaimKind, least: int) -> dict[str, int]:
    alive = columns.alive[: columns.n]
    counts = ((columns.claims[kind][:, : columns.n] >= least) & alive).sum(axis=1)
    return {code: int(counts[row]) for code, row in columns.codes.claims[kind].items() if counts[row]}
