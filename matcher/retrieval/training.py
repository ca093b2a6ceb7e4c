"""From labelled needs to the files that ranking reads: the capacity head, then the weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb.columns.vectors import TextEncoder
from matcher.evaluation.metrics import ranks_of
from matcher.evaluation.needs import read_needs
from matcher.retrieval.capacity_head import encoder_name, fit_head, head_for, write_head
from matcher.retrieval.features import compare, encode_texts
from matcher.retrieval.learning import LabelledNeed, learn
from matcher.retrieval.weights import write_weights

FOLDS = 8


def labelled_needs(needs: Path, organizations: Path, encoder: TextEncoder) -> tuple[list[LabelledNeed], list[str]]:
    """Compare every need of a set with every organization of it.

    Returns
    -------
    needs : list of LabelledNeed
    families : list of str
        What the id of each need begins with; needs of a family share organizations.
    """
    queries, candidates = read_needs(needs, organizations)
    head = head_for(encoder)
    given = encode_texts([candidate.searched for candidate in candidates], encoder, head)
    positions = {candidate.id: place for place, candidate in enumerate(candidates)}
    labelled = [
        LabelledNeed(
            compare(encode_texts([query.query], encoder, head), given, head),
            tuple(positions[identifier] for identifier in query.right),
        )
        for query in queries
    ]
    return labelled, [query.id.rsplit("-", 1)[0] for query in queries]


def cross_validated_ranks(needs: list[LabelledNeed], families: list[str], encoder: TextEncoder) -> NDArray[np.int64]:
    """Return the rank of the first right organization of each need, by weights that saw no need of its family."""
    names = sorted(set(families))
    fold = {family: place % FOLDS for place, family in enumerate(names)}
    ranks = np.zeros(len(needs), np.int64)
    for number in range(min(FOLDS, len(names))):
        learnt = learn(
            [need for need, family in zip(needs, families, strict=True) if fold[family] != number],
            encoder_name(encoder),
        )
        for place, (need, family) in enumerate(zip(needs, families, strict=True)):
            if fold[family] == number:
                added = learnt.contributions(need.features, encoder_name(encoder))
                ranks[place] = ranks_of(np.sum(list(added.values()), axis=0), np.asarray(need.right))[0]
    return ranks


def train(needs: Path, organizations: Path, encoder: TextEncoder, folder: Path) -> None:
    """Fit the capacity head, learn the weights, and write both as JSON into a folder."""
    write_head(fit_head(encoder), folder / "capacity_head.json")
    labelled, _ = labelled_needs(needs, organizations, encoder)
    write_weights(learn(labelled, encoder_name(encoder)), folder / "weights.json")
