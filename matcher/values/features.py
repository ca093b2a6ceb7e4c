"""What two texts have in common, and where they part: the features that alignment and conflict are judged by.

Every feature is symmetric in the two texts, so that swapping them changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matcher.values.cues import Cues
from matcher.values.meaning import Floats, Meaning
from matcher.values.polarity import is_content, stem
from matcher.values.reading import StanceReading

FOCUS = 25.0
LEAN_SCALE = 4.0


@dataclass(frozen=True, slots=True)
class Pair:
    """Both texts as read, with their meaning when there is an encoder."""

    a: StanceReading
    b: StanceReading
    meaning_a: Meaning | None = None
    meaning_b: Meaning | None = None


def overlap(a: StanceReading, b: StanceReading) -> float:
    """Return the share of content words in common, 0..1 (Jaccard)."""
    one, other = set(a.stems), set(b.stems)
    return len(one & other) / max(1, len(one | other))


def stance_features(a: StanceReading, b: StanceReading) -> dict[str, float]:
    """Compare the sides that the words of both texts take."""
    shared = set(a.sides) & set(b.sides)
    products = [a.sides[code].sign * b.sides[code].sign for code in sorted(shared)]
    return {
        "side_agree": max((product for product in products if product > 0), default=0.0),
        "side_conflict": max((-product for product in products if product < 0), default=0.0),
        "question_shared": float(bool(shared)),
        "question_apart": float(bool(a.sides) and bool(b.sides) and not shared),
        "question_none": float(not a.sides and not b.sides),
    }


def word_features(a: StanceReading, b: StanceReading, cues: Cues) -> dict[str, float]:
    """Compare the words of both texts and the leanings toward those that they share."""
    shared = set(a.stems) & set(b.stems)
    smaller = max(1, min(len(a.stems), len(b.stems)))
    products = [a.stems[key] * b.stems[key] for key in shared]
    share = overlap(a, b)
    only_a, only_b = _only(a, b), _only(b, a)
    turns = sum(word in cues.negation or word in cues.against for word in only_a | only_b)
    against_one_another = sum(
        any(x in one for x in only_a)
        and any(x in other for x in only_b)
        or (any(x in other for x in only_a) and any(x in one for x in only_b))
        for one, other in cues.opposite
    )
    new_a, new_b = (len([word for word in only if _names(word, cues)]) for only in (only_a, only_b))
    return {
        "overlap": share,
        "leaning_agree": sum(product for product in products if product > 0) / smaller,
        "leaning_conflict": -sum(product for product in products if product < 0) / smaller,
        "turned": float(turns % 2) * share,
        "turning_words": min(turns, 3) * share,
        "opposite_words": min(against_one_another, 2) * share,
        "opposite_words_alone": min(against_one_another, 2) * (1 - share),
        "both_differ": min(new_a, new_b) / smaller * share,
        "one_differs": abs(new_a - new_b) / smaller * share,
        "tone": _tone(a) * _tone(b),
    }


def meaning_features(a: Meaning, b: Meaning, directions: Floats) -> dict[str, float]:
    """Compare the meaning of both texts, and the sides it takes on the questions near to both.

    Parameters
    ----------
    a, b : Meaning
    directions : NDArray, (n_questions, dimension)
        From the `against` side to the `for` side of each question.
    """
    cosine = float(a.vector @ b.vector)
    near = np.minimum(a.near, b.near)
    weights = np.exp(FOCUS * (near - near.max()))
    weights = weights / weights.sum()
    product = float(weights @ (np.tanh(LEAN_SCALE * a.lean) * np.tanh(LEAN_SCALE * b.lean)))
    apart = a.vector - b.vector
    along = directions @ apart / np.maximum(np.linalg.norm(directions, axis=1), 1e-9)
    profile = float(np.corrcoef(a.near, b.near)[0, 1])
    near_both = float(near.max())
    return {
        "cosine": cosine,
        "cosine_squared": cosine**2,
        "near_both": near_both,
        "profile": profile,
        "lean_agree": max(product, 0.0),
        "lean_conflict": max(-product, 0.0),
        "lean_product_near": product * near_both,
        "lean_product_alike": product * cosine,
        "apart_along": float(weights @ np.abs(along)),
        "camp_product": float(np.tanh(6 * a.camp) * np.tanh(6 * b.camp)),
    }


def pair_features(pair: Pair, cues: Cues, directions: Floats | None) -> dict[str, float]:
    """Return all features by name; those of meaning only when both texts have one."""
    features = stance_features(pair.a, pair.b) | word_features(pair.a, pair.b, cues)
    if pair.meaning_a is not None and pair.meaning_b is not None and directions is not None:
        found = meaning_features(pair.meaning_a, pair.meaning_b, directions)
        features |= found
        alike = found["cosine"]
        features["side_conflict_alike"] = features["side_conflict"] * alike
        features["differ_alike"] = features["both_differ"] * alike
    return features


def _only(a: StanceReading, b: StanceReading) -> set[str]:
    there = {stem(word.word) for word in b.words} | {word.word for word in b.words}
    return {word.word for word in a.words if stem(word.word) not in there and word.word not in there}


def _names(word: str, cues: Cues) -> bool:
    return is_content(word) and not cues.leaning(word) and word not in cues.modal and word not in cues.negation


def _tone(reading: StanceReading) -> float:
    cued = [word.sign for word in reading.words if word.cued and is_content(word.word)]
    return sum(cued) / len(cued) if cued else 0.0
