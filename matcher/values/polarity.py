"""How a writer leans toward each word of a text: +1 wanted, -1 unwanted, by the cue words around it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from matcher.inference.prose import clauses, lower
from matcher.values.cues import Cues

TOKEN = re.compile(r"[^\W_]+(?:[-\u2019'][^\W_]+)*|[,:()]")
REACH = 12
BARE_PREDICATES = frozenset({"kill", "harm", "hurt", "ruin", "punish", "destroy", "damage", "threaten", "endanger"})
LINKS = frozenset(
    {"be", "been", "remain", "stay", "become", "always", "also", "simply", "strictly", "more", "very", "fully", "kept"}
)
AWAY = {"out": ("of",), "away": ("from",), "off": ()}
MIN_STEM = 3
STEM = 6
STOP = frozenset(
    re.findall(
        r"\w+",
        """
        the and for our that with from into are was were has have had its his her they them their this these those who
        whom which what when where while will would should could must can may might not all any every each more most
        many much such than then there here also only over under about between through across per via out off you your
        him she does did done being been but because since until unless whether both either own same very just too how
        why one two other others another some few against without within upon among around ourselves
        """,
    )
)


@dataclass(frozen=True, slots=True)
class Leaning:
    """A word of a text and the way that the writer leans toward it.

    Attributes
    ----------
    word : str
        Lowered.
    start, end : int
        Character offsets.
    clause : int
    sign : int
        -1 or 1.
    cued : bool
        Whether any cue word bears on it; without one the sign is 1.
    """

    word: str
    start: int
    end: int
    clause: int
    sign: int
    cued: bool


def stem(word: str) -> str:
    """Return the first letters of a word, enough to join its forms."""
    return word[:STEM] if len(word) > STEM else word.rstrip("s")


def is_content(word: str) -> bool:
    """Return whether a word may name something."""
    return len(word) >= MIN_STEM and word not in STOP


def leanings(text: str, cues: Cues) -> tuple[Leaning, ...]:
    """Read the leaning of every word.

    A cue bears on what follows it until a new thought begins; two that turn against cancel out ("oppose a ban on X").
    A predicate ("should be banned", "kills") bears on what precedes it in its part of the clause.
    """
    lowered = lower(text)
    found: list[Leaning] = []
    for number, clause in enumerate(clauses(text)):
        matches = list(TOKEN.finditer(lowered, clause.start, clause.end))
        words = [match.group().replace("\u2019", "'") for match in matches]
        signs, cued = _Walk(words, cues).signs()
        for match, word, sign, bears in zip(matches, words, signs, cued, strict=True):
            if word[0].isalnum():
                found.append(Leaning(word, *match.span(), number, sign, bears))
    return tuple(found)


class _Walk:
    """One pass over the words of a clause."""

    def __init__(self, words: list[str], cues: Cues) -> None:
        self.words = words
        self.cues = cues
        self.sign_of = [1] * len(words)
        self.verdict_of = [1] * len(words)
        self.cued_of = [False] * len(words)
        self.sign = 1
        self.cued_at: int | None = None
        self.part = 0
        self.joined = False

    def signs(self) -> tuple[list[int], list[bool]]:
        """Return the sign of each word, and whether a cue bears on it."""
        for index, word in enumerate(self.words):
            if self.cued_at is not None and index - self.cued_at > REACH:
                self._reset()
            if self._begins_anew(index, word):
                self._reset()
                self.part = index
            self.sign_of[index] = self.sign
            self.cued_of[index] = self.cued_at is not None
            self._take(index, word)
        signs = [sign * verdict for sign, verdict in zip(self.sign_of, self.verdict_of, strict=True)]
        return signs, self.cued_of

    def _reset(self) -> None:
        self.sign, self.cued_at, self.joined = 1, None, False

    def _begins_anew(self, index: int, word: str) -> bool:
        cues = self.cues
        following = self.words[index + 1] if index + 1 < len(self.words) else ""
        if word in cues.breaks:
            return word != "that"
        if word == ":":
            return True
        if word == ",":
            openers = (cues.pronoun, cues.breaks, cues.joint, cues.against, cues.toward)
            return any(following in group for group in openers)
        if word not in cues.joint:
            return False
        before = self.words[index - 1] if index else ""
        if word == "to" and (cues.leaning(before) or before in cues.modal):
            return False
        return cues.leaning(following) or following == "for" or following in cues.pronoun or following in cues.negation

    def _take(self, index: int, word: str) -> None:
        cues = self.cues
        if self._is_predicate(index, word):
            self._say_of_subject(index, word)
            return
        following = self.words[index + 1] if index + 1 < len(self.words) else ""
        if word in cues.measure and index and self._names_something(index - 1):
            self._turn(max(self.part, index - 2), index)
        if word in AWAY and (following in AWAY[word] or not AWAY[word]) and self.sign > 0 and self.cued_at is not None:
            self._turn(self.cued_at + 1, index)
        if word in cues.negation and self.joined and self.sign < 0:
            self.cued_at = index
        elif word in cues.negation or word in cues.against or cues.against_with.get(word) == following:
            self.sign = -self.sign
            self.cued_at = index
            self.joined = False
        elif word in cues.toward:
            self.cued_at = index
        elif word in cues.joint:
            self.joined = True

    def _names_something(self, index: int) -> bool:
        word = self.words[index]
        return is_content(word) and not self.cues.leaning(word) and word not in self.cues.modal

    def _modal_before(self, index: int) -> int:
        """Return where the words that link a predicate to its modal begin: at the modal, if there is one."""
        at = index - 1
        while at > self.part and (self.words[at] in self.cues.negation or self.words[at] in LINKS):
            at -= 1
        return at

    def _is_predicate(self, index: int, word: str) -> bool:
        cues = self.cues
        if word not in cues.bad_predicate and word not in cues.good_predicate:
            return False
        at = self._modal_before(index)
        if at >= self.part and self.words[at] in cues.modal:
            return self.words[at] != "to" or at < index - 1 or self.words[at - 1] in ("ought", "need", "needs", "has")
        named = index > self.part and self._names_something(index - 1)
        last = index + 1 == len(self.words) and word in cues.bad_predicate
        return named and (word.endswith(("s", "ed")) or word in BARE_PREDICATES or last)

    def _say_of_subject(self, index: int, word: str) -> None:
        low = max(self.part, self._modal_before(index))
        negated = sum(item in self.cues.negation for item in self.words[low + 1 : index]) % 2 == 1
        bad = (word in self.cues.bad_predicate) != negated
        for before in range(self.part, index):
            self.verdict_of[before] = -1 if bad else 1
            self.cued_of[before] = True
        self._reset()
        if negated and bad:
            self.sign, self.cued_at = -1, index

    def _turn(self, low: int, high: int) -> None:
        for index in range(low, high):
            self.sign_of[index] = -self.sign_of[index]
            self.cued_of[index] = True
