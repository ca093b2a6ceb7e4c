"""How many others the knowledge base holds for the same thing, counted over the columns."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb.organization import ClaimKind
from matcher.components.base import strongest
from matcher.components.complementarity import meets, usefulness_by_place
from matcher.components.place_fit import names_a_place
from matcher.exchange.ledger import CAUSE
from matcher.exchange.power import load_power_rules
from matcher.query import Scored
from matcher.similarity import Floats


@dataclass(frozen=True)
class Holders:
    """Rows that have as much of a thing as the giver (or a good part of it), best first."""

    count: int
    rows: tuple[int, ...]


def supply(scored: Scored, subject: str, code: str) -> Floats:
    """Return how much of a thing each organization has where the brief is, 0..1; float32 (n,).

    A need of the brief is counted as the ranking counts it; anything else by strength and, where the brief names
    places, by where the organization works.
    """
    brief, vocabulary = scored.query.brief, scored.query.vocabulary
    if subject != CAUSE:
        for index, need in enumerate(brief.needs):
            if need.code == code:
                return np.nan_to_num(scored.once(meets, index))
        own = ClaimKind.ASSET if code in vocabulary.assets else ClaimKind.CAPACITY
        held = np.maximum(strongest(scored, own, [code]), strongest(scored, ClaimKind.OFFER, [code]))
    else:
        held = strongest(scored, ClaimKind.CAUSE, sorted(vocabulary.narrower(vocabulary.causes, code)))
    if counted_in_place(scored, subject, code):
        held = held * scored.once(usefulness_by_place)
    return np.asarray(held, np.float32)


def counted_in_place(scored: Scored, subject: str, code: str) -> bool:
    """Return whether `supply` counts a thing by where an organization works."""
    needed = subject != CAUSE and any(need.code == code for need in scored.query.brief.needs)
    bound = scored.query.vocabulary.lendable[code].place_bound if needed else True
    return bound and names_a_place(scored.query)


def holders(
    scored: Scored,
    held: Floats,
    allowed: NDArray[np.bool_],
    excluded: Collection[int],
    giver_has: float,
    least: float,
    order: Floats,
) -> Holders:
    """Return those with a good part of what the giver has.

    Parameters
    ----------
    held : float32 (n,)
    allowed : bool (n,)
        Who may be named at all.
    excluded : collection of int
        Rows of the two sides.
    giver_has : float in 0..1
    least : float in 0..1
        A weaker holding never counts.
    order : float32 (n,)
        Fit with the brief; the named are those of the highest holding times fit.
    """
    rules = load_power_rules()
    bar = max(least, rules.alternative_share * giver_has)
    enough = (held >= np.float32(bar)) & allowed & scored.columns.alive[: scored.columns.n]
    enough[list(excluded)] = False
    rows = np.flatnonzero(enough)
    best = rows[np.lexsort((rows, -(held[rows] * order[rows])))][: rules.named]
    return Holders(len(rows), tuple(int(row) for row in best))
