"""What a coalition search gives back: plain frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kb.brief import Brief
from kb.organization import Organization
from matcher.results import Flag, Reason


@dataclass(frozen=True)
class Coverage:
    """Who covers one need.

    Attributes
    ----------
    by : str or None
        Id of the member that is best placed to meet it, by strength and fit; None when it stays open.
    strength : float in 0..1
        How far that member meets it; 0 when open.
    also : tuple of (str, float)
        Other members that could, with their strength.
    """

    code: str
    label: str
    must: bool
    importance: float
    by: str | None
    strength: float
    reasons: tuple[Reason, ...] = ()
    also: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Member:
    """A partner in a coalition. `gain` is None when its needs are not known."""

    organization: Organization
    fit: float
    gain: float | None
    covers: tuple[str, ...]
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True)
class Link:
    """How two members stand to each other: what joins them and what rubs, in words, and a number for both."""

    first: str
    second: str
    strength: float
    joins: tuple[str, ...]
    rubs: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Departure:
    """What is lost when one member leaves."""

    member: str
    lost: tuple[str, ...]
    weaker: tuple[str, ...]
    breaks: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Coalition:
    """A set of partners that together cover the needs.

    Attributes
    ----------
    worth : float
        What was maximized: value of the coverage less the costs.
    coverage : float in 0..1
        Importance-weighted mean of how far the needs are met by whoever meets each best.
    costs : mapping of name to float
    proven : bool
        False when the time limit was reached before it was shown that no better set exists.
    """

    members: tuple[Member, ...]
    needs: tuple[Coverage, ...]
    coverage: float
    open_needs: tuple[str, ...]
    weakest: Link | None
    departures: tuple[Departure, ...]
    worth: float
    costs: Mapping[str, float]
    proven: bool


@dataclass(frozen=True)
class Coalitions:
    """The answer: different coalitions, best first; or why there is none, and what to relax.

    Attributes
    ----------
    considered, shortlisted : int
        Organizations left by the brief's red lines and filters; those that entered the search.
    incompatible_pairs : int
        Pairs of the shortlist that cannot sit together.
    seconds : float
        Time that the search itself took.
    """

    brief: Brief
    alternatives: tuple[Coalition, ...]
    considered: int
    shortlisted: int
    incompatible_pairs: int
    seconds: float
    notes: tuple[str, ...] = ()
