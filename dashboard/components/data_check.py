"""What an import would do, what is wrong in the file, and mending it in place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from dashboard.components.data_progress import counted
from dashboard.components.labels import country_of
from dashboard.components.text import clean, shorten
from dashboard.data_desk import Checked, DataDesk, Upload, corrected
from kb.importing.corrections import Correction
from kb.importing.parsed import Rejection, SourceRecord
from kb.landing import INCOMING, Preview
from kb.vocabulary import Vocabulary

SHOWN = 500
ALL = "All problems"
DID_YOU_MEAN = re.compile(r"did you mean (.+)\?")
FIGURES = {
    "new": ("New", "They are not in the knowledge base yet."),
    "updated": ("Updated", "They were imported from this file before, and say something else now."),
    "duplicates": (
        "Joined",
        "They are known from another source already: what is new is added to them.",
    ),
    "unchanged": ("Unchanged", "They say what they said at the last import."),
    "rejected": ("Rejected", "Rows that cannot be imported. Mend them below, or import the others."),
}


def show_counts(preview: Preview) -> None:
    """Draw how many rows are new, updated, joined, unchanged and rejected."""
    counts = preview.counts
    with st.container(horizontal=True, key="figures"):
        for key, (label, words) in FIGURES.items():
            st.metric(label, f"{counts[key]:,}", border=True, help=words)
    things = ("engagement", "relation", "possible duplicate")
    more = [counted(counts[f"{thing}s"], thing) for thing in things if counts[f"{thing}s"]]
    left_out = sum(not item.fatal for item in preview.rejections)
    more += [f"{counted(left_out, 'field')} left out of rows that are good"] if left_out else []
    st.caption(f"{counted(preview.rows, 'row')} read" + (f"; {', '.join(more)}." if more else "."))


def show_problems(upload: Upload, place: int, checked: Checked) -> None:
    """Draw every problem with its row, field, value and remedy, and take corrections."""
    rejections = checked.preview.rejections
    choice = upload.choices[place]
    if choice.corrections:
        with st.container(horizontal=True, vertical_alignment="center", key="corrected"):
            st.markdown(f"{counted(len(choice.corrections), 'cell')} corrected; the file itself stays as it is.")
            st.button("Take the corrections back", on_click=_uncorrect, args=(upload, place))
    if not rejections:
        st.success("Every row and every field can be used.", icon=":material/check_circle:")
        return
    st.header("What is wrong", anchor=False)
    kinds = Counter(_kind(item) for item in rejections)
    options = [ALL, *(kind for kind, _ in kinds.most_common())]
    wanted = ALL
    if len(kinds) > 1:
        wanted = st.selectbox(
            "Show",
            options,
            format_func=lambda kind: f"{kind} ({kinds[kind] if kind != ALL else len(rejections):,})",
            key=f"problem_{choice.label}_{len(rejections)}",
        )
    listed = [item for item in rejections if wanted in (ALL, _kind(item))]
    listed.sort(key=lambda item: (not item.fatal, item.row))
    mendable = [item for item in listed if choice.can_be_corrected and item.field in choice.header]
    others = [item for item in listed if item not in mendable]
    if mendable:
        _ask_for_corrections(upload, place, mendable[:SHOWN])
    if others:
        words = "These rows have to be mended in the file itself." if choice.can_be_corrected else ""
        st.caption(words or "With several files at once, rows are mended in the files themselves.")
        st.dataframe(problem_table(others[:SHOWN]), hide_index=True, alt="Problems to mend in the file.")
    if len(listed) > SHOWN:
        st.caption(f"The first {SHOWN:,} of {len(listed):,} are shown; all are in the download of rejected rows.")


def _kind(item: Rejection) -> str:
    """Return what a problem is about, without the words that differ from row to row."""
    problem = re.sub(r"'[^']*'|\"[^\"]*\"", "…", item.problem)
    problem = re.sub(r"\b[\d,]+\b", "…", problem)
    return clean(f"{item.field}: {problem}" if item.field else problem)


def problem_table(rejections: Sequence[Rejection]) -> pd.DataFrame:
    """Return one row per problem."""
    return pd.DataFrame(
        [
            {
                "Row": item.row,
                "Outcome": "Row rejected" if item.fatal else "Field left out",
                "Field": clean(item.field),
                "Value": shorten(item.value, 200),
                "Problem": clean(item.problem),
                "Suggestion": clean(item.suggestion),
            }
            for item in rejections
        ]
    )


def _ask_for_corrections(upload: Upload, place: int, rejections: Sequence[Rejection]) -> None:
    choice = upload.choices[place]
    table = problem_table(rejections)
    meant = [DID_YOU_MEAN.search(item.suggestion) for item in rejections]
    table.insert(4, "Correction", [match[1] if match else None for match in meant])
    fixed = [column for column in table.columns if column != "Correction"]
    st.caption(
        "Write what should stand in the cell under **Correction**, then check again. Where the program has a guess, it "
        "stands there already."
    )
    edited = st.data_editor(
        table,
        hide_index=True,
        disabled=fixed,
        column_order=("Row", "Field", "Value", "Correction", "Problem", "Suggestion", "Outcome"),
        placeholder="",
        key=f"corrections_{choice.label}_{len(choice.corrections)}_{len(rejections)}",
        column_config={"Correction": st.column_config.TextColumn(width="medium", max_chars=20_000)},
        alt="Problems, with a column for corrections.",
    )
    given = [
        Correction(item.row, item.field, item.value, str(text).strip())
        for item, text in zip(rejections, edited["Correction"], strict=True)
        if isinstance(text, str) and text.strip() and text.strip() != item.value
    ]
    words = f"Correct {counted(len(given), 'cell')} and check again" if given else "Correct and check again"
    if st.button(words, disabled=not given, key="correct"):
        upload.choose(place, corrected(choice, given))
        st.rerun()


def _uncorrect(upload: Upload, place: int) -> None:
    choice = upload.choices[place]
    upload.choose(place, replace(choice, corrections=()))


def show_contents(desk: DataDesk, preview: Preview, vocabulary: Vocabulary) -> None:
    """Draw which organizations are new, updated, joined, or look like known ones."""
    names = {item.organization_id for item in preview.duplicates[:SHOWN]}
    names |= {match.existing_id for match in preview.possible[:SHOWN]}
    known = {item.id: item.name for item in desk.kb.get_many(sorted(names))}
    joined = [
        {
            "Row": item.record.row,
            "In the file": clean(item.record.organization.name),
            "Joins": clean(known.get(item.organization_id, item.organization_id)),
            "Because": clean(", ".join(item.reasons)),
        }
        for item in preview.duplicates[:SHOWN]
    ]
    incoming = {record.key: record for record in preview.new}
    alike = [
        {
            "In the file": clean(incoming[key].organization.name) if key in incoming else clean(key),
            "Looks like": clean(known.get(match.existing_id, match.existing_id)),
            "Because": clean(", ".join(match.reasons)),
        }
        for match in preview.possible[:SHOWN]
        for key in [match.incoming_id.removeprefix(INCOMING)]
    ]
    for title, rows, count in (
        ("New organizations", _rows(preview.new, vocabulary), len(preview.new)),
        ("Updated organizations", _rows(preview.updated, vocabulary), len(preview.updated)),
        ("Joined to organizations that are known", joined, len(preview.duplicates)),
        ("New ones that look like known ones", alike, len(preview.possible)),
    ):
        if rows:
            with st.expander(f"{title} ({count:,})"):
                st.dataframe(pd.DataFrame(rows), hide_index=True, alt=f"{title}.")
                if count > len(rows):
                    st.caption(f"The first {len(rows):,} are shown.")


def _rows(records: Sequence[SourceRecord], vocabulary: Vocabulary) -> list[dict[str, object]]:
    return [
        {
            "Row": record.row,
            "Name": clean(record.organization.name),
            "Country": country_of(record.organization, vocabulary),
            "Facts": len(record.organization.claims),
            "Mission or description": shorten(record.organization.text, 160),
        }
        for record in records[:SHOWN]
    ]
