"""Learning to rank and to decide with models that stay explainable: sums of one curve per feature, saved as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from matcher.errors import MatcherError, TooLittleDataError

FORMAT = 1
MIN_DECISIONS = 20
KNOT_QUANTILES = (0.5, 0.8, 0.95, 0.99)
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """One feature's part of a score: a line that may bend at its knots, zero at the typical value."""

    feature: str
    slope: float
    knots: tuple[float, ...] = ()
    bends: tuple[float, ...] = ()
    typical: float = 0.0

    def _raw(self, values: NDArray[np.floating]) -> NDArray[np.floating]:
        out = values * self.slope
        for knot, bend in zip(self.knots, self.bends, strict=True):
            out = out + np.maximum(values - knot, 0) * bend
        return out

    def contribution(self, values: NDArray[np.floating]) -> NDArray[np.floating]:
        """Return what each value adds to the score, in the shape of `values`."""
        return self._raw(values) - float(self._raw(np.asarray([self.typical]))[0])


@dataclass(frozen=True)
class AdditiveRanker:
    """A score that is the sum of one curve per feature."""

    curves: tuple[Curve, ...]

    @property
    def features(self) -> tuple[str, ...]:
        """Feature names, in column order."""
        return tuple(curve.feature for curve in self.curves)

    def contributions(self, features: NDArray[np.floating]) -> NDArray[np.floating]:
        """Return each feature's part of the score.

        Parameters
        ----------
        features : NDArray, (..., n_features)
            Raw feature values; NaN where a feature cannot be judged, which adds nothing.

        Returns
        -------
        NDArray, (..., n_features)
        """
        if features.shape[-1] != len(self.curves):
            raise MatcherError(f"the model has {len(self.curves)} features, the data {features.shape[-1]}")
        parts = [curve.contribution(features[..., i]) for i, curve in enumerate(self.curves)]
        return np.nan_to_num(np.stack(parts, axis=-1), nan=0.0)

    def score(self, features: NDArray[np.floating]) -> NDArray[np.floating]:
        """Return the scores (...,): the sum of `contributions` over the last axis."""
        return np.asarray(self.contributions(features).sum(axis=-1))

    def to_json(self) -> dict[str, Any]:
        """Return a plain mapping that `from_json` reads back."""
        return {
            "format": FORMAT,
            "curves": [
                {
                    "feature": curve.feature,
                    "slope": curve.slope,
                    "knots": list(curve.knots),
                    "bends": list(curve.bends),
                    "typical": curve.typical,
                }
                for curve in self.curves
            ],
        }

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> AdditiveRanker:
        """Read what `to_json` wrote.

        Raises
        ------
        MatcherError
            When the mapping is of another format, or broken.
        """
        if body.get("format") != FORMAT:
            raise MatcherError(f"the learnt model has format {body.get('format')!r}; this version reads {FORMAT}")
        try:
            curves = tuple(
                Curve(
                    str(one["feature"]),
                    float(one["slope"]),
                    tuple(float(x) for x in one["knots"]),
                    tuple(float(x) for x in one["bends"]),
                    float(one["typical"]),
                )
                for one in body["curves"]
            )
        except (KeyError, TypeError, ValueError) as error:
            raise MatcherError(f"the learnt model is broken: {error!r}; restore or retrain it") from error
        if any(len(curve.knots) != len(curve.bends) for curve in curves):
            raise MatcherError("the learnt model is broken: a curve has not one bend per knot; restore or retrain it")
        return cls(curves)


@dataclass(frozen=True)
class Examples:
    """The candidates of one query to learn from.

    Parameters
    ----------
    features : NDArray, (n_candidates, n_features)
    relevant : NDArray, bool (n_candidates,)
        At least one true.
    log_weight : NDArray, (n_candidates,)
        Log of how many candidates each row stands for (0 for itself alone, log(k) for one sampled in k).
    """

    features: NDArray[np.floating]
    relevant: NDArray[np.bool_]
    log_weight: NDArray[np.floating]


def fit_ranker(
    examples: Sequence[Examples], names: Sequence[str], *, bending: Sequence[str] = (), penalty: float = 3e-3
) -> AdditiveRanker:
    """Fit a ranker by listwise softmax (Cao et al., 2007) over each query's candidates.

    A query with r relevant candidates counts sqrt(r) times one. Sampled negatives must carry their weight: with
    the hard ones alone the ranking of all candidates turns over.

    Parameters
    ----------
    bending : sequence of str
        Features whose curve bends at quantiles of the data; the others are straight.
    penalty : float
        Ridge penalty on the weights of the standardized columns.
    """
    if not examples:
        raise TooLittleDataError("there is no query to learn from")
    raw = np.nan_to_num(np.concatenate([one.features for one in examples]).astype(np.float32), nan=0.0)
    knots = [_knots(raw[:, i]) if name in bending else () for i, name in enumerate(names)]
    columns, owner = _expand(raw, knots)
    scale = columns.std(axis=0) + 1e-9
    columns = (columns - columns.mean(axis=0)) / scale
    weights = _softmax_fit(columns, examples, penalty) / scale
    curves = []
    for i, name in enumerate(names):
        own = weights[owner == i]
        bends = tuple(float(value) for value in own[1:])
        curves.append(Curve(name, float(own[0]), knots[i], bends, float(np.median(raw[:, i]))))
    return AdditiveRanker(tuple(curves))


def _knots(values: NDArray[np.floating]) -> tuple[float, ...]:
    return tuple(float(value) for value in np.unique(np.quantile(values, KNOT_QUANTILES)))


def _expand(
    raw: NDArray[np.float32], knots: Sequence[tuple[float, ...]]
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    columns, owner = [], []
    for i, own in enumerate(knots):
        columns.append(raw[:, i])
        columns.extend(np.maximum(raw[:, i] - np.float32(knot), 0) for knot in own)
        owner.extend([i] * (1 + len(own)))
    return np.stack(columns, axis=1), np.asarray(owner)


def _softmax_fit(columns: NDArray[np.float32], examples: Sequence[Examples], penalty: float) -> Floats:
    counts = np.asarray([len(one.relevant) for one in examples])
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    query = np.repeat(np.arange(len(examples)), counts)
    relevant = np.concatenate([one.relevant for one in examples]).astype(np.float64)
    offset = np.concatenate([one.log_weight for one in examples])
    total = np.add.reduceat(relevant, starts)
    importance = 1.0 / np.sqrt(np.maximum(total, 1.0))

    def loss(weights: Floats) -> tuple[float, Floats]:
        logit = columns @ weights.astype(np.float32) + offset
        logit -= np.maximum.reduceat(logit, starts)[query]
        mass = np.exp(logit)
        norm = np.add.reduceat(mass, starts)
        value = -(importance[query] * relevant * (logit - np.log(norm)[query])).sum() / len(examples)
        slope = importance[query] * (total[query] * mass / norm[query] - relevant)
        gradient = (columns.T @ slope.astype(np.float32)).astype(np.float64) / len(examples)
        return float(value + penalty * weights @ weights), gradient + 2 * penalty * weights

    found = minimize(loss, np.zeros(columns.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 200})
    return np.asarray(found.x, np.float64)


@dataclass(frozen=True)
class DecisionModel:
    """What a user's own accepted and declined candidates teach, with honest figures.

    Parameters
    ----------
    intercept : float
        Log odds at typical values.
    auc, accuracy, base_rate : float
        On candidates that each fold had not seen; `base_rate` is the accuracy of always saying the commoner answer.
    """

    ranker: AdditiveRanker
    intercept: float
    auc: float
    accuracy: float
    base_rate: float
    accepted: int
    declined: int

    @property
    def useful(self) -> bool:
        """Whether the model beats both a coin on order and the commoner answer on accuracy."""
        return self.auc > 0.6 and self.accuracy > self.base_rate


def learn_from_decisions(
    features: NDArray[np.floating],
    accepted: NDArray[np.bool_],
    names: Sequence[str],
    *,
    folds: int = 5,
    penalty: float = 1.0,
    seed: int = 0,
) -> DecisionModel:
    """Fit a logistic regression on a user's decisions; figures come from cross-validation.

    Parameters
    ----------
    features : NDArray, (n_decisions, n_features)
        NaN counts as the typical (median) value.
    accepted : NDArray, bool (n_decisions,)

    Raises
    ------
    TooLittleDataError
        When fewer than 20 were accepted, or fewer than 20 declined.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if features.shape != (len(accepted), len(names)):
        raise MatcherError(f"{len(accepted)} decisions and {len(names)} features do not fit data {features.shape}")
    yes = int(accepted.sum())
    no = len(accepted) - yes
    if min(yes, no) < MIN_DECISIONS:
        raise TooLittleDataError(
            f"{yes} accepted and {no} declined are too few to learn from; decide on at least {MIN_DECISIONS} of each"
        )
    known = np.isfinite(features)
    typical = np.asarray([np.median(features[own, i]) if own.any() else 0.0 for i, own in enumerate(known.T)])
    values = np.where(known, features, typical)
    model = make_pipeline(StandardScaler(), LogisticRegression(C=1.0 / penalty, max_iter=1000))
    split = StratifiedKFold(folds, shuffle=True, random_state=seed)
    chance = cross_val_predict(model, values, accepted, cv=split, method="predict_proba")[:, 1]
    model.fit(values, accepted)
    scaler, logistic = model[0], model[1]
    slopes = logistic.coef_[0] / scaler.scale_
    curves = tuple(
        Curve(name, float(slope), typical=float(middle))
        for name, slope, middle in zip(names, slopes, typical, strict=True)
    )
    intercept = float(logistic.intercept_[0] + ((typical - scaler.mean_) * slopes).sum())
    return DecisionModel(
        AdditiveRanker(curves),
        intercept,
        float(roc_auc_score(accepted, chance)),
        float(((chance >= 0.5) == accepted).mean()),
        max(yes, no) / len(accepted),
        yes,
        no,
    )
