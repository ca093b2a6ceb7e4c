"""A knowledge base small enough to reason about, with hostile text in it, and an encoder that loads nothing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import date

import numpy as np
from streamlit.testing.v1 import AppTest

from kb.brief import Brief, Need, Offer, RedLines
from kb.knowledge_base import KnowledgeBase
from kb.organization import (
    Claim,
    ClaimKind,
    ClaimStatus,
    ConcernRole,
    Engagement,
    Evidence,
    Organization,
    Participation,
    Relation,
    RelationKind,
    Source,
)

HOSTILE = (
    "Evil ![x](https://evil.example/p.png) [click](https://evil.example) <script>alert(1)</script> $x^2$ :red[y] "
    "www.evil.example"
)
SOURCE = Source(name="Its website", url="https://example.org/a_(b)")


class TinyEncoder:
    """Deterministic bags of hashed words; nothing to load."""

    key = "tiny@1/f32"
    dimension = 384

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()):
                digest = hashlib.blake2b(word.encode(), digest_size=4).digest()
                vectors[row, int.from_bytes(digest, "big") % self.dimension] += 1
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)


def claim(kind: ClaimKind, code: str, strength: float = 0.9, **more) -> Claim:
    more = {"status": ClaimStatus.UNVERIFIED, "evidence": (Evidence(text=f"It has {code}."),), **more}
    return Claim(kind=kind, code=code, strength=strength, source=SOURCE, observed_on=date(2026, 11, 1), **more)


def organizations() -> list[Organization]:
    capacity, place, concern = ClaimKind.CAPACITY, ClaimKind.PLACE, ClaimKind.CONCERN
    return [
        Organization(
            id="soap",
            name="Soap Works",
            sector="private",
            kind="company",
            country="KE",
            city="Nairobi",
            website="https://soap.example",
            mission="Sells soap for handwashing in every village.",
            claims=(
                claim(capacity, "distribution"),
                claim(capacity, "promotion", 0.6, status=ClaimStatus.STATED),
                claim(place, "KE"),
                claim(ClaimKind.NEED, "credibility"),
                claim(ClaimKind.CAUSE, "water_sanitation_hygiene"),
            ),
        ),
        Organization(
            id="radio",
            name="Village Radio",
            sector="voluntary",
            kind="ngo",
            country="UG",
            mission="Radio for rural mothers.",
            claims=(
                claim(capacity, "media_channels"),
                claim(capacity, "promotion"),
                claim(ClaimKind.AUDIENCE, "mothers"),
            ),
        ),
        Organization(
            id="brewer",
            name="Brewer",
            sector="private",
            kind="company",
            country="KE",
            mission="Brews beer and delivers it to shops.",
            claims=(claim(capacity, "distribution"), claim(concern, "alcohol", role=ConcernRole.CORE)),
        ),
        Organization(
            id="evil",
            name=HOSTILE,
            sector="private",
            country="KE",
            website="javascript:alert(1)",
            mission=HOSTILE,
            claims=(
                claim(capacity, "distribution", evidence=(Evidence(text=HOSTILE, verbatim=True),)),
                claim(concern, "unhealthy_food", role=ConcernRole.MINOR, evidence=(Evidence(text=HOSTILE),)),
            ),
        ),
        Organization(id="unknown", name="Nobody Knows"),
    ]


def briefs() -> list[Brief]:
    return [
        Brief(
            id="handwashing",
            title="Handwashing with soap",
            behaviour="Mothers wash their hands with soap.",
            causes=("water_sanitation_hygiene",),
            audiences=("mothers",),
            places=("KE",),
            needs=(
                Need(code="distribution", text="Village shops", importance=0.9),
                Need(code="promotion", importance=0.33),
            ),
            offers=(Offer(code="credibility"),),
            red_lines=RedLines(concerns=("alcohol",)),
        ),
        Brief(id="radio-days", title="Radio days", needs=(Need(code="media_channels", must=True),)),
    ]


def fill(kb: KnowledgeBase) -> None:
    together = (Participation(organization_id="soap"), Participation(organization_id="radio", role="lead"))
    kb.add(
        *organizations(),
        Engagement(
            id="clean", title="Clean hands", participations=together, source=SOURCE, start_date=date(2024, 3, 1)
        ),
        Relation(subject_id="soap", kind=RelationKind.FUNDS, object_id="radio", source=SOURCE),
    )
    for brief in briefs():
        kb.save_brief(brief, who="starter" if brief.id == "radio-days" else "ann")


def words(app: AppTest) -> str:
    """Everything that a page says, as one text."""
    kinds = ("title", "header", "subheader", "markdown", "caption", "text", "info", "warning", "error", "success")
    said = [str(element.value) for kind in kinds for element in getattr(app, kind)]
    said += [
        str(element.label) for kind in ("button", "expander", "metric", "checkbox") for element in getattr(app, kind)
    ]
    return "\n".join(said)
