"""Long work on the data page, and its figures: what is being done, how far it is, and a way to stop it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from kb.importing.parsed import Progress

EVERY_SECONDS = 0.15


def counted(count: int, thing: str, things: str = "") -> str:
    """Return a number with its noun, e.g. ``1 row`` or ``1,200 rows``."""
    return f"{count:,} {thing if count == 1 else things or thing + 's'}"


@contextmanager
def shown_progress(title: str, *, can_stop: str = "") -> Iterator[Progress]:
    """Show a status box with a bar while something runs; it goes away when that is done.

    Parameters
    ----------
    title : str
    can_stop : str
        What is said beside the button that ends the work half-way; no button when empty.
    """
    place = st.empty()
    key = title.replace(" ", "_").lower()
    with place.container(border=True, key=f"working_{key}"):
        bar = st.progress(0.0, text=title)
        if can_stop:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.button("Stop", key=f"stop_{key}")
                st.caption(can_stop)
    last = 0.0

    def report(what: str, done: int, total: int | None) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < EVERY_SECONDS:
            return
        last = now
        amount = f"{done:,} of {total:,}" if total else f"{done:,}" if done else ""
        bar.progress(min(done / total, 1.0) if total else 0.0, text=f"{what}: {amount}".rstrip(": "))

    try:
        yield report
    finally:
        place.empty()
