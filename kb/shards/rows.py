"""What a shard holds of an organization, read from the columnar snapshot and packed for bulk loading."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb.columns import Columns
from kb.columns.layout import REJECTED
from kb.knowledge_base import KnowledgeBase
from kb.organization import ClaimKind
from kb.shards.errors import ShardRowError

Floats = NDArray[np.float32]

LENGTH_TOLERANCE = 1e-3
READ = 5_000


@dataclass(frozen=True, eq=False)
class VectorRow:
    """One organization as a shard holds it.

    Attributes
    ----------
    number : int
        Its number in the knowledge base.
    capacities : tuple of str
        What it is said to have, sorted.
    vector : float32 (d,)
        What it is and does; of length 1.
    """

    number: int
    id: str
    name: str
    sector: str | None
    kind: str | None
    country: str | None
    capacities: tuple[str, ...]
    vector: Floats

    @property
    def fields(self) -> tuple[int, str, str, str | None, str | None, str | None, list[str], bytes]:
        """The values of the shard's columns, in their order; the vector in pgvector's binary form."""
        return (
            self.number,
            self.id,
            self.name,
            self.sector,
            self.kind,
            self.country,
            list(self.capacities),
            packed(self.vector),
        )


def packed(vector: Floats) -> bytes:
    """Return a vector as pgvector sends and receives it: length, a zero, big-endian floats."""
    return len(vector).to_bytes(2, "big") + b"\0\0" + vector.astype(">f4").tobytes()


def unpacked(value: bytes) -> Floats:
    """Return what `packed` packed; float32 (d,)."""
    return np.frombuffer(value, ">f4", offset=4).astype(np.float32)


def check(row: VectorRow, dimension: int) -> None:
    """Make sure that a row's vector can be searched exactly.

    Raises
    ------
    ShardRowError
        When it has another length, is not finite, or is not of length 1.
    """
    if row.vector.shape != (dimension,):
        raise ShardRowError(f"{row.id}: its vector has {row.vector.shape} numbers, the shards hold {dimension}")
    length = float(np.linalg.norm(row.vector))
    if not abs(length - 1) <= LENGTH_TOLERANCE:
        raise ShardRowError(f"{row.id}: its vector is of length {length:.4g}, not 1; divide it by its length")


def digest_of(rows: Sequence[VectorRow]) -> bytes:
    """Return a digest that changes when any value of any row does."""
    digest = hashlib.blake2b(digest_size=16)
    for row in rows:
        digest.update(repr((row.number, row.id, row.name, row.sector, row.kind, row.country, row.capacities)).encode())
        digest.update(np.ascontiguousarray(row.vector, np.float32).data)
    return digest.digest()


def rows_of(kb: KnowledgeBase, columns: Columns) -> Iterator[VectorRow]:
    """Read the organizations that have a text, by ascending number, from a snapshot and its knowledge base."""
    codes = columns.codes
    sectors, kinds, countries = (
        {row: code for code, row in at.items()} for at in (codes.sectors, codes.kinds, codes.countries)
    )
    capacities = np.array(list(codes.claims[ClaimKind.CAPACITY]), object)
    said = columns.claims[ClaimKind.CAPACITY]
    alive = np.flatnonzero(columns.alive[: columns.n] & columns.has_profile[: columns.n])
    for start in range(0, len(alive), READ):
        part = alive[start : start + READ]
        names = _names(kb, columns.numbers[part])
        for row in part:
            vector = np.asarray(columns.profile_vectors[row], np.float32)
            if not vector.any():
                continue
            number = int(columns.numbers[row])
            has = capacities[said[:, row] > REJECTED]
            yield VectorRow(
                number,
                *names[number],
                sectors.get(int(columns.sector[row])),
                kinds.get(int(columns.kind[row])),
                countries.get(int(columns.country[row])),
                tuple(sorted(has)),
                vector,
            )


def _names(kb: KnowledgeBase, numbers: NDArray[np.int64]) -> dict[int, tuple[str, str]]:
    query = f"SELECT number, id, name FROM organization WHERE number BETWEEN {numbers[0]} AND {numbers[-1]}"
    with kb.reading() as connection:
        return {number: (key, name) for number, key, name in connection.exec_driver_sql(query)}
