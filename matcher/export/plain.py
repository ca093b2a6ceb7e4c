"""JSON for programs, CSV for everything else."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from typing import SupportsFloat, TypeAlias, cast

from pydantic import BaseModel

from kb.organization import Organization
from matcher.results import Candidate, Ranking

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
SCORE_DIGITS = 2
Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"


def neutral(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would run as a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def as_data(value: object) -> Json:
    """Turn result objects into what JSON knows; floats are rounded to four digits."""
    if isinstance(value, BaseModel):
        dumped: dict[str, Json] = value.model_dump(mode="json", exclude_defaults=True)
        return dumped
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: as_data(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, dict):
        return {str(key): as_data(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [as_data(item) for item in value]
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, (str, bool, int)):
        return value
    return round(float(cast(SupportsFloat, value)), 4)


def ranking_data(ranking: Ranking) -> dict[str, Json]:
    """Return a ranking as plain data."""
    return cast("dict[str, Json]", as_data(ranking))


def write_json(ranking: Ranking, path: Path) -> None:
    """Write everything about a ranking."""
    path.write_text(json.dumps(ranking_data(ranking), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def candidate_row(candidate: Candidate) -> dict[str, str | int | float]:
    """Return one line about a candidate; text is safe in a spreadsheet."""
    organization = candidate.organization
    unverified = sum(reason.status == "unverified" for item in candidate.contributions for reason in item.reasons)
    row: dict[str, str | int | float] = {
        "rank": candidate.rank,
        "organization": neutral(organization.name),
        "id": neutral(organization.id),
        "sector": organization.sector or "unknown",
        "kind": organization.kind or "unknown",
        "country": organization.country or "unknown",
        "website": neutral(organization.website),
        "score": round(candidate.score, SCORE_DIGITS),
        "coverage": round(candidate.coverage, SCORE_DIGITS),
        "needs met": neutral(
            "; ".join(f"{need.label} {need.strength:.0%}" for need in candidate.needs if need.strength)
        ),
        "flags": neutral("; ".join(f"{flag.severity}: {flag.title}" for flag in candidate.flags)),
        "unverified facts": unverified,
    }
    for item in candidate.contributions:
        row[f"points: {item.label}"] = (
            round(item.points, SCORE_DIGITS) if item.value is not None or item.points else "not assessed"
        )
    return row


def write_csv(ranking: Ranking, path: Path) -> None:
    """Write one line per candidate."""
    rows = [candidate_row(candidate) for candidate in ranking.candidates]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]) if rows else ["rank"])
        writer.writeheader()
        writer.writerows(rows)


def write_organizations(organizations: Iterable[Organization], path: Path) -> int:
    """Write whole profiles, one JSON object a line; returns how many."""
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for organization in organizations:
            file.write(
                json.dumps(organization.model_dump(mode="json", exclude_defaults=True), ensure_ascii=False) + "\n"
            )
            count += 1
    return count


__all__ = ["as_data", "candidate_row", "neutral", "ranking_data", "write_csv", "write_json", "write_organizations"]
