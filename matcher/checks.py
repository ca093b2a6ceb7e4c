"""What is wrong with a brief before anyone is matched with it, each problem with what to change."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping

from kb.brief import Brief
from kb.vocabulary import Vocabulary
from matcher.brief_files import load_brief, save_brief_file
from matcher.reading.lending import Lending
from matcher.reading.rules import load_reading_rules
from matcher.reading.scanning import Scan

__all__ = ["check_brief", "load_brief", "save_brief_file"]


def check_brief(brief: Brief, vocabulary: Vocabulary, components: Collection[str] = ()) -> list[str]:
    """List what makes a brief unanswerable or contradictory.

    Parameters
    ----------
    components : collection of str
        Names of the scoring components that weights may name; empty skips that check.

    Returns
    -------
    list of str
        One sentence per problem; empty when the brief can be answered.
    """
    unknown = list(_unknown_codes(brief, vocabulary))
    return [
        *_nothing_asked(brief),
        *unknown,
        *_weights(brief, components),
        *_red_line_contradictions(brief, vocabulary),
        *_exchange_contradictions(brief, vocabulary),
        *_opposed_values(brief, vocabulary),
        *_refused_must(brief, vocabulary),
    ]


def _nothing_asked(brief: Brief) -> Iterator[str]:
    if not (brief.needs or brief.causes or brief.audiences or brief.behaviour or brief.audience_text):
        yield (
            "The brief asks for nothing: add a need, or say which behaviour is to change, for which audience "
            "or for which cause."
        )


def _fields(brief: Brief, vocabulary: Vocabulary) -> Iterator[tuple[str, Iterable[str], Collection[str]]]:
    def one(code: str | None) -> tuple[str, ...]:
        return (code,) if code else ()

    countries = {code for code, place in vocabulary.places.items() if place.countries == {code}}
    capacities = vocabulary.lendable
    yield "needs:", (need.code for need in brief.needs if need.code not in vocabulary.concerns), capacities
    yield "offers:", (offer.code for offer in brief.offers), capacities
    yield "causes:", brief.causes, vocabulary.causes
    yield "audiences:", brief.audiences, vocabulary.audiences
    yield "places:", brief.places, vocabulary.places
    yield "values:", brief.values, vocabulary.values
    yield "sectors:", brief.sectors, vocabulary.sectors
    yield "red_lines.concerns:", brief.red_lines.concerns, vocabulary.concerns
    yield "red_lines.sectors:", brief.red_lines.sectors, vocabulary.sectors
    yield "red_lines.countries:", brief.red_lines.countries, vocabulary.places
    yield "seeker.sector:", one(brief.seeker.sector), vocabulary.sectors
    yield "seeker.kind:", one(brief.seeker.kind), vocabulary.kinds
    yield "seeker.country:", one(brief.seeker.country), countries
    yield "seeker.concerns:", brief.seeker.concerns, vocabulary.concerns
    yield "seeker.regulates:", brief.seeker.regulates, vocabulary.industries


def _unknown_codes(brief: Brief, vocabulary: Vocabulary) -> Iterator[str]:
    for field, codes, known in _fields(brief, vocabulary):
        for code in codes:
            if code in known:
                continue
            yield f"{vocabulary.unknown(field, code, known)}."
    for need in brief.needs:
        if need.code in vocabulary.concerns:
            label = vocabulary.concerns[need.code].label
            yield f"needs: {need.code!r} is a concern ({label}), not a capacity; move it to the red lines or drop it."


def _weights(brief: Brief, components: Collection[str]) -> Iterator[str]:
    if components:
        for name in brief.weights:
            if name not in components:
                yield f"{Vocabulary.unknown('weights: component', name, components)}."
    for name, weight in brief.weights.items():
        if not math.isfinite(weight) or weight < 0:
            yield f"weights: {name} is {weight:g}; a weight must be zero or more."
    complete = set(brief.weights) >= set(components)
    if brief.weights and complete and not any(weight > 0 for weight in brief.weights.values()):
        yield "weights: all are zero, so nothing could be ranked; raise at least one."


def _red_line_contradictions(brief: Brief, vocabulary: Vocabulary) -> Iterator[str]:
    lines = brief.red_lines
    for code in brief.sectors:
        if code in lines.sectors:
            label = vocabulary.sectors.get(code, code)
            yield f"The sector {label} is both wanted and a red line; take it out of one of the two."
    if vocabulary.sectors and set(lines.sectors) >= set(vocabulary.sectors):
        yield "Every sector is a red line, so nobody could be ranked; allow at least one."
    wanted = [place for place in brief.places if place in vocabulary.places]
    covered = vocabulary.countries(wanted)
    refused = vocabulary.countries(place for place in lines.countries if place in vocabulary.places)
    if covered and covered <= refused:
        names = ", ".join(vocabulary.places[place].label for place in wanted)
        yield f"{names}: wanted as a place, and a red line as a country; take it out of one of the two."
    seeker = brief.seeker.organization_id
    if seeker and seeker in lines.organizations:
        yield f"red_lines.organizations: {seeker!r} is the seeker itself; take it off the list."
    for code in brief.seeker.concerns:
        if code in lines.concerns:
            label = _label(vocabulary.concerns, code)
            yield f"{label} is a red line, and a concern about the seeker itself; a partner could ask the same of you."


def _exchange_contradictions(brief: Brief, vocabulary: Vocabulary) -> Iterator[str]:
    musts = {need.code for need in brief.needs if need.must}
    for offer in brief.offers:
        if offer.code in musts:
            label = _label(vocabulary.lendable, offer.code)
            yield f"{label} is offered, and asked for as a must; drop the offer, or say that it would only be welcome."


def _opposed_values(brief: Brief, vocabulary: Vocabulary) -> Iterator[str]:
    seen: set[frozenset[str]] = set()
    for code in brief.values:
        term = vocabulary.values.get(code)
        for other in term.opposes if term else ():
            pair = frozenset((code, other))
            if other in brief.values and pair not in seen:
                seen.add(pair)
                labels = f"{_label(vocabulary.values, code)} and {_label(vocabulary.values, other)}"
                yield f"values: {labels} pull in opposite directions; keep the one that matters to you."


def _refused_must(brief: Brief, vocabulary: Vocabulary) -> Iterator[str]:
    if not brief.red_lines.concerns:
        return
    rules = load_reading_rules(vocabulary)
    for need in brief.needs:
        if not need.must or not need.text:
            continue
        scan = Scan(need.text, rules)
        placed = Lending(scan, vocabulary).placed
        causes = [item.found for item in placed if item.found.entries[0].group == "cause"]
        for item in placed:
            refused = {entry.code for entry in item.found.entries} & set(brief.red_lines.concerns)
            spoken = item.role == "red_line" or (item.scope is not None and item.scope.name in {"absence", "red_line"})
            inside = any(
                cause.words > item.found.words and cause.first <= item.found.first < cause.last for cause in causes
            )
            if item.found.entries[0].group != "concern" or not refused or spoken or inside:
                continue
            words = need.text[item.found.start : item.found.end]
            label = _label(vocabulary.concerns, min(refused))
            yield (
                f"The must {_label(vocabulary.lendable, need.code)!r} names “{words}”, and {label} is a red line; "
                "reword the need, or lift the red line."
            )


def _label(terms: Mapping[str, object], code: str) -> str:
    return str(getattr(terms.get(code), "label", code))
