"""A ranking for paper: the brief, the weights, every candidate with its reasons and sources, and who is set apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import streamlit as st

from dashboard.components.briefs import current_brief, remember_brief
from dashboard.components.candidate_card import why
from dashboard.components.errors import errors_in_words
from dashboard.components.evidence import evidence_line, source_line
from dashboard.components.labels import need_badge, severity_badge, status_badge, strength_words, whereabouts
from dashboard.components.printing import print_asked, print_button, print_frame, printed_line
from dashboard.components.text import clean, day, percent, plain, points
from dashboard.state import Desk
from kb.brief import Brief
from kb.vocabulary import Vocabulary
from matcher import Filters
from matcher.components import COMPONENTS
from matcher.explanation import told
from matcher.results import Candidate, Contribution, Ranking, Reason

AS_SHOWN = "ranking_as_shown"
PRINTED = 12
REASONS = 3


def offer_to_print(brief: Brief, filters: Filters, weights: Mapping[str, float], count: int) -> None:
    """Draw the button to the print view, which then shows the ranking with the filters and weights of this visit."""
    st.session_state[AS_SHOWN] = (brief.id, filters, dict(weights), count)
    print_button()


def print_ranking_if_asked(desk: Desk) -> None:
    """Draw the ranking for paper and end the page there, where the address asks for that and there is a brief."""
    briefs = desk.kb.briefs() if print_asked() and desk.facets().organizations else []
    if not briefs:
        return
    brief = current_brief(briefs) or briefs[0]
    remember_brief(brief.id)
    shown = st.session_state.get(AS_SHOWN)
    if shown is None or shown[0] != brief.id:
        shown = (brief.id, Filters(), desk.matcher.weights(brief), PRINTED)
    with print_frame("Back to the ranking"), errors_in_words():
        _, filters, weights, count = shown
        ranking = desk.rank(brief, filters, weights, count)
        _show(ranking, filters, desk.vocabulary)
    st.stop()


def _show(ranking: Ranking, filters: Filters, vocabulary: Vocabulary) -> None:
    st.title(plain(ranking.brief.title), anchor=False)
    printed_line("Partners for a brief, best first")
    st.header("The brief", anchor=False)
    st.markdown("  \n".join(_brief_lines(ranking.brief, vocabulary)))
    st.header("How they are ranked", anchor=False)
    st.markdown("  \n".join(_terms(ranking, filters, vocabulary)))
    for note in ranking.notes:
        st.markdown(plain(note))
    st.header(f"The first {len(ranking.candidates)} of {ranking.matching:,}", anchor=False)
    if not ranking.candidates:
        st.markdown("Nobody fits the terms of the brief.")
    for candidate in ranking.candidates:
        with st.container(border=True, key=f"print_card_{candidate.rank}", gap="xsmall"):
            _show_candidate(candidate, vocabulary)
    if ranking.set_apart:
        st.header(f"Set apart ({ranking.set_apart_count:,})", anchor=False)
        if ranking.set_apart_count > len(ranking.set_apart):
            st.caption(f"The best {len(ranking.set_apart)} of them, by the score that they would have had.")
        for place, item in enumerate(ranking.set_apart):
            with st.container(key=f"print_card_apart_{place}"):
                st.markdown(f"**{plain(item.organization.name)}**: {plain(' '.join(item.reasons))}")


def _named(codes: Iterable[str], label: Callable[[str], str]) -> str:
    return ", ".join(map(label, codes))


def _brief_lines(brief: Brief, vocabulary: Vocabulary) -> list[str]:
    def lendable(code: str) -> str:
        return vocabulary.lendable[code].label if code in vocabulary.lendable else code

    def country(code: str) -> str:
        return vocabulary.places[code].label if code in vocabulary.places else code

    red = [vocabulary.concerns[code].label for code in brief.red_lines.concerns if code in vocabulary.concerns]
    red += [f"{vocabulary.sectors.get(code, code)} sector" for code in brief.red_lines.sectors]
    red += [*map(country, brief.red_lines.countries), *brief.red_lines.organizations]
    parts = {
        "Who is looking": brief.seeker.name,
        "Behaviour to change": brief.behaviour,
        "Priority audience": _named(
            brief.audiences, lambda code: vocabulary.audiences[code].label if code in vocabulary.audiences else code
        ),
        "Places": _named(brief.places, country),
        "What is needed": ", ".join(f"{lendable(need.code)}{' (must)' if need.must else ''}" for need in brief.needs),
        "What is offered": _named((offer.code for offer in brief.offers), lendable),
        "Red lines": ", ".join(red),
    }
    return [f"**{label}**: {plain(text)}" for label, text in parts.items() if text]


def _terms(ranking: Ranking, filters: Filters, vocabulary: Vocabulary) -> list[str]:
    weighed = [
        f"{component.label} {percent(ranking.weights[component.name])}"
        for component in COMPONENTS
        if ranking.weights.get(component.name)
    ]
    chosen = [vocabulary.sectors.get(code, code) for code in filters.sectors]
    chosen += [vocabulary.places[code].label for code in filters.countries]
    chosen += [f"known to have {vocabulary.capacities[code].label.lower()}" for code in filters.capacities]
    chosen += [f"no {vocabulary.concerns[code].label.lower()}" for code in filters.hide_concerns]
    chosen += [] if filters.with_concerns else ["no known concern"]
    return [
        f"**Weights**: {plain(', '.join(weighed))}",
        f"**Filters**: {plain('; '.join(chosen)) or 'none'}",
        f"**Looked at**: {ranking.considered:,} organizations; {ranking.matching:,} are in the ranking and "
        f"{ranking.set_apart_count:,} are set apart by musts, red lines and policies",
        "A score is of 100 and compares candidates within this brief only. A flag never changes a score.",
    ]


def _show_candidate(candidate: Candidate, vocabulary: Vocabulary) -> None:
    organization = candidate.organization
    st.subheader(f"{candidate.rank}. {plain(organization.name)}", anchor=False)
    st.markdown(
        f"Score **{candidate.score:.0f}** · {percent(candidate.coverage)} of the weight is known · "
        f"{plain(whereabouts(organization, vocabulary))}"
    )
    st.markdown(plain(why(candidate)))
    for flag in candidate.flags:
        words = f"{severity_badge(flag.severity, flag.title)} {plain(flag.text)}"
        st.markdown(_with_reasons(words, flag.reasons, set()))
    if not candidate.flags:
        st.caption("No flag is known. That does not mean that it is clear.")
    seen: set[tuple[str, str]] = set()
    if candidate.needs:
        badges = " ".join(need_badge(need) for need in candidate.needs)
        st.markdown(_with_reasons(badges, [reason for need in candidate.needs for reason in need.reasons[:1]], seen))
    for item in told(candidate):
        if item.weight > 0 or item.points:
            st.markdown(_with_reasons(_contribution_words(item), item.reasons[:REASONS], seen))


def _contribution_words(item: Contribution) -> str:
    if item.value is None and not item.points:
        return f"**{plain(item.label)}**: {plain(item.note) or 'not assessed'}"
    note = f" · {plain(item.note)}" if item.note else ""
    return f"**{plain(item.label)}: {points(item.points)} points**{note}"


def _with_reasons(words: str, reasons: Iterable[Reason], seen: set[tuple[str, str]]) -> str:
    """Return words with those reasons below them that are not in `seen` yet, and note them there."""
    lines = []
    for reason in reasons:
        key = (reason.about, clean(reason.text))
        if key not in seen:
            seen.add(key)
            lines.append(f"- {_reason_words(reason)}")
    return "\n\n".join([words, "\n".join(lines)]) if lines else words


def _reason_words(reason: Reason) -> str:
    strength = f", {strength_words(reason.strength)}" if reason.strength is not None else ""
    text = f" {evidence_line(reason.text, verbatim=reason.verbatim)}" if reason.text else ""
    origin = source_line(reason.source, reason.url, day(reason.observed_on))
    source = f" :small[{origin}]" if origin else ""
    return f"{plain(reason.about)}{strength} {status_badge(reason.status)}{text}{source}"
