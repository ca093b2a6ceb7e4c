"""The partnership network around an organization or within a cause, with every tie as a row of a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.components.explore_network_chart import HEIGHT, network_spec
from dashboard.components.labels import STATUS_HELP
from dashboard.components.links import organization_link
from dashboard.components.palette import ink
from dashboard.components.text import clean, day, plain, shorten
from dashboard.explore_desk import ExploreDesk
from matcher.landscape.network import Network, best_tied
from matcher.landscape.ties import TieFact

AROUND, WITHIN = "Around an organization", "Within a cause"
CENTER = "around"
SIZES = (20, 40, 80)
CHOICES = 8


def center_on(organization_id: str) -> None:
    """Draw the network around an organization from now on, and name it in the address."""
    st.query_params[CENTER] = organization_id
    st.session_state["network_way"] = AROUND
    st.session_state["network_find"] = ""


def show_network(explore: ExploreDesk) -> None:
    """Draw the network, whoever was clicked, and what joins them as a table."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        way = st.segmented_control(
            "Network", (AROUND, WITHIN), default=AROUND, key="network_way", bind="query-params", required=True
        )
        most = st.segmented_control(
            "At most", SIZES, default=SIZES[1], key="network_size", bind="query-params", required=True
        )
    if way == WITHIN:
        network, center, about = _within(explore, most or SIZES[1])
    else:
        network, center, about = _around(explore, most or SIZES[1])
    if network is None or not network.ties:
        st.info(about)
        return
    facts = explore.tie_facts(network)
    look = ink()
    chart, side = st.columns([5, 3], gap="medium")
    with chart:
        event = st.echarts_chart(
            explore.kept((network, center, look), lambda: network_spec(explore, network, center, look)),
            height=HEIGHT,
            key=f"network_{center}_{len(network.rows)}_{way}",
            on_select="rerun",
            alt=f"Network of {len(network.rows)} organizations; the table below has every tie.",
        )
        st.caption(about)
    with side:
        _show_clicked(explore, network, _clicked(network, dict(event["selection"])), center, facts)
    st.header("What joins them", anchor=False)
    _show_facts(explore, network, facts)


def _around(explore: ExploreDesk, most: int) -> tuple[Network | None, int | None, str]:
    wanted = _find(explore) or st.query_params.get(CENTER) or _best_tied(explore)
    network = explore.around(wanted, most) if wanted else None
    if network is None:
        return None, None, "No organization is tied to another yet. Import engagements or relations to see a network."
    row = network.rows[0]
    name = plain(clean(explore.name(row)))
    if not network.ties:
        return network, row, f"No engagement or relation of {name} is known. That is not the same as none."
    shown = len(network.rows) - 1
    return network, row, f"{name} and {shown:,} of the {network.tied:,} that it is tied to, the strongest ties first."


def _find(explore: ExploreDesk) -> str | None:
    """Ask for an organization by name; a choice among those found."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=360):
            text = st.text_input("Find an organization", key="network_find", placeholder="Name", type="search")
        found = {item.id: item.name for item in explore.desk.kb.find(text, CHOICES)} if text.strip() else {}
        if text.strip() and not found:
            st.caption("Nobody of that name is known.")
        if found:
            with st.container(width=420):
                chosen = st.selectbox(
                    "Found", list(found), format_func=lambda key: clean(found[key]), key=f"network_found_{text}"
                )
            if chosen:
                st.query_params[CENTER] = chosen
            return chosen
    return None


def _best_tied(explore: ExploreDesk) -> str | None:
    row = best_tied(explore.columns())
    return None if row is None else _id(explore, row)


def _within(explore: ExploreDesk, most: int) -> tuple[Network | None, int | None, str]:
    causes = explore.vocabulary.causes
    held = explore.cause_counts()
    if not held:
        return None, None, "No organization is known for a cause yet."
    with st.container(width=360):
        cause = st.selectbox(
            "Cause",
            sorted(held, key=lambda code: -held[code]),
            format_func=lambda code: f"{causes[code].label} ({held[code]:,})",
            key="network_cause",
            bind="query-params",
        )
    network = explore.within_cause(cause, most)
    label = causes[cause].label
    if not network.ties:
        return network, None, f"{network.considered:,} organizations are known for {label}; no tie among them is known."
    return (
        network,
        None,
        f"{len(network.rows):,} of {network.tied:,} organizations known for {label} that are tied to another one; "
        f"{network.considered:,} are known for it.",
    )


def _clicked(network: Network, selection: Mapping[str, Any]) -> int | None:
    for item in selection.get("selected") or []:
        for index in item["data_indices"]:
            if item.get("data_type") in (None, "node") and index < len(network.rows):
                return network.rows[int(index)]
    return None


def _show_clicked(
    explore: ExploreDesk, network: Network, clicked: int | None, center: int | None, facts: tuple[TieFact, ...]
) -> None:
    row = clicked if clicked is not None else center
    if row is None:
        st.header("Best tied", anchor=False)
        for other in network.rows[:CHOICES]:
            _show_one(explore, network, other, None)
        return
    st.header(plain(clean(explore.name(row))), anchor=False)
    organization_link(_id(explore, row), "Open the profile")
    if row != center:
        st.button("Draw the network around it", on_click=center_on, args=(_id(explore, row),))
    st.subheader("Tied to", anchor=False)
    near = [tie for tie in network.ties if row in (tie.one, tie.other)]
    for tie in near[:CHOICES]:
        other = tie.other if tie.one == row else tie.one
        _show_one(explore, network, other, _words(explore, row, other, facts))
    if len(near) > CHOICES:
        st.caption(f"The {CHOICES} strongest of {len(near):,}; the table has the others.")


def _show_one(explore: ExploreDesk, network: Network, row: int, words: str | None) -> None:
    with st.container(gap=None):
        organization_link(_id(explore, row), explore.name(row))
        joined = sum(1 for tie in network.ties if row in (tie.one, tie.other))
        st.caption(plain(words) if words else f"joined to {joined:,} of those shown")


def _words(explore: ExploreDesk, one: int, other: int, facts: tuple[TieFact, ...]) -> str:
    mine = [fact for fact in facts if {fact.one, fact.other} == {one, other}]
    what = [_what(explore, fact) for fact in mine[:2]]
    more = f" and {len(mine) - 2} more" if len(mine) > 2 else ""
    return "; ".join(shorten(clean(item), 80) for item in what) + more


def _what(explore: ExploreDesk, fact: TieFact) -> str:
    if fact.title:
        return fact.title
    term = explore.vocabulary.relations.get(fact.relation)
    verb = term.label.lower() if term else fact.relation.replace("_", " ")
    return f"{explore.name(fact.one)}: {verb} {explore.name(fact.other)}"


def _id(explore: ExploreDesk, row: int) -> str:
    return explore.directory().id(int(explore.columns().numbers[row]))


def _show_facts(explore: ExploreDesk, network: Network, facts: tuple[TieFact, ...]) -> None:
    table = pd.DataFrame(
        {
            "One": [clean(explore.name(fact.one)) for fact in facts],
            "Other": [clean(explore.name(fact.other)) for fact in facts],
            "Joined by": [clean(_what(explore, fact)) for fact in facts],
            "Since": [day(fact.since) for fact in facts],
            "Known": [fact.status.value for fact in facts],
            "Source": [clean(fact.source.name) for fact in facts],
        }
    )
    st.dataframe(
        table, hide_index=True, height=min(38 + 35 * len(table), 420), alt="What joins the organizations shown."
    )
    count = sum(len(tie.engagements) + len(tie.relations) for tie in network.ties)
    told = "; ".join(f"{status.value}: {STATUS_HELP[status]}" for status in sorted({fact.status for fact in facts}))
    cut = f"The {len(facts):,} of the strongest ties, of {count:,}. " if count > len(facts) else ""
    st.caption(f"{cut}{told[:1].upper()}{told[1:]}.")
