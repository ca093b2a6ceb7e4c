"""Health checks of a partnership with published instruments: scored, repeated, compared, ready to plot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from kb.casework.partnerships import HealthCheck, Partnership
from kb.yaml_files import read_mapping
from matcher.errors import MatcherError
from matcher.exchange.terms_of_exchange import Document

FOLDER = Path(__file__).parent
DEFAULT = "vichealth"


class HealthError(MatcherError):
    """A health check cannot be scored; the message names the items and what to do."""


@dataclass(frozen=True)
class Section:
    """A section of an instrument; `items` are statements by code."""

    code: str
    title: str
    items: Mapping[str, str]


@dataclass(frozen=True)
class Band:
    """What a total between `lowest` and `highest`, both included, means."""

    code: str
    title: str
    meaning: str
    lowest: int
    highest: int


@dataclass(frozen=True)
class Instrument:
    """A published instrument: its document, scale, sections and bands."""

    code: str
    title: str
    document: Document
    scale: Mapping[int, str]
    sections: tuple[Section, ...]
    bands: tuple[Band, ...]

    @property
    def items(self) -> dict[str, str]:
        """Every statement by code, in order."""
        return {code: words for section in self.sections for code, words in section.items.items()}

    def band(self, total: float) -> Band | None:
        """Return the band of a total."""
        return next((band for band in self.bands if band.lowest <= total <= band.highest), None)


@cache
def load_instruments(folder: Path = FOLDER) -> Mapping[str, Instrument]:
    """Read health.yaml.

    Raises
    ------
    HealthError
        When items are named twice, or the bands leave a gap; with one line per problem.
    """
    problems: list[str] = []
    found = {code: _instrument(code, body) for code, body in read_mapping(folder / "health.yaml", problems).items()}
    for instrument in found.values():
        problems += _problems(instrument)
    if problems:
        raise HealthError("\n".join(problems))
    return found


def _instrument(code: str, body: Mapping[str, Any]) -> Instrument:
    return Instrument(
        code,
        str(body["title"]),
        Document(**body["document"]),
        {int(value): str(words) for value, words in body["scale"].items()},
        tuple(Section(key, str(fields["title"]), dict(fields["items"])) for key, fields in body["sections"].items()),
        tuple(
            Band(key, str(fields["title"]), str(fields["meaning"]), int(fields["from"]), int(fields["to"]))
            for key, fields in body["bands"].items()
        ),
    )


def _problems(instrument: Instrument) -> list[str]:
    count = sum(len(section.items) for section in instrument.sections)
    where, items = f"health.yaml: {instrument.code}", instrument.items
    problems = [] if len(items) == count else [f"{where}: an item is named twice"]
    edges = [min(instrument.scale) * count - 1]
    for band in instrument.bands:
        if band.lowest != edges[-1] + 1:
            problems.append(f"{where}: the band {band.code} begins at {band.lowest}, not at {edges[-1] + 1}")
        edges.append(band.highest)
    if edges[-1] != max(instrument.scale) * count:
        problems.append(f"{where}: the last band ends at {edges[-1]}, not at {max(instrument.scale) * count}")
    return problems


def instrument_of(code: str) -> Instrument:
    """Return an instrument.

    Raises
    ------
    HealthError
        When there is none of that code.
    """
    known = load_instruments()
    if code not in known:
        raise HealthError(f"there is no instrument {code!r}; there is {', '.join(known)}")
    return known[code]


@dataclass(frozen=True)
class SectionScore:
    """A section on one day. `mean` is None when none of its items was answered."""

    code: str
    title: str
    answered: int
    items: int
    total: int
    mean: float | None


@dataclass(frozen=True)
class HealthScore:
    """One health check, scored.

    Attributes
    ----------
    total : int or None
        None unless every item was answered.
    lowest, highest : int
        What the total would be if all that is unanswered were lowest, or highest.
    band : Band or None
        None as well when the unanswered items decide it.
    """

    on: date
    sections: tuple[SectionScore, ...]
    total: int | None
    lowest: int
    highest: int
    band: Band | None
    unanswered: tuple[str, ...]


def check_answers(instrument: Instrument, answers: Mapping[str, int | None]) -> dict[str, int | None]:
    """Return answers by every item of the instrument; an item without one is None.

    Raises
    ------
    HealthError
        Naming every item that is unknown or off the scale, or when nothing was answered.
    """
    low, high = min(instrument.scale), max(instrument.scale)
    problems = [f"{code} is no item of {instrument.title}" for code in answers if code not in instrument.items]
    problems += [
        f"{code}: {value!r} is not on the scale of whole numbers from {low} to {high}; leave it empty when not known"
        for code, value in answers.items()
        if value is not None and (type(value) is not int or value not in instrument.scale)
    ]
    if not problems and all(value is None for value in answers.values()):
        problems.append("no item was answered; print the form with --form, and fill it in")
    if problems:
        raise HealthError("\n".join(problems))
    return {code: answers.get(code) for code in instrument.items}


def score(instrument: Instrument, answers: Mapping[str, int | None], on: date) -> HealthScore:
    """Add up answers by section and in all. What was not answered is not zero: then there is no total."""
    low, high = min(instrument.scale), max(instrument.scale)
    sections, total = [], 0
    for section in instrument.sections:
        given = [value for code in section.items if (value := answers.get(code)) is not None]
        mean = sum(given) / len(given) if given else None
        sections.append(SectionScore(section.code, section.title, len(given), len(section.items), sum(given), mean))
        total += sum(given)
    missing = tuple(code for code in instrument.items if answers.get(code) is None)
    lowest, highest = total + low * len(missing), total + high * len(missing)
    bands = (instrument.band(lowest), instrument.band(highest))
    band = bands[0] if bands[0] == bands[1] else None
    return HealthScore(on, tuple(sections), None if missing else total, lowest, highest, band, missing)


def health_check(instrument: Instrument, answers: Mapping[str, int | None], on: date, notes: str = "") -> HealthCheck:
    """Return answers as casework records them; raises as `check_answers` does."""
    checked = check_answers(instrument, answers)
    scored = score(instrument, checked, on)
    band = scored.band.code if scored.band and scored.total is not None else ""
    return HealthCheck(instrument=instrument.code, scores=checked, total=scored.total, band=band, on=on, notes=notes)


@dataclass(frozen=True)
class HealthPoint:
    """One point of a plot: a section (or ``total``) on a day, as a mean on the scale; None when not known."""

    on: date
    series: str
    label: str
    mean: float | None


@dataclass(frozen=True)
class HealthHistory:
    """Every use of one instrument on a partnership, oldest first.

    Attributes
    ----------
    answers : tuple of mapping
        As given, one per score.
    """

    instrument: Instrument
    scores: tuple[HealthScore, ...]
    answers: tuple[Mapping[str, int | None], ...]

    @property
    def points(self) -> tuple[HealthPoint, ...]:
        """What a plot draws: for every check the mean of each section, and of all items when all were answered."""
        found = []
        count = len(self.instrument.items)
        for scored in self.scores:
            found += [HealthPoint(scored.on, item.code, item.title, item.mean) for item in scored.sections]
            mean = None if scored.total is None else scored.total / count
            found.append(HealthPoint(scored.on, "total", "All items", mean))
        return tuple(found)

    @property
    def compared(self) -> tuple[str, ...]:
        """How the latest check differs from the one before, in words; empty before the second."""
        if len(self.scores) < 2:
            return ()
        before, after = self.scores[-2:]
        return (*_totals(before, after), *_sections(before, after), *self._items())

    def _items(self) -> list[str]:
        before, after = self.answers[-2:]
        moved = []
        for code, words in self.instrument.items.items():
            old, new = before.get(code), after.get(code)
            if old is not None and new is not None and abs(new - old) > 1:
                moved.append((new - old, f"{'Down' if new < old else 'Up'} from {old} to {new}: {words}"))
        return [text for _, text in sorted(moved)]


def _totals(before: HealthScore, after: HealthScore) -> list[str]:
    if before.total is None or after.total is None:
        return ["The totals cannot be compared: not every item was answered both times."]
    change = after.total - before.total
    words = "the same as" if not change else f"{abs(change)} {'more' if change > 0 else 'less'} than"
    said = [f"The total is {after.total}, {words} on {before.on}."]
    if before.band and after.band and before.band != after.band:
        said.append(f"It was in the band {before.band.title!r} and is in {after.band.title!r}.")
    return said


def _sections(before: HealthScore, after: HealthScore) -> list[str]:
    said = []
    for old, new in zip(before.sections, after.sections, strict=True):
        if old.mean is None or new.mean is None:
            said.append(f"{new.title}: not answered {'this time' if new.mean is None else 'last time'}.")
        elif (old.answered, new.answered) != (old.items, new.items):
            said.append(f"{new.title}: {old.mean:.1f} to {new.mean:.1f}, on other items than last time.")
        elif old.mean != new.mean:
            said.append(
                f"{new.title}: {'down' if new.mean < old.mean else 'up'} from {old.mean:.1f} to {new.mean:.1f}."
            )
    return said


def history_of(partnership: Partnership, code: str = DEFAULT) -> HealthHistory:
    """Return every health check of a partnership by one instrument; raises `HealthError` when there is none such."""
    instrument = instrument_of(code)
    checks: Sequence[HealthCheck] = [
        step.entry
        for step in partnership.health_checks
        if isinstance(step.entry, HealthCheck) and step.entry.instrument == code
    ]
    return HealthHistory(
        instrument,
        tuple(score(instrument, check.scores, check.on) for check in checks),
        tuple(check.scores for check in checks),
    )
