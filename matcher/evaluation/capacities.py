"""Do we read capacities rightly? Inference against labelled texts, beside a plain keyword list."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

from kb.organization import Claim, ClaimKind
from kb.vocabulary import load_vocabulary
from matcher.evaluation.labels import LabelledText
from matcher.inference import Profile, infer_many

Row = dict[str, str]


@dataclass
class Tally:
    """Hits, false alarms and misses by code."""

    right: Counter[str] = field(default_factory=Counter)
    extra: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)

    def add(self, expected: Iterable[str], found: Iterable[str]) -> None:
        """Count one text."""
        wanted, got = set(expected), set(found)
        self.right.update(wanted & got)
        self.extra.update(got - wanted)
        self.missed.update(wanted - got)

    def of(self, codes: Iterable[str]) -> dict[str, float]:
        """Return precision, recall and F1 (0..1) over some codes together."""
        listed = list(codes)
        right, extra, missed = (sum(count[code] for code in listed) for count in (self.right, self.extra, self.missed))
        return {
            "precision": ratio(right, right + extra),
            "recall": ratio(right, right + missed),
            "f1": ratio(2 * right, 2 * right + extra + missed),
            "labelled": float(right + missed),
        }

    def summary(self) -> dict[str, object]:
        """Return micro and macro figures and those of each code that is labelled or found."""
        codes = sorted({*self.right, *self.extra, *self.missed})
        labelled = [code for code in codes if self.right[code] + self.missed[code]]
        by_code = {code: self.of([code]) for code in codes}
        macro = {
            name: ratio(sum(by_code[code][name] for code in labelled), len(labelled))
            for name in ("precision", "recall", "f1")
        }
        return {"micro": self.of(codes), "macro": macro, "by_code": by_code}


def ratio(part: float, whole: float) -> float:
    """Return part / whole, rounded; 0 when there is nothing to divide by."""
    return round(part / whole, 4) if whole else 0.0


def evaluate(cases: Sequence[LabelledText]) -> tuple[dict[str, object], list[Row]]:
    """Compare inferred capacities with labels.

    Parameters
    ----------
    cases : sequence of LabelledText

    Returns
    -------
    summary : dict
        ``cases``, ``micro``, ``macro``, ``by_code``, ``quotes_that_do_not_stand`` (must be 0), and the
        same figures of the keyword list under ``keyword_list``.
    rows : list of dict
        One per text: id, name, expected, found, missed, extra, evidence.
    """
    tally, baseline = Tally(), Tally()
    rows: list[Row] = []
    false_quotes = 0
    inferred = infer_many([Profile(case.text, case.name) for case in cases])
    for case, claims in zip(cases, inferred, strict=True):
        found = {claim.code: claim for claim in claims if claim.kind is ClaimKind.CAPACITY}
        tally.add(case.codes, found)
        baseline.add(case.codes, keyword_codes(case.text, ClaimKind.CAPACITY))
        false_quotes += quotes_that_do_not_stand(claims, case.text)
        rows.append(
            {
                "id": case.id,
                "name": case.name,
                "expected": ";".join(sorted(case.codes)),
                "found": ";".join(sorted(found)),
                "missed": ";".join(sorted(set(case.codes) - set(found))),
                "extra": ";".join(sorted(set(found) - set(case.codes))),
                "evidence": " | ".join(f"{code}: {claim.evidence[0].text}" for code, claim in sorted(found.items())),
            }
        )
    summary = {
        "cases": len(cases),
        **tally.summary(),
        "quotes_that_do_not_stand": false_quotes,
        "keyword_list": baseline.summary(),
    }
    return summary, rows


def quotes_that_do_not_stand(claims: Iterable[Claim], text: str) -> int:
    """Count the quotes that are not in the text letter by letter."""
    return sum(evidence.text not in text for claim in claims for evidence in claim.evidence)


@cache
def _patterns(kind: ClaimKind) -> dict[str, re.Pattern[str]]:
    patterns = {}
    for code, term in load_vocabulary().terms(kind).items():
        words = {term.label.lower(), code.replace("_", " "), *(word.lower() for word in term.synonyms)}
        patterns[code] = re.compile(r"\b(?:" + "|".join(map(re.escape, sorted(words))) + r")\b")
    return patterns


def keyword_codes(text: str, kind: ClaimKind) -> set[str]:
    """Return every code of which the label or a synonym stands in a text."""
    lowered = text.lower()
    return {code for code, pattern in _patterns(kind).items() if pattern.search(lowered)}
