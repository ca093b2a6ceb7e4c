"""Missing seats: which kinds of stakeholder nobody at the table represents, and whom to ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.brief import Brief
from kb.columns.layout import MINOR
from kb.organization import Claim, ClaimKind, ClaimStatus, Organization
from kb.vocabulary import Vocabulary, load_vocabulary
from kb.yaml_files import read_mapping
from matcher.coalition.candidates import works_there
from matcher.components.base import reason_of, strongest
from matcher.components.complementarity import usefulness_by_place
from matcher.components.mission_fit import cause_match
from matcher.components.place_fit import names_a_place
from matcher.errors import MatcherError
from matcher.exchange.parties import LENT_KINDS
from matcher.query import Scored
from matcher.results import Reason
from matcher.similarity import Floats

FOLDER = Path(__file__).parent
BY_KIND = np.float32(0.6)
"""How much a seat is filled by the kind of an organization alone."""


@dataclass(frozen=True)
class Role:
    """One kind of stakeholder, and what makes an organization one of them."""

    code: str
    label: str
    question: str
    capacities: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    regulates: bool = False
    audience: bool = False
    seated: bool = False


@dataclass(frozen=True)
class SeatRules:
    """seats.yaml, checked."""

    least: float
    in_place: float
    suggested: int
    roles: tuple[Role, ...]
    oppose: Mapping[str, Any]


@cache
def load_seat_rules(folder: Path = FOLDER) -> SeatRules:
    """Read seats.yaml.

    Raises
    ------
    MatcherError
        With one line per unknown code.
    """
    problems: list[str] = []
    body = read_mapping(folder / "seats.yaml", problems)
    vocabulary = load_vocabulary()
    roles = []
    for code, fields in body["roles"].items():
        role = _role(code, fields)
        unknown = [*(set(role.capacities) - set(vocabulary.capacities)), *(set(role.kinds) - set(vocabulary.kinds))]
        problems += [f"seats.yaml: {code}: {item} is not in the vocabulary" for item in sorted(unknown)]
        roles.append(role)
    for cause, concerns in body["oppose"]["industries"].items():
        unknown = [*({cause} - set(vocabulary.causes)), *(set(concerns) - set(vocabulary.concerns))]
        problems += [f"seats.yaml: oppose: {item} is not in the vocabulary" for item in sorted(unknown)]
    if problems:
        raise MatcherError("\n".join(problems))
    return SeatRules(
        float(body["least"]), float(body["in_place"]), int(body["suggested"]), tuple(roles), body["oppose"]
    )


def _role(code: str, fields: Mapping[str, Any]) -> Role:
    return Role(
        code,
        str(fields["label"]),
        str(fields["question"]),
        tuple(fields.get("capacities", ())),
        tuple(fields.get("kinds", ())),
        tuple(fields.get("sectors", ())),
        bool(fields.get("regulates")),
        bool(fields.get("audience")),
        bool(fields.get("seated")),
    )


@dataclass(frozen=True)
class Holder:
    """Somebody who fills a seat, or could, with the evidence."""

    id: str
    name: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Seat:
    """A kind of stakeholder at the table.

    Attributes
    ----------
    held_by : tuple of Holder
        Who represents it; empty when nobody is known to.
    suggestions : tuple of Holder
        Whom to ask; for those who may oppose, whose reaction to consider.
    partner : bool
        False for those who may oppose: they are named, not suggested as partners.
    note : str
    """

    code: str
    label: str
    question: str
    held_by: tuple[Holder, ...]
    suggestions: tuple[Holder, ...]
    partner: bool = True
    note: str = ""

    @property
    def missing(self) -> bool:
        """Whether nobody at the table is known to represent it."""
        return not self.held_by


def represents(
    organization: Organization, role: Role, brief: Brief, vocabulary: Vocabulary, least: float
) -> tuple[Reason, ...]:
    """Return the evidence that an organization fills a role; empty when it is not known to."""
    if role.sectors and organization.sector not in role.sectors:
        return ()
    if role.seated and brief.places and organization.country not in vocabulary.countries(brief.places):
        return ()
    found: list[Claim] = [
        claim
        for kind in LENT_KINDS
        for claim in organization.claims_of(kind)
        if claim.code in role.capacities and claim.strength * claim.confidence >= least
    ]
    if role.regulates:
        found += organization.claims_of(ClaimKind.REGULATES)
    reasons = [reason_of(claim, vocabulary) for claim in sorted(found, key=lambda claim: -claim.strength)]
    if organization.kind in role.kinds:
        label = vocabulary.kinds[organization.kind or ""].label
        reasons.append(Reason("Kind", f"{organization.name}: {label.lower()}", ClaimStatus.STATED, "profile"))
    if reasons and role.audience and brief.audiences:
        narrow = _audience_codes(brief, vocabulary)
        reached = [claim for claim in organization.claims_of(ClaimKind.AUDIENCE) if claim.code in narrow]
        reasons = [*reasons, *(reason_of(claim, vocabulary) for claim in reached)] if reached else []
    return tuple(reasons)


def _audience_codes(brief: Brief, vocabulary: Vocabulary) -> frozenset[str]:
    return frozenset().union(*(vocabulary.narrower(vocabulary.audiences, code) for code in brief.audiences))


def fill(scored: Scored, role: Role) -> Floats:
    """Return how far each organization fills a role, 0..1; float32 (n,)."""
    columns = scored.columns
    held = np.zeros(columns.n, np.float32)
    for kind in (ClaimKind.CAPACITY, ClaimKind.OFFER) if role.capacities else ():
        held = np.maximum(held, strongest(scored, kind, role.capacities))
    if role.kinds:
        kinds = [columns.codes.kinds[kind] for kind in role.kinds]
        held = np.maximum(held, np.where(np.isin(columns.kind[: columns.n], kinds), BY_KIND, 0))
    if role.regulates:
        held = np.maximum(held, strongest(scored, ClaimKind.REGULATES, list(columns.codes.claims[ClaimKind.REGULATES])))
    if role.sectors:
        sectors = [columns.codes.sectors[sector] for sector in role.sectors]
        held = np.where(np.isin(columns.sector[: columns.n], sectors), held, 0)
    if role.seated and names_a_place(scored.query):
        countries = scored.query.vocabulary.countries(scored.query.brief.places)
        here = np.isin(columns.country[: columns.n], [columns.codes.countries[country] for country in countries])
        held = np.where(here, held, 0)
    if role.audience and scored.query.brief.audiences:
        codes = sorted(_audience_codes(scored.query.brief, scored.query.vocabulary))
        held = held * strongest(scored, ClaimKind.AUDIENCE, codes)
    return np.asarray(held, np.float32)


def rows_to_ask(scored: Scored, role: Role, score: Floats, allowed: NDArray[np.bool_], count: int) -> list[int]:
    """Return the rows that fill a role best in the brief's places and causes, best first."""
    rules = load_seat_rules()
    held = fill(scored, role)
    fits = allowed & (held >= np.float32(rules.least))
    if names_a_place(scored.query):
        fits &= scored.once(works_there) & (scored.once(usefulness_by_place) >= np.float32(rules.in_place))
    if scored.query.brief.causes:
        fits &= scored.once(cause_match) > 0
    rows = np.flatnonzero(fits)
    order = np.lexsort((rows, -(held[rows] * score[rows])))
    return [int(row) for row in rows[order][:count]]


def opposing_concerns(causes: Sequence[str]) -> tuple[str, ...]:
    """Return the concerns whose industries stand to lose from headway on the causes."""
    industries = load_seat_rules().oppose["industries"]
    return tuple(dict.fromkeys(code for cause in causes for code in industries.get(cause, ())))


def stands_to_lose(scored: Scored) -> NDArray[np.bool_]:
    """Return who is known to have a concern whose industry stands to lose; bool (n,)."""
    columns = scored.columns
    codes = [columns.codes.claims[ClaimKind.CONCERN][code] for code in opposing_concerns(scored.query.brief.causes)]
    if not codes:
        return np.zeros(columns.n, np.bool_)
    return np.asarray((columns.claims[ClaimKind.CONCERN][codes, : columns.n] >= MINOR).any(axis=0))


def rows_that_may_oppose(scored: Scored, alive: NDArray[np.bool_], count: int) -> list[int]:
    """Return the rows of opposing industries that are main businesses in the brief's places; the best known first."""
    columns = scored.columns
    codes = [columns.codes.claims[ClaimKind.CONCERN][code] for code in opposing_concerns(scored.query.brief.causes)]
    if not codes:
        return []
    depth = columns.claims[ClaimKind.CONCERN][codes, : columns.n].max(axis=0)
    there = scored.once(usefulness_by_place) if names_a_place(scored.query) else np.ones(columns.n, np.float32)
    rows = np.flatnonzero(alive & (depth > MINOR) & (there >= np.float32(load_seat_rules().in_place)))
    facts = sum(
        (matrix[:, rows] > 0).sum(axis=0) for kind, matrix in columns.claims.items() if kind is not ClaimKind.PLACE
    )
    order = np.lexsort((rows, -np.asarray(facts), -np.round(there[rows], 1)))
    return [int(row) for row in rows[order][:count]]


def may_oppose(
    opposing: Sequence[Organization], table: Sequence[Organization], brief: Brief, vocabulary: Vocabulary
) -> Seat:
    """Return the seat of those who stand to lose, with what makes each one of them."""
    rule, concerns = load_seat_rules().oppose, opposing_concerns(brief.causes)
    if not concerns:
        note = "No industry is on record here as standing to lose; ask who profits from things as they are."
    elif not opposing:
        labels = ", ".join(vocabulary.concerns[code].label.lower() for code in concerns)
        note = f"Nobody of {labels} is known to work in the place; that is not to say that nobody does."
    else:
        note = str(rule["advice"])
    seated = [_held(item, concerns, vocabulary) for item in table]
    named = [_held(item, concerns, vocabulary) for item in opposing]
    return Seat(
        "oppose",
        str(rule["label"]),
        str(rule["question"]),
        tuple(item for item in seated if item.reasons),
        tuple(named),
        partner=False,
        note=note,
    )


def _held(organization: Organization, concerns: Sequence[str], vocabulary: Vocabulary) -> Holder:
    claims = [claim for claim in organization.claims_of(ClaimKind.CONCERN) if claim.code in concerns]
    return Holder(organization.id, organization.name, tuple(reason_of(claim, vocabulary) for claim in claims))
