"""What a policy finds in the facts about an organization. A finding is not a conclusion: a person decides."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from enum import StrEnum

from kb.organization import ClaimStatus, Frozen, Name, ShortText, Source, Text


class Severity(StrEnum):
    """How grave a finding is, in rising order: note it, look closer, take it higher, do not engage."""

    OBSERVATION = "observation"
    CAUTION = "caution"
    ESCALATE = "escalate"
    EXCLUDE = "exclude"

    @property
    def rank(self) -> int:
        """0 for an observation, up to 3 for an exclusion."""
        return list(Severity).index(self)


class Document(Frozen):
    """The document that a rule comes from: its title, the place in it, and an address."""

    title: Name
    section: ShortText = ""
    url: ShortText = ""


class Ground(Frozen):
    """One fact that a finding rests on.

    Attributes
    ----------
    text : str
        The quoted words when `verbatim`, or the fact in our own words.
    status : ClaimStatus
        How it is known; *unverified* and *inferred* must be shown as such.
    source : Source
        Where it can be checked.
    observed_on : date or None
        When the source said so; None when unknown.
    organization_id : str
        Whom the fact is about, when it is another than the one vetted (a parent, a member); else empty.
    """

    text: Text
    verbatim: bool = False
    status: ClaimStatus
    source: Source
    observed_on: date | None = None
    organization_id: ShortText = ""


class Finding(Frozen):
    """A rule of a policy pack that an organization's facts meet.

    Attributes
    ----------
    organization_id : str
    policy, rule : str
        Code of the pack, and the rule's id within it.
    about : str
        What tells two findings of one rule apart: a concern, a list entry, a related organization.
    severity : Severity
    title, message : str
    document : Document
        Where the rule comes from.
    grounds : tuple of Ground
        Never empty: every inference quotes its evidence.
    """

    organization_id: Name
    policy: Name
    rule: Name
    about: ShortText = ""
    severity: Severity
    title: Name
    message: Text
    document: Document
    grounds: tuple[Ground, ...]

    @property
    def key(self) -> str:
        """What makes it the same finding when the organization is vetted again."""
        return f"{self.rule}|{self.about}"

    @property
    def digest(self) -> str:
        """Changes when the severity or the grounds do, so that a decision about it must be made anew."""
        facts = sorted(
            [ground.text, ground.status.value, ground.source.name, ground.organization_id] for ground in self.grounds
        )
        return hashlib.sha256(json.dumps([self.severity.value, facts], ensure_ascii=False).encode()).hexdigest()[:16]
