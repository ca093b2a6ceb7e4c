"""The way from a text to its claims."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from kb.organization import Claim, ClaimKind
from matcher.inference.calibration import Curve, calibrated, load_calibration
from matcher.inference.capacities import capacity_findings
from matcher.inference.claims import claim
from matcher.inference.concerns import concern_findings
from matcher.inference.judge import load_judge
from matcher.inference.lexicon import Lexicon, lexicon_findings, load_lexicon
from matcher.inference.prose import language
from matcher.inference.reading import Reading
from matcher.inference.rules import FOLDER, Rules, load_rules
from matcher.inference.signals import signal_findings

THRESHOLD = 0.5
LEXICON_CONFIDENCE = 0.7


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


def infer(text: str, *, name: str = "", industry: str | None = None, where: str = "description") -> tuple[Claim, ...]:
    """Infer claims from what an organization says about itself.

    Parameters
    ----------
    text : str
        Description, summary or activities. In a language other than English nothing is claimed.
    name : str
        The organization's name; never itself evidence.
    industry : str or None
        A code of industries.yaml; it shifts the confidence of capacities, never their presence.
    where : str
        What the quotes are said to stand in.

    Returns
    -------
    tuple of Claim
        Status inferred; every quote stands in `text` letter by letter.
    """
    rules = load_rules()
    if not text.strip() or language(text, rules.function_words) != "en":
        return ()
    reading = Reading(text, name, rules.guards)
    curves = load_calibration()
    return (
        *_capacities(reading, rules, rules.industries.get(industry or "", {}), curves["capacity"], where),
        *_concerns(reading, rules, curves["concern"], where),
        *_lexical(reading, where),
        *_signals(reading, rules, curves, where),
    )


def infer_many(profiles: Iterable[Profile], *, where: str = "description") -> Iterator[tuple[Claim, ...]]:
    """Infer the claims of many organizations, in order, one at a time: the input may be a stream."""
    for profile in profiles:
        yield infer(profile.text, name=profile.name, industry=profile.industry, where=where)


def shifted(score: float, shift: float) -> float:
    """Add log-odds to a score."""
    clipped = min(max(score, 0.001), 0.999)
    return 1.0 / (1.0 + math.exp(-(math.log(clipped / (1.0 - clipped)) + shift)))


def _capacities(
    reading: Reading, rules: Rules, shifts: Mapping[str, float], curve: Curve, where: str
) -> Iterator[Claim]:
    for code, finding in capacity_findings(reading, rules.capacities).items():
        if finding.score >= THRESHOLD:
            score = shifted(finding.score, shifts.get(code, 0.0))
            yield claim(ClaimKind.CAPACITY, finding, reading, where, calibrated(score, curve))


def _concerns(reading: Reading, rules: Rules, curve: Curve, where: str) -> Iterator[Claim]:
    for finding in concern_findings(reading, rules, load_judge()).values():
        yield claim(ClaimKind.CONCERN, finding, reading, where, calibrated(finding.score, curve))


def _lexical(reading: Reading, where: str) -> Iterator[Claim]:
    for kind, finding in lexicon_findings(reading, _lexicon()):
        yield claim(kind, finding, reading, where, LEXICON_CONFIDENCE)


def _signals(reading: Reading, rules: Rules, curves: Mapping[str, Curve], where: str) -> Iterator[Claim]:
    for kind, finding in signal_findings(reading, rules):
        if finding.score >= THRESHOLD:
            yield claim(kind, finding, reading, where, calibrated(finding.score, curves[kind.value]))
