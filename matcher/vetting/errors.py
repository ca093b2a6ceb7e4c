"""What can go wrong while vetting."""

from __future__ import annotations

from matcher.errors import MatcherError


class PolicyError(MatcherError):
    """A policy pack cannot be used; `problems` has one line each, with file, line and reason."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
