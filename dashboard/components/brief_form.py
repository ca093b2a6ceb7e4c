"""The guided form of a brief."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard.components.brief_draft import key
from dashboard.components.text import plain
from kb.knowledge_base import KnowledgeBase
from kb.vocabulary import Vocabulary
from matcher.policy_terms import policy_titles


def _codes(label: str, field: str, labels: Mapping[str, str], placeholder: str) -> list[str]:
    # A saved brief may name a code that the vocabulary no longer has: it stays visible, so that it can be removed.
    known = list(labels) + [code for code in st.session_state[key(field)] if code not in labels]
    chosen: list[str] = st.multiselect(
        label,
        known,
        format_func=lambda code: labels.get(code, f"{code} (unknown)"),
        key=key(field),
        placeholder=placeholder,
    )
    return chosen


def _labels(terms: Mapping[str, Any]) -> dict[str, str]:
    return {code: term if isinstance(term, str) else term.label for code, term in terms.items()}


def show_form(vocabulary: Vocabulary, kb: KnowledgeBase) -> None:
    """Draw every field of the brief."""
    st.header("What should change", anchor=False)
    st.text_input("Title", key=key("title"), placeholder="Handwashing with soap in Kenya", max_chars=200)
    st.text_area(
        "Behaviour to change, in plain words",
        key=key("behaviour"),
        placeholder="Mothers of young children wash their hands with soap before feeding them.",
        height=90,
    )
    st.text_area(
        "Context", key=key("context"), placeholder="Who runs the programme, since when, what was tried.", height=90
    )
    _codes("Causes", "causes", _labels(vocabulary.causes), placeholder="Choose causes")
    st.header("For whom, and where", anchor=False)
    _codes("Priority audience", "audiences", _labels(vocabulary.audiences), placeholder="Choose audiences")
    st.text_input("The audience in your own words", key=key("audience_text"))
    _codes("Places", "places", _labels(vocabulary.places), placeholder="Choose countries or regions")
    st.header("What you lack", anchor=False)
    _show_needs(vocabulary)
    st.header("What you can lend in return", anchor=False)
    _show_offers(vocabulary)
    st.header("Your terms", anchor=False)
    _show_terms(vocabulary)
    with st.expander("Who is looking", key="seeker_fields"):
        _show_seeker(vocabulary, kb)


def _show_needs(vocabulary: Vocabulary) -> None:
    lendable = vocabulary.lendable
    chosen = _codes(
        "Capacities and assets that the programme lacks", "needs", _labels(lendable), placeholder="Choose needs"
    )
    for code in chosen:
        label = lendable[code].label if code in lendable else code
        with st.container(border=True, gap="small", key=f"need_{code}"):
            st.subheader(
                plain(label), anchor=False, help=plain(lendable[code].definition) if code in lendable else None
            )
            st.session_state.setdefault(key("need_text", code), "")
            st.session_state.setdefault(key("need_weight", code), 60)
            st.session_state.setdefault(key("need_must", code), False)
            st.text_input(
                f"What {label.lower()} is needed for",
                key=key("need_text", code),
                placeholder="In plain words; it sharpens the search.",
            )
            with st.container(horizontal=True, gap="large", vertical_alignment="bottom"):
                st.slider("Importance", 5, 100, step=5, format="%d%%", key=key("need_weight", code))
                st.toggle("A must", key=key("need_must", code), help="Who is not known to have it is set apart.")
    if not chosen:
        st.caption("A need is what makes the ranking: name at least one.")


def _show_offers(vocabulary: Vocabulary) -> None:
    lendable = vocabulary.lendable
    for code in _codes(
        "Capacities and assets that you offer", "offers", _labels(lendable), placeholder="Choose offers"
    ):
        label = lendable[code].label if code in lendable else code
        st.session_state.setdefault(key("offer_text", code), "")
        st.text_input(f"Your {label.lower()}, in plain words", key=key("offer_text", code))
    if not st.session_state[key("offers")]:
        st.caption("Without an offer, nothing can be said of what a partner would gain.")


def _show_terms(vocabulary: Vocabulary) -> None:
    _codes("Values that you stand for", "values", _labels(vocabulary.values), placeholder="Choose values")
    _codes("Sectors wanted", "sectors", dict(vocabulary.sectors), placeholder="Any sector")
    _codes("Red lines: concerns", "red_concerns", _labels(vocabulary.concerns), placeholder="None")
    st.toggle("A side line in one of these is a red line too", key=key("red_minor"))
    first, second = st.columns(2)
    with first:
        _codes("Red lines: sectors", "red_sectors", dict(vocabulary.sectors), placeholder="None")
    with second:
        _codes("Red lines: countries of the seat", "red_countries", _labels(vocabulary.places), placeholder="None")
    _codes("Policies whose exclusions set a candidate apart", "policies", policy_titles(), placeholder="None")
    with st.container(horizontal=True, gap="large"):
        st.toggle("The partnership is to be exclusive", key=key("exclusivity"))
        st.toggle("You would endorse the partner or its products", key=key("endorsement"))


def _show_seeker(vocabulary: Vocabulary, kb: KnowledgeBase) -> None:
    name = st.text_input("Your organization", key=key("seeker_name"))
    _choose("In the knowledge base as", "seeker_id", _likely(kb, name), empty="Not in the knowledge base")
    first, second = st.columns(2)
    with first:
        _choose("Your sector", "seeker_sector", dict(vocabulary.sectors), empty="Not said")
    with second:
        countries = {code: place.label for code, place in vocabulary.places.items() if place.countries == {code}}
        _choose("Your country", "seeker_country", countries, empty="Not said")
    _codes("Industries that you regulate", "seeker_regulates", _labels(vocabulary.industries), placeholder="None")
    _codes(
        "Concerns that others may have about you", "seeker_concerns", _labels(vocabulary.concerns), placeholder="None"
    )


def _likely(kb: KnowledgeBase, name: str) -> dict[str, str]:
    now = st.session_state[key("seeker_id")]
    found = (kb.get_many([now]) if now else []) + (kb.find(name, 5) if name.strip() else [])
    return {item.id: item.name for item in found}


def _choose(label: str, field: str, labels: Mapping[str, str], empty: str) -> None:
    now = st.session_state[key(field)]
    options: Sequence[str | None] = [None, *labels, *([now] if now and now not in labels else [])]
    st.selectbox(
        label,
        options,
        format_func=lambda code: labels.get(code, code) if code else empty,
        key=key(field),
        filter_mode=None if len(options) < 8 else "fuzzy",
    )
