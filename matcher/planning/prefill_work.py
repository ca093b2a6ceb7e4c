"""The sections on the work itself: who does what, how it is acknowledged, and which products need approval."""

from __future__ import annotations

from collections.abc import Iterator

from matcher.exchange import Line
from matcher.planning.drafting import cell, line, of, open_cell
from matcher.planning.layout import load_layout
from matcher.planning.match import Contribution, Match, best_for, contributions, lines_for
from matcher.planning.plan import Cell, Origin, OriginKind, PlanLine

NAMES = ("credibility", "visibility")
"""What is lent with a name: the giver itself approves each use."""


def roles(match: Match) -> Iterator[PlanLine]:
    """Propose for each need the partner that is best placed, and for each offer the seeker."""
    for need in match.brief.needs:
        label = match.vocabulary.lendable[need.code].label
        words = f"{label}: {need.text}" if need.text else label
        origin = of(OriginKind.BRIEF, "a must" if need.must else "needed")
        yield line(f"need:{need.code}", words, origin, does=_does(match, need.code))
    for offer in match.brief.offers:
        label = match.vocabulary.lendable[offer.code].label
        words = f"{label}: {offer.text}" if offer.text else label
        origin = of(OriginKind.BRIEF, "offered")
        yield line(f"offer:{offer.code}", words, origin, does=cell(match.seeker_name, origin))


def _does(match: Match, code: str) -> Cell:
    best = best_for(match, code)
    if best is None or best.line is None:
        weak = [f"{match.name(item.giver)} {item.strength:.0%}" for item in lines_for(match, code)]
        return open_cell(
            f"only weakly known of {', '.join(weak)}" if weak else "no partner is known to be able to do it"
        )
    willing = "it offers to" if best.line.offered else "it was not asked whether it would"
    also = ", ".join(f"{match.name(item.giver)} {item.strength:.0%}" for item in best.others)
    detail = f"{best.origin.detail}; {willing}" + (f". Also known of {also}" if also else "")
    return cell(f"{match.name(best.giver)} (proposed)", Origin(kind=OriginKind.LEDGER, detail=detail))


def publicity(match: Match) -> Iterator[PlanLine]:
    """List what each brings; how it is acknowledged is for the partners, each use of a name for its owner."""
    found = contributions(match)
    for item in found:
        cells = {"partner": cell(match.name(item.giver), item.origin)}
        approval = _approval(match, item)
        if approval is not None:
            cells["approves"] = approval
        yield line(f"{item.giver}:{item.code}", item.label, item.origin, **cells)
    bringing = {item.giver for item in found}
    for partner in match.partners:
        if partner.id not in bringing:
            origin = of(OriginKind.LEDGER, "nothing that the brief needs is known of it")
            name = cell(partner.name, of(OriginKind.PROFILE))
            yield line(f"{partner.id}:any", "What it brings, to be agreed", origin, partner=name)


def _approval(match: Match, item: Contribution) -> Cell | None:
    """Return who approves a use of a name, where a term says so."""
    if item.code not in NAMES:
        return None
    terms = [
        found
        for exchange in match.exchanges
        for found in exchange.terms.findings
        if (found.topic, found.level, found.party) == ("endorsement", "settle", item.giver)
    ]
    if not terms:
        return None
    document = terms[0].document
    return cell(match.name(item.giver), of(OriginKind.TERMS, f"{terms[0].text} ({document.title}, {document.section})"))


def products(match: Match) -> Iterator[PlanLine]:
    """List what is put out where something is lent, by the rules of plan.yaml; every date is to be agreed."""
    words = load_layout().products
    for item in contributions(match):
        if item.code not in words:
            continue
        name = match.name(item.giver)
        cells = {} if item.code in NAMES else {"drafts": cell(f"{name} (proposed)", item.origin)}
        approval = _approval(match, item)
        if approval is not None:
            cells["approves"] = approval
        label = words[item.code].format(giver=name)
        yield line(f"{item.giver}:{item.code}", label, item.origin, **cells)


def best_lines(match: Match) -> tuple[Line, ...]:
    """Return the ledger lines of what partners are proposed to bring."""
    return tuple(item.line for item in contributions(match) if item.line and item.giver != match.seeker_key)
