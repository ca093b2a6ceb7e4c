"""The policy packs that a brief is bound by: whom their exclusions set apart from the ranking, and why."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kb.casework.findings import Severity
from kb.casework.vetting_cases import CaseOutcome, FindingState
from kb.knowledge_base import KnowledgeBase
from matcher.query import Scored
from matcher.vetting.errors import PolicyError
from matcher.vetting.facts import Context, gather_facts
from matcher.vetting.masks import excluded_rows
from matcher.vetting.policy import Policy, known_policies, load_policies
from matcher.vetting.standing_table import StandingTable
from matcher.vetting.verdict import vet

Mask = NDArray[np.bool_]
KEPT = 8


@dataclass(frozen=True)
class _Exclusions:
    """Whom some packs exclude in one context, and why, as far as anybody asked."""

    packs: tuple[Policy, ...]
    context: Context
    rows: Mask
    dismissed: frozenset[str]
    reasons: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def titles(self) -> dict[str, str]:
        """The packs' titles by code."""
        return {pack.code: pack.title for pack in self.packs}


def policy_titles() -> dict[str, str]:
    """Return the title of every pack that comes with the product, by code."""
    return {pack.code: pack.title for pack in load_policies(known_policies())}


def policy_problems(policies: Sequence[str]) -> list[str]:
    """Return what is wrong with the packs that a brief names, one line each; empty when nothing is."""
    try:
        load_policies(policies)
    except PolicyError as error:
        return [f"policies: {problem}" for problem in error.problems]
    return []


class PolicyTerms:
    """Exclusions of policy packs over all organizations, kept until facts or decisions change.

    An organization whose exclusions a person dismissed, in a case that covers the brief's packs, is no longer set
    apart.
    """

    def __init__(self, kb: KnowledgeBase) -> None:
        self.kb = kb
        self._table: tuple[int, StandingTable] | None = None
        self._kept: OrderedDict[object, _Exclusions] = OrderedDict()

    def excluded(self, scored: Scored) -> Mask:
        """Return whom the brief's packs exclude; bool (n,).

        Raises
        ------
        matcher.vetting.errors.PolicyError
            When a pack is unknown or wrong.
        """
        if not scored.query.brief.policies:
            return np.zeros(scored.columns.n, np.bool_)
        return self._exclusions(scored).rows

    def reasons(self, scored: Scored, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return in words why the packs exclude organizations, for those that they exclude."""
        if not scored.query.brief.policies or not ids:
            return {}
        kept = self._exclusions(scored)
        unsaid = [key for key in ids if key not in kept.reasons]
        for key, facts in gather_facts(self.kb, unsaid).items() if unsaid else ():
            findings = [
                item for item in vet(facts, kept.packs, kept.context).findings if item.severity is Severity.EXCLUDE
            ]
            told = tuple(f"{kept.titles[item.policy]}: {item.title}. {item.message}" for item in findings)
            kept.reasons[key] = () if key in kept.dismissed else told
        return {key: kept.reasons[key] for key in ids if kept.reasons.get(key)}

    def _exclusions(self, scored: Scored) -> _Exclusions:
        query, columns = scored.query, scored.columns
        context = Context.of(query.brief, query.seeker)
        key = (columns.last_change, self.kb.casework.newest_event(), query.brief.policies, context)
        if key not in self._kept:
            packs = load_policies(query.brief.policies)
            rows = excluded_rows(self._standing(scored), packs, context, seeker_number=query.seeker_number).rows
            dismissed = self._dismissed(query.brief.policies)
            for organization_id in dismissed:
                number = self.kb.number_of(organization_id)
                row = None if number is None else columns.row_of(number)
                if row is not None:
                    rows[row] = False
            self._kept[key] = _Exclusions(packs, context, rows, dismissed)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return self._kept[key]

    def _standing(self, scored: Scored) -> StandingTable:
        change = scored.columns.last_change
        if self._table is None or self._table[0] != change:
            self._table = (change, StandingTable.of(self.kb, scored.columns))
        return self._table[1]

    def _dismissed(self, policies: Sequence[str]) -> frozenset[str]:
        """Return the organizations whose exclusions, in a case that covers the packs, were all dismissed."""
        return frozenset(
            case.organization_id
            for case in self.kb.casework.cases()
            if set(policies) <= set(case.policies)
            and case.verdict().outcome is not CaseOutcome.EXCLUDE
            and any(
                item.state is FindingState.DISMISSED and item.finding.severity is Severity.EXCLUDE
                for item in case.findings
            )
        )
