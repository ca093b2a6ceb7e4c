"""What vetting keeps between reruns: the office with its indexes, the queue, and the lists of names just vetted."""

from __future__ import annotations

import secrets
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dashboard.state import Desk, Recent, open_desk
from kb import journal
from kb.brief import Brief
from kb.casework.screenings import NotAssessed
from kb.casework.trail import TrailCheck
from kb.importing.files import given_name
from kb.importing.parsed import Progress, no_progress
from kb.knowledge_base import KnowledgeBase
from matcher.export.dossier import write_dossier
from matcher.vetting.asked_names import NameList, read_names_file
from matcher.vetting.bulk import BulkResult
from matcher.vetting.dossier import Dossier, DossierEntry
from matcher.vetting.office import VettingOffice
from matcher.vetting.queue import Queue, read_queue
from matcher.vetting.resolving import Resolved
from matcher.vetting.verdict import Verdict, VerdictDifference, compare_verdicts

KEPT_RUNS, KEPT_NAMES = 8, 10_000
TOKEN_BYTES = 9


@dataclass(frozen=True)
class Run:
    """A list of names that was vetted, with the brief that it was vetted for."""

    result: BulkResult
    brief: Brief | None = None


@dataclass(frozen=True)
class Comparison:
    """One organization under two policies: how the verdicts differ, and what neither nor either could judge."""

    difference: VerdictDifference
    gaps: tuple[tuple[NotAssessed, ...], tuple[NotAssessed, ...]]


class VettingDesk:
    """The vetting office of one knowledge base, shared by all sessions; one list of names at a time."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self.kb = kb
        self._office = VettingOffice(kb)
        self._lock = threading.RLock()
        self._answers = Recent()
        self._queue_lock = threading.RLock()
        self._queues = Recent(2)
        self._runs: OrderedDict[str, Run] = OrderedDict()

    def trail(self) -> TrailCheck:
        """Check the whole trail."""
        return self.kb.casework.verify_trail()

    def queue(self, today: date) -> Queue:
        """Return every case; read anew only when something was recorded or changed."""
        key = (self.trail().head, self._last_change(), today)
        with self._queue_lock:
            return self._queues.get(key, lambda: read_queue(self.kb, today))

    def look_up(self, names: NameList, progress: Progress = no_progress) -> tuple[Resolved, ...]:
        """Look names up in the knowledge base."""
        with self._lock:
            return self._office.resolve(names.names, progress)

    def names_of(self, ids: Sequence[str]) -> NameList:
        """Return organizations as a list of names."""
        return self._office.names_of(ids)

    def screen(
        self,
        names: NameList,
        policies: Sequence[str],
        *,
        brief: Brief | None,
        chosen: Mapping[int, str],
        record: bool,
        who: str,
        progress: Progress = no_progress,
    ) -> str:
        """Vet names and keep what came out; returns the token it is kept under."""
        with self._lock:
            result = self._office.screen(
                names, policies, brief=brief, chosen=chosen, record=record, who=who, progress=progress
            )
        token = secrets.token_urlsafe(TOKEN_BYTES)
        self._runs[token] = Run(result, brief)
        while len(self._runs) > 1 and (len(self._runs) > KEPT_RUNS or self._names_kept() > KEPT_NAMES):
            self._runs.popitem(last=False)
        return token

    def _names_kept(self) -> int:
        return sum(len(run.result.rows) for run in self._runs.values())

    def run(self, token: str) -> Run | None:
        """Return a list that was vetted, None when it is no longer kept."""
        return self._runs.get(token)

    def screen_again(
        self, ids: Sequence[str], policies: Sequence[str], who: str, progress: Progress = no_progress
    ) -> BulkResult:
        """Vet organizations anew and record it in their cases."""
        with self._lock:
            return self._office.screen(self._office.names_of(ids), policies, record=True, who=who, progress=progress)

    def as_it_stands(self, organization_id: str, policies: Sequence[str], brief: Brief | None) -> Run:
        """Vet one organization with what is known now, recording nothing; earlier decisions are in it."""
        version = (self.trail().head, self._last_change(), brief.model_dump_json() if brief else "")
        with self._lock:
            return self._answers.get(
                ("case", organization_id, tuple(policies), *version),
                lambda: Run(
                    self._office.screen(self._office.names_of([organization_id]), list(policies), brief=brief), brief
                ),
            )

    def entry(self, organization_id: str, policies: Sequence[str], brief: Brief | None) -> DossierEntry:
        """Return one organization's due diligence."""
        return self.dossier(self.as_it_stands(organization_id, policies, brief)).entries[0]

    def compare(self, organization_id: str, first: Sequence[str], second: Sequence[str]) -> Comparison:
        """Hold the same facts against two choices of policies."""
        sides = [self.as_it_stands(organization_id, side, None).result.rows[0] for side in (first, second)]
        verdicts = []
        for row in sides:
            found = row.case.current_screenings[-1].result.findings
            ranked = tuple(sorted(found, key=lambda finding: -finding.severity.rank))
            gravest = ranked[0].severity if ranked else None
            verdicts.append(Verdict(organization_id, row.case.policies, gravest, ranked, (), ()))
        return Comparison(compare_verdicts(*verdicts), (sides[0].not_assessed, sides[1].not_assessed))

    def dossier(self, run: Run, title: str = "", progress: Progress = no_progress) -> Dossier:
        """Lay a vetted list out with due diligence."""
        with self._lock:
            return self._office.dossier(run.result, brief=run.brief, title=title, progress=progress)

    def _last_change(self) -> int:
        with self.kb.reading() as connection:
            return journal.last_change(connection)


def dossier_file(dossier: Dossier, ending: str) -> bytes:
    """Return a dossier as a file, e.g. ``.docx``."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"dossier{ending}"
        write_dossier(dossier, path)
        return path.read_bytes()


def names_in_file(name: str, content: bytes) -> NameList:
    """Read names from a file that was uploaded; its own name serves for messages and its ending."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / given_name(name, "names.csv")
        path.write_bytes(content)
        return read_names_file(path)


def _vetting_desk(desk: Desk) -> VettingDesk:
    return VettingDesk(desk.kb)


def open_vetting() -> VettingDesk:
    """Return the vetting desk of the knowledge base that the dashboard was started on."""
    return open_desk().beside(_vetting_desk)
