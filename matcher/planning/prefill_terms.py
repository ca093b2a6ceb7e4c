"""The sections on money, terms, and what each party gets."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from matcher.exchange import Gain, Line, TermFinding
from matcher.exchange.ledger import CAUSE
from matcher.planning.drafting import cell, line, listed, of, open_cell
from matcher.planning.layout import load_layout
from matcher.planning.match import Match, had_origin, quoted
from matcher.planning.plan import Cell, Origin, OriginKind, PlanLine
from matcher.planning.prefill_work import best_lines

LEVELS = {"conflict": "to be dealt with first", "cannot": "binding", "settle": "to be settled in writing"}
MONEY = "funding"


def money(match: Match) -> Iterator[PlanLine]:
    """Say what is asked for and offered in money, and which terms bind."""
    for need in match.brief.needs:
        if need.code == MONEY:
            origin = of(OriginKind.BRIEF, "needed")
            yield line("asked", "Money that is asked for", origin, text=cell(need.text or "Funding", origin))
    for offer in match.brief.offers:
        if offer.code == MONEY:
            origin = of(OriginKind.BRIEF, "offered")
            yield line("offered", "Money that is offered", origin, text=cell(offer.text or "Funding", origin))
    yield from _terms(match, "money")


def terms(match: Match) -> Iterator[PlanLine]:
    """Say what binds from the start and what must be settled, the same with several partners once."""
    yield from _terms(match, "terms")


def _terms(match: Match, section: str) -> Iterator[PlanLine]:
    layout = load_layout()
    merged: dict[tuple[str, str, str, str], list[tuple[str, TermFinding]]] = {}
    asked: dict[tuple[str, str], None] = {}
    for exchange in match.exchanges:
        names = {exchange.ledger.first.key: exchange.ledger.second.name}
        for found in exchange.terms.findings:
            if layout.topics.get(found.topic) == section:
                other = names.get(found.party, exchange.ledger.first.name)
                key = (found.topic, found.level, found.party, found.text.replace(other, "{other}"))
                merged.setdefault(key, []).append((other, found))
        asked |= dict.fromkeys(
            (question.topic, question.text)
            for question in exchange.terms.questions
            if layout.topics.get(question.topic) == section
        )
    for (topic, level, party, text), group in merged.items():
        found = group[0][1]
        words = text.replace("{other}", listed((other for other, _ in group), "or"))
        origin = of(OriginKind.TERMS, ", ".join(filter(None, (found.document.title, found.document.section))))
        label = f"{found.topic_label} ({LEVELS[level]})"
        yield line(f"{topic}:{level}:{party}:{_digest(text)}", label, origin, text=cell(words, origin))
    for topic, text in asked:
        yield line(f"asked:{topic}:{_digest(text)}", text, of(OriginKind.LAYOUT))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def benefits(match: Match) -> Iterator[PlanLine]:
    """List what each gets, with the ledger's slots for objective, measure, date and who is accountable."""
    bringing = best_lines(match)
    shared = [item for found in match.exchanges for item in found.ledger.second_gives if item.subject == CAUSE]
    found = [item for item in (*bringing, *shared) if item.strength >= match.least]
    for item in found:
        yield _benefit(match, item)
    if not found:
        yield _nothing_known(match.seeker_key, match.seeker_name, "no partner is known to have what the brief needs")
    for exchange in match.exchanges:
        ledger = exchange.ledger
        for item in ledger.first_gives:
            yield _benefit(match, item)
        if not ledger.first_gives:
            why = f"what {ledger.second.name} wants, or what {ledger.first.name} offers, is not known"
            if ledger.second_gain is Gain.NOTHING:
                why = f"nothing that {ledger.second.name} is known to want comes from {ledger.first.name}"
            yield _nothing_known(ledger.second.key, ledger.second.name, why)


def _benefit(match: Match, item: Line) -> PlanLine:
    said = item.agreement
    wants = f"{match.name(item.receiver)} wants it: {'; '.join(quoted(reason) for reason in item.wanted[:1])}"
    origin = Origin(kind=OriginKind.LEDGER, detail=wants)
    slots = of(OriginKind.LEDGER, "as agreed there")
    return line(
        f"{item.giver}>{item.receiver}:{item.subject}:{item.code}",
        item.label,
        origin,
        receiver=cell(match.name(item.receiver), origin),
        giver=cell(match.name(item.giver), had_origin(item)),
        objective=cell(said.objective, slots),
        measure=cell(said.measure, slots),
        due=cell(said.due.isoformat() if said.due else "", slots),
        accountable=cell(said.accountable, slots),
    )


def _nothing_known(key: str, name: str, why: str) -> PlanLine:
    receiver: Cell = cell(name, of(OriginKind.PROFILE))
    label = f"What {name} gets out of it, to be agreed"
    return line(f"none>{key}", label, of(OriginKind.LEDGER, why), receiver=receiver, giver=open_cell(why))
