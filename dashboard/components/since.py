"""Who joined the first of a ranking since the person at work marked it as seen, and what changed meanwhile.

Looking records nothing: a mark is made with a button, under the name of whoever presses it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import streamlit as st

from dashboard.components.errors import errors_in_words
from dashboard.components.history import changed_fields
from dashboard.components.links import organization_link
from dashboard.components.person import changing
from dashboard.components.text import day, plain
from dashboard.state import Desk
from kb.brief import Brief
from kb.knowledge_base import KnowledgeBase
from kb.people import at_work
from kb.remembered import Remembered, Seen
from kb.roles import Permission
from matcher import Filters
from matcher.results import Candidate

FIRST = 50
BATCHES = 200
MARKED = "marked_as_seen"
WHAT_A_MARK_DOES = (
    f"Records, under your name, who the first {FIRST} are today. Whoever joins them later is marked New, with what "
    "changed. Looking at a ranking records nothing."
)


@dataclass(frozen=True)
class News:
    """What is new among the first of a brief's ranking, by its saved weights and without filters.

    Attributes
    ----------
    first : tuple of Candidate
        The first `FIRST`.
    seen : Seen or None
        What the person at work marked last; None before the first time.
    fresh : tuple of Candidate
        Those of the first that were not among them then; empty before the first time.
    left : int
        How many of those marked are no longer among the first.
    since : str
        What changed in the knowledge base meanwhile, in words.
    """

    first: tuple[Candidate, ...]
    seen: Seen | None
    fresh: tuple[Candidate, ...] = ()
    left: int = 0
    since: str = ""

    @property
    def ids(self) -> frozenset[str]:
        """The ids of those who are new."""
        return frozenset(candidate.organization.id for candidate in self.fresh)

    @property
    def changed(self) -> bool:
        """Whether a new mark would record anything."""
        return self.seen is None or bool(self.fresh or self.left)


def find_news(desk: Desk, brief: Brief) -> News:
    """Compare the first of a brief's ranking with those whom the person at work marked as seen."""
    first = desk.rank(brief, Filters(), desk.matcher.weights(brief), FIRST).candidates
    seen = Remembered.of(desk.kb).seen(brief.id)
    if seen is None:
        return News(first, None)
    now = {candidate.organization.id for candidate in first}
    fresh = tuple(candidate for candidate in first if candidate.organization.id not in seen.organizations)
    left = len(seen.organizations - now) + seen.gone
    return News(first, seen, fresh, left, _changes(desk.kb, brief, seen))


def _changes(kb: KnowledgeBase, brief: Brief, seen: Seen) -> str:
    batches = [batch for batch in kb.batches(BATCHES) if batch.number > seen.batch]
    edits = sum(change.batch.number > seen.batch for change in kb.history(brief.id, "brief"))
    counts: Mapping[str, int] = Counter(batch.kind for batch in batches)
    parts = [f"{number} {kind}{'s' if number > 1 else ''}" for kind, number in counts.items()]
    if len(batches) == BATCHES:
        parts = [f"{BATCHES} changes or more"]
    if edits:
        parts.append("the brief itself was changed")
    return ", ".join(parts)


def what_changed(kb: KnowledgeBase, organization_id: str, seen: Seen) -> str:
    """Say what changed in an organization's own profile since a mark."""
    changes = [change for change in kb.history(organization_id) if change.batch.number > seen.batch]
    if not changes:
        return "Nothing changed in its own profile: the brief did, or others moved"
    first, last = changes[0], changes[-1]
    if first.before is None:
        return f"Added on {day(first.batch.at.date())} by {first.batch.who}: {first.batch.label}"
    more = f" (and {len(changes) - 1} earlier)" if len(changes) > 1 else ""
    fields = changed_fields(last)
    return f"{fields[:1].upper()}{fields[1:]} changed on {day(last.batch.at.date())} by {last.batch.who}{more}"


def news_words(news: News) -> str:
    """Return the line about what is new, as Markdown."""
    if news.seen is None:
        return f"Mark the first {FIRST} as seen, and whoever joins them later is marked New."
    when = day(news.seen.at.date())
    if not news.changed:
        return f"Nobody new among the first {FIRST} since you marked them as seen on {when}."
    count = f"{len(news.fresh)} new" if news.fresh else "Nobody new"
    left = f"; {news.left} no longer there" if news.left else ""
    since = f"Meanwhile: {news.since}." if news.since else "Nothing changed in the knowledge base meanwhile."
    return f"**{count}** among the first {FIRST} since you marked them as seen on {when}{left}. {plain(since)}"


def show_news(desk: Desk, brief: Brief) -> frozenset[str]:
    """Draw who is new and the button that marks the first as seen; returns the ids of those who are new.

    Whoever may change nothing and has marked nothing sees none of it.
    """
    news = find_news(desk, brief)
    if not news.first or (news.seen is None and not at_work().may(Permission.CHANGE)):
        return frozenset()
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="since"):
        st.markdown(news_words(news), width="content")
        if news.changed:
            changing(st.button)(
                "Mark as seen",
                key="mark_seen",
                on_click=_mark,
                args=(desk, brief.id, [candidate.organization.id for candidate in news.first]),
                help=WHAT_A_MARK_DOES,
            )
        elif st.session_state.get(MARKED) == brief.id:
            st.button("Undo", key="undo_seen", on_click=_take_back, args=(desk, brief.id))
    if news.seen is not None and news.fresh:
        _show_fresh(desk.kb, news.fresh, news.seen)
    return news.ids


def _show_fresh(kb: KnowledgeBase, fresh: Sequence[Candidate], seen: Seen) -> None:
    box = st.expander(f"Who is new, and what changed ({len(fresh)})", key="who_is_new", on_change="rerun")
    if not box.open:
        return
    with box:
        for candidate in fresh:
            with st.container(gap="xxsmall", key=f"new_{candidate.rank}"):
                organization_link(candidate.organization.id, f"{candidate.rank}. {candidate.organization.name}")
                st.caption(plain(what_changed(kb, candidate.organization.id, seen)))


def _mark(desk: Desk, brief_id: str, organizations: Sequence[str]) -> None:
    with errors_in_words(stop=False):
        Remembered.of(desk.kb).mark_seen(brief_id, organizations)
        st.session_state[MARKED] = brief_id
        st.toast("Marked as seen. Whoever joins them is marked New from now on.")


def _take_back(desk: Desk, brief_id: str) -> None:
    with errors_in_words(stop=False):
        Remembered.of(desk.kb).take_back_seen(brief_id)
        st.session_state.pop(MARKED, None)


@contextmanager
def marked_new(candidate: Candidate, fresh: frozenset[str]) -> Iterator[None]:
    """Draw a badge over the card that is drawn inside, where its candidate is new."""
    if candidate.organization.id not in fresh:
        yield
        return
    with st.container(key=f"fresh_{candidate.rank}", gap=None):
        st.badge("New", color="green")
        yield
