"""What is looked at when two names of organizations are compared: a list of features, each 0 to 1.

A feature's docstring is what users read about it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz.distance import OSA, JaroWinkler

ALIKE = 0.6
COMMON = 0.45
SHORT_WORD = 4
INFLECTED_STEM = 6


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
    edits = OSA.distance(left, right, score_cutoff=4)
    if edits == 1 and shorter >= SHORT_WORD:
        return 0.92
    if one.sound == two.sound and len(one.sound) > 2 and shorter >= SHORT_WORD and left[0] == right[0]:
        return 0.88
    if edits == 2 and shorter >= 6:
        return 0.8
    if left[:INFLECTED_STEM] == right[:INFLECTED_STEM] and _stem(left, right) >= longer - 3:
        return 0.75
    if edits == 1:
        return 0.62 if shorter == SHORT_WORD - 1 else 0.3
    if edits == 3 and shorter >= 10:
        return 0.7
    if edits == 2 and shorter == 5:
        return 0.66 if JaroWinkler.similarity(left, right) > 0.85 else 0.5
    return float(0.6 * JaroWinkler.similarity(left, right)) if edits <= 4 else 0.0


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
    found = []
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


Feature = Callable[[Pairing], float]


def same_letters(pair: Pairing) -> float:
    """Both names have the same letters in the same order once legal form, accents and spaces are gone."""
    return float(pair.edits == 0)


def same_core(pair: Pairing) -> float:
    """The names are the same but for words like group, holding or international."""
    return float(pair.left.core == pair.right.core != "" and pair.edits > 0)


def spelling(pair: Pairing) -> float:
    """Only a few letters differ over the whole name; each one counts for more in a short name."""
    shorter = min(len(pair.left.letters), len(pair.right.letters))
    return max(0.0, 1.0 - 4.0 * pair.edits / max(8, min(shorter, 24))) if shorter > 2 or not pair.edits else 0.0


def sound(pair: Pairing) -> float:
    """The names sound alike: the same consonants in the same order."""
    left, right = pair.left.sound, pair.right.sound
    return float(left == right and len(left) > 3)


def shared_words(pair: Pairing) -> float:
    """Share of all words that the names have in common; a rare word counts for more, a similar one for less."""
    total = pair.left.weight + pair.right.weight
    return sum(pair.alike) / total if total else 0.0


def contained(pair: Pairing) -> float:
    """Share of the shorter name that is found in the longer one."""
    shares = [alike / form.weight for alike, form in zip(pair.alike, (pair.left, pair.right), strict=True) if form.weight]
    return min(1.0, max(shares, default=0.0))


def telling_word(pair: Pairing) -> float:
    """The word that tells most about each name has its like in the other."""
    scores = []
    for side, form in enumerate((pair.left, pair.right)):
        if not form.words:
            return 0.0
        heaviest = max(range(len(form.words)), key=lambda at, form=form: form.words[at].weight)  # type: ignore[misc]
        scores.append(max((found[2] for found in pair.pairs if heaviest in found[side]), default=0.0))
    return min(scores)


def misspelt_word(pair: Pairing) -> float:
    """A word is spelt differently: how much the most different pair of words differs."""
    return max((1.0 - alike for _, _, alike in pair.pairs), default=0.0)


def misspelt_short_word(pair: Pairing) -> float:
    """A short word differs by a letter, which makes it another word more often than a slip does."""
    shortest = [
        min(len(pair.left.words[ats[0]].text), len(pair.right.words[others[0]].text))
        for ats, others, alike in pair.pairs
        if alike < 0.95
    ]
    return max((1.0 - (length - 3) / 5 for length in shortest if length < 8), default=0.0)


def other_word(pair: Pairing) -> float:
    """Each name has a word that the other lacks: weight of the more telling ones."""
    return min(max((word.weight for word in over), default=0.0) for over in (pair.left_over, pair.right_over))


def words_exchanged(pair: Pairing) -> float:
    """Share of the words that stand against a different word of the other name, however common they are."""
    exchanged = min(len(pair.left_over), len(pair.right_over))
    return exchanged / max(1, min(len(pair.left.words), len(pair.right.words)))


def added_words(pair: Pairing) -> float:
    """One name has words more than the other: their weight, of the whole name's."""
    over = max(sum(word.weight for word in side) for side in (pair.left_over, pair.right_over))
    return over / max(pair.left.weight, pair.right.weight, 0.01)


def added_telling_word(pair: Pairing) -> float:
    """One name has a telling word that the other lacks."""
    return max((word.weight for side in (pair.left_over, pair.right_over) for word in side), default=0.0)


def only_common_words(pair: Pairing) -> float:
    """The names share nothing but words that thousands of names have."""
    heaviest = max((pair.left.words[at].weight for ats, _, _ in pair.pairs for at in ats), default=0.0)
    return max(0.0, 1.0 - heaviest / COMMON) if pair.left.letters != pair.right.letters else 0.0


def other_place(pair: Pairing) -> float:
    """The names contain different countries or towns."""
    left, right = pair.left.places - pair.right.places, pair.right.places - pair.left.places
    return float(bool(left and right))


def added_place(pair: Pairing) -> float:
    """One name contains a country or town that the other does not: often a branch or subsidiary."""
    left, right = pair.left.places - pair.right.places, pair.right.places - pair.left.places
    return float(bool(left) != bool(right))


def opposite_word(pair: Pairing) -> float:
    """One name says north where the other says south, or the like."""
    left, right = dict(pair.left.opposites - pair.right.opposites), dict(pair.right.opposites - pair.left.opposites)
    return float(bool(left.keys() & right.keys()))


def other_number(pair: Pairing) -> float:
    """The names have different numbers in the same place: another of a series."""
    left, right = [value for _, value in pair.left.numbers], [value for _, value in pair.right.numbers]
    return float(left != right and len(left) == len(right))


def next_in_series(pair: Pairing) -> float:
    """The names differ in nothing but the number at their end, and that by a digit or two: a sister, not the same."""
    left, right = pair.left, pair.right
    if not (left.number_last and right.number_last and other_number(pair)) or pair.left_over or pair.right_over:
        return 0.0
    return float(distant_number(pair) <= 0.5 and all(alike == 1.0 for _, _, alike in pair.pairs))


def distant_number(pair: Pairing) -> float:
    """The numbers are far apart, as written."""
    left, right = ("".join(raw for raw, _ in form.numbers) for form in (pair.left, pair.right))
    return min(1.0, OSA.distance(left, right) / 4) if other_number(pair) else 0.0


def added_number(pair: Pairing) -> float:
    """One name has a number more than the other."""
    return float(len(pair.left.numbers) != len(pair.right.numbers))


def other_legal_form(pair: Pairing) -> float:
    """The legal forms are of different classes: a limited company and a joint-stock company, an association."""
    return float(bool(pair.left.legal and pair.right.legal and not pair.left.legal & pair.right.legal))


def same_legal_form(pair: Pairing) -> float:
    """The legal forms are of one class."""
    return float(bool(pair.left.legal & pair.right.legal))


def acronym(pair: Pairing) -> float:
    """One name is the first letters of the other; weak, since many names share their first letters."""
    for short, long in ((pair.left, pair.right), (pair.right, pair.left)):
        if len(long.words) > 2 and any(word.text == long.initials for word in short.words):
            return 1.0 if len(short.words) == 1 else 0.7
    return 0.0


def other_order(pair: Pairing) -> float:
    """The words are the same in another order."""
    places = [others[0] for _, others, _ in pair.pairs]
    return float(places != sorted(places))


FEATURES: tuple[Feature, ...] = (
    same_letters,
    same_core,
    spelling,
    sound,
    shared_words,
    contained,
    telling_word,
    misspelt_word,
    misspelt_short_word,
    other_word,
    words_exchanged,
    added_words,
    added_telling_word,
    only_common_words,
    other_place,
    added_place,
    opposite_word,
    other_number,
    next_in_series,
    distant_number,
    added_number,
    other_legal_form,
    same_legal_form,
    acronym,
    other_order,
)
