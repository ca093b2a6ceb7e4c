"""The sections that say who, what for, and why together."""

from __future__ import annotations

from collections.abc import Iterator

from kb.organization import ClaimKind, Organization
from kb.vocabulary import Vocabulary
from matcher.coalition import CommonGround, Shared
from matcher.exchange import Gain, Ledger, Line, Question
from matcher.exchange.ledger import CAUSE, LENT
from matcher.planning.drafting import by_party, cell, line, listed, of, open_cell
from matcher.planning.match import Match, quoted
from matcher.planning.plan import Cell, OriginKind, PlanLine

BRIEF, LEDGER = OriginKind.BRIEF, OriginKind.LEDGER
SHARED_WORDS = {ClaimKind.CAUSE: "causes", ClaimKind.VALUE: "values", ClaimKind.AUDIENCE: "audiences"}
SHARED_SHOWN = 6


def parties(match: Match) -> Iterator[PlanLine]:
    """Say who the plan is between, as far as the profiles tell."""
    if match.seeker is None:
        asked = match.brief.seeker
        what = _kind(asked.kind, asked.sector, match.vocabulary)
        seat = _country(asked.country, match.vocabulary)
        origin = of(BRIEF, "seeker")
        name = match.seeker_name or "The seeker"
        yield line(match.seeker_key, name, origin, what=cell(what, origin), seat=cell(seat, origin))
    for item in (match.seeker, *match.partners):
        if item is not None:
            yield _profile(item, match.name(item.id), match.vocabulary)


def _profile(item: Organization, name: str, vocabulary: Vocabulary) -> PlanLine:
    source = item.text_source.name if item.text_source else "knowledge base"
    origin = of(OriginKind.PROFILE, source)
    country = _country(item.country, vocabulary)
    return line(
        item.id,
        name,
        origin,
        what=cell(_kind(item.kind, item.sector, vocabulary), origin),
        seat=cell(", ".join(part for part in (item.city, country) if part), origin),
    )


def _kind(kind: str | None, sector: str | None, vocabulary: Vocabulary) -> str:
    words = vocabulary.kinds[kind].label if kind and kind in vocabulary.kinds else ""
    wider = f"{vocabulary.sectors[sector].lower()} sector" if sector and sector in vocabulary.sectors else ""
    return ", ".join(part for part in (words, wider) if part)


def _country(code: str | None, vocabulary: Vocabulary) -> str:
    return vocabulary.places[code].label if code and code in vocabulary.places else ""


def purpose(match: Match) -> Iterator[PlanLine]:
    """Say what the partnership is for, in the words of the brief."""
    brief, vocabulary = match.brief, match.vocabulary
    labelled = ", ".join(vocabulary.audiences[code].label.lower() for code in brief.audiences)
    for key, label, text in (
        ("behaviour", "Behaviour to change", brief.behaviour),
        ("audience", "Priority audience", brief.audience_text or labelled.capitalize()),
        ("places", "Places", listed(vocabulary.places[code].label for code in brief.places)),
        ("context", "Why it is needed", brief.context),
        ("values", "What the seeker stands for", listed(vocabulary.values[code].label for code in brief.values)),
    ):
        origin = of(BRIEF)
        yield line(key, label, origin, text=cell(text, origin))


def objectives(match: Match) -> Iterator[PlanLine]:
    """List the behaviour, and the causes that a partner pursues too; how they are measured is for the partners."""
    if match.brief.behaviour:
        yield line("behaviour", match.brief.behaviour, of(BRIEF))
    for code in match.brief.causes:
        pursued = [
            item.ledger.second.name
            for item in match.exchanges
            if any(found.subject == CAUSE and found.code == code for found in item.ledger.second_gives)
        ]
        also = f"also a cause of {listed(pursued)}" if pursued else "not known to be a cause of any partner"
        label = match.vocabulary.causes[code].label
        yield line(f"cause:{code}", f"Headway on {label.lower()}", of(LEDGER if pursued else BRIEF, also))


def together(match: Match) -> Iterator[PlanLine]:
    """Say what brings each to the table, what they share, and what they did together before."""
    yield line(f"why:{match.seeker_key}", f"Why is {match.seeker_name} in it?", of(BRIEF, "needs"), text=_seeker(match))
    for exchange in match.exchanges:
        ledger = exchange.ledger
        text = _partner(ledger)
        yield line(f"why:{ledger.second.key}", f"Why is {ledger.second.name} in it?", of(LEDGER), text=text)
    if match.ground is not None and match.ground.shared:
        shared = cell(_shared(match.ground), of(OriginKind.PROFILE, "causes, values and audiences of each"))
        yield line("ground", "What do the partners share?", of(OriginKind.PROFILE), text=shared)
    past = [fact for item in match.exchanges for asked in item.terms.questions for fact in _past(asked)]
    if past:
        text = cell("; ".join(dict.fromkeys(past)), of(OriginKind.PROFILE, "relations"))
        yield line("past", "What have they done together before?", of(OriginKind.PROFILE), text=text)


def _past(asked: Question) -> list[str]:
    return [quoted(fact) for fact in asked.facts] if asked.topic == "duration" else []


def _seeker(match: Match) -> Cell:
    groups: dict[str, list[str]] = {}
    for exchange in match.exchanges:
        for item in _worth(exchange.ledger.second_gives, match.least):
            groups.setdefault(exchange.ledger.second.name, []).append(item.label)
    if not groups:
        return open_cell("nothing that the brief asks for is known of any partner")
    needs = {item.code: item for item in match.brief.needs}
    asked = listed(match.vocabulary.lendable[code].label.lower() for code in needs)
    found = f"It is known to be able to get: {by_party(groups)}."
    return cell(f"It asks for {asked}. {found}" if needs else found, of(LEDGER, "what partners are known to have"))


def _partner(ledger: Ledger) -> Cell:
    name, giver = ledger.second.name, ledger.first.name
    if ledger.second_gain is Gain.UNKNOWN:
        return open_cell(next(iter(ledger.notes), f"what {name} would get out of it is not known"))
    if ledger.second_gain is Gain.NOTHING:
        return open_cell(f"nothing that {name} is known to want comes from {giver}")
    wanted = [item.label.lower() for item in ledger.first_gives if item.subject == LENT]
    causes = [item.label.lower() for item in ledger.first_gives if item.subject == CAUSE]
    gets = "; ".join(part for part in (listed(wanted), listed(causes)) if part)
    known = "; ".join(quoted(item.wanted[0]) for item in ledger.first_gives if item.wanted)
    return cell(f"It is known to want, and {giver} can give: {gets}.", of(LEDGER, known[:1_000]))


def _worth(lines: tuple[Line, ...], least: float) -> list[Line]:
    return [item for item in lines if item.strength >= least]


def _shared(ground: CommonGround) -> str:
    parts = []
    for kind, words in SHARED_WORDS.items():
        found: list[Shared] = sorted(ground.of(kind), key=lambda item: -len(item.by))[:SHARED_SHOWN]
        named = [f"{item.label.lower()} ({'all' if item.everyone else f'{len(item.by)} share it'})" for item in found]
        parts += [f"{words.capitalize()}: {', '.join(named)}."] if named else []
    return " ".join(parts)
