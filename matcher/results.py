"""What matching gives back: plain frozen data that dashboard, command line and exports all draw from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from kb.brief import Brief
from kb.organization import ClaimStatus, Organization


@dataclass(frozen=True)
class Reason:
    """A fact behind a component's value.

    Attributes
    ----------
    text : str
        The words of the evidence, quoted when `verbatim`.
    about : str
        What it shows, e.g. ``Distribution`` or ``Place: Kenya``.
    status : ClaimStatus
        How it is known; *unverified* must be shown as such.
    source, url : str
        Where to check it.
    observed_on : date or None
    strength : float in 0..1 or None
    """

    about: str
    text: str
    status: ClaimStatus
    source: str
    url: str = ""
    verbatim: bool = False
    observed_on: date | None = None
    strength: float | None = None


@dataclass(frozen=True)
class Contribution:
    """One bar of an explanation. The points of all contributions add up to the score.

    Attributes
    ----------
    component : str
        A component's name, ``thin_evidence`` for what is taken off because little is known, or ``held_back:`` and
        a component's name for what is taken off because the candidate is too weak in it.
    label : str
    value : float in 0..1 or None
        What the component says; None when it could not be assessed.
    weight : float in 0..1
        Its share of the weights that were asked for, before redistribution.
    points : float
        What it adds to the score (0..100); 0 when not assessed.
    reasons : tuple of Reason
    note : str
        Why it could not be assessed, or what the value means.
    """

    component: str
    label: str
    value: float | None
    weight: float
    points: float
    reasons: tuple[Reason, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class NeedMatch:
    """How one need of the brief is met. `strength` is None when nobody knows."""

    code: str
    label: str
    must: bool
    strength: float | None
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Flag:
    """Something to look into before any approach. A flag never changes a score."""

    code: str
    title: str
    severity: str
    text: str
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Candidate:
    """One ranked organization.

    Attributes
    ----------
    rank : int
        From 1.
    score : float in 0..100
    coverage : float in 0..1
        Share of the weights that rests on something known.
    seeker_gain, candidate_gain : float in 0..1 or None
        The two directions: how far the seeker's needs are met, and the candidate's by the offers.
    """

    rank: int
    organization: Organization
    score: float
    coverage: float
    contributions: tuple[Contribution, ...]
    needs: tuple[NeedMatch, ...]
    flags: tuple[Flag, ...]
    seeker_gain: float | None
    candidate_gain: float | None


@dataclass(frozen=True)
class SetApart:
    """A candidate that the brief's own terms keep out of the ranking, with the reasons."""

    organization: Organization
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Ranking:
    """The answer to a brief.

    Attributes
    ----------
    candidates : tuple of Candidate
        In order of rank.
    set_apart : tuple of SetApart
        The best of those kept out, best first; `set_apart_count` is how many there are in all.
    considered : int
        Organizations looked at.
    matching : int
        Organizations left after filters and the brief's terms.
    weights : mapping of component to weight
        As used, adding up to 1 over the components that the brief asks for.
    notes : tuple of str
        What the reader should know, e.g. that nobody meets every must.
    """

    brief: Brief
    candidates: tuple[Candidate, ...]
    set_apart: tuple[SetApart, ...]
    set_apart_count: int
    considered: int
    matching: int
    weights: Mapping[str, float]
    caution: float
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lift:
    """A smallest change that would move a candidate to a rank.

    Attributes
    ----------
    changes : tuple of str
        What would have to be so, in words.
    score, rank
        Where that would put the candidate.
    by : str
        ``candidate`` (facts about it), or ``seeker`` (what could change in the brief).
    """

    changes: tuple[str, ...]
    score: float
    rank: int
    by: str


@dataclass(frozen=True)
class SearchHit:
    """One organization found by search, and how well it fits (0..1)."""

    organization: Organization
    relevance: float
    by: str
