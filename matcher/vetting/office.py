"""The vetting office: names in, screened and judged organizations out, ready for pages, commands and dossiers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from kb import journal, landing
from kb.brief import Brief
from kb.casework.screenings import ListUsed, PackUsed, ScreeningResult
from kb.casework.vetting_cases import VettingCase
from kb.importing.parsed import Progress, no_progress
from kb.knowledge_base import KnowledgeBase
from kb.organization import Organization
from kb.people import current_user
from matcher.errors import MatcherError
from matcher.vetting.asked_names import AskedName, NameList
from matcher.vetting.bulk import BulkResult, BulkRow
from matcher.vetting.diligence import assess
from matcher.vetting.diligence_facts import Pair
from matcher.vetting.dossier import Dossier, DossierEntry
from matcher.vetting.facts import Context, Hits, Surroundings, VettingFacts, gather_facts, hits_by_id
from matcher.vetting.office_parts import (
    concerned,
    folded,
    pack_digest,
    result_of,
    rows_of,
    screening_facts,
    stranger,
    subject,
)
from matcher.vetting.policy import Policy, load_policies
from matcher.vetting.resolving import Resolved, Resolver
from matcher.vetting.screening import Screener

REPORT_EVERY = 50


class VettingOffice:
    """Vets lists of names on one knowledge base.

    Parameters
    ----------
    kb : KnowledgeBase
    """

    def __init__(self, kb: KnowledgeBase) -> None:
        self.kb = kb
        self._resolver: tuple[int, Resolver] | None = None
        self._screener: tuple[tuple[str, ...], Screener] | None = None

    # Looking names up ------------------------------------------------------------------------

    def resolve(self, names: Sequence[AskedName], progress: Progress = no_progress) -> tuple[Resolved, ...]:
        """Look names up in the knowledge base; see `matcher.vetting.resolving`."""
        with self.kb.reading() as connection:
            change = journal.last_change(connection)
            known = self._resolver if self._resolver and self._resolver[0] == change else None
            identities = [] if known else landing.identities(connection)
        self._resolver = known or (change, Resolver(identities, progress))
        return self._resolver[1].resolve(names, progress)

    def names_of(self, ids: Sequence[str]) -> NameList:
        """Return organizations as a list of names to vet.

        Raises
        ------
        kb.errors.UnknownOrganizationError
            For an id that is not in the knowledge base.
        """
        found = [self.kb.get(key) for key in ids]
        return NameList(
            tuple(AskedName(row, item.name, item.country, id=item.id) for row, item in enumerate(found, start=1))
        )

    # Screening -------------------------------------------------------------------------------

    def screen(
        self,
        names: NameList,
        policies: Sequence[str | Path],
        *,
        brief: Brief | None = None,
        chosen: Mapping[int, str] | None = None,
        record: bool = False,
        who: str | None = None,
        progress: Progress = no_progress,
    ) -> BulkResult:
        """Look names up, screen them against the imported watchlists, and judge them by policies.

        Parameters
        ----------
        names : NameList
        policies : sequence of str or Path
            Codes of policy packs, or paths of one's own.
        brief : Brief, optional
            Who is looking, and on which terms.
        chosen : mapping of int to str, optional
            For rows where a person chose: the row, and the organization's id, or an empty text for none of them.
        record : bool
            Record the screenings of matched organizations in the trail.
        who : str, optional
        progress : Progress

        Raises
        ------
        matcher.vetting.errors.PolicyError
            When a pack cannot be used.
        """
        packs = load_policies(policies)
        if not packs:
            raise MatcherError("name at least one policy pack to vet against")
        resolved = self._chosen(self.resolve(names.names, progress), chosen or {})
        lists = tuple(stored.used for stored in self.kb.watchlists.all())
        now = datetime.now(UTC)
        screened = frozenset(used.code for used in lists if used.staleness(now.date()).level != "stale")
        seeker = self._seeker(brief)
        context = Context.of(brief, seeker, now.date()) if brief else Context(today=now.date())
        facts, hits = self._facts(resolved, lists, screened, progress)
        results = self._judged(facts, packs, lists, context, progress)
        person = who or current_user()
        matched = dict.fromkeys(item.organization_id for item in resolved if item.organization_id)
        recorded = record and bool(matched)
        if recorded:
            cases = self.kb.casework.record_screenings([results[key] for key in matched if key], person)
            by_id = dict(zip(matched, cases, strict=True))
        else:
            by_id = {key: self._preview(results[key], person, now) for key in matched if key}
        rows = rows_of(resolved, facts, results, by_id, hits, person, now)
        documents = dict.fromkeys(rule.document.title for pack in packs for rule in pack.rules)
        trail = self.kb.casework.verify_trail()
        return BulkResult(
            rows=tuple(rows),
            rejections=names.rejections,
            policies=tuple((pack.code, pack.title) for pack in packs),
            documents=tuple(documents),
            lists=lists,
            made_at=now,
            who=person,
            recorded=recorded,
            head=trail.head,
            trail_problem=trail.problem,
            brief=brief.title if brief else "",
        )

    def _chosen(self, resolved: tuple[Resolved, ...], chosen: Mapping[int, str]) -> tuple[Resolved, ...]:
        """Put a person's choices in; a choice must be one of the options."""
        return tuple(item.choose(chosen[item.asked.row]) if item.asked.row in chosen else item for item in resolved)

    def _seeker(self, brief: Brief | None) -> Organization | None:
        if brief is None or not brief.seeker.organization_id:
            return None
        return self.kb.get(brief.seeker.organization_id)

    def _facts(
        self,
        resolved: Sequence[Resolved],
        lists: Sequence[ListUsed],
        screened: frozenset[str],
        progress: Progress,
    ) -> tuple[dict[str, VettingFacts], Hits]:
        """Return the facts about everybody matched or possible, and about names alone; and the list hits."""
        ids = dict.fromkeys(option.organization_id for item in resolved for option in concerned(item))
        progress("Reading profiles and ties", 0, len(ids))
        gathered = gather_facts(self.kb, list(ids))
        strangers = {item.id: item for item in (stranger(found) for found in resolved if not found.organization_id)}
        around = next((fact.surroundings for fact in gathered.values()), Surroundings.of(()))
        everybody = {**around.organizations, **strangers}
        hits: Hits | None = None
        if lists:
            found = self._screening(lists, progress).screen([subject(item) for item in everybody.values()], progress)
            hits = hits_by_id(everybody, found)
        around = replace(around, organizations=everybody, hits=hits, screened=screened if lists else None)
        facts = {key: VettingFacts(everybody[key], around) for key in (*gathered, *strangers)}
        return facts, hits or {}

    def _screening(self, lists: Sequence[ListUsed], progress: Progress) -> Screener:
        key = tuple(f"{used.code} {used.digest}" for used in lists)
        if self._screener is None or self._screener[0] != key:
            progress("Reading watchlists", 0, len(lists))
            self._screener = key, Screener(self.kb.watchlists.watchlists())
            progress("Reading watchlists", len(lists), len(lists))
        return self._screener[1]

    def _judged(
        self,
        facts: Mapping[str, VettingFacts],
        packs: Sequence[Policy],
        lists: Sequence[ListUsed],
        context: Context,
        progress: Progress,
    ) -> dict[str, ScreeningResult]:
        with self.kb.reading() as connection:
            change = journal.last_change(connection)
        used = tuple(PackUsed(code=pack.code, title=pack.title, digest=pack_digest(pack)) for pack in packs)
        results = {}
        for done, (key, known) in enumerate(facts.items()):
            if done % REPORT_EVERY == 0:
                progress("Judging by policies", done, len(facts))
            results[key] = result_of(known, packs, used, tuple(lists), context, change)
        progress("Judging by policies", len(facts), len(facts))
        return results

    def _preview(self, result: ScreeningResult, who: str, at: datetime) -> VettingCase:
        """Return the case as it would be if this screening were recorded, earlier decisions included."""
        case = self.kb.casework.case(result.organization_id, result.policies)
        events = self.kb.casework.case_events(result.organization_id, result.policies) if case.last_event else []
        return folded(result, who, at, case.members, events)

    # Dossiers --------------------------------------------------------------------------------

    def dossier(
        self, result: BulkResult, *, brief: Brief | None = None, title: str = "", progress: Progress = no_progress
    ) -> Dossier:
        """Add due diligence to what was found, and put the gravest first.

        Parameters
        ----------
        result : BulkResult
        brief : Brief, optional
            The one that was vetted for.
        title : str
        progress : Progress
        """
        rows = [row for row in result.gravest_first() if row.same_as_row is None]
        seeker = self._seeker(brief)
        entries = []
        for done, row in enumerate(rows):
            if done % REPORT_EVERY == 0:
                progress("Laying out due diligence", done, len(rows))
            entries.append(
                DossierEntry(
                    row, assess(self._pair(row, brief, seeker), screening_facts(row, result), row.case.answers)
                )
            )
        progress("Laying out due diligence", len(rows), len(rows))
        return Dossier(title or "Vetting dossier", result, tuple(entries))

    def _pair(self, row: BulkRow, brief: Brief | None, seeker: Organization | None) -> Pair:
        findings = tuple(item.finding for item in row.standing)
        gaps = tuple(dict.fromkeys(gap.what.partition(": ")[0] for gap in row.not_assessed))
        if not row.known:
            return Pair(row.organization, findings, gaps, brief=brief, seeker=seeker)
        relations = tuple(self.kb.relations_of(row.organization.id))
        others = {side for item in relations for side in (item.subject_id, item.object_id)}
        names = {item.id: item.name for item in self.kb.get_many(sorted(others))}
        engagements = tuple(self.kb.engagements_of(row.organization.id))
        return Pair(row.organization, findings, gaps, engagements, relations, names, brief, seeker)
