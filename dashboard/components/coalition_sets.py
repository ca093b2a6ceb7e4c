"""Alternative coalitions as a list, and one of them explained: who covers what, the weak link, what a leaver costs."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard.components.coalition_form import keep, leave_out
from dashboard.components.evidence import show_reasons
from dashboard.components.labels import listed, severity_badge, whereabouts
from dashboard.components.links import organization_link
from dashboard.components.text import badge, percent, plain
from kb.vocabulary import Vocabulary
from matcher.coalition import Coalition, Coverage, Member

COSTS = {
    "members": "Partners to work with",
    "pairs": "Channels between them",
    "friction": "Pairs that rub",
    "distance": "Not known to work in your places",
    "countries": "Seats in further countries",
    "sectors": "Further sectors",
    "one-sidedness": "Gaining little themselves",
    "misfit": "Fitting the brief less than the best",
}
NOBODY = "nobody"


def names_of(coalition: Coalition) -> dict[str, str]:
    """Return the members' names by id."""
    return {member.organization.id: member.organization.name for member in coalition.members}


def open_labels(coalition: Coalition) -> list[str]:
    """Return what stays open, in words."""
    return [need.label.lower() for need in coalition.needs if need.by is None]


def sets_table(alternatives: Sequence[Coalition]) -> pd.DataFrame:
    """Return one row per alternative; cells are Markdown."""
    rows = [
        {
            "Set": f"{place}",
            "Partners": plain(", ".join(names_of(item).values())),
            "Covered": percent(item.coverage),
            "Stays open": plain(listed(open_labels(item))) or "nothing",
            "Flags": f"{sum(len(member.flags) for member in item.members)}",
        }
        for place, item in enumerate(alternatives, 1)
    ]
    return pd.DataFrame(rows)


def show_sets(alternatives: Sequence[Coalition]) -> None:
    """Draw all alternatives as a table."""
    words = "Alternative coalitions with their partners, coverage, open needs and known flags."
    st.table(sets_table(alternatives), hide_index=True, border="horizontal", alt=words)


def show_verdict(coalition: Coalition, first: Coalition) -> None:
    """Say in a sentence what a set does, and how it differs from the first."""
    names = [plain(name) for name in names_of(coalition).values()]
    met = f"{len(coalition.needs) - len(coalition.open_needs)} of {len(coalition.needs)} needs"
    left = listed([plain(label) for label in open_labels(coalition)])
    words = f"**{listed(names)}** cover **{met}** between them"
    st.markdown(
        f"{words}; {left} {'stays' if len(coalition.open_needs) == 1 else 'stay'} open." if left else f"{words}."
    )
    share = percent(coalition.coverage)
    st.caption(
        f"Weighted by importance and by how well each is met, that is {share} of what you need. "
        f"{plain(difference_words(coalition, first))}"
    )


def difference_words(coalition: Coalition, first: Coalition) -> str:
    """Say who sits here and not in the first set, and the other way round; empty for the first itself."""
    mine, others = names_of(coalition), names_of(first)
    new = listed([name for key, name in mine.items() if key not in others])
    gone = listed([name for key, name in others.items() if key not in mine])
    if new and gone:
        return f"Unlike the first set: {new} instead of {gone}."
    if new:
        return f"Unlike the first set: {new} as well."
    return f"Unlike the first set: without {gone}." if gone else ""


def matrix(coalition: Coalition) -> pd.DataFrame:
    """Return one row per need, a column per member; cells are Markdown, the bold one is who covers it."""
    names = names_of(coalition)
    rows = []
    for need in coalition.needs:
        can = dict(need.also) | ({need.by: need.strength} if need.by else {})
        rows.append(
            [
                f"{plain(need.label)}{' (must)' if need.must else ''}",
                *(_cell(can.get(key), covers=key == need.by) for key in names),
                "" if need.by else badge("open", "orange"),
            ]
        )
    return pd.DataFrame(rows, columns=["Need", *(plain(name) for name in names.values()), "Open"])


def _cell(strength: float | None, *, covers: bool) -> str:
    if strength is None:
        return ""
    return f"**✓\N{NO-BREAK SPACE}{percent(strength)}**" if covers else f"{percent(strength)}"


def show_coverage(coalition: Coalition) -> None:
    """Draw who covers which need, with the evidence for it."""
    st.subheader("Who covers what", anchor=False)
    table = matrix(coalition)
    if not coalition.open_needs:
        table = table.drop(columns="Open")
    st.table(table, hide_index=True, border="horizontal", alt="Which partner covers which need, and how far.")
    st.caption("✓ is best placed for it; the others in the row could step in that far.")
    names = names_of(coalition)
    box = st.expander("Evidence that they have it", key="coverage_evidence", on_change="rerun")
    if box.open:
        with box:
            for need in coalition.needs:
                _show_need(need, names)


def _show_need(need: Coverage, names: dict[str, str]) -> None:
    st.markdown(f"**{plain(need.label)}**: {plain(names[need.by]) if need.by else 'stays open'}")
    show_reasons(need.reasons)


def show_members(coalition: Coalition, vocabulary: Vocabulary, kept: Sequence[str]) -> None:
    """Draw each member: what it covers, what it gains, its flags, and what is lost if it leaves."""
    st.subheader("The partners, and what is lost if one leaves", anchor=False)
    across = min(len(coalition.members), 4)
    lost = {item.member: item.text for item in coalition.departures}
    for start in range(0, len(coalition.members), across):
        row = coalition.members[start : start + across]
        for place, member in zip(st.columns(across, gap="small"), row, strict=False):
            key = member.organization.id
            with place, st.container(border=True, height="stretch", gap="xsmall", key=f"member_{key}"):
                _card(member, coalition, vocabulary, lost.get(key, ""))
                with st.container(horizontal=True, gap="small", vertical_alignment="center"):
                    organization_link(key, "Profile")
                    if key not in kept:
                        st.button("Keep", key=f"keep_{key}", on_click=keep, args=(key,), help="Keep it in every set")
                    st.button(
                        "Leave out", key=f"out_{key}", on_click=leave_out, args=(key,), help="Look for sets without it"
                    )


def _card(member: Member, coalition: Coalition, vocabulary: Vocabulary, lost: str) -> None:
    labels = {need.code: need.label for need in coalition.needs}
    st.markdown(f"**{plain(member.organization.name)}**")
    st.caption(plain(whereabouts(member.organization, vocabulary)))
    covers = listed([plain(labels[code].lower()) for code in member.covers]) or "nothing by itself"
    gain = "not assessed" if member.gain is None else percent(member.gain)
    st.markdown(
        f"- Covers **{covers}**\n- Fits the brief **{member.fit:.0f}** of 100\n- Its own gain: **{gain}**\n"
        f"- If it leaves: {plain(lost)}"
    )
    flags = " ".join(severity_badge(flag.severity, flag.title) for flag in member.flags)
    st.markdown(flags or ":small[No flag is known; it has not been vetted.]")


def show_weak_link(coalition: Coalition) -> None:
    """Draw the pair that holds together least, and why."""
    link = coalition.weakest
    if link is None:
        return
    names = names_of(coalition)
    st.subheader("The weak link", anchor=False)
    st.markdown(f"**{plain(names[link.first])}** and **{plain(names[link.second])}** hold together least.")
    lines = [f"- {badge('rubs', 'orange')} {plain(words)}" for words in link.rubs]
    lines += [f"- {badge('joins', 'green')} {plain(words)}" for words in link.joins]
    lines += [f"- {badge('missing', 'gray')} {plain(words)}" for words in link.missing]
    st.markdown("\n".join(lines))


def costs_table(coalition: Coalition) -> pd.DataFrame:
    """Return what the set is worth and what it costs, in the same unit, the largest cost first."""
    rows = [("Needs covered", coalition.worth + sum(coalition.costs.values()))]
    rows += sorted(((COSTS.get(name, name), -cost) for name, cost in coalition.costs.items()), key=lambda row: row[1])
    rows.append(("Worth in all", coalition.worth))
    shown = [(label, f"{value:.1f}".replace("-", "\N{MINUS SIGN}")) for label, value in rows if abs(value) >= 0.05]
    return pd.DataFrame(shown, columns=["What counts", "Amount"])


def show_costs(coalition: Coalition) -> None:
    """Draw why this set and no other."""
    with st.expander("Why this set: what it is worth and what it costs"):
        st.dataframe(costs_table(coalition), hide_index=True, alt="Worth and costs of the set.")
        st.caption(
            "Every pair is a channel to keep, and every one-sided or ill-fitting partner is a risk. "
            + (
                "No better set exists among those looked at."
                if coalition.proven
                else "The time limit was reached: there may be a better set."
            )
        )
