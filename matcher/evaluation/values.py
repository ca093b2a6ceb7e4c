"""Do we tell aligned from conflicting values? Labelled pairs, beside the two rules that go by likeness alone."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matcher.errors import LabelsError
from matcher.values.comparison import ValueComparer
from matcher.values.features import overlap
from matcher.values.meaning import Encoder
from matcher.values.model import LABELS
from matcher.values.statements import LabelledTexts

COLUMNS = ("pair_id", "text_a", "text_b", "label")
Row = dict[str, object]
Mask = NDArray[np.bool_]
Scores = NDArray[np.float64]


def read_pairs(path: Path) -> list[LabelledTexts]:
    """Read labelled pairs: CSV with ``pair_id,text_a,text_b,label``.

    Raises
    ------
    LabelsError
        With one line per problem, each naming the row and the field.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            header = tuple(reader.fieldnames or ())
            rows = [{name: row.get(name) or "" for name in COLUMNS} for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise LabelsError(f"{path}: cannot be read: {error}") from error
    if not set(COLUMNS) <= set(header) or not rows:
        found = ",".join(header) or "nothing"
        raise LabelsError(f"{path.name}: needs the columns {','.join(COLUMNS)} and a row or more; found {found}")
    problems: list[str] = []
    seen: set[str] = set()
    for number, row in enumerate(rows, start=2):
        where = f"{path.name} row {number}"
        label = row["label"].strip()
        if label not in LABELS:
            problems.append(f"{where}: label: {label!r} is unknown; say one of {', '.join(LABELS)}")
        if row["pair_id"] in seen:
            problems.append(f"{where}: pair_id: {row['pair_id']!r} stands twice; give each pair its own")
        seen.add(row["pair_id"])
    if problems:
        raise LabelsError("\n".join(problems))
    return [LabelledTexts(row["pair_id"], row["text_a"], row["text_b"], row["label"].strip()) for row in rows]


def evaluate(pairs: Path, encoder: Encoder | None = None) -> tuple[dict[str, object], list[Row]]:
    """Compare the texts of labelled pairs.

    Parameters
    ----------
    pairs : Path
        CSV with ``pair_id,text_a,text_b,label``.
    encoder : Encoder or None
        Without one, by words alone; likeness in the baselines is then the share of words in common.

    Returns
    -------
    summary : dict
        ``pairs``, ``accuracy``, ``recall`` by label, ``auc_conflict_against_rest`` and
        ``auc_conflict_against_aligned`` (each ``all``, ``high_overlap`` and ``low_overlap``: above the median share of
        words in common, and not; null where one kind is missing), ``quotes_that_do_not_stand`` (must be 0), and
        ``similar_means_conflict`` and ``similar_means_aligned`` with the same areas.
    rows : list of dict
        One per pair: pair_id, expected, found, conflict, aligned, overlap, principles, quote_a, quote_b.
    """
    cases = read_pairs(pairs)
    comparer = ValueComparer(encoder)
    texts = [(case.text_a, case.text_b) for case in cases]
    read = comparer.pairs(texts)
    found = comparer.compare(texts)
    overlaps = np.array([overlap(pair.a, pair.b) for pair in read])
    likeness = overlaps
    if comparer.reader is not None:
        likeness = np.array([_cosine(pair.meaning_a, pair.meaning_b) for pair in read])
    expected = np.array([case.label for case in cases])
    high = overlaps > np.median(overlaps)
    rows: list[Row] = [
        {
            "pair_id": case.id,
            "expected": case.label,
            "found": one.label,
            "conflict": round(one.conflict, 4),
            "aligned": round(one.aligned, 4),
            "overlap": round(float(share), 4),
            "principles": ";".join(one.principles),
            "quote_a": one.quote_a,
            "quote_b": one.quote_b,
        }
        for case, one, share in zip(cases, found, overlaps, strict=True)
    ]
    labels = np.array([one.label for one in found])
    summary: dict[str, object] = {
        "pairs": len(cases),
        "encoder": comparer.model.encoder,
        "accuracy": round(float((labels == expected).mean()), 4),
        "recall": _recall(expected, labels),
        **_areas(expected, np.array([one.conflict for one in found]), high),
        "quotes_that_do_not_stand": sum(
            one.quote_a not in case.text_a or one.quote_b not in case.text_b
            for case, one in zip(cases, found, strict=True)
        ),
        "similar_means_conflict": _areas(expected, likeness, high),
        "similar_means_aligned": _areas(expected, -likeness, high),
    }
    return summary, rows


def _cosine(a: object, b: object) -> float:
    one, other = getattr(a, "vector", None), getattr(b, "vector", None)
    return float(one @ other) if one is not None and other is not None else 0.0


def _recall(expected: NDArray[np.str_], found: NDArray[np.str_]) -> dict[str, float]:
    return {label: round(float((found[expected == label] == label).mean()), 4) for label in LABELS if label in expected}


def _areas(expected: NDArray[np.str_], scores: Scores, high: Mask) -> dict[str, Mapping[str, float | None]]:
    conflict = expected == "conflict"
    bearing = expected != "unrelated"
    halves: Sequence[tuple[str, Mask]] = (
        ("all", np.ones_like(high)),
        ("high_overlap", high),
        ("low_overlap", ~high),
    )
    return {
        "auc_conflict_against_rest": {name: _area(conflict[half], scores[half]) for name, half in halves},
        "auc_conflict_against_aligned": {
            name: _area(conflict[half & bearing], scores[half & bearing]) for name, half in halves
        },
    }


def _area(truth: Mask, scores: Scores) -> float | None:
    """Return the area under the ROC curve (ties count half); None where one kind is missing."""
    if truth.all() or not truth.any():
        return None
    above = scores[truth][:, None] - scores[~truth][None, :]
    return round(float((above > 0).mean() + 0.5 * (above == 0).mean()), 4)
