"""What the pages after matching ask: candidates side by side, the exchange of a pair, coalitions and the table."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from dashboard.state import Desk, Recent, open_desk
from kb.brief import Brief
from matcher import Filters
from matcher.coalition import Coalitions, CommonGround, Seat
from matcher.components.value_alignment import stood_for
from matcher.explanation import explain
from matcher.partnering import Exchange, Partnering
from matcher.results import Candidate, Ranking, SetApart
from matcher.terms import apply_terms

Answer = TypeVar("Answer")
OTHER_SECTOR = "It is not of a sector that the brief wants."


@dataclass(frozen=True)
class Compared:
    """One organization beside others under a brief.

    Attributes
    ----------
    candidate : Candidate
        Its explanation; `rank` there is its place among those compared.
    rank : int or None
        Its rank by score among everybody; None when the brief's own terms keep it out.
    exchange : Exchange
    """

    candidate: Candidate
    rank: int | None
    exchange: Exchange

    @property
    def id(self) -> str:
        """The organization's id."""
        return self.candidate.organization.id

    @property
    def name(self) -> str:
        """The organization's name."""
        return self.candidate.organization.name

    @property
    def apart(self) -> tuple[str, ...]:
        """Why the brief's own terms keep it out; empty when they do not."""
        return () if self.rank else self.exchange.set_apart or (OTHER_SECTOR,)


def ranking_of(ranking: Ranking, compared: Sequence[Compared]) -> Ranking:
    """Return a ranking of those compared alone, best first; who is set apart stays so, with the reasons."""
    best = sorted(compared, key=lambda item: -item.candidate.score)
    return replace(
        ranking,
        candidates=tuple(replace(item.candidate, rank=item.rank) for item in best if item.rank),
        set_apart=tuple(
            SetApart(item.candidate.organization, item.candidate.score, item.apart) for item in best if not item.rank
        ),
    )


@dataclass(frozen=True)
class CoalitionAsked:
    """What is asked of a coalition: number of partners, sectors to be represented, who is in and who is out."""

    smallest: int
    largest: int
    sectors: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()


class PartneringDesk:
    """The use cases after matching, shared by all sessions; one question at a time, recent answers kept."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.partnering = Partnering(desk.matcher)
        self._answers = Recent(64)

    def _answer(self, brief: Brief, asked: Hashable, make: Callable[[], Answer]) -> Answer:
        change = self.desk.prepare(brief).change
        with self.desk.lock:
            return self._answers.get((brief.model_dump_json(), change, asked), make)

    def exchange(self, brief: Brief, organization_id: str) -> Exchange:
        """Return ledger, power, terms, common ground and flags of the seeker and an organization."""
        return self._answer(
            brief, ("exchange", organization_id), lambda: self.partnering.exchange(brief, organization_id)
        )

    def compare(self, brief: Brief, ids: Sequence[str], weights: Mapping[str, float]) -> tuple[Compared, ...]:
        """Return organizations explained side by side, in the order given; none of them may be the seeker."""
        asked = ("compare", tuple(ids), tuple(sorted(weights.items())))
        return self._answer(brief, asked, lambda: self._compare(brief, ids, weights))

    def _compare(self, brief: Brief, ids: Sequence[str], weights: Mapping[str, float]) -> tuple[Compared, ...]:
        matcher, prepared = self.desk.matcher, self.desk.prepare(brief)
        weighing = matcher.weighing(brief, weights)
        numbers = [matcher.kb.number_of(name) for name in ids]
        rows = [row for number in numbers if number and (row := prepared.columns.row_of(number)) is not None]
        terms = apply_terms(prepared.at_most, Filters(), matcher.settings.must_strength)
        allowed = terms.visible & ~terms.kept_out
        standings = [prepared.standing(weighing, allowed, row) for row in rows]
        found = explain(matcher.profiles, prepared.at(weighing, rows))
        return tuple(
            Compared(
                candidate, standing[0] if standing else None, self.partnering.exchange(brief, candidate.organization.id)
            )
            for candidate, standing in zip(found, standings, strict=True)
        )

    def values(self, brief: Brief) -> tuple[str, ...]:
        """Return the principles that the seeker stands for, by the brief and by its own profile."""
        return self.desk.prepare(brief).query.once(stood_for)

    def coalitions(self, brief: Brief, asked: CoalitionAsked) -> Coalitions:
        """Return sets of partners that together cover the needs, best first."""
        return self._answer(
            brief,
            asked,
            lambda: self.partnering.coalition(
                brief,
                smallest=asked.smallest,
                largest=asked.largest,
                sectors=asked.sectors,
                kept=asked.kept,
                excluded=asked.excluded,
            ),
        )

    def seats(self, brief: Brief, ids: Sequence[str]) -> tuple[Seat, ...]:
        """Return every kind of stakeholder: who at the table represents it, and whom to ask where nobody does."""
        return self._answer(brief, ("seats", tuple(ids)), lambda: self.partnering.seats(brief, ids))

    def common_ground(self, brief: Brief, ids: Sequence[str]) -> CommonGround:
        """Return what the organizations share, quoted from each."""
        return self._answer(brief, ("ground", tuple(ids)), lambda: self.partnering.common_ground(ids, brief))

    def names(self, ids: Sequence[str], known: Sequence[Candidate] = ()) -> dict[str, str]:
        """Return names by id: of `ids` that there are, in their order, then of the candidates `known`.

        Who was merged is named by what it became.
        """
        ranked = {candidate.organization.id: candidate.organization.name for candidate in known}
        others = [key for key in ids if key not in ranked]
        found = {item.id: item.name for item in self.desk.kb.get_many(others)} if others else {}
        return {**{key: ranked[key] for key in ids if key in ranked}, **found, **ranked}


def open_partnering() -> PartneringDesk:
    """Return the partnering desk of the knowledge base that the dashboard was started on."""
    return open_desk().beside(PartneringDesk)
