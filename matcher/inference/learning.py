"""Learn the judge of concerns from labelled texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from kb.organization import ConcernRole
from kb.vocabulary import load_vocabulary
from matcher.inference.concerns import is_silent, rule_finding
from matcher.inference.errors import JudgeError
from matcher.inference.features import Features, features
from matcher.inference.judge import Judge, Regression
from matcher.inference.mentions import mentions
from matcher.inference.prose import language
from matcher.inference.reading import Reading
from matcher.inference.rules import load_rules

REGULARIZATION = 0.2
SEEN_OFTEN = 5
ITERATIONS = 1000
FREE_INTERCEPT = 10.0
"""How little the penalty weighs on the intercept."""
LEAST = 0.02


@dataclass(frozen=True, slots=True)
class Example:
    """Features of the mentions of a concern in a text, and what is right: None (no concern), minor or core."""

    code: str
    features: Features
    role: ConcernRole | None


def examples(text: str, name: str, roles: Mapping[str, ConcernRole], asked: Set[str]) -> Iterator[Example]:
    """Describe what a labelled text mentions.

    Parameters
    ----------
    text, name : str
    roles : mapping of code to role
        The concerns that the organization has.
    asked : set of str
        The only codes that were looked at; empty when all were.
    """
    rules = load_rules()
    if language(text, rules.function_words) != "en":
        return
    reading = Reading(text, name, rules.guards)
    if is_silent(reading):
        return
    for code, term in load_vocabulary().concerns.items():
        if term.by_finding or (asked and code not in asked):
            continue
        if found := mentions(reading, rules.concerns[code]):
            ruled = rule_finding(reading, code, found, rules.roles)
            yield Example(code, features(reading, code, found, ruled, rules.roles), roles.get(code))


def learn(given: Sequence[Example], regularization: float = REGULARIZATION) -> Judge:
    """Fit both regressions; a feature counts when `SEEN_OFTEN` examples have it.

    Parameters
    ----------
    given : sequence of Example
    regularization : float
        Inverse strength of the L2 penalty, as scikit-learn's `C`.

    Raises
    ------
    JudgeError
        When there are not concerns of both roles and mentions that are none.
    """
    if len({example.role for example in given}) < len(ConcernRole) + 1:
        raise JudgeError("to learn, give mentions that are no concern, minor ones and core ones")
    names = _often(example.features for example in given)
    values = _table([example.features for example in given], names)
    dealt = np.array([example.role is not None for example in given])
    core = np.array([example.role is ConcernRole.CORE for example in given])
    return Judge(
        present=_fitted(values, dealt, names, regularization),
        core=_fitted(values[dealt], core[dealt], names, regularization),
    )


def _often(rows: Iterable[Features]) -> list[str]:
    counts = Counter(name for row in rows for name, value in row.items() if value)
    return sorted(name for name, count in counts.items() if count >= SEEN_OFTEN)


def _table(rows: Sequence[Features], names: Sequence[str]) -> csr_matrix:
    place = {name: index for index, name in enumerate(names)}
    cells = [
        (number, place[name], value) for number, row in enumerate(rows) for name, value in row.items() if name in place
    ]
    at, of, values = zip(*cells, strict=True) if cells else ((), (), ())
    return csr_matrix((values, (at, of)), shape=(len(rows), len(names)))


def _fitted(values: csr_matrix, labels: NDArray[np.bool_], names: Sequence[str], regularization: float) -> Regression:
    fitted = LogisticRegression(
        C=regularization, max_iter=ITERATIONS, solver="liblinear", intercept_scaling=FREE_INTERCEPT, random_state=0
    ).fit(values, labels)
    weights = {name: float(weight) for name, weight in zip(names, fitted.coef_[0], strict=True) if abs(weight) > LEAST}
    return Regression(float(fitted.intercept_[0]), weights)
