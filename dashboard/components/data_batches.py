"""Imports and edits, newest first, each to be taken back or brought back."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard.components.errors import errors_in_words
from dashboard.components.person import changing
from dashboard.components.text import clean, plain, shorten
from dashboard.data_desk import DataDesk
from kb.journal import Batch, label_counts
from kb.people import right_to_undo

STEP = 200
KINDS = {"import": "Import", "edit": "Edit", "merge": "Merge", "undo": "Undo", "inference": "Claims read from texts"}
ALL = "Everything"
UNDO_OF = re.compile(r"undo of (\d+):")


def show_batches(desk: DataDesk) -> None:
    """Draw the batches, and the way to undo or redo one."""
    shown = st.session_state.get("batches_shown", STEP)
    batches = desk.kb.batches(shown)
    if not batches:
        st.caption("Nothing was changed in this knowledge base yet.")
        return
    kinds = [ALL, *dict.fromkeys(_kind(batch) for batch in batches)]
    wanted = st.pills("Show", kinds, default=ALL, key="batch_kind", required=True) if len(kinds) > 2 else ALL
    listed = [batch for batch in batches if wanted in (ALL, _kind(batch))]
    st.dataframe(
        batch_table(listed),
        hide_index=True,
        alt="Imports and edits, newest first.",
        height=_height(len(listed)),
        column_config={
            "Batch": st.column_config.NumberColumn(width=60, format="localized"),
            "What": st.column_config.TextColumn(width="medium"),
            "Did": st.column_config.TextColumn(width="medium"),
        },
    )
    if len(batches) == shown:
        st.button(f"Show {STEP} more", on_click=_show_more)
    _show_undo(desk, batches)


def _kind(batch: Batch) -> str:
    return KINDS.get(batch.kind, batch.kind.capitalize())


def _height(rows: int) -> int:
    return 38 + 35 * min(max(rows, 1), 12)


def batch_table(batches: Sequence[Batch]) -> pd.DataFrame:
    """Return one row per batch."""
    return pd.DataFrame(
        [
            {
                "Batch": batch.number,
                "When": f"{batch.at:%d %b %Y, %H:%M}",
                "Who": clean(batch.who),
                "Kind": _kind(batch),
                "What": shorten(batch.label, 160),
                "Did": label_counts(batch.counts, batch.counts),
                "State": "undone" if batch.undone_at else "",
            }
            for batch in batches
        ]
    )


def _show_undo(desk: DataDesk, batches: Sequence[Batch]) -> None:
    by_number = {batch.number: batch for batch in batches}
    undoings = {int(match[1]): batch for batch in reversed(batches) if (match := UNDO_OF.match(batch.label))}
    able = [batch for batch in batches if _did_something(batch) and batch.kind != "undo"]
    if not able:
        return
    st.header("Undo and redo", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        number = st.selectbox(
            "Batch", [batch.number for batch in able], format_func=lambda key: _line(by_number[key]), key="batch"
        )
        batch = by_number[number]
        redone = undoings.get(number)
        if batch.undone_at is None:
            changing(st.button, right_to_undo(batch.who))(
                "Undo", on_click=_take_back, args=(desk, number, "was taken back"), key="undo_batch"
            )
        elif redone is not None and redone.undone_at is None:
            changing(st.button, right_to_undo(redone.who))(
                "Redo", on_click=_take_back, args=(desk, redone.number, "was brought back"), key="redo_batch"
            )
    state = "It was undone." if batch.undone_at else "An undo takes it back whole, and can itself be undone."
    st.caption(f"Batch {number}: {plain(label_counts(batch.counts, batch.counts))}. {state}")


def _did_something(batch: Batch) -> bool:
    return any(count for name, count in batch.counts.items() if name not in ("unchanged", "rejected"))


def _line(batch: Batch) -> str:
    undone = " (undone)" if batch.undone_at else ""
    return f"{batch.number}, {batch.at:%d %b %Y, %H:%M}, {clean(batch.who)}: {shorten(batch.label, 80)}{undone}"


def _take_back(desk: DataDesk, number: int, words: str) -> None:
    with errors_in_words(stop=False):
        desk.kb.undo(number)
        st.toast(f"The batch {words}.")


def _show_more() -> None:
    st.session_state["batches_shown"] = st.session_state.get("batches_shown", STEP) + STEP
