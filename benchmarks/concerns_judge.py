"""Cross-validate the judge of concerns by organization and, with ``--save``, learn it from every label."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from kb.organization import ClaimKind, ConcernRole
from matcher.evaluation.labels import read_labels
from matcher.inference.judge import FILE
from matcher.inference.learning import Example, examples, learn

LABELS = Path(__file__).with_name("labels")
FILES = (
    "concerns_rows.csv",
    "concerns_holdout_rows.csv",
    "concerns_holdout2_rows.csv",
    "concerns_holdout3_rows.csv",
    "concerns_holdout4_rows.csv",
    "concerns_development_rows.csv",
    "concerns_mentions_rows.csv",
    "concerns_further_rows.csv",
    "concerns_written.csv",
)
FOLDS = 10
Row = tuple[str, str, Example]


def labelled(data: Path) -> tuple[list[Row], Counter[str]]:
    """Read every label as (file, organization, example), and count the concerns of each file that nothing mentions."""
    rows: list[Row] = []
    unmentioned: Counter[str] = Counter()
    for name in FILES:
        for case in read_labels(LABELS / name, ClaimKind.CONCERN, data):
            roles = {code: role for code, role in case.codes.items() if role}
            found = list(examples(case.text, case.name, roles, case.asked))
            rows.extend((name, case.id, example) for example in found)
            unmentioned[name] += len(set(roles) - {example.code for example in found})
    return rows, unmentioned


def predicted(rows: Sequence[Row], seed: int = 0) -> list[ConcernRole | None]:
    """Predict every example with a judge that has seen nothing of its organization."""
    organizations = sorted({organization for _, organization, _ in rows})
    order = np.random.default_rng(seed).permutation(len(organizations)) % FOLDS
    fold = dict(zip(organizations, order, strict=True))
    found: list[ConcernRole | None] = [None] * len(rows)
    for held_out in range(FOLDS):
        judge = learn([example for _, organization, example in rows if fold[organization] != held_out])
        for index, (_, organization, example) in enumerate(rows):
            if fold[organization] == held_out and judge.presence(example.features) is not None:
                found[index] = ConcernRole.CORE if judge.is_core(example.features) else ConcernRole.MINOR
    return found


def by_rules(example: Example) -> ConcernRole | None:
    """Return what the rules alone say."""
    if not example.features.get("rule"):
        return None
    return ConcernRole.CORE if example.features.get("rule core") else ConcernRole.MINOR


def scores(
    truth: Sequence[ConcernRole | None], found: Sequence[ConcernRole | None], unmentioned: int
) -> dict[str, float]:
    """Return precision and recall of presence, and the accuracy of roles among the right ones."""
    right = [(one, other) for one, other in zip(truth, found, strict=True) if one and other]
    return {
        "precision": round(len(right) / max(sum(map(bool, found)), 1), 4),
        "recall": round(len(right) / max(sum(map(bool, truth)) + unmentioned, 1), 4),
        "role_accuracy": round(sum(one is other for one, other in right) / max(len(right), 1), 4),
    }


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder of the open data")
    parser.add_argument("--save", action="store_true", help="write the weights that ship with the program")
    options = parser.parse_args()
    rows, unmentioned = labelled(options.data)
    found = predicted(rows)
    report: dict[str, object] = {}
    for name in (*FILES, "all"):
        at = [index for index, row in enumerate(rows) if name in (row[0], "all")]
        truth = [rows[index][2].role for index in at]
        lost = unmentioned.total() if name == "all" else unmentioned[name]
        report[name] = {
            "mentions": len(at),
            "concerns_not_mentioned": lost,
            "rules": scores(truth, [by_rules(rows[index][2]) for index in at], lost),
            "judge": scores(truth, [found[index] for index in at], lost),
        }
    if options.save:
        learn([example for *_, example in rows]).save(FILE)
    sys.stdout.write(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
