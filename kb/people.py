"""Who is at work: the name that changes, decisions and imports are recorded under."""

from __future__ import annotations

import getpass

UNKNOWN = "unknown"


def current_user() -> str:
    """Return the name that changes are recorded under when none is given."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return UNKNOWN


def same_person(one: str, other: str) -> bool:
    """Whether two names are the same but for case and spaces."""
    return " ".join(one.casefold().split()) == " ".join(other.casefold().split())
