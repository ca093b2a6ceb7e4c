"""How well names are matched: on labelled pairs, and on company names that stand on no list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz
from rapidfuzz.process import extractOne
from rapidfuzz.utils import default_process
from scipy.optimize import minimize
from scipy.special import expit

from kb.importing.countries import country_code
from kb.importing.files import open_table
from kb.importing.parsed import Progress, no_progress
from kb.watchlists import Watchlist, read_watchlist
from matcher.errors import LabelsError, TooLittleDataError
from matcher.vetting.name_features import FEATURES, SPEAKING_FOR
from matcher.vetting.name_pairing import Pairing
from matcher.vetting.names import DEFAULT_THRESHOLD, compare, pair_names
from matcher.vetting.screening import Screener, Subject

TRUE = frozenset({"true", "1", "yes", "y", "t"})
FALSE = frozenset({"false", "0", "no", "n", "f"})
NAME_COLUMNS = ("name", "Name", "company_name", "Company Name")
BASELINE_THRESHOLD = 0.8
REGULARIZATION = 3.0


@dataclass(frozen=True)
class LabelledPair:
    """Two names, and whether they are of one organization; `part` is empty or e.g. ``train``."""

    name1: str
    name2: str
    is_match: bool
    part: str = ""


def read_pairs(path: Path, part: str | None = None) -> list[LabelledPair]:
    """Read labelled pairs from a CSV with the columns name1, name2, is_match and, optionally, part.

    Raises
    ------
    LabelsError
        Listing every row whose label cannot be read.
    """
    table = open_table(path)
    missing = [column for column in ("name1", "name2", "is_match") if column not in table.header]
    if missing:
        raise LabelsError(
            f"{path.name}: the columns {', '.join(missing)} are missing; name1, name2, is_match are needed"
        )
    pairs, problems = [], []
    for row, cells in table.rows():
        label = cells["is_match"].strip().casefold()
        if label not in TRUE | FALSE:
            problems.append(f"row {row}: is_match is {label[:40]!r}; write true or false")
            continue
        pairs.append(LabelledPair(cells["name1"], cells["name2"], label in TRUE, cells.get("part", "")))
    if problems:
        raise LabelsError("\n".join([f"{path.name}:", *problems[:20]]))
    return [pair for pair in pairs if part is None or pair.part == part]


def evaluate(
    pairs: Path,
    watchlists: Sequence[Path] = (),
    clean_names: Path | None = None,
    *,
    part: str | None = None,
    threshold: float = DEFAULT_THRESHOLD,
    today: date | None = None,
    progress: Progress = no_progress,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Measure the name matcher beside rapidfuzz's token_sort_ratio.

    Parameters
    ----------
    pairs : Path
        Labelled pairs, see `read_pairs`.
    watchlists : sequence of Path
        Lists against which `clean_names` are screened.
    clean_names : Path, optional
        A CSV with a column name (and perhaps country); every distinct one counts as not listed.
    part : str, optional
        Only pairs of this part.
    threshold : float
        From which score on a pair is a match.
    today : datetime.date, optional
        Debarments that have run out by then are no hits; without it all count.
    progress : Progress

    Returns
    -------
    (summary, rows)
        One row per pair, and one per clean name that was hit.

    Raises
    ------
    LabelsError, ImportFileError, TooLittleDataError
    """
    labelled = read_pairs(pairs, part)
    truth = np.array([pair.is_match for pair in labelled], dtype=bool)
    if truth.all() or not truth.any():
        raise TooLittleDataError(f"{pairs.name}: both matching and other pairs are needed; found {len(labelled)} pairs")
    rows: list[dict[str, Any]] = []
    for at, pair in enumerate(labelled):
        found = compare(pair.name1, pair.name2)
        rows.append(
            {
                "name1": pair.name1,
                "name2": pair.name2,
                "is_match": pair.is_match,
                "score": round(found.score, 4),
                "predicted": found.score >= threshold,
                "baseline": round(fuzz.token_sort_ratio(pair.name1, pair.name2, processor=default_process) / 100, 4),
                "because": "; ".join(f"{feature.name} {feature.contribution:+.2f}" for feature in found.features[:4]),
            }
        )
        progress("comparing names", at + 1, len(labelled))
    summary: dict[str, Any] = {
        "pairs": len(labelled),
        "matching": int(truth.sum()),
        "threshold": threshold,
        **_measures(truth, np.array([row["score"] for row in rows]), threshold),
        "baseline": {
            "name": "rapidfuzz token_sort_ratio",
            "threshold": BASELINE_THRESHOLD,
            **_measures(truth, np.array([row["baseline"] for row in rows]), BASELINE_THRESHOLD),
            "f1_at_best_threshold": _best_f1(truth, np.array([row["baseline"] for row in rows])),
        },
    }
    if watchlists and clean_names is not None:
        clean, hits = false_positives(watchlists, clean_names, threshold=threshold, today=today, progress=progress)
        summary["clean_names"] = clean
        rows.extend(hits)
    return summary, rows


def false_positives(
    watchlists: Sequence[Path],
    clean_names: Path,
    *,
    threshold: float = DEFAULT_THRESHOLD,
    today: date | None = None,
    progress: Progress = no_progress,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Screen names that are taken to be on no list, and count those hit; whoever is truly listed counts too."""
    lists = [read_watchlist(path) for path in watchlists]
    subjects = [Subject(str(at), name, country=country) for at, (name, country) in enumerate(_clean(clean_names))]
    if not subjects:
        raise TooLittleDataError(f"{clean_names.name}: no names; a column called name is needed")
    hits = Screener(lists, threshold=threshold).screen(subjects, progress)
    in_force = [hit for hit in hits if today is None or hit.entity.in_force(today)]
    by_level = {level: {hit.subject_id for hit in in_force if hit.level == level} for level in ("strong", "possible")}
    named = by_level["strong"] | by_level["possible"]
    summary = {
        "names": len(subjects),
        "listed_entities": sum(len(found.entities) for found in lists),
        "hit": len(named),
        "hit_per_1000": round(1000 * len(named) / len(subjects), 3),
        "strong_per_1000": round(1000 * len(by_level["strong"]) / len(subjects), 3),
        "baseline_hit_per_1000": _baseline_rate(lists, subjects),
    }
    rows = [
        {
            "name1": hit.subject_name,
            "name2": hit.listed_name,
            "list": hit.entity.list_code,
            "level": hit.level,
            "score": round(hit.score, 4),
            "because": "; ".join(f"{reason.code} {reason.contribution:+.2f}" for reason in hit.reasons[:4]),
        }
        for hit in in_force
    ]
    return summary, rows


def _baseline_rate(lists: Iterable[Watchlist], subjects: Sequence[Subject], sample: int = 1000) -> float:
    """Return the baseline's hits per 1,000, on evenly spaced names: all against all takes long."""
    listed = [
        default_process(name)
        for found in lists
        for entity in found.entities
        if entity.kind == "organization"
        for name in (entity.name, *entity.aliases)
    ]
    chosen = subjects[:: max(1, len(subjects) // sample)]
    cutoff = 100 * BASELINE_THRESHOLD
    hit = sum(
        extractOne(default_process(subject.name), listed, scorer=fuzz.token_sort_ratio, score_cutoff=cutoff) is not None
        for subject in chosen
    )
    return round(1000 * hit / len(chosen), 3)


def _clean(path: Path) -> Iterator[tuple[str, str | None]]:
    """Yield distinct names with their country, if there is a column of that name."""
    table = open_table(path)
    column = next((known for known in NAME_COLUMNS if known in table.header), None)
    if column is None:
        raise LabelsError(f"{path.name}: a column called name is needed; found {', '.join(table.header)[:300]}")
    seen: set[str] = set()
    for _, cells in table.rows():
        name = cells[column].strip()
        if name and name.casefold() not in seen:
            seen.add(name.casefold())
            yield name, country_code(cells.get("country", "").strip() or "?")


def _measures(truth: NDArray[np.bool_], scores: NDArray[np.float64], threshold: float) -> dict[str, float]:
    """Return precision, recall and F1 at the threshold, and the area under the ROC curve (ties count half)."""
    predicted = scores >= threshold
    right = int((predicted & truth).sum())
    precision = right / int(predicted.sum()) if predicted.any() else 0.0
    recall = right / int(truth.sum())
    above = scores[truth][:, None] - scores[~truth][None, :]
    area = float((above > 0).mean() + 0.5 * (above == 0).mean())
    f1 = 2 * precision * recall / (precision + recall) if right else 0.0
    measures = {"precision": precision, "recall": recall, "f1": f1, "auc": area}
    return {name: round(value, 4) for name, value in measures.items()}


def _best_f1(truth: NDArray[np.bool_], scores: NDArray[np.float64]) -> float:
    """Return the highest F1 that any threshold gives: more than a baseline would reach on new pairs."""
    return max(_measures(truth, scores, float(threshold))["f1"] for threshold in np.unique(scores))


def learn(pairs: Sequence[LabelledPair], regularization: float = REGULARIZATION) -> dict[str, Any]:
    """Learn the weights of the features: logistic regression whose weights keep the sign that explanations promise.

    Parameters
    ----------
    pairs : sequence of LabelledPair
    regularization : float
        Inverse strength of the L2 penalty, as scikit-learn's `C`.

    Returns
    -------
    dict
        ``base`` and ``weights`` (by feature name), the content of `name_weights.json`.
    """
    if len({pair.is_match for pair in pairs}) < 2:
        raise TooLittleDataError("both matching and other pairs are needed to learn from")
    values = np.array([[feature(pairing) for feature in FEATURES] for pairing in map(_pairing, pairs)])
    signs = np.where([pair.is_match for pair in pairs], 1.0, -1.0)

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margins = signs * (values @ weights[1:] + weights[0])
        pull = -signs * expit(-margins) * regularization
        gradient = np.concatenate([[pull.sum()], values.T @ pull + weights[1:]])
        return float(regularization * np.logaddexp(0.0, -margins).sum() + 0.5 * (weights[1:] ** 2).sum()), gradient

    bounds = [(None, None), *((0, None) if feature in SPEAKING_FOR else (None, 0) for feature in FEATURES)]
    found = minimize(loss, np.zeros(len(bounds)), jac=True, bounds=bounds, method="L-BFGS-B").x
    weights = {feature.__name__: round(float(weight), 3) for feature, weight in zip(FEATURES, found[1:], strict=True)}
    return {"base": round(float(found[0]), 3), "weights": weights}


def _pairing(pair: LabelledPair) -> Pairing:
    return pair_names(pair.name1, pair.name2)
