"""The form of a health check: printed empty, read back filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kb.yaml_files import read_mapping
from matcher.planning.health import DEFAULT, HealthError, Instrument, instrument_of


@dataclass(frozen=True)
class Answers:
    """A form that was filled in."""

    instrument: Instrument
    scores: Mapping[str, int | None]
    on: date
    notes: str = ""


def form_text(instrument: Instrument, about: str, on: date) -> str:
    """Return an empty form as YAML that a person fills in."""
    scale = ", ".join(f"{value} {words.lower()}" for value, words in instrument.scale.items())
    place = ", ".join(filter(None, (instrument.document.title, instrument.document.section)))
    lines = [
        f"# {instrument.title}: {about}",
        f"# After {place}; items in our own words.",
        f"# Answer each line: {scale}.",
        "# Leave a line empty where you do not know; it is not counted as zero.",
        f"instrument: {instrument.code}",
        f"day: {on.isoformat()}",
        'notes: ""',
        "answers:",
    ]
    for section in instrument.sections:
        lines.append(f"  # {section.title}")
        for code, words in section.items.items():
            lines += [f"  # - {words}", f"  {code}:"]
    return "\n".join(lines) + "\n"


def read_answers(path: Path, default: date) -> Answers:
    """Read a form that was filled in, YAML or JSON.

    Parameters
    ----------
    path : Path
    default : datetime.date
        The day of the check when the form names none.

    Raises
    ------
    HealthError
        When the file cannot be read or is no such form.
    """
    problems: list[str] = []
    body = read_mapping(path, problems)
    if problems:
        raise HealthError("\n".join(problems))
    answers = body.get("answers")
    if not isinstance(answers, dict):
        raise HealthError(f"{path.name}: has no answers; print a form with --form, and fill it in")
    return Answers(
        instrument_of(str(body.get("instrument") or DEFAULT)),
        {str(code): value for code, value in answers.items()},
        _day(path, body.get("day"), default),
        str(body.get("notes") or ""),
    )


def _day(path: Path, given: object, default: date) -> date:
    if given is None or isinstance(given, date):
        return given or default
    try:
        return date.fromisoformat(str(given))
    except ValueError as error:
        raise HealthError(f"{path.name}: day: {given!r} is no day; write it like 2026-03-31") from error
