"""The weights that the ranking page stands at, so that scores there and here are the same."""

from __future__ import annotations

import streamlit as st

from dashboard.state import Desk
from kb.brief import Brief
from matcher.components import COMPONENTS


def weights_in_session(desk: Desk, brief: Brief) -> tuple[dict[str, float], bool]:
    """Return the weights in force, and whether they were adjusted on the ranking page and not saved.

    They are read, not drawn: sliders under one key on two pages lose their values when pages are switched.
    """
    saved = desk.matcher.weights(brief)
    held = {item.name: st.session_state.get(f"weight_{brief.id}_{item.name}") for item in COMPONENTS}
    adjusted = {name: int(value) for name, value in held.items() if value is not None}
    if not any(adjusted.values()) or all(round(100 * saved.get(name, 0)) == adjusted[name] for name in adjusted):
        return saved, False
    return {**saved, **{name: value / 100 for name, value in adjusted.items()}}, True
