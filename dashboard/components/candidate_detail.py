"""One candidate in detail: points, needs with evidence, the exchange, flags, and what would change its rank."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from dashboard.components.charts import contribution_chart, draw
from dashboard.components.errors import errors_in_words
from dashboard.components.evidence import show_reasons
from dashboard.components.labels import need_badge, severity_badge, whereabouts
from dashboard.components.ledger import show_ledger
from dashboard.components.ledger_terms import show_terms
from dashboard.components.links import organization_link
from dashboard.components.palette import ink
from dashboard.components.power import show_power
from dashboard.components.text import clean, link, percent, plain, points, safe_url
from dashboard.partnering_desk import open_partnering
from kb.brief import Brief
from kb.vocabulary import Vocabulary
from matcher.results import Candidate, Contribution, Lift

Lifts = Callable[[int], tuple[Lift, ...]]


@st.fragment
def show_detail(candidate: Candidate, brief: Brief, vocabulary: Vocabulary, lifts: Lifts) -> None:
    """Draw everything that is known about why a candidate stands where it does."""
    organization = candidate.organization
    st.header(plain(organization.name), anchor=False)
    st.caption(plain(whereabouts(organization, vocabulary)))
    st.markdown(
        f"Rank **{candidate.rank}** · score **{candidate.score:.0f}** of 100 · "
        f"{percent(candidate.coverage)} of the weight is known"
    )
    with st.container(horizontal=True, gap="medium"):
        organization_link(organization.id, "Open the profile")
        if organization.website and safe_url(organization.website):
            st.markdown(link("Website", organization.website))
    flags = f"Flags ({len(candidate.flags)})"
    tabs = st.tabs(["Why", "Needs", "Exchange", flags, "What if"], key=f"tabs_{organization.id}", on_change="rerun")
    shows: list[Callable[[], None]] = [
        lambda: _show_why(candidate),
        lambda: _show_needs(candidate),
        lambda: _show_exchange(candidate, brief),
        lambda: _show_flags(candidate),
        lambda: _show_lifts(candidate, lifts),
    ]
    for tab, show in zip(tabs, shows, strict=True):
        with tab:
            if tab.open:
                show()


def _show_why(candidate: Candidate) -> None:
    st.subheader("Where the points come from", anchor=False)
    name = clean(candidate.organization.name)
    draw(
        contribution_chart(candidate.contributions, ink()),
        f"Bar chart of what each component adds to the score of {name}; the same points are listed below.",
    )
    for item in candidate.contributions:
        if item.weight > 0 or item.points:
            _show_contribution(item)


def _show_contribution(item: Contribution) -> None:
    if item.value is None and item.weight > 0:
        st.markdown(f"**{plain(item.label)}** · not assessed  \n:small[{plain(item.note)}]")
        return
    amount = points(item.points)
    if item.value is None:
        st.markdown(f"**{plain(item.label)}** · {amount} points  \n:small[{plain(item.note)}]")
        return
    with st.expander(f"**{plain(item.label)}** · {amount} points", key=f"part_{item.component}"):
        st.caption(f"Value {percent(item.value)}, weight {percent(item.weight)} of all that the brief asks.")
        if item.note:
            st.caption(plain(item.note))
        show_reasons(item.reasons)
        if not item.reasons:
            st.caption("No single fact stands behind this: it rests on how alike the texts are, or on what is absent.")


def _show_needs(candidate: Candidate) -> None:
    st.subheader("Your needs, and what answers them", anchor=False)
    if not candidate.needs:
        st.caption("The brief names no need. Add what the programme lacks to the brief.")
    for need in candidate.needs:
        st.markdown(need_badge(need))
        if need.reasons:
            show_reasons(need.reasons)
        elif need.strength is None:
            st.caption(
                "Nothing is known of its capacities. That is not a no: ask, and add what you learn to the profile."
            )
        else:
            st.caption("Its known capacities do not include this one.")


def _show_exchange(candidate: Candidate, brief: Brief) -> None:
    key = f"exchange_{candidate.organization.id}"
    with errors_in_words(stop=False):
        found = open_partnering().exchange(brief, candidate.organization.id)
        show_ledger(found.ledger, key)
        st.subheader("Who depends on whom", anchor=False)
        show_power(found.power, found.ledger, key)
        st.subheader("Terms", anchor=False)
        show_terms(found.terms, f"{key}_terms")


def _show_flags(candidate: Candidate) -> None:
    st.subheader("To look into before any approach", anchor=False)
    if not candidate.flags:
        st.caption("No flag is known. That does not mean that it is clear: it has not been vetted.")
    for flag in candidate.flags:
        st.markdown(f"{severity_badge(flag.severity, flag.title)}  \n{plain(flag.text)}")
        show_reasons(flag.reasons)
    st.caption("A flag never changes a score.")


def _show_lifts(candidate: Candidate, lifts: Lifts) -> None:
    st.subheader("What would change this", anchor=False)
    if candidate.rank == 1:
        st.caption("It is first already.")
        return
    target = 1 if candidate.rank <= 5 else 5
    with errors_in_words(stop=False), st.spinner("Trying small changes…"):
        _show_changes(lifts(target), target)


def _show_changes(found: Sequence[Lift], target: int) -> None:
    if not found:
        st.caption(f"No small change would bring it to rank {target}.")
    for side, words in (("candidate", "Facts about it"), ("seeker", "Changes to your brief")):
        mine = [lift for lift in found if lift.by == side]
        if mine:
            st.markdown(f"**{words}**")
            st.markdown("\n".join(_lift_line(lift) for lift in mine))


def _lift_line(lift: Lift) -> str:
    changes = " and ".join(plain(change) for change in lift.changes)
    return f"- {changes}: rank **{lift.rank}**, score {lift.score:.0f}"
