"""What is compared between a need and a text: one number per feature, each higher where the text answers better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb.columns.vectors import TextEncoder
from kb.organization import ClaimKind
from matcher.retrieval.capacity_cues import LATER_SHARE, cue_strengths
from matcher.retrieval.capacity_head import CapacityHead, head_for
from matcher.retrieval.facets import relation
from matcher.retrieval.lexical import tfidf
from matcher.retrieval.passages import Passages, read_passages

Floats = NDArray[np.float64]
Vectors = NDArray[np.float32]
FLOOR = 0.05
SENTENCE_SHARE = 0.3
"""How much of what a clause seems to say is taken from its sentence."""

CUE_WEIGHT = 3.0
"""Log-odds that a word which names a capacity adds to what the vector says."""


@dataclass(frozen=True)
class Encoded:
    """Texts taken apart, with the vectors of their pieces.

    Attributes
    ----------
    owner : int64 (n_pieces,)
        The text that each piece is of.
    whole : float32 (n_texts, dimension)
    pieces : float32 (n_pieces, dimension)
    capacities : float64 (n_pieces, n_codes)
        How likely each piece speaks of each capacity.
    """

    texts: tuple[Passages, ...]
    owner: NDArray[np.int64]
    whole: Vectors
    pieces: Vectors
    capacities: Floats

    def rows(self, text: int) -> slice:
        """Return where the pieces of a text stand."""
        low, high = np.searchsorted(self.owner, [text, text + 1])
        return slice(int(low), int(high))


def encode_texts(texts: Sequence[str], encoder: TextEncoder, head: CapacityHead | None = None) -> Encoded:
    """Take texts apart and encode the pieces, in one pass."""
    passages = tuple(read_passages(text) for text in texts)
    pieces = [piece for item in passages for piece in item.pieces]
    unique = list(dict.fromkeys([*(item.facets.without_places or "-" for item in passages), *pieces]))
    place = {text: row for row, text in enumerate(unique)}
    vectors = encoder.encode(unique)
    piece_vectors = vectors[[place[piece] for piece in pieces]]
    return Encoded(
        texts=passages,
        owner=np.repeat(np.arange(len(passages)), [len(item.pieces) for item in passages]),
        whole=vectors[[place[item.facets.without_places or "-"] for item in passages]],
        pieces=piece_vectors,
        capacities=read_capacities(passages, piece_vectors, head or head_for(encoder)),
    )


def read_capacities(passages: Sequence[Passages], vectors: Vectors, head: CapacityHead) -> Floats:
    """Return how likely each piece speaks of each capacity, by its vector and its words.

    A clause is read in the light of its sentence: "We study which radio stations people hear" runs no station.

    Returns
    -------
    NDArray, float64 (n_pieces, n_codes)
        Rows add up to 1.
    """
    cues = [cue_strengths(piece, head.codes) for item in passages for piece in item.pieces]
    words = np.asarray(cues).reshape(len(vectors), len(head.codes))
    likely = np.log(head.shares(vectors))
    opening = np.asarray(_openings(passages), np.int64)
    is_clause = (opening != np.arange(len(opening)))[:, None]
    words = np.where(is_clause, np.maximum(words[opening], LATER_SHARE * words), words)
    likely = np.where(is_clause, (1 - SENTENCE_SHARE) * likely + SENTENCE_SHARE * likely[opening], likely)
    raised = np.exp(likely + CUE_WEIGHT * words)
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float64)


def _openings(passages: Sequence[Passages]) -> list[int]:
    """Return for each piece the row of the whole sentence that it is of."""
    openings: list[int] = []
    for item in passages:
        first: dict[int, int] = {}
        start = len(openings)
        openings += [first.setdefault(sentence, start + place) for place, sentence in enumerate(item.piece_sentence)]
    return openings


def wanted_capacities(need: Encoded) -> Floats:
    """Return how much a need asks for each capacity, mean over its sentences; float64 (n_codes,), adds up to 1."""
    whole = sorted(set(_openings(need.texts[:1])))
    return np.asarray(need.capacities[whole].mean(axis=0), np.float64)


def compare(need: Encoded, given: Encoded, head: CapacityHead) -> dict[str, Floats]:
    """Compare one need with every text.

    Parameters
    ----------
    need : Encoded
        Of one text.

    Returns
    -------
    dict of str to float64 (n_texts,)
    """
    wanted = wanted_capacities(need)
    to_pieces = (given.pieces @ need.pieces.T).astype(np.float64)
    speaks = given.capacities @ wanted
    features: dict[str, list[float]] = {}
    for text, passages in enumerate(given.texts):
        rows = given.rows(text)
        close = to_pieces[rows]
        ruled = passages.facets.codes(ClaimKind.CAPACITY)
        sure = sum(float(wanted[head.codes.index(code)]) for code in ruled if code in head.codes)
        found = {
            "whole": float(given.whole[text] @ need.whole[0]),
            "piece": float(close[:, 0].max()),
            "each_part": float(close.max(axis=0).mean()),
            "capacity": float(np.log(speaks[rows].max() + FLOOR)),
            "capacity_ruled": sure,
        }
        for kind in (ClaimKind.PLACE, ClaimKind.AUDIENCE, ClaimKind.CAUSE):
            how = relation(kind, need.texts[0].facets, passages.facets)
            found[f"{kind.value}_match"] = max(how or 0.0, 0.0)
            found[f"{kind.value}_clash"] = min(how or 0.0, 0.0)
        for name, value in found.items():
            features.setdefault(name, []).append(value)
    lexical = tfidf(need.texts[0].facets.text, [item.facets.text for item in given.texts])
    return {**{name: np.asarray(values) for name, values in features.items()}, "tfidf": lexical}
