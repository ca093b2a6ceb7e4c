"""What vetting a list of names gives back: plain frozen data that pages, the command line and dossiers draw from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import get_args

from kb.casework.findings import Finding
from kb.casework.screenings import ListUsed, NotAssessed
from kb.casework.vetting_cases import CaseFinding, CaseOutcome, FindingState, VettingCase
from kb.importing.parsed import Rejection
from kb.organization import Organization
from matcher.vetting.resolving import Option, Outcome, Resolved
from matcher.vetting.screening import Hit

NOBODY_PREFIX = "name:"
GRAVEST_FIRST = tuple(sorted(CaseOutcome, key=lambda outcome: -outcome.rank))
RESOLUTIONS: tuple[Outcome, ...] = get_args(Outcome)


@dataclass(frozen=True)
class Possible:
    """What would be found if a name were that of one of its options, or of a part of it."""

    option: Option
    outcome: CaseOutcome
    titles: tuple[str, ...]


@dataclass(frozen=True)
class BulkRow:
    """One name, vetted.

    Attributes
    ----------
    resolved : Resolved
        Whose name it is, or may be.
    organization : Organization
        The one matched; for other names, one of which nothing but the name is known.
    case : VettingCase
        With this screening, whether it was recorded or not.
    outcome : CaseOutcome
        Of a name that is not matched, of its screening by name alone.
    hits : tuple of Hit
        On watchlists, those that no policy asks for included.
    possible : tuple of Possible
        For names that are not matched.
    same_as_row : int or None
        The earlier row that names the same organization.
    """

    resolved: Resolved
    organization: Organization
    case: VettingCase
    outcome: CaseOutcome
    not_assessed: tuple[NotAssessed, ...]
    hits: tuple[Hit, ...] = ()
    possible: tuple[Possible, ...] = ()
    same_as_row: int | None = None

    @property
    def row(self) -> int:
        """Row of the list."""
        return self.resolved.asked.row

    @property
    def known(self) -> bool:
        """Whether the name was matched to the knowledge base."""
        return self.resolved.outcome == "match"

    @property
    def standing(self) -> tuple[CaseFinding, ...]:
        """Findings that count, gravest first."""
        return self.case.in_state(*(state for state in FindingState if state.counts))

    @property
    def dismissed(self) -> tuple[CaseFinding, ...]:
        """Findings that a person dismissed."""
        return self.case.in_state(FindingState.DISMISSED)

    @property
    def gravest_possible(self) -> CaseOutcome | None:
        """The gravest outcome among the organizations that it may be, or belong to; None when there are none."""
        return max((item.outcome for item in self.possible), key=lambda outcome: outcome.rank, default=None)


@dataclass(frozen=True)
class BulkResult:
    """A list of names, vetted.

    Attributes
    ----------
    rows : tuple of BulkRow
        In the order of the list.
    rejections : tuple of Rejection
        Rows that could not be looked up, and remarks, each with the reason.
    policies : tuple of (code, title)
    documents : tuple of str
        Titles of the documents that the policies rest on.
    lists : tuple of ListUsed
    made_at : datetime.datetime
    who : str
        Who asked.
    recorded : bool
        Whether the screenings are in the trail.
    head : str
        Digest of the trail's newest event: kept with a dossier, it shows whether the trail was rewritten since.
    trail_problem : str
        Why the trail is not whole, in words; empty when it is, or was not looked at.
    brief : str
        Title of the brief; empty when vetted without one.
    """

    rows: tuple[BulkRow, ...]
    rejections: tuple[Rejection, ...]
    policies: tuple[tuple[str, str], ...]
    documents: tuple[str, ...]
    lists: tuple[ListUsed, ...]
    made_at: datetime
    who: str
    recorded: bool
    head: str = ""
    trail_problem: str = ""
    brief: str = ""

    @property
    def today(self) -> date:
        """The day for which lists are called stale."""
        return self.made_at.date()

    @property
    def refused(self) -> tuple[Rejection, ...]:
        """Rows that could not be looked up."""
        return tuple(item for item in self.rejections if item.fatal)

    @property
    def by_outcome(self) -> dict[CaseOutcome, int]:
        """How many rows came to each outcome, gravest first, outcomes without any included."""
        found = Counter(row.outcome for row in self.rows)
        return {outcome: found[outcome] for outcome in GRAVEST_FIRST}

    @property
    def by_resolution(self) -> dict[Outcome, int]:
        """How many names were matched, are to be chosen, and are new."""
        found = Counter(row.resolved.outcome for row in self.rows)
        return {outcome: found[outcome] for outcome in RESOLUTIONS}

    @property
    def stale_lists(self) -> tuple[ListUsed, ...]:
        """Lists that are too old to say that somebody is not on them."""
        return tuple(item for item in self.lists if item.staleness(self.today).level == "stale")

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the reader must know before anything else."""
        said = []
        if self.trail_problem:
            said.append(f"The trail of decisions was tampered with: {self.trail_problem}.")
        if not self.lists:
            said.append("No watchlist was imported: nobody was screened against sanctions or debarment lists.")
        for item in self.stale_lists:
            age = item.staleness(self.today)
            said.append(
                f"{item.title} is {age.days} days old (since it was {age.basis}): it cannot say that somebody is not "
                "listed. Import a newer copy."
            )
        unmatched = len(self.rows) - self.by_resolution["match"]
        if unmatched:
            said.append(
                f"{unmatched} of {len(self.rows)} names were not matched to one organization: they were screened by "
                "name alone, and everything else about them is not assessed."
            )
        grave = [row for row in self.rows if row.gravest_possible is CaseOutcome.EXCLUDE]
        if grave:
            said.append(
                f"{len(grave)} of them may be, or belong to, an organization that a policy excludes: look there first."
            )
        if self.refused:
            said.append(f"{len(self.refused)} rows could not be read as names; they are listed with the reason.")
        return tuple(said)

    def gravest_first(self) -> tuple[BulkRow, ...]:
        """Return the rows by outcome, then by what unmatched names may turn out to be, then in the list's order."""
        return tuple(sorted(self.rows, key=_gravity))


def _gravity(row: BulkRow) -> tuple[float, int]:
    """Return how grave a row is; what an unmatched name may turn out to be counts for nearly as much."""
    possible = row.gravest_possible
    return -max(row.outcome.rank, possible.rank - 0.5 if possible else 0), row.row


def titles_of(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Return the titles of findings, gravest first, each once."""
    ordered = sorted(findings, key=lambda finding: -finding.severity.rank)
    return tuple(dict.fromkeys(finding.title for finding in ordered))
