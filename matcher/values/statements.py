"""Pairs to learn from, made of the typical sentences of the questions.

Two sentences of one side are aligned, two of opposite sides in conflict, and two of different questions unrelated. A
sentence must not be read by a reader that knows it, so some are held out in turn: single sentences of each question,
or whole questions, as if they were unknown.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product

from matcher.values.stances import Stance

SENTENCE_FOLDS = 4
QUESTION_FOLDS = 8
PAIRS_OF_SENTENCES = 3
PAIRS_OF_QUESTIONS = 5
SEED = 1
Sides = tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class LabelledTexts:
    """Two texts and what is right about them: ``aligned``, ``conflict`` or ``unrelated``."""

    id: str
    text_a: str
    text_b: str
    label: str


@dataclass(frozen=True)
class HeldOut:
    """Pairs, and the questions that may be known when they are read.

    Attributes
    ----------
    known : tuple of Stance
    pairs : tuple of LabelledTexts
        Their ids begin with the code of the question of the first text.
    """

    known: tuple[Stance, ...]
    pairs: tuple[LabelledTexts, ...]


def held_out(stances: Sequence[Stance]) -> Iterator[HeldOut]:
    """Yield pairs of held-out sentences, then pairs of sentences of held-out questions."""
    rng = random.Random(SEED)
    for fold in range(SENTENCE_FOLDS):
        sides = {stance.code: (_fold(stance.for_says, fold), _fold(stance.against_says, fold)) for stance in stances}
        known = tuple(
            replace(
                stance,
                for_says=tuple(said for said in stance.for_says if said not in sides[stance.code][0]),
                against_says=tuple(said for said in stance.against_says if said not in sides[stance.code][1]),
            )
            for stance in stances
        )
        both = {code: held for code, held in sides.items() if held[0] and held[1]}
        if len(both) > 1:
            yield HeldOut(known, tuple(_pairs(both, PAIRS_OF_SENTENCES, f"sentence{fold}", rng)))
    order = list(stances)
    rng.shuffle(order)
    for fold in range(QUESTION_FOLDS):
        out = {stance.code: (stance.for_says, stance.against_says) for stance in order[fold::QUESTION_FOLDS]}
        known = tuple(stance for stance in stances if stance.code not in out)
        if len(out) > 1 and known:
            yield HeldOut(known, tuple(_pairs(out, PAIRS_OF_QUESTIONS, f"question{fold}", rng)))


def _fold(says: tuple[str, ...], fold: int) -> tuple[str, ...]:
    return says[fold::SENTENCE_FOLDS] if len(says) >= SENTENCE_FOLDS else ()


def _pairs(held: dict[str, Sides], most: int, name: str, rng: random.Random) -> Iterator[LabelledTexts]:
    for code, sides in held.items():
        opposed = list(product(*sides))
        alike = [pair for side in sides for pair in combinations(side, 2)]
        rng.shuffle(opposed)
        rng.shuffle(alike)
        others = [other for other in held if other != code]
        apart = [
            (rng.choice(rng.choice(sides)), rng.choice(rng.choice(held[rng.choice(others)])))
            for _ in range(min(most, len(opposed) + 1))
        ]
        for label, found in (("conflict", opposed), ("aligned", alike), ("unrelated", apart)):
            for number, (text_a, text_b) in enumerate(found[:most]):
                yield LabelledTexts(f"{code}-{name}-{label}{number}", text_a, text_b, label)
