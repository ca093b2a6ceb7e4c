"""What was measured of this version, as a table: figures, what was aimed at, and what stands beside them."""

from __future__ import annotations

import pandas as pd

from matcher.evaluation.measured import Measured

MET = {True: "reached", False: "missed", None: "-"}


def measured_words(row: Measured) -> str:
    """Return the first figure, and whether everything that was aimed at is reached."""
    label, value = next(iter(row.figures.items()))
    missed = [name for name in row.figures if row.met(name) is False]
    verdict = f"; missed: {', '.join(missed)}" if missed else ""
    return f"{label} {row.shown(value)}{verdict}"


def measured_table(row: Measured) -> pd.DataFrame:
    """Return one line a figure."""
    lines = []
    for label, value in row.figures.items():
        line = {"Figure": label, "Dancecard": row.shown(value)}
        line["Aim"] = row.shown(row.bars[label]) if label in row.bars else "-"
        line["Reached"] = MET[row.met(label)]
        lines.append(line | {name: row.shown(of[label]) for name, of in row.beside.items() if label in of})
    others = [
        {"Figure": f"{name}: {label}", "Dancecard": row.shown(value)}
        for name, of in row.beside.items()
        for label, value in of.items()
        if label not in row.figures
    ]
    return pd.DataFrame([*lines, *others]).fillna("-").set_index("Figure")
