"""Words that name a capacity whatever the subject; where an encoder is unsure, they decide."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from kb.vocabulary import load_vocabulary
from matcher.errors import MatcherError
from matcher.reading.phrases import PhraseIndex, entry, tokenize

CUES = Path(__file__).with_name("capacity_cues.yaml")
LATER_SHARE = 0.15
"""How much a cue counts for each one that stands before it: the first says what the organization is."""


@cache
def load_cues(path: Path = CUES) -> PhraseIndex:
    """Read and check the cues.

    Raises
    ------
    MatcherError
        With one line per problem.
    """
    try:
        body = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise MatcherError(f"{path.name}: {error}") from error
    if not isinstance(body, dict):
        raise MatcherError(f"{path.name}: must be a mapping of capacities to words")
    known = load_vocabulary().capacities
    problems = [f"{path.name}: {code} is not a capacity" for code in body if code not in known]
    problems += [
        f"{path.name}: {code}: must be a list of words; put doubtful ones in quotes"
        for code, words in body.items()
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words)
    ]
    if problems:
        raise MatcherError("\n".join(problems))
    return PhraseIndex(entry("capacity", code, word, cased=False) for code, words in body.items() for word in words)


def cue_strengths(text: str, codes: Sequence[str]) -> NDArray[np.float64]:
    """Return how strongly the words of a text name each capacity.

    Returns
    -------
    NDArray, float64 (n_codes,)
        In 0..1; the first cue counts in full, later ones less and less.
    """
    strengths = np.zeros(len(codes))
    for order, found in enumerate(load_cues().find(text, tokenize(text))):
        for item in found.entries:
            place = codes.index(item.code)
            strengths[place] = max(strengths[place], LATER_SHARE**order)
    return strengths
