"""Words and marks of vetting: outcomes, states, dates of lists; the same on every page, and never color alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cache

from dashboard.components.labels import SEVERITY_ICON
from dashboard.components.palette import SEVERITY_BADGE
from dashboard.components.text import badge, plain
from kb.casework.findings import Severity
from kb.casework.vetting_cases import CaseOutcome, FindingState
from kb.watchlists import Staleness
from matcher.vetting.dossier import load_words
from matcher.vetting.errors import PolicyError
from matcher.vetting.policy import known_policies, load_policy

OUTCOME_COLOR = {"not_assessed": "blue", "no_findings": "green", **SEVERITY_BADGE}
OUTCOME_ICON = {"not_assessed": ":material/help:", "no_findings": ":material/check_circle:", **SEVERITY_ICON}
STATE_COLOR = {
    FindingState.OPEN: "yellow",
    FindingState.CONFIRMED: "red",
    FindingState.DISMISSED: "gray",
    FindingState.ESCALATED: "orange",
    FindingState.AWAITING_SECOND: "violet",
    FindingState.GONE: "gray",
}
AGE_COLOR = {"current": "green", "old": "yellow", "stale": "red"}
AGE_WORDS = {"current": "current", "old": "getting old", "stale": "STALE"}


def with_icon(label: str, color: str, icon: str) -> str:
    """Return a badge that begins with an icon."""
    return badge(label, color).replace("-badge[", f"-badge[{icon} ", 1)


def outcome_words(outcome: CaseOutcome) -> str:
    """Return what a case comes to, in words."""
    return load_words().labels[outcome]


def outcome_badge(outcome: CaseOutcome, words: str = "") -> str:
    """Return what a case comes to as a badge: a color, an icon, and words."""
    return with_icon(words or outcome_words(outcome), OUTCOME_COLOR[outcome.value], OUTCOME_ICON[outcome.value])


def finding_badge(severity: Severity, title: str = "") -> str:
    """Return how grave a finding is as a badge."""
    label = outcome_words(CaseOutcome(severity.value))
    return outcome_badge(CaseOutcome(severity.value), f"{label}: {title}" if title else label)


def state_badge(state: FindingState) -> str:
    """Return where a finding stands."""
    return badge(load_words().states[state], STATE_COLOR[state])


def age_badge(age: Staleness) -> str:
    """Return how old a watchlist is; a stale one says so in capitals."""
    days = f"{age.days:,} day{'' if age.days == 1 else 's'}"
    return badge(f"{AGE_WORDS[age.level]}: {days} since it was {_since(age)}", AGE_COLOR[age.level])


def age_words(age: Staleness) -> str:
    """Say how old a watchlist is, without color."""
    return f"{AGE_WORDS[age.level]}, {age.days:,} days since {_since(age)}"


def _since(age: Staleness) -> str:
    return "published" if age.basis == "published" else "obtained"


@cache
def pack_titles() -> dict[str, str]:
    """Return the titles of the packs that come with the product, by code, the general one first."""
    codes = sorted(known_policies(), key=lambda code: (code != "general", code))
    return {code: load_policy(code).title for code in codes}


def policy_title(code: str) -> str:
    """Return a pack's title; the code of one that is not at hand."""
    return pack_titles().get(code, code)


def policies_words(codes: Iterable[str]) -> str:
    """Return the titles of packs for a line."""
    return "; ".join(policy_title(code) for code in codes)


def known_codes(codes: Sequence[str]) -> bool:
    """Whether every pack of a case is at hand."""
    try:
        return all(load_policy(code) for code in codes)
    except PolicyError:
        return False


def moment(value: datetime | date | None) -> str:
    """Return a time (UTC) or a day for people."""
    if isinstance(value, datetime):
        return f"{value.day} {value:%b %Y, %H:%M} UTC"
    return f"{value.day} {value:%b %Y}" if value else "unknown date"


def bullet(lines: Iterable[str]) -> str:
    """Return texts as a Markdown list, each made harmless."""
    return "\n".join(f"- {plain(line)}" for line in lines)
