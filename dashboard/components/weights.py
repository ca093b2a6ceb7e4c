"""Weights of the components: sliders, presets, reset, and saving them with the brief."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import streamlit as st

from dashboard.components.errors import errors_in_words
from dashboard.components.person import changing
from dashboard.state import Desk
from kb.brief import Brief
from matcher.components import COMPONENTS

PRESETS = Path(__file__).parents[1] / "presets.toml"
DEFAULT, SAVED, OWN = "Default", "Saved with the brief", "My own"


@dataclass(frozen=True)
class Preset:
    """A named set of weights."""

    name: str
    help: str
    weights: Mapping[str, float]


@cache
def load_presets(path: Path = PRESETS) -> tuple[Preset, ...]:
    """Read the presets.

    Raises
    ------
    ValueError
        When a preset weighs something that is no component.
    """
    found = [Preset(**body) for body in tomllib.loads(path.read_text(encoding="utf-8"))["preset"]]
    known = {component.name for component in COMPONENTS}
    unknown = {name for preset in found for name in preset.weights} - known
    if unknown:
        raise ValueError(f"{path.name}: no such component: {', '.join(sorted(unknown))}")
    return tuple(found)


def _key(brief: Brief, component: str) -> str:
    return f"weight_{brief.id}_{component}"


def _set(brief: Brief, weights: Mapping[str, float]) -> None:
    for component in COMPONENTS:
        st.session_state[_key(brief, component.name)] = round(100 * weights.get(component.name, 0))


def _apply(brief: Brief, choices: Mapping[str, Mapping[str, float]]) -> None:
    chosen = str(st.session_state.get(f"preset_{brief.id}"))
    if chosen in choices:
        _set(brief, choices[chosen])


def _choices(desk: Desk, brief: Brief) -> dict[str, Mapping[str, float]]:
    defaults = desk.matcher.settings.weights
    found = {DEFAULT: defaults} | {preset.name: {**defaults, **preset.weights} for preset in load_presets()}
    return found | ({SAVED: desk.matcher.weights(brief)} if brief.weights else {})


def weight_controls(desk: Desk, brief: Brief) -> dict[str, float]:
    """Draw the sliders and return the weights that they stand for."""
    choices = _choices(desk, brief)
    in_force = desk.matcher.weights(brief)
    for component in COMPONENTS:
        st.session_state.setdefault(_key(brief, component.name), round(100 * in_force.get(component.name, 0)))
    now = {component.name: int(st.session_state[_key(brief, component.name)]) for component in COMPONENTS}
    fits = [
        name
        for name, item in choices.items()
        if all(round(100 * item.get(key, 0)) == value for key, value in now.items())
    ]
    current = SAVED if SAVED in fits else fits[0] if fits else OWN
    st.session_state[f"preset_{brief.id}"] = current
    st.selectbox(
        "Weights",
        [*choices, *([OWN] if current == OWN else [])],
        key=f"preset_{brief.id}",
        on_change=_apply,
        args=(brief, choices),
        help="  \n".join(f"**{preset.name}**: {preset.help}" for preset in load_presets()),
    )
    with st.expander("Adjust each weight", key="weights_open"):
        for component in COMPONENTS:
            st.slider(component.label, 0, 100, step=1, key=_key(brief, component.name), persist_state="session")
        st.caption("Weights count in proportion to each other, over what the brief asks for.")
    if not any(now.values()):
        st.warning("Every weight is zero. Raise at least one.")
        return dict(in_force)
    if all(round(100 * in_force.get(name, 0)) == value for name, value in now.items()):
        return dict(in_force)
    _save_or_reset(desk, brief, now, in_force)
    return {name: value / 100 for name, value in now.items()}


def _save_or_reset(desk: Desk, brief: Brief, now: Mapping[str, int], in_force: Mapping[str, float]) -> None:
    with st.container(horizontal=True):
        st.button("Reset", on_click=_set, args=(brief, in_force))
        if changing(st.button)("Save with the brief", type="primary"):
            weights = {name: value / 100 for name, value in now.items()}
            with errors_in_words(stop=False):
                desk.kb.save_brief(brief.model_copy(update={"weights": weights}))
                st.toast("The weights are saved with the brief.")
                st.rerun()
