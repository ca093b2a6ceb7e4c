"""The dossier of a vetting as a file: Word, Excel or JSON, by the file's ending."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from matcher.export.dossier_excel import write_dossier_excel
from matcher.export.dossier_word import write_dossier_word
from matcher.export.plain import Json, as_data
from matcher.export.writing import write_by_ending
from matcher.vetting.dossier import Dossier, DossierEntry


def dossier_data(dossier: Dossier) -> Json:
    """Return a dossier as plain data."""
    result = dossier.result
    return {
        "title": dossier.title,
        "brief": result.brief,
        "made_at": result.made_at.isoformat(),
        "who": result.who,
        "policies": dict(result.policies),
        "documents": list(result.documents),
        "lists": [as_data(used) for used in result.lists],
        "warnings": list(result.warnings),
        "recorded": result.recorded,
        "trail_digest": result.head,
        "by_outcome": {outcome.value: count for outcome, count in result.by_outcome.items()},
        "by_resolution": as_data(result.by_resolution),
        "organizations": [_entry(entry) for entry in dossier.entries],
        "repeated": {str(row.row): row.same_as_row for row in result.rows if row.same_as_row},
        "rejections": as_data(result.rejections),
    }


def _entry(entry: DossierEntry) -> Json:
    row, diligence = entry.row, entry.diligence
    return {
        "row": row.row,
        "asked": as_data(row.resolved.asked),
        "resolution": row.resolved.outcome,
        "confidence": row.resolved.confidence,
        "why": row.resolved.why,
        "options": as_data(row.possible),
        "organization_id": row.resolved.organization_id,
        "name": entry.name,
        "outcome": row.outcome.value,
        "findings": [
            {
                "id": item.id,
                "state": item.state.value,
                "finding": as_data(item.finding),
                "decisions": as_data(item.decisions),
                "changed": item.changed,
                "gone_because": item.gone_because,
            }
            for item in row.case.findings
        ],
        "hits": as_data(row.hits),
        "checked": as_data(entry.passed),
        "not_assessed": as_data(row.not_assessed),
        "replies": as_data(row.case.replies),
        "risk": as_data(diligence.risk),
        "tier": diligence.tier.code,
        "checks": [{"check": item.check.code, "done": item.done, "why": item.why} for item in diligence.checks],
        "due_diligence": [
            {
                "key": item.question.key,
                "state": item.state,
                "settled_by": item.settled_by,
                "question": item.text,
                "raised": as_data(item.raised),
                "known": as_data(item.known),
                "answer": as_data(item.answer),
            }
            for item in diligence.items
        ],
    }


def write_dossier_json(dossier: Dossier, path: Path) -> None:
    """Write everything about a dossier."""
    with path.open("w", encoding="utf-8") as file:
        json.dump(dossier_data(dossier), file, ensure_ascii=False, indent=1)


DOSSIER_WRITERS: Mapping[str, Callable[[Dossier, Path], None]] = {
    ".docx": write_dossier_word,
    ".xlsx": write_dossier_excel,
    ".json": write_dossier_json,
}


def write_dossier(dossier: Dossier, path: Path) -> None:
    """Write a dossier in the format of the file's ending.

    Raises
    ------
    MatcherError
        When the ending is unknown, the folder does not exist, or the file cannot be written.
    """
    write_by_ending(dossier, path, DOSSIER_WRITERS)
