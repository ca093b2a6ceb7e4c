"""Who decides: the name that decisions, replies and moves are recorded under."""

from __future__ import annotations

import streamlit as st

from dashboard.components.text import plain
from kb.organization import MAX_NAME
from kb.people import UNKNOWN, at_work

KEY = "person"


def person_field(label: str = "Your name") -> str:
    """Draw the name that is recorded with what is done here: of whoever signed in, or one to type."""
    person = at_work()
    if person.signed_in:
        with st.container(gap="xxsmall"):
            st.caption(label)
            st.markdown(f"**{plain(person.name)}**", help=f"Recorded as {plain(person.signature)}.")
        return person.signature
    st.session_state.setdefault(KEY, "" if person.name == UNKNOWN else person.name)
    given = st.text_input(
        label,
        key=KEY,
        persist_state="session",
        max_chars=min(MAX_NAME, 200),
        help="Every decision is kept with the name of whoever made it, and the time.",
    )
    return " ".join((given or "").split())
