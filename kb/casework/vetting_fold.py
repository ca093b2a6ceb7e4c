"""From events to a vetting case: pure, total, and never losing a finding."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from kb.casework.findings import Finding
from kb.casework.screenings import ScreeningResult, finding_id, what_changed, why_changed
from kb.casework.trail import Event, stream_name, stream_parts
from kb.casework.vetting_cases import (
    Answer,
    CaseFinding,
    Decision,
    FindingState,
    Reply,
    Ruling,
    Screening,
    Second,
    VettingCase,
)
from kb.people import same_person

FAMILY = "vetting"
JOINED = "+"


def vetting_stream(policies: Sequence[str], organization_id: str) -> str:
    """Return the name of a case's stream, ``vetting:<policies>:<organization id>``; policies in any order."""
    escaped = [code.replace("%", "%25").replace(JOINED, "%2B") for code in sorted(set(policies))]
    return stream_name(FAMILY, JOINED.join(escaped), organization_id)


def vetting_stream_parts(stream: str) -> tuple[tuple[str, ...], str]:
    """Return the policies and the organization that a stream's name holds."""
    _, joined, organization_id = stream_parts(stream)
    codes = tuple(code.replace("%2B", JOINED).replace("%25", "%") for code in joined.split(JOINED))
    return codes, organization_id


def fold(members: Sequence[str], policies: Sequence[str], events: Iterable[Event]) -> VettingCase:
    """Fold the events of an organization's case, and of those merged into it, oldest first.

    Parameters
    ----------
    members : sequence of str
        The living organization first.
    policies : sequence of str
    events : iterable of Event
    """
    folding = _Folding(members[0])
    for event in events:
        folding.take(event)
    return VettingCase(
        organization_id=members[0],
        members=tuple(members),
        policies=tuple(sorted(set(policies))),
        screenings=tuple(folding.screenings),
        findings=tuple(folding.findings.values()),
        decisions=tuple(folding.decisions.values()),
        replies=tuple(folding.replies),
        answer_history=tuple(folding.answers),
        last_event=folding.last_event,
    )


Home = tuple[str, str]
"""An organization's id, and a finding's ``policy|rule|about``."""


class _Folding:
    """A case in the making."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.screenings: list[Screening] = []
        self.findings: dict[Home, CaseFinding] = {}
        self.decisions: dict[int, Decision] = {}
        self.replies: list[Reply] = []
        self.answers: list[Answer] = []
        self.last_event = 0

    def take(self, event: Event) -> None:
        """Let one event do what it does; a kind that this version does not know does nothing."""
        kinds: Mapping[str, Callable[[Event, str], None]] = {
            "screened": self._screened,
            "decided": self._decided,
            "seconded": self._seconded,
            "replied": self._replied,
            "answered": self._answered,
        }
        self.last_event = event.number
        if event.kind in kinds:
            kinds[event.kind](event, vetting_stream_parts(event.stream)[1])

    def _screened(self, event: Event, home: str) -> None:
        result = ScreeningResult.model_validate(event.body["result"])
        covers = tuple(event.body["covers"])
        screening = Screening(event.number, event.who, event.at, home, covers, result)
        found = {finding_id(finding): finding for finding in result.findings}
        new, reopened = [], []
        for key, finding in found.items():
            before = self._known(covers, home, key)
            after = self._found(before, home, finding, screening)
            self._superseded(covers, home, key)
            self.findings[home, key] = after
            if before is None:
                new.append(after.id)
            elif before.state is not after.state and (before.gone_because or after.state is FindingState.OPEN):
                reopened.append(after.id)
        gone = self._no_longer_found(screening, found)
        self.screenings.append(replace(screening, new=tuple(new), reopened=tuple(reopened), gone=tuple(gone)))

    def _known(self, covers: Sequence[str], home: str, key: str) -> CaseFinding | None:
        """Return what is known of a finding: of the organization itself, else of one merged into it."""
        homes = (home, *(member for member in covers if member != home))
        return next((self.findings[member, key] for member in homes if (member, key) in self.findings), None)

    def _found(self, before: CaseFinding | None, home: str, finding: Finding, screening: Screening) -> CaseFinding:
        key, number = self._id(home, finding_id(finding)), screening.number
        if before is None:
            return CaseFinding(key, home, finding, number, number)
        changed = f"found again; it was {before.gone_because}" if before.gone_because else before.changed
        if before.finding.digest != finding.digest:
            causes = why_changed(self._result(before.last_seen), screening.result, finding.policy)
            changed = "; ".join(filter(None, (what_changed(before.finding, finding), causes)))
        return replace(
            before,
            id=key,
            organization_id=home,
            finding=finding,
            last_seen=number,
            decisions=self._decisions_on(screening.covers, finding_id(finding)),
            changed=changed,
            gone_because="",
        )

    def _decisions_on(self, covers: Sequence[str], key: str) -> tuple[Decision, ...]:
        """Return every decision on a finding, those of merged organizations too: the latest of them counts."""
        known = [self.findings[member, key] for member in covers if (member, key) in self.findings]
        decisions = {decision.number: decision for item in known for decision in item.decisions}
        return tuple(decisions[number] for number in sorted(decisions))

    def _superseded(self, covers: Sequence[str], home: str, key: str) -> None:
        """Close a finding in the cases of merged organizations: it is now found for the one that absorbed them."""
        for member in covers:
            known = self.findings.get((member, key))
            if member != home and known is not None and not known.gone_because:
                self.findings[member, key] = replace(known, gone_because=f"is now found for {home}, which absorbed it")

    def _no_longer_found(self, screening: Screening, found: Mapping[str, Finding]) -> list[str]:
        gone = []
        for (home, key), known in self.findings.items():
            here = home in screening.covers and key not in found and not known.gone_because
            if here and screening.result.judged(known.finding):
                causes = why_changed(self._result(known.last_seen), screening.result, known.finding.policy)
                said = f"no longer found on {screening.at.date()}: {causes or 'the facts no longer meet the rule'}"
                self.findings[home, key] = replace(known, gone_because=said)
                gone.append(known.id)
        return gone

    def _result(self, number: int) -> ScreeningResult:
        return next(item.result for item in self.screenings if item.number == number)

    def _id(self, home: str, key: str) -> str:
        return key if home == self.root else f"{home}@{key}"

    def _decided(self, event: Event, home: str) -> None:
        body = event.body
        decision = Decision(
            number=event.number,
            who=event.who,
            at=event.at,
            finding_id=self._id(home, body["finding"]),
            digest=body["digest"],
            ruling=Ruling(body["ruling"]),
            reason=body["reason"],
            evidence=body.get("evidence", ""),
            needs_second=body.get("needs_second", False),
        )
        self.decisions[event.number] = decision
        known = self.findings.get((home, body["finding"]))
        if known is not None:
            self.findings[home, body["finding"]] = replace(known, decisions=(*known.decisions, decision))

    def _seconded(self, event: Event, home: str) -> None:  # noqa: ARG002
        first = self.decisions.get(event.body["decision"])
        if first is None or first.second is not None or same_person(first.who, event.who):
            return
        second = Second(event.number, event.who, event.at, event.body["agreed"], event.body["reason"])
        seconded = replace(first, second=second)
        self.decisions[first.number] = seconded
        for place, known in self.findings.items():
            if any(item.number == first.number for item in known.decisions):
                decisions = tuple(seconded if item.number == first.number else item for item in known.decisions)
                self.findings[place] = replace(known, decisions=decisions)

    def _replied(self, event: Event, home: str) -> None:  # noqa: ARG002
        body = dict(event.body)
        received, about = date.fromisoformat(body.pop("received_on")), tuple(body.pop("about"))
        self.replies.append(Reply(event.number, event.who, event.at, received_on=received, about=about, **body))

    def _answered(self, event: Event, home: str) -> None:  # noqa: ARG002
        self.answers.append(Answer(event.number, event.who, event.at, **event.body))
