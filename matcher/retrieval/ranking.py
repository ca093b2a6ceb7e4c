"""Which organizations have what a need asks for: capacity, audience and place together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from kb.columns.vectors import TextEncoder
from matcher.encoder import SentenceTransformerEncoder
from matcher.retrieval.capacity_head import CapacityHead, encoder_name, head_for
from matcher.retrieval.explanation import NeedHit, explain
from matcher.retrieval.features import Encoded, compare, encode_texts
from matcher.retrieval.weights import read_weights

Floats = NDArray[np.float64]


@cache
def _bundled() -> TextEncoder:
    return SentenceTransformerEncoder()


@dataclass(frozen=True)
class NeedIndex:
    """Texts made ready once, for many needs.

    Attributes
    ----------
    encoder : TextEncoder
    head : CapacityHead
    texts : Encoded
    """

    encoder: TextEncoder
    head: CapacityHead
    texts: Encoded

    def contributions(self, need: str) -> dict[str, Floats]:
        """Return what each feature adds to the score of each text; float64 (n_texts,) by feature."""
        asked = encode_texts([need], self.encoder, self.head)
        features = compare(asked, self.texts, self.head)
        return read_weights().contributions(features, encoder_name(self.encoder))

    def scores(self, need: str) -> Floats:
        """Return how well each text answers a need; higher is better, only the order means anything."""
        if not self.texts.texts:
            return np.zeros(0)
        return np.asarray(np.sum(list(self.contributions(need).values()), axis=0), np.float64)

    def search(self, need: str, k: int = 10) -> list[NeedHit]:
        """Return the best texts for a need with what they rest on, best first."""
        if not self.texts.texts or k < 1:
            return []
        asked = encode_texts([need], self.encoder, self.head)
        added = self.contributions(need)
        order = np.argsort(-np.sum(list(added.values()), axis=0), kind="stable")[:k]
        return [
            explain(asked, self.texts, int(place), self.head, {name: float(row[place]) for name, row in added.items()})
            for place in order
        ]


def index_texts(texts: Sequence[str], encoder: TextEncoder | None = None) -> NeedIndex:
    """Make texts ready to be searched by needs.

    Parameters
    ----------
    texts : sequence of str
        What each organization says about itself, its name in front if it tells something.
    encoder : TextEncoder or None
        None takes the bundled model.
    """
    chosen = encoder or _bundled()
    head = head_for(chosen)
    return NeedIndex(chosen, head, encode_texts(texts, chosen, head))


def rank_for_need(query: str, texts: Sequence[str], encoder: TextEncoder | None = None) -> Floats:
    """Score texts by how well they answer a need in plain words.

    Parameters
    ----------
    query : str
        A need, such as "Shops in Zambian towns that could stock contraceptive pills".
    texts : sequence of str
    encoder : TextEncoder or None
        None takes the bundled model.

    Returns
    -------
    NDArray, float64 (len(texts),)
        Higher is better; only the order means anything.
    """
    return index_texts(texts, encoder).scores(query)


def search_needs(query: str, texts: Sequence[str], encoder: TextEncoder | None = None, k: int = 10) -> list[NeedHit]:
    """Return the texts that best answer a need, each with its explanation, best first."""
    return index_texts(texts, encoder).search(query, k)
