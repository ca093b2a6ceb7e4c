"""Work that takes a while, so that a worker can be killed in the middle of it; workers import it by name."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from matcher.bulk.pair_file import PairParts
from tests.conftest import TinyEncoder


class SlowEncoder(TinyEncoder):
    """Takes a while over every piece, and notes in a file of its process that it is at work."""

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        with contextlib.suppress(KeyError):
            (Path(os.environ["AT_WORK"]) / str(os.getpid())).touch()
        time.sleep(0.5)
        return super().encode(texts)


class SlowPairs(PairParts):
    """Takes a while over every part, and notes in a file of its process that it is at work."""

    def __call__(self, place: int) -> str:
        with contextlib.suppress(KeyError):
            (Path(os.environ["AT_WORK"]) / str(os.getpid())).touch()
        time.sleep(0.5)
        return super().__call__(place)
