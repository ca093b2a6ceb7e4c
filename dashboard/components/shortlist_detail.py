"""One partnership on a shortlist: move it, note something, take a step back, and every step so far."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from dashboard.components.errors import errors_in_words
from dashboard.components.labels import whereabouts
from dashboard.components.links import PARTNERS, organization_link
from dashboard.components.person import changing
from dashboard.components.shortlist_undo import remember
from dashboard.components.shortlist_words import NOT_VETTED, stage_badge, stage_words
from dashboard.components.text import badge, day, plain, shorten
from dashboard.components.vetting_words import moment, outcome_badge, policies_words, policy_title
from dashboard.shortlist_desk import Listed
from kb.brief import Brief
from kb.casework.errors import checked
from kb.casework.partnerships import TRANSITIONS, Entry, Move, Note
from kb.knowledge_base import KnowledgeBase
from kb.vocabulary import Vocabulary
from matcher.export.shortlist_excel import step_words

VETTING = "dashboard/pages/vetting.py"
DEFAULT_POLICY = "general"


def show_detail(kb: KnowledgeBase, brief: Brief, item: Listed, vocabulary: Vocabulary, who: str) -> None:
    """Draw a partnership with what can be done about it."""
    organization, partnership = item.organization, item.partnership
    st.header(plain(organization.name), anchor=False)
    st.caption(plain(whereabouts(organization, vocabulary)))
    owner = plain(partnership.owner) or "nobody takes care of it yet"
    st.markdown(f"{stage_badge(partnership.stage)} {owner}")
    if len(set(partnership.stages.values())) > 1:
        st.warning("It was merged from organizations that stood at different stages; the latest move counts.")
    with st.container(horizontal=True, gap="medium", key="shortlist_links"):
        organization_link(organization.id, "Profile")
        st.page_link(PARTNERS, label="In the ranking", query_params={"brief": brief.id, "candidate": organization.id})
    _show_vetting(brief, item)
    _show_move(kb, brief, item, who)
    _show_note(kb, brief, item, who)
    _show_steps(kb, brief, item, who)


def _show_vetting(brief: Brief, item: Listed) -> None:
    st.subheader("Vetting", anchor=False)
    for row in item.vetted:
        gaps = badge(f"{row.not_assessed} not assessed", "blue") if row.not_assessed else ""
        st.markdown(f"{outcome_badge(row.outcome)} {gaps}  \n:small[{plain(policies_words(row.case.policies))}]")
        _case_link(brief, item.id, row.case.policies, "Open the case")
    if not item.vetted:
        policies = brief.policies or (DEFAULT_POLICY,)
        st.markdown(f"{badge(NOT_VETTED, 'blue')} Nothing is known either way.")
        _case_link(brief, item.id, policies, f"Vet it: {', '.join(map(policy_title, policies))}")


def _case_link(brief: Brief, organization_id: str, policies: tuple[str, ...], label: str) -> None:
    query = {"case": organization_id, "policies": ",".join(policies), "for": brief.id}
    st.page_link(VETTING, label=plain(label), query_params=query)


def _show_move(kb: KnowledgeBase, brief: Brief, item: Listed, who: str) -> None:
    st.subheader("Move it", anchor=False)
    partnership = item.partnership
    with st.form(f"move_{item.id}_{partnership.last_event}", border=False):
        stage = st.selectbox("To", TRANSITIONS[partnership.stage], format_func=stage_words)
        reason = st.text_area("Reason", height=80, placeholder="Why now: it is kept with the move.")
        left, right = st.columns(2)
        owner = left.text_input("Who takes care of it", value=partnership.owner)
        on = right.date_input("On", value=date.today())
        notes = st.text_area("Notes", height=80)
        if changing(st.form_submit_button)("Move", type="primary"):
            fields = {
                "stage": stage,
                "reason": reason.strip(),
                "owner": owner.strip(),
                "notes": notes.strip(),
                "on": on,
            }
            with errors_in_words(stop=False):
                _record(kb, brief, item, checked(Move, "the move", fields), who)
                remember(brief.id, [item.id], f"{item.organization.name}: moved to {stage_words(stage).lower()}.")
                st.rerun()


def _show_note(kb: KnowledgeBase, brief: Brief, item: Listed, who: str) -> None:
    with (
        st.expander("Add a note", key=f"note_{item.id}"),
        st.form(f"noting_{item.id}_{item.partnership.last_event}", border=False),
    ):
        text = st.text_area("Note", height=80)
        if changing(st.form_submit_button)("Keep the note"):
            with errors_in_words(stop=False):
                _record(kb, brief, item, checked(Note, "the note", {"text": text.strip()}), who)
                remember(brief.id, [item.id], f"{item.organization.name}: noted.")
                st.rerun()


def _record(kb: KnowledgeBase, brief: Brief, item: Listed, entry: Entry, who: str) -> None:
    kb.casework.record(brief.id, item.id, entry, who=who or None, seen=item.partnership.last_event)


def _show_steps(kb: KnowledgeBase, brief: Brief, item: Listed, who: str) -> None:
    partnership = item.partnership
    st.subheader("So far", anchor=False)
    for step in reversed(partnership.steps):
        what, said = step_words(step)
        text = f": {plain(said)}" if said else ""
        st.markdown(
            f"**{plain(what.capitalize())}**{text}  \n:small[{day(step.on)} · {plain(step.who)}, {moment(step.at)}]"
        )
    if partnership.taken_back:
        with st.expander(f"Taken back ({len(partnership.taken_back)})"):
            rows = [
                {
                    "Step": ": ".join(filter(None, step_words(undone.step))),
                    "Taken back by": undone.who,
                    "When": moment(undone.at),
                    "Why": shorten(undone.reason, 200),
                }
                for undone in partnership.taken_back
            ]
            st.dataframe(pd.DataFrame(rows), hide_index=True, alt="Steps that were taken back.")
    if not partnership.steps:
        return
    latest = partnership.steps[-1]
    with (
        st.expander("Take the latest step back", key=f"back_{item.id}"),
        st.form(f"backing_{item.id}_{partnership.last_event}", border=False),
    ):
        st.markdown(f"The latest: {plain(step_words(latest)[0])}, by {plain(latest.who)}. The trail keeps both.")
        reason = st.text_input("Reason")
        if changing(st.form_submit_button)("Take it back"):
            with errors_in_words(stop=False):
                kb.casework.take_back(brief.id, item.id, reason, step=latest.number, who=who or None)
                st.rerun()
