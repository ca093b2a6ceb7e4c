"""`dancecard exchange` and `dancecard coalition`: what a partnership would be made of."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.markup import escape

from matcher.coalition import Coalition, Coalitions, CommonGround, Seat
from matcher.commands.console import (
    DEFAULT_MODEL,
    KbOption,
    ModelOption,
    open_existing,
    out,
    plain_failures,
    progress_bar,
)
from matcher.commands.matching import BriefArgument, read_brief
from matcher.errors import MatcherError
from matcher.exchange import Ledger, Line, OpenWant, Party, Power, TermsOfExchange
from matcher.export.plain import as_data
from matcher.partnering import Exchange, Partnering
from matcher.results import Reason

JsonOption = Annotated[bool, typer.Option("--json", help="Print everything as JSON.")]


def exchange(
    brief: BriefArgument,
    partner: Annotated[str, typer.Option("--with", help="The organization on the other side, by id.")],
    kb: KbOption = None,
    as_json: JsonOption = False,
    model: ModelOption = DEFAULT_MODEL,
) -> None:
    """Show what you and one organization give and get, who depends on whom, and the terms."""
    with plain_failures():
        matcher = open_existing(kb, model)
        with progress_bar() as progress:
            wanted = read_brief(matcher, brief)
            matcher.prepare(wanted, progress)
        found = Partnering(matcher).exchange(wanted, partner)
        if as_json:
            typer.echo(json.dumps(as_data(found), ensure_ascii=False, indent=2))
        else:
            _show_exchange(found)


def coalition(
    brief: BriefArgument,
    kb: KbOption = None,
    size: Annotated[str, typer.Option(help="Number of partners: 3, or 2-5.")] = "2-8",
    sectors: Annotated[str, typer.Option(help="Sectors that must be represented, e.g. private,voluntary.")] = "",
    kept: Annotated[list[str] | None, typer.Option("--with", help="Already on board, by id; may be repeated.")] = None,
    count: Annotated[int, typer.Option(min=1, max=10, help="How many different coalitions.")] = 3,
    as_json: JsonOption = False,
    model: ModelOption = DEFAULT_MODEL,
) -> None:
    """Find partners that together cover what a brief needs, and who is missing from the table."""
    with plain_failures():
        smallest, largest = _sizes(size)
        matcher = open_existing(kb, model)
        with progress_bar() as progress:
            wanted = read_brief(matcher, brief)
            matcher.prepare(wanted, progress)
        partnering = Partnering(matcher)
        asked = tuple(item.strip() for item in sectors.split(",") if item.strip())
        found = partnering.coalition(
            wanted, smallest=smallest, largest=largest, sectors=asked, kept=tuple(kept or ()), count=count
        )
        members = found.alternatives[0].members if found.alternatives else ()
        best = {item.organization.id: item.organization.name for item in members}
        seats = partnering.seats(wanted, list(best)) if best else ()
        ground = partnering.common_ground(list(best), wanted) if best else None
        if as_json:
            everything = {"coalitions": found, "seats": seats, "common_ground": ground}
            typer.echo(json.dumps(as_data(everything), ensure_ascii=False, indent=2))
            return
        _show_coalitions(found)
        if ground is not None:
            _show_seats(seats)
            _show_ground(ground, best)


def _sizes(text: str) -> tuple[int, int]:
    parts = text.split("-")
    if len(parts) > 2 or not all(part.strip().isdigit() for part in parts):
        raise MatcherError(f"--size {text!r} is not a number of partners; write 3, or 2-5")
    return int(parts[0]), int(parts[-1])


def _say(text: str, style: str = "") -> None:
    words = escape(text)
    out.print(f"[{style}]{words}[/]" if style else words, soft_wrap=True, highlight=False)


def _quote(reason: Reason) -> str:
    words = f'"{reason.text}"' if reason.verbatim else reason.text
    return f"{words} [{reason.status.value}; {reason.source}]"


def _show_exchange(found: Exchange) -> None:
    ledger = found.ledger
    _say(f"{found.brief.title}: {ledger.first.name} and {ledger.second.name}", "bold")
    if found.set_apart:
        _say(f"Set apart by the terms of the brief: {' '.join(found.set_apart)}", "bold red")
    _show_side(ledger.second, ledger.first, ledger.second_gives, ledger.first_open)
    _show_side(ledger.first, ledger.second, ledger.first_gives, ledger.second_open)
    for note in ledger.notes:
        _say(note, "bold")
    _show_power(found.power, ledger)
    _show_terms(found.terms)
    _show_ground(found.common_ground, {ledger.first.key: ledger.first.name, ledger.second.key: ledger.second.name})
    for flag in found.flags:
        _say(f"Flag, {flag.severity}: {flag.text}", "bold")


def _show_side(giver: Party, receiver: Party, lines: tuple[Line, ...], open_wants: tuple[OpenWant, ...]) -> None:
    _say(f"\n{giver.name} gives {receiver.name}", "bold")
    for line in lines:
        willing = "" if line.offered else "; whether it would lend it is not known"
        _say(f"  {line.label} ({line.value_type.label.lower()}; {line.strength:.0%}{willing})")
        for title, reasons in (("wanted", line.wanted), ("had", line.had)):
            for reason in reasons[:1]:
                _say(f"    {title}: {_quote(reason)}")
    if not lines:
        _say("  nothing that it is known to want")
    for want in open_wants:
        known = "known not to have it" if want.known_lacking else "not known to have it"
        why = "has it and does not offer it" if want.held_back else known
        _say(f"  open: {want.item.label} ({giver.name} {why})")


def _show_power(power: Power, ledger: Ledger) -> None:
    _say("\nPower", "bold")
    _say(power.verdict)
    if power.mutual is not None and power.imbalance is not None:
        _say(f"  mutual dependence {power.mutual:.2f}, imbalance {power.imbalance:+.2f}")
    for name, depends, items in (
        (ledger.first.name, power.first_depends, power.first_on_second),
        (ledger.second.name, power.second_depends, power.second_on_first),
    ):
        _say(f"  {name} depends: {'not assessed' if depends is None else f'{depends:.2f}'}")
        for item in items:
            _say(f"    {item.amount:.2f}  {item.text}")
    for step in power.balancing:
        _say(f"  - {step}")


def _show_terms(terms: TermsOfExchange) -> None:
    _say("\nTerms", "bold")
    for item in terms.findings:
        _say(f"  {item.topic_label}, {item.level}: {item.text} ({item.document.title}, {item.document.section})")
    for question in terms.questions:
        _say(f"  ? {question.text}")
        for fact in question.facts[:3]:
            _say(f"      {fact.about}: {_quote(fact)}")


def _show_coalitions(found: Coalitions) -> None:
    _say(found.brief.title, "bold")
    _say(
        f"{found.considered:,} could be partners, {found.shortlisted} entered the search, {found.incompatible_pairs} "
        f"pairs of them cannot sit together; {found.seconds:.1f} s."
    )
    for note in found.notes:
        _say(note, "bold")
    for number, item in enumerate(found.alternatives, 1):
        _show_coalition(number, item)


def _show_coalition(number: int, item: Coalition) -> None:
    names = {member.organization.id: member.organization.name for member in item.members}
    proven = "" if item.proven else ", not proven best"
    _say(
        f"\n{number}. {', '.join(names.values())}  (covers {item.coverage:.0%}, worth {item.worth:.2f}{proven})", "bold"
    )
    for need in item.needs:
        must = " (must)" if need.must else ""
        if need.by is None:
            _say(f"  {need.label}{must}: stays open")
            continue
        also = f"; also {', '.join(f'{names[key]} {share:.0%}' for key, share in need.also)}" if need.also else ""
        _say(f"  {need.label}{must}: {names[need.by]} {need.strength:.0%}{also}")
        for reason in need.reasons[:1]:
            _say(f"      {_quote(reason)}")
    if item.weakest:
        link = item.weakest
        words = "; ".join((*link.rubs, *link.missing, *link.joins))
        _say(f"  Weakest link: {names[link.first]} and {names[link.second]}: {words}.")
    for departure in item.departures:
        _say(f"  If {names[departure.member]} leaves: {departure.text}")
    for member in item.members:
        gain = "not known" if member.gain is None else f"{member.gain:.0%}"
        flags = f"; flags: {', '.join(flag.title for flag in member.flags)}" if member.flags else ""
        _say(f"  {member.organization.name}: fit {member.fit:.0f}, gains {gain}{flags}")


def _show_seats(seats: tuple[Seat, ...]) -> None:
    _say("\nSeats at the table (of the first coalition, with you)", "bold")
    for seat in seats:
        if seat.partner and not seat.missing:
            _say(f"  {seat.label}: {', '.join(holder.name for holder in seat.held_by)}")
            continue
        names = ", ".join(holder.name for holder in seat.suggestions)
        if seat.partner:
            _say(f"  {seat.label}: nobody. {seat.question} {f'Ask: {names}.' if names else 'Nobody is known here.'}")
        else:
            seated = ", ".join(holder.name for holder in seat.held_by)
            at_table = f"At the table with such a concern: {seated}. " if seated else ""
            _say(f"  {seat.label}: {seat.question} {f'{names}. ' if names else ''}{at_table}{seat.note}")


def _show_ground(ground: CommonGround, names: dict[str, str]) -> None:
    _say("\nCommon ground", "bold")
    for item in ground.shared[:12]:
        who = "all" if item.everyone else f"{len(item.by)} of {len(names)}"
        _say(f"  {item.kind.value.capitalize()}: {item.label} ({who})")
        for key, reason in item.by[:3]:
            _say(f"      {names.get(key, key)}: {_quote(reason)}")
    for text in ground.unknown:
        _say(f"  {text}")
