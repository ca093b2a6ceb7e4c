"""Learning weights from a user's own past decisions: which candidates were accepted, which declined."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kb.errors import KbError
from matcher.components import COMPONENTS
from matcher.errors import LabelsError, MatcherError
from matcher.learning import DecisionModel, learn_from_decisions
from matcher.service import Matcher

COLUMNS = ("brief_id", "organization_id", "accepted")
YES, NO = frozenset(("yes", "true", "1", "accepted")), frozenset(("no", "false", "0", "declined"))
NAMES = tuple(component.name for component in COMPONENTS)


@dataclass(frozen=True)
class Decision:
    """One candidate of one brief, accepted or declined."""

    brief_id: str
    organization_id: str
    accepted: bool


@dataclass(frozen=True)
class LearnedWeights:
    """Component weights from decisions, adding up to 1, with the model behind them and its honest figures."""

    weights: dict[str, float]
    model: DecisionModel
    encoder: str

    def as_json(self) -> str:
        """Return what a weights file holds: encoder, features, figures, weights."""
        figures = {
            "accepted": self.model.accepted,
            "declined": self.model.declined,
            "cross_validated_auc": round(self.model.auc, 4),
            "cross_validated_accuracy": round(self.model.accuracy, 4),
            "always_the_commoner": round(self.model.base_rate, 4),
            "useful": self.model.useful,
        }
        body = {"encoder": self.encoder, "features": list(NAMES), "figures": figures, "weights": self.weights}
        return json.dumps(body, indent=2) + "\n"


def read_decisions(path: Path) -> list[Decision]:
    """Read a CSV with brief_id, organization_id and accepted (yes or no).

    Raises
    ------
    LabelsError
        With one line per problem, naming the row and the field.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise LabelsError(f"{path}: cannot be read: {error}") from error
    missing = [name for name in COLUMNS if not rows or name not in rows[0]]
    if missing:
        raise LabelsError(f"{path.name}: needs the columns {', '.join(COLUMNS)}; missing: {', '.join(missing)}")
    problems, found = [], []
    for number, row in enumerate(rows, 2):
        brief_id, organization_id, word = ((row[name] or "").strip() for name in COLUMNS)
        if word.lower() not in YES | NO:
            problems.append(f"{path.name} row {number}: accepted is {word[:80]!r}; write yes or no")
        found.append(Decision(brief_id, organization_id, word.lower() in YES))
    if problems:
        raise LabelsError("\n".join(problems))
    return found


def features_of(matcher: Matcher, decisions: Sequence[Decision]) -> np.ndarray:
    """Return the component values of every decision, NaN where not assessed; float64 (decisions, components).

    Raises
    ------
    LabelsError
        When a brief or an organization is not in the knowledge base.
    """
    values = np.full((len(decisions), len(NAMES)), np.nan)
    problems = []
    for brief_id in dict.fromkeys(item.brief_id for item in decisions):
        try:
            prepared = matcher.prepare(matcher.kb.brief(brief_id))
        except KbError as error:
            problems.append(str(error))
            continue
        at = [NAMES.index(component.name) for component in prepared.bounds.components]
        for place, item in enumerate(decisions):
            if item.brief_id != brief_id:
                continue
            number = matcher.kb.number_of(item.organization_id)
            row = None if number is None else prepared.columns.row_of(number)
            if row is None:
                problems.append(f"row {place + 2}: there is no organization {item.organization_id!r}")
                continue
            values[place, at] = prepared.scores.values[:, row]
    if problems:
        raise LabelsError("\n".join(problems))
    return values


def learn_weights(matcher: Matcher, decisions: Sequence[Decision]) -> LearnedWeights:
    """Learn component weights from decisions.

    A component's weight is its slope in a logistic regression times how much it varies; one that speaks
    against acceptance gets none.

    Raises
    ------
    TooLittleDataError
        With fewer than 20 accepted or 20 declined.
    MatcherError
        When no component speaks for acceptance.
    """
    values = features_of(matcher, decisions)
    model = learn_from_decisions(values, np.array([item.accepted for item in decisions], np.bool_), NAMES)
    spread = np.array([np.nanstd(column) if np.isfinite(column).any() else 0.0 for column in values.T])
    pull = np.maximum(np.array([curve.slope for curve in model.ranker.curves]) * spread, 0.0)
    if pull.sum() <= 0:
        raise MatcherError("no component speaks for what was accepted; the decisions cannot set weights")
    weights = {name: round(float(share), 4) for name, share in zip(NAMES, pull / pull.sum(), strict=True)}
    return LearnedWeights(weights, model, matcher.encoder.key)


def read_weights(path: Path) -> dict[str, float]:
    """Read the weights of a file that `LearnedWeights.as_json` made, or a plain mapping.

    Raises
    ------
    MatcherError
        When it cannot be read, or names an unknown component.
    """
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        weights = {str(name): float(value) for name, value in body.get("weights", body).items()}
    except (OSError, ValueError, AttributeError, TypeError, OverflowError, RecursionError) as error:
        raise MatcherError(f"{path}: not a weights file: {error}") from error
    if wrong := sorted(name for name, value in weights.items() if not 0 <= value < math.inf):
        raise MatcherError(f"{path.name}: {', '.join(wrong)[:500]}: a weight is a number of 0 or more")
    if unknown := sorted(set(weights) - set(NAMES)):
        raise MatcherError(f"{path.name}: unknown component {', '.join(unknown)[:500]}; known: {', '.join(NAMES)}")
    return weights
