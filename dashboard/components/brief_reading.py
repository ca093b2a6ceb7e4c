"""From pasted text to fields: what was recognized, with its quotes, for a person to confirm."""

from __future__ import annotations

import streamlit as st

from dashboard.components.brief_draft import UNTITLED, add_need, is_loaded, key, set_need
from dashboard.components.text import badge, percent, plain
from kb.brief import Need
from kb.vocabulary import Vocabulary
from matcher.reading.brief_text import Draft, Recognized, read_brief

TEXT, READ = "reading_text", "reading_draft"
GROUPS = {
    "cause": ("Causes", "causes"),
    "audience": ("Audiences", "audiences"),
    "place": ("Places", "places"),
    "need": ("Needs", "needs"),
    "offer": ("Offers", "offers"),
    "value": ("Values", "values"),
    "sector": ("Sectors wanted", "sectors"),
    "red_line": ("Red lines", ""),
}
RED = {"concern": "red_concerns", "sector": "red_sectors", "country": "red_countries"}
UNSURE = 0.5


def _tick(position: int) -> str:
    return f"reading_tick_{position}"


def show_reading(vocabulary: Vocabulary) -> None:
    """Draw the text, what was recognized in it, and the button that fills the form."""
    st.header("Paste a text", anchor=False)
    st.caption(
        "Plain English of any length. Nothing is used before you confirm it, and the text stays on this machine."
    )
    st.text_area(
        "Your text",
        key=TEXT,
        height=220,
        persist_state="session",
        placeholder="We want mothers in rural Kenya to wash their hands with soap. We need shops that …",
    )
    if st.button("Read the text", type="primary"):
        read = read_brief(st.session_state[TEXT], vocabulary)
        st.session_state[READ] = read
        for position, item in enumerate(read.recognized):
            st.session_state[_tick(position)] = item.confidence >= UNSURE
    found = st.session_state.get(READ)
    if isinstance(found, Draft):
        _show_found(found)


def _show_found(found: Draft) -> None:
    for note in found.notes:
        st.info(plain(note))
    if found.behaviour:
        st.subheader("Behaviour", anchor=False)
        st.markdown(f"“{plain(found.behaviour)}”")
    for kind, (title, _) in GROUPS.items():
        mine = [(position, item) for position, item in enumerate(found.recognized) if item.kind == kind]
        if not mine:
            continue
        st.subheader(title, anchor=False)
        for position, item in mine:
            st.session_state.setdefault(_tick(position), item.confidence >= UNSURE)
            st.checkbox(_words(item), key=_tick(position))
            st.caption(f"“{plain(item.quote)}”")
    if found.recognized or found.behaviour:
        st.button("Fill the form with what is ticked", type="primary", on_click=_fill, args=(found,))


def _words(item: Recognized) -> str:
    extra = [badge("must", "blue")] if item.must else []
    if item.kind == "need":
        extra.append(badge(f"importance {percent(item.importance)}", "gray"))
    if item.confidence < UNSURE:
        extra.append(badge("unsure, look twice", "yellow"))
    return " ".join([plain(item.label), *extra])


def _fill(found: Draft) -> None:
    state = st.session_state
    if not is_loaded(state):
        return
    for position, item in enumerate(found.recognized):
        if not state.get(_tick(position)):
            continue
        if item.kind == "need":
            add_need(state, item.code)
            set_need(state, Need(code=item.code, text=item.quote, importance=item.importance, must=item.must))
            continue
        field = RED[item.refused or "concern"] if item.kind == "red_line" else GROUPS[item.kind][1]
        if item.code not in state[key(field)]:
            state[key(field)] = [*state[key(field)], item.code]
        if item.kind == "offer":
            state[key("offer_text", item.code)] = item.quote
    if found.behaviour and not state[key("behaviour")]:
        state[key("behaviour")] = found.behaviour
    if not state[key("context")]:
        state[key("context")] = state[TEXT].strip()[:20_000]
    if state[key("title")] in ("", UNTITLED) and found.behaviour:
        state[key("title")] = found.behaviour.split(".")[0][:80]
    state["brief_tabs"] = "Form"
    state["brief_filled"] = True
