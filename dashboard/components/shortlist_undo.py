"""Taking back what was just done on a shortlist."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.components.errors import errors_in_words
from dashboard.components.text import plain
from kb.knowledge_base import KnowledgeBase

JUST_DONE = "shortlist_done"
REASON = "Taken back straight away."


def remember(brief_id: str, organization_ids: Sequence[str], words: str) -> None:
    """Keep what was just done, so that it can be taken back."""
    st.session_state[JUST_DONE] = (brief_id, tuple(organization_ids), words)


def show_undo(kb: KnowledgeBase, brief_id: str, who: str) -> None:
    """Draw what was just done, with the button that takes it back."""
    done = st.session_state.get(JUST_DONE)
    if done is None or done[0] != brief_id:
        return
    with st.container(horizontal=True, vertical_alignment="center", border=True, key="undo_shortlist"):
        st.markdown(plain(done[2]))
        st.button("Undo", on_click=_undo, args=(kb, brief_id, done[1], who))


def _undo(kb: KnowledgeBase, brief_id: str, organization_ids: Sequence[str], who: str) -> None:
    with errors_in_words(stop=False):
        for key in organization_ids:
            kb.casework.take_back(brief_id, key, REASON, who=who or None)
        st.session_state.pop(JUST_DONE, None)
        st.toast("Taken back. The trail keeps both.")
