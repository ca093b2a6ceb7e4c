"""What changed in a record, who changed it, and taking the last change back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.components.errors import errors_in_words
from dashboard.components.person import changing
from kb.journal import Change
from kb.knowledge_base import KnowledgeBase
from kb.people import right_to_undo


def changed_fields(change: Change) -> str:
    """Name the fields that a change touched."""
    before: Mapping[str, Any] = change.before or {}
    after: Mapping[str, Any] = change.after or {}
    if change.before is None:
        return "first version"
    if change.after is None:
        return "removed"
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return ", ".join(name.replace("_", " ") for name in names) or "nothing"


def history_table(changes: Sequence[Change]) -> pd.DataFrame:
    """Return one row per change, newest first."""
    return pd.DataFrame(
        [
            {
                "When": f"{change.batch.at:%d %b %Y, %H:%M}",
                "Who": change.batch.who,
                "What": change.batch.label,
                "Changed": changed_fields(change),
                "State": "undone" if change.batch.undone_at else "",
            }
            for change in reversed(changes)
        ]
    )


def show_history(kb: KnowledgeBase, record_id: str, entity: str = "organization") -> bool:
    """Draw the history of a record; returns whether the last change was just undone."""
    changes = kb.history(record_id, entity)
    if not changes:
        st.caption("No change is recorded.")
        return False
    st.dataframe(history_table(changes), hide_index=True, alt="Changes of this record, newest first.")
    last = changes[-1].batch
    if last.undone_at is not None or last.kind == "import" or changes[-1].before is None:
        return False
    if changing(st.button, right_to_undo(last.who))("Undo the last change", key=f"undo_{entity}_{record_id}"):
        with errors_in_words(stop=False):
            kb.undo(last.number)
            return True
    return False
