"""Exclude rules over all organizations at once, so that a ranking can set excluded candidates apart.

The rules mean exactly what they mean for a single organization (`verdict.vet`); a test holds that.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb.casework.findings import Severity
from kb.organization import ClaimStatus, ConcernRole
from kb.vocabulary import load_vocabulary
from matcher.vetting.conditions import (
    ENGAGEMENT,
    TIES,
    AllOf,
    AnyOf,
    BriefTerm,
    Concern,
    Condition,
    Identity,
    Linked,
    Listed,
    Not,
    RegulatedBySeeker,
    SeekerIs,
)
from matcher.vetting.facts import Context
from matcher.vetting.grounds import hit_fits, hit_status
from matcher.vetting.policy import Policy
from matcher.vetting.screening import Hit
from matcher.vetting.standing_table import StandingTable, Ties

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Truth:
    """Where a condition holds, per row; neither `holds` nor `fails` is unknown.

    Attributes
    ----------
    firm : bool (n,)
        It holds, and not because of inferred claims alone.
    holds, fails : bool (n,)
    """

    firm: Mask
    holds: Mask
    fails: Mask


@dataclass(frozen=True)
class Exclusions:
    """Who is excluded.

    Attributes
    ----------
    rows : bool (n,)
        By any of the packs.
    by_policy : mapping of str to bool (n,)
    """

    rows: Mask
    by_policy: Mapping[str, Mask]


def excluded_rows(
    table: StandingTable,
    policies: Iterable[Policy],
    context: Context,
    hits: Mapping[int, Sequence[Hit]] | None = None,
    screened: Collection[str] | None = None,
    seeker_number: int | None = None,
) -> Exclusions:
    """Return which rows of the columns the exclude rules of policy packs leave out.

    Parameters
    ----------
    table : StandingTable
        Made of the columns; keep it until they change.
    hits : mapping of int to sequence of Hit, optional
        Watchlist hits by organization number, as in `facts.Hits`; None when nobody was screened.
    screened : collection of str, optional
        Codes of the watchlists that are fit to say that somebody is not listed.
    seeker_number : int, optional
        The seeker's number in the columns.
    """
    judge = _Rows(table, context, hits, None if screened is None else frozenset(screened), seeker_number)
    by_policy = {}
    for policy in policies:
        mask = np.zeros(table.n, np.bool_)
        for rule in policy.rules:
            if rule.severity is Severity.EXCLUDE:
                found = judge.truth(rule.condition)
                mask |= found.holds if rule.when_inferred is Severity.EXCLUDE else found.firm
        by_policy[policy.code] = mask & table.alive
    rows = np.logical_or.reduce([*by_policy.values(), np.zeros(table.n, np.bool_)])
    return Exclusions(rows, by_policy)


class _Rows:
    """Conditions over the rows of one table, each judged once."""

    def __init__(
        self,
        table: StandingTable,
        context: Context,
        hits: Mapping[int, Sequence[Hit]] | None,
        screened: frozenset[str] | None,
        seeker_number: int | None,
    ) -> None:
        self.table, self.context = table, context
        self.hits, self.screened, self.seeker_number = hits, screened, seeker_number
        self._judged: dict[Condition, Truth] = {}

    def truth(self, condition: Condition) -> Truth:
        if condition not in self._judged:
            judge: Callable[..., Truth] = _JUDGES[type(condition)]
            self._judged[condition] = judge(self, condition)
        return self._judged[condition]

    def everywhere(self, holds: bool | None) -> Truth:
        yes, no = np.full(self.table.n, holds is True), np.full(self.table.n, holds is False)
        return Truth(yes, yes, no)

    def all_of(self, condition: AllOf) -> Truth:
        parts = [self.truth(part) for part in condition.parts]
        return Truth(
            np.logical_and.reduce([part.firm for part in parts]),
            np.logical_and.reduce([part.holds for part in parts]),
            np.logical_or.reduce([part.fails for part in parts]),
        )

    def any_of(self, condition: AnyOf) -> Truth:
        parts = [self.truth(part) for part in condition.parts]
        return Truth(
            np.logical_or.reduce([part.firm for part in parts]),
            np.logical_or.reduce([part.holds for part in parts]),
            np.logical_and.reduce([part.fails for part in parts]),
        )

    def not_(self, condition: Not) -> Truth:
        part = self.truth(condition.part)
        return Truth(part.fails, part.fails, part.holds)

    def concern(self, condition: Concern) -> Truth:
        table = self.table
        wanted = table.concern_is(condition.codes, condition.statuses)
        core = table.pairs_with(wanted & table.claim_core)
        present = table.pairs_with(wanted)
        firm = table.pairs_with(wanted & table.claim_firm)
        perhaps = np.zeros_like(present)
        if condition.role is ConcernRole.CORE:
            found, firm = core, table.pairs_with(wanted & table.claim_core & table.claim_firm)
            perhaps = table.pairs_with(wanted & table.claim_roleless) & ~core
        else:
            found = present & ~core if condition.role is ConcernRole.MINOR else present
        unknown = np.isnan(table.pair_share)
        pending = perhaps
        if condition.share_above is not None:
            above = ~unknown & (np.nan_to_num(table.pair_share) > condition.share_above)
            pending = ((found | perhaps) & unknown) | (perhaps & above)
            found = found & above
        elif condition.share_unknown:
            found, pending = found & unknown, perhaps & unknown
        holds, sure, open_ = (table.rows_with(found), table.rows_with(found & firm), table.rows_with(pending))
        fails = table.profiled & ~holds & ~open_
        terms = load_vocabulary().concerns
        for code in condition.codes:
            if terms[code].by_finding:
                fails &= table.has_concern(code)
        return Truth(sure, holds, fails)

    def identity(self, condition: Identity) -> Truth:
        column, codes = self.table.identity(condition.field)
        chosen = np.zeros(int(np.iinfo(column.dtype).max) + 1, np.bool_)
        chosen[[codes[value] for value in condition.values if value in codes]] = True
        unknown, holds = column == 0, chosen[column]
        if condition.if_unknown:
            holds = holds | unknown
        fails = ~holds if condition.if_unknown is not None else ~holds & ~unknown
        return Truth(holds, holds, fails)

    def listed(self, condition: Listed) -> Truth:
        if self.hits is None:
            return self.everywhere(None)
        holds, firm, told = (np.zeros(self.table.n, np.bool_) for _ in range(3))
        for number, found in self.hits.items():
            row = self.table.row_of(number)
            if row is not None:
                fitting = [hit for hit in found if hit_fits(condition, hit, self.context)]
                told[row], holds[row] = True, bool(fitting)
                firm[row] = any(hit_status(hit) is not ClaimStatus.INFERRED for hit in fitting)
        if self.screened is not None and (not self.screened or condition.lists - self.screened):
            told[:] = False
        return Truth(firm, holds, told & ~holds)

    def linked(self, condition: Linked) -> Truth:
        inner = self.truth(condition.having)
        firm, holds, open_, untold = (np.zeros(self.table.n, np.bool_) for _ in range(4))
        for name in condition.by:
            if name == ENGAGEMENT:
                together = self.table.together(inner.holds, inner.firm)
                holds, firm, told = holds | together.holds, firm | together.firm, together.told
            else:
                ties = self.table.ties(name)
                reach = ties.closure if TIES[name].chain else ties.reach
                holds = holds | reach(inner.holds, False)
                firm = firm | reach(inner.firm, True)
                open_ = open_ | reach(~inner.holds & ~inner.fails, False)
                told = ties.told
            untold = untold | ~told
        return Truth(firm, holds, ~holds & ~open_ & ~untold)

    def brief_term(self, condition: BriefTerm) -> Truth:
        terms = {"exclusivity": self.context.exclusivity, "endorsement": self.context.endorsement}
        return self.everywhere(terms[condition.term])

    def seeker_is(self, condition: SeekerIs) -> Truth:
        value = self.context.sector if condition.field == "sector" else self.context.kind
        return self.everywhere(None if value is None else value in condition.values)

    def regulated(self, condition: RegulatedBySeeker) -> Truth:  # noqa: ARG002
        regulates = self.context.regulates
        industry = self.truth(Identity("industry", regulates or frozenset()))
        ties: Ties = self.table.ties("regulator")
        seeker = np.zeros(self.table.n, np.bool_)
        row = None if self.seeker_number is None else self.table.row_of(self.seeker_number)
        if row is not None:
            seeker[row] = True
        holds, firm = industry.holds | ties.reach(seeker, False), industry.firm | ties.reach(seeker, True)
        if regulates is None:
            return Truth(firm, holds, np.zeros_like(holds))
        return Truth(firm, holds, ~holds & industry.fails if regulates else ~holds)


_JUDGES: dict[type, Callable[..., Truth]] = {
    AllOf: _Rows.all_of,
    AnyOf: _Rows.any_of,
    Not: _Rows.not_,
    Concern: _Rows.concern,
    Identity: _Rows.identity,
    Listed: _Rows.listed,
    Linked: _Rows.linked,
    BriefTerm: _Rows.brief_term,
    SeekerIs: _Rows.seeker_is,
    RegulatedBySeeker: _Rows.regulated,
}
