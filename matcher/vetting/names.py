"""Whether two names are of one organization: read, compared feature by feature, weighed into one score.

The weights are learnt by logistic regression on labelled pairs (`matcher.evaluation.screening.learn`); which
words are common is counted over the names of companies, charities and listed entities.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml
from anyascii import anyascii
from rapidfuzz.distance import OSA

from kb.duplicates import TABLES_FILE, normalize_name
from matcher.vetting.name_features import FEATURES
from matcher.vetting.name_pairing import NameForm, Pairing, Word, pair_words

NAMES_FILE = Path(__file__).with_name("names.yaml")
FREQUENCIES_FILE = Path(__file__).with_name("name_frequencies.json")
WEIGHTS_FILE = Path(__file__).with_name("name_weights.json")
DEFAULT_THRESHOLD = 0.5
STRONG_THRESHOLD = 0.85
LONGEST_NAME = 200
MOST_WORDS = 24
LONGEST_PHRASE = 6
SHORTEST_MISSPELT_FORM = 4
SHORTEST_MISSPELT_WORD = 7
LEAST_WEIGHT = 0.08
INITIALS = re.compile(r"\b(?:\w\.){2,}")
FORBIDDING_STRONG = ("other_number", "added_number", "other_place", "opposite_word", "words_exchanged")
Level = Literal["strong", "possible", "none"]


@dataclass(frozen=True)
class FeatureValue:
    """One feature of a comparison.

    Attributes
    ----------
    name : str
        Of the function in `matcher.vetting.name_features.FEATURES`.
    value : float in 0..1
    contribution : float
        To the log-odds of a match; positive speaks for it.
    text : str
        What the feature means, for a person to read.
    """

    name: str
    value: float
    contribution: float
    text: str


@dataclass(frozen=True)
class NameComparison:
    """How far two names are those of one organization.

    Attributes
    ----------
    score : float in 0..1
        From `DEFAULT_THRESHOLD` on, a match.
    level : {"strong", "possible", "none"}
        A different number, place or word keeps a match from being strong.
    base : float
        Log-odds before any feature; with the contributions it adds up to those of `score`.
    features : tuple of FeatureValue
        Those that are not zero, the weightiest first.
    """

    score: float
    level: Level
    base: float
    features: tuple[FeatureValue, ...]


@dataclass(frozen=True)
class _Tables:
    joining: frozenset[str]
    filler: frozenset[str]
    legal_words: Mapping[str, str]
    legal_anywhere: frozenset[str]
    legal_prefixes: frozenset[str]
    often_misspelt: tuple[str, ...]
    phrases: Mapping[tuple[str, ...], tuple[str, str]]
    phrase_words: tuple[str, ...]
    words: Mapping[str, str]
    places: Mapping[str, str]
    opposites: Mapping[str, int]
    numbers: Mapping[str, str]
    final_numerals: Mapping[str, str]
    vessel_prefixes: frozenset[str]
    unspaced: Mapping[str, str]
    sounds: tuple[tuple[str, str], ...]


@cache
def _tables() -> _Tables:
    loaded: dict[str, Any] = yaml.safe_load(NAMES_FILE.read_text(encoding="utf-8"))
    shared: dict[str, Any] = yaml.safe_load(TABLES_FILE.read_text(encoding="utf-8"))
    legal = dict.fromkeys((*shared["legal_forms"], *shared["legal_prefixes"]), "other")
    legal.update((word, kind) for kind, words in loaded["legal_classes"].items() for word in words)
    legal.pop("the", None)
    phrases = {tuple(form.split()): ("legal", "other") for form in shared["long_legal_forms"]}
    for kind, forms in loaded["legal_phrases"].items():
        phrases.update((tuple(form.split()), ("legal", kind)) for form in forms)
    legal_phrases = list(phrases)
    phrases.update((tuple(str(text).split()), ("word", word)) for text, word in loaded["phrases"].items())
    return _Tables(
        frozenset(map(str, loaded["joining"])),
        frozenset(loaded["filler"]),
        legal,
        frozenset(loaded["legal_anywhere"]),
        frozenset((*shared["legal_prefixes"], *loaded["legal_prefixes"])) & legal.keys(),
        tuple(loaded["often_misspelt"]),
        phrases,
        tuple(sorted({word for form in legal_phrases for word in form if len(word) >= SHORTEST_MISSPELT_WORD})),
        {**loaded["translations"], **loaded["abbreviations"]},
        loaded["places"],
        {str(word): group for group, words in enumerate(loaded["opposites"]) for word in words},
        loaded["numbers"],
        loaded["final_numerals"],
        frozenset(loaded["vessel_prefixes"]),
        loaded["unspaced"],
        tuple((old, new) for old, new in loaded["sounds"]),
    )


@cache
def _frequencies() -> tuple[float, Mapping[str, int]]:
    loaded = json.loads(FREQUENCIES_FILE.read_text(encoding="utf-8"))
    return math.log(loaded["names"]), loaded["words"]


@cache
def _weights() -> tuple[float, Mapping[str, float]]:
    loaded = json.loads(WEIGHTS_FILE.read_text(encoding="utf-8"))
    return float(loaded["base"]), loaded["weights"]


@lru_cache(maxsize=200_000)
def word_of(text: str) -> Word:
    """Return a word with its weight and sound."""
    names, known = _frequencies()
    weight = 1.0 - math.log(known[text]) / names if text in known else 1.0
    # The square keeps a word of one name in a hundred from counting for half of a rare one.
    tables = _tables()
    group = "place" if text in tables.places else str(tables.opposites.get(text, ""))
    return Word(text, max(LEAST_WEIGHT, min(1.0, (weight / 0.75) ** 2)), _sound(text), group)


def _sound(text: str) -> str:
    heard = text
    for old, new in _tables().sounds:
        heard = heard.replace(old, new)
    heard = re.sub(r"(.)\1+", r"\1", heard)
    return heard[:1] + re.sub(r"[aeiouh]", "", heard[1:])


def plain_words(name: str) -> list[str]:
    """Return all words of a name in lower-case Latin letters, legal forms and joining words among them."""
    text = name[: 2 * LONGEST_NAME]
    for old, new in _tables().unspaced.items():
        text = text.replace(old, new)
    text = INITIALS.sub(lambda found: found[0].replace(".", "") + " ", text)
    # Numbers at both ends keep the legal forms from being cut off, and are in no script.
    words = normalize_name(f"00 {text[:LONGEST_NAME]} 00").split()[1:-1]
    plain = " ".join(word if word.isascii() else normalize_name(f"00 {anyascii(word)} 00")[3:-3] for word in words)
    return [word for word in plain.split() if word.isascii()][: 2 * MOST_WORDS]


@lru_cache(maxsize=100_000)
def read_name(name: str) -> NameForm:
    """Read a name for comparing; any text is a name, and only its first 200 characters count."""
    plain = plain_words(name)
    words, legal = _without_legal_forms(_phrases_replaced(plain))
    numbers: list[tuple[str, str]] = []
    kept: list[str] = []
    tables = _tables()
    for at, raw in enumerate(words):
        last = at == len(words) - 1 and at > 0
        value = raw if any(map(str.isdigit, raw)) else tables.numbers.get(raw) if len(words) > 1 else None
        value = tables.final_numerals.get(raw, value) if last else value
        if value is None:
            kept.append(raw)
        elif len(value) == 1 and numbers and numbers[-1][1][-1:] == "0" and words[at - 1] in tables.numbers:
            tens = numbers.pop()[1]
            numbers.append((tens[:-1] + value, tens[:-1] + value))
        else:
            ordinal = re.fullmatch(r"(\d+)(?:st|nd|rd|th)", value)
            value = ordinal[1] if ordinal else value.lstrip("0") or "0"
            numbers.append((value if raw[0].isdigit() else raw, value))
    values = [value for _, value in numbers]
    not_spelt = tables.numbers.keys() | tables.legal_words.keys()
    spelt = "".join([*(word for word in plain if word not in not_spelt), *values])
    return NameForm(
        tuple(word_of(word) for word in kept[:MOST_WORDS]),
        tuple(numbers[:MOST_WORDS]),
        frozenset(tables.places[word] for word in kept if word in tables.places),
        frozenset((tables.opposites[word], word) for word in kept if word in tables.opposites),
        frozenset(legal),
        "".join([*kept, *values]),
        spelt or "".join([*kept, *values]),
        "".join([*(word for word in kept if word not in tables.filler), *values]),
        bool(words) and bool(numbers) and (words[-1] not in kept),
    )


def _phrases_replaced(words: list[str]) -> list[tuple[str, str]]:
    """Return (word, kind) with abbreviations and translations written out; kind is a legal class or empty."""
    tables = _tables()
    found: list[tuple[str, str]] = []
    mended = [_mended(word) for word in words]
    at = 0
    while at < len(words):
        for count in range(min(LONGEST_PHRASE, len(words) - at), 0, -1):
            known = tables.phrases.get(tuple(mended[at : at + count]))
            if known is None:
                continue
            found.append(("", known[1]) if known[0] == "legal" else (known[1], ""))
            at += count
            break
        else:
            word = tables.words.get(words[at], words[at])
            found.append((tables.places.get(word, word), ""))
            at += 1
    return found


@lru_cache(maxsize=100_000)
def _mended(word: str) -> str:
    """Return the word of a legal form that an unknown word is a slip of (*libility*), else the word itself."""
    tables = _tables()
    if len(word) < SHORTEST_MISSPELT_WORD - 1 or word in tables.phrase_words or word in _frequencies()[1]:
        return word
    return next((known for known in tables.phrase_words if OSA.distance(word, known, score_cutoff=1) <= 1), word)


def _without_legal_forms(tagged: list[tuple[str, str]]) -> tuple[list[str], set[str]]:
    """Part the words from the legal forms; a name of nothing but these keeps them as words."""
    tables = _tables()
    legal = {kind for word, kind in tagged if not word}
    words = [word for word, _ in tagged if word]
    everything = words
    if len(words) > 1 and words[0] in tables.vessel_prefixes:
        words = words[1:]
    anywhere = [word for word in words if word in tables.legal_anywhere]
    if len(anywhere) < len(words):
        legal.update(tables.legal_words[word] for word in anywhere)
        words = [word for word in words if word not in tables.legal_anywhere]
    telling = [word for word in words if word not in tables.joining]
    words = telling or words
    while len(words) > 1 and (form := _legal_form(words[-1])):
        legal.add(tables.legal_words[form])
        words.pop()
    while len(words) > 1 and words[0] in tables.legal_prefixes:
        legal.add(tables.legal_words[words.pop(0)])
    return words or everything or [word for word, _ in tagged], legal - {"other"}


@lru_cache(maxsize=100_000)
def _legal_form(word: str) -> str:
    """Return the legal form that a last word is, or is a slip of (*Limted*, *Copmany*); empty for other words."""
    tables = _tables()
    if word in tables.legal_words:
        return word
    if len(word) < SHORTEST_MISSPELT_FORM or word in _frequencies()[1]:
        return ""
    return next((form for form in tables.often_misspelt if OSA.distance(word, form, score_cutoff=1) <= 1), "")


def name_variants(name: str) -> list[str]:
    """Return a name, and its parts where a slash stands between two whole names."""
    parts = [part.strip() for part in name[:LONGEST_NAME].split("/")]
    whole = len(parts) > 1 and all(len(part) > 5 and (" " in part or "-" in part) for part in parts)
    return [name, *parts] if whole and len(parts) <= 4 else [name]


def pair_names(name1: str, name2: str) -> Pairing:
    """Pair off the words of two names; the order of the names makes no difference."""
    left, right = sorted((read_name(name1), read_name(name2)), key=_sorting)
    return pair_words(left, right)


def _sorting(form: NameForm) -> tuple[str, list[str], list[tuple[str, str]], list[str]]:
    return form.letters, [word.text for word in form.words], sorted(form.numbers), sorted(form.legal)


def compare(name1: str, name2: str) -> NameComparison:
    """Compare two names of organizations.

    Parameters
    ----------
    name1, name2 : str
        In any script; of longer ones, the first 200 characters.

    Returns
    -------
    NameComparison
        The same for both orders. Names that are equal once read score 1; an empty name matches nothing.
    """
    pairs = (pair_names(one, two) for one in name_variants(name1) for two in name_variants(name2))
    return max(map(compare_pairing, pairs), key=lambda found: found.score)


def compare_pairing(pair: Pairing) -> NameComparison:
    """Weigh the features of two names whose words are paired off."""
    base, weights = _weights()
    if not pair.left.letters or not pair.right.letters:
        return NameComparison(0.0, "none", base, ())
    values = [(feature, feature(pair)) for feature in FEATURES]
    features = tuple(
        FeatureValue(feature.__name__, value, value * weights.get(feature.__name__, 0.0), _text(feature.__doc__))
        for feature, value in values
        if value
    )
    log_odds = base + sum(feature.contribution for feature in features)
    score = 1.0 if pair.left == pair.right else 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, log_odds))))
    forbidding = any(feature.name in FORBIDDING_STRONG for feature in features)
    ranked = sorted(features, key=lambda feature: -abs(feature.contribution))
    return NameComparison(score, level_of(score, forbidding=forbidding), base, tuple(ranked))


def level_of(score: float, *, forbidding: bool = False, threshold: float = DEFAULT_THRESHOLD) -> Level:
    """Return the level of a score; `forbidding` when something keeps a match from being strong."""
    if score < threshold:
        return "none"
    return "possible" if forbidding or score < STRONG_THRESHOLD else "strong"


def _text(docstring: str | None) -> str:
    return " ".join((docstring or "").split())
