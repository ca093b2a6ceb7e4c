"""Place names in a text: countries, demonyms, regions, and the words that only look like places."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kb.vocabulary import Vocabulary
from matcher.reading.phrases import Entry, Found, Token, entry, fold

FIELDS = {"names", "ignore", "capital_only", "not_places", "persons", "person_after", "person_before", "state_of"}
NO_PLACE = "-"
COMPASS = frozenset({"south", "north", "east", "west", "southern", "northern", "eastern", "western", "rural", "urban"})
SPOKEN = frozenset({"speak", "speaking", "spoken", "language"})
QUALIFIED = re.compile(r",.*|\(.*")
ONE_SENTENCE = re.compile(r"[ \t]+")


@dataclass(frozen=True)
class PlaceRules:
    """The place names beyond the vocabulary, and how to tell a place from a person, a bird or a verb."""

    names: Mapping[str, tuple[str, ...]]
    ignore: Mapping[str, frozenset[str]]
    capital_only: frozenset[str]
    not_places: tuple[str, ...]
    persons: frozenset[str]
    person_after: frozenset[str]
    person_before: frozenset[str]
    state_of: Mapping[str, str]
    verb_before: Mapping[str, frozenset[str]]


def _folded(words: object) -> frozenset[str]:
    return frozenset(fold(str(word)) for word in words) if isinstance(words, list) else frozenset()


def place_rules(body: Mapping[str, Any], vocabulary: Vocabulary, problems: list[str]) -> PlaceRules:
    """Check the content of places.yaml; problems are added to `problems`."""
    problems.extend(f"places.yaml: unknown field {name}" for name in set(body) - FIELDS - {"verb_before"})
    names = body.get("names") or {}
    for code, listed in names.items():
        if code not in vocabulary.places:
            problems.append(f"places.yaml: names: {code!r} is not a place of the vocabulary")
        if not isinstance(listed, list) or not all(isinstance(name, str) for name in listed):
            problems.append(f"places.yaml: names: {code}: must be a list of names; put doubtful ones in quotes")
    return PlaceRules(
        names={code: tuple(map(str, listed)) for code, listed in names.items() if isinstance(listed, list)},
        ignore={code: _folded(listed) for code, listed in (body.get("ignore") or {}).items()},
        capital_only=_folded(body.get("capital_only")),
        not_places=tuple(map(str, body.get("not_places") or ())),
        persons=_folded(body.get("persons")),
        person_after=_folded(body.get("person_after")),
        person_before=_folded(body.get("person_before")),
        state_of={fold(str(name)): str(code) for name, code in (body.get("state_of") or {}).items()},
        verb_before={fold(str(name)): _folded(words) for name, words in (body.get("verb_before") or {}).items()},
    )


def place_entries(rules: PlaceRules, vocabulary: Vocabulary) -> Iterator[Entry]:
    """Yield an entry for every name of every place, and for what is none."""
    for code, place in vocabulary.places.items():
        for name in dict.fromkeys((place.label, *place.synonyms, *rules.names.get(code, ()))):
            if fold(name) in rules.ignore.get(code, ()):
                continue
            yield entry("place", code, name, cased=False)
            short = QUALIFIED.sub("", name).strip()
            if short != name and len(short) > 3 and short not in {"Congo", "Korea", "Virgin Islands"}:
                yield entry("place", code, short, cased=False)
    for phrase in rules.not_places:
        yield entry("place", NO_PLACE, phrase, cased=False)


def is_place(text: str, tokens: Sequence[Token], found: Found, rules: PlaceRules, *, capitals: bool) -> bool:
    """Tell whether a place name is used as one.

    Parameters
    ----------
    capitals : bool
        Whether the text writes capitals at all; without them only unmistakable names count.
    """
    name = fold(text[found.start : found.end])
    first = tokens[found.first].raw[0]
    is_region_phrase = found.words > 1
    if found.entries[0].code == NO_PLACE:
        return False
    if name in {"us", "u.s"} and not text[found.start : found.end].isupper():
        return False
    if not first.isupper() and (name in rules.capital_only or (capitals and not is_region_phrase and first.isalpha())):
        return _lower_is_fine(found, name, rules)
    if SPOKEN & {token.stem for token in tokens[max(0, found.first - 4) : found.first]}:
        return False
    after = tokens[found.last] if found.last < len(tokens) else None
    if after and after.stem in {fold(word) for word in rules.verb_before.get(name, ())}:
        return False
    return name not in rules.persons or not _is_person(text, tokens, found, rules)


def _lower_is_fine(found: Found, name: str, rules: PlaceRules) -> bool:
    return name not in rules.capital_only and found.words == 1 and len(name) > 4


def _is_person(text: str, tokens: Sequence[Token], found: Found, rules: PlaceRules) -> bool:
    before = tokens[found.first - 1] if found.first else None
    after = tokens[found.last] if found.last < len(tokens) else None
    if before and fold(before.raw) in rules.person_before:
        return True
    if before and ONE_SENTENCE.fullmatch(text[before.end : found.start]) and _first_name(text, before):
        return True
    if not after or not ONE_SENTENCE.fullmatch(text[found.end : after.start]):
        return False
    following = fold(text[after.start : after.start + 24])
    return any(following.startswith(word + " ") for word in rules.person_after)


def _first_name(text: str, before: Token) -> bool:
    """Tell whether the word before, capitalized inside a sentence, reads like a first name."""
    is_name = before.raw[0].isupper() and before.raw[1:].islower()
    starts = before.start == 0 or text[max(0, before.start - 20) : before.start].rstrip(" \t")[-1:] in {
        ".",
        "\n",
        ":",
        "!",
        "?",
        "•",
        "-",
        "",
    }
    return is_name and not starts and fold(before.raw) not in COMPASS
