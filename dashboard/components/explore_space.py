"""White space: what nobody in a place is known to be able to lend to a cause, and who is nearest."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd
import streamlit as st

from dashboard.components.briefs import current_brief
from dashboard.components.charts import ROW, draw
from dashboard.components.explore_colors import is_dark
from dashboard.components.labels import country_of
from dashboard.components.links import organization_link
from dashboard.components.palette import Ink, ink
from dashboard.components.text import badge, clean, plain
from dashboard.explore_desk import ExploreDesk
from matcher.landscape.white_space import Presence, Space, Standing

ANY = ""
WORDS = {
    Standing.NOT_KNOWN: ("Not known", "gray", "No capacity is known of anybody here, so nothing can be said."),
    Standing.NOBODY: ("Nobody known", "red", "Nobody here is known to have it; see below who was looked at."),
    Standing.OTHER_CAUSE: ("Only outside the cause", "orange", "Some here have it, none of them known for the cause."),
    Standing.WIDER: ("Only from afar", "yellow", "Some have it that work in a wider region; none name this place."),
    Standing.ELSEWHERE: ("From elsewhere", "blue", "Some have it that work here, with their seat elsewhere."),
    Standing.HERE: ("Here", "green", "Some have it with their seat here."),
}
GAPS = (Standing.NOT_KNOWN, Standing.NOBODY, Standing.OTHER_CAUSE, Standing.WIDER)
PARTS = {
    "Based here": ("here", "#0E7C72", "#4FB3A6"),
    "Work here, based elsewhere": ("elsewhere", "#6C9BD6", "#7DA9E3"),
    "This capacity not mentioned": ("not_mentioned", "#D3DBDD", "#55636D"),
    "Said not to have it": ("said_not", "#B4531A", "#E8935B"),
    "No capacity known": ("unknown", "#F3F6F6", "#1B252C"),
}


def show_white_space(explore: ExploreDesk) -> None:
    """Draw how every capacity stands in a place for a cause, the emptiest first."""
    place, cause = _controls(explore)
    vocabulary = explore.vocabulary
    spaces, where = explore.white_space(place, cause), explore.presence(place, cause)
    _show_figures(where, bool(cause))
    about = f", for {vocabulary.causes[cause].label}" if cause else ""
    name = vocabulary.places[place].label
    gaps = [space for space in spaces if space.standing in GAPS]
    st.header(f"{len(gaps)} of {len(spaces)} capacities are a gap in {plain(name)}{plain(about)}", anchor=False)
    st.caption(
        '"Nobody known" is said where capacities of somebody are known and this one is not among them; '
        'it is not proof that nobody has it. "Not known" is said where no capacity of anybody is known.'
    )
    if not gaps:
        st.success("Every capacity is known of somebody who is based here or names this place.")
    list_side, chart_side = st.columns(2, gap="medium") if gaps else (st.container(), st.container())
    with list_side:
        for space in gaps:
            _show_gap(explore, space, where)
    with chart_side:
        st.subheader("Who is here for the cause" if cause else "Who is here", anchor=False)
        draw(
            space_chart(explore, spaces, ink()),
            "Stacked bars by capacity of those present; the table below has the numbers.",
        )
    st.header("The same as a table", anchor=False)
    st.dataframe(space_table(explore, spaces), hide_index=True, alt="Capacities with how they stand here.")


def _controls(explore: ExploreDesk) -> tuple[str, str]:
    vocabulary = explore.vocabulary
    places = sorted(vocabulary.places, key=lambda code: vocabulary.places[code].label)
    briefs = explore.desk.kb.briefs()
    brief = current_brief(briefs) or next((item for item in briefs if item.places), None)
    st.session_state.setdefault("space_place", _usual_place(explore, brief.places if brief else ()))
    held = explore.cause_counts()
    causes = [ANY, *sorted(held, key=lambda code: vocabulary.causes[code].label)]
    if brief and "space_cause" not in st.session_state:
        st.session_state["space_cause"] = next((code for code in brief.causes if code in held), ANY)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=320):
            place = st.selectbox(
                "Place",
                places,
                format_func=lambda code: vocabulary.places[code].label,
                key="space_place",
                bind="query-params",
            )
        with st.container(width=360):
            cause = st.selectbox(
                "Cause",
                causes,
                format_func=lambda code: vocabulary.causes[code].label if code else "Any cause",
                key="space_cause",
                bind="query-params",
            )
    return place, cause or ANY


def _usual_place(explore: ExploreDesk, places: Sequence[str]) -> str:
    """Return a brief's first place, or else the country with the most organizations."""
    known = explore.desk.facets().countries
    most = max(known, key=lambda code: known[code]) if known else "world"
    return next((place for place in places if place in explore.vocabulary.places), most)


def _show_figures(where: Presence, asked: bool) -> None:
    with st.container(horizontal=True, key="figures"):
        st.metric("Based here", f"{int(where.based.sum()):,}", border=True)
        st.metric("Name this place, based elsewhere", f"{int(where.working.sum()):,}", border=True)
        if asked:
            st.metric("Known for the cause, of both", f"{int((where.present & where.cause).sum()):,}", border=True)
        st.metric(
            "In a wider region only",
            f"{int((where.wider & where.cause).sum()):,}",
            border=True,
            help="They say only that they work worldwide or in a wide region"
            + (", and are known for the cause." if asked else "."),
        )


def _show_gap(explore: ExploreDesk, space: Space, where: Presence) -> None:
    label = explore.vocabulary.capacities[space.code].label
    words, color, help_words = WORDS[space.standing]
    with st.container(border=True, gap="xsmall", key=f"gap_{space.code}"):
        st.subheader(label, anchor=False)
        needed = badge(f"needed by {space.needed:,} here", "violet") if space.needed else ""
        st.markdown(f"{badge(words, color)} {needed}")
        st.caption(f"{help_words} {_counted(space, where)}")
        if not space.nearest:
            st.caption("Nobody outside is known to have it either.")
            return
        st.caption("Nearest with it:")
        rows = [near.row for near in space.nearest]
        regions = {near.row: explore.vocabulary.places[near.region].label for near in space.nearest}
        for row, organization in zip(rows, explore.organizations(rows), strict=False):
            known = "known for the cause" if where.cause[row] else "not known for the cause"
            country = country_of(organization, explore.vocabulary)
            with st.container(gap=None):
                organization_link(organization.id, organization.name)
                st.caption(plain(f"{country}, {regions[row]} · {known}"))


def _counted(space: Space, where: Presence) -> str:
    """Say who was looked at, those of whom nothing is known apart."""
    present = int((where.present & where.cause).sum())
    parts = [f"Of {present:,} here for the cause, {space.not_mentioned:,} are known for other capacities"]
    if space.said_not:
        parts.append(f"{space.said_not:,} are known not to have it")
    parts.append(f"and of {space.unknown:,} no capacity is known")
    outside = []
    if space.wider:
        outside.append(f"{space.wider:,} with it work in a wider region")
    if space.other_cause:
        outside.append(f"{space.other_cause:,} here have it for other causes")
    return f"{', '.join(parts)}." + (f" {'; '.join(outside).capitalize()}." if outside else "")


def space_chart(explore: ExploreDesk, spaces: Sequence[Space], ink: Ink) -> alt.Chart:
    """Draw who is present, by capacity: those who have it, those who do not mention it, those not known."""
    dark = is_dark(ink)
    rows = [
        {
            "capacity": explore.vocabulary.capacities[space.code].label,
            "part": part,
            "order": order,
            "count": getattr(space, field),
        }
        for space in spaces
        for order, (part, (field, _, _)) in enumerate(PARTS.items())
    ]
    colors = [shades[1 + dark] for shades in PARTS.values()]
    chart: alt.Chart = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_bar(height=16, stroke=ink.quiet, strokeWidth=0.4)
        .encode(
            y=alt.Y(
                "capacity:N",
                sort=None,
                title=None,
                axis=alt.Axis(labelLimit=150, labelColor=ink.quiet, ticks=False, domain=False),
            ),
            x=alt.X(
                "count:Q",
                title="Organizations",
                axis=alt.Axis(tickCount=5, tickMinStep=1, format=",d", labelColor=ink.quiet, titleColor=ink.quiet),
            ),
            color=alt.Color(
                "part:N",
                title=None,
                scale=alt.Scale(domain=list(PARTS), range=colors),
                legend=alt.Legend(orient="top", columns=2, labelColor=ink.quiet, labelLimit=220, symbolStrokeWidth=0.5),
            ),
            order=alt.Order("order:Q"),
            tooltip=[
                alt.Tooltip("capacity:N", title="Capacity"),
                alt.Tooltip("part:N", title="Organizations that"),
                alt.Tooltip("count:Q", title="Count", format=","),
            ],
        )
        .properties(height=ROW * len(spaces) + 90)
    )
    return chart


def space_table(explore: ExploreDesk, spaces: Sequence[Space]) -> pd.DataFrame:
    """Return one row per capacity with every count, and the nearest where it is a gap."""
    return pd.DataFrame(
        [
            {
                "Capacity": explore.vocabulary.capacities[space.code].label,
                "Stands": WORDS[space.standing][0],
                "Needed by": space.needed,
                "Based here": space.here,
                "From elsewhere": space.elsewhere,
                "Wider region": space.wider,
                "Other causes": space.other_cause,
                "Not mentioned": space.not_mentioned,
                "Said not": space.said_not,
                "No capacity known": space.unknown,
                "Nearest": ", ".join(clean(explore.name(near.row)) for near in space.nearest),
            }
            for space in spaces
        ]
    )
