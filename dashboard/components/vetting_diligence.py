"""Due diligence: risk and tier, the checks they ask for, and each question with facts and a person's answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from dashboard.components.errors import errors_in_words
from dashboard.components.person import changing
from dashboard.components.text import badge, plain
from dashboard.components.vetting_findings import document_words, evidence_words, ground_markdown
from dashboard.components.vetting_words import moment
from kb.casework.errors import checked
from kb.casework.vetting_cases import Answer, VettingCase
from kb.casework.vetting_desk import NewAnswer
from kb.knowledge_base import KnowledgeBase
from matcher.vetting.diligence import Diligence, Item, Part
from matcher.vetting.diligence_questions import INSUFFICIENT

DONE = {"done": ("Done", "green"), "partly": ("Partly", "yellow"), "not_done": ("Not done", "blue")}
STATE_COLOR = {
    "not_acceptable": "red",
    "harm": "red",
    "weak": "orange",
    "acceptable_with_adjustments": "orange",
    "harm_unless_adjusted": "orange",
    "adequate": "gray",
    "no_effect": "gray",
    INSUFFICIENT: "blue",
}
LEVEL_COLOR = {"low": "gray", "moderate": "yellow", "substantial": "orange", "high": "red"}
JUST_ANSWERED = "diligence_answered"
SHOWN_FACTS = 6


def show_diligence(
    kb: KnowledgeBase, case: VettingCase, diligence: Diligence, who: str, names: Mapping[str, str]
) -> None:
    """Draw due diligence on one organization; one section of questions at a time."""
    _show_tier(diligence)
    _show_undo(kb, case, who)
    parts = {part.section.code: part for part in diligence.parts}
    chosen = st.selectbox(
        "Questions",
        list(parts),
        format_func=lambda code: parts[code].section.label,
        key="diligence",
        bind="query-params",
    )
    part = parts[chosen]
    answered = sum(item.settled_by == "person" for item in part.items)
    st.subheader(f"{plain(part.section.label)}: {answered} of {len(part.items)} answered", anchor=False)
    counts = [_badge(part, state, f": {count}") for state, count in part.counts.items() if count]
    st.markdown(" ".join(counts))
    for item in part.items:
        _show_item(item, part, names, lambda fields: _answer(kb, case, fields, who))
    st.markdown(f":small[Questions: {document_words(part.section.document)}]")


def _show_tier(diligence: Diligence) -> None:
    risk, tier = diligence.risk, diligence.tier
    st.subheader("How much diligence is called for", anchor=False)
    level = badge(f"Risk: {risk.label}", LEVEL_COLOR.get(risk.level, "gray"))
    st.markdown(
        f"{level} {badge(f'Diligence: {tier.label}')} {badge(f'{diligence.unanswered} questions open', 'blue')}"
    )
    st.markdown("\n".join(f"- {plain(reason)}" for reason in risk.reasons))
    st.caption(f"Signed off by: {plain(tier.sign_off)}")
    done = sum(state.done == "done" for state in diligence.checks)
    with st.expander(f"Checks that this asks for: {done} of {len(diligence.checks)} done", key="diligence_checks"):
        for state in diligence.checks:
            label, color = DONE[state.done]
            st.markdown(f"{badge(label, color)} **{plain(state.check.label)}**: {plain(state.why)}")


def _badge(part: Part, state: str, more: str = "") -> str:
    return badge(f"{part.section.scale[state]}{more}", STATE_COLOR.get(state, "green"))


def _show_item(item: Item, part: Part, names: Mapping[str, str], answer: Callable[[Mapping[str, str]], None]) -> None:
    with st.container(border=True, gap="small", key=f"question_{item.question.key}"):
        proposed = badge("proposed by the facts; a person decides", "violet") if item.settled_by == "facts" else ""
        st.markdown(f"**{plain(item.question.label)}** {_badge(part, item.state)} {proposed}")
        st.markdown(plain(item.text))
        for asked in item.raised:
            st.markdown(f"- {plain(asked.text)}")
        if item.answer is not None:
            _show_answer(item.answer)
        grounds = [(fact.about, fact.ground) for fact in item.known]
        grounds += [("raises a question", ground) for asked in item.raised for ground in asked.grounds]
        if grounds:
            with st.expander(f"What is known ({len(grounds)})"):
                for about, ground in grounds[:SHOWN_FACTS]:
                    st.markdown(f"*{plain(about)}*: {ground_markdown(ground, names)}")
                if len(grounds) > SHOWN_FACTS:
                    st.caption(f"And {len(grounds) - SHOWN_FACTS} more, in the profile and the dossier.")
        else:
            st.caption("Nothing that bears on it is in the knowledge base.")
        with st.expander("Answer again" if item.answer else "Answer"):
            _form(item, part, answer)


def _show_answer(answer: Answer) -> None:
    note = f": {plain(answer.note)}" if answer.note else ""
    source = f"  \n:small[Evidence: {evidence_words(answer.evidence)}]" if answer.evidence else ""
    st.markdown(f"Answered by {plain(answer.who)}, {moment(answer.at)}{note}{source}")


def _form(item: Item, part: Part, answer: Callable[[Mapping[str, str]], None]) -> None:
    number = item.answer.number if item.answer else 0
    with st.form(f"answer_{item.question.key}_{number}", border=False):
        state = st.radio(
            item.question.label,
            list(part.section.scale),
            format_func=lambda code: part.section.scale[code],
            index=list(part.section.scale).index(item.state),
            label_visibility="collapsed",
            horizontal=True,
        )
        note = st.text_area("Note", height=80)
        evidence = st.text_input("Evidence", placeholder="A link, or where the document is kept")
        if changing(st.form_submit_button)("Record the answer", type="primary"):
            before = item.answer
            st.session_state[JUST_ANSWERED] = (
                item.question.label,
                {
                    "area": part.section.code,
                    "question": item.question.code,
                    "state": before.state if before else INSUFFICIENT,
                    "note": before.note if before else "The answer was taken back.",
                    "evidence": before.evidence if before else "",
                },
            )
            answer(
                {
                    "area": part.section.code,
                    "question": item.question.code,
                    "state": state,
                    "note": note.strip(),
                    "evidence": evidence.strip(),
                }
            )


def _answer(kb: KnowledgeBase, case: VettingCase, fields: Mapping[str, str], who: str) -> None:
    with errors_in_words(stop=False):
        answer = checked(NewAnswer, "the answer", dict(fields))
        kb.casework.record_answers(case.organization_id, case.policies, [answer], who)
        st.rerun()


def _show_undo(kb: KnowledgeBase, case: VettingCase, who: str) -> None:
    just = st.session_state.get(JUST_ANSWERED)
    if just is None or not any(
        (answer.area, answer.question) == (just[1]["area"], just[1]["question"]) for answer in case.answers
    ):
        return
    label, before = just
    with st.container(horizontal=True, vertical_alignment="center", border=True, key="undo_answer"):
        st.markdown(f"Recorded: {plain(label)}.")
        if st.button("Undo"):
            st.session_state.pop(JUST_ANSWERED)
            _answer(kb, case, before, who)
