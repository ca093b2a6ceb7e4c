"""Text that registers keep in capitals, written as people write it."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from pathlib import Path

import pycountry
import yaml

WORDS_FILE = Path(__file__).with_name("casing.yaml")
WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
SENTENCE_START = re.compile(
    r"(?:^|[.!?]\s{1,20}|\n\s{0,20}|(?:^|[\s.;:])\(?(?:[0-9]{1,2}|[ivx]{1,4}|[a-z])\)\s{0,20})([^\W\d_])", re.IGNORECASE
)
ORDINAL = re.compile(r"\d+(?:ST|ND|RD|TH)")
ROMAN = re.compile(r"(?:II|III|IV|VI|VII|VIII|IX|XI|XII|XIII|XIV|XV)")


@cache
def _words() -> dict[str, dict[str, str]]:
    """Return the word lists of casing.yaml, each keyed by the upper-case word."""
    loaded = yaml.safe_load(WORDS_FILE.read_text(encoding="utf-8"))
    return {section: {str(word).upper(): str(word) for word in words} for section, words in loaded.items()}


@cache
def _proper() -> dict[str, str]:
    """Return single words that begin with a capital in any sentence."""
    countries = (getattr(country, "common_name", country.name) for country in pycountry.countries)
    single = {word.upper(): word for name in countries for word in name.split() if word.isalpha() and len(word) > 4}
    for plain in (
        "Islands",
        "Island",
        "Republic",
        "Democratic",
        "People",
        "States",
        "United",
        "South",
        "North",
        "Southern",
    ):
        single.pop(plain.upper(), None)
    single.pop("TURKEY", None)
    return single | _words()["proper"]


def is_shouting(text: str) -> bool:
    """Whether the text is all capitals, a few words aside."""
    letters = [letter for letter in text if letter.isalpha()]
    lower = sum(letter.islower() for letter in letters)
    return len(letters) > 1 and lower <= 0.1 * len(letters)


def title_case(name: str, *, keep: Collection[str] = (), short: int = 2) -> str:
    """Write a name in capitals as a title.

    Parameters
    ----------
    name : str
        A name in capitals; any other is returned as it is.
    keep : collection of str
        Words that stay in capitals, such as the organization's own acronym.
    short : int
        Words up to this length stay in capitals, unless they are little words or legal forms.
    """
    if not is_shouting(name):
        return name
    matches = list(WORD.finditer(name))
    initials = "".join(match[0][0] for match in matches)
    parts, end = [], 0
    for index, match in enumerate(matches):
        word = match[0].upper()
        parts.append(name[end : match.start()])
        end = match.end()
        bracketed = name[match.start() - 1 : match.start()] == "(" and name[end : end + 1] == ")"
        acronym = bracketed and 2 < len(word) <= 8 and _abbreviates(word, initials[:index])
        starts = index == 0 or name[: match.start()].rstrip().endswith(("(", ":", "-", "\u2013", "/", '"'))
        last = index == len(matches) - 1
        initial = len(word) == 1 and "." in (name[match.start() - 1 : match.start()], name[end : end + 1])
        parts.append(
            word if acronym or initial or word in keep else _title_word(word, starts=starts, last=last, short=short)
        )
    return _with_phrases("".join([*parts, name[end:]]))


def _abbreviates(word: str, initials: str) -> bool:
    """Whether most letters of `word` are initials of the words before it, in their order."""
    position, found = 0, 0
    for letter in word:
        at = initials.find(letter, position)
        if at >= 0:
            position, found = at + 1, found + 1
    return found >= 0.75 * len(word)


def _title_word(word: str, *, starts: bool, last: bool, short: int) -> str:
    words = _words()
    if word in words["legal_forms"] and (last or (len(word) > 2 and not starts)):
        return words["legal_forms"][word]
    if word in words["acronyms"]:
        return words["acronyms"][word]
    if word in words["little"] and not (last and len(word) <= short):
        return word.capitalize() if starts or last else words["little"][word]
    if ORDINAL.fullmatch(word):
        return word.lower()
    if word in words["no_vowels"]:
        return word.capitalize()
    if len(word) <= short or ROMAN.fullmatch(word) or any(letter.isdigit() for letter in word):
        return word
    if len(word) <= 5 and not re.search(r"[AEIOUYÀ-Ý]", word):
        return word
    head, mark, rest = re.match(r"([^'\u2019]+)(['\u2019]?)(.*)", word).groups()  # type: ignore[union-attr]
    if mark and rest and (len(head) <= 2 or head in {"DELL", "DALL", "NELL", "SULL", "ALL", "DEGL"}) and len(rest) > 2:
        first = head.capitalize() if starts or head == "O" else head.lower()
        return first + mark + rest.capitalize()
    return head.capitalize() + mark + rest.lower()


def sentence_case(text: str, *, names: Collection[str] = ()) -> str:
    """Write a text in capitals as sentences.

    Parameters
    ----------
    text : str
        A text in capitals; any other is returned as it is.
    names : collection of str
        Names, in their right spelling, to restore where they occur.
    """
    if not is_shouting(text):
        return text
    words, proper = _words(), _proper()

    def spell(match: re.Match[str]) -> str:
        word = match[0].upper()
        return words["acronyms"].get(word) or _possessive(word, proper) or word.lower()

    written = WORD.sub(spell, text)
    written = SENTENCE_START.sub(lambda match: match[0][:-1] + match[1].upper(), written)
    for name in names:
        if len(name) > 5:
            written = re.sub(rf"\b{re.escape(name)}\b", name.replace("\\", r"\\"), written, flags=re.IGNORECASE)
    return _with_phrases(written)


def _with_phrases(text: str) -> str:
    """Restore names of several words."""
    for phrase in _words()["phrases"].values():
        if phrase.casefold() in text.casefold():
            text = re.sub(rf"\b{re.escape(phrase)}\b", phrase, text, flags=re.IGNORECASE)
    return text


def _possessive(word: str, proper: dict[str, str]) -> str | None:
    head, mark, rest = word.partition("'")
    found = proper.get(head)
    return found + mark + rest.lower() if found else None
