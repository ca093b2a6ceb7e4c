"""What two texts have in common, and where they part: the features that alignment and conflict are judged by.

Every feature is symmetric in the two texts, so that swapping them changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from matcher.values.cues import Cues
from matcher.values.meaning import Floats, Meaning
from matcher.values.polarity import is_content, stem
from matcher.values.reading import StanceReading

FOCUS = 20.0
LEAN_SCALE = 4.0
PULL_SCALE = 0.75
CAMP_SCALE = 1.5
MENTION = 0.1
FAINT = 1e-4
BLINDED = 2


@dataclass(frozen=True, slots=True)
class Pair:
    """Both texts as read, with their meaning when there is an encoder."""

    a: StanceReading
    b: StanceReading
    meaning_a: Meaning | None = None
    meaning_b: Meaning | None = None


def blinded(pair: Pair, codes: Sequence[str]) -> tuple[Pair, tuple[int, ...]]:
    """Return a pair as it would read if no question were known that bears on it, and the questions that are left.

    Left out are the questions that the words of both texts mention, and the `BLINDED` that are nearest in meaning.

    Parameters
    ----------
    pair : Pair
    codes : sequence of str
    """
    out = set(pair.a.sides) & set(pair.b.sides)
    if pair.meaning_a is not None and pair.meaning_b is not None:
        nearest = np.argsort(-np.minimum(pair.meaning_a.near, pair.meaning_b.near), kind="stable")[:BLINDED]
        out |= {codes[int(index)] for index in nearest}
    kept = tuple(index for index, code in enumerate(codes) if code not in out)
    a, b = (
        replace(reading, sides={code: side for code, side in reading.sides.items() if code not in out})
        for reading in (pair.a, pair.b)
    )
    meanings = [meaning and _only_questions(meaning, kept) for meaning in (pair.meaning_a, pair.meaning_b)]
    return Pair(a, b, meanings[0], meanings[1]), kept


def _only_questions(meaning: Meaning, kept: Sequence[int]) -> Meaning:
    rows = list(kept)
    return replace(
        meaning,
        near=meaning.near[rows],
        lean=meaning.lean[rows],
        pull=meaning.pull[rows],
        clause=meaning.clause[rows],
        camp=meaning.camp[rows],
        shares=meaning.shares[rows],
    )


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
        (any(x in one for x in only_a) and any(x in other for x in only_b))
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


@dataclass(frozen=True)
class Standing:
    """Where two texts stand on the questions, by words and by meaning.

    Attributes
    ----------
    weights : NDArray, (n_questions,)
        How near both texts are to each question; sums to 1.
    signs_a, signs_b : NDArray, (n_questions,)
        The sides taken, -1 to 1.
    """

    weights: Floats
    signs_a: Floats
    signs_b: Floats


def standing(pair: Pair, codes: Sequence[str], turns: Floats | None = None) -> Standing:
    """Join the words and the meaning of both texts, question by question.

    Parameters
    ----------
    pair : Pair
    codes : sequence of str
    turns : NDArray or None, (n_questions,)
        -1 where the `against` side is the one akin to the `for` sides of other questions; asked for with meanings.
    """
    near = np.zeros(len(codes), np.float32)
    signs = []
    for reading, meaning in ((pair.a, pair.meaning_a), (pair.b, pair.meaning_b)):
        sides = [reading.sides.get(code) for code in codes]
        evidence = np.array([np.arctanh(np.clip(side.sign, -0.99, 0.99)) if side else 0.0 for side in sides])
        near += MENTION * np.array([side is not None for side in sides], np.float32) / 2
        if meaning is not None:
            near += meaning.near / 2
            evidence = evidence + LEAN_SCALE * meaning.lean + PULL_SCALE * meaning.pull
            evidence = evidence + CAMP_SCALE * meaning.camp.sum() * (1.0 if turns is None else turns)
        signs.append(np.asarray(np.tanh(evidence), np.float32))
    weights = np.exp(FOCUS * (near - near.max()))
    return Standing(np.asarray(weights / weights.sum(), np.float32), signs[0], signs[1])


def meaning_features(a: Meaning, b: Meaning, stand: Standing, directions: Floats) -> dict[str, float]:
    """Compare the meaning of both texts, and the sides taken on the questions near to both.

    Parameters
    ----------
    a, b : Meaning
    stand : Standing
    directions : NDArray, (n_questions, dimension)
        From the `against` side to the `for` side of each question; unit rows.
    """
    cosine = float(a.vector @ b.vector)
    products = stand.signs_a * stand.signs_b
    product = float(stand.weights @ products)
    along = np.abs(directions @ (a.vector - b.vector))
    camps = float(np.tanh(a.camp.sum()) * np.tanh(b.camp.sum()))
    same = float((a.shares * b.shares).sum())
    opposed = float((a.shares * b.shares[:, ::-1]).sum())
    return {
        "cosine": cosine,
        "cosine_squared": cosine**2,
        "near_both": float(np.minimum(a.near, b.near).max()),
        "profile": float(np.corrcoef(a.near, b.near)[0, 1]),
        "stand_agree": max(product, 0.0),
        "stand_conflict": max(-product, 0.0),
        "stand_alike": product * cosine,
        "stand_top": float(products[int(stand.weights.argmax())]),
        "apart_along": float(stand.weights @ along),
        "camp_product": camps,
        "camp_alike": camps * cosine,
        "attention_opposed": float(np.log((opposed + FAINT) / (same + FAINT))),
        "attention_shared": float(np.log(opposed + same + FAINT)),
    }


def pair_features(
    pair: Pair, cues: Cues, codes: Sequence[str], directions: Floats | None = None, turns: Floats | None = None
) -> dict[str, float]:
    """Return all features by name; those of meaning only when both texts have one."""
    features = stance_features(pair.a, pair.b) | word_features(pair.a, pair.b, cues)
    if pair.meaning_a is not None and pair.meaning_b is not None and directions is not None:
        found = meaning_features(pair.meaning_a, pair.meaning_b, standing(pair, codes, turns), directions)
        features |= found
        features |= _times("cosine", features)
    return features | _times("overlap", features)


def _times(by: str, features: Mapping[str, float]) -> dict[str, float]:
    """Return each feature times another: what a feature says depends on how alike the texts are."""
    return {f"{name} * {by}": value * features[by] for name, value in features.items() if "*" not in name}


def _only(a: StanceReading, b: StanceReading) -> set[str]:
    there = {stem(word.word) for word in b.words} | {word.word for word in b.words}
    return {word.word for word in a.words if stem(word.word) not in there and word.word not in there}


def _names(word: str, cues: Cues) -> bool:
    return is_content(word) and not cues.leaning(word) and word not in cues.modal and word not in cues.negation


def _tone(reading: StanceReading) -> float:
    cued = [word.sign for word in reading.words if word.cued and is_content(word.word)]
    return sum(cued) / len(cued) if cued else 0.0
