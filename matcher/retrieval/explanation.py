"""Why a text answers a need, or how it misses: facet by facet, with the words it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from kb.organization import ClaimKind
from kb.vocabulary import Vocabulary, load_vocabulary
from matcher.retrieval.capacity_head import CapacityHead
from matcher.retrieval.facets import EVERYONE, Facets, relation
from matcher.retrieval.features import Encoded, wanted_capacities

Verdict = Literal["same", "broader", "other", "unknown"]
UNSURE = 0.15
NAMED = 0.3


@dataclass(frozen=True)
class FacetMatch:
    """How a need and a text compare on one facet.

    Attributes
    ----------
    verdict : str
        ``same`` (or narrower), ``broader``, ``other``: the text names something else only; ``unknown``: it names
        nothing of the kind.
    wanted, given : tuple of str
        Labels of the vocabulary.
    need_quote, quote : str
        Stand in the need and in the text letter by letter; empty where nothing is named.
    """

    kind: ClaimKind
    verdict: Verdict
    wanted: tuple[str, ...]
    given: tuple[str, ...]
    need_quote: str
    quote: str


@dataclass(frozen=True)
class NeedHit:
    """A text that was ranked for a need.

    Attributes
    ----------
    position : int
        Where the text stands among those that were ranked.
    contributions : mapping of feature to float
        Add up to `score`.
    facets : tuple of FacetMatch
        Only facets that the need names.
    best_sentence : str
        The sentence of the text nearest to the need, letter by letter.
    """

    position: int
    score: float
    contributions: Mapping[str, float]
    facets: tuple[FacetMatch, ...]
    best_sentence: str


def explain(
    need: Encoded, given: Encoded, position: int, head: CapacityHead, contributions: Mapping[str, float]
) -> NeedHit:
    """Explain the score of one text.

    Parameters
    ----------
    need : Encoded
        Of one text.
    position : int
        Of the text within `given`.
    """
    vocabulary = load_vocabulary()
    asked, passages = need.texts[0].facets, given.texts[position].facets
    matches = [_capacity_match(need, given, position, head, vocabulary)]
    for kind in (ClaimKind.AUDIENCE, ClaimKind.PLACE, ClaimKind.CAUSE):
        if asked.codes(kind) - (EVERYONE if kind is ClaimKind.AUDIENCE else frozenset()):
            matches.append(_facet_match(kind, asked, passages, vocabulary))
    return NeedHit(
        position=position,
        score=sum(contributions.values()),
        contributions=contributions,
        facets=tuple(matches),
        best_sentence=_best_sentence(need, given, position),
    )


def _facet_match(kind: ClaimKind, asked: Facets, given: Facets, vocabulary: Vocabulary) -> FacetMatch:
    how = relation(kind, asked, given)
    verdict: Verdict = "unknown" if how is None else "same" if how == 1 else "broader" if how > 0 else "other"
    codes = sorted(asked.codes(kind))
    named = list(given.mentions.get(kind, {}).values())
    fitting = [item for item in named if relation(kind, asked, _only(kind, given, item.code)) == how]
    shown = fitting or named
    return FacetMatch(
        kind,
        verdict,
        tuple(vocabulary.label(kind, code) for code in codes),
        tuple(vocabulary.label(kind, item.code) for item in shown),
        asked.mentions[kind][codes[0]].quote,
        shown[0].quote if shown else "",
    )


def _only(kind: ClaimKind, facets: Facets, code: str) -> Facets:
    return Facets(facets.text, {kind: {code: facets.mentions[kind][code]}})


def _capacity_match(
    need: Encoded, given: Encoded, position: int, head: CapacityHead, vocabulary: Vocabulary
) -> FacetMatch:
    """Name the capacity that a need asks for, and the clause of the text that comes nearest to it."""
    wanted = wanted_capacities(need)
    asked = int(wanted.argmax())
    rows = given.rows(position)
    shares = given.capacities[rows]
    near = int((shares @ wanted).argmax())
    code, has = head.codes[asked], float(shares[:, asked].max())
    sentence = given.texts[position].sentences[given.texts[position].piece_sentence[near]]
    verdict: Verdict = "unknown" if wanted[asked] < UNSURE else "same" if has >= NAMED else "other"
    spoken = head.codes[int(shares[near].argmax())]
    return FacetMatch(
        ClaimKind.CAPACITY,
        verdict,
        (vocabulary.label(ClaimKind.CAPACITY, code),),
        (vocabulary.label(ClaimKind.CAPACITY, code if verdict == "same" else spoken),),
        need.texts[0].sentences[0],
        sentence,
    )


def _best_sentence(need: Encoded, given: Encoded, position: int) -> str:
    rows = given.rows(position)
    passages = given.texts[position]
    nearest = int(np.argmax(given.pieces[rows] @ need.pieces[0]))
    return passages.sentences[passages.piece_sentence[nearest]]
