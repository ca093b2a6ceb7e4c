"""Learn the weights from labelled pairs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from matcher.errors import TooLittleDataError
from matcher.values.comparison import ValueComparer
from matcher.values.meaning import Encoder
from matcher.values.model import LABELS, WITH_MEANING, WORDS_ONLY, PairModel
from matcher.values.statements import LabelledTexts, held_out

REGULARIZATION = 0.2
WRITTEN = 3.0
ITERATIONS = 5000


def learn(
    pairs: Sequence[LabelledTexts], encoder: Encoder | None = None, regularization: float = REGULARIZATION
) -> PairModel:
    """Fit a multinomial logistic regression, all labels weighing the same.

    Each pair is learnt from twice: as it is, and as if the questions that it bears on were unknown. Otherwise the
    weights would take for granted that every matter is among the known questions. With an encoder, pairs made of the
    typical sentences of the questions are learnt from too; they share few words, so a given pair weighs `WRITTEN`
    times as much as one of them.

    Parameters
    ----------
    pairs : sequence of LabelledTexts
    encoder : Encoder or None
        Without one, a model of words only.
    regularization : float
        Inverse strength of the L2 penalty, as scikit-learn's `C`.

    Raises
    ------
    TooLittleDataError
        When one of `LABELS` does not occur.
    """
    if missing := sorted(set(LABELS) - {pair.label for pair in pairs}):
        raise TooLittleDataError(f"pairs of every label are needed to learn from; none is {' or '.join(missing)}")
    rows, labels, weights = _examples(pairs, encoder)
    names = tuple(rows[0])
    values = np.array([[row[name] for name in names] for row in rows])
    scaler = StandardScaler().fit(values)
    regression = LogisticRegression(C=regularization, class_weight="balanced", max_iter=ITERATIONS)
    regression.fit(scaler.transform(values), [LABELS.index(label) for label in labels], sample_weight=weights)
    return PairModel(
        features=names,
        means=np.asarray(scaler.mean_),
        scales=np.asarray(scaler.scale_),
        coefficients=np.asarray(regression.coef_),
        intercepts=np.asarray(regression.intercept_),
        encoder=encoder.key if encoder is not None else "",
    )


def _examples(
    pairs: Sequence[LabelledTexts], encoder: Encoder | None
) -> tuple[list[dict[str, float]], list[str], list[float]]:
    """Return the features, the label and the weight of every example."""
    comparer = ValueComparer(encoder, model=blank(encoder))
    read = comparer.pairs([(pair.text_a, pair.text_b) for pair in pairs])
    rows = [comparer.features(pair) for pair in read] + [comparer.features_blinded(pair) for pair in read]
    labels = [pair.label for pair in (*pairs, *pairs)]
    weights = [WRITTEN] * len(labels)
    for held in held_out(comparer.stances) if encoder is not None else ():
        unaware = ValueComparer(encoder, held.known, model=blank(encoder))
        rows += [unaware.features(pair) for pair in unaware.pairs([(one.text_a, one.text_b) for one in held.pairs])]
        labels += [one.label for one in held.pairs]
        weights += [1.0] * len(held.pairs)
    return rows, labels, weights


def blank(encoder: Encoder | None = None) -> PairModel:
    """Return a model without weights, which says nothing, to read pairs with."""
    nothing = np.zeros(0)
    return PairModel((), nothing, nothing, np.zeros((len(LABELS), 0)), np.zeros(3), encoder.key if encoder else "")


def save(path: Path, words: PairModel, meaning: PairModel) -> None:
    """Write both models as JSON."""
    body = {WORDS_ONLY: words.to_json(), WITH_MEANING: meaning.to_json()}
    path.write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")
