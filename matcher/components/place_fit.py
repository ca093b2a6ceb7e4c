"""Place fit: does the candidate work where the programme is."""

from __future__ import annotations

import numpy as np

from kb.organization import ClaimKind, ClaimStatus
from matcher.components.base import Facts, known, reason_of
from matcher.query import Floats, Query, Scored
from matcher.results import Reason

SEAT_HERE = np.float32(1.0)
SEAT_ELSEWHERE = np.float32(0.1)


def names_a_place(query: Query) -> bool:
    """Return whether the brief names places that are less than the whole world."""
    return bool(query.brief.places) and "world" not in query.brief.places


def presence(scored: Scored) -> Floats:
    """Return how far each organization is known to work in the brief's countries, 0..1 or NaN; float32 (n,)."""
    columns = scored.columns
    codes = columns.codes
    wanted = sorted(scored.query.vocabulary.countries(scored.query.brief.places))
    rows = [codes.claims[ClaimKind.PLACE][country] for country in wanted]
    present = np.zeros(columns.n, np.uint32)
    for row in rows:
        strength = columns.claims[ClaimKind.PLACE][row, : columns.n]
        np.add(present, strength, out=present, where=strength > 0)
    covered = present.astype(np.float32) / np.float32(255 * len(rows))
    seat = np.isin(columns.country[: columns.n], [codes.countries[country] for country in wanted])
    seated = np.where(seat, SEAT_HERE / np.float32(max(1, len(rows)) ** 0.5), 0).astype(np.float32)
    has_places = known(columns, ClaimKind.PLACE)
    has_seat = columns.country[: columns.n] > 0
    fit = np.maximum(covered, seated)
    fit = np.where(has_places | seat, fit, np.where(has_seat, SEAT_ELSEWHERE, np.float32(np.nan)))
    return np.asarray(fit, np.float32)


class PlaceFit:
    """Whether the candidate works where you do.

    The share of your countries that it is known to work in, counted in full where it has its seat. Where only
    the seat is known and it is elsewhere, little is granted.
    """

    name = "place_fit"
    label = "Works in the place"

    def asked(self, query: Query) -> bool:
        """Return whether the brief names places that are less than the whole world."""
        return names_a_place(query)

    def score(self, scored: Scored) -> Floats:
        """Return the mean over the brief's countries, each known by claim or by seat."""
        return scored.once(presence)

    def reasons(self, query: Query, facts: Facts) -> tuple[Reason, ...]:
        """Return where the candidate works among the brief's places, and its seat."""
        vocabulary, organization = query.vocabulary, facts.organization
        wanted = vocabulary.countries(query.brief.places)
        found = [
            reason_of(claim, vocabulary)
            for claim in organization.claims_of(ClaimKind.PLACE)
            if claim.code in vocabulary.places and vocabulary.places[claim.code].countries & wanted
        ]
        if organization.country:
            label = (
                vocabulary.places[organization.country].label
                if organization.country in vocabulary.places
                else organization.country
            )
            source = organization.text_source
            found.append(
                Reason(
                    about="Seat",
                    text=f"Has its seat in {label}.",
                    status=ClaimStatus.STATED if source and source.row else ClaimStatus.UNVERIFIED,
                    source=source.name if source else "",
                    url=source.url if source else "",
                )
            )
        return tuple(found)
