"""Workers in other processes, by Dask: the same parts, made elsewhere; a worker that dies loses nothing.

Dask sends functions and their arguments as pickles, so whoever can reach its scheduler or a worker can run code there.
That is a boundary of trust: only one's own processes may be on the inside. `dancecard bulk scheduler` and `dancecard
bulk worker` listen on 127.0.0.1 unless told otherwise; between machines use a private network and Dask's TLS.
"""

from __future__ import annotations

import importlib
import importlib.util
import uuid
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from kb.columns import TextEncoder
from matcher.bulk.parts import Make
from matcher.errors import MatcherError

CHUNK = 64
"""Texts that a worker encodes at a time: a batch of the model."""
WAIT = 10.0
"""Seconds that a scheduler and a first worker have to answer."""
RETRIES = 2
"""How often a part is tried again; that a worker died under it does not count."""


class ClusterError(MatcherError):
    """The cluster cannot be reached, or has nobody to work."""


def refuse_without_dask() -> None:
    """Make sure that Dask is installed.

    Raises
    ------
    ClusterError
        When it is not.
    """
    if importlib.util.find_spec("distributed") is None:
        raise ClusterError("Dask is not installed; install it with: pip install 'dancecard[cluster]'")


class Cluster:
    """The workers of one Dask scheduler.

    Parameters
    ----------
    address : str
        As the scheduler shows it, e.g. ``tcp://127.0.0.1:8786``.

    Raises
    ------
    ClusterError
        When Dask is not installed, nobody answers at the address, or no worker is there.
    """

    def __init__(self, address: str) -> None:
        refuse_without_dask()
        distributed: Any = importlib.import_module("distributed")
        try:
            self._client = distributed.Client(address, timeout=WAIT, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise ClusterError(
                f"no scheduler answers at {address} ({error}); start one with: dancecard bulk scheduler"
            ) from error
        self._as_completed = distributed.as_completed
        self._lost = distributed.scheduler.KilledWorker
        try:
            self._client.wait_for_workers(1, timeout=WAIT)
        except TimeoutError as error:
            self.close()
            raise ClusterError(
                f"no worker is at {address}; start some with: dancecard bulk worker {address}"
            ) from error

    def __enter__(self) -> Self:
        """Use it for a while."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take leave."""
        self.close()

    def close(self) -> None:
        """Take leave of the scheduler; it and its workers stay."""
        self._client.close()

    def make(self, make: Make, places: Sequence[int]) -> Iterator[tuple[int, str]]:
        """Yield each part with its place, as workers finish them.

        Raises
        ------
        ClusterError
            When several workers died one after the other under the same part.
        """
        run = uuid.uuid4().hex
        name = type(make).__name__
        futures = [self._client.submit(make, place, key=f"{name}-{run}-{place}", retries=RETRIES) for place in places]
        place_of = {future.key: place for future, place in zip(futures, places, strict=True)}
        try:
            for future, text in self._as_completed(futures, loop=self._client.loop, with_results=True):
                yield place_of[future.key], text
        except self._lost as error:
            raise ClusterError(f"workers died one after the other ({error}); what is done is kept") from error

    def encode(self, encoder: Callable[[], TextEncoder], texts: Sequence[str]) -> list[NDArray[np.float32]]:
        """Encode texts, some on each worker; returns their vectors in pieces, in order."""
        run = uuid.uuid4().hex
        pieces = [list(texts[start : start + CHUNK]) for start in range(0, len(texts), CHUNK)]
        futures = [
            self._client.submit(encode_piece, encoder, piece, key=f"encode-{run}-{place}", retries=RETRIES)
            for place, piece in enumerate(pieces)
        ]
        try:
            found: list[NDArray[np.float32]] = self._client.gather(futures)
        except self._lost as error:
            raise ClusterError(f"workers died one after the other ({error}); what is done is kept") from error
        return found


class ClusterEncoder:
    """Encodes on a cluster; stands where an encoder of this process would.

    Parameters
    ----------
    cluster : Cluster
    encoder : callable
        Makes the encoder, here for its key and there for the work.
    """

    def __init__(self, cluster: Cluster, encoder: Callable[[], TextEncoder]) -> None:
        self._cluster = cluster
        self._make = encoder
        here = encoder()
        self.key, self.dimension = here.key, here.dimension

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit rows, float32 (len(texts), dimension)."""
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        return np.concatenate(self._cluster.encode(self._make, texts))


@lru_cache(maxsize=1)
def _encoder(make: Callable[[], TextEncoder]) -> TextEncoder:
    return make()


def encode_piece(make: Callable[[], TextEncoder], texts: Sequence[str]) -> NDArray[np.float32]:
    """Encode some texts, on a worker; the model is loaded once in a process."""
    return _encoder(make).encode(texts)
