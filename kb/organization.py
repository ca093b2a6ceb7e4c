"""The language of the product: organizations, claims, evidence, engagements, relations.

Everything believed about an organization beyond its identity is a claim. Unknown is not zero: what
nobody claimed is unknown, and a claim that a person rejected is known not to hold.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

MAX_NAME = 500
MAX_TEXT = 20_000

Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_TEXT)]
ShortText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_NAME)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_NAME)]
Fraction = Annotated[float, Field(ge=0.0, le=1.0)]


class Frozen(BaseModel):
    """A value object: immutable, and strict about field names."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ClaimKind(StrEnum):
    """What a claim is about."""

    CAPACITY = "capacity"
    NEED = "need"
    OFFER = "offer"
    VALUE = "value"
    AUDIENCE = "audience"
    CAUSE = "cause"
    PLACE = "place"
    CONCERN = "concern"
    RED_LINE = "red_line"
    REGULATES = "regulates"
    ASSET = "asset"


class ClaimStatus(StrEnum):
    """How a claim is known. A person's word (confirmed, rejected) wins over every other."""

    STATED = "stated"
    INFERRED = "inferred"
    UNVERIFIED = "unverified"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class ConcernRole(StrEnum):
    """How deep an organization is in what a concern names."""

    CORE = "core"
    MINOR = "minor"


class Evidence(Frozen):
    """Words that a claim rests on.

    Attributes
    ----------
    text : str
        The words themselves (`verbatim`), or the fact in our own words.
    verbatim : bool
        True when `text` stands in the source letter by letter.
    where : str
        The field, column or place in the source, e.g. ``"summary"`` or ``"row AALB.AS"``.
    """

    text: Text
    verbatim: bool = False
    where: ShortText = ""


class Source(Frozen):
    """Where a claim comes from: a publisher's name, and an address or row that can be looked up."""

    name: Name
    url: ShortText = ""
    row: ShortText = ""


class Claim(Frozen):
    """One thing believed about an organization.

    Attributes
    ----------
    kind, code
        What is claimed; `code` is a vocabulary term (a free tag only for `place` is never allowed).
    strength : float in 0..1
        How much of it: 0 none, 0.3 some, 0.6 substantial, 0.9 a defining one.
    status : ClaimStatus
    confidence : float in 0..1
        How sure we are that it holds.
    evidence : tuple of Evidence
        Must not be empty for an inferred claim.
    source : Source
    observed_on : date or None
        When the source said so; None when unknown.
    role : ConcernRole or None
        Only for concerns.
    revenue_share : float in 0..1 or None
        Only for concerns: share of revenue, where published.
    """

    kind: ClaimKind
    code: Name
    strength: Fraction = 0.6
    status: ClaimStatus = ClaimStatus.STATED
    confidence: Fraction = 1.0
    evidence: tuple[Evidence, ...] = ()
    source: Source
    observed_on: date | None = None
    role: ConcernRole | None = None
    revenue_share: Fraction | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.status is ClaimStatus.INFERRED and not self.evidence:
            raise ValueError(f"{self.kind} {self.code}: an inferred claim must quote its evidence")
        if self.role is not None and self.kind is not ClaimKind.CONCERN:
            raise ValueError(f"{self.kind} {self.code}: only a concern has a role")
        if self.revenue_share is not None and self.kind is not ClaimKind.CONCERN:
            raise ValueError(f"{self.kind} {self.code}: only a concern has a revenue share")
        return self

    @property
    def key(self) -> tuple[ClaimKind, str, str]:
        """What makes the claim unique within its organization: kind, code and the source's name."""
        return (self.kind, self.code, self.source.name)

    @property
    def holds(self) -> bool:
        """False only when a person rejected it."""
        return self.status is not ClaimStatus.REJECTED


class RegistryId(Frozen):
    """A number in a registry, e.g. scheme ``GB-CHC`` value ``1000116`` (org-id.guide scheme codes)."""

    scheme: Name
    value: Name


class Organization(Frozen):
    """An organization: its identity, its own words, and the claims about it.

    Attributes
    ----------
    id : str
        Stable and unique in the knowledge base, e.g. ``unilever`` or ``gb-chc-1000116``.
    sector : str or None
        A code of sectors.yaml; None when unknown. `kind` is the finer code below it.
    industry : str or None
        A code of industries.yaml.
    country : str or None
        ISO 3166-1 alpha-2 of the seat.
    mission, description : str
        What it is for, and what it does, in its own or our own words; empty when unknown.
    """

    id: Name
    name: Name
    aliases: tuple[ShortText, ...] = ()
    sector: ShortText | None = None
    kind: ShortText | None = None
    industry: ShortText | None = None
    country: ShortText | None = None
    city: ShortText = ""
    website: ShortText = ""
    registry_ids: tuple[RegistryId, ...] = ()
    mission: Text = ""
    description: Text = ""
    text_source: Source | None = None
    claims: tuple[Claim, ...] = ()

    @model_validator(mode="after")
    def _unique_claims(self) -> Self:
        seen: set[tuple[ClaimKind, str, str]] = set()
        for claim in self.claims:
            if claim.key in seen:
                raise ValueError(f"{self.name}: two claims on {claim.kind} {claim.code} from {claim.source.name}")
            seen.add(claim.key)
        return self

    def claims_of(self, kind: ClaimKind) -> tuple[Claim, ...]:
        """Claims of one kind that nobody rejected."""
        return tuple(claim for claim in self.claims if claim.kind is kind and claim.holds)

    @property
    def text(self) -> str:
        """Mission and description together."""
        return "\n".join(part for part in (self.mission, self.description) if part)


class Participation(Frozen):
    """An organization's part in an engagement; `role` as the source puts it, e.g. ``coordinator``."""

    organization_id: Name
    role: ShortText = "participant"


class Engagement(Frozen):
    """A programme or project that organizations took part in; track record and trust come from these."""

    id: Name
    title: Name
    text: Text = ""
    start_date: date | None = None
    end_date: date | None = None
    causes: tuple[ShortText, ...] = ()
    participations: tuple[Participation, ...] = ()
    source: Source
    status: ClaimStatus = ClaimStatus.STATED

    @model_validator(mode="after")
    def _unique_participants(self) -> Self:
        ids = [part.organization_id for part in self.participations]
        if len(ids) != len(set(ids)):
            raise ValueError(f"{self.id}: an organization takes part twice")
        return self


class RelationKind(StrEnum):
    """How the subject stands to the object: "subject <kind> object"."""

    PARENT_OF = "parent_of"
    FUNDS = "funds"
    REGULATES = "regulates"
    COMPETITOR_OF = "competitor_of"
    PARTNER_OF = "partner_of"
    MEMBER_OF = "member_of"
    HOSTS = "hosts"
    FOUNDED = "founded"


class Relation(Frozen):
    """A lasting tie between two organizations."""

    subject_id: Name
    kind: RelationKind
    object_id: Name
    status: ClaimStatus = ClaimStatus.STATED
    evidence: tuple[Evidence, ...] = ()
    source: Source
    observed_on: date | None = None

    @model_validator(mode="after")
    def _two_sides(self) -> Self:
        if self.subject_id == self.object_id:
            raise ValueError(f"{self.subject_id}: an organization cannot stand in relation to itself")
        return self

    @property
    def id(self) -> str:
        """Natural key."""
        return f"{self.subject_id}|{self.kind}|{self.object_id}"
