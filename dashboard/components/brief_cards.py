"""Briefs as cards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st

from dashboard.components.links import brief_link, partners_link
from dashboard.components.text import badge, plain, shorten
from kb.brief import Brief
from kb.knowledge_base import KnowledgeBase
from kb.vocabulary import Vocabulary

ACROSS = 3
SHOWN_NEEDS = 4


def latest_first(kb: KnowledgeBase, examples_by: str) -> tuple[list[Brief], list[Brief]]:
    """Return briefs that people saved, newest first, and untouched examples by title."""
    dated: list[tuple[datetime, Brief]] = []
    examples: list[Brief] = []
    for brief in kb.briefs():
        changes = kb.history(brief.id, "brief")
        if changes and changes[-1].batch.who == examples_by:
            examples.append(brief)
        else:
            dated.append((changes[-1].batch.at if changes else datetime.min.replace(tzinfo=UTC), brief))
    dated.sort(key=lambda pair: str(pair[0]), reverse=True)
    return [brief for _, brief in dated], examples


def show_brief_cards(briefs: Sequence[Brief], vocabulary: Vocabulary) -> None:
    """Draw briefs as cards, each leading to its ranking."""
    for start in range(0, len(briefs), ACROSS):
        for place, brief in zip(st.columns(ACROSS), briefs[start : start + ACROSS], strict=False):
            with place, st.container(border=True, height="stretch", gap="small", key=f"brief_{brief.id}"):
                st.subheader(plain(brief.title), anchor=False)
                st.caption(plain(shorten(brief.behaviour or brief.context, 150)))
                st.markdown(" ".join(_badges(brief, vocabulary)))
                with st.container(horizontal=True, gap="medium"):
                    partners_link(brief.id, "See partners", icon=":material/arrow_forward:")
                    brief_link(brief.id, "Edit")


def _badges(brief: Brief, vocabulary: Vocabulary) -> list[str]:
    places = [badge(vocabulary.places[code].label, "gray") for code in brief.places[:2] if code in vocabulary.places]
    lendable = vocabulary.lendable
    ranked = sorted(brief.needs, key=lambda need: -need.importance)
    needs = [badge(lendable[need.code].label, "green") for need in ranked[:SHOWN_NEEDS] if need.code in lendable]
    more = [badge(f"+{len(ranked) - SHOWN_NEEDS}", "gray")] if len(ranked) > SHOWN_NEEDS else []
    return places + needs + more
