"""Plan: what the partners of a brief agree on, section by section, and how the partnership fares."""

from __future__ import annotations

import streamlit as st

from dashboard.components.briefs import pick_brief
from dashboard.components.empty import briefs_or_stop
from dashboard.components.errors import errors_in_words
from dashboard.components.links import brief_link
from dashboard.components.plan_choice import choose_partners
from dashboard.components.plan_health import show_health
from dashboard.components.plan_sections import show_sections
from dashboard.components.plan_versions import show_downloads, show_versions
from dashboard.components.plan_work import keep, show_cell_form, show_state, works
from dashboard.components.text import day, plain
from dashboard.components.vetting_person import person_field
from dashboard.planning_desk import open_planning
from matcher.export.plan_word import open_cells

planning = open_planning()
desk = planning.desk
st.title("Plan", anchor=False)
briefs = briefs_or_stop(desk)
brief_side, person_side = st.columns([3, 1], gap="medium")
with brief_side:
    brief = pick_brief(briefs)
with person_side:
    who = person_field()
with errors_in_words():
    ids = choose_partners(planning, brief)
if not ids:
    st.info("Nobody can be a partner under this brief yet. Loosen its red lines, or name a partner above.")
    brief_link(brief.id)
    st.stop()
with errors_in_words(), st.spinner("Drafting the plan from the match…"):
    work = planning.work(brief, ids, works())
keep(work)
versions = planning.versions(work.key)
plan = work.plan

st.header(plain(plan.title), anchor=False)
st.caption(
    f"Between {plain(plan.seeker.name)} and {plain(', '.join(party.name for party in plan.partners))}. "
    f"Filled from what was known on {day(plan.drafted_on)}. Nobody agreed to it by being named in it."
)
with st.container(horizontal=True, key="figures"):
    st.metric("Lines", sum(len(section.lines) for section in plan.sections), border=True)
    st.metric("To be agreed", open_cells(plan), border=True)
    st.metric("Versions saved", len(versions), border=True)
if plan.notes:
    with st.container(border=True, key="plan_mind"):
        st.markdown("**Mind, before you send it** (not part of the files)")
        st.markdown("\n".join(f"- {plain(note)}" for note in plan.notes))
show_downloads(work)
show_state(planning, work, brief, who)
text_side, work_side = st.columns([3, 2], gap="medium")
with work_side:
    st.subheader("Change a field", anchor=False)
    with st.container(border=True, key="plan_change"):
        show_cell_form(work, who)
    st.subheader("Versions", anchor=False)
    show_versions(work, versions)
with text_side:
    st.subheader("The plan", anchor=False)
    show_sections(plan)
with errors_in_words(stop=False):
    show_health(planning, brief, {party.id: party.name for party in plan.partners}, who)
