"""What a plan is drafted from: the brief, the exchange with each partner, the seats, and what vetting found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kb.brief import Brief
from kb.organization import Organization
from kb.vocabulary import Vocabulary
from matcher.coalition import CommonGround, Seat
from matcher.exchange import Line
from matcher.exchange.ledger import LENT
from matcher.partnering import Exchange, Partnering
from matcher.planning.layout import load_layout
from matcher.planning.plan import Origin, OriginKind, PlanError
from matcher.results import Reason
from matcher.service import Matcher
from matcher.vetting.bulk import BulkResult
from matcher.vetting.office import VettingOffice

QUOTED = 160


@dataclass(frozen=True)
class Match:
    """Everything that is known before a plan is written.

    Attributes
    ----------
    seeker : Organization or None
        None when the seeker is not in the knowledge base.
    exchanges : tuple of Exchange
        One per partner, in the order of `partners`.
    least : float in 0..1
        What is known to be there by less than this is not counted on.
    """

    brief: Brief
    vocabulary: Vocabulary
    seeker: Organization | None
    partners: tuple[Organization, ...]
    exchanges: tuple[Exchange, ...]
    seats: tuple[Seat, ...]
    ground: CommonGround | None
    vetted: BulkResult
    least: float
    today: date

    @property
    def seeker_key(self) -> str:
        """The seeker's id, or ``brief:<id>``."""
        return self.exchanges[0].ledger.first.key

    @property
    def seeker_name(self) -> str:
        """The seeker's name."""
        return self.exchanges[0].ledger.first.name

    def name(self, key: str) -> str:
        """Return the name of the seeker or of a partner."""
        names = {item.ledger.second.key: item.ledger.second.name for item in self.exchanges}
        return names.get(key, self.seeker_name)


@dataclass(frozen=True)
class Contribution:
    """Something that one side is asked, or has said, to bring.

    Attributes
    ----------
    line : Line or None
        The line of the ledger that shows it; None for an offer that nobody here is known to want.
    others : tuple of Line
        The same from other partners, the strongest first.
    """

    giver: str
    code: str
    label: str
    origin: Origin
    line: Line | None = None
    others: tuple[Line, ...] = ()


def gather(
    matcher: Matcher,
    office: VettingOffice,
    brief: Brief,
    partner_ids: Sequence[str],
    policies: Sequence[str] = (),
    today: date | None = None,
) -> Match:
    """Work out exchanges, seats and findings of a brief and its partners.

    Musts are left to the partners together: one need not meet what another does.

    Raises
    ------
    PlanError
        When no partner is named.
    MatcherError
        When a partner is the seeker itself, or the brief cannot be answered.
    kb.errors.UnknownOrganizationError
        When there is no organization of an id.
    """
    ids = list(dict.fromkeys(matcher.kb.get(name).id for name in partner_ids))
    if not ids:
        raise PlanError("a plan is between the seeker and at least one partner: name one, by id")
    together = brief.model_copy(
        update={"needs": tuple(need.model_copy(update={"must": False}) for need in brief.needs)}
    )
    partnering = Partnering(matcher)
    exchanges = tuple(partnering.exchange(together, key) for key in ids)
    seeker = matcher.kb.get(brief.seeker.organization_id) if brief.seeker.organization_id else None
    at_table = [*([seeker.id] if seeker else []), *ids]
    packs = list(policies or brief.policies) or [load_layout().default_policy]
    return Match(
        brief=brief,
        vocabulary=matcher.vocabulary,
        seeker=seeker,
        partners=tuple(matcher.kb.get(key) for key in ids),
        exchanges=exchanges,
        seats=partnering.seats(together, ids),
        ground=partnering.common_ground(at_table, brief) if len(at_table) > 1 else None,
        vetted=office.screen(office.names_of(ids), packs, brief=brief),
        least=matcher.settings.must_strength,
        today=today or date.today(),
    )


def quoted(reason: Reason) -> str:
    """Return the words of a reason with their status and source."""
    text = reason.text if len(reason.text) <= QUOTED else f"{reason.text[:QUOTED].rstrip()} [...]"
    words = f'"{text}"' if reason.verbatim else text
    return f"{words} ({reason.status.value}; {reason.source})"


def had_origin(line: Line) -> Origin:
    """Return the ledger as the origin of what a line's giver brings, with the best evidence."""
    known = "; ".join(quoted(reason) for reason in line.had[:1])
    return Origin(kind=OriginKind.LEDGER, detail=f"{line.label}, {line.strength:.0%}: {known}")


def contributions(match: Match) -> tuple[Contribution, ...]:
    """Return what each side is to bring: for every need the partner that meets it best, and what the seeker offers.

    A partner that is best placed for nothing is counted with the strongest thing that it is known to have.
    """
    found = [item for need in match.brief.needs if (item := best_for(match, need.code))]
    bringing = {item.giver for item in found}
    for exchange in match.exchanges:
        if exchange.ledger.second.key in bringing:
            continue
        lines = [line for line in exchange.ledger.second_gives if line.subject == LENT and line.strength >= match.least]
        found += [
            Contribution(line.giver, line.code, line.label, had_origin(line), line)
            for line in sorted(lines, key=lambda line: -line.strength)[:1]
        ]
    return (*found, *_offers(match))


def best_for(match: Match, code: str) -> Contribution | None:
    """Return what the partner that meets a need best is to bring; None when none is known to meet it enough."""
    lines = lines_for(match, code)
    if not lines or lines[0].strength < match.least:
        return None
    others = tuple(line for line in lines[1:] if line.strength >= match.least)
    return Contribution(lines[0].giver, code, lines[0].label, had_origin(lines[0]), lines[0], others)


def lines_for(match: Match, code: str) -> list[Line]:
    """Return the lines by which partners meet a need, the strongest first."""
    lines = [
        line
        for exchange in match.exchanges
        for line in exchange.ledger.second_gives
        if line.subject == LENT and line.code == code
    ]
    return sorted(lines, key=lambda line: -line.strength)


def _offers(match: Match) -> list[Contribution]:
    found = []
    for offer in match.brief.offers:
        label = match.vocabulary.lendable[offer.code].label
        wanted = [
            line
            for exchange in match.exchanges
            for line in exchange.ledger.first_gives
            if line.subject == LENT and line.code == offer.code
        ]
        origin = Origin(kind=OriginKind.BRIEF, detail=f"offered: {offer.text or label}")
        found.append(Contribution(match.seeker_key, offer.code, label, origin, wanted[0] if wanted else None))
    return found
