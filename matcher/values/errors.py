"""What can go wrong when values are compared."""

from __future__ import annotations

from matcher.errors import MatcherError


class StanceError(MatcherError):
    """A file of stances or cues is wrong."""


class ValueModelError(MatcherError):
    """The learnt weights cannot be used."""
