"""One ranked organization as a card."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard.components.labels import need_badge, severity_badge, whereabouts
from dashboard.components.links import organization_link
from dashboard.components.text import percent, plain
from kb.vocabulary import Vocabulary
from matcher.explanation import sentence
from matcher.results import Candidate


def why(candidate: Candidate) -> str:
    """Return the one-sentence reason without the name that stands above it."""
    words = sentence(candidate).removeprefix(candidate.organization.name).lstrip(" :")
    return words[:1].upper() + words[1:]


def show_card(candidate: Candidate, vocabulary: Vocabulary, *, selected: bool, select: Callable[[str], None]) -> None:
    """Draw a candidate: who, how well it fits and how much of that is known, needs, flags, and why."""
    organization = candidate.organization
    state = "chosen" if selected else "card"
    with st.container(border=True, key=f"{state}_{candidate.rank}", gap="xsmall"):
        with st.container(horizontal=True, gap="small", wrap=False, key=f"head_{candidate.rank}"):
            with st.container(gap="xxsmall"):
                st.subheader(f"{candidate.rank}. {plain(organization.name)}", anchor=False)
                st.caption(plain(whereabouts(organization, vocabulary)))
            with st.container(
                width="content", key=f"score_{candidate.rank}", gap="xxsmall", horizontal_alignment="right"
            ):
                st.markdown(f"**{candidate.score:.0f}**", width="content")
                st.caption(f"{percent(candidate.coverage)} known", width="content")
        badges = [need_badge(need) for need in candidate.needs]
        badges += [severity_badge(flag.severity, flag.title) for flag in candidate.flags]
        if badges:
            st.markdown(" ".join(badges))
        st.caption(plain(why(candidate)))
        with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
            st.button(
                "Shown in detail" if selected else "Details",
                key=f"details_{organization.id}",
                on_click=select,
                args=(organization.id,),
                disabled=selected,
                help=None if selected else f"Why {plain(organization.name)} stands where it does",
            )
            organization_link(organization.id, "Profile")
