"""Sparing the collection of garbage what is there to stay."""

from __future__ import annotations

import gc
import threading

import streamlit as st

FIRST = 8
"""After how many reruns the modules of the pages and the first answers are there."""


def freeze() -> None:
    """Take everything that is alive out of the collection of garbage."""
    gc.collect()
    gc.freeze()


class Settling:
    """Takes what has gathered out of the collection of garbage, at every doubling of the reruns.

    Streamlit collects all garbage after every rerun, which walks over everything that is not frozen: once the modules
    of all pages are loaded, that takes longer than the page. What is frozen is never freed when it goes in a cycle;
    doubling keeps that to a few live sessions.
    """

    def __init__(self, first: int = FIRST) -> None:
        self._lock = threading.Lock()
        self._reruns = 0
        self._next = first

    def rerun(self) -> bool:
        """Count a rerun; returns whether it was one after which everything was frozen."""
        with self._lock:
            self._reruns += 1
            if self._reruns < self._next:
                return False
            self._next *= 2
        freeze()
        return True


@st.cache_resource(show_spinner=False)
def _settling() -> Settling:
    return Settling()


def settle_memory() -> None:
    """Count a rerun, of whatever page."""
    _settling().rerun()
