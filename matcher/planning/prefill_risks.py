"""The sections on risks, from vetting and with their treatment, and on what stays open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kb.casework.vetting_cases import CaseFinding, FindingState
from matcher.partnering import Exchange
from matcher.planning.drafting import cell, line, listed, of, open_cell
from matcher.planning.match import Match, contributions, lines_for
from matcher.planning.plan import Cell, OriginKind, PlanLine
from matcher.vetting.bulk import BulkRow
from matcher.vetting.dossier import load_words

MOST_GROUNDS = 3


def risks(match: Match) -> Iterator[PlanLine]:
    """List red lines that are crossed, findings that stand, flags, and what could not be assessed."""
    titles = dict(match.vetted.policies)
    for exchange, row in zip(match.exchanges, match.vetted.rows, strict=True):
        yield from _red_lines(exchange)
        for found in row.standing:
            yield _finding(row, found, titles)
        yield from _flags(exchange, row)
    yield from _gaps(match.vetted.rows, titles)


def _red_lines(exchange: Exchange) -> Iterator[PlanLine]:
    party, origin = exchange.ledger.second, of(OriginKind.BRIEF, "red lines and musts")
    for number, reason in enumerate(exchange.set_apart, start=1):
        yield line(
            f"brief:{party.key}:{number}",
            "Kept out by the terms of the brief",
            origin,
            who=cell(party.name, origin),
            level=cell("Kept out", origin),
            found=cell(reason, origin),
        )


def _finding(row: BulkRow, found: CaseFinding, titles: dict[str, str]) -> PlanLine:
    finding = found.finding
    place = ", ".join(filter(None, (finding.document.title, finding.document.section)))
    rule = f"{titles.get(finding.policy, finding.policy)} ({place})"
    facts = "; ".join(
        f"{ground.text} ({ground.status.value}; {ground.source.name})" for ground in finding.grounds[:MOST_GROUNDS]
    )
    origin = of(OriginKind.FINDING, rule)
    return line(
        f"finding:{row.organization.id}:{found.id}"[:500],
        finding.title,
        origin,
        who=cell(row.organization.name, origin),
        level=cell(finding.severity.value.capitalize(), origin),
        found=cell(finding.message, of(OriginKind.FINDING, f"{rule}: {facts}")),
        treatment=_treatment(found),
    )


def _treatment(found: CaseFinding) -> Cell:
    words = load_words()
    if found.state is FindingState.OPEN or not found.decisions:
        return open_cell("nobody has decided on the finding")
    decision = found.decisions[-1]
    text = f"{words.states[found.state]}: {decision.reason}"
    return cell(text, of(OriginKind.DECISION, f"{decision.who}, {decision.at:%Y-%m-%d}"))


def _flags(exchange: Exchange, row: BulkRow) -> Iterator[PlanLine]:
    known = {item.finding.about for item in row.case.findings}
    for flag in exchange.flags:
        if flag.code in known:
            continue
        origin = of(OriginKind.FLAG, "; ".join(f"{reason.text} ({reason.source})" for reason in flag.reasons[:1]))
        yield line(
            f"flag:{row.organization.id}:{flag.code}",
            flag.title,
            origin,
            who=cell(row.organization.name, origin),
            level=cell(flag.severity.capitalize(), origin),
            found=cell(flag.text, origin),
        )


def _gaps(rows: Iterable[BulkRow], titles: dict[str, str]) -> Iterator[PlanLine]:
    """Yield what could not be assessed, once for all organizations of which the same is not known."""
    origin = of(OriginKind.VETTING, listed(titles.values()))
    alike: dict[str, list[BulkRow]] = {}
    for row in rows:
        gaps = [gap.what.partition(": ")[0].strip(". ") for gap in row.not_assessed]
        asked = " ".join(f"{gap[:1].upper()}{gap[1:]}?" for gap in dict.fromkeys(gaps))
        if asked:
            alike.setdefault(asked, []).append(row)
    for asked, group in alike.items():
        yield line(
            f"gaps:{'+'.join(row.organization.id for row in group)}"[:500],
            "Not assessed",
            origin,
            who=cell(listed(row.organization.name for row in group), origin),
            level=cell("Not assessed", origin),
            found=cell(f"Too little is known to answer these questions either way: {asked}", origin),
        )


def what_stays_open(match: Match) -> Iterator[PlanLine]:
    """List needs that nobody meets, and seats that nobody holds."""
    met = {item.code for item in contributions(match) if item.giver != match.seeker_key}
    for need in match.brief.needs:
        if need.code in met:
            continue
        weak = [f"{match.name(item.giver)} {item.strength:.0%}" for item in lines_for(match, need.code)]
        text = f"Only weakly known: {', '.join(weak)}." if weak else "No partner is known to have it."
        label = match.vocabulary.lendable[need.code].label
        must = " (a must)" if need.must else ""
        yield line(
            f"need:{need.code}",
            f"{label}{must}",
            of(OriginKind.BRIEF, "needed"),
            text=cell(text, of(OriginKind.LEDGER)),
        )
    for seat in match.seats:
        if seat.partner and seat.missing:
            origin = of(OriginKind.TABLE)
            text = f"Nobody here is known to speak for them. {seat.question}"
            yield line(f"seat:{seat.code}", seat.label, origin, text=cell(text, origin))
