"""The table: which kinds of stakeholder are represented, who is missing, and whom to ask."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from dashboard.components.evidence import show_reasons
from dashboard.components.labels import status_badge
from dashboard.components.links import organization_link
from dashboard.components.text import badge, plain
from matcher.coalition import Holder, Seat

Invite = Callable[[str], None]


def show_seats(seats: Sequence[Seat], invite: Invite) -> None:
    """Draw the missing seats first, then those who may oppose, then the seats that are taken."""
    partners = [seat for seat in seats if seat.partner]
    missing = [seat for seat in partners if seat.missing]
    st.header("Who is missing from the table", anchor=False)
    st.markdown(
        f"**{len(missing)} of {len(partners)}** seats are empty, as far as is known."
        if missing
        else f"All {len(partners)} seats are taken, as far as is known."
    )
    for seat in missing:
        _show_missing(seat, invite)
    for seat in seats:
        if not seat.partner:
            _show_opposing(seat)
    taken = [seat for seat in partners if not seat.missing]
    box = st.expander(f"Seats that are taken ({len(taken)})", key="seats_taken", on_change="rerun")
    if box.open:
        with box:
            for seat in taken:
                _show_taken(seat)


def _heading(seat: Seat, state: str, color: str) -> None:
    st.subheader(plain(seat.label), anchor=False)
    st.markdown(f"{badge(state, color)} {plain(seat.question)}")


def _show_missing(seat: Seat, invite: Invite) -> None:
    with st.container(border=True, gap="small", key=f"seat_{seat.code}"):
        _heading(seat, "empty", "orange")
        if not seat.suggestions:
            st.caption("Nobody in the knowledge base is known to fill it in these places. Ask around, and add them.")
        for holder in seat.suggestions:
            with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
                _show_holder(holder)
                st.button(
                    "Bring to the table",
                    key=f"invite_{seat.code}_{holder.id}",
                    on_click=invite,
                    args=(holder.id,),
                    help=f"Look for sets with {plain(holder.name)} on board",
                )
        _show_evidence(seat.suggestions, f"why_{seat.code}")
        if seat.note:
            st.caption(plain(seat.note))


def _show_holder(holder: Holder) -> None:
    with st.container(gap="xxsmall"):
        organization_link(holder.id, holder.name)
        if holder.reasons:
            best = holder.reasons[0]
            more = f" and {len(holder.reasons) - 1} more" if len(holder.reasons) > 1 else ""
            st.markdown(f":small[{plain(best.about)}{more}] {status_badge(best.status)}")


def _show_evidence(holders: Sequence[Holder], key: str) -> None:
    if not holders:
        return
    box = st.expander("Evidence", key=key, on_change="rerun")
    if box.open:
        with box:
            for holder in holders:
                st.markdown(f"**{plain(holder.name)}**")
                show_reasons(holder.reasons)


def _show_opposing(seat: Seat) -> None:
    with st.container(border=True, gap="small", key=f"seat_{seat.code}"):
        _heading(seat, "think ahead", "gray")
        known = (*seat.held_by, *seat.suggestions)
        for holder in known:
            _show_holder(holder)
        _show_evidence(known, f"why_{seat.code}")
        if seat.note:
            st.caption(plain(seat.note))


def _show_taken(seat: Seat) -> None:
    st.markdown(f"**{plain(seat.label)}**: {plain(', '.join(holder.name for holder in seat.held_by))}")
    st.caption(plain(seat.question))
    for holder in seat.held_by:
        show_reasons(holder.reasons[:2])
