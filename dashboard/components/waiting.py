"""A progress bar that appears only when the work takes a while."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

PATIENCE = 0.4
MANY = 200


class Waiting:
    """Shows what is being done, from the moment that it has lasted `PATIENCE` seconds until it ends."""

    def __init__(self) -> None:
        self._since = time.monotonic()
        self._place: DeltaGenerator | None = None

    def __enter__(self) -> Self:
        """Start waiting."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bar away."""
        if self._place is not None:
            self._place.empty()

    def progress(self, what: str, done: int, total: int | None) -> None:
        """Note progress: what is being done, and how much of it."""
        if self._place is None and time.monotonic() - self._since < PATIENCE and (total or 0) < MANY:
            return
        if self._place is None:
            self._place = st.empty()
        amount = f"{done:,} of {total:,}" if total else f"{done:,}"
        share = min(done / total, 1.0) if total else 0.0
        self._place.progress(share, text=f"{what}: {amount}. This happens once; later starts take a moment.")
