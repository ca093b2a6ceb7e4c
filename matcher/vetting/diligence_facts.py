"""What the knowledge base knows that bears on a question of due diligence, and the questions that it raises."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from kb.brief import Brief
from kb.casework.findings import Finding, Ground, Severity
from kb.organization import (
    Claim,
    ClaimKind,
    ClaimStatus,
    ConcernRole,
    Engagement,
    Organization,
    Relation,
    RelationKind,
    Source,
)
from kb.vocabulary import Vocabulary, load_vocabulary

MOST_NAMED = 3
MOST_ENGAGEMENTS = 5
TRADED = frozenset({"TICKER", "ISIN"})
FINDING_PROMPTS = {
    Severity.EXCLUDE: "exclusion_found",
    Severity.ESCALATE: "escalation_found",
    Severity.CAUTION: "caution_found",
}
CAPACITY_QUESTIONS = {
    "convening": "question.contacts",
    "policy_influence": "question.contacts",
    "community_reach": "question.access_to_resources",
    "distribution": "question.access_to_resources",
    "logistics": "question.access_to_resources",
    "funding": "question.mobilising_resources",
    "volunteers": "question.mobilising_resources",
    "promotion": "question.communication",
    "media_channels": "question.communication",
    "subject_expertise": "question.experienced_staff",
}
ASSET_QUESTIONS = {
    "visibility": ("seeker_asset.visibility", "question.standing"),
    "credibility": ("seeker_asset.credibility", "question.standing"),
    "access_to_resources": ("seeker_asset.access_to_resources", "question.access_to_resources"),
}
RELATION_PROMPTS: Mapping[tuple[RelationKind, bool], str] = {
    (RelationKind.REGULATES, False): "regulated_by",
    (RelationKind.REGULATES, True): "regulates_others",
    (RelationKind.COMPETITOR_OF, False): "competitor",
    (RelationKind.COMPETITOR_OF, True): "competitor",
    (RelationKind.PARENT_OF, False): "parent",
    (RelationKind.PARENT_OF, True): "subsidiary",
    (RelationKind.FUNDS, False): "funder",
    (RelationKind.FUNDS, True): "funds_others",
    (RelationKind.MEMBER_OF, True): "member",
    (RelationKind.PARTNER_OF, False): "partner",
    (RelationKind.PARTNER_OF, True): "partner",
    (RelationKind.FOUNDED, False): "founder",
}


@dataclass(frozen=True)
class Pair:
    """A candidate and the one who is looking, with what is known of both.

    Attributes
    ----------
    findings : tuple of Finding
        Those that count: neither dismissed nor gone.
    not_assessed : tuple of str
        What could not be judged, in words.
    names : mapping of str to str
        Names of related organizations, by id.
    """

    organization: Organization
    findings: tuple[Finding, ...] = ()
    not_assessed: tuple[str, ...] = ()
    engagements: tuple[Engagement, ...] = ()
    relations: tuple[Relation, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    brief: Brief | None = None
    seeker: Organization | None = None

    @property
    def seeker_name(self) -> str:
        """The name of who is looking; *you* when nobody is named."""
        if self.seeker is not None:
            return self.seeker.name
        return (self.brief.seeker.name if self.brief else "") or "you"

    @property
    def ids(self) -> frozenset[str]:
        """The seeker's id, when it is known."""
        return frozenset({self.seeker.id} if self.seeker else ())


@dataclass(frozen=True)
class Known:
    """A fact for a question: what it shows, and where it comes from."""

    key: str
    about: str
    ground: Ground


@dataclass(frozen=True)
class Raised:
    """A question that facts raise: the prompt, what fills it in, and the facts."""

    prompt: str
    fields: Mapping[str, str]
    grounds: tuple[Ground, ...] = ()


def ground_of(claim: Claim, label: str) -> Ground:
    """Return a claim as a ground, in its evidence's own words where there are any."""
    words = claim.evidence[0] if claim.evidence else None
    return Ground(
        text=words.text if words else label,
        verbatim=bool(words and words.verbatim),
        status=claim.status,
        source=claim.source,
        observed_on=claim.observed_on,
    )


def known_facts(pair: Pair) -> Iterator[Known]:
    """Yield the facts that a person should have before them, by question."""
    vocabulary, organization, brief = load_vocabulary(), pair.organization, pair.brief
    needed = {need.code for need in brief.needs} if brief else set()
    offered = {offer.code for offer in brief.offers} if brief else set()
    causes = set(brief.causes) if brief else set()
    audiences = set(brief.audiences) if brief else set()
    for claim in organization.claims:
        if not claim.holds:
            continue
        label = vocabulary.label(claim.kind, claim.code)
        keys: list[str] = []
        if claim.kind in (ClaimKind.CAPACITY, ClaimKind.OFFER):
            keys += ["area.value", "question.complementary_skills"] if claim.code in needed else []
            keys += [CAPACITY_QUESTIONS[claim.code]] if claim.code in CAPACITY_QUESTIONS else []
        elif claim.kind is ClaimKind.ASSET:
            keys += ASSET_QUESTIONS.get(claim.code, ())
        elif claim.kind is ClaimKind.NEED:
            keys += ["area.value"] if claim.code in offered else []
            keys += [f"partner_asset.{claim.code}"] if claim.code in ASSET_QUESTIONS else []
        elif claim.kind is ClaimKind.CAUSE:
            keys += ["area.mandate_fit"] if claim.code in causes else []
        elif claim.kind is ClaimKind.AUDIENCE:
            keys += ["question.communication"] if claim.code in audiences else []
        elif claim.kind is ClaimKind.CONCERN:
            keys += ["area.acceptable_partner"]
        elif claim.kind is ClaimKind.RED_LINE:
            keys += ["partner_asset.credibility"]
        kind = claim.kind.value.replace("_", " ")
        yield from (Known(key, f"{kind}: {label}", ground_of(claim, label)) for key in keys)
    yield from _registrations(organization)
    yield from _record(pair)


def _registrations(organization: Organization) -> Iterator[Known]:
    numbers = [item for item in organization.registry_ids if item.scheme not in TRADED]
    for item in numbers[:MOST_NAMED]:
        source = Source(name=f"registry {item.scheme}", row=item.value)
        text = f"Registered as {item.scheme} {item.value}."
        yield Known("question.governance", "registration", _stated(text, source))
    traded = [f"{item.scheme} {item.value}" for item in organization.registry_ids if item.scheme in TRADED]
    if traded:
        text = f"Its shares are traded on an exchange ({traded[0]}), so that its accounts are published."
        source = Source(name="securities numbers in the knowledge base", row=traded[0])
        yield Known("question.finances", "listed shares", _stated(text, source))


def _record(pair: Pair) -> Iterator[Known]:
    for engagement in pair.engagements[:MOST_ENGAGEMENTS]:
        years = "-".join(str(day.year) for day in (engagement.start_date, engagement.end_date) if day)
        count = len(engagement.participations)
        text = f"{engagement.title} ({years or 'no dates'}; {count} known to have taken part)"
        ground = Ground(text=text, status=engagement.status, source=engagement.source, observed_on=None)
        yield Known("question.track_record", "took part", ground)
    if len(pair.engagements) > 1:
        years_known = [item.start_date for item in pair.engagements if item.start_date]
        if years_known:
            first, last = min(years_known), max(years_known)
            text = f"{len(pair.engagements)} engagements known, begun between {first.year} and {last.year}."
            source = Source(name="engagements in the knowledge base")
            yield Known("question.staying_power", "engagements", _stated(text, source))


def _stated(text: str, source: Source) -> Ground:
    return Ground(text=text, status=ClaimStatus.STATED, source=source)


def questions_raised(pair: Pair) -> Iterator[Raised]:
    """Yield the questions that facts about this very pair raise."""
    vocabulary = load_vocabulary()
    for finding in pair.findings:
        prompt = FINDING_PROMPTS.get(finding.severity)
        if prompt:
            yield Raised(prompt, {"title": finding.title, "document": finding.document.title}, finding.grounds)
    if pair.not_assessed:
        checks = "; ".join(pair.not_assessed[:MOST_NAMED]).rstrip(".")
        more = len(pair.not_assessed) - MOST_NAMED
        yield Raised("not_assessed", {"checks": checks + (f"; and {more} more" if more > 0 else "")})
    yield from _of_concerns(pair, vocabulary)
    yield from _of_relations(pair)
    if pair.brief:
        yield from _of_brief(pair, pair.brief, vocabulary)


def _of_concerns(pair: Pair, vocabulary: Vocabulary) -> Iterator[Raised]:
    shared = _shared_audiences(pair, vocabulary)
    groups, grounds = _listed(shared), tuple(shared.values())
    concerns = pair.organization.claims_of(ClaimKind.CONCERN)
    lines = pair.brief.red_lines if pair.brief else None
    for code, claims in _by_code(concerns).items():
        label = vocabulary.label(ClaimKind.CONCERN, code).lower()
        facts = tuple(ground_of(claim, label) for claim in claims)
        core = any(claim.role is ConcernRole.CORE for claim in claims)
        yield Raised("core_concern" if core else "minor_concern", {"label": label}, facts)
        if groups:
            yield Raised("concern_shared_audience", {"label": label, "groups": groups}, facts + grounds)
        if lines and code in lines.concerns and (core or lines.include_minor):
            yield Raised("crosses_red_line", {"label": label}, facts)
    if groups and not concerns:
        yield Raised("shared_audience", {"groups": groups}, grounds)
    own = set(pair.brief.seeker.concerns) if pair.brief else set()
    own |= {claim.code for claim in pair.seeker.claims_of(ClaimKind.CONCERN)} if pair.seeker else set()
    refused = {claim.code: claim for claim in pair.organization.claims_of(ClaimKind.RED_LINE)}
    for code in sorted(own):
        label = vocabulary.label(ClaimKind.CONCERN, code).lower()
        if code in refused:
            yield Raised("refused_by_partner", {"label": label}, (ground_of(refused[code], label),))
        else:
            yield Raised("own_concern", {"label": label})


def _shared_audiences(pair: Pair, vocabulary: Vocabulary) -> dict[str, Ground]:
    wanted = set(pair.brief.audiences) if pair.brief else set()
    return {
        vocabulary.audiences[claim.code].label.lower(): ground_of(claim, claim.code)
        for claim in pair.organization.claims_of(ClaimKind.AUDIENCE)
        if claim.code in wanted and claim.code in vocabulary.audiences
    }


def _of_relations(pair: Pair) -> Iterator[Raised]:
    grouped: dict[str, list[tuple[str, Ground]]] = {}
    for relation in pair.relations:
        is_subject = relation.subject_id == pair.organization.id
        other = relation.object_id if is_subject else relation.subject_id
        words = relation.evidence[0] if relation.evidence else None
        text = words.text if words else f"{relation.kind.value.replace('_', ' ')}: {pair.names.get(other, other)}"
        ground = Ground(
            text=text,
            verbatim=bool(words and words.verbatim),
            status=relation.status,
            source=relation.source,
            observed_on=relation.observed_on,
        )
        if relation.status is ClaimStatus.REJECTED:
            continue
        if other in pair.ids:
            yield from _tie_to_seeker(pair, relation.kind, is_subject, ground)
            continue
        prompt = RELATION_PROMPTS.get((relation.kind, is_subject))
        if prompt:
            grouped.setdefault(prompt, []).append((pair.names.get(other, other), ground))
    for prompt, found in grouped.items():
        names = dict(found)
        yield Raised(prompt, {"other": _listed(names)}, tuple(list(names.values())[:MOST_NAMED]))


def _tie_to_seeker(pair: Pair, kind: RelationKind, is_subject: bool, ground: Ground) -> Iterator[Raised]:
    if kind is RelationKind.REGULATES and not is_subject:
        yield Raised("seeker_regulates", {"what": pair.organization.name}, (ground,))
    if kind is RelationKind.COMPETITOR_OF:
        yield Raised("competes_with_seeker", {}, (ground,))


def _of_brief(pair: Pair, brief: Brief, vocabulary: Vocabulary) -> Iterator[Raised]:
    organization = pair.organization
    regulated = set(brief.seeker.regulates)
    regulated |= {claim.code for claim in pair.seeker.claims_of(ClaimKind.REGULATES)} if pair.seeker else set()
    if organization.industry in regulated:
        what = f"The industry of {organization.name}, {vocabulary.industries[organization.industry].label.lower()},"
        yield Raised("seeker_regulates", {"what": what})
    if brief.exclusivity:
        public = "public" in (brief.seeker.sector, pair.seeker.sector if pair.seeker else None)
        yield Raised("exclusive_public" if public else "exclusive", {})
    if brief.endorsement:
        yield Raised("endorsement", {})
    for claim in organization.claims_of(ClaimKind.VALUE):
        opposed = [
            vocabulary.values[code].label.lower()
            for code in brief.values
            if claim.code in vocabulary.values[code].opposes or code in vocabulary.values[claim.code].opposes
        ]
        if opposed:
            label = vocabulary.values[claim.code].label.lower()
            fields = {"label": label, "against": _listed(opposed)}
            yield Raised("opposed_value", fields, (ground_of(claim, label),))
    own_causes = {claim.code for claim in organization.claims_of(ClaimKind.CAUSE)}
    if brief.causes and own_causes.isdisjoint(brief.causes):
        yield Raised("no_shared_cause", {"causes": _listed(_labels(brief.causes, vocabulary, ClaimKind.CAUSE))})
    lent = {claim.code for kind in (ClaimKind.CAPACITY, ClaimKind.OFFER) for claim in organization.claims_of(kind)}
    missing = [need.code for need in brief.needs if need.must and need.code not in lent]
    if missing:
        yield Raised("unknown_must", {"label": _listed(_labels(missing, vocabulary, ClaimKind.NEED))})
    offered = {offer.code for offer in brief.offers}
    wants = [claim for claim in organization.claims_of(ClaimKind.NEED) if claim.code in offered]
    if wants:
        labels = _labels([claim.code for claim in wants], vocabulary, ClaimKind.NEED)
        yield Raised("gives_and_wants", {"label": _listed(labels)}, tuple(ground_of(item, item.code) for item in wants))
    together = [item for item in pair.engagements if pair.ids & {part.organization_id for part in item.participations}]
    for engagement in together[:MOST_NAMED]:
        ground = Ground(text=engagement.title, status=engagement.status, source=engagement.source)
        yield Raised("worked_together", {"title": engagement.title}, (ground,))


def _labels(codes: Iterable[str], vocabulary: Vocabulary, kind: ClaimKind) -> list[str]:
    return [vocabulary.label(kind, code).lower() for code in codes]


def _by_code(claims: Iterable[Claim]) -> dict[str, list[Claim]]:
    grouped: dict[str, list[Claim]] = {}
    for claim in claims:
        grouped.setdefault(claim.code, []).append(claim)
    return grouped


def _listed(names: Iterable[str]) -> str:
    """Join names as a sentence does, at most three of them."""
    kept = list(dict.fromkeys(names))
    if len(kept) > MOST_NAMED:
        return f"{', '.join(kept[:MOST_NAMED])} and {len(kept) - MOST_NAMED} more"
    return " and ".join([", ".join(kept[:-1]), kept[-1]] if len(kept) > 1 else kept)
