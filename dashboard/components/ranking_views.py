"""A ranking as a summary, a table, a chart; and those set apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from dashboard.components.charts import breakdown_chart, breakdown_legend, breakdown_table, draw
from dashboard.components.labels import SEVERITY_WORDS, country_of, kind_of, needs_met, sector_of, whereabouts
from dashboard.components.links import organization_link
from dashboard.components.palette import ink
from dashboard.components.text import clean, plain
from kb.vocabulary import Vocabulary
from matcher.results import Candidate, Ranking

CHARTED = 25


def show_summary(ranking: Ranking) -> None:
    """Draw the figures that answer the page's question at a glance, and the notes."""
    best = f"{ranking.candidates[0].score:.0f}" if ranking.candidates else "none"
    with st.container(horizontal=True, key="figures"):
        st.metric("Looked at", f"{ranking.considered:,}", border=True, help="Organizations that pass the filters.")
        st.metric(
            "In the ranking", f"{ranking.matching:,}", border=True, help="They meet every must and cross no red line."
        )
        st.metric(
            "Set apart",
            f"{ranking.set_apart_count:,}",
            border=True,
            help="Kept out by your musts, red lines or policies.",
        )
        st.metric("Best score", best, border=True, help="Of 100. Scores compare candidates within one brief.")
    for note in ranking.notes:
        st.info(plain(note))


def candidate_table(
    candidates: Sequence[Candidate], vocabulary: Vocabulary, fresh: frozenset[str] = frozenset()
) -> pd.DataFrame:
    """Return one row per candidate, in whole numbers; with a column that marks the `fresh` ones when there are any."""
    return pd.DataFrame(
        [
            {
                "Rank": candidate.rank,
                **({"New": "New" if candidate.organization.id in fresh else ""} if fresh else {}),
                "Organization": clean(candidate.organization.name),
                "Score": round(candidate.score),
                "Known": round(100 * candidate.coverage),
                "Needs met": needs_met(candidate),
                "Flags": ", ".join(f"{SEVERITY_WORDS[flag.severity]}: {flag.title}" for flag in candidate.flags),
                "Sector": sector_of(candidate.organization, vocabulary),
                "Kind": kind_of(candidate.organization, vocabulary),
                "Country": country_of(candidate.organization, vocabulary),
            }
            for candidate in candidates
        ]
    )


def show_table(
    candidates: Sequence[Candidate],
    vocabulary: Vocabulary,
    select: Callable[[str], None],
    fresh: frozenset[str] = frozenset(),
) -> None:
    """Draw the ranking as a table; ticking a row shows that candidate in detail."""

    def ticked() -> None:
        rows = st.session_state["ranking_table"]["selection"]["rows"]
        if rows:
            select(candidates[rows[0]].organization.id)

    st.dataframe(
        candidate_table(candidates, vocabulary, fresh),
        key="ranking_table",
        hide_index=True,
        on_select=ticked,
        selection_mode="single-row",
        height=min(38 + 35 * len(candidates), 640),
        column_config={
            "Rank": st.column_config.NumberColumn(width="small"),
            "Organization": st.column_config.TextColumn(width="medium"),
            "Score": st.column_config.ProgressColumn(min_value=0, max_value=100, format="%d"),
            "Known": st.column_config.NumberColumn(
                format="%d%%", help="Share of the weight that rests on something known."
            ),
        },
        alt="Ranking of candidates with score, coverage, needs met, flags, sector, kind and country.",
    )
    st.caption("Tick a row to see that candidate in detail.")


def show_breakdown(candidates: Sequence[Candidate]) -> None:
    """Draw the parts of every score, and the same as a table."""
    first = candidates[:CHARTED]
    if not any(item.points for candidate in first for item in candidate.contributions):
        st.caption("Nobody has a point to break down.")
        return
    draw(breakdown_legend(first, ink()), "Colors of the components in the chart below.", width=420)
    draw(
        breakdown_chart(first, ink()),
        "Stacked bars of what each component adds to each score; the table below has the same points.",
    )
    with st.expander("The same as a table"):
        st.dataframe(breakdown_table(first), hide_index=True, alt="Points by candidate and component.")


def show_set_apart(ranking: Ranking, vocabulary: Vocabulary) -> None:
    """Draw those that the brief's own terms keep out, with the reasons."""
    if not ranking.set_apart:
        return
    count = ranking.set_apart_count
    box = st.expander(
        f"Set apart by your musts, red lines and policies ({count:,})", key="set_apart", on_change="rerun"
    )
    if not box.open:
        return
    with box:
        if count > len(ranking.set_apart):
            st.caption(f"The best {len(ranking.set_apart)} of {count:,}, by the score that they would have had.")
        for item in ranking.set_apart:
            with st.container(border=True, gap="xsmall"):
                organization_link(item.organization.id, item.organization.name)
                st.caption(f"{plain(whereabouts(item.organization, vocabulary))} · would score {item.score:.0f}")
                st.markdown("\n".join(f"- {plain(reason)}" for reason in item.reasons))
