"""The queue of vetting: every case with what it comes to, what waits for a person, and what is due again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from kb import journal
from kb.casework.screenings import ListUsed, PackUsed
from kb.casework.vetting_cases import CaseOutcome, FindingState, VettingCase
from kb.knowledge_base import KnowledgeBase
from matcher.vetting.bulk import GRAVEST_FIRST
from matcher.vetting.errors import PolicyError
from matcher.vetting.office_parts import pack_digest
from matcher.vetting.policy import load_policy


@dataclass(frozen=True)
class QueueRow:
    """A case as it stands in the queue.

    Attributes
    ----------
    outcome : CaseOutcome
    not_assessed : int
        How much could not be judged; while it is not 0, nothing found is not clear.
    open, awaiting_second : int
        Findings that wait for a person, and dismissed exclusions that wait for a second one.
    due : str
        Why it should be screened again; empty when nothing changed since.
    screened_at : datetime.datetime or None
        Of the newest screening; None when there is none.
    """

    case: VettingCase
    name: str
    outcome: CaseOutcome
    not_assessed: int
    open: int
    awaiting_second: int
    due: str
    screened_at: datetime | None

    @property
    def waits(self) -> bool:
        """Whether a person has something to do."""
        return bool(self.open or self.awaiting_second or self.due)


@dataclass(frozen=True)
class Queue:
    """All cases, the gravest first; one with gaps comes before one where all was assessed."""

    rows: tuple[QueueRow, ...]

    @property
    def by_outcome(self) -> dict[CaseOutcome, int]:
        """How many cases come to each outcome, gravest first, outcomes without any included."""
        found = Counter(row.outcome for row in self.rows)
        return {outcome: found[outcome] for outcome in GRAVEST_FIRST}

    @property
    def due(self) -> tuple[QueueRow, ...]:
        """Cases to screen again."""
        return tuple(row for row in self.rows if row.due)


def read_queue(kb: KnowledgeBase, today: date) -> Queue:
    """Read every case, with why it is due by the lists, packs and profiles that there are now.

    Parameters
    ----------
    kb : KnowledgeBase
    today : datetime.date
        The day for which lists are called stale.
    """
    cases = kb.casework.cases()
    names = {item.id: item.name for item in kb.get_many([case.organization_id for case in cases])}
    now = Now.of(kb, cases)
    rows = [_row(case, names.get(case.organization_id, case.organization_id), now, today) for case in cases]
    return Queue(tuple(sorted(rows, key=lambda row: (-row.outcome.rank, -row.open, row.name.casefold()))))


@dataclass(frozen=True)
class Now:
    """What a screening would use now: lists, packs by code, and whose profile changed after which change."""

    lists: tuple[ListUsed, ...]
    packs: Mapping[str, PackUsed]
    changed: Mapping[int, frozenset[str]]

    @classmethod
    def of(cls, kb: KnowledgeBase, cases: Iterable[VettingCase]) -> Now:
        """Read what there is, as far as it matters to some cases."""
        screened = [item.result for case in cases for item in case.current_screenings]
        numbers = {result.profile_change for result in screened if result.profile_change is not None}
        with kb.reading() as connection:
            changed = {
                number: frozenset(journal.changed_since(connection, number).get("organization", ()))
                for number in sorted(numbers)
            }
        codes = {code for result in screened for code in result.policies}
        packs = {code: used for code in sorted(codes) if (used := _pack(code)) is not None}
        return cls(tuple(stored.used for stored in kb.watchlists.all()), packs, changed)

    def due_because(self, case: VettingCase) -> str:
        """Say why a case should be screened again; a pack that is not at hand is taken as unchanged."""
        if not case.current_screenings:
            return case.due_because(self.lists, (), None)
        result = case.current_screenings[-1].result
        used = {pack.code: pack for pack in result.packs}
        packs = [found for code in case.policies if (found := self.packs.get(code) or used.get(code))]
        return case.due_because(self.lists, packs, self._profile(case, result.profile_change))

    def _profile(self, case: VettingCase, seen: int | None) -> int | None:
        touched = seen is not None and not self.changed.get(seen, frozenset()).isdisjoint(case.members)
        return seen + 1 if touched and seen is not None else seen


def _pack(code: str) -> PackUsed | None:
    try:
        pack = load_policy(code)
    except PolicyError:
        return None
    return PackUsed(code=pack.code, title=pack.title, digest=pack_digest(pack))


def _row(case: VettingCase, name: str, now: Now, today: date) -> QueueRow:
    verdict = case.verdict(today)
    screenings: Sequence[datetime] = [item.at for item in case.current_screenings]
    return QueueRow(
        case=case,
        name=name,
        outcome=verdict.outcome,
        not_assessed=len(verdict.not_assessed),
        open=len(case.in_state(FindingState.OPEN)),
        awaiting_second=len(case.in_state(FindingState.AWAITING_SECOND)),
        due=now.due_because(case),
        screened_at=max(screenings, default=None),
    )
