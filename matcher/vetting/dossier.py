"""The dossier of a vetting: for each organization what was found, decided, answered, and not assessed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import get_args

from kb.casework.findings import Finding
from kb.casework.screenings import ListUsed, NotAssessed, RuleChecked
from kb.casework.vetting_cases import CaseFinding, CaseOutcome, Decision, FindingState
from kb.yaml_files import read_mapping
from matcher.errors import MatcherError
from matcher.vetting.bulk import BulkResult, BulkRow
from matcher.vetting.diligence import Diligence
from matcher.vetting.resolving import Outcome

CERTAIN = 0.99
WORDS_FILE = Path(__file__).with_name("dossier.yaml")
TABLES = {
    "outcomes": frozenset(outcome.value for outcome in CaseOutcome),
    "states": frozenset(state.value for state in FindingState),
    "resolutions": frozenset(get_args(Outcome)),
    "notes": frozenset({"right_of_reply", "not_clear", "brief_entries", "unmatched", "without_flag"}),
}


@dataclass(frozen=True)
class Words:
    """The fixed words of a dossier, by code."""

    labels: Mapping[CaseOutcome, str]
    meanings: Mapping[CaseOutcome, str]
    unmatched: str
    resolutions: Mapping[str, str]
    states: Mapping[FindingState, str]
    notes: Mapping[str, str]


@cache
def load_words(path: Path = WORDS_FILE) -> Words:
    """Read the fixed words of a dossier.

    Raises
    ------
    MatcherError
        When one is missing or unknown, with all problems.
    """
    problems: list[str] = []
    loaded = read_mapping(path, problems)
    for table, codes in TABLES.items():
        given = loaded.get(table) if isinstance(loaded.get(table), dict) else {}
        problems += [f"{path.name}: {table}: {code} is missing" for code in sorted(codes - set(given or ()))]
        problems += [f"{path.name}: {table}: {code} is unknown" for code in sorted(set(given or ()) - codes)]
    if not loaded.get("unmatched"):
        problems.append(f"{path.name}: unmatched is missing")
    if problems:
        raise MatcherError("\n".join(problems))
    return Words(
        {CaseOutcome(code): words["label"] for code, words in loaded["outcomes"].items()},
        {CaseOutcome(code): words["meaning"] for code, words in loaded["outcomes"].items()},
        str(loaded.get("unmatched") or ""),
        dict(loaded["resolutions"]),
        {FindingState(code): words for code, words in loaded["states"].items()},
        dict(loaded["notes"]),
    )


@dataclass(frozen=True)
class DossierEntry:
    """One organization, or one name that was not matched."""

    row: BulkRow
    diligence: Diligence

    @property
    def name(self) -> str:
        """Its name in the knowledge base, or the one asked for."""
        return self.row.organization.name

    @property
    def met(self) -> tuple[CaseFinding, ...]:
        """Findings that count, gravest first."""
        return self.row.standing

    @property
    def passed(self) -> tuple[RuleChecked, ...]:
        """Rules that were judged on known facts and not met."""
        found = {(item.finding.policy, item.finding.rule) for item in self.row.case.findings if not item.gone_because}
        judged = (rule for screening in self.row.case.current_screenings for rule in screening.result.checked)
        return tuple(dict.fromkeys(rule for rule in judged if (rule.policy, rule.rule) not in found))

    @property
    def needs_reading(self) -> bool:
        """Whether there is more to it than that nothing was found in what was checked."""
        row, case = self.row, self.row.case
        grave = row.gravest_possible is not None and row.gravest_possible.rank > CaseOutcome.NOT_ASSESSED.rank
        return bool(case.findings or case.decisions or case.replies or case.answers or row.hits or grave)

    @property
    def gone(self) -> tuple[CaseFinding, ...]:
        """Findings of earlier screenings that are no longer found."""
        return self.row.case.in_state(FindingState.GONE)

    @property
    def decisions(self) -> tuple[tuple[Decision, str], ...]:
        """Decisions with the title of what they are about, oldest first."""
        titles = {item.id: item.finding.title for item in self.row.case.findings}
        return tuple((item, titles.get(item.finding_id, item.finding_id)) for item in self.row.case.decisions)


@dataclass(frozen=True)
class Dossier:
    """Everything about a list of names, gravest first."""

    title: str
    result: BulkResult
    entries: tuple[DossierEntry, ...]

    @property
    def findings(self) -> tuple[tuple[DossierEntry, CaseFinding], ...]:
        """Every finding with whom it is about, dismissed and gone ones included."""
        return tuple((entry, item) for entry in self.entries for item in entry.row.case.findings)


def label_of(row: BulkRow) -> str:
    """Return the outcome of a row in words; of a name that nobody is known by, never that nothing was found."""
    unmatched = not row.known and row.outcome is CaseOutcome.NOT_ASSESSED
    return load_words().unmatched if unmatched else load_words().labels[row.outcome]


def counted(result: BulkResult) -> tuple[tuple[str, int, str, str], ...]:
    """Return (label, how many, meaning, code) of each outcome that occurs, gravest first, unmatched names apart."""
    words = load_words()
    unmatched = sum(label_of(row) == words.unmatched for row in result.rows)
    rows = []
    for outcome, count in result.by_outcome.items():
        own = count - unmatched if outcome is CaseOutcome.NOT_ASSESSED else count
        if own:
            rows.append((words.labels[outcome], own, words.meanings[outcome], outcome.value))
        if unmatched and outcome is CaseOutcome.NOT_ASSESSED:
            rows.append((words.unmatched, unmatched, words.notes["unmatched"], outcome.value))
    return tuple(rows)


def age_of(used: ListUsed, today: date) -> str:
    """Say how old a list is, loudly when it is stale."""
    age = used.staleness(today)
    since = "published" if age.basis == "published" else "obtained; its date of publication is not known"
    words = {"current": "current", "old": "getting old", "stale": "STALE: cannot say that somebody is not listed"}
    return f"{words[age.level]} ({age.days} days since it was {since})"


def possible_words(row: BulkRow) -> tuple[str, ...]:
    """Say of each organization that a name may be, or belong to, what was found about it."""
    said = []
    for item in row.possible:
        tie = "If it belongs to" if item.option.tie == "part" else "If it is"
        where = f", {item.option.country}" if item.option.country else ""
        what = load_words().labels[item.outcome].lower()
        titles = f": {'; '.join(item.titles[:3])}" if item.titles else ""
        said.append(f"{tie} {item.option.name} ({item.option.organization_id}{where}): {what}{titles}.")
    return tuple(said)


def hit_words(row: BulkRow, result: BulkResult) -> tuple[str, ...]:
    """Say on which lists a name is, or may be; also of entries that no longer apply."""
    titles = {used.code: used.title or used.code for used in result.lists}
    said = []
    for hit in row.hits:
        entity = hit.entity
        when = f", not in force: {entity.start or '?'} to {entity.end or '?'}"
        when = "" if entity.in_force(result.today) else when
        sure = "the same name" if hit.score > CERTAIN else f"{hit.level} hit, {hit.score:.2f}"
        said.append(f"{titles.get(entity.list_code, entity.list_code)}: {hit.listed_name} ({sure}{when})")
    return tuple(said)


def gap_words(gaps: Iterable[NotAssessed]) -> tuple[str, ...]:
    """Say what was not assessed, rules with the same reason together."""
    by_reason: dict[str, list[str]] = {}
    for gap in gaps:
        what, _, reason = gap.what.partition(": ")
        by_reason.setdefault(reason, []).append(what)
    return tuple(f"{'; '.join(whats)}: {reason}" if reason else "; ".join(whats) for reason, whats in by_reason.items())


def found_words(findings: Iterable[Finding]) -> str:
    """Return titles with their severity, gravest first."""
    ordered = sorted(findings, key=lambda finding: -finding.severity.rank)
    return "; ".join(dict.fromkeys(f"{finding.title} ({finding.severity.value})" for finding in ordered))
