"""Deciding about a finding: confirm, dismiss, escalate, take back; and the second person's word."""

from __future__ import annotations

import streamlit as st

from dashboard.components.errors import errors_in_words
from dashboard.components.person import changing
from dashboard.components.text import plain
from kb.casework.findings import Severity
from kb.casework.vetting_cases import CaseFinding, FindingState, Ruling, VettingCase
from kb.knowledge_base import KnowledgeBase

CHOICES = {Ruling.CONFIRMED: "Confirm", Ruling.DISMISSED: "Dismiss", Ruling.ESCALATED: "Escalate"}
HELP = {
    Ruling.CONFIRMED: "The facts hold and the rule applies.",
    Ruling.DISMISSED: "Shown to be wrong, or not about this organization. It no longer counts.",
    Ruling.ESCALATED: "Somebody with more authority must decide.",
}
JUST_DECIDED = "vetting_decided"


def decide_about(kb: KnowledgeBase, case: VettingCase, item: CaseFinding, who: str) -> None:
    """Draw what a person can do about a finding as it stands."""
    if item.state is FindingState.GONE:
        return
    if item.state is FindingState.AWAITING_SECOND:
        _second(kb, case, item, who)
        return
    _undo(kb, case, item, who)
    decided = item.state is not FindingState.OPEN
    with st.expander("Decide otherwise" if decided else "Decide", key=f"decide_{item.id}"):
        _form(kb, case, item, who)


def _form(kb: KnowledgeBase, case: VettingCase, item: CaseFinding, who: str) -> None:
    with st.form(f"ruling_{item.id}_{item.finding.digest}_{len(item.decisions)}", border=False, clear_on_submit=False):
        ruling = st.radio(
            "Decision",
            list(CHOICES),
            format_func=lambda choice: CHOICES[choice],
            captions=[HELP[choice] for choice in CHOICES],
            index=None,
        )
        reason = st.text_area("Reason", height=80, placeholder="In a sentence or two: it is kept in the trail.")
        evidence = st.text_input("Evidence", placeholder="A link, or where the document is kept")
        if item.finding.severity is Severity.EXCLUDE and kb.casework.four_eyes():
            st.caption("Dismissing an exclusion needs a second person: until then it goes on counting.")
        if changing(st.form_submit_button)("Record the decision", type="primary"):
            if ruling is None:
                st.error("Choose what you decide: confirm, dismiss or escalate.")
                return
            _record(kb, case, item, ruling, reason, evidence, who)


def _record(
    kb: KnowledgeBase, case: VettingCase, item: CaseFinding, ruling: Ruling, reason: str, evidence: str, who: str
) -> None:
    with errors_in_words(stop=False):
        kb.casework.decide(
            case.organization_id,
            case.policies,
            item.id,
            ruling,
            reason,
            evidence=evidence.strip(),
            who=who,
            seen=item.finding.digest,
        )
        st.session_state[JUST_DECIDED] = f"{CHOICES[ruling]}: {item.finding.title}. Recorded under {who}."
        st.rerun()


def say_what_was_decided() -> None:
    """Say once what was just recorded."""
    said = st.session_state.pop(JUST_DECIDED, "")
    if said:
        st.toast(plain(said))


def _undo(kb: KnowledgeBase, case: VettingCase, item: CaseFinding, who: str) -> None:
    decided = item.decisions and item.state is not FindingState.OPEN
    if decided and changing(st.button)("Take the decision back", key=f"undo_{item.id}"):
        with errors_in_words(stop=False):
            kb.casework.decide(
                case.organization_id,
                case.policies,
                item.id,
                Ruling.REOPENED,
                "The decision was taken back.",
                who=who,
                seen=item.finding.digest,
            )
            st.session_state[JUST_DECIDED] = f"Open again: {item.finding.title}."
            st.rerun()


def _second(kb: KnowledgeBase, case: VettingCase, item: CaseFinding, who: str) -> None:
    first = item.decisions[-1]
    st.warning(
        f"**A second person is asked.** {plain(first.who)} dismissed this exclusion; somebody else agrees or does not. "
        "Until then the exclusion counts."
    )
    with st.form(f"second_{item.id}_{first.number}", border=False):
        word = st.radio("As the second person", ("I agree to dismiss it", "I do not agree"), index=None)
        reason = st.text_area("Reason", height=80)
        if changing(st.form_submit_button)("Record my word", type="primary"):
            if word is None:
                st.error("Choose whether you agree.")
                return
            with errors_in_words(stop=False):
                agreed = word.startswith("I agree")
                kb.casework.second(case.organization_id, case.policies, item.id, agreed=agreed, reason=reason, who=who)
                st.session_state[JUST_DECIDED] = f"{'Agreed' if agreed else 'Not agreed'}: {item.finding.title}."
                st.rerun()
    _undo(kb, case, item, who)
