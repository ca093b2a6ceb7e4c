"""What judging a condition gives: whether it holds, in which ways, how firmly, and what stayed open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from kb.casework.findings import Ground
from kb.organization import ClaimStatus

FIRMNESS = (ClaimStatus.INFERRED, ClaimStatus.UNVERIFIED, ClaimStatus.STATED, ClaimStatus.CONFIRMED)
"""How firm a ground is, in rising order."""


@dataclass(frozen=True)
class Match:
    """One way in which a condition holds.

    Attributes
    ----------
    about : str
        What tells it from the rule's other matches: a concern, a list entry, a related organization.
    grounds : tuple of Ground
    basis : ClaimStatus
        How firmly it is known: the firmest of alternatives, the weakest link of a chain.
    concern, related, tie : str
        Words for the message, empty when it is not about one. `tie` is a verb: "related <tie> the organization".
    """

    about: str = ""
    grounds: tuple[Ground, ...] = ()
    basis: ClaimStatus = ClaimStatus.CONFIRMED
    concern: str = ""
    related: str = ""
    tie: str = ""


@dataclass(frozen=True)
class Judgement:
    """Whether a condition holds; None is unknown.

    Attributes
    ----------
    matches : tuple of Match
        Empty unless it holds.
    unknown : tuple of str
        What could not be judged; also when another part of the condition holds.
    """

    holds: bool | None
    matches: tuple[Match, ...] = ()
    unknown: tuple[str, ...] = ()


HOLDS_NOT = Judgement(False)


def weakest(statuses: Iterable[ClaimStatus]) -> ClaimStatus:
    """Return the status that a chain is known by."""
    return min(statuses, key=FIRMNESS.index, default=ClaimStatus.CONFIRMED)


def firmest(statuses: Iterable[ClaimStatus]) -> ClaimStatus:
    """Return the status that any of several grounds is known by."""
    return max(statuses, key=FIRMNESS.index, default=ClaimStatus.CONFIRMED)


def unknown(reasons: Iterable[str]) -> Judgement:
    """Return the judgement that nobody can tell, and why."""
    return Judgement(None, unknown=tuple(dict.fromkeys(reasons)))


def holding(matches: Iterable[Match], open_: Iterable[str] = ()) -> Judgement:
    """Return the judgement that it holds, with what stayed open."""
    return Judgement(True, tuple(matches), tuple(dict.fromkeys(open_)))


def conjunction(parts: Sequence[Judgement]) -> Judgement:
    """Join judgements that must all hold (Kleene): one that does not decides, then one that is unknown."""
    if any(part.holds is False for part in parts):
        return HOLDS_NOT
    open_ = [reason for part in parts for reason in part.unknown]
    if any(part.holds is None for part in parts):
        return unknown(open_)
    matched = [part.matches for part in parts if part.matches]
    if not matched:
        return Judgement(True)
    main = next((matches for matches in matched if any(match.about for match in matches)), matched[0])
    others = [matches for matches in matched if matches is not main]
    return holding((_joined(match, others) for match in main), open_)


def disjunction(parts: Sequence[Judgement]) -> Judgement:
    """Join judgements of which one must hold (Kleene)."""
    open_ = [reason for part in parts for reason in part.unknown]
    if any(part.holds for part in parts):
        ways = [part.matches or (Match(),) for part in parts if part.holds]
        return holding(merged(match for matches in ways for match in matches), open_)
    return unknown(open_) if any(part.holds is None for part in parts) else HOLDS_NOT


def _joined(match: Match, others: Iterable[tuple[Match, ...]]) -> Match:
    grounds = (*match.grounds, *(ground for matches in others for other in matches for ground in other.grounds))
    bases = [firmest(other.basis for other in matches) for matches in others]
    return replace(match, grounds=grounds, basis=weakest((match.basis, *bases)))


def merged(matches: Iterable[Match]) -> Iterator[Match]:
    """Yield one match for each thing that any are about, with all of their grounds."""
    by_about: dict[str, list[Match]] = {}
    for match in matches:
        by_about.setdefault(match.about, []).append(match)
    for same in by_about.values():
        grounds = tuple(dict.fromkeys(ground for match in same for ground in match.grounds))
        ties = " and ".join(dict.fromkeys(match.tie for match in same if match.tie))
        yield replace(same[0], grounds=grounds, basis=firmest(match.basis for match in same), tie=ties)
