"""Who decides: the name that decisions, replies and moves are recorded under."""

from __future__ import annotations

import streamlit as st

from kb.organization import MAX_NAME
from kb.people import UNKNOWN, current_user

KEY = "person"


def person_field(label: str = "Your name") -> str:
    """Draw the name that is recorded with what is done here; the login name until another is given."""
    known = current_user()
    st.session_state.setdefault(KEY, "" if known == UNKNOWN else known)
    given = st.text_input(
        label,
        key=KEY,
        persist_state="session",
        max_chars=min(MAX_NAME, 200),
        help="Every decision is kept with the name of whoever made it, and the time.",
    )
    return " ".join((given or "").split())
