"""What can go wrong while matching, each with a message that says what to do."""

from __future__ import annotations


class MatcherError(Exception):
    """Base of every error that the matcher raises on purpose."""


class EncoderError(MatcherError):
    """The embedding model cannot be loaded."""


class BriefProblemError(MatcherError):
    """A brief cannot be answered; `problems` lists what to change."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class TooLittleDataError(MatcherError):
    """There is too little to learn from, or to evaluate on."""


class LabelsError(MatcherError):
    """A labelled file cannot be read."""
