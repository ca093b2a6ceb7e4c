"""From findings to claims: confidence, strength, quotes."""

from __future__ import annotations

from kb.organization import Claim, ClaimKind, ClaimStatus, ConcernRole, Evidence, Source
from matcher.inference.findings import Finding
from matcher.inference.reading import Reading

SOURCE = Source(name="Dancecard inference")
MAX_QUOTES = 3
STRENGTH = {ConcernRole.CORE: 0.9, ConcernRole.MINOR: 0.3}
WEAK, SUBSTANTIAL, DEFINING = 0.3, 0.6, 0.9
OFTEN = 3


def claim(kind: ClaimKind, finding: Finding, reading: Reading, where: str, confidence: float) -> Claim:
    """Make an inferred claim that quotes the words it rests on; `confidence` lies in 0..1."""
    quotes: list[str] = []
    for span in finding.spans:
        quote = reading.quote(span.start, span.end)
        if quote and quote not in quotes:
            quotes.append(quote)
    return Claim(
        kind=kind,
        code=finding.code,
        strength=_strength(finding),
        status=ClaimStatus.INFERRED,
        confidence=round(min(max(confidence, 0.0), 1.0), 3),
        evidence=tuple(Evidence(text=quote, verbatim=True, where=where) for quote in quotes[:MAX_QUOTES]),
        source=SOURCE,
        role=finding.role,
    )


def _strength(finding: Finding) -> float:
    if finding.role is not None:
        return STRENGTH[finding.role]
    clauses = {span.clause for span in finding.spans}
    if 0 in clauses and len(clauses) >= OFTEN:
        return DEFINING
    return SUBSTANTIAL if 0 in clauses or len(clauses) > 1 else WEAK
