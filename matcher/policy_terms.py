"""The policy packs that a brief is bound by: whom their exclusions set apart from the ranking, and why."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kb.casework.findings import Severity
from kb.casework.vetting_cases import CaseOutcome, FindingState
from kb.knowledge_base import KnowledgeBase
from matcher.query import Scored
from matcher.vetting.errors import PolicyError
from matcher.vetting.facts import Context, gather_facts
from matcher.vetting.masks import excluded_rows
from matcher.vetting.policy import known_policies, load_policies
from matcher.vetting.standing_table import StandingTable
from matcher.vetting.verdict import vet

Mask = NDArray[np.bool_]
MASKS_KEPT = 8


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

    An exclusion that a person dismissed, in a case under one of the packs, no longer sets anybody apart.
    """

    def __init__(self, kb: KnowledgeBase) -> None:
        self.kb = kb
        self._table: tuple[int, StandingTable] | None = None
        self._masks: OrderedDict[object, Mask] = OrderedDict()

    def excluded(self, scored: Scored) -> Mask:
        """Return whom the brief's packs exclude; bool (n,).

        Raises
        ------
        matcher.vetting.errors.PolicyError
            When a pack is unknown or wrong.
        """
        query, columns = scored.query, scored.columns
        if not query.brief.policies:
            return np.zeros(columns.n, np.bool_)
        context = Context.of(query.brief, query.seeker)
        key = (columns.last_change, self.kb.casework.newest_event(), query.brief.policies, context)
        if key not in self._masks:
            packs = load_policies(query.brief.policies)
            found = excluded_rows(self._standing(scored), packs, context, seeker_number=query.seeker_number).rows
            for organization_id in self._dismissed(query.brief.policies):
                number = self.kb.number_of(organization_id)
                row = None if number is None else columns.row_of(number)
                if row is not None:
                    found[row] = False
            self._masks[key] = found
            if len(self._masks) > MASKS_KEPT:
                self._masks.popitem(last=False)
        return self._masks[key]

    def reasons(self, scored: Scored, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return in words why the packs exclude organizations, for those that they exclude."""
        brief = scored.query.brief
        if not brief.policies or not ids:
            return {}
        packs = load_policies(brief.policies)
        titles = {pack.code: pack.title for pack in packs}
        context = Context.of(brief, scored.query.seeker)
        released = self._dismissed(brief.policies)
        found = {}
        for key, facts in gather_facts(self.kb, ids).items():
            findings = [item for item in vet(facts, packs, context).findings if item.severity is Severity.EXCLUDE]
            if findings and key not in released:
                found[key] = tuple(f"{titles[item.policy]}: {item.title}. {item.message}" for item in findings)
        return found

    def _standing(self, scored: Scored) -> StandingTable:
        change = scored.columns.last_change
        if self._table is None or self._table[0] != change:
            self._table = (change, StandingTable.of(self.kb, scored.columns))
        return self._table[1]

    def _dismissed(self, policies: Sequence[str]) -> frozenset[str]:
        """Return the organizations whose exclusions under some of the packs were all dismissed by a person."""
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
