"""Filters of the ranking, each option with how many organizations it would leave."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from dashboard.facets import Facets
from kb.vocabulary import Vocabulary
from matcher import Filters

KEYS = ("filter_sectors", "filter_countries", "filter_capacities", "filter_concerns", "filter_clear")


def _counted(labels: Callable[[str], str], counts: Mapping[str, int]) -> Callable[[str], str]:
    return lambda code: f"{labels(code)} ({counts.get(code, 0):,})"


def _choice(
    label: str, key: str, counts: Mapping[str, int], labels: Callable[[str], str], empty: str
) -> tuple[str, ...]:
    options = sorted(counts, key=lambda code: (-counts[code], labels(code)))
    chosen = st.multiselect(
        label,
        options,
        format_func=_counted(labels, counts),
        key=key,
        placeholder=empty,
        persist_state="session",
        disabled=not options,
    )
    return tuple(chosen)


def clear_filters() -> None:
    """Empty every filter."""
    for key in KEYS[:-1]:
        st.session_state[key] = []
    st.session_state[KEYS[-1]] = False


def filter_controls(facets: Facets, vocabulary: Vocabulary) -> Filters:
    """Draw the filters and return what was chosen."""
    st.subheader("Filters", anchor=False)
    sectors = _choice("Sector", KEYS[0], facets.sectors, lambda code: vocabulary.sectors[code], "Any sector")
    countries = _choice(
        "Country of the seat", KEYS[1], facets.countries, lambda code: vocabulary.places[code].label, "Any country"
    )
    capacities = _choice(
        "Known to have", KEYS[2], facets.capacities, lambda code: vocabulary.capacities[code].label, "Any capacity"
    )
    concerns = _choice(
        "Hide concerns", KEYS[3], facets.concerns, lambda code: vocabulary.concerns[code].label, "Hide none"
    )
    clear = st.toggle(
        "Hide every known concern",
        key=KEYS[4],
        persist_state="session",
        help="Leaves those of whom no concern is known; that is not the same as being clear.",
    )
    filters = Filters(
        sectors=sectors,
        countries=countries,
        capacities=capacities,
        hide_concerns=concerns,
        with_concerns=not clear,
    )
    if filters != Filters():
        st.button("Clear the filters", on_click=clear_filters, width="stretch")
    return filters
