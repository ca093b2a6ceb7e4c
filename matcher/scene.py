"""A scored brief with what the use cases after matching ask of it: fits, who is welcome, profiles by row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb.brief import Brief
from kb.organization import Organization
from matcher.components.base import Profile
from matcher.errors import MatcherError
from matcher.query import Query, Scored
from matcher.service import Matcher
from matcher.similarity import Floats
from matcher.terms import Filters, apply_terms


@dataclass(frozen=True)
class Scene:
    """A scored brief.

    Attributes
    ----------
    score : float32 (n,)
        Fit with the brief by the ranking, 0..1.
    welcome : bool (n,)
        Who is left by red lines, policies and wanted sectors; musts are not counted, for partners may meet them
        together.
    unbarred : bool (n,)
        Who crosses no red line and is excluded by no policy, whatever the sector; the seeker is not among them.
    everyone : bool (n,)
        All but the seeker.
    """

    matcher: Matcher
    scored: Scored
    score: Floats
    welcome: NDArray[np.bool_]
    unbarred: NDArray[np.bool_]
    everyone: NDArray[np.bool_]

    @property
    def query(self) -> Query:
        """The encoded brief."""
        return self.scored.query

    @property
    def brief(self) -> Brief:
        """The brief."""
        return self.query.brief

    def row_of(self, organization_id: str) -> int | None:
        """Return the row of an organization, None when it has none."""
        number = self.matcher.kb.number_of(organization_id)
        return None if number is None else self.scored.columns.row_of(number)

    def row(self, organization: Organization) -> int:
        """Return the row of an organization that is in the knowledge base.

        Raises
        ------
        MatcherError
            When it came in after the brief was scored.
        """
        row = self.row_of(organization.id)
        if row is None:
            raise MatcherError(f"{organization.name} is newer than the scores of this brief; try again")
        return row

    def profiles(self, rows: Iterable[int]) -> list[Profile]:
        """Return the profiles of rows, in their order."""
        columns = self.scored.columns
        numbers = [int(columns.numbers[row]) for row in rows]
        found = self.matcher.profiles.of(numbers, columns.last_change)
        return [found[number] for number in numbers]

    def organizations(self, rows: Iterable[int]) -> list[Organization]:
        """Return the organizations of rows, in their order."""
        return [profile.organization for profile in self.profiles(rows)]


def open_scene(matcher: Matcher, brief: Brief) -> Scene:
    """Score a brief over all organizations.

    Raises
    ------
    matcher.errors.BriefProblemError
        When the brief cannot be answered, with what to change.
    """
    prepared = matcher.prepare(brief)
    terms = apply_terms(prepared.at_most, Filters(), must_strength=0.0)
    barred = terms.kept_out | matcher.policies.excluded(prepared.at_most)
    columns, number = prepared.columns, prepared.query.seeker_number
    everyone = columns.alive[: columns.n].copy()
    if number is not None and (row := columns.row_of(number)) is not None:
        everyone[row] = False
    return Scene(
        matcher,
        prepared.scored,
        matcher.weighing(brief)(prepared.scores).score,
        terms.visible & ~barred,
        everyone & ~barred,
        everyone,
    )
