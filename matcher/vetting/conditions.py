"""The algebra of a rule's condition: what can be asked of the facts. How it is judged is in `judging` and `masks`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from kb.organization import ClaimStatus, ConcernRole, RelationKind

Field = Literal["sector", "kind", "industry", "country"]
Term = Literal["exclusivity", "endorsement"]
HitLevel = Literal["strong", "possible"]


@dataclass(frozen=True)
class AllOf:
    """Every part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Not:
    """The part is known not to hold: what is unknown stays unknown."""

    part: Condition


@dataclass(frozen=True)
class Concern:
    """The organization has one of these concerns.

    Attributes
    ----------
    codes : frozenset of str
    role : ConcernRole or None
        None for any.
    share_above : float in 0..1 or None
        Only when the share of revenue is above; unknown as long as the share is.
    by_threshold : bool
        `share_above` is the rule's threshold.
    share_unknown : bool
        Only when nobody knows the share of revenue.
    statuses : frozenset of ClaimStatus
        Only claims known in one of these ways.
    """

    codes: frozenset[str]
    role: ConcernRole | None = None
    share_above: float | None = None
    by_threshold: bool = False
    share_unknown: bool = False
    statuses: frozenset[ClaimStatus] = frozenset(ClaimStatus) - {ClaimStatus.REJECTED}


@dataclass(frozen=True)
class Identity:
    """A field of the organization's identity has one of these values; `if_unknown` is what to hold when it is empty."""

    field: Field
    values: frozenset[str]
    if_unknown: bool | None = None


@dataclass(frozen=True)
class Listed:
    """A watchlist hit.

    Attributes
    ----------
    level : {"strong", "possible"} or None
        None for either.
    in_force : bool or None
        Whether the entry applies today; None for either.
    ended_within_years : float or None
        Only entries that have run out, and not longer ago than this.
    lists : frozenset of str
        Codes of watchlists; empty for any.
    """

    level: HitLevel | None = None
    in_force: bool | None = None
    ended_within_years: float | None = None
    lists: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Linked:
    """Another organization stands in one of these ties to it, and `having` holds of that one."""

    by: tuple[str, ...]
    having: Condition


@dataclass(frozen=True)
class BriefTerm:
    """The partnership is to be exclusive, or endorses the partner."""

    term: Term


@dataclass(frozen=True)
class SeekerIs:
    """Who is looking is of one of these sectors or kinds."""

    field: Literal["sector", "kind"]
    values: frozenset[str]


@dataclass(frozen=True)
class RegulatedBySeeker:
    """The seeker regulates the organization, or its industry."""


Condition = AllOf | AnyOf | Not | Concern | Identity | Listed | Linked | BriefTerm | SeekerIs | RegulatedBySeeker


@dataclass(frozen=True)
class Tie:
    """How another organization stands to the one vetted.

    Attributes
    ----------
    relation : RelationKind
    other_is : {"subject", "object", "either"}
        On which side of the relation the other one stands.
    chain : bool
        Whether the tie goes on from the other one, to any depth.
    words : str
        What the others are to the one vetted, in the plural.
    verb : str
        What the other one does: "other <verb> the one vetted".
    """

    relation: RelationKind
    other_is: Literal["subject", "object", "either"]
    words: str
    verb: str
    chain: bool = False


TIES: Mapping[str, Tie] = {
    "owner": Tie(RelationKind.PARENT_OF, "subject", "owners", "owns", chain=True),
    "subsidiary": Tie(RelationKind.PARENT_OF, "object", "subsidiaries", "is owned by", chain=True),
    "funder": Tie(RelationKind.FUNDS, "subject", "funders", "funds"),
    "funded": Tie(RelationKind.FUNDS, "object", "those that it funds", "is funded by"),
    "founder": Tie(RelationKind.FOUNDED, "subject", "founders", "founded"),
    "founded": Tie(RelationKind.FOUNDED, "object", "those that it founded", "was founded by"),
    "member": Tie(RelationKind.MEMBER_OF, "subject", "members", "is a member of"),
    "member_of": Tie(RelationKind.MEMBER_OF, "object", "memberships", "has as a member"),
    "partner": Tie(RelationKind.PARTNER_OF, "either", "standing partners", "is a standing partner of"),
    "host": Tie(RelationKind.HOSTS, "subject", "hosts", "hosts"),
    "hosted": Tie(RelationKind.HOSTS, "object", "those that it hosts", "is hosted by"),
    "regulator": Tie(RelationKind.REGULATES, "subject", "regulators", "regulates"),
    "regulated": Tie(RelationKind.REGULATES, "object", "those that it regulates", "is regulated by"),
    "competitor": Tie(RelationKind.COMPETITOR_OF, "either", "competitors", "competes with"),
}
ENGAGEMENT = "engagement"
ENGAGEMENT_TIE = Tie(RelationKind.PARTNER_OF, "either", "engagements", "took part in a programme with")
"""The tie of those in the same engagement, which is no relation: only its words count."""
MOST_STEPS = 2
"""How many ties deep a condition may reach; owners of owners count as one."""


def with_threshold(condition: Condition, threshold: float | None) -> Condition:
    """Return a condition with the rule's threshold put in where it asks for it."""
    match condition:
        case AllOf(parts) | AnyOf(parts):
            return replace(condition, parts=tuple(with_threshold(part, threshold) for part in parts))
        case Not(part):
            return Not(with_threshold(part, threshold))
        case Linked(by, having):
            return Linked(by, with_threshold(having, threshold))
        case Concern(by_threshold=True):
            return replace(condition, share_above=threshold)
        case _:
            return condition


def rests_on_facts(condition: Condition) -> bool:
    """Whether it can hold only because of something known: "not that" alone has nothing to quote."""
    match condition:
        case AllOf(parts):
            return any(map(rests_on_facts, parts))
        case AnyOf(parts):
            return all(map(rests_on_facts, parts))
        case Not():
            return False
        case _:
            return True


def uses_threshold(condition: Condition) -> bool:
    """Whether any part asks for the rule's threshold."""
    return any(isinstance(part, Concern) and part.by_threshold for part in parts_of(condition))


def parts_of(condition: Condition) -> tuple[Condition, ...]:
    """Return a condition with all that is inside it."""
    match condition:
        case AllOf(parts) | AnyOf(parts):
            inside = parts
        case Not(part):
            inside = (part,)
        case Linked(_, having):
            inside = (having,)
        case _:
            inside = ()
    return (condition, *(part for inner in inside for part in parts_of(inner)))
