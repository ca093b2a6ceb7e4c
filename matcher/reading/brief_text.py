"""From the free text of a brief to a draft that a person confirms."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from kb.organization import MAX_TEXT
from kb.vocabulary import Vocabulary
from matcher.inference.prose import language
from matcher.reading.draft import Draft, Recognized, draft_to_brief
from matcher.reading.lending import Lending
from matcher.reading.rules import ReadingRules, load_reading_rules
from matcher.reading.scanning import Scan
from matcher.reading.subjects import Subjects

__all__ = ["Draft", "Recognized", "draft_to_brief", "read_brief"]


def read_brief(text: str, vocabulary: Vocabulary) -> Draft:
    """Read a brief written in plain English.

    Parameters
    ----------
    text : str
        Any length. Other languages are answered with a note, and nothing is recognized.

    Returns
    -------
    Draft
        Nothing in it is used before it is confirmed: see `draft_to_brief`.
    """
    rules = load_reading_rules(vocabulary)
    if not text.strip():
        return Draft(notes=("The text is empty. Say who should do what, where, and what you need from a partner.",))
    if note := _foreign(text, rules):
        return Draft(notes=(note,))
    scan = Scan(text, rules)
    lending = Lending(scan, vocabulary)
    subjects = Subjects(scan, lending, vocabulary)
    needs, offers = _merged(lending.lent("need")), _merged(lending.lent("offer"))
    owned = tuple(item for item in _merged(lending.lent("own")) if item.code not in {offer.code for offer in offers})
    audiences = _merged(subjects.audiences())
    causes = _merged(subjects.causes())
    causes = _merged([*causes, *subjects.implied_causes(audiences, causes)])
    places, values = _merged(subjects.places()), _merged(subjects.values())
    refused, sectors = _merged(lending.refused()), _merged(lending.wanted_sectors())
    recognized = (*causes, *audiences, *places, *needs, *offers, *values, *sectors, *refused)
    behaviour = subjects.behaviour()
    notes = (*dict.fromkeys(subjects.notes), *_notes(text, recognized, owned, behaviour))
    return Draft(recognized, notes, behaviour, owned)


def _foreign(text: str, rules: ReadingRules) -> str:
    code = language(text, rules.function_words)
    if code == "en":
        return ""
    name = rules.languages.get(code, "a language other than English")
    return (
        f"This reads like {name}. Only English is read, so nothing was recognized; "
        "write the brief in English, or fill in the fields by hand."
    )


def _merged(found: Iterable[Recognized]) -> tuple[Recognized, ...]:
    """Keep one reading per code: the surest, with the strongest wish of any."""
    kept: dict[tuple[str, str], Recognized] = {}
    for item in found:
        key = (item.code, item.refused)
        other = kept.get(key)
        if other is None:
            kept[key] = item
            continue
        better = item if item.confidence > other.confidence else other
        kept[key] = replace(better, must=item.must or other.must, importance=max(item.importance, other.importance))
    return tuple(kept.values())


def _notes(text: str, recognized: Sequence[Recognized], owned: Sequence[Recognized], behaviour: str) -> Iterable[str]:
    if not recognized:
        yield "Nothing was recognized. Name the behaviour, the audience, the place, and what you need from a partner."
        return
    yield from _missing({item.kind for item in recognized}, behaviour)
    needed = {item.code for item in recognized if item.kind == "need"}
    offered = [item.label for item in recognized if item.kind == "offer" and item.code in needed]
    yield from (f"{label} is both needed and offered; drop one of the two." for label in offered)
    doubled = [item.label for item in owned if item.code in needed]
    yield from (f"{label} is both owned and needed; keep the need if you want more of it." for label in doubled)
    if labels := [item.label for item in recognized if item.kind == "sector"]:
        yield f"Only organizations of these sectors are ranked if you confirm them: {', '.join(labels)}."
    if len(text) > MAX_TEXT:
        yield f"The brief keeps the first {MAX_TEXT:,} characters of the text; all of it was read."


def _missing(kinds: Collection[str], behaviour: str) -> Iterable[str]:
    if "need" not in kinds:
        yield "No need was recognized. Say what is missing in a sentence such as: We need a radio station."
    if "offer" not in kinds:
        yield "No offer was recognized. Say what a partner gets in a sentence such as: In return we offer training."
    if not behaviour:
        yield "No sentence states the behaviour to change. Say who should do what: We want parents to ..."
