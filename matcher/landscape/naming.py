"""What a group of organizations is called: by what its members have in common and others have not.

A name is made of labels of the vocabulary and of words from the members' own texts; nothing is invented. Every part of
a name carries the two shares that it rests on.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb.columns import Columns
from kb.columns.layout import REJECTED
from kb.organization import ClaimKind
from kb.vocabulary import Vocabulary
from kb.yaml_files import read_mapping
from matcher.errors import MatcherError

Groups = NDArray[np.int64]

LEAST_SHARE, LEAST_LIFT, LEAST_MEMBERS = 0.15, 1.5, 3
LEAST_KNOWN = 0.3
"""Of how many members something of a kind must be known before the kind can name the group."""
WORD = re.compile(r"[a-z]{4,}")
COMMON_WORD = re.compile(r"(?<![\w.-])[a-z]{4,}(?![\w-])")
"""A word in small letters: names of people, places and makes begin with a capital."""


@dataclass(frozen=True)
class Telling:
    """Something that members of a group have more often than others.

    Attributes
    ----------
    kind : str
        A claim kind, ``industry``, ``kind`` or ``word``.
    code, label : str
    share, usual : float in 0..1
        How many of the group have it, and how many of all, among those of whom something of that kind is known.
    """

    kind: str
    code: str
    label: str
    share: float
    usual: float

    @property
    def weight(self) -> float:
        """How much it tells the group from all: the share times the logarithm of the lift, by kind."""
        if not (self.share and self.usual):
            return 0.0
        return naming_rules().preference.get(self.kind, 1.0) * self.share * float(np.log(self.share / self.usual))


@dataclass(frozen=True)
class NamingRules:
    """How readily something names a group, by kind, and which words name nothing."""

    preference: Mapping[str, float]
    empty_words: frozenset[str]


@cache
def naming_rules() -> NamingRules:
    """Read naming.yaml.

    Raises
    ------
    MatcherError
        With all problems of the file at once.
    """
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    problems: list[str] = []
    body = read_mapping(Path(__file__).with_name("naming.yaml"), problems)
    preference, listed = body.get("preference"), body.get("empty_words")
    if not isinstance(preference, dict) or any(not 0 <= share <= 1 for share in preference.values()):
        problems.append("naming.yaml: preference: must give each kind a number between 0 and 1")
    if not isinstance(listed, dict) or any(not isinstance(words, list) for words in listed.values()):
        problems.append("naming.yaml: empty_words: must be lists of words by name")
    if problems or not isinstance(preference, dict) or not isinstance(listed, dict):
        raise MatcherError("\n".join(problems))
    words = {str(word) for found in listed.values() for word in found}
    return NamingRules({str(kind): float(share) for kind, share in preference.items()}, ENGLISH_STOP_WORDS | words)


def telling_claims(columns: Columns, rows: NDArray[np.int64], groups: Groups, count: int) -> list[list[Telling]]:
    """Return what causes, capacities, kinds and industries tell each group from the others, strongest first.

    Parameters
    ----------
    rows : int64 (m,)
        Rows of the organizations.
    groups : int64 (m,)
        The group of each, in 0..count-1.
    """
    vocabulary = columns.codes.vocabulary
    found: list[list[Telling]] = [[] for _ in range(count)]
    for kind in (ClaimKind.CAUSE, ClaimKind.CAPACITY):
        held = columns.claims[kind][:, rows] > REJECTED
        known = columns.known[kind][rows]
        codes = list(columns.codes.claims[kind])
        labels = [vocabulary.label(kind, code) for code in codes]
        _tell(found, kind.value, codes, labels, held, known, groups)
    named = {
        "industry": (columns.industry, columns.codes.industries, vocabulary.industries),
        "kind": (columns.kind, columns.codes.kinds, vocabulary.kinds),
    }
    for name, (column, numbers, terms) in named.items():
        values = column[rows]
        held = np.stack([values == number for number in numbers.values()])
        _tell(found, name, list(numbers), [terms[code].label for code in numbers], held, values > 0, groups)
    return [sorted(tellings, key=lambda item: (-item.weight, item.label)) for tellings in found]


def telling_words(
    texts: Mapping[int, str], groups: Mapping[int, int], count: int, vocabulary: Vocabulary
) -> list[list[Telling]]:
    """Return the words that tell each group's texts from the others', strongest first.

    Parameters
    ----------
    texts : mapping of int to str
        Texts of some members by any key.
    groups : mapping of int to int
        The group of each key.
    """
    from sklearn.feature_extraction.text import CountVectorizer

    found: list[list[Telling]] = [[] for _ in range(count)]
    if not texts:
        return found
    left_out = naming_rules().empty_words | _place_words(vocabulary)
    vectorizer = CountVectorizer(
        analyzer=lambda text: _terms(text, left_out), binary=True, min_df=min(LEAST_MEMBERS, len(texts))
    )
    try:
        matrix = vectorizer.fit_transform(texts.values())
    except ValueError:
        return found
    words = vectorizer.get_feature_names_out().tolist()
    labels = [word.capitalize() for word in words]
    members = np.array([groups[key] for key in texts], np.int64)
    held = np.asarray(matrix.T.toarray() > 0)
    _tell(found, "word", words, labels, held, np.ones(len(members), np.bool_), members)
    return [sorted(tellings, key=lambda item: (-item.weight, item.label)) for tellings in found]


def _terms(text: str, left_out: frozenset[str]) -> list[str]:
    """Return the words and the pairs of neighbouring words that can name something."""
    words = [word if word not in left_out else "" for word in COMMON_WORD.findall(text)]
    pairs = [f"{one} {other}" for one, other in pairwise(words) if one and other and one != other]
    return [word for word in words if word] + pairs


def _place_words(vocabulary: Vocabulary) -> frozenset[str]:
    labels = (word for place in vocabulary.places.values() for word in (place.label, *place.synonyms))
    return frozenset(word for label in labels for word in WORD.findall(label.lower()))


def _tell(
    found: list[list[Telling]],
    kind: str,
    codes: Sequence[str],
    labels: Sequence[str],
    held: NDArray[np.bool_],
    known: NDArray[np.bool_],
    groups: Groups,
) -> None:
    """Append what is over-represented in each group; held is bool (codes, m), known bool (m,)."""
    if not known.any():
        return
    usual = held[:, known].mean(axis=1)
    for number, tellings in enumerate(found):
        inside = groups == number
        seen = inside & known
        if seen.sum() < LEAST_KNOWN * inside.sum() or not seen.any():
            continue
        counts = held[:, seen].sum(axis=1)
        share = counts / seen.sum()
        telling = (share >= LEAST_SHARE) & (share >= LEAST_LIFT * usual) & (counts >= LEAST_MEMBERS)
        tellings += [
            Telling(kind, codes[at], labels[at], float(share[at]), float(usual[at]))
            for at in np.flatnonzero(telling).tolist()
        ]


def name_parts(tellings: Iterable[Telling], taken: Collection[frozenset[str]] = ()) -> tuple[Telling, ...]:
    """Choose what to call a group: the strongest things that tell it apart and do not say the same twice.

    Parameters
    ----------
    taken : collection of frozenset of str
        Labels of groups that are named already; the second part gives way to a weaker one to differ from them.
    """
    ordered = sorted(tellings, key=lambda item: (-item.weight, item.kind, item.label))
    if not ordered:
        return ()
    first = ordered[0]
    others = [other for other in ordered[1:] if not _stems(first.label) & _stems(other.label)]
    names: list[tuple[Telling, ...]] = [(first, other) for other in others] or [(first,)]
    return next((name for name in names if labels_of(name) not in taken), names[0])


def labels_of(parts: Iterable[Telling]) -> frozenset[str]:
    """Return the labels of a name's parts."""
    return frozenset(part.label for part in parts)


def _stems(label: str) -> set[str]:
    return {word[:4] for word in WORD.findall(label.lower())}
