"""Two names read word by word, and their words paired off."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz.distance import OSA, JaroWinkler

ALIKE = 0.6
SHORT_WORD = 4
INFLECTED_STEM = 6
ADJECTIVE_ENDING = re.compile(
    r"(?:[eo]?v?sk(?:ii|iy|y|i|aia|aya|oe|oye|ogo|oi|oy)|n(?:yi|yy|iy|aia|aya|oe|oye)|[aeiou])$"
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a name as it is compared.

    Attributes
    ----------
    text : str
    weight : float in 0..1
        How much it tells: near 0 for *international*, 1 for a word that hardly any other name has.
    sound : str
        Its consonants, as they are heard.
    group : str
        For words that exclude one another, what they are of: a place, a direction; else empty.
    """

    text: str
    weight: float
    sound: str
    group: str = ""


@dataclass(frozen=True)
class NameForm:
    """A name, read: without legal form, joining words, accents, case and punctuation.

    Attributes
    ----------
    words : tuple of Word
        Numbers are not among them.
    numbers : tuple of (raw, value)
        In order, as written and as digits.
    places, opposites : frozenset of str
        Countries and towns; words like *north*, of which another makes another organization.
    legal : frozenset of str
        Classes of its legal forms.
    letters : str
        Words and numbers without spaces.
    spelt : str
        The same with joining words, and abbreviations as they were written.
    core : str
        Words and numbers but for those that are added or left out at will: *group*, *international*.
    number_last : bool
        It ends in a number.
    """

    words: tuple[Word, ...]
    numbers: tuple[tuple[str, str], ...]
    places: frozenset[str]
    opposites: frozenset[tuple[int, str]]
    legal: frozenset[str]
    letters: str
    spelt: str
    core: str
    number_last: bool

    @cached_property
    def weight(self) -> float:
        """Sum of the words' weights."""
        return sum(word.weight for word in self.words)

    @cached_property
    def heaviest(self) -> int:
        """Position of the word that tells most."""
        return max(range(len(self.words)), key=lambda at: self.words[at].weight)

    @cached_property
    def initials(self) -> str:
        """First letters of the words."""
        return "".join(word.text[0] for word in self.words)

    @cached_property
    def sound(self) -> str:
        """The whole name as it is heard."""
        return "".join(word.sound for word in self.words)


def likeness(one: Word, two: Word) -> float:
    """Return how alike two words are: 1 the same, 0.9 one slip, 0.6 just alike, 0 different."""
    left, right = one.text, two.text
    if left == right:
        return 1.0
    if one.group and one.group == two.group:
        return 0.0
    shorter, longer = sorted((len(left), len(right)))
    related = left[:3] == right[:3]
    if related and _singular(left) == _singular(right):
        return 0.96
    edits = OSA.distance(left, right, score_cutoff=4)
    if edits == 1 and shorter >= SHORT_WORD:
        return 0.92
    if one.sound == two.sound and len(one.sound) > 2 and shorter >= SHORT_WORD:
        return 0.88
    if (edits == 2 and shorter >= 6) or (related and _adjective_stem(left) == _adjective_stem(right)):
        return 0.8
    if left[:INFLECTED_STEM] == right[:INFLECTED_STEM] and _stem(left, right) >= longer - 3:
        return 0.75
    if edits == 3 and shorter >= 10:
        return 0.7
    return _short_likeness(left, right, edits, shorter)


def _short_likeness(left: str, right: str, edits: int, shorter: int) -> float:
    """Return how alike two words are that differ by too much for a slip of the pen, or are short."""
    if edits == 1:
        return 0.62 if shorter == SHORT_WORD - 1 else 0.3
    if edits > 4:
        return 0.0
    similar = float(JaroWinkler.similarity(left, right))
    if edits == 2 and shorter == 5:
        return 0.66 if similar > 0.85 else 0.5
    return 0.6 * similar


def _singular(text: str) -> str:
    """Return an English plural's singular, well enough to compare."""
    if len(text) <= SHORT_WORD or not text.endswith("s"):
        return text
    return text[:-3] + "y" if text.endswith("ies") else text[:-1]


def _adjective_stem(text: str) -> str:
    """Return a Russian adjective's stem, e.g. of both *muromskii* and *Murom*."""
    stem = ADJECTIVE_ENDING.sub("", text)
    return stem if len(stem) >= SHORT_WORD - 1 else text


def _stem(left: str, right: str) -> int:
    return next((at for at, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right)))


@dataclass(frozen=True)
class Pairing:
    """Two names with their words paired off.

    Attributes
    ----------
    pairs : tuple of (left positions, right positions, likeness)
        Several positions on one side where it splits a word that the other writes as one.
    left_over, right_over : tuple of Word
        Words without a counterpart.
    """

    left: NameForm
    right: NameForm
    pairs: tuple[tuple[tuple[int, ...], tuple[int, ...], float], ...]
    left_over: tuple[Word, ...]
    right_over: tuple[Word, ...]

    @cached_property
    def alike(self) -> tuple[float, float]:
        """Weights of the paired words on either side, each times its likeness."""
        left = sum(self.left.words[at].weight * alike for ats, _, alike in self.pairs for at in ats)
        right = sum(self.right.words[at].weight * alike for _, ats, alike in self.pairs for at in ats)
        return left, right

    @cached_property
    def edits(self) -> int:
        """Letters to change to turn one name into the other, at most 12."""
        read = OSA.distance(self.left.letters, self.right.letters, score_cutoff=11)
        return int(min(read, OSA.distance(self.left.spelt, self.right.spelt, score_cutoff=11)))


def pair_words(left: NameForm, right: NameForm) -> Pairing:
    """Pair off the words of two names: equal ones, then those split or joined, then the most alike."""
    free_left, free_right = dict(enumerate(left.words)), dict(enumerate(right.words))
    pairs: list[tuple[tuple[int, ...], tuple[int, ...], float]] = []

    def take(ats: tuple[int, ...], others: tuple[int, ...], alike: float) -> None:
        pairs.append((ats, others, alike))
        for at in ats:
            del free_left[at]
        for at in others:
            del free_right[at]

    for at, word in enumerate(left.words):
        same = next((other for other, found in free_right.items() if found.text == word.text), None)
        if same is not None:
            take((at,), (same,), 1.0)
    for ats, others in [*_joined(free_left, free_right), *((b, a) for a, b in _joined(free_right, free_left))]:
        if all(at in free_left for at in ats) and all(at in free_right for at in others):
            take(ats, others, 0.97)
    ranked = sorted(
        (-alike, at, other)
        for at, word in free_left.items()
        for other, found in free_right.items()
        if (alike := likeness(word, found)) >= ALIKE
    )
    for alike, at, other in ranked:
        if at in free_left and other in free_right:
            take((at,), (other,), -alike)
    return Pairing(left, right, tuple(sorted(pairs)), tuple(free_left.values()), tuple(free_right.values()))


def _joined(split: dict[int, Word], whole: dict[int, Word]) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Find two or three neighbouring words that together are a word of the other name, give or take a letter."""
    found: list[tuple[tuple[int, ...], tuple[int, ...]]] = []
    for at in split:
        for count in (3, 2):
            ats = tuple(range(at, at + count))
            if not all(place in split for place in ats):
                continue
            text = "".join(split[place].text for place in ats)
            for other, word in whole.items():
                if text == word.text or (len(text) > 6 and OSA.distance(text, word.text, score_cutoff=1) <= 1):
                    found.append((ats, (other,)))
    return found
