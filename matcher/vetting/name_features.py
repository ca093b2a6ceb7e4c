"""What is looked at when two names of organizations are compared: a list of features, each 0 to 1.

A feature's docstring is what users read about it.
"""

from __future__ import annotations

from collections.abc import Callable

from rapidfuzz.distance import OSA

from matcher.vetting.name_pairing import Pairing

COMMON = 0.45
SHORTEST_MISSPELT = 5
MOST_SLIPS = 4
NEARLY_SAME = 0.95

Feature = Callable[[Pairing], float]


def same_letters(pair: Pairing) -> float:
    """Both names have the same letters in the same order once legal form, accents and spaces are gone."""
    return float(pair.edits == 0)


def same_core(pair: Pairing) -> float:
    """Nothing differs but words like group, holding or international."""
    return float(pair.left.core == pair.right.core != "" and pair.edits > 0)


def spelling(pair: Pairing) -> float:
    """Only a few letters differ over the whole name; each one counts for more in a short name."""
    if added_number(pair) or (other_number(pair) and not next_in_series(pair)):
        return 0.0
    shorter = min(len(pair.left.letters), len(pair.right.letters))
    if shorter < SHORTEST_MISSPELT and pair.edits:
        return 0.0
    return max(0.0, 1.0 - 4.0 * pair.edits / max(8, min(shorter, 24)))


def sound(pair: Pairing) -> float:
    """Both names sound alike: the same consonants in the same order, and few letters that differ."""
    left, right = pair.left.sound, pair.right.sound
    if left != right or pair.edits > MOST_SLIPS:
        return 0.0
    return min(1.0, max(0.0, (len(left) - 2) / 4))


def shared_words(pair: Pairing) -> float:
    """Share of all words that the names have in common; a rare word counts for more, a similar one for less."""
    total = pair.left.weight + pair.right.weight
    return sum(pair.alike) / total if total else 0.0


def contained(pair: Pairing) -> float:
    """Share of the shorter name that is found in the longer one."""
    sides = zip(pair.alike, (pair.left, pair.right), strict=True)
    return min(1.0, max((alike / form.weight for alike, form in sides if form.weight), default=0.0))


def telling_word(pair: Pairing) -> float:
    """Each name's most telling word has its like in the other."""
    if not pair.left.words or not pair.right.words:
        return 0.0
    left, right = pair.left.heaviest, pair.right.heaviest
    return min(
        max((alike for ats, _, alike in pair.pairs if left in ats), default=0.0),
        max((alike for _, others, alike in pair.pairs if right in others), default=0.0),
    )


def misspelt_word(pair: Pairing) -> float:
    """Words are spelt differently: how much the most different pair of words differs."""
    return max((min(1.0, 2.5 * (1.0 - alike)) for _, _, alike in pair.pairs), default=0.0)


def misspelt_short_word(pair: Pairing) -> float:
    """One short word differs by a letter, and may well be another word."""
    shortest = [
        min(len(pair.left.words[ats[0]].text), len(pair.right.words[others[0]].text))
        for ats, others, alike in pair.pairs
        if alike < NEARLY_SAME
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
    """Nothing is shared but words that thousands of names have."""
    heaviest = max((pair.left.words[at].weight for ats, _, _ in pair.pairs for at in ats), default=0.0)
    return max(0.0, 1.0 - heaviest / COMMON) if pair.left.letters != pair.right.letters else 0.0


def other_place(pair: Pairing) -> float:
    """Different countries or towns are part of the names."""
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
    """Different numbers are part of the names."""
    left, right = [value for _, value in pair.left.numbers], [value for _, value in pair.right.numbers]
    return float(left != right and len(left) == len(right))


def next_in_series(pair: Pairing) -> float:
    """Nothing differs but the number at the end, and that by a digit or two: perhaps a sister."""
    left, right = pair.left, pair.right
    if not (left.number_last and right.number_last and other_number(pair)) or pair.left_over or pair.right_over:
        return 0.0
    return float(distant_number(pair) <= 0.5 and all(alike == 1.0 for _, _, alike in pair.pairs))


def distant_number(pair: Pairing) -> float:
    """Different numbers are far apart, as written."""
    left, right = ("".join(raw for raw, _ in form.numbers) for form in (pair.left, pair.right))
    return min(1.0, OSA.distance(left, right) / 4) if other_number(pair) else 0.0


def added_number(pair: Pairing) -> float:
    """One name has a number more than the other."""
    return float(len(pair.left.numbers) != len(pair.right.numbers))


def other_legal_form(pair: Pairing) -> float:
    """Different classes of legal form: say, a limited company and an association."""
    return float(bool(pair.left.legal and pair.right.legal and not pair.left.legal & pair.right.legal))


def same_legal_form(pair: Pairing) -> float:
    """Both legal forms are of one class."""
    return float(bool(pair.left.legal & pair.right.legal))


def acronym(pair: Pairing) -> float:
    """One name is the first letters of the other; weak, since many names share their first letters."""
    for short, long in ((pair.left, pair.right), (pair.right, pair.left)):
        if len(long.words) > 2 and any(word.text == long.initials for word in short.words):
            return 1.0 if len(short.words) == 1 else 0.7
    return 0.0


def other_order(pair: Pairing) -> float:
    """Both names have the same words in another order."""
    places = [others[0] for _, others, _ in pair.pairs]
    same = all(alike > NEARLY_SAME for _, _, alike in pair.pairs) and not pair.left_over and not pair.right_over
    return float(same and places != sorted(places))


SPEAKING_FOR: tuple[Feature, ...] = (
    same_letters,
    same_core,
    spelling,
    sound,
    shared_words,
    contained,
    telling_word,
    next_in_series,
    same_legal_form,
    acronym,
    other_order,
)
SPEAKING_AGAINST: tuple[Feature, ...] = (
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
    distant_number,
    added_number,
    other_legal_form,
)
FEATURES = SPEAKING_FOR + SPEAKING_AGAINST
