"""What the shortlist page asks: the partnerships of a brief with names, vetting outcomes, and whom to add."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dashboard.state import Desk
from dashboard.vetting_desk import VettingDesk
from kb.brief import Brief
from kb.casework.partnerships import Move, Note, Partnership, Stage, Step
from kb.organization import Organization
from matcher import Filters
from matcher.export.shortlist_excel import ShortlistRow, write_shortlist
from matcher.results import Candidate
from matcher.vetting.queue import QueueRow

SUGGESTED = 40


@dataclass(frozen=True)
class Listed:
    """One organization on a shortlist.

    Attributes
    ----------
    vetted : tuple of QueueRow
        Its vetting cases, the gravest first; none when it was never vetted.
    """

    partnership: Partnership
    organization: Organization
    vetted: tuple[QueueRow, ...]

    @property
    def id(self) -> str:
        """The organization's id."""
        return self.partnership.organization_id

    @property
    def last_move(self) -> Step | None:
        """The move that brought it to its stage."""
        moves = self.partnership.moves
        return moves[-1] if moves else None

    @property
    def reason(self) -> str:
        """Why it is at its stage."""
        move = self.last_move
        return move.entry.reason if move and isinstance(move.entry, Move) else ""

    @property
    def notes(self) -> tuple[str, ...]:
        """Remarks, oldest first."""
        return tuple(step.entry.text for step in self.partnership.steps if isinstance(step.entry, Note))


def shortlist_of(desk: Desk, vetting: VettingDesk, brief_id: str, today: date) -> tuple[Listed, ...]:
    """Return whom a brief has on its list, the furthest first."""
    partnerships = desk.kb.casework.shortlist(brief_id)
    known = {item.id: item for item in desk.kb.get_many([item.organization_id for item in partnerships])}
    vetted: dict[str, list[QueueRow]] = {}
    for row in vetting.queue(today).rows:
        vetted.setdefault(row.case.organization_id, []).append(row)
    return tuple(
        Listed(item, known[item.organization_id], tuple(vetted.get(item.organization_id, ())))
        for item in partnerships
        if item.organization_id in known
    )


def suggestions(desk: Desk, brief: Brief, listed: Sequence[Listed]) -> tuple[Candidate, ...]:
    """Return the best of the ranking who are not on the list yet."""
    ranking = desk.rank(brief, Filters(), desk.matcher.weights(brief), SUGGESTED + len(listed))
    taken = {item.id for item in listed}
    return tuple(item for item in ranking.candidates if item.organization.id not in taken)[:SUGGESTED]


def by_stage(listed: Sequence[Listed]) -> Mapping[Stage, tuple[Listed, ...]]:
    """Return whom a list has at each stage, in the order of the stages."""
    return {stage: tuple(item for item in listed if item.partnership.stage is stage) for stage in Stage}


def shortlist_file(brief: Brief, listed: Sequence[Listed]) -> bytes:
    """Return a shortlist as a workbook."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "shortlist.xlsx")
        rows = [ShortlistRow(item.partnership, item.organization, item.vetted) for item in listed]
        write_shortlist(brief, rows, path)
        return path.read_bytes()
