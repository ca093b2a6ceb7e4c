"""The versions of a plan: who saved them, how they differ in words, reopening an older one, and the files."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from dashboard.components.plan_work import keep
from dashboard.components.text import day, plain
from dashboard.components.vetting_downloads import FORMATS, file_stem
from dashboard.planning_desk import Work, plan_file
from matcher.planning import SavedPlan, differences

ENDINGS = (".docx", ".json")


def show_downloads(work: Work) -> None:
    """Draw one button per format; a file is written when it is asked for."""

    def later(ending: str) -> Callable[[], bytes]:
        return lambda: plan_file(work.plan, ending)

    with st.container(horizontal=True, gap="small", key="plan_downloads"):
        for label, ending, mime in FORMATS:
            if ending in ENDINGS:
                st.download_button(
                    f"Plan ({label})",
                    data=later(ending),
                    file_name=f"{file_stem(work.plan.title)}{ending}",
                    mime=mime,
                    key=f"plan_file_{ending[1:]}",
                    icon=":material/download:",
                    on_click="ignore",
                )


def show_versions(work: Work, versions: Sequence[SavedPlan]) -> None:
    """Draw the list of versions, and how one of them differs from what is shown."""
    if not versions:
        st.markdown("No version was saved yet.")
        return
    table = pd.DataFrame(
        [
            {"Version": item.number, "Saved": day(item.at.date()), "By": plain(item.who), "Note": plain(item.note)}
            for item in reversed(versions)
        ]
    )
    st.table(table, hide_index=True, border="horizontal", alt="Versions of the plan, the newest first.")
    by_number = {item.number: item for item in reversed(versions)}
    number = st.selectbox(
        "What changed since",
        list(by_number),
        index=0 if work.before else min(1, len(by_number) - 1),
        format_func=lambda value: f"version {value}",
        key=f"plan_since_{len(versions)}_{bool(work.before)}",
    )
    found = differences(by_number[number].plan, work.plan)
    if not found:
        st.markdown(f"The plan shown here reads as version {number} does.")
        return
    st.markdown("\n".join(f"- {plain(item.words)}" for item in found))
    st.button(
        f"Reopen version {number}",
        on_click=_reopen,
        args=(work, by_number[number]),
        help="Puts its words in place of those shown, as an unsaved change that can be undone. No version is lost.",
    )


def _reopen(work: Work, saved: SavedPlan) -> None:
    keep(work.changed(saved.plan))
