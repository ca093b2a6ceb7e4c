"""What can go wrong in inference, each with a message that says what to do."""

from __future__ import annotations

from matcher.errors import MatcherError


class InferenceError(MatcherError):
    """Base of every error that inference raises on purpose."""


class PatternError(InferenceError):
    """A pattern file is wrong."""


class CalibrationError(InferenceError):
    """The calibration file cannot be used."""


class JudgeError(InferenceError):
    """The learnt weights cannot be used, or cannot be learnt from what is given."""


class InputFileError(InferenceError):
    """The file of organizations cannot be read."""
