"""One organization's case: what it comes to, what was found, decided and not assessed, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import streamlit as st

from dashboard.components.errors import errors_in_words
from dashboard.components.labels import whereabouts
from dashboard.components.links import organization_link
from dashboard.components.person import changing
from dashboard.components.text import badge, plain, shorten
from dashboard.components.vetting_compare import show_comparison
from dashboard.components.vetting_decide import decide_about, say_what_was_decided
from dashboard.components.vetting_diligence import show_diligence
from dashboard.components.vetting_downloads import dossier_buttons
from dashboard.components.vetting_findings import show_findings, show_not_assessed
from dashboard.components.vetting_lists import lists_line
from dashboard.components.vetting_person import person_field
from dashboard.components.vetting_progress import Working
from dashboard.components.vetting_replies import show_replies
from dashboard.components.vetting_trail import show_case_trail
from dashboard.components.vetting_words import known_codes, moment, outcome_badge, policy_title
from dashboard.vetting_desk import VettingDesk
from kb.brief import Brief
from kb.casework.screenings import RuleChecked
from kb.casework.vetting_cases import CaseFinding, FindingState, VettingCase
from kb.organization import Organization
from kb.vocabulary import Vocabulary
from matcher.vetting.dossier import load_words

TABS = ("Findings", "Not assessed", "Due diligence", "Right of reply", "Other policies", "Trail", "Dossier")


def show_case(
    desk: VettingDesk, case: VettingCase, vocabulary: Vocabulary, today: date, brief: Brief | None = None
) -> None:
    """Draw a case with everything that can be done about it."""
    say_what_was_decided()
    organization = desk.kb.get(case.organization_id)
    st.title(plain(organization.name), anchor=False)
    st.markdown(f"{plain(whereabouts(organization, vocabulary))} {_policies(case)}")
    standing_side, doing_side = st.columns([2, 1], gap="medium")
    with standing_side:
        _show_standing(case, today)
    with doing_side, st.container(border=True, height="stretch", key="doing"):
        who = person_field()
        _show_due(desk, case, today, who)
        organization_link(organization.id, "Open the profile")
    if not case.current_screenings:
        return
    names = _names(desk, case)
    gaps = case.verdict(today).not_assessed
    shows: dict[str, Callable[[], None]] = {
        "Findings": lambda: _show_findings(desk, case, names, who),
        "Not assessed": lambda: show_not_assessed(gaps, _passed(case)),
        "Due diligence": lambda: _show_diligence(desk, case, brief, names, who),
        "Right of reply": lambda: show_replies(desk.kb, case, who),
        "Other policies": lambda: show_comparison(desk, case),
        "Trail": lambda: show_case_trail(desk.kb, case),
        "Dossier": lambda: _show_dossier(desk, case, organization, brief),
    }
    chosen = st.segmented_control(
        "Part of the case",
        TABS,
        default=TABS[0],
        key="part",
        bind="query-params",
        required=True,
        label_visibility="collapsed",
    )
    shows[chosen or TABS[0]]()


def _policies(case: VettingCase) -> str:
    return " ".join(badge(policy_title(code)) for code in case.policies)


def _show_standing(case: VettingCase, today: date) -> None:
    verdict, words = case.verdict(today), load_words()
    with st.container(border=True, height="stretch", key="standing", gap="small"):
        st.header("Where it stands", anchor=False)
        gaps = f" {badge(f'{len(verdict.not_assessed)} not assessed', 'blue')}" if verdict.not_assessed else ""
        waiting = case.in_state(FindingState.AWAITING_SECOND)
        second = f" {badge(f'{len(waiting)} waiting for a second person', 'violet')}" if waiting else ""
        st.markdown(f"{outcome_badge(verdict.outcome)}{gaps}{second}  \n{plain(words.meanings[verdict.outcome])}")
        if case.current_screenings:
            last = case.current_screenings[-1]
            st.markdown(f"Screened {moment(last.at)} by {plain(last.who)}  \n{lists_line(case.lists, today)}")
        else:
            st.markdown("It was never screened under these policies. **That is not the same as clear.**")


def _show_due(desk: VettingDesk, case: VettingCase, today: date, who: str) -> None:
    rows = [row for row in desk.queue(today).rows if row.case.organization_id == case.organization_id]
    due = next((row.due for row in rows if row.case.policies == case.policies), "")
    if due:
        st.warning(f"Something changed since it was screened: {plain(due)}.")
    if not known_codes(case.policies):
        st.caption("A policy pack of this case does not come with the program: vet it on the command line.")
        return
    label = "Screen it again" if case.current_screenings else "Screen it now"
    if changing(st.button)(label, type="primary" if due or not case.current_screenings else "secondary"):
        with errors_in_words(stop=False):
            with Working("Screening") as working:
                desk.screen_again([case.organization_id], case.policies, who, working.progress)
            st.toast("Screened. Only what changed was opened again.")
            st.rerun()


def _show_findings(desk: VettingDesk, case: VettingCase, names: Mapping[str, str], who: str) -> None:
    counting = sum(item.state.counts for item in case.findings)
    st.header(f"Findings ({counting} that count)", anchor=False)
    if not case.findings:
        st.info("Nothing was found in what was checked. What was not assessed may hold anything.")
        return
    st.caption("A finding is not a conclusion: a person confirms, dismisses or escalates it, with a reason.")

    def act(item: CaseFinding) -> None:
        decide_about(desk.kb, case, item, who)

    show_findings(case.findings, names, act)


def _show_diligence(
    desk: VettingDesk, case: VettingCase, brief: Brief | None, names: Mapping[str, str], who: str
) -> None:
    st.header("Due diligence", anchor=False)
    with errors_in_words(stop=False):
        with st.spinner("Laying out what is known…"):
            entry = desk.entry(case.organization_id, case.policies, brief)
        show_diligence(desk.kb, case, entry.diligence, who, names)


def _show_dossier(desk: VettingDesk, case: VettingCase, organization: Organization, brief: Brief | None) -> None:
    st.header("Dossier", anchor=False)
    st.markdown(
        "Verdict, findings with evidence and sources, what was checked, dismissed and not assessed, lists with their "
        "dates, decisions with names and times, due diligence. It is made from what is known at this moment."
    )
    dossier_buttons(
        lambda: desk.as_it_stands(case.organization_id, case.policies, brief),
        desk,
        f"Dossier: {shorten(organization.name, 200)}",
    )


def _passed(case: VettingCase) -> tuple[RuleChecked, ...]:
    found = {(item.finding.policy, item.finding.rule) for item in case.findings if not item.gone_because}
    judged = (rule for screening in case.current_screenings for rule in screening.result.checked)
    return tuple(dict.fromkeys(rule for rule in judged if (rule.policy, rule.rule) not in found))


def _names(desk: VettingDesk, case: VettingCase) -> dict[str, str]:
    ids = {ground.organization_id for item in case.findings for ground in item.finding.grounds}
    return {item.id: item.name for item in desk.kb.get_many(sorted(ids - {""}))}
