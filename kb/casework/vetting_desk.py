"""Working on vetting cases: screenings, decisions with four eyes, replies, due diligence. The rules are kept here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from pydantic import Field
from sqlalchemy import Connection

from kb.casework import trail
from kb.casework.desk import Desk, families, living, members, person, reasoned, refuse_unknown
from kb.casework.errors import CaseworkError, checked
from kb.casework.findings import Severity
from kb.casework.screenings import ScreeningResult, finding_id
from kb.casework.trail import Draft, Event
from kb.casework.vetting_cases import AreaState, CaseFinding, FindingState, Ruling, VettingCase
from kb.casework.vetting_fold import FAMILY, fold, vetting_stream, vetting_stream_parts
from kb.errors import ConflictError, UnknownRecordError
from kb.organization import Frozen, Name, ShortText, Text
from kb.people import current_user, require, same_person
from kb.roles import Permission

SETTINGS = trail.stream_name("settings", "four_eyes")


class NewAnswer(Frozen):
    """An answer to record. Without a question it judges the whole area, in one of the states of `AreaState`."""

    area: Name
    question: ShortText = ""
    state: Name
    note: Text = ""
    evidence: Text = ""


class NewReply(Frozen):
    """What an organization replied; `about` names findings by id, and is empty for the whole case."""

    text: Text = Field(min_length=1)
    received_on: date
    sender: ShortText = ""
    about: tuple[str, ...] = ()
    evidence: Text = ""


class _Decided(Frozen):
    finding: str
    digest: str
    ruling: Ruling
    reason: Text
    evidence: Text
    needs_second: bool


class _Seconded(Frozen):
    decision: int
    agreed: bool
    reason: Text


class VettingDesk(Desk):
    """Vetting cases. A case is named by an organization and the policies that it is vetted against."""

    # Reading ---------------------------------------------------------------------------------

    def case(self, organization_id: str, policies: Sequence[str]) -> VettingCase:
        """Return a case; one that nobody screened yet is empty, and not assessed."""
        with self._reading() as connection:
            return _case(connection, organization_id, policies)

    def cases(self, organization_id: str | None = None) -> list[VettingCase]:
        """Return every case, or every case of one organization, by organization and policies."""
        with self._reading() as connection:
            if organization_id is None:
                return _folded(connection, trail.read_family(connection, FAMILY))
            wanted = set(members(connection, organization_id))
            names = [name for name in trail.streams(connection, FAMILY) if vetting_stream_parts(name)[1] in wanted]
            return _folded(connection, trail.read(connection, names))

    def case_events(self, organization_id: str, policies: Sequence[str]) -> list[Event]:
        """Return the trail of a case, oldest first."""
        with self._reading() as connection:
            return _events(connection, members(connection, organization_id), policies)

    def four_eyes(self) -> bool:
        """Whether dismissing an exclusion needs a second person."""
        with self._reading() as connection:
            return _four_eyes(connection)

    # Recording -------------------------------------------------------------------------------

    def require_four_eyes(self, required: bool, reason: str, who: str | None = None) -> None:
        """Switch the four-eyes option on or off from now on; what awaits a second person goes on waiting."""
        require(Permission.SET_FOUR_EYES)
        name, why = person(who), reasoned(reason, "switching four eyes on or off")
        with self._writing() as connection:
            trail.append(connection, [Draft(SETTINGS, "four_eyes", {"required": required, "reason": why})], name)

    def record_screening(self, result: ScreeningResult, who: str | None = None) -> VettingCase:
        """Record a screening; the case says what is new, reopened and gone (`screenings[-1]`)."""
        return self.record_screenings([result], who)[0]

    def record_screenings(self, results: Sequence[ScreeningResult], who: str | None = None) -> list[VettingCase]:
        """Record screenings of many organizations in one transaction; returns their cases in the same order.

        Raises
        ------
        UnknownOrganizationError, CaseworkError
            For an organization that is not in the knowledge base, or findings about another one; nothing is recorded.
        """
        with self._writing() as connection:
            refuse_unknown(connection, [result.organization_id for result in results])
            grouped = families(connection, [result.organization_id for result in results])
            roots = {member: root for root, family in grouped.items() for member in family}
            drafts = [_screened(result, grouped[roots[result.organization_id]]) for result in results]
            trail.append(connection, drafts, who or current_user())
        with self._reading() as connection:
            return _cases_of(connection, [(roots[item.organization_id], item.policies) for item in results], grouped)

    def decide(
        self,
        organization_id: str,
        policies: Sequence[str],
        finding: str,
        ruling: Ruling,
        reason: str,
        *,
        evidence: str = "",
        who: str | None = None,
        seen: str = "",
    ) -> VettingCase:
        """Confirm, dismiss, escalate or reopen a finding.

        Parameters
        ----------
        organization_id : str
        policies : sequence of str
        finding : str
            Its `CaseFinding.id`.
        ruling : Ruling
        reason : str
            Never empty.
        evidence : str
            A link or a note.
        who : str, optional
        seen : str
            `Finding.digest` of what the person looked at; a finding that changed since is not decided.

        Raises
        ------
        CaseworkError
            Without a person or a reason, or when the finding is gone.
        ConflictError
            When the finding changed since it was looked at.
        UnknownRecordError
            When the case has no such finding.
        """
        name, why = person(who), reasoned(reason, "a decision")
        with self._writing() as connection:
            living(connection, organization_id)
            found = _finding(_case(connection, organization_id, policies), finding)
            _refuse_undecidable(found, seen)
            exclusion = ruling is Ruling.DISMISSED and found.finding.severity is Severity.EXCLUDE
            body = {
                "finding": finding_id(found.finding),
                "digest": found.finding.digest,
                "ruling": ruling,
                "reason": why,
                "evidence": evidence,
                "needs_second": exclusion and _four_eyes(connection),
            }
            decided = checked(_Decided, "the decision", body).model_dump(mode="json")
            trail.append(connection, [Draft(vetting_stream(policies, found.organization_id), "decided", decided)], name)
            return _case(connection, organization_id, policies)

    def second(
        self,
        organization_id: str,
        policies: Sequence[str],
        finding: str,
        *,
        agreed: bool,
        reason: str,
        who: str | None = None,
    ) -> VettingCase:
        """Agree or disagree, as the second person, with the dismissal of an exclusion.

        Raises
        ------
        CaseworkError
            When the finding awaits nobody, or the second person is the first.
        UnknownRecordError
            When the case has no such finding.
        """
        name, why = person(who), reasoned(reason, "a second person's word")
        with self._writing() as connection:
            living(connection, organization_id)
            found = _finding(_case(connection, organization_id, policies), finding)
            if found.state is not FindingState.AWAITING_SECOND:
                raise CaseworkError(f"{finding} does not await a second person: it is {found.state.value}")
            first = found.decisions[-1]
            if same_person(first.who, name):
                raise CaseworkError(f"{first.who} dismissed {finding}; another person must look at it")
            body = {"decision": first.number, "agreed": agreed, "reason": why}
            seconded = checked(_Seconded, "the second person's word", body).model_dump(mode="json")
            stream = vetting_stream(policies, found.organization_id)
            trail.append(connection, [Draft(stream, "seconded", seconded)], name)
            return _case(connection, organization_id, policies)

    def record_reply(
        self, organization_id: str, policies: Sequence[str], reply: NewReply, who: str | None = None
    ) -> VettingCase:
        """Record what the organization says to the findings; it changes no decision.

        Raises
        ------
        UnknownRecordError
            When it is about a finding that the case does not have.
        """
        with self._writing() as connection:
            root = living(connection, organization_id)
            case = _case(connection, root, policies)
            for about in reply.about:
                _finding(case, about)
            draft = Draft(vetting_stream(policies, root), "replied", reply.model_dump(mode="json"))
            trail.append(connection, [draft], who or current_user())
            return _case(connection, root, policies)

    def record_answers(
        self, organization_id: str, policies: Sequence[str], answers: Sequence[NewAnswer], who: str | None = None
    ) -> VettingCase:
        """Record answers to questions of due diligence; earlier answers stay in the history.

        Raises
        ------
        CaseworkError
            When a whole area is judged in a state that is none of the four.
        """
        for answer in answers:
            if not answer.question and answer.state not in set(AreaState):
                states = ", ".join(AreaState)
                raise CaseworkError(f"area {answer.area}: {answer.state!r} is no state of an area; choose of {states}")
        with self._writing() as connection:
            root = living(connection, organization_id)
            stream = vetting_stream(policies, root)
            drafts = [Draft(stream, "answered", answer.model_dump(mode="json")) for answer in answers]
            trail.append(connection, drafts, who or current_user())
            return _case(connection, root, policies)


def _events(connection: Connection, family: Sequence[str], policies: Sequence[str]) -> list[Event]:
    if not policies:
        raise CaseworkError("a case needs at least one policy; name the policy packs to vet against")
    return trail.read(connection, [vetting_stream(policies, member) for member in family])


def _case(connection: Connection, organization_id: str, policies: Sequence[str]) -> VettingCase:
    family = members(connection, organization_id)
    return fold(family, policies, _events(connection, family, policies))


def _folded(connection: Connection, events: Sequence[Event]) -> list[VettingCase]:
    parts = {event.stream: vetting_stream_parts(event.stream) for event in events}
    grouped = families(connection, [organization for _, organization in parts.values()])
    roots = {member: root for root, family in grouped.items() for member in family}
    cases: dict[tuple[str, tuple[str, ...]], list[Event]] = defaultdict(list)
    for event in events:
        policies, organization = parts[event.stream]
        cases[roots[organization], policies].append(event)
    return [fold(grouped[root], policies, cases[root, policies]) for root, policies in sorted(cases)]


def _cases_of(
    connection: Connection, wanted: Sequence[tuple[str, Sequence[str]]], grouped: dict[str, list[str]]
) -> list[VettingCase]:
    names = [vetting_stream(policies, member) for root, policies in wanted for member in grouped[root]]
    folded = _folded(connection, trail.read(connection, names))
    found = {(case.organization_id, case.policies): case for case in folded}
    return [found[root, tuple(sorted(set(policies)))] for root, policies in wanted]


def _screened(result: ScreeningResult, family: Sequence[str]) -> Draft:
    strangers = sorted({finding.organization_id for finding in result.findings} - set(family))
    if strangers:
        raise CaseworkError(
            f"the screening of {result.organization_id} holds findings about {', '.join(strangers)}; "
            "put what concerns another organization into a ground, and record its own case for it"
        )
    body = {"result": result.model_dump(mode="json"), "covers": list(family)}
    return Draft(vetting_stream(result.policies, family[0]), "screened", body)


def _finding(case: VettingCase, key: str) -> CaseFinding:
    for found in case.findings:
        if found.id == key:
            return found
    raise UnknownRecordError(
        f"the case of {case.organization_id} under {', '.join(case.policies)} has no finding {key!r}; "
        f"it has: {', '.join(found.id for found in case.findings) or 'none'}"
    )


def _refuse_undecidable(found: CaseFinding, seen: str) -> None:
    if found.state is FindingState.GONE:
        raise CaseworkError(f"{found.id} is gone ({found.gone_because}); there is nothing to decide")
    if seen and seen != found.finding.digest:
        raise ConflictError(
            f"{found.id} changed since you looked at it: {found.changed or 'screened again'}; look again, then decide"
        )


def _four_eyes(connection: Connection) -> bool:
    events = trail.read(connection, [SETTINGS])
    return bool(events and events[-1].body["required"])
