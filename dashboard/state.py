"""What outlives a rerun: the matcher, its columns, and the answers that were just given."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from typing import Any, TypeVar

import streamlit as st

from dashboard.components.errors import errors_in_words
from dashboard.components.waiting import Waiting
from dashboard.facets import Facets, count_facets
from dashboard.launch import ADDRESS_VARIABLE
from dashboard.settling import freeze
from kb.brief import Brief
from kb.knowledge_base import KnowledgeBase
from kb.vocabulary import Vocabulary
from matcher import Filters, Matcher, Ranking, open_matcher
from matcher.diagnosis import Diagnosis, diagnose
from matcher.results import Lift, SearchHit
from matcher.selection import Prepared

Answer = TypeVar("Answer")
Beside = TypeVar("Beside")
REMEMBERED = 24


class Recent:
    """The last few answers by question, the oldest forgotten first."""

    def __init__(self, size: int = REMEMBERED) -> None:
        self._size = size
        self._answers: OrderedDict[Hashable, Any] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Answer]) -> Answer:
        """Return the answer to `key`, worked out by `make` when it is not remembered."""
        if key not in self._answers:
            self._answers[key] = make()
            while len(self._answers) > self._size:
                self._answers.popitem(last=False)
        self._answers.move_to_end(key)
        found: Answer = self._answers[key]
        return found

    def __contains__(self, key: Hashable) -> bool:
        """Whether the answer to `key` is remembered."""
        return key in self._answers


class Desk:
    """The matcher of one knowledge base, shared by all sessions; one question at a time."""

    def __init__(self, matcher: Matcher) -> None:
        self.matcher = matcher
        self.lock = threading.RLock()
        self._prepared = Recent(8)
        self._answers = Recent()
        self._warm = False
        self._beside: dict[object, Any] = {}
        self._placing = threading.RLock()

    def beside(self, make: Callable[[Desk], Beside]) -> Beside:
        """Return what `make` builds on this desk, made the first time only; all sessions share it."""
        with self._placing:
            if make not in self._beside:
                self._beside[make] = make(self)
            found: Beside = self._beside[make]
            return found

    @property
    def kb(self) -> KnowledgeBase:
        """The knowledge base."""
        return self.matcher.kb

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary in force."""
        return self.matcher.vocabulary

    def refresh(self) -> int:
        """Bring the columns up to date, with a progress bar when that takes a while; returns their version."""
        with self.lock, Waiting() as waiting:
            columns = self.matcher.columns(waiting.progress)
        if not self._warm:
            self._warm = True
            freeze()
        return columns.last_change

    def facets(self) -> Facets:
        """Return how many organizations there are by sector, country, capacity and concern."""
        with self.lock:
            columns = self.matcher.columns()
            return self._answers.get(("facets", columns.last_change), lambda: count_facets(columns))

    def prepare(self, brief: Brief) -> Prepared:
        """Return a brief scored over all organizations."""
        version = self.refresh()
        key = (brief.model_dump_json(), version)
        with self.lock:
            if key in self._prepared:
                return self._prepared.get(key, lambda: self.matcher.prepare(brief))
            with st.spinner("Reading the brief…"):
                return self._prepared.get(key, lambda: self.matcher.prepare(brief))

    def rank(self, brief: Brief, filters: Filters, weights: Mapping[str, float], count: int) -> Ranking:
        """Return the ranking; only weighs anew when just weights or filters changed."""
        prepared = self.prepare(brief)
        version = prepared.change
        key = (brief.model_dump_json(), version, filters, tuple(sorted(weights.items())), count)
        with self.lock:
            return self._answers.get(
                key, lambda: self.matcher.rank(prepared, count=count, filters=filters, weights=weights)
            )

    def lifts(
        self, brief: Brief, organization_id: str, rank: int, filters: Filters, weights: Mapping[str, float]
    ) -> tuple[Lift, ...]:
        """Return what would lift a candidate to a rank."""
        prepared = self.prepare(brief)
        version = prepared.change
        asked = (organization_id, rank, filters, tuple(sorted(weights.items())))
        with self.lock:
            return self._answers.get(
                ("lifts", brief.model_dump_json(), version, asked),
                lambda: self.matcher.counterfactuals(
                    prepared, organization_id, rank=rank, filters=filters, weights=weights
                ),
            )

    def diagnose(self, brief: Brief) -> tuple[Diagnosis, ...]:
        """Return how the programme stands to every capacity, missing ones first."""
        known = self.kb.get_many([brief.seeker.organization_id]) if brief.seeker.organization_id else []
        return diagnose(brief, known[0] if known else None, self.vocabulary)

    def search(self, text: str, count: int = 20) -> tuple[SearchHit, ...]:
        """Find organizations by words and meaning."""
        version = self.refresh()
        with self.lock:
            return self._answers.get(("search", text, count, version), lambda: self.matcher.search(text, count))


@st.cache_resource(show_spinner="Opening the knowledge base…")
def _desk(address: str) -> Desk:
    return Desk(open_matcher(address or None))


def shared_desk() -> Desk:
    """Return the desk of the knowledge base that the dashboard was started on, its columns as they are."""
    return _desk(os.environ.get(ADDRESS_VARIABLE, ""))


def open_desk() -> Desk:
    """Return the desk of the knowledge base that the dashboard was started on, ready to answer."""
    with errors_in_words():
        desk = shared_desk()
        desk.refresh()
    return desk
