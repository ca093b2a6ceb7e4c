"""Reading claims out of every organization's text, once for each text and each edition of the rules."""

from __future__ import annotations

import hashlib
from collections import Counter
from functools import cache
from pathlib import Path

from kb.annotating import Annotation
from kb.importing.parsed import Progress, no_progress
from kb.knowledge_base import KnowledgeBase
from kb.organization import Claim, ClaimKind, Organization
from matcher.inference import infer
from matcher.inference.claims import SOURCE

READER = "inference"
BATCH = 2_000
ENOUGH = 3
RULES = Path(__file__).with_name("inference")


@cache
def edition() -> str:
    """Return a digest of the inference's rules: a change of them makes every text due again."""
    digest = hashlib.sha256()
    for path in sorted((*RULES.rglob("*.yaml"), *RULES.rglob("*.json"), *RULES.rglob("*.py"))):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _digest(organization: Organization) -> str:
    text = f"{edition()}\n{organization.industry}\n{organization.name}\n{organization.text}"
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def worth_adding(organization: Organization, claims: tuple[Claim, ...]) -> tuple[Claim, ...]:
    """Leave out what would speak over better knowledge.

    A kind of which other sources say a good deal is left to them. Concerns are read out of companies only:
    agencies and charities write about tobacco or alcohol because they work against the harm.
    """
    others = Counter(claim.kind for claim in organization.claims if claim.source != SOURCE)
    told = {kind for kind, count in others.items() if count >= ENOUGH or kind is ClaimKind.CONCERN}
    no_concerns = organization.sector not in (None, "private")
    return tuple(
        claim for claim in claims if claim.kind not in told and not (no_concerns and claim.kind is ClaimKind.CONCERN)
    )


def annotate_all(kb: KnowledgeBase, who: str | None = None, progress: Progress = no_progress) -> int:
    """Infer claims where a text is new or changed; returns how many organizations were read.

    A killed run goes on where it was: what was written stays.
    """
    done = kb.annotated(READER)
    total = kb.count()["organizations"]
    waiting: list[Annotation] = []
    read = 0
    for seen, organization in enumerate(kb.iterate(), 1):
        digest = _digest(organization)
        due = organization.text or organization.id in done
        if due and done.get(organization.id) != digest:
            claims = infer(organization.text, name=organization.name, industry=organization.industry)
            waiting.append(Annotation(organization.id, digest, worth_adding(organization, claims)))
            read += 1
        if len(waiting) >= BATCH:
            kb.annotate(READER, SOURCE.name, waiting, who)
            waiting = []
        if seen % 200 == 0 or seen == total:
            progress("Reading claims out of texts", seen, total)
    if waiting:
        kb.annotate(READER, SOURCE.name, waiting, who)
    return read
