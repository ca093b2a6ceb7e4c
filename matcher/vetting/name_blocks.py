"""Finding the names that are worth comparing, among many, without comparing all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache

from rapidfuzz.distance import OSA

from matcher.vetting.name_pairing import NameForm, Word
from matcher.vetting.names import word_of

LEAST_SHARED = 0.4
ENOUGH_SHARED = 0.65
MOST_CANDIDATES = 40
MOST_SIMILAR = 60
SHORTEST_MISSPELT = 4
LONGEST_WORD = 40
END = 4


class NameBlocks:
    """An index of names by their words, by words that are spelt much alike, and by the whole name.

    Parameters
    ----------
    forms : sequence of NameForm
        Candidates are positions in it.
    """

    def __init__(self, forms: Sequence[NameForm]) -> None:
        self._forms = forms
        self._by_word: dict[str, list[int]] = defaultdict(list)
        self._by_whole: dict[str, list[int]] = defaultdict(list)
        for at, form in enumerate(forms):
            for text in {word.text for word in form.words}:
                self._by_word[text].append(at)
            for key in _whole_keys(form):
                self._by_whole[key].append(at)
        self._by_spelling: dict[str, list[str]] = defaultdict(list)
        for text in self._by_word:
            for key in _spelling_keys(word_of(text)):
                self._by_spelling[key].append(text)
        # Bound to the instance: the words of other indexes are none of its business.
        self._similar = cache(self._similar_words)

    def candidates(self, form: NameForm) -> list[int]:
        """Return positions of names that share enough with a name, the likeliest first, at most 40 by words.

        The rarest words are looked up first, and only as many as must hold one that a match would share.
        """
        whole = dict.fromkeys(at for key in _whole_keys(form) for at in self._by_whole.get(key, ()))
        shared: dict[int, float] = defaultdict(float)
        looked_up = 0.0
        words = sorted(dict.fromkeys(form.words), key=lambda word: (len(self._by_word.get(word.text, ())), word.text))
        words.sort(key=lambda word: -word.weight)
        for word in words:
            for text in self._similar(word):
                for at in self._by_word[text]:
                    shared[at] += word.weight
            looked_up += word.weight
            if looked_up >= ENOUGH_SHARED * form.weight:
                break
        likely = [
            (weight / max(form.weight, self._forms[at].weight), at)
            for at, weight in shared.items()
            if weight >= LEAST_SHARED * min(form.weight, self._forms[at].weight)
        ]
        likely.sort(key=lambda found: (-found[0], found[1]))
        return list(dict.fromkeys((*whole, *(at for _, at in likely[:MOST_CANDIDATES]))))

    def _similar_words(self, word: Word) -> tuple[str, ...]:
        """Return the indexed words that a word may be a spelling of."""
        found = {text for key in _spelling_keys(word) for text in self._by_spelling.get(key, ())}
        allowed = 2 if len(word.text) > 5 else 1
        close = []
        for text in found:
            distance = OSA.distance(word.text, text, score_cutoff=3)
            if distance <= allowed or word_of(text).sound == word.sound:
                close.append((distance, text))
        return tuple(text for _, text in sorted(close)[:MOST_SIMILAR])


def _whole_keys(form: NameForm) -> Iterator[str]:
    """Yield keys that equal names share however they are split or joined, and names that sound alike."""
    if form.letters:
        yield form.letters
        yield "=" + form.spelt
        yield "c" + form.core
    if len(form.sound) > 3:
        yield "~" + form.sound


def _spelling_keys(word: Word) -> Iterator[str]:
    """Yield keys of which two words share one when a letter differs, or two within one half, or they sound alike."""
    text = word.text[:LONGEST_WORD]
    yield text
    if len(text) < SHORTEST_MISSPELT:
        return
    yield from {"-" + text[:at] + text[at + 1 :] for at in range(len(text))}
    yield "-" + text
    if len(text) > END + 1:
        yield "^" + text[:END]
        yield "$" + text[-END:]
    if len(word.sound) > 2:
        yield "~" + word.sound
