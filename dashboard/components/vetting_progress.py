"""Progress of long vetting, with a way to stop it."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

import streamlit as st

SHOW_EVERY = 0.25


class Working:
    """Shows what is being done while it lasts. Stopping is a rerun: the next report of progress ends the work.

    Parameters
    ----------
    label : str
        What is being done, e.g. ``Vetting 200 names``.
    """

    def __init__(self, label: str) -> None:
        self._label = label
        self._place = st.empty()
        self._last = 0.0

    def __enter__(self) -> Self:
        """Draw the bar, and the button that stops the work."""
        with self._place.container(border=True, key="working"):
            st.markdown(f"**{self._label}**")
            self._bar = st.progress(0.0, text="Beginning…")
            st.button("Stop", key="stop_working", help="Nothing is recorded of work that was stopped.")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bar away."""
        self._place.empty()

    def progress(self, what: str, done: int, total: int | None) -> None:
        """Note progress: what is being done, and how much of it."""
        now = time.monotonic()
        if now - self._last < SHOW_EVERY and done != total:
            return
        self._last = now
        share = min(done / total, 1.0) if total else 0.0
        amount = f": {done:,} of {total:,}" if total else ""
        self._bar.progress(share, text=f"{what[:1].upper()}{what[1:]}{amount}")
