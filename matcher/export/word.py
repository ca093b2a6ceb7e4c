"""The Word brief: what is looked for, who was found, why, and what is not known."""

from __future__ import annotations

import re
from pathlib import Path

from docx import Document
from docx.document import Document as DocumentObject

from kb.vocabulary import load_vocabulary
from matcher.explanation import sentence, told
from matcher.results import Candidate, Ranking

DETAILED = 10
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def _clean(text: str) -> str:
    return NOT_XML.sub("", text)


def write_word(ranking: Ranking, path: Path) -> None:
    """Write the brief and its best candidates as a document to hand round."""
    document = Document()
    vocabulary = load_vocabulary()
    brief = ranking.brief
    document.add_heading(_clean(brief.title), 0)
    for label, text in (
        ("Who is looking", brief.seeker.name),
        ("Behaviour to change", brief.behaviour),
        ("Context", brief.context),
        ("Priority audience", ", ".join(vocabulary.audiences[code].label for code in brief.audiences)),
        ("Places", ", ".join(vocabulary.places[code].label for code in brief.places)),
        (
            "What is needed",
            "; ".join(
                f"{vocabulary.lendable[need.code].label}{' (must)' if need.must else ''}" for need in brief.needs
            ),
        ),
        ("What is offered", "; ".join(vocabulary.lendable[offer.code].label for offer in brief.offers)),
        ("Red lines", ", ".join(vocabulary.concerns[code].label for code in brief.red_lines.concerns)),
    ):
        if text:
            paragraph = document.add_paragraph()
            paragraph.add_run(f"{label}: ").bold = True
            paragraph.add_run(_clean(text))
    document.add_heading("Candidates", 1)
    document.add_paragraph(
        f"{ranking.matching:,} of {ranking.considered:,} organizations fit the brief's terms; "
        f"{ranking.set_apart_count:,} are set apart by its red lines, musts and policies. "
        "Facts marked unverified rest on general public knowledge and must be checked before any approach."
    )
    _table(document, ranking)
    for candidate in ranking.candidates[:DETAILED]:
        _candidate(document, candidate)
    if ranking.set_apart:
        document.add_heading("Set apart", 1)
        for item in ranking.set_apart:
            document.add_paragraph(_clean(f"{item.organization.name}: {' '.join(item.reasons)}"), style="List Bullet")
    document.save(str(path))


def _table(document: DocumentObject, ranking: Ranking) -> None:
    table = document.add_table(rows=1, cols=5, style="Light List Accent 1")
    for cell, title in zip(table.rows[0].cells, ("Rank", "Organization", "Score", "Known", "Flags"), strict=True):
        cell.text = title
    for candidate in ranking.candidates:
        cells = table.add_row().cells
        cells[0].text = str(candidate.rank)
        cells[1].text = _clean(candidate.organization.name)
        cells[2].text = f"{candidate.score:.0f}"
        cells[3].text = f"{candidate.coverage:.0%}"
        cells[4].text = _clean(", ".join(f"{flag.severity}: {flag.title}" for flag in candidate.flags))


def _candidate(document: DocumentObject, candidate: Candidate) -> None:
    document.add_heading(_clean(f"{candidate.rank}. {candidate.organization.name}"), 2)
    document.add_paragraph(_clean(sentence(candidate)))
    for item in told(candidate):
        value = "not assessed" if item.value is None and not item.points else f"{item.points:+.1f} points"
        document.add_paragraph(f"{item.label}: {value}", style="List Bullet")
        for reason in item.reasons[:3]:
            text = f"{reason.about}: {reason.text} ({reason.status.value}; {reason.source})"
            document.add_paragraph(_clean(text), style="List Bullet 2")
    for flag in candidate.flags:
        document.add_paragraph(_clean(f"Flag, {flag.severity}: {flag.text}"), style="List Bullet")
