"""The way from a text to its claims."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from kb.organization import Claim, ClaimKind
from matcher.inference.capacities import capacity_findings
from matcher.inference.claims import calibrated, claim
from matcher.inference.concerns import concern_findings
from matcher.inference.findings import Finding
from matcher.inference.learnt import Learnt, TextEncoder, load_learnt
from matcher.inference.lexicon import Lexicon, lexicon_findings, load_lexicon
from matcher.inference.prose import language
from matcher.inference.reading import Reading
from matcher.inference.rules import FOLDER, Rules, load_rules

THRESHOLD = 0.5
LEXICON_CONFIDENCE = 0.7
BATCH = 256


@dataclass(frozen=True, slots=True)
class Profile:
    """What inference reads of one organization; `industry` is a code of the vocabulary."""

    text: str
    name: str = ""
    industry: str | None = None


@cache
def _lexicon() -> Lexicon:
    return load_lexicon(FOLDER / "lexicon.yaml")


def language_of(text: str) -> str:
    """Return the language a text seems to be in; only ``en`` is assessed."""
    return language(text, load_rules().function_words)


def infer(
    text: str,
    *,
    name: str = "",
    industry: str | None = None,
    where: str = "description",
    encoder: TextEncoder | None = None,
) -> tuple[Claim, ...]:
    """Infer claims from what an organization says about itself.

    Parameters
    ----------
    text : str
        Description, summary or activities. In a language other than English nothing is claimed.
    name : str
        The organization's name; never itself evidence.
    industry : str or None
        A code of industries.yaml; it shifts how much evidence a capacity needs.
    where : str
        What the quotes are said to stand in.
    encoder : TextEncoder or None
        Adds the learnt layer where there is one for this encoder.

    Returns
    -------
    tuple of Claim
        Status inferred; every quote stands in `text` letter by letter.
    """
    return next(iter(infer_many([Profile(text, name, industry)], where=where, encoder=encoder)))


def infer_many(
    profiles: Iterable[Profile], *, where: str = "description", encoder: TextEncoder | None = None
) -> Iterator[tuple[Claim, ...]]:
    """Infer the claims of many organizations, in order; texts are encoded in batches."""
    learnt = load_learnt()
    batch: list[Profile] = []
    for profile in profiles:
        batch.append(profile)
        if len(batch) == BATCH:
            yield from _of_batch(batch, where, encoder, learnt)
            batch = []
    yield from _of_batch(batch, where, encoder, learnt)


def _of_batch(
    batch: list[Profile], where: str, encoder: TextEncoder | None, learnt: Learnt
) -> Iterator[tuple[Claim, ...]]:
    if not batch:
        return
    rules = load_rules()
    vectors = learnt.vectors(encoder, [profile.text for profile in batch])
    for row, profile in enumerate(batch):
        if not profile.text.strip() or language(profile.text, rules.function_words) != "en":
            yield ()
            continue
        reading = Reading(profile.text, profile.name, rules.guards)
        capacities = capacity_findings(reading, rules.capacities)
        scores = {code: finding.score for code, finding in capacities.items()}
        if vectors is not None:
            scores = learnt.scores(vectors[row], scores)
        yield (
            *_capacities(reading, capacities, scores, profile, rules, learnt, where),
            *_concerns(reading, rules, learnt, where),
            *_lexical(reading, where),
        )


def shifted(score: float, shift: float) -> float:
    """Add log-odds to a score."""
    clipped = min(max(score, 0.001), 0.999)
    return 1.0 / (1.0 + math.exp(-(math.log(clipped / (1.0 - clipped)) + shift)))


def _capacities(
    reading: Reading,
    findings: dict[str, Finding],
    scores: dict[str, float],
    profile: Profile,
    rules: Rules,
    learnt: Learnt,
    where: str,
) -> Iterator[Claim]:
    shifts = rules.industries.get(profile.industry or "", {})
    for code, finding in findings.items():
        score = shifted(scores[code], shifts.get(code, 0.0))
        if score >= THRESHOLD:
            yield claim(ClaimKind.CAPACITY, finding, reading, where, calibrated(score, learnt.calibration["capacity"]))


def _concerns(reading: Reading, rules: Rules, learnt: Learnt, where: str) -> Iterator[Claim]:
    for finding in concern_findings(reading, rules.concerns, rules.roles).values():
        yield claim(
            ClaimKind.CONCERN, finding, reading, where, calibrated(finding.score, learnt.calibration["concern"])
        )


def _lexical(reading: Reading, where: str) -> Iterator[Claim]:
    for kind, finding in lexicon_findings(reading, _lexicon()):
        yield claim(kind, finding, reading, where, LEXICON_CONFIDENCE)
