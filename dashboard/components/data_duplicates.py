"""Organizations that are there twice: side by side, merged with a choice of fields, or told apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from dashboard.components.errors import errors_in_words
from dashboard.components.labels import KIND_WORDS, country_of, kind_of, sector_of
from dashboard.components.links import organization_link
from dashboard.components.person import changing
from dashboard.components.text import clean, plain, shorten
from dashboard.data_desk import DataDesk, differing_fields, merged_preview
from kb.duplicates import Match
from kb.organization import Organization
from kb.vocabulary import Vocabulary

DONE = "duplicates_done"
SHOWN = 500
CERTAINTY = {"same": "The same", "possible": "May be the same"}
ALL = "All pairs"


def show_duplicates(desk: DataDesk, vocabulary: Vocabulary) -> None:
    """Draw the pairs to review, and one of them side by side."""
    _show_done(desk)
    with st.spinner("Looking for organizations that are there twice…"):
        matches = desk.duplicates()
    if not matches:
        st.success("No two organizations look like the same one.", icon=":material/check_circle:")
        return
    counts = Counter[str](match.certainty for match in matches)
    kinds = [key for key in CERTAINTY if counts[key]]
    wanted = ALL
    if len(kinds) > 1:
        words = {ALL: f"{ALL} ({len(matches):,})"} | {key: f"{CERTAINTY[key]} ({counts[key]:,})" for key in kinds}
        wanted = st.pills("Show", list(words), format_func=words.__getitem__, default=ALL, key="pairs", required=True)
    listed = [match for match in matches if wanted in (ALL, match.certainty)][:SHOWN]
    ids = sorted({key for match in listed for key in (match.existing_id, match.incoming_id)})
    known = {item.id: item for item in desk.kb.get_many(ids)}
    pairs = {f"{item.existing_id}|{item.incoming_id}": item for item in listed if _both(item, known)}
    if not pairs:
        return
    chosen = st.selectbox(
        f"Pair to review, the surest first ({len(matches):,})",
        list(pairs),
        format_func=lambda key: _line(pairs[key], known),
        key="pair",
        bind="query-params",
    )
    match = pairs[chosen]
    st.markdown(f"**{CERTAINTY[match.certainty]}**: {plain(', '.join(match.reasons))}.")
    _show_pair(desk, known[match.existing_id], known[match.incoming_id], vocabulary)


def _both(match: Match, known: Mapping[str, Organization]) -> bool:
    return match.existing_id in known and match.incoming_id in known


def _line(match: Match, known: Mapping[str, Organization]) -> str:
    one, two = (shorten(known[key].name, 60) for key in (match.existing_id, match.incoming_id))
    return f"{one} and {two}: {shorten(', '.join(match.reasons), 80)}"


def _show_pair(desk: DataDesk, one: Organization, two: Organization, vocabulary: Vocabulary) -> None:
    pair = f"{one.id}|{two.id}"
    sides = {one.id: one, two.id: two}
    larger = max(sides.values(), key=lambda item: len(item.claims))
    stays = st.radio(
        "Which one stays",
        list(sides),
        index=list(sides).index(larger.id),
        format_func=lambda key: f"{plain(sides[key].name)} ({plain(key)}, {len(sides[key].claims):,} facts)",
        key=f"stays_{pair}",
    )
    kept, other = sides[stays], two if stays == one.id else one
    fields = _choose_fields(kept, other, pair, vocabulary)
    after = merged_preview(kept, other, fields)
    st.header("Side by side", anchor=False)
    st.dataframe(side_by_side(kept, other, after, vocabulary), hide_index=True, alt="Both, and the merged one.")
    st.caption(
        "Every fact of both is kept with its source; the same fact from the same source counts once. Empty fields are "
        "filled from the other one, and its name stays as another name."
    )
    with st.container(horizontal=True, vertical_alignment="center", key="merge_row"):
        changing(st.button)(
            f"Merge into {plain(shorten(after.name, 50))}",
            type="primary",
            on_click=_merge,
            args=(desk, kept, other, fields),
            key="merge",
        )
        changing(st.button)("They are two organizations", on_click=_tell_apart, args=(desk, one, two), key="apart")
        organization_link(kept.id, f"Open {shorten(kept.name, 40)}")
        organization_link(other.id, f"Open {shorten(other.name, 40)}")


def _choose_fields(kept: Organization, other: Organization, pair: str, vocabulary: Vocabulary) -> dict[str, object]:
    """Draw a choice for each field in which both say something else; returns those taken from the other one."""
    names = differing_fields(kept, other)
    if not names:
        return {}
    taken: dict[str, object] = {}
    with st.expander(f"Choose what to keep where they differ ({len(names)})", expanded=True, key=f"fields_{pair}"):
        for name in names:
            values = [_words(item, name, vocabulary) for item in (kept, other)]
            sides = {kept.id: plain(shorten(values[0], 200)), other.id: plain(shorten(values[1], 200))}
            side = st.radio(
                name.capitalize(), list(sides), format_func=sides.__getitem__, key=f"field_{name}_{pair}_{kept.id}"
            )
            if side == other.id:
                taken[name] = getattr(other, name)
    if "mission" in taken or "description" in taken:
        taken["text_source"] = other.text_source
    return taken


def side_by_side(kept: Organization, other: Organization, after: Organization, vocabulary: Vocabulary) -> pd.DataFrame:
    """Return one row per field and kind of fact: both organizations, and the merged one."""
    fields = ("name", "aliases", "sector", "kind", "industry", "country", "city", "website", "registry_ids")
    rows = [(name, [_words(item, name, vocabulary) for item in (kept, other, after)]) for name in fields]
    rows += [(name, [shorten(getattr(item, name), 240) for item in (kept, other, after)]) for name in _texts()]
    for kind, title in KIND_WORDS.items():
        words = [
            ", ".join(dict.fromkeys(vocabulary.label(kind, claim.code) for claim in item.claims_of(kind)))
            for item in (kept, other, after)
        ]
        rows.append((title, words))
    rows.append(("Facts", [f"{len(item.claims):,}" for item in (kept, other, after)]))
    return pd.DataFrame(
        [
            {"Field": name.replace("_", " ").capitalize(), "Stays": one, "Is merged": two, "Afterwards": result}
            for name, (one, two, result) in rows
            if one or two or result
        ]
    )


def _texts() -> Sequence[str]:
    return ("mission", "description")


def _words(item: Organization, name: str, vocabulary: Vocabulary) -> str:
    """Return a field's value in words."""
    value = getattr(item, name)
    if not value:
        return ""
    if name == "country":
        return country_of(item, vocabulary)
    if name == "sector":
        return sector_of(item, vocabulary)
    if name == "kind":
        return kind_of(item, vocabulary)
    if name == "industry":
        term = vocabulary.industries.get(value)
        return term.label if term else clean(value)
    if name == "aliases":
        return shorten("; ".join(value), 240)
    if name == "registry_ids":
        return clean("; ".join(f"{number.scheme} {number.value}" for number in value))
    return clean(str(value))


def _merge(desk: DataDesk, kept: Organization, other: Organization, fields: Mapping[str, object]) -> None:
    with errors_in_words(stop=False):
        batches = desk.merge(kept, other, fields)
        st.session_state[DONE] = (f"{kept.name} and {other.name} are one now.", batches, ())


def _tell_apart(desk: DataDesk, one: Organization, two: Organization) -> None:
    with errors_in_words(stop=False):
        desk.remembered.keep_apart(one.id, two.id)
        st.session_state[DONE] = (f"{one.name} and {two.name} stay two, and are not asked about again.", (), (one, two))


def _show_done(desk: DataDesk) -> None:
    done = st.session_state.get(DONE)
    if done is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", border=True, key="duplicates_undo"):
        st.markdown(plain(done[0]))
        st.button("Undo", on_click=_undo, args=(desk,), key="undo_merge")


def _undo(desk: DataDesk) -> None:
    _, batches, pair = st.session_state.pop(DONE)
    with errors_in_words(stop=False):
        desk.undo(batches)
        if pair:
            desk.remembered.doubt_again(pair[0].id, pair[1].id)
        st.toast("Taken back.")
