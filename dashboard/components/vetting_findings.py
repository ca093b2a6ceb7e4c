"""Findings: what was found, on which grounds, by which rule, and what people decided about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from dashboard.components.evidence import evidence_line, source_line
from dashboard.components.labels import status_badge
from dashboard.components.text import badge, day, link, plain
from dashboard.components.vetting_words import finding_badge, moment, policy_title, state_badge
from kb.casework.findings import Document, Ground
from kb.casework.screenings import NotAssessed, RuleChecked
from kb.casework.vetting_cases import CaseFinding, Decision, FindingState
from matcher.vetting.dossier import gap_words

SHOWN_GROUNDS = 6
RULING_WORDS = {
    "confirmed": "Confirmed",
    "dismissed": "Dismissed",
    "escalated": "Escalated",
    "reopened": "Taken back",
}
Act = Callable[[CaseFinding], None]


def show_findings(findings: Sequence[CaseFinding], names: Mapping[str, str], act: Act | None = None) -> None:
    """Draw findings, the gravest first; `act` adds what a person can do about one."""
    ordered = sorted(findings, key=lambda item: (item.state is FindingState.GONE, -item.finding.severity.rank))
    for place, item in enumerate(ordered):
        with st.container(border=True, gap="small", key=f"finding_{place}"):
            show_finding(item, names)
            if act is not None:
                act(item)


def show_finding(item: CaseFinding, names: Mapping[str, str]) -> None:
    """Draw one finding: how grave, where it stands, why, the grounds, the rule's document, the decisions."""
    finding = item.finding
    st.subheader(plain(finding.title), anchor=False)
    st.markdown(f"{finding_badge(finding.severity)} {state_badge(item.state)} {badge(policy_title(finding.policy))}")
    st.markdown(plain(finding.message))
    if item.reopened_because:
        st.warning(f"It was decided, and is open again: {plain(item.reopened_because)}.")
    if item.gone_because:
        st.caption(f"It {plain(item.gone_because)}.")
    for ground in finding.grounds[:SHOWN_GROUNDS]:
        st.markdown(ground_markdown(ground, names))
    if len(finding.grounds) > SHOWN_GROUNDS:
        with st.expander(f"{len(finding.grounds) - SHOWN_GROUNDS} more grounds"):
            for ground in finding.grounds[SHOWN_GROUNDS:]:
                st.markdown(ground_markdown(ground, names))
    st.markdown(f":small[Rule: {document_words(finding.document)}]")
    for decision in item.decisions:
        st.markdown(decision_words(decision))


def ground_markdown(ground: Ground, names: Mapping[str, str]) -> str:
    """Return one fact: the words, how it is known, whom it is about, and where it can be checked."""
    whom = f" · about {plain(names.get(ground.organization_id, ground.organization_id))}" * bool(ground.organization_id)
    origin = source_line(ground.source.name, ground.source.url, day(ground.observed_on))
    where = f", {plain(ground.source.row)}" if ground.source.row else ""
    words = evidence_line(ground.text, verbatim=ground.verbatim)
    return f"{words} {status_badge(ground.status)}  \n:small[{origin}{where}{whom}]"


def document_words(document: Document) -> str:
    """Return the document that a rule comes from, with the place in it."""
    title = link(document.title, document.url) if document.url else plain(document.title)
    return f"{title}, {plain(document.section)}" if document.section else title


def decision_words(decision: Decision) -> str:
    """Return who decided what, when and why, and what the second person said."""
    said = f"**{RULING_WORDS[decision.ruling.value]}** by {plain(decision.who)}, {moment(decision.at)}: "
    lines = [said + plain(decision.reason)]
    if decision.evidence:
        lines.append(f":small[Evidence: {evidence_words(decision.evidence)}]")
    if decision.second is not None:
        second = decision.second
        word = "Agreed" if second.agreed else "Did not agree"
        lines.append(f"**{word}**: {plain(second.who)}, {moment(second.at)}: {plain(second.reason)}")
    elif decision.needs_second and decision.state is FindingState.AWAITING_SECOND:
        lines.append("A second person has not spoken yet: until then the exclusion counts.")
    return "  \n".join(lines)


def evidence_words(text: str) -> str:
    """Return evidence that a person gave: a link when it is a web address, else the note."""
    return link(text, text) if text.startswith(("https://", "http://")) and " " not in text.strip() else plain(text)


def _gap(said: str) -> str:
    what, _, why = said.partition(": ")
    return f"{badge('not assessed', 'blue')} **{plain(what)}**{f': {plain(why)}' if why else ''}"


def show_not_assessed(gaps: Sequence[NotAssessed], passed: Sequence[RuleChecked]) -> None:
    """Draw what could not be judged, and apart from it what was judged and not met."""
    st.subheader(f"Not assessed ({len(gaps)})", anchor=False)
    if gaps:
        st.markdown("**Not assessed is not clear.** Each line is a question that is still open.")
        st.markdown("\n".join(f"- {_gap(said)}" for said in gap_words(gaps)))
    else:
        st.caption("Every rule of every policy could be judged.")
    st.subheader(f"Judged, and not met ({len(passed)})", anchor=False)
    if passed:
        st.caption("Judged by what is known; facts that nobody recorded are not in it.")
        with st.expander("The rules"):
            lines = [f"- {plain(rule.title or rule.rule)} · {plain(policy_title(rule.policy))}" for rule in passed]
            st.markdown("\n".join(lines))
