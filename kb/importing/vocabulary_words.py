"""Words in cells to codes of the vocabulary."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from kb.importing.countries import country_code, nearest_country
from kb.organization import ClaimKind
from kb.vocabulary import Place, Term, Vocabulary

CLOSE = 78
LISTED = 12
LONGEST = 200


def words_key(text: str) -> str:
    """Return the text as codes, labels and synonyms are compared: no case, accents or punctuation."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("&", " and "))
    kept = "".join(letter if letter.isalnum() else " " for letter in plain if not unicodedata.combining(letter))
    return " ".join(kept.split())


@dataclass(frozen=True)
class Words:
    """The words that lead to one vocabulary's codes.

    Attributes
    ----------
    codes : mapping of str to tuple of str
        From a word's key to the codes it may mean; codes and labels come before synonyms.
    labels : mapping of str to str
        From a code to its label.
    """

    codes: Mapping[str, tuple[str, ...]]
    labels: Mapping[str, str]

    def code(self, text: str) -> str | None:
        """Return the one code meant, None when there is none or several."""
        if len(text) > LONGEST:
            return None
        found = self.codes.get(words_key(text), ())
        return found[0] if len(found) == 1 else None

    def suggestion(self, text: str) -> str:
        """Say what may have been meant."""
        key = words_key(text[:LONGEST])
        if several := self.codes.get(key, ()):
            return f"choose one of: {', '.join(self.labels[code] for code in several)}"
        near = process.extractOne(key, self.codes.keys(), scorer=fuzz.WRatio, score_cutoff=CLOSE) if key else None
        if near:
            labels = dict.fromkeys(self.labels[code] for code in self.codes[near[0]])
            return f"did you mean {' or '.join(labels)}?"
        shown = list(self.labels.values())
        return f"known: {', '.join(shown[:LISTED])}{' ...' if len(shown) > LISTED else ''}"


@dataclass(frozen=True)
class PlaceWords(Words):
    """Regions by their words, and countries by any name or code."""

    def code(self, text: str) -> str | None:
        """Return the code of a region or country."""
        return Words.code(self, text) or country_code(text)

    def suggestion(self, text: str) -> str:
        """Say which country or region may have been meant."""
        country = nearest_country(text)
        return f"did you mean {country}?" if country else Words.suggestion(self, text)


def words_of(terms: Mapping[str, Term] | Mapping[str, Place]) -> Words:
    """Collect the words of a vocabulary; a synonym never overrides a code or label."""
    first: dict[str, tuple[str, ...]] = {}
    second: dict[str, list[str]] = defaultdict(list)
    for code, term in terms.items():
        first[words_key(code)] = (code,)
        first.setdefault(words_key(term.label), (code,))
        for synonym in term.synonyms:
            if code not in second[words_key(synonym)]:
                second[words_key(synonym)].append(code)
    codes = {key: tuple(found) for key, found in second.items() if key} | first
    return Words(codes, {code: term.label for code, term in terms.items()})


def claim_words(vocabulary: Vocabulary, kind: ClaimKind) -> Words:
    """Return the words for claims of one kind."""
    terms = vocabulary.terms(kind)
    if kind is ClaimKind.PLACE:
        regions = {code: place for code, place in vocabulary.places.items() if not (len(code) == 2 and code.isupper())}
        words = words_of(regions)
        return PlaceWords(words.codes, words.labels)
    return words_of(terms)
