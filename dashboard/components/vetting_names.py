"""Names to vet: pasted, uploaded or taken from a shortlist; with the policies to vet them against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from dashboard.components.text import plain
from dashboard.components.vetting_words import pack_titles
from dashboard.vetting_desk import VettingDesk, names_in_file
from kb.brief import Brief
from matcher.vetting.asked_names import NameList, read_names_text
from matcher.vetting.policy import load_policy

POLICIES, LIST = "vet_policies", "list"
SOURCES = ("Paste names", "Upload a file", "From a shortlist")
FILES = ["csv", "tsv", "xlsx", "xls", "ods", "txt"]
EXAMPLE = "Philip Morris International\nUNICEF\tUS\nDiageo plc\tGB\tdiageo.com"


@dataclass(frozen=True)
class Terms:
    """What names are vetted against, and for whom."""

    policies: tuple[str, ...]
    brief: Brief | None


def terms_form(briefs: Sequence[Brief]) -> Terms:
    """Draw the choice of policies and of the brief."""
    st.header("1. Against what", anchor=False)
    titles = pack_titles()
    st.session_state.setdefault(POLICIES, ["general"])
    by_id = {brief.id: brief for brief in briefs}
    asked = st.query_params.get(LIST)
    if asked in by_id:
        st.session_state.setdefault("vet_brief", asked)
    left, right = st.columns(2, gap="medium")
    with left:
        chosen = st.multiselect(
            "Policies",
            list(titles),
            format_func=lambda code: titles[code],
            key=POLICIES,
            persist_state="session",
            help="Several are judged side by side; the gravest finding of any decides.",
        )
    with right:
        wanted = st.selectbox(
            "For which brief",
            list(by_id),
            index=None,
            format_func=lambda key: by_id[key].title,
            key="vet_brief",
            persist_state="session",
            placeholder="None: in general",
            help="Who is looking, and on which terms: some rules ask for that.",
        )
    brief = by_id.get(wanted or "")
    added = [code for code in (brief.policies if brief else ()) if code in titles and code not in chosen]
    if added:
        st.caption(f"The brief binds you to {plain(', '.join(titles[code] for code in added))} too.")
    with st.expander("What these policies check"):
        for code in (*chosen, *added):
            pack = load_policy(code)
            documents = "; ".join(dict.fromkeys(rule.document.title for rule in pack.rules))
            st.markdown(
                f"**{plain(pack.title)}** · {len(pack.rules)} rules  \n{plain(pack.about)}  \n"
                f":small[From: {plain(documents)}]"
            )
    return Terms((*chosen, *added), brief)


def names_form(desk: VettingDesk, terms: Terms, briefs: Sequence[Brief]) -> NameList | None:
    """Draw the fields for names; returns the names when they are to be looked up."""
    st.header("2. Whom", anchor=False)
    source = st.segmented_control(
        "Where the names come from", SOURCES, default=SOURCES[0], key="vet_source", bind="query-params", required=True
    )
    if source == SOURCES[2]:
        return _from_shortlist(desk, terms, briefs)
    if source == SOURCES[0]:
        text = st.text_area(
            "Names, one a line",
            key="vet_text",
            persist_state="session",
            height=200,
            placeholder=EXAMPLE,
            help="After a tab or a semicolon may follow country, website or registry number, in any order.",
        )
        pressed = st.button("Look the names up", type="primary", disabled=not terms.policies)
        _say_what_lacks(terms)
        return read_names_text(text or "") if pressed else None
    file = st.file_uploader(
        "A spreadsheet or text file with 5 to 5,000 names",
        type=FILES,
        key="vet_file",
        help="Columns of any name are recognised: name, country, website, registry number, other names.",
    )
    pressed = st.button("Look the names up", type="primary", disabled=not (file and terms.policies))
    _say_what_lacks(terms)
    return names_in_file(file.name, file.getvalue()) if pressed and file else None


def _from_shortlist(desk: VettingDesk, terms: Terms, briefs: Sequence[Brief]) -> NameList | None:
    lists = {brief.id: desk.kb.casework.shortlist(brief.id) for brief in briefs}
    titles = {brief.id: f"{brief.title} ({len(lists[brief.id])})" for brief in briefs if lists[brief.id]}
    if not titles:
        st.info("No brief has anybody on its shortlist yet.")
        return None
    asked = st.query_params.get(LIST)
    first = list(titles).index(asked) if asked in titles else 0
    chosen = st.selectbox(
        "Shortlist of", list(titles), index=first, format_func=lambda key: titles[key], key="vet_list"
    )
    pressed = st.button("Look the names up", type="primary", disabled=not terms.policies)
    _say_what_lacks(terms)
    return desk.names_of([item.organization_id for item in lists[chosen]]) if pressed and chosen else None


def _say_what_lacks(terms: Terms) -> None:
    if not terms.policies:
        st.warning("Choose at least one policy to vet against.")
