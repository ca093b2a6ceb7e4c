"""Place fit: does the candidate work where the programme is."""

from __future__ import annotations

import numpy as np

from kb.columns.layout import FULL
from kb.organization import ClaimKind
from matcher.components.base import Facts, claim_reasons, known
from matcher.masks import choose
from matcher.query import Query, Scored
from matcher.results import Reason
from matcher.similarity import Floats

SEAT_HERE = np.float32(1.0)
SEAT_ELSEWHERE = 0.1


def names_a_place(query: Query) -> bool:
    """Return whether the brief names places that are less than the whole world."""
    return bool(query.brief.places) and "world" not in query.brief.places


def presence(scored: Scored) -> Floats:
    """Return how far each organization is known to work in the brief's countries, 0..1 or NaN; float32 (n,)."""
    columns = scored.columns
    wanted = sorted(scored.query.vocabulary.countries(scored.query.brief.places))
    fit = np.zeros(scored.n, np.float32)
    for country in wanted:
        fit += scored.strength_bytes(ClaimKind.PLACE, country)
    fit *= np.float32(1 / (FULL * max(1, len(wanted))))
    seats = np.asarray(columns.country[scored.rows])
    seat = np.isin(seats, np.array([columns.codes.countries[country] for country in wanted], seats.dtype))
    has_places = known(scored, ClaimKind.PLACE)
    seat &= ~has_places | (fit > 0)
    fit = choose(seat, np.maximum(fit, SEAT_HERE / np.float32(max(1, len(wanted)) ** 0.5)), fit)
    return choose(has_places | seat, fit, choose(seats == 0, np.nan, SEAT_ELSEWHERE))


def overlapping_places(query: Query) -> frozenset[str]:
    """Return the places of the vocabulary that share a country with the brief's."""
    wanted = query.vocabulary.countries(query.brief.places)
    return frozenset(code for code, place in query.vocabulary.places.items() if place.countries & wanted)


class PlaceFit:
    """Whether the candidate works where you do.

    The share of your countries that it is known to work in, counted in full where it has its seat. Where only
    the seat is known and it is elsewhere, little is granted.
    """

    name = "place_fit"
    label = "Works in the place"
    reads_texts = False

    def asked(self, query: Query) -> bool:
        """Return whether the brief names places that are less than the whole world."""
        return names_a_place(query)

    def score(self, scored: Scored) -> Floats:
        """Return the mean over the brief's countries, each known by claim or by seat."""
        return scored.once(presence)

    def reasons(self, query: Query, facts: Facts) -> tuple[Reason, ...]:
        """Return where the candidate works among the brief's places, and its seat."""
        return (*claim_reasons(facts.profile, ClaimKind.PLACE, query.once(overlapping_places)), *facts.profile.seat)
