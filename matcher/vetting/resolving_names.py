"""What a name says by itself: whether it is rare enough, and written alike enough, to bind it to one organization."""

from __future__ import annotations

from functools import partial

from rapidfuzz.distance import OSA

from matcher.vetting.name_pairing import NameForm
from matcher.vetting.names import plain_words

TELLING_WORD = 0.8
ONLY_WORD = 0.95
LEAST_COMMON_WORDS = 3
LEAST_COMMON_WEIGHT = 0.85
LONGEST_ACRONYM = 4
LONGEST_WEAK_ALIAS = 8
LEAST_SHARED_NAME = 0.95
COMMON_WORD = 0.3


def is_telling(form: NameForm) -> bool:
    """Whether a name is so rare that the same one hardly belongs to two organizations."""
    least = ONLY_WORD if len(form.words) == 1 else TELLING_WORD
    rare = any(word.weight >= least for word in form.words)
    long = len(form.words) >= LEAST_COMMON_WORDS and form.weight >= LEAST_COMMON_WEIGHT
    return bool(form.numbers) or rare or long


def holds_whole_name(form: NameForm, known: NameForm) -> bool:
    """Whether a name begins with all telling words of a known name, and goes on."""
    own, whole = [word.text for word in form.words], [word.text for word in known.words if word.weight > COMMON_WORD]
    weight = sum(word.weight for word in known.words if word.weight > COMMON_WORD)
    if not whole or weight < LEAST_SHARED_NAME or len(whole) >= len(own) or known.numbers:
        return False
    return own[: len(whole)] == whole and len("".join(whole)) > LONGEST_ACRONYM


def is_enough_alone(name: str, form: NameForm, known_as: str, known: NameForm, *, alias: bool) -> bool:
    """Whether an equal name may do without country, website or number.

    A short word that somebody else goes by will not, nor a short name or one with other words for its legal form.
    """
    if alias and len(form.words) < 2 and len(known.letters) <= LONGEST_WEAK_ALIAS:
        return False
    ours, theirs = plain_words(name), plain_words(known_as)
    if "".join(ours) == "".join(theirs):
        return True
    mine = [word for word in ours if not any(map(partial(_is_short_for, word), theirs))]
    others = [word for word in theirs if not any(map(partial(_is_short_for, word), ours))]
    return not (mine and others) and len(form.letters) > LONGEST_ACRONYM


def _is_short_for(word: str, other: str) -> bool:
    """Whether two words are one, the one an abbreviation of the other (*ltd*, *limited*) or spelt differently."""
    short, long = sorted((word, other), key=len)
    letters = iter(long)
    return (short[0] == long[0] and all(letter in letters for letter in short)) or OSA.distance(short, long) <= 1
