"""Coalition: sets of partners that cover the needs together, who is missing, and what they share."""

from __future__ import annotations

import streamlit as st

from dashboard.components.briefs import pick_brief
from dashboard.components.coalition_form import keep, show_form
from dashboard.components.coalition_ground import show_common_ground
from dashboard.components.coalition_sets import (
    names_of,
    show_costs,
    show_coverage,
    show_members,
    show_sets,
    show_verdict,
    show_weak_link,
)
from dashboard.components.compare_choice import MOST
from dashboard.components.compare_links import compare_link
from dashboard.components.empty import briefs_or_stop
from dashboard.components.errors import errors_in_words
from dashboard.components.links import partners_link
from dashboard.components.seats import show_seats
from dashboard.components.text import plain
from dashboard.partnering_desk import open_partnering
from matcher import Filters

RANKED = 60

partnering = open_partnering()
desk = partnering.desk
st.title("Coalition", anchor=False)
briefs = briefs_or_stop(desk)

with st.container(horizontal=True, vertical_alignment="bottom"):
    with st.container():
        brief = pick_brief(briefs)
    partners_link(brief.id, "Single partners")
with errors_in_words():
    ranking = desk.rank(brief, Filters(), desk.matcher.weights(brief), RANKED)
with st.sidebar:
    st.subheader("What you ask of it", anchor=False)
    asked = show_form(partnering, ranking.candidates, desk.vocabulary)
with errors_in_words(), st.spinner("Looking for sets that cover your needs…"):
    found = partnering.coalitions(brief, asked)

for note in found.notes:
    st.info(plain(note))
if not found.alternatives:
    st.stop()
st.header("Sets that cover your needs", anchor=False)
show_sets(found.alternatives)
st.caption(
    "Best first: what a set covers, less what it takes to hold it together. "
    f"Searched {found.shortlisted:,} of {found.considered:,} organizations that your red lines leave; "
    f"{found.incompatible_pairs:,} pairs cannot sit together."
)
labels = [f"Set {place}" for place in range(1, len(found.alternatives) + 1)]
chosen = st.segmented_control(
    "Show", labels, default=labels[0], key="set", bind="query-params", required=True, label_visibility="collapsed"
)
coalition = found.alternatives[labels.index(chosen)]
names = names_of(coalition)
ids = list(names)

st.header(plain(chosen), anchor=False)
show_verdict(coalition, found.alternatives[0])
show_coverage(coalition)
show_members(coalition, desk.vocabulary, asked.kept)
show_weak_link(coalition)
show_costs(coalition)
compare_link(brief.id, ids[:MOST], "Compare these side by side")
with errors_in_words(stop=False):
    show_seats(partnering.seats(brief, ids), keep)
    seeker = brief.seeker.organization_id
    table = partnering.names([*([seeker] if seeker else []), *ids])
    show_common_ground(partnering.common_ground(brief, list(table)), table)
